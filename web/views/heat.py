"""Heat of a published procedure: time in each step, what was late, where cases wait."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, jsonify, render_template, request

from engine.errors import Invalid
from engine.services import designs, heat
from engine.values.heat_pages import Heat
from web.drawings import drawing_data, readable
from web.kept import Answer
from web.request import reading

views = Blueprint("heat", __name__, url_prefix="/diagrams/<process>/heat")

MARKS = {Heat.GOOD: "good", Heat.SLOW: "slow", Heat.LATE: "overdue"}


@views.get("")
def show(process: str) -> Answer:
    wrong = ""
    with reading() as unit:
        page = designs.page(unit, process)
        if not page.version:
            return render_template("diagrams/heat.html", page=page, tab="heat", found=None)
        try:
            found = heat.of(unit, process, _day("since"), _day("until"))
        except Invalid as error:
            wrong = error.code
            found = heat.of(unit, process, None, None)
    if request.accept_mimetypes.best == "application/json":
        data = drawing_data(page)
        data["after"]["xml"] = readable(found.xml)
        data["after"]["marks"] = {
            row.element: MARKS[row.heat] for row in found.rows if row.heat in MARKS
        }
        return jsonify(data)
    text = render_template(
        "diagrams/heat.html", page=page, tab="heat", found=found, wrong=wrong, marks=MARKS
    )
    return (text, 422) if wrong else text


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("line_day", value=text[:40]) from error
