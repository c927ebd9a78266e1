"""What colleagues say and send around a case: comments with mentions, copies for information."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from engine.errors import Conflict, DubanError, Forbidden, Invalid
from engine.services import comments, copies
from web import toasts
from web.errors import situation
from web.kept import Answer, Kept, returns_to
from web.request import say, work
from web.views.cases import talk_page
from web.views.task_verbs import chosen_people

views = Blueprint("talk", __name__, url_prefix="/cases/<int:case_id>")

_REFUSALS = (Invalid, Forbidden, Conflict)


@views.get("/talk")
def show(case_id: int) -> Answer:
    with work() as unit:
        copies.mark_read(unit, case_id)
    return talk_page(case_id)


@views.post("/comments")
def comment(case_id: int) -> Answer:
    try:
        with work() as unit:
            comments.write(unit, case_id, request.form.get("text", ""), chosen_people())
    except _REFUSALS as error:
        return _fault(case_id, "comment", error)
    toasts.tell(say("Your comment is on the case"))
    return redirect(url_for("talk.show", case_id=case_id), 303)


@views.post("/comments/<int:comment_id>/withdrawal")
def withdraw_comment(case_id: int, comment_id: int) -> Answer:
    with work() as unit:
        comments.withdraw(unit, comment_id)
    toasts.tell(say("The comment is withdrawn"))
    return redirect(url_for("talk.show", case_id=case_id), 303)


@views.post("/copies")
def send(case_id: int) -> Answer:
    try:
        with work() as unit:
            copies.send(unit, case_id, chosen_people(), request.form.get("note", ""))
    except _REFUSALS as error:
        return _fault(case_id, "copy", error)
    toasts.tell(say("Sent for information"))
    return redirect(url_for("talk.show", case_id=case_id), 303)


@views.post("/copies/<int:copy_id>/withdrawal")
def withdraw_copy(case_id: int, copy_id: int) -> Answer:
    with work() as unit:
        copies.withdraw(unit, copy_id)
    toasts.tell(say("The copy is taken back"))
    return redirect(url_for("talk.show", case_id=case_id), 303)


@returns_to("talk.comment")
def put_comment_back(text: Kept) -> Answer:
    typed = next(iter(text.raw.get("text", ())), "")
    return talk_page(int(text.arguments["case_id"]), typed=typed)


def _fault(case_id: int, form: str, error: DubanError) -> tuple[str, int]:
    found = error.fields if isinstance(error, Invalid) else {}
    told = next(iter(found.values()), error)
    return talk_page(case_id, fault=(form, told)), situation(error).status
