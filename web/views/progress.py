"""Progress (进度): long work that goes on without the page, with what failed by row."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.services import upgrades
from web.kept import Answer
from web.request import reading

views = Blueprint("progress", __name__, url_prefix="/progress")


@views.get("")
def index() -> Answer:
    with reading() as unit:
        rows = upgrades.listing(unit)
    return render_template("diagrams/progress.html", rows=rows)


@views.get("/<int:upgrade_id>")
def show(upgrade_id: int) -> Answer:
    with reading() as unit:
        row, failures = upgrades.progress(unit, upgrade_id)
    return render_template("diagrams/progress_one.html", row=row, failures=failures)
