"""People with their roles, and the procedures that are published."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.services import definitions, staff
from web.kept import Answer
from web.request import reading

views = Blueprint("admin", __name__, url_prefix="/admin")


@views.get("")
def index() -> Answer:
    text = request.args.get("q", "").strip()[:100]
    with reading() as unit:
        people = staff.listing(unit, text, request.args.get("after", ""))
        rows = definitions.listing(unit)
    return render_template("admin/index.html", people=people, rows=rows)
