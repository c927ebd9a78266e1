"""Asking for a stop, a resumption or an extension of a clock of a case."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Invalid
from engine.services import attachments, clock_requests
from engine.services.clock_requests import Wish
from engine.values.pages import AttachmentRow
from web import forms, kept, toasts
from web.kept import Answer, Kept
from web.request import number, reading, translator, work

views = Blueprint("clock_requests", __name__, url_prefix="/cases/<int:case_id>/clock")

_KIND = "<any(pause, resume, extend):kind>"


@views.get(f"/{_KIND}")
def show(case_id: int, kind: str) -> Answer:
    return _form(case_id, _wish(kind))


@views.post(f"/{_KIND}")
def ask(case_id: int, kind: str) -> Answer:
    wish, typed = _wish(kind), forms.raw()
    try:
        with reading() as unit:
            page = clock_requests.form(unit, case_id, wish, typed)
        refused = forms.take_uploads(page.fields, typed, _attach)
        if refused:
            raise Invalid(fields=refused)
        with work() as unit:
            done = clock_requests.ask(unit, case_id, wish, typed)
    except Invalid as error:
        if not error.fields:
            raise
        return _form(case_id, wish, typed, error), 422
    toasts.completed(done)
    return redirect(url_for("cases.tab", case_id=case_id, tab="deadlines"), 303)


@kept.returns_to("clock_requests.ask")
def put_back(text: Kept) -> Answer:
    wish = _wish(str(text.arguments["kind"]))
    return _form(int(text.arguments["case_id"]), wish, text.raw)


# --- Parts ------------------------------------------------------------------------------------


def _wish(kind: str) -> Wish:
    asked = request.args
    return Wish(kind, number(asked.get("deadline")), number(asked.get("ground")))


def _form(
    case_id: int, wish: Wish, typed: kept.Raw | None = None, error: Invalid | None = None
) -> str:
    with reading() as unit:
        page = clock_requests.form(unit, case_id, wish, typed)
    return render_template(
        "clock/request.html",
        page=page,
        faults=forms.faults(error, page.fields, translator()) if error else {},
        error=error,
    )


def _attach(received: attachments.Received, field_id: str) -> AttachmentRow:
    with work() as unit:
        return attachments.attach(unit, None, received, field=field_id)
