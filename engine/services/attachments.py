"""Files people attach: taken in, bound to a case, and handed out like the case they belong to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.office import Office
from engine.services import access, audit, discretion, dockets
from engine.services.dockets import Docket
from engine.store import attachments as rows
from engine.store import filetypes, people
from engine.store.attachments import Attachment
from engine.store.files import FileStore
from engine.values.acts import Act
from engine.values.pages import AttachmentRow
from engine.work import Work

LONGEST_NAME = 120

#: Controls, and marks by which a name can show its letters in another order than it has them.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
#: What a file name may not hold on somebody's disk.
_UNSUITABLE = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True)
class Received:
    """Content that was checked and is kept; :func:`attach` makes it somebody's file."""

    filename: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Download:
    """A file to be sent, with all headers that keep a browser from running it."""

    filename: str
    media_type: str
    size: int
    path: Path
    headers: Mapping[str, str]


def store(office: Office) -> FileStore:
    """The installation's file store."""
    found: FileStore = office.kept.get("files", lambda: FileStore(office.settings.files))
    return found


# --- Taking in --------------------------------------------------------------------------------


def receive(office: Office, stream: BinaryIO, filename: str) -> Received:
    """Take a file in, before any unit of work: bytes may arrive slowly, and locks must not wait.

    Raises Invalid: ``file_empty``, ``file_too_large`` (limit), ``file_type_not_allowed`` (allowed),
    ``file_type_mismatch`` (extension, found), ``file_macros``, ``file_damaged``.
    """
    name = clean_name(filename)
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in filetypes.EXTENSIONS:
        raise _not_allowed(name)
    kept = store(office)
    with kept.incoming(stream, office.settings.max_upload_bytes) as arrived:
        with arrived.path.open("rb") as content:
            kind = filetypes.recognise(content)
        if kind is None:
            raise _not_allowed(name)
        if extension not in kind.extensions:
            found = "、".join(kind.extensions)
            raise Invalid("file_type_mismatch", name=name, extension=extension, found=found)
        kept.keep(arrived)
    return Received(name, kind.media_type, arrived.sha256, arrived.size)


def clean_name(filename: str) -> str:
    """The name as it is shown: no folders, nothing invisible, not too long; its ending stays."""
    name = unicodedata.normalize("NFC", filename.encode("utf-8", "replace").decode())
    name = _INVISIBLE.sub("", name).replace("\\", "/").rpartition("/")[2]
    name = " ".join(_UNSUITABLE.sub("_", name).split()).rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:LONGEST_NAME]
    return f"{stem.strip('. ')[: LONGEST_NAME - len(extension) - 1] or '附件'}.{extension}"


def _not_allowed(name: str) -> Invalid:
    return Invalid("file_type_not_allowed", name=name, allowed=" ".join(filetypes.EXTENSIONS))


def attach(work: Work, case_id: int | None, received: Received, field: str = "") -> AttachmentRow:
    """Make received content a file of a case at once, or of a form that was not sent yet.

    Without a case it is its uploader's own until :func:`bind`. ``field`` is the field of a form it
    answers; empty puts it on the case page. Raises NotFound ``no_such_case``, Conflict
    ``case_over``, and Forbidden ``people_only`` for machines.
    """
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    if case_id is None:
        return _row(work, [_add(work, None, received, field)])[0]
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        if not docket.running:
            raise Conflict("case_over")
        if field in access.hidden_fields(work, docket):
            raise NotFound("no_such_field", field=field)
        added = _add(work, case_id, received, field)
        _record(work, docket, added, field)
    return _row(work, [added])[0]


def _record(work: Work, docket: Docket, added: Attachment, field: str) -> None:
    audit.append(
        work,
        docket,
        Act.FILE_ATTACHED,
        # A name can tell who complained as well as the field it answers: it is not recorded.
        file=added.id,
        sha256=added.sha256,
        size=added.size,
        field=field,
    )


def _add(work: Work, case_id: int | None, received: Received, field: str) -> Attachment:
    return rows.add(
        work.session,
        case_id=case_id,
        field=field,
        filename=received.filename,
        media_type=received.media_type,
        size=received.size,
        sha256=received.sha256,
        uploaded_at=work.now,
        uploaded_by=work.actor.person_id,
    )


def bind(work: Work, docket: Docket, field: str, ids: Collection[int]) -> list[AttachmentRow]:
    """Files named in a form that was sent belong to the case from now on; its chain says so.

    Each is a file of this case already, or the actor's own upload of no case; anything else raises
    Invalid ``unknown_attachment``, whether it exists or not.
    """
    found = rows.some(work.session, ids)
    for attachment in found:
        own = attachment.case_id is None and attachment.uploaded_by == work.actor.person_id
        if not own and attachment.case_id != docket.id:
            raise Invalid("unknown_attachment", attachment=attachment.id)
    missing = set(ids) - {attachment.id for attachment in found}
    if missing:
        raise Invalid("unknown_attachment", attachment=min(missing))
    added = [attachment for attachment in found if attachment.case_id is None]
    rows.bind(work.session, [attachment.id for attachment in added], docket.id, field)
    for attachment in added:
        _record(work, docket, attachment, field)
    return _row(work, rows.some(work.session, ids))


# --- Handing out ------------------------------------------------------------------------------


def of_case(work: Work, case_id: int) -> list[AttachmentRow]:
    """The files of a case the reader may see, oldest first. Raises NotFound ``no_such_case``."""
    case = access.visible_case(work, case_id)
    hidden = access.hidden_fields(work, case)
    found = rows.of_case(work.session, case_id)
    return [
        replace(row, filename=discretion.veiled(work, case, row.filename))
        for row in _row(
            work, [attachment for attachment in found if attachment.field not in hidden]
        )
    ]


def own_unbound(work: Work, ids: Iterable[int]) -> list[AttachmentRow]:
    """Those among the ids that the actor uploaded and no case has yet."""
    if work.actor.person_id is None:
        return []
    return _row(
        work,
        [
            attachment
            for attachment in rows.some(work.session, set(ids))
            if attachment.case_id is None and attachment.uploaded_by == work.actor.person_id
        ],
    )


def open(work: Work, attachment_id: int) -> Download:
    """A file to be sent. Raises NotFound ``no_such_file`` when the reader may not have it."""
    found = rows.find(work.session, attachment_id)
    if found is None or not _may_read(work, found):
        raise NotFound("no_such_file")
    name = found.filename
    if found.case_id is not None:
        name = discretion.veiled(work, access.visible_case(work, found.case_id), name)
    return download(work.office, name, found.media_type, found.size, found.sha256)


def download(office: Office, filename: str, media_type: str, size: int, sha256: str) -> Download:
    """Kept content as a browser may have it: to be saved, never to be run or guessed at."""
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "_", filename)
    whole_name = quote(filename, safe="")
    return Download(
        filename,
        media_type,
        size,
        store(office).path(sha256),
        {
            "Content-Type": media_type,
            "Content-Disposition": (
                f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{whole_name}"
            ),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
            "ETag": f'"{sha256}"',
        },
    )


def _may_read(work: Work, found: Attachment) -> bool:
    if found.case_id is None:
        return work.actor.person_id is not None and found.uploaded_by == work.actor.person_id
    try:
        row = access.visible_case(work, found.case_id)
    except NotFound:
        return False
    return found.field not in access.hidden_fields(work, row)


def _row(work: Work, found: Collection[Attachment]) -> list[AttachmentRow]:
    uploaders = {one.uploaded_by for one in found if one.uploaded_by is not None}
    names = people.names_of_people(work.session, uploaders)
    return [
        AttachmentRow(
            id=one.id,
            case_id=one.case_id,
            filename=one.filename,
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            uploaded_at=one.uploaded_at,
            uploaded_by=names.get(one.uploaded_by or 0, ""),
        )
        for one in found
    ]
