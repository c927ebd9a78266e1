"""A task: its form, its draft, taking it, giving it back, handing it over, completing it."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from engine.errors import Broken, Conflict, DubanError, Forbidden, Invalid, NotFound
from engine.services import attachments, tasks
from engine.values.pages import AttachmentRow
from engine.values.task_pages import TaskPage
from web import forms, kept, toasts
from web.errors import situation
from web.kept import Answer, Kept
from web.request import fragment, local_path, number, reading, say, translator, work
from web.security import reference

views = Blueprint("tasks", __name__, url_prefix="/tasks/<int:task_id>")


@views.get("")
def show(task_id: int) -> Answer:
    page = _read(task_id)
    if page.unread:
        with work() as unit:
            tasks.mark_seen(unit, task_id)
    return _page(task_id)


@views.post("/completion")
def complete(task_id: int) -> Answer:
    typed = forms.raw()
    try:
        page = _read(task_id)
        refused = forms.take_uploads(page.fields, typed, _attach)
        if refused:
            raise Invalid(fields=refused)
        with work() as unit:
            done = tasks.complete(unit, task_id, typed, _revision())
    except Invalid as error:
        return _page(task_id, typed, error), 422
    except (Conflict, Forbidden) as error:
        return _moved_on(task_id, typed, error)
    except Broken:
        # The page of the incident promises that the text is kept.
        with work() as unit:
            tasks.save_draft(unit, task_id, typed)
        raise
    toasts.completed(done)
    return redirect(url_for("inbox.show"), 303)


@views.post("/draft")
def save_draft(task_id: int) -> Answer:
    typed = forms.raw()
    try:
        page = _read(task_id)
        refused = forms.take_uploads(page.fields, typed, _attach)
        with work() as unit:
            saved = tasks.save_draft(unit, task_id, typed)
    except (Conflict, Forbidden) as error:
        if fragment():
            raise
        return _moved_on(task_id, typed, error)
    if fragment():
        return jsonify(**forms.draft_saved(saved))
    if refused:
        return _page(task_id, typed, Invalid(fields=refused)), 422
    toasts.tell(say("Draft saved"), say("Nobody else sees it; the task stays with you."))
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@views.post("/files/<field_id>")
def upload(task_id: int, field_id: str) -> Answer:
    """Takes one file at once while the form is still being filled in."""
    _read(task_id)
    return forms.uploaded(field_id, _attach)


@views.post("/holder")
def claim(task_id: int) -> Answer:
    with work() as unit:
        tasks.claim(unit, task_id)
    with reading() as unit:
        page = tasks.page(unit, task_id)
    toasts.tell(
        say("Yours now: {task}, {number}", task=_name(page), number=page.case.number),
        links=((say("Open"), url_for("tasks.show", task_id=task_id)),) if _back() else (),
    )
    return redirect(_back() or url_for("tasks.show", task_id=task_id), 303)


@views.post("/release")
def unclaim(task_id: int) -> Answer:
    page = _read(task_id)
    try:
        with work() as unit:
            tasks.unclaim(unit, task_id, request.form.get("reason", ""))
    except Invalid as error:
        return _page(task_id, verb_error=("unclaim", error)), 422
    toasts.tell(
        say("Given back: {task}, {number}", task=_name(page), number=page.case.number),
        say("Your draft is kept in case you take it again."),
    )
    return redirect(url_for("inbox.show"), 303)


@views.post("/assignment")
def reassign(task_id: int) -> Answer:
    page = _read(task_id)
    person = number(request.form.get("person"))
    try:
        if person is None:
            raise Invalid("nobody_chosen")
        with work() as unit:
            tasks.reassign(unit, task_id, person, request.form.get("reason", ""))
    except Invalid as error:
        return _page(task_id, verb_error=("reassign", error)), 422
    name = next((found.label for found in page.colleagues if found.value == str(person)), "")
    toasts.tell(
        say("Handed over: {task}, {number}", task=_name(page), number=page.case.number),
        say("Now with {who}.", who=name),
    )
    return redirect(url_for("inbox.show"), 303)


@kept.returns_to("tasks.complete")
@kept.returns_to("tasks.save_draft")
def put_back(text: Kept) -> Answer:
    """Keeps the text as a draft if the task is still there, and shows the form with it."""
    task_id = int(text.arguments["task_id"])
    try:
        return _page(task_id, text.raw, kept_files=text.files)
    except (Conflict, Forbidden) as error:
        return _moved_on(task_id, text.raw, error)
    except NotFound:
        return render_template("auth/kept.html", kept=text)


def _read(task_id: int) -> TaskPage:
    with reading() as unit:
        return tasks.page(unit, task_id)


def _page(
    task_id: int,
    typed: dict[str, list[str]] | None = None,
    error: Invalid | None = None,
    *,
    verb_error: tuple[str, DubanError] | None = None,
    kept_files: tuple[str, ...] | None = None,
) -> str:
    """The task with its form. What was typed is kept as a draft first, so the form shows it."""
    if typed is not None:
        with work() as unit:
            tasks.save_draft(unit, task_id, typed)
    page = _read(task_id)
    return render_template(
        "tasks/show.html",
        page=page,
        faults=forms.faults(error, page.fields, translator()) if error else {},
        error=error,
        verb_error=(verb_error[0], _told(verb_error[1])) if verb_error else None,
        kept_files=kept_files,
    )


def _moved_on(task_id: int, typed: dict[str, list[str]], error: DubanError) -> tuple[str, int]:
    """Somebody was faster, the page is old, or the role is gone: say so and show the text."""
    with work() as unit:
        tasks.save_draft(unit, task_id, typed)
    page = _read(task_id)
    found = situation(error)
    text = render_template(
        "tasks/moved_on.html",
        page=page,
        error=error,
        situation=found,
        kept=forms.readable(page.fields, typed),
        reference=reference(),
    )
    return text, found.status


def with_fault(task_id: int, verb: str, error: DubanError) -> tuple[str, int]:
    """The task with a verb's form open, what was typed in it, and what is wrong."""
    return _page(task_id, verb_error=(verb, error)), situation(error).status


def _told(error: DubanError) -> DubanError:
    """The one thing wrong with a form of few fields."""
    found = error.fields if isinstance(error, Invalid) else {}
    return next(iter(found.values()), error)


def _attach(received: attachments.Received, field_id: str) -> AttachmentRow:
    """The uploader's own until the form is sent: a draft's files are nobody else's business."""
    with work() as unit:
        return attachments.attach(unit, None, received, field=field_id)


def _name(page: TaskPage) -> str:
    return translator().text(page.form.name)


def _revision() -> int:
    return number(request.form.get("_revision")) or 0


def _back() -> str:
    return local_path(request.form.get("_back"))
