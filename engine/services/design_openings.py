"""How drafts of procedures begin: from the newest version, or from nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bpmn import blank
from engine.errors import Invalid, NotFound
from engine.services import audit, designs
from engine.store import definitions as definition_store
from engine.store import designs as store
from engine.store.designs import DesignRow
from engine.values.acts import Act
from engine.values.design_pages import Design, DesignAct
from engine.work import Work

_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
#: Words that are addresses of their own beside those of procedures.
RESERVED = frozenset(("vocabulary", "import", "new"))
LONGEST_NAME = 100


def open_draft(work: Work, process_id: str) -> Design:
    """Begin a draft of the newest version, or go on with the one there is."""
    designs.manage(work)
    row = store.open_of(work.session, process_id)
    if row is not None:
        return designs.shown(work, row)
    for base in definition_store.versions(work.session, process_id)[:1]:
        files = designs.own_sources(work, base.id)
        made = add(work, process_id, base.name, base.main, files, origin="published", base=base.id)
        return designs.shown(work, made)
    raise NotFound("no_such_process", process=process_id)


def create(work: Work, process_id: str, name: str) -> Design:
    """A draft of a new procedure: a lane of the legal office, a start, a step and an end.

    Raises Invalid with an error per field: ``bad_process_id``, ``process_exists``, ``required``.
    """
    designs.manage(work)
    name = name.strip()
    wrong = unusable(work, process_id)
    if not name:
        wrong["name"] = Invalid("required")
    elif len(name) > LONGEST_NAME:
        wrong["name"] = Invalid("too_long", maximum=LONGEST_NAME)
    if wrong:
        raise Invalid(fields=wrong)
    main = f"{process_id}.bpmn"
    made = add(
        work, process_id, name, main, {main: blank.diagram(process_id, name)}, origin="empty"
    )
    return designs.shown(work, made)


def unusable(work: Work, process_id: str) -> dict[str, Invalid]:
    """Why a new procedure may not have this id, by the field it is typed into."""
    if not _ID.fullmatch(process_id) or process_id in RESERVED:
        return {"process": Invalid("bad_process_id", value=process_id[:80])}
    known = definition_store.versions(work.session, process_id)[:1]
    if known or store.open_of(work.session, process_id) is not None:
        return {"process": Invalid("process_exists", value=process_id)}
    return {}


def add(
    work: Work,
    process_id: str,
    name: str,
    main: str,
    files: Mapping[str, bytes],
    *,
    origin: str,
    base: int | None = None,
) -> DesignRow:
    """Store a new draft and say so on the record."""
    row = store.add(
        work.session,
        files,
        process_id=process_id,
        name=name,
        main=main,
        state=store.DRAFT,
        origin=origin,
        base_id=base,
        revision=1,
        created_at=work.now,
        created_by=work.actor.name,
        changed_at=work.now,
        changed_by=work.actor.name,
        note="",
        submitted_by="",
        reviewed_by="",
        words="",
    )
    designs.tell(work, row, DesignAct.OPENED, files=files)
    audit.append(work, None, Act.DESIGN_OPENED, process=process_id, origin=origin)
    return row
