"""The audit chains: whether every one of them holds."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.services import audit
from web.kept import Answer
from web.request import reading

views = Blueprint("audit", __name__, url_prefix="/audit")


@views.get("")
def index() -> Answer:
    return render_template("audit/index.html", report=None)


@views.post("")
def verify() -> Answer:
    """Reads every chain: asked for by a form, so that no link or crawler sets it off."""
    with reading() as unit:
        report = audit.verify(unit)
    return render_template("audit/index.html", report=report)
