"""Everything looked over: rows against the engine's state, chains, files, the outbox.

Cases are read in portions, each portion from one snapshot of the database, so that it can be done
while people work. What differs is named; what follows from the state is written anew on request.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.actor import Actor
from engine.bpmn import definition as bpmn
from engine.errors import BadDefinition, DubanError, Forbidden, NotFound
from engine.office import Office
from engine.services import anchors, attachments, differences, dockets, ledgers, repairs
from engine.services.dockets import Docket
from engine.store import archives, cases
from engine.store import definitions as definition_store
from engine.store import verification as store
from engine.store.cases import CaseRow
from engine.store.definitions import DefinitionRow
from engine.values.audit_pages import AuditReport
from engine.values.verification import Difference, Kind, Verification
from engine.work import Work

#: Cases read from one snapshot.
PORTION = 200


@dataclass
class _Findings:
    """What was found so far."""

    differences: list[Difference] = field(default_factory=list)
    repaired: list[Difference] = field(default_factory=list)
    cases: int = 0
    files: set[str] = field(default_factory=set)
    #: Hashes whose content is not what it was stored as, with how.
    unfit: dict[str, Kind] = field(default_factory=dict)


def county(office: Office, actor: Actor, *, repair: bool = False) -> Verification:
    """Verify every case and what belongs to none. Administrators and the console only.

    ``repair`` writes rows anew from the state, audited, for cases whose state and chain are whole.
    """
    found = _Findings()
    with office.read(actor) as work:
        _administrator(work)
        audit = anchors.verify(work)
        _chains(found, audit)
        after = 0
    while ids := _portion(office, actor, after):
        _cases(office, actor, ids, found, repair=repair)
        after = ids[-1]
    _registers(office, actor, found, repair=repair)
    with office.read(actor) as work:
        _files(work, found, None)
        found.differences += _belonging_to_none(work)
        found.differences += _definitions(work)
        waiting = store.waiting_mails(work.session)
    return _report(found, audit, waiting)


def some(
    office: Office, actor: Actor, case_ids: Sequence[int], *, repair: bool = False
) -> Verification:
    """Verify some cases. Raises NotFound ``no_such_case``."""
    found = _Findings()
    entries = 0
    with office.read(actor) as work:
        _administrator(work)
        for case_id in case_ids:
            if store.number_of(work.session, case_id) is None:
                raise NotFound("no_such_case", case=case_id)
            audit = anchors.verify(work, case_id)
            entries += audit.entries
            _chains(found, audit)
            _files(work, found, case_id)
    _cases(office, actor, case_ids, found, repair=repair)
    return _report(found, AuditReport(len(case_ids), entries, 0, ()), 0)


def case(work: Work, case_id: int) -> tuple[Difference, ...]:
    """In what the rows of a case differ from its state."""
    _administrator(work)
    return tuple(_differences(work, case_id))


def _report(found: _Findings, audit: AuditReport, waiting: int) -> Verification:
    return Verification(
        cases=found.cases,
        chains=audit.chains,
        entries=audit.entries,
        anchors=audit.anchors,
        files=len(found.files),
        mails_waiting=waiting,
        differences=tuple(found.differences),
        repaired=tuple(found.repaired),
    )


def _administrator(work: Work) -> None:
    if not work.actor.administrator:
        raise Forbidden("administrator_only")


# --- Case by case -----------------------------------------------------------------------------


def _portion(office: Office, actor: Actor, after: int) -> list[int]:
    with office.read(actor) as work:
        return store.case_ids(work.session, after, PORTION)


def _cases(
    office: Office, actor: Actor, ids: Sequence[int], found: _Findings, *, repair: bool
) -> None:
    differing: list[tuple[int, list[Difference]]] = []
    with office.read(actor) as work:
        for case_id in ids:
            differing.append((case_id, list(_differences(work, case_id))))
    found.cases += len(ids)
    broken = {one.case_id for one in found.differences if one.kind is Kind.CHAIN_BROKEN}
    for case_id, named in differing:
        if repair and case_id not in broken and any(one.repairable for one in named):
            with office.begin(actor) as work:
                found.repaired += repairs.repair(work, case_id)
            with office.read(actor) as work:
                named = list(_differences(work, case_id))
        found.differences += named


def _registers(office: Office, actor: Actor, found: _Findings, *, repair: bool) -> None:
    """Entries that follow a table say what it says; entries are found by what they say."""
    with office.read(actor) as work:
        named = list(ledgers.differences(work))
    if named and repair:
        with office.begin(actor) as work:
            ledgers.settle(work)
        with office.read(actor) as work:
            left = list(ledgers.differences(work))
        found.repaired += [one for one in named if one not in left]
        named = left
    found.differences += named


def _differences(work: Work, case_id: int) -> Iterator[Difference]:
    number = store.number_of(work.session, case_id)
    try:
        row = cases.get(work.session, case_id)
        if row is None:
            return
        named = list(_of_row(work, row))
    except (ValueError, TypeError, KeyError, LookupError) as error:
        # Text in the database that is no longer JSON, or JSON of another shape.
        reason = type(error).__name__
        named = [Difference(Kind.ROW_UNREADABLE, case_id, number or "", found=reason)]
    yield from named


def _of_row(work: Work, row: CaseRow) -> Iterator[Difference]:
    if not hmac.compare_digest(row.state_mac, dockets.mac(dockets.state_key(work), row)):
        yield Difference(Kind.STATE_DAMAGED, row.id, row.number, f"revision {row.revision}")
        return
    if archives.of_case(work.session, row.id) is not None:
        # Its history is in the archive; `run.py archive --verify` reads it back.
        return
    try:
        docket: Docket = dockets.opened(work, row)
        standing = differences.standing(work, docket)
    except (DubanError, BadDefinition) as error:
        yield Difference(Kind.STATE_UNREADABLE, row.id, row.number, found=error.code)
        return
    yield from differences.of(standing)


# --- Chains, files, mail, definitions ---------------------------------------------------------


def _chains(found: _Findings, audit: AuditReport) -> None:
    for one in audit.broken:
        at = f"#{one.seq}" if one.seq is not None else ""
        day = one.day.isoformat() if one.day is not None else ""
        found.differences.append(
            Difference(
                Kind.CHAIN_BROKEN, one.case_id, one.number, " ".join(filter(None, (day, at))),
                found=one.code,
            )
        )  # fmt: skip


def _files(work: Work, found: _Findings, case_id: int | None) -> None:
    for kept in store.files(work.session, case_id):
        kind = _fitness(work.office, found, kept.sha256, kept.size)
        if kind is not None:
            number = store.number_of(work.session, kept.case_id or 0) or ""
            found.differences.append(Difference(kind, kept.case_id or 0, number, kept.sha256))


def _fitness(office: Office, found: _Findings, sha256: str, size: int) -> Kind | None:
    """What is wrong with stored content, looked at once however many rows refer to it."""
    if sha256 not in found.files:
        found.files.add(sha256)
        kept = attachments.store(office)
        try:
            whole = kept.intact(sha256) and kept.path(sha256).stat().st_size == size
        except NotFound:
            found.unfit[sha256] = Kind.FILE_MISSING
        else:
            if not whole:
                found.unfit[sha256] = Kind.FILE_CHANGED
    return found.unfit.get(sha256)


def _belonging_to_none(work: Work) -> Iterator[Difference]:
    for table, case_id in store.without_case(work.session):
        yield Difference(Kind.CASE_MISSING, case_id, subject=table)
    for message_id, of_case, state in store.unsettled_mails(work.session):
        number = store.number_of(work.session, of_case or 0) or ""
        subject = f"outbox {message_id}"
        yield Difference(Kind.MAIL_UNSETTLED, of_case or 0, number, subject, found=state)


def _definitions(work: Work) -> Iterator[Difference]:
    """Each published version still reads as what it was published as."""
    for process_id in [row.process_id for row in definition_store.latest(work.session)]:
        for row in definition_store.versions(work.session, process_id):
            yield from _definition(work, row)


def _definition(work: Work, row: DefinitionRow) -> Iterator[Difference]:
    try:
        # Read anew: what this process keeps was read before somebody changed the sources.
        checksum = bpmn.read(definition_store.sources(work.session, row.id), row.main).checksum
    except (DubanError, ValueError):
        checksum = ""
    if checksum != row.checksum:
        subject = f"{row.process_id} v{row.version}"
        yield Difference(Kind.DEFINITION_CHANGED, 0, "", subject, row.checksum[:12], checksum[:12])
