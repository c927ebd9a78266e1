"""Periodic duties: what the calendar opens in a year, and the cases of one period."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from engine.errors import NotFound
from engine.services import periodic_duties
from web.kept import Answer
from web.request import reading

views = Blueprint("periodic", __name__, url_prefix="/periodic")

#: Years a page shows: those of the notice and those a calendar can be made for.
_FIRST, _LAST = 2018, 2100


@views.get("")
def index() -> Answer:
    with reading() as unit:
        asked = request.args.get("year", "")
        year = int(asked) if asked.isdecimal() and len(asked) == 4 else unit.today.year
        page = periodic_duties.page(unit, min(max(year, _FIRST), _LAST))
    return render_template("periodic/index.html", page=page, first=_FIRST, last=_LAST)


@views.get("/<code>/<month>")
def turn(code: str, month: str) -> Answer:
    """The cases of one period; the month is written 2027-01."""
    try:
        day = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise NotFound("no_such_duty", duty=code) from None
    with reading() as unit:
        page = periodic_duties.turn_page(unit, code, day)
    return render_template("periodic/turn.html", page=page)
