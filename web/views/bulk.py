"""Handing many tasks over at once, with what became of each."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Conflict, DubanError, Forbidden, Invalid
from engine.services import bulk
from web.errors import situation
from web.kept import Answer
from web.request import actor, number, office, reading

views = Blueprint("bulk", __name__, url_prefix="/handovers")


@views.get("")
def show() -> Answer:
    return _page()


@views.post("")
def reassign() -> Answer:
    try:
        person = number(request.form.get("person"))
        if person is None:
            raise Invalid(fields={"person": Invalid("nobody_chosen")})
        made = bulk.reassign(office(), actor(), _tasks(), person, request.form.get("reason", ""))
    except (Invalid, Forbidden, Conflict) as error:
        return _page(error), situation(error).status
    return redirect(url_for("bulk.report", bulk_id=made), 303)


@views.post("/claims")
def claim() -> Answer:
    made = bulk.claim(office(), actor(), _tasks())
    return redirect(url_for("bulk.report", bulk_id=made), 303)


@views.get("/<int:bulk_id>")
def report(bulk_id: int) -> Answer:
    with reading() as unit:
        found = bulk.report(unit, bulk_id)
    return render_template("bulk/report.html", report=found)


def _page(error: DubanError | None = None) -> str:
    with reading() as unit:
        page = bulk.page(unit, number(request.values.get("of")))
    faults: dict[str, DubanError] = {}
    if error is not None:
        own = error.fields if isinstance(error, Invalid) else {}
        faults = dict(own) or {"tasks": error}
    return render_template(
        "bulk/show.html", page=page, chosen=set(_ticked()), faults=faults, error=error
    )


def _tasks() -> list[int]:
    return [found for found in map(number, _ticked()) if found is not None]


def _ticked() -> list[str]:
    return request.values.getlist("task")
