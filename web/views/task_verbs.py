"""What may be done with a task besides completing it: return, take back, ask, remind."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from engine.errors import Conflict, Forbidden, Invalid
from engine.services import opinions, reminders, returns, take_backs, tasks
from engine.values.task_pages import TaskPage
from web import toasts
from web.kept import Answer
from web.request import number, reading, say, translator, work
from web.views.tasks import with_fault

views = Blueprint("task_verbs", __name__, url_prefix="/tasks/<int:task_id>")

_REFUSALS = (Invalid, Forbidden, Conflict)


@views.post("/return")
def send_back(task_id: int) -> Answer:
    page = _read(task_id)
    step, reason = request.form.get("step", ""), request.form.get("reason", "")
    try:
        with work() as unit:
            done = returns.send_back(unit, task_id, step, reason)
    except _REFUSALS as error:
        return with_fault(task_id, "return", error)
    toasts.moved(say("Returned: {task}, {number}", task=_name(page), number=page.case.number), done)
    return redirect(url_for("inbox.show"), 303)


@views.post("/take-back")
def take_back(task_id: int) -> Answer:
    page = _read(task_id)
    try:
        with work() as unit:
            take_backs.take_back(unit, task_id, request.form.get("reason", ""))
    except _REFUSALS as error:
        return with_fault(task_id, "take_back", error)
    toasts.tell(
        say("Taken back: {task}, {number}", task=_name(page), number=page.case.number),
        say("It is yours again; what you had entered stands in the form as a draft."),
    )
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@views.post("/opinions")
def ask(task_id: int) -> Answer:
    page = _read(task_id)
    chosen = chosen_people()
    try:
        with work() as unit:
            opinions.ask(unit, task_id, chosen, request.form.get("question", ""))
    except _REFUSALS as error:
        return with_fault(task_id, "ask", error)
    names = [translator().text(one.label) for one in page.advisers if number(one.value) in chosen]
    toasts.tell(
        say("Asked for their opinion: {names}", names="、".join(names)),
        say("The task stays with you; the answers come back onto its page."),
    )
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@views.post("/reminders")
def remind(task_id: int) -> Answer:
    page = _read(task_id)
    try:
        with work() as unit:
            told = reminders.remind(unit, task_id)
    except _REFUSALS as error:
        return with_fault(task_id, "remind", error)
    toasts.tell(
        say("Reminded: {task}, {number}", task=_name(page), number=page.case.number),
        translator().ngettext("{n} person was told.", "{n} people were told.", told),
    )
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def chosen_people() -> list[int]:
    """The people ticked in this request's form."""
    found = map(number, request.form.getlist("people"))
    return [one for one in found if one is not None]


def _read(task_id: int) -> TaskPage:
    with reading() as unit:
        return tasks.page(unit, task_id)


def _name(page: TaskPage) -> str:
    return translator().text(page.form.name)
