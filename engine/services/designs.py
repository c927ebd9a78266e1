"""Drafts of procedures: opened, drawn, saved. What becomes of them: :mod:`design_reviews`.

A draft never touches a case. It keeps the diagram and the decision tables it pins; procedures it
calls are pinned in their newest version when it is checked or published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine.bpmn import blank, bundle, lint, xml
from engine.bpmn import definition as bpmn
from engine.bpmn.diagrams import drawn_texts
from engine.errors import BadDefinition, Conflict, Invalid, NotFound
from engine.rules import permissions
from engine.services import (
    audit,
    callees,
    duty,
    organisation,
    places,
    shipped,
)
from engine.store import definitions as definition_store
from engine.store import design_history as history_store
from engine.store import designs as store
from engine.store.designs import DesignRow
from engine.values.acts import Act
from engine.values.design_pages import Design, DesignAct, DesignPage, DesignState, Saved
from engine.values.people import ALLOWED, Verdict
from engine.values.process import Finding
from engine.work import Work

#: Saves of one person within this time are one line of the history.
SITTING = timedelta(minutes=10)
#: Decision tables of one draft.
MOST_TABLES = 40
MOST_BYTES = 4_000_000
_TABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\.dmn")

# --- Who may ------------------------------------------------------------------------------------


def may_manage(work: Work) -> Verdict:
    """Whether the reader draws, reviews and publishes procedures."""
    legal = [body.id for body in places.of_kind(work, "LEGAL_OFFICE")]
    return permissions.may_manage_diagrams(work.actor, shipped.county_roles(work.office), legal)


def may_look(work: Work) -> Verdict:
    """Whether the reader sees drafts and versions: managers, and who runs the installation."""
    return ALLOWED if work.actor.administrator else may_manage(work)


def manage(work: Work) -> None:
    """Raises Forbidden ``diagram_manager_only``."""
    duty.refuse(may_manage(work))


def look(work: Work) -> None:
    """Raises Forbidden for those who neither manage procedures nor run the installation."""
    duty.refuse(may_look(work))


def may_review(work: Work, row: DesignRow) -> Verdict:
    """Whether the reader may judge the draft (R9)."""
    managing = may_manage(work)
    if not managing:
        return managing
    return permissions.may_review_diagram(work.actor, history_store.drawn_by(work.session, row.id))


# --- Reading ------------------------------------------------------------------------------------


def page(work: Work, process_id: str) -> DesignPage:
    """A procedure with its draft or as published.

    Raises Forbidden, NotFound ``no_such_process``.
    """
    look(work)
    row = store.open_of(work.session, process_id)
    published = definition_store.versions(work.session, process_id)[:1]
    if row is None and not published:
        raise NotFound("no_such_process", process=process_id)
    if row is not None:
        main, files = row.main, store.sources(work.session, row.id)
    else:
        main, files = published[0].main, own_sources(work, published[0].id)
    called = callees.of(work, files, main)
    return DesignPage(
        process=process_id,
        name=row.name if row is not None else published[0].name,
        design=shown(work, row) if row is not None else None,
        main=main,
        xml=files[main],
        tables={name: data for name, data in files.items() if name != main},
        called=called,
        version=published[0].version if published else 0,
        may_manage=may_manage(work),
        may_review=may_review(work, row) if row is not None else may_manage(work),
        findings=check(work, files, called),
        texts=drawn_texts(files[main], main),
    )


def own_sources(work: Work, definition_id: int) -> dict[str, bytes]:
    """The diagram of a version and its decision tables, without the procedures it calls."""
    main = definition_store.get(work.session, definition_id).main
    return {
        name: xml.as_utf8(data, name=name)
        for name, data in definition_store.sources(work.session, definition_id).items()
        if name == main or name.endswith(".dmn")
    }


def shown(work: Work, row: DesignRow) -> Design:
    """A draft as pages see it."""
    newest = definition_store.versions(work.session, row.process_id)[:1]
    base = definition_store.get(work.session, row.base_id) if row.base_id is not None else None
    return Design(
        id=row.id,
        process=row.process_id,
        name=row.name,
        main=row.main,
        state=DesignState(row.state),
        origin=row.origin,
        revision=row.revision,
        base=base.version if base is not None else 0,
        outdated=bool(newest) and newest[0].id != row.base_id,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        note=row.note,
        effective_on=row.effective_on,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        words=row.words,
    )


def opened(work: Work, process_id: str) -> DesignRow:
    """The open draft of a procedure. Raises NotFound ``no_such_design``."""
    row = store.open_of(work.session, process_id)
    if row is None:
        raise NotFound("no_such_design", process=process_id)
    return row


def check(
    work: Work, files: Mapping[str, bytes], called: Mapping[str, bytes]
) -> tuple[Finding, ...]:
    """Everything wrong with the files of a draft; what they call is not judged."""
    beside = {name: data for name, data in called.items() if name not in files}
    return lint.check(files, organisation.offered(work), beside=beside)


def findings(
    work: Work, process_id: str, diagram: bytes, tables: Mapping[str, bytes]
) -> tuple[Finding, ...]:
    """The same for files that are not saved: what the modeler asks while somebody draws."""
    look(work)
    row = opened(work, process_id)
    files = files_of(row.main, diagram, tables)
    return check(work, files, callees.of(work, files, row.main))


# --- Saving -------------------------------------------------------------------------------------


def tell(
    work: Work,
    row: DesignRow,
    act: DesignAct,
    note: str = "",
    files: Mapping[str, bytes] | None = None,
) -> None:
    """A line of the draft's history."""
    history_store.tell(
        work.session,
        files,
        design_id=row.id,
        revision=row.revision,
        at=work.now,
        by=work.actor.name,
        person_id=work.actor.person_id,
        act=act.value,
        note=note,
    )


def save(
    work: Work,
    process_id: str,
    diagram: bytes,
    tables: Mapping[str, bytes],
    revision: int,
    act: DesignAct = DesignAct.SAVED,
) -> Saved:
    """Keep what was drawn. ``revision`` is the one the reader saw.

    Raises Conflict ``design_changed`` (by, at, revision) when somebody saved in between and
    ``design_locked`` (state) when it is with a reviewer; BadDefinition with findings for files that
    cannot be read as a diagram of this procedure. Nothing is kept then. Whatever else is wrong is
    kept and told as findings: a drawing is wrong most of the time it is drawn.
    """
    manage(work)
    row = opened(work, process_id)
    files = files_of(row.main, diagram, tables)
    refuse_unreadable(files, row.main, process_id)
    if row.revision == revision and files == store.sources(work.session, row.id):
        require_draft(row)
        return Saved(
            revision, row.changed_at, check(work, files, callees.of(work, files, row.main))
        )
    row = move(
        work, row, revision, (store.DRAFT,), revision=revision + 1, name=_name_in(files, row),
        changed_at=work.now, changed_by=work.actor.name,
    )  # fmt: skip
    store.replace_sources(work.session, row.id, files)
    _remember(work, row, files, act)
    return Saved(row.revision, work.now, check(work, files, callees.of(work, files, row.main)))


def move(
    work: Work, row: DesignRow, seen: int, states: tuple[str, ...], **values: object
) -> DesignRow:
    """Change a draft that is still as the reader saw it. Raises Conflict as :func:`save`."""
    if not store.change(work.session, row.id, seen, states, **values):
        now = store.get(work.session, row.id) or row
        if now.revision != seen:
            raise Conflict(
                "design_changed", by=now.changed_by, at=now.changed_at, revision=now.revision
            )
        raise Conflict("design_locked", state=now.state)
    return replace(row, **values)  # type: ignore[arg-type]  # columns by their names


def require_draft(row: DesignRow) -> None:
    """Raises Conflict ``design_locked`` while it is with a reviewer."""
    if row.state != store.DRAFT:
        raise Conflict("design_locked", state=row.state)


def files_of(main: str, diagram: bytes, tables: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a draft. Raises Invalid ``bad_table_name``, ``design_too_large``."""
    for name in tables:
        if not _TABLE.fullmatch(name):
            raise Invalid("bad_table_name", name=name[:80])
    size = len(diagram) + sum(map(len, tables.values()))
    if len(tables) > MOST_TABLES or size > MOST_BYTES:
        raise Invalid("design_too_large", maximum=MOST_BYTES, tables=MOST_TABLES)
    return {main: diagram, **tables}


def refuse_unreadable(files: Mapping[str, bytes], main: str, process_id: str) -> None:
    """Raises BadDefinition for files nothing could be read of, Invalid for another procedure's."""
    found: list[Finding] = []
    for name, data in files.items():
        try:
            bundle.read_file(data, name)
        except BadDefinition as error:
            found += [one for one in error.findings if one.rule != "xml.schema"]
    if found:
        raise BadDefinition(tuple(found))
    drawn = blank.process_id(files[main], main)
    if drawn != process_id:
        raise Invalid("design_other_process", process=process_id, found=drawn[:80])


def _name_in(files: Mapping[str, bytes], row: DesignRow) -> str:
    return (blank.process_name(files[row.main], row.main) or row.name)[:200]


def _remember(work: Work, row: DesignRow, files: Mapping[str, bytes], act: DesignAct) -> None:
    """A line of the history for a sitting, and one on the record when it begins."""
    last = history_store.history(work.session, row.id)[0]
    if (
        act is DesignAct.SAVED
        and last.act == act.value
        and last.person_id == work.actor.person_id
        and work.now - last.at < SITTING
    ):
        history_store.tell_again(work.session, last.id, files, revision=row.revision)
        return
    tell(work, row, act, files=files)
    audit.append(work, None, Act.DESIGN_EDITED, process=row.process_id, revision=row.revision)


def checksum(files: Mapping[str, bytes]) -> str:
    """What names exactly these files on the record."""
    return bpmn.checksum_of(files)
