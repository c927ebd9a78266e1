"""Sending files: attachments and issued documents, to be saved and never to be run."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, send_file, url_for

from engine.services import attachments as attached
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


@documents.post("/<int:document_id>/void")
def void(document_id: int) -> Answer:
    """A document counts no longer; refused without a reason, which the page then asks for."""
    with work() as unit:
        case_id = issued.void(unit, document_id, request.form.get("reason", ""))
    toasts.tell(say("The document is void."), say("Its number stays in the register."))
    return redirect(url_for("cases.tab", case_id=case_id, tab="documents"), 303)


def _sent(found: Download) -> Response:
    response = send_file(found.path.absolute(), mimetype=found.media_type, conditional=True)
    response.headers.update(found.headers)
    return response
