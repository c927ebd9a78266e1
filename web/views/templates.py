"""Word templates: to be read by all, replaced by whoever looks after them."""

from __future__ import annotations

import io
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from engine.errors import DubanError, Invalid
from engine.services import template_pages, templates, word
from engine.values.timing import COUNTY_ZONE
from web import toasts
from web.kept import Answer
from web.request import reading, say, work

views = Blueprint("doctemplates", __name__, url_prefix="/document-templates")

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CODE = "<code>"


@views.get("")
def index() -> Answer:
    text = request.args.get("q", "")[:100]
    with reading() as unit:
        page = template_pages.listing(unit, text)
    return render_template("doctemplates/index.html", page=page, text=text)


@views.get(f"/{_CODE}")
def show(code: str) -> Answer:
    return _page(code)


@views.post(f"/{_CODE}")
def upload(code: str) -> Answer:
    """A new version; it is looked at before anything is made from it."""
    part = request.files.get("file")
    # A little more than may be taken is read, so that too much is seen as such.
    sent = part.stream.read(word.MOST_TEMPLATE_BYTES + 1) if part is not None else b""
    try:
        with work() as unit:
            version = templates.upload(
                unit,
                code,
                (part.filename if part is not None else "") or "",
                sent,
                request.form.get("note", ""),
            )
    except Invalid as error:
        return _page(code, error), 422
    toasts.tell(
        say("Version {n} was taken in.", n=version), say("Look at it, then put it in force.")
    )
    return redirect(url_for("doctemplates.version", code=code, version=version), 303)


@views.get(f"/{_CODE}/<int:version>")
def version(code: str, version: int) -> Answer:
    return _preview(code, version)


@views.get(f"/{_CODE}/<int:version>/file")
def download(code: str, version: int) -> Answer:
    with reading() as unit:
        content, name = templates.download(unit, code, version)
    return send_file(io.BytesIO(content), mimetype=_DOCX, as_attachment=True, download_name=name)


@views.post(f"/{_CODE}/<int:version>/force")
def put_in_force(code: str, version: int) -> Answer:
    text = request.form.get("effective_at", "").strip()
    try:
        begins = _instant(text)
        with work() as unit:
            templates.put_in_force(unit, code, version, begins)
    except Invalid as error:
        return _preview(code, version, error)
    toasts.tell(
        say("Version {n} is settled.", n=version),
        say(
            "Documents issued from that moment on are made from it; earlier ones stay as they are."
        ),
    )
    return redirect(url_for("doctemplates.show", code=code), 303)


@views.post(f"/{_CODE}/<int:version>/withdrawal")
def withdraw(code: str, version: int) -> Answer:
    with work() as unit:
        templates.withdraw(unit, code, version)
    toasts.tell(say("Version {n} was given up.", n=version))
    return redirect(url_for("doctemplates.show", code=code), 303)


@views.post(f"/{_CODE}/<int:version>/return")
def go_back(code: str, version: int) -> Answer:
    try:
        with work() as unit:
            made = templates.go_back(unit, code, version, request.form.get("note", ""))
    except Invalid as error:
        return _preview(code, version, error)
    toasts.tell(
        say("Version {n} has the words of version {old}.", n=made, old=version),
        say("Look at it, then put it in force."),
    )
    return redirect(url_for("doctemplates.version", code=code, version=made), 303)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)
    except ValueError as error:
        raise Invalid(fields={"effective_at": Invalid("not_a_date")}) from error


def _page(code: str, error: DubanError | None = None) -> str:
    with reading() as unit:
        page = template_pages.page(unit, code)
    return render_template(
        "doctemplates/show.html", page=page, error=error, typed=request.form, faults=_faults(error)
    )


def _preview(code: str, version: int, error: DubanError | None = None) -> Answer:
    number = request.args.get("case", "")[:60]
    found: DubanError | None = error
    with reading() as unit:
        try:
            preview = template_pages.preview(unit, code, version, number)
        except Invalid as wrong:
            found = wrong
            preview = template_pages.preview(unit, code, version)
    page = render_template(
        "doctemplates/version.html",
        preview=preview,
        page=preview.page,
        one=preview.version,
        number=number,
        typed=request.form,
        faults=_faults(found),
        error=found,
    )
    return (page, 422) if found is not None else page


def _faults(error: DubanError | None) -> dict[str, DubanError]:
    return dict(error.fields) if isinstance(error, Invalid) else {}
