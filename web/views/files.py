"""Sending files: attachments and issued documents, to be saved and never to be run."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from engine.errors import Invalid
from engine.services import attachments as attached
from engine.services import corrections, voided
from engine.services import documents as issued
from engine.services.attachments import Download
from web import toasts
from web.kept import Answer
from web.request import reading, say, work

attachments = Blueprint("attachments", __name__, url_prefix="/attachments")
documents = Blueprint("documents", __name__, url_prefix="/documents")


@attachments.get("/<int:attachment_id>")
def download(attachment_id: int) -> Answer:
    with reading() as unit:
        found = attached.open(unit, attachment_id)
    return _sent(found)


@documents.get("/<int:document_id>", endpoint="download")
def document(document_id: int) -> Answer:
    with reading() as unit:
        found = issued.open(unit, document_id)
    return _sent(found)


@documents.get("/void", endpoint="voided")
def void_numbers() -> Answer:
    with reading() as unit:
        page = voided.page(unit, request.args.get("after", ""))
    return render_template("papers/voided.html", page=page)


@documents.post("/<int:document_id>/void")
def void(document_id: int) -> Answer:
    """A document counts no longer; refused without a reason, which the page then asks for."""
    with work() as unit:
        case_id = issued.void(unit, document_id, request.form.get("reason", ""))
    toasts.tell(say("The document is void."), say("Its number stays in the register."))
    return redirect(url_for("cases.tab", case_id=case_id, tab="documents"), 303)


@documents.get("/<int:document_id>/page", endpoint="read")
def read(document_id: int) -> Answer:
    return _reading(document_id)


@documents.post("/<int:document_id>/correction")
def correct(document_id: int) -> Answer:
    """A new document that names the one it corrects."""
    typed = request.form
    wish = corrections.Wish(typed.get("wrong", ""), typed.get("right", ""), typed.get("reason", ""))
    try:
        with work() as unit:
            made = corrections.correct(unit, document_id, wish)
    except Invalid as error:
        return _reading(document_id, error), 422
    toasts.tell(
        say("Issued: {number}", number=made.number), say("The document it corrects is unchanged.")
    )
    return redirect(url_for("documents.read", document_id=made.id), 303)


def _reading(document_id: int, error: Invalid | None = None) -> str:
    with reading() as unit:
        found = issued.read(unit, document_id)
    return render_template(
        "papers/document.html",
        reading=found,
        typed=request.form,
        faults=error.fields if error else {},
    )


def _sent(found: Download) -> Response:
    response = send_file(found.path.absolute(), mimetype=found.media_type, conditional=True)
    response.headers.update(found.headers)
    return response
