"""Word templates of the county: replaced by those who look after them, version by version.

An upload is untrusted: its package is checked (:mod:`engine.services.word`), then what it names is
compared with what its documents can have. A version comes into force at an instant its approver
sets; documents are made from the one in force when they are issued, and keep their own hash.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, timedelta

from engine.errors import Broken, Conflict, Forbidden, Invalid, NotFound
from engine.rules import permissions
from engine.rules.documents import DocumentType
from engine.services import attachments, audit, catalogue, shipped, template_lint, word
from engine.store import people
from engine.store import templates as rows
from engine.store.templates import TemplateRow
from engine.values.acts import Act
from engine.values.paper_pages import TemplateState, TemplateVersion
from engine.values.people import Verdict
from engine.work import Work

LONGEST_NOTE = 500
#: An instant a little in the past is one that was being typed.
GRACE = timedelta(minutes=5)


def content(work: Work, kind: DocumentType) -> bytes:
    """The template the next document of a type is made from.

    Raises Broken ``template_missing``.
    """
    found = rows.in_force(work.session, kind.code, work.now)
    if found is None:
        return catalogue.of(work.office).template(kind)
    return attachments.store(work.office).read(found.sha256)


def type_of(work: Work, code: str) -> DocumentType:
    """A type of document. Raises NotFound ``no_such_template``."""
    try:
        return catalogue.of(work.office).document(code)
    except Broken:
        raise NotFound("no_such_template", type=code) from None


def may_change(work: Work) -> Verdict:
    """Whether the reader looks after the templates."""
    return permissions.may_change_templates(work.actor, shipped.county_roles(work.office))


def content_of(work: Work, code: str, version: int) -> bytes:
    """The bytes of one version; 0 is the one that ships. Raises NotFound ``no_such_template``."""
    kind = type_of(work, code)
    if version == 0:
        return catalogue.of(work.office).template(kind)
    return attachments.store(work.office).read(_row(work, code, version).sha256)


def download(work: Work, code: str, version: int) -> tuple[bytes, str]:
    """A version to be opened in Word, and the name of the file."""
    kind = type_of(work, code)
    return content_of(work, code, version), f"{kind.title}-v{version}.docx"


def versions(work: Work, code: str) -> tuple[TemplateVersion, ...]:
    """Every version, newest first, the one that ships last."""
    kind = type_of(work, code)
    found = rows.of_type(work.session, code)
    now = rows.in_force(work.session, code, work.now)
    names = people.names_of_people(
        work.session, {one for row in found for one in (row.uploaded_by, row.approved_by) if one}
    )
    first = catalogue.of(work.office).template(kind)
    ships = TemplateVersion(
        0,
        TemplateState.IN_FORCE if now is None else TemplateState.PAST,
        hashlib.sha256(first).hexdigest(),
        len(first),
        kind.template,
    )
    return (
        *(
            TemplateVersion(
                row.version,
                _state(row, now, work.now),
                row.sha256,
                row.size,
                row.filename,
                row.note,
                row.uploaded_at,
                names.get(row.uploaded_by or 0, ""),
                row.effective_at,
                row.approved_at,
                names.get(row.approved_by or 0, ""),
            )
            for row in found
        ),
        ships,
    )


def _state(row: TemplateRow, now: TemplateRow | None, at: datetime) -> TemplateState:
    if row.withdrawn_at is not None:
        return TemplateState.WITHDRAWN
    if row.effective_at is None:
        return TemplateState.DRAFT
    if row.effective_at > at:
        return TemplateState.COMING
    return TemplateState.IN_FORCE if now is not None and now.id == row.id else TemplateState.PAST


# --- Changing ---------------------------------------------------------------------------------


def upload(work: Work, code: str, filename: str, sent: bytes, note: str) -> int:
    """Take a template in, to be looked at; the number of its version.

    Nothing is made from it before :func:`put_in_force`. Raises Invalid with the field ``file``:
    ``bad_template`` (reason), ``file_empty``; or ``note`` ``required``; Forbidden
    ``templates_manager_only``.
    """
    _allowed(work)
    type_of(work, code)
    note = _note(note)
    if not sent:
        raise Invalid(fields={"file": Invalid("file_empty")})
    try:
        word.check(sent)
    except Invalid as error:
        raise Invalid(fields={"file": error}) from error
    return _add(work, code, attachments.clean_name(filename or f"{code}.docx"), sent, note)


def go_back(work: Work, code: str, version: int, note: str) -> int:
    """An earlier version once more, as a version of its own; its number.

    Raises as :func:`upload`, and NotFound ``no_such_template``.
    """
    _allowed(work)
    note = _note(note)
    earlier = content_of(work, code, version)
    name = type_of(work, code).template if version == 0 else _row(work, code, version).filename
    return _add(work, code, name, earlier, note)


def _add(work: Work, code: str, filename: str, sent: bytes, note: str) -> int:
    kept = attachments.store(work.office)
    with kept.incoming(io.BytesIO(sent), word.MOST_TEMPLATE_BYTES) as arrived:
        kept.keep(arrived)
    row = rows.add(
        work.session,
        code,
        filename=filename,
        size=arrived.size,
        sha256=arrived.sha256,
        note=note,
        uploaded_at=work.now,
        uploaded_by=work.actor.person_id,
    )
    audit.append(
        work,
        None,
        Act.TEMPLATE_UPLOADED,
        type=code,
        version=row.version,
        sha256=row.sha256,
        note=note,
    )
    return row.version


def put_in_force(work: Work, code: str, version: int, effective_at: datetime | None) -> None:
    """Documents of the type are made from a version from an instant on (now, when none is given).

    Raises Invalid ``effective_at`` ``in_the_past``, Conflict ``template_settled``, Conflict
    ``template_has_faults`` for one that names what its documents cannot have, Forbidden, NotFound.
    """
    _allowed(work)
    row = _row(work, code, version)
    if effective_at is not None and effective_at < work.now - GRACE:
        raise Invalid(fields={"effective_at": Invalid("in_the_past")})
    faults = [
        one
        for one in template_lint.findings(work, code, content_of(work, code, version))
        if one.grave
    ]
    if faults:
        raise Conflict("template_has_faults", names="、".join(one.name for one in faults))
    begins = max(effective_at or work.now, work.now)
    if not rows.put_in_force(work.session, row.id, begins, work.now, work.actor.person_id):
        raise Conflict("template_settled")
    audit.append(
        work,
        None,
        Act.TEMPLATE_IN_FORCE,
        type=code,
        version=version,
        sha256=row.sha256,
        begins=begins.isoformat(),
    )


def withdraw(work: Work, code: str, version: int) -> None:
    """Give up a version before it comes into force. Raises Conflict ``template_settled``."""
    _allowed(work)
    row = _row(work, code, version)
    if not rows.withdraw(work.session, row.id, work.now, work.actor.person_id):
        raise Conflict("template_settled")
    audit.append(work, None, Act.TEMPLATE_WITHDRAWN, type=code, version=version)


def _allowed(work: Work) -> None:
    verdict = may_change(work)
    if not verdict:
        raise Forbidden(verdict.code, **verdict.facts)


def _note(note: str) -> str:
    tidy = " ".join(note.split())[:LONGEST_NOTE]
    if not tidy:
        raise Invalid(fields={"note": Invalid("required")})
    return tidy


def _row(work: Work, code: str, version: int) -> TemplateRow:
    found = rows.find(work.session, code, version)
    if found is None:
        raise NotFound("no_such_template", type=code, version=version)
    return found
