"""How the reader is told: which notices by which way, and addresses besides mail."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError, Invalid
from engine.services import reach
from engine.values.notice_pages import Kind
from web import toasts
from web.kept import Answer
from web.request import reading, say, work

views = Blueprint("reach", __name__, url_prefix="/me/notices")


@views.get("")
def show() -> Answer:
    return _page({})


@views.post("")
def choose() -> Answer:
    chosen = {
        kind.value: (request.form.get(f"mail.{kind}", ""), request.form.get(f"other.{kind}", ""))
        for kind in Kind
        if f"mail.{kind}" in request.form
    }
    with work() as unit:
        reach.choose(unit, chosen)
    toasts.tell(say("Your choice is saved"))
    return redirect(url_for("reach.show"), 303)


@views.post("/addresses")
def add_address() -> Answer:
    try:
        with work() as unit:
            reach.add_address(unit, request.form.get("address", ""), request.form.get("label", ""))
    except Invalid as error:
        return _page(dict(error.fields)), 422
    toasts.tell(say("The address is added"))
    return redirect(url_for("reach.show"), 303)


@views.post("/addresses/<int:address_id>/removal")
def remove_address(address_id: int) -> Answer:
    with work() as unit:
        reach.remove_address(unit, address_id)
    toasts.tell(say("The address is forgotten"))
    return redirect(url_for("reach.show"), 303)


def _page(faults: dict[str, DubanError]) -> str:
    with reading() as unit:
        page = reach.page(unit)
    return render_template("reach/show.html", page=page, faults=faults)
