"""An opinion a colleague asks for: read the case, answer, or take the question back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Conflict, DubanError, Forbidden, Invalid
from engine.services import opinions, tasks
from web import toasts
from web.errors import situation
from web.kept import Answer, Kept, returns_to
from web.request import reading, say, work

views = Blueprint("opinions", __name__, url_prefix="/opinions/<int:opinion_id>")


@views.get("")
def show(opinion_id: int) -> Answer:
    return _page(opinion_id)


@views.post("")
def answer(opinion_id: int) -> Answer:
    typed = request.form.get("answer", "")
    try:
        with work() as unit:
            opinions.answer(unit, opinion_id, typed)
    except (Invalid, Forbidden, Conflict) as error:
        return _page(opinion_id, typed, error), situation(error).status
    toasts.tell(say("Your opinion is sent"), say("It stands on the task of whoever asked."))
    return redirect(url_for("inbox.show"), 303)


@views.post("/withdrawal")
def withdraw(opinion_id: int) -> Answer:
    with work() as unit:
        task_id = opinions.withdraw(unit, opinion_id)
    toasts.tell(say("The question is withdrawn"))
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@returns_to("opinions.answer")
def put_back(text: Kept) -> Answer:
    typed = next(iter(text.raw.get("answer", ())), "")
    return _page(int(text.arguments["opinion_id"]), typed)


def _page(opinion_id: int, typed: str = "", error: DubanError | None = None) -> str:
    with reading() as unit:
        row, asked = opinions.reading(unit, opinion_id)
        page = tasks.page(unit, row.task_id)
        mine = row.asked_id == unit.actor.person_id
    if isinstance(error, Invalid):
        error = next(iter(error.fields.values()), error)
    return render_template(
        "opinions/show.html",
        asked=asked,
        page=page,
        mine=mine,
        waits=row.waits and page.status == "open",
        typed=typed,
        error=error,
    )
