"""Definitions: checked, published as immutable versions, parsed once per process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from engine.bpmn import definition as bpmn
from engine.bpmn import lint
from engine.config import Settings
from engine.errors import BadDefinition, Forbidden, NotFound
from engine.office import Office
from engine.rules import limits
from engine.services import audit, catalogue, shipped, slots
from engine.store import definitions as store
from engine.store import lists
from engine.store.definitions import DefinitionRow
from engine.values.acts import Act
from engine.values.case_pages import DefinitionPageRow
from engine.values.pages import COUNT_LIMIT
from engine.values.process import OPERATIONS, Catalogue, Finding, Severity
from engine.work import Work

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition


def check(office: Office, sources: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """All that is wrong with the sources, warnings included."""
    return lint.check(sources, offered(office))


def offered(office: Office) -> Catalogue:
    """What diagrams of this county may refer to."""
    found: Catalogue = office.kept.get("lint_catalogue", lambda: offer(office.settings))
    return found


def offer(settings: Settings) -> Catalogue:
    """The same from the data files alone, without a database."""
    files = catalogue.offered(settings.processes)
    table = limits.read(shipped.text(settings, "limits.toml"), files.roles).table
    return Catalogue(
        roles=frozenset(files.roles),
        slots=frozenset(slots.ONLY_ONE),
        limits={row.key: row.span.unit for row in table.rows},
        periods={
            row.key: (row.span.amount, row.span.unit) for row in table.rows if row.sector is None
        },
        periodic=frozenset(files.periodic),
        operations=OPERATIONS,
        documents=frozenset(files.documents),
        registers={
            code: frozenset(column.id for column in register.columns)
            for code, register in files.registers.items()
        },
        messages=frozenset(files.messages),
    )


def publish(work: Work, sources: Mapping[str, bytes], main: str, note: str) -> DefinitionPageRow:
    """Publish ``main`` with the sources it pins. The same content gives no new version.

    Raises BadDefinition with every finding when one of them is an error.
    """
    if not work.actor.administrator:
        raise Forbidden("administrator_only")
    definition = bpmn.read(sources, main)
    process = definition.description.process
    known = store.by_checksum(work.session, process.id, definition.checksum)
    if known is not None:
        return _page_row(work, known)
    # What it does not pin does not matter to it.
    findings = check(work.office, definition.sources)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise BadDefinition(findings)
    return _page_row(work, keep(work, definition, note))


def keep(
    work: Work,
    definition: Definition,
    note: str,
    *,
    effective_on: date | None = None,
    reviewed_by: str = "",
) -> DefinitionRow:
    """Store a definition that was found good as the next version of its process.

    Cases start with it from the day ``effective_on``; none is today.
    """
    process = definition.description.process
    row = store.by_checksum(work.session, process.id, definition.checksum)
    if row is not None:
        return row
    row = store.add(
        work.session,
        process_id=process.id,
        name=process.name,
        number=process.number,
        main=definition.main,
        checksum=definition.checksum,
        note=note,
        published_at=work.now,
        published_by=work.actor.name,
        sources=definition.sources,
        effective_on=effective_on,
        reviewed_by=reviewed_by,
    )
    drawn = {"reviewed_by": reviewed_by} if reviewed_by else {}
    audit.append(
        work,
        None,
        Act.DEFINITION_PUBLISHED,
        process=process.id,
        version=row.version,
        checksum=definition.checksum,
        note=note,
        **({"effective": effective_on.isoformat()} if effective_on else {}),
        **drawn,
    )
    return row


def load(work: Work, definition_id: int) -> Definition:
    """The parsed definition; parsed at most once per process."""

    def parse() -> Definition:
        row = store.get(work.session, definition_id)
        return bpmn.read(store.sources(work.session, definition_id), row.main)

    found: Definition = work.office.definitions.get(definition_id, parse)
    return found


def latest(work: Work, process_id: str) -> DefinitionRow:
    """The version cases of a process start with today. Raises NotFound ``no_such_process``."""
    for row in store.in_force(work.session, work.today, process_id):
        return row
    raise NotFound("no_such_process", process=process_id)


def version_of(work: Work, definition_id: int) -> int:
    """The version number of a stored definition."""
    return store.get(work.session, definition_id).version


def all_latest(work: Work) -> list[tuple[DefinitionRow, Definition]]:
    """The newest version of every process, parsed, whether cases start with it or not."""
    return [(row, load(work, row.id)) for row in store.latest(work.session)]


def in_force(work: Work) -> list[tuple[DefinitionRow, Definition]]:
    """Of every process the version cases start with today, parsed."""
    return [(row, load(work, row.id)) for row in store.in_force(work.session, work.today)]


def listing(work: Work) -> list[DefinitionPageRow]:
    """Published procedures with how many cases run on any of their versions."""
    return [_page_row(work, row) for row in store.latest(work.session)]


def _page_row(work: Work, row: DefinitionRow) -> DefinitionPageRow:
    running, overdue = lists.running_cases(work.session, row.process_id, work.now, COUNT_LIMIT)
    return DefinitionPageRow(
        id=row.id,
        process=load(work, row.id).description.process,
        version=row.version,
        checksum=row.checksum,
        note=row.note,
        published_at=row.published_at,
        published_by=row.published_by,
        running=running,
        overdue=overdue,
    )
