"""Sending files: attachments and issued documents, to be saved and never to be run."""

from __future__ import annotations

from flask import Blueprint, Response, send_file

from engine.services import attachments as attached
from engine.services import documents as issued
from engine.services.attachments import Download
from web.kept import Answer
from web.request import reading

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


def _sent(found: Download) -> Response:
    response = send_file(found.path.absolute(), mimetype=found.media_type, conditional=True)
    response.headers.update(found.headers)
    return response
