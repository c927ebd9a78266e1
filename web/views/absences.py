"""Absences: who is away from when to when, and who stands in."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Conflict, DubanError, Forbidden, Invalid
from engine.services import absences
from web import toasts
from web.errors import situation
from web.kept import Answer, Kept, returns_to
from web.request import number, reading, say, work

views = Blueprint("absences", __name__, url_prefix="/absences")


@views.get("")
def show() -> Answer:
    return _page(number(request.args.get("person")))


@views.post("")
def record() -> Answer:
    person = number(request.form.get("person"))
    try:
        with work() as unit:
            absences.record(
                unit,
                person or 0,
                number(request.form.get("deputy")),
                _day("first"),
                _day("last"),
                request.form.get("reason", ""),
            )
    except (Invalid, Forbidden, Conflict) as error:
        typed = {name: request.form.get(name, "") for name in _FIELDS}
        return _page(person, typed, error), situation(error).status
    toasts.tell(say("The absence is recorded"), say("The rules are asked again at every act."))
    return redirect(url_for("absences.show"), 303)


@views.post("/<int:absence_id>/end")
def end(absence_id: int) -> Answer:
    with work() as unit:
        absences.end(unit, absence_id)
    toasts.tell(say("The absence is over"), say("Nobody stands in any more."))
    return redirect(url_for("absences.show"), 303)


_FIELDS = ("deputy", "first", "last", "reason")


@returns_to("absences.record")
def put_back(text: Kept) -> Answer:
    typed = {name: next(iter(text.raw.get(name, ())), "") for name in _FIELDS}
    return _page(number(next(iter(text.raw.get("person", ())), "")), typed)


def _page(
    person: int | None, typed: dict[str, str] | None = None, error: DubanError | None = None
) -> str:
    with reading() as unit:
        page = absences.page(unit, person)
    faults: dict[str, DubanError] = {}
    if error is not None:
        own = error.fields if isinstance(error, Invalid) else {}
        faults = dict(own) or {"deputy": error}
    return render_template("absences/show.html", page=page, typed=typed or {}, faults=faults)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
