"""Starting a case: the procedures there are, and the form each begins with."""

from __future__ import annotations

import secrets

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from engine.errors import Broken, Conflict, Invalid
from engine.services import attachments, starts
from engine.values.pages import AttachmentRow
from web import forms, kept, toasts
from web.kept import Answer, Kept
from web.request import fragment, number, reading, say, translator, work

views = Blueprint("start", __name__)


@views.get("/start")
def index() -> Answer:
    with reading() as unit:
        rows = starts.startable(unit)
    return render_template("start/index.html", rows=rows)


@views.get("/start/<process_id>")
def form(process_id: str) -> Answer:
    with reading() as unit:
        page = starts.form(unit, process_id)
    return render_template("start/form.html", page=page, faults={}, sheet=secrets.token_hex(16))


@views.post("/start/<process_id>")
def begin(process_id: str) -> Answer:
    typed = forms.raw()
    with reading() as unit:
        page = starts.form(unit, process_id, typed)
    refused = forms.take_uploads(page.fields, typed, _attach)
    try:
        if refused:
            raise Invalid(fields=refused)
        with work() as unit:
            done = starts.start(unit, process_id, typed, _body(), _sheet())
    except Invalid as error:
        return _again(process_id, typed, error), 422
    except Conflict as error:
        if error.code != "already_started" or not error.facts["case"]:
            raise
        # A second click, or the browser sent it again: one case, and here it is.
        toasts.tell(translator().sentence(error.code, error.facts))
        return redirect(url_for("cases.show", case_id=error.facts["case"]), 303)
    except Broken:
        with work() as unit:
            starts.save_draft(unit, process_id, typed)
        raise
    toasts.completed(done)
    return redirect(url_for("inbox.show"), 303)


@views.post("/start/<process_id>/draft")
def save_draft(process_id: str) -> Answer:
    """Keeps what is typed so far, and tells which fields are asked for under it."""
    typed = forms.raw()
    with reading() as unit:
        page = starts.form(unit, process_id, typed)
    refused = forms.take_uploads(page.fields, typed, _attach)
    with work() as unit:
        saved = starts.save_draft(unit, process_id, typed)
    if fragment():
        return jsonify(**forms.draft_saved(saved))
    if refused:
        return _again(process_id, typed, Invalid(fields=refused)), 422
    toasts.tell(say("Draft saved"), say("Nothing is started before you send the form."))
    return redirect(url_for("start.form", process_id=process_id), 303)


@views.post("/start/<process_id>/files/<field_id>")
def upload(process_id: str, field_id: str) -> Answer:
    """Takes one file at once while the form is still being filled in."""
    return forms.uploaded(field_id, _attach)


@kept.returns_to("start.begin")
@kept.returns_to("start.save_draft")
def put_back(text: Kept) -> Answer:
    return _again(str(text.arguments["process_id"]), text.raw, None, text.files)


def _again(
    process_id: str,
    typed: dict[str, list[str]],
    error: Invalid | None,
    files: tuple[str, ...] = (),
) -> str:
    """The form with everything that was typed, which is kept as a draft too."""
    with work() as unit:
        starts.save_draft(unit, process_id, typed)
        page = starts.form(unit, process_id)
    return render_template(
        "start/form.html",
        page=page,
        faults=forms.faults(error, page.fields, translator()) if error else {},
        error=error,
        kept=error is None,
        files=files,
        sheet=_sheet() or secrets.token_hex(16),
    )


def _body() -> int | None:
    """The body for which somebody of several bodies starts the case."""
    return number(request.form.get("_body"))


def _sheet() -> str:
    """The number of the form as it was shown."""
    given = request.form.get("_sheet", "")
    return given if given.isalnum() and given.isascii() and len(given) <= 32 else ""


def _attach(received: attachments.Received, field_id: str) -> AttachmentRow:
    with work() as unit:
        return attachments.attach(unit, None, received, field=field_id)
