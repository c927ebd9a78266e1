"""Drafts of procedures as data: what the modeler reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from engine.errors import BadDefinition, Conflict, Invalid
from engine.services import designs
from web import drawings
from web.kept import Answer
from web.request import reading, translator, work

views = Blueprint("designs", __name__, url_prefix="/diagrams/<process>")


@views.get("/design")
def show(process: str) -> Answer:
    with reading() as unit:
        page = designs.page(unit, process)
    return jsonify(drawings.design_data(page))


@views.get("/drawing")
def drawn(process: str) -> Answer:
    """The diagram as it stands, for a page that only shows it."""
    with reading() as unit:
        page = designs.page(unit, process)
    return jsonify(drawings.drawing_data(page))


@views.get("/design/revision")
def revision(process: str) -> Answer:
    """How far the draft is: asked now and then, to notice somebody else."""
    with reading() as unit:
        designs.look(unit)
        row = designs.opened(unit, process)
    return jsonify(
        revision=row.revision,
        state=row.state,
        by=translator().text(row.changed_by),
        at=drawings.told(row.changed_at),
    )


@views.post("/design")
def save(process: str) -> Answer | tuple[Response, int]:
    sent = _sent()
    seen = sent.get("revision")
    try:
        xml, tables = _sources(sent)
        if not isinstance(seen, int):
            raise Invalid("bad_request_data", name="revision")
        with work() as unit:
            saved = designs.save(unit, process, xml, tables, seen)
            by = unit.actor.name
    except Conflict as error:
        return _refused(error)
    except (BadDefinition, Invalid) as error:
        return _unusable(error)
    return jsonify(
        revision=saved.revision,
        saved_by=translator().text(by),
        saved_at=drawings.told(saved.at),
        findings=drawings.findings_data(saved.findings),
    )


@views.post("/findings")
def findings(process: str) -> Answer | tuple[Response, int]:
    """Everything wrong with files that are not saved."""
    try:
        xml, tables = _sources(_sent())
        with reading() as unit:
            found = designs.findings(unit, process, xml, tables)
    except (BadDefinition, Invalid) as error:
        return _unusable(error)
    return jsonify(findings=drawings.findings_data(found))


def _sent() -> Mapping[str, Any]:
    request.max_content_length = drawings.MOST_SENT
    found = request.get_json(silent=True, cache=False)
    return found if isinstance(found, dict) else {}


def _sources(sent: Mapping[str, Any]) -> tuple[bytes, dict[str, bytes]]:
    """Raises Invalid ``bad_request_data`` naming what is missing or no text."""
    xml, tables = sent.get("xml"), sent.get("tables", {})
    if not isinstance(xml, str):
        raise Invalid("bad_request_data", name="xml")
    if not isinstance(tables, dict) or not all(isinstance(text, str) for text in tables.values()):
        raise Invalid("bad_request_data", name="tables")
    return _bytes(xml), {str(name): _bytes(text) for name, text in tables.items()}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _refused(error: Conflict) -> tuple[Response, int]:
    told = {
        name: drawings.told(fact) if isinstance(fact, datetime) else fact
        for name, fact in error.facts.items()
    }
    sentence = translator().sentence(error.code, told)
    return jsonify(code=error.code, sentence=sentence, message=sentence, **told), 409


def _unusable(error: BadDefinition | Invalid) -> tuple[Response, int]:
    found = error.findings if isinstance(error, BadDefinition) else ()
    sentence = translator().sentence(error.code, dict(error.facts))
    return jsonify(
        code=error.code,
        sentence=sentence,
        message=sentence,
        findings=drawings.findings_data(found),
    ), 422
