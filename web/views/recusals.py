"""Recusals of a case: what was asked and decided, asking for one, naming somebody instead."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError, Invalid
from engine.services import cases, recusal_pages, recusals, replacements
from web import kept, toasts
from web.kept import Answer, Kept
from web.request import number, reading, say, work

views = Blueprint("recusals", __name__, url_prefix="/cases/<int:case_id>/recusals")


@views.get("")
def show(case_id: int) -> Answer:
    return _page(case_id, request.args)


@views.post("")
def ask(case_id: int) -> Answer:
    typed = request.form
    try:
        with work() as unit:
            other = recusals.request(
                unit,
                case_id,
                number(typed.get("person", "")),
                typed.get("kind", ""),
                typed.get("reason", ""),
                typed.get("party", ""),
            )
    except Invalid as error:
        return _page(case_id, typed, error), 422
    toasts.tell(
        say("Recusal asked for: {number}", number=other.number),
        say("Until it is decided this person does not act in the case; the case goes on."),
    )
    return redirect(url_for("recusals.show", case_id=case_id), 303)


@views.post("/<int:recusal_id>/replacement")
def replace(case_id: int, recusal_id: int) -> Answer:
    try:
        with work() as unit:
            replacements.replace(unit, case_id, recusal_id, number(request.form.get("instead", "")))
    except Invalid as error:
        return _page(case_id, {}, error, recusal_id), 422
    toasts.tell(say("Somebody else goes on with the case."))
    return redirect(url_for("recusals.show", case_id=case_id), 303)


@kept.returns_to("recusals.ask")
def put_back(text: Kept) -> Answer:
    typed = {name: lines[0] for name, lines in text.raw.items() if lines}
    return _page(int(text.arguments["case_id"]), typed)


def _page(
    case_id: int,
    typed: object,
    error: DubanError | None = None,
    failed: int | None = None,
) -> str:
    """The page; ``failed`` is the request for which nobody fit was named."""
    with reading() as unit:
        case = cases.page(unit, case_id).case
        page = recusal_pages.page(unit, case_id)
    return render_template(
        "cases/recusals.html", case=case, page=page, typed=typed, error=error, failed=failed
    )
