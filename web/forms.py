"""Fields of a definition as inputs, and what was typed into them, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import render_template, request
from werkzeug.datastructures import FileStorage

from engine.errors import DubanError, Invalid
from engine.i18n import Translator, formats
from engine.services import attachments
from engine.values.pages import AttachmentRow, FieldView
from engine.values.process import Field, FieldType
from engine.values.quorum import OPINION_PARTS
from engine.values.task_pages import DraftSaved
from web import kept
from web.request import office, say

#: What follows the field's id in the names of its inputs, beyond the id itself.
_PARTS: dict[FieldType, tuple[str, ...]] = {
    FieldType.YES_NO_NOTE: (".note",),
    FieldType.LEGAL_ARTICLE: (".law", ".article"),
    FieldType.OPINIONS: tuple(f".{part}" for part in OPINION_PARTS),
}
#: Files come in under the field's id with this ending.
UPLOAD = ".upload"

#: Attaches one received file to what the form belongs to.
Attach = Callable[["attachments.Received", str], AttachmentRow]


@dataclass(frozen=True)
class Fault:
    """Something wrong with a field, in words, for the summary and beside the field."""

    field: str
    label: str
    sentence: str


def raw() -> dict[str, list[str]]:
    """What was typed into the form of this request."""
    return kept.typed(request.form)


def names(field: Field) -> tuple[str, ...]:
    """The names under which a field's text is sent."""
    return (field.id, *(field.id + part for part in _PARTS.get(field.type, ())))


def faults(error: Invalid, views: Iterable[FieldView], words: Translator) -> dict[str, Fault]:
    """What is wrong, by field id, in the order of the form."""
    return {
        view.field.id: Fault(
            view.field.id,
            words.text(view.field.label),
            words.sentence(error.fields[view.field.id].code, error.fields[view.field.id].facts),
        )
        for view in views
        if view.field.id in error.fields
    }


def take_uploads(
    views: Iterable[FieldView], typed: dict[str, list[str]], attach: Attach
) -> dict[str, DubanError]:
    """Stores the files of this request and adds their ids to what was typed.

    Files are stored before the form is judged, so that a mistake elsewhere does not cost them.
    Answers what could not be stored, by field id.
    """
    refused: dict[str, DubanError] = {}
    for view in views:
        field = view.field
        if field.type is not FieldType.FILE or field.readonly:
            continue
        for part in request.files.getlist(field.id + UPLOAD):
            if not part.filename:
                continue
            try:
                row = attach(receive(part), field.id)
            except Invalid as error:
                refused[field.id] = error
            else:
                typed.setdefault(field.id, []).append(str(row.id))
    return refused


def receive(part: FileStorage) -> attachments.Received:
    """A file's bytes in the store, not yet attached to anything; no transaction is open."""
    return attachments.receive(office(), cast("BinaryIO", part.stream), part.filename or "")


def draft_saved(saved: DraftSaved) -> dict[str, object]:
    """What the form's script is told after a draft was kept."""
    at = f"{formats.local(saved.at):%H:%M:%S}"
    return {"saved": say("Draft saved {at}", at=at), "visible": list(saved.visible)}


def readable(
    views: Iterable[FieldView], typed: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """What was typed, as pairs of label and text, to be shown where no form can take it."""
    told = []
    for view in views:
        lines = [text for name in names(view.field) for text in typed.get(name, ()) if text]
        if lines:
            labels = {option.value: option.label for option in view.field.options}
            labels |= {choice.value: choice.label for choice in view.choices}
            labels |= {str(row.id): row.filename for row in view.attachments}
            told.append((view.field.label, "\n".join(labels.get(line, line) for line in lines)))
    return told


def uploaded(field_id: str, attach: Attach) -> tuple[str, int]:
    """The answer to a file sent by itself: the row to add to the form, or what is wrong."""
    part = request.files.get("file")
    if part is None or not part.filename:
        raise Invalid("file_empty")
    row = attach(receive(part), field_id)
    return render_template("components/attached.html", row=row, field_id=field_id), 201
