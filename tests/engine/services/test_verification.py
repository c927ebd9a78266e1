"""Every difference between rows and engine state is named; rows are repaired from the state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, text, update

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden, NotFound
from engine.services import anchors, attachments, cases, repairs, timers, verification
from engine.store import attachments as attachment_store
from engine.store import audit as chain
from engine.store import cases as case_store
from engine.store import outbox
from engine.store.cases import cases as case_table
from engine.store.deadlines import deadlines
from engine.store.definitions import definition_sources
from engine.store.dossiers import case_bodies, passed
from engine.store.tasks import task_performers, tasks
from engine.store.timers import timers as timer_table
from engine.values.verification import Kind
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, started, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def spoil(county: County, *statements: object) -> None:
    """Somebody, or something, changes rows behind the back of the engine."""
    with county.office.begin(COMMAND_LINE) as work:
        for statement in statements:
            work.session.execute(statement)  # type: ignore[call-overload]


def found(county: County) -> list[tuple[Kind, str]]:
    report = verification.county(county.office, COMMAND_LINE)
    return [(one.kind, one.subject) for one in report.differences]


def kinds(county: County) -> set[Kind]:
    return {kind for kind, _ in found(county)}


def test_a_county_at_work_has_no_differences(county: County) -> None:
    assert found(county) == []
    case_id = to_rectification(county)
    send(county, case_id, "申请延期", "market", extension_reason="整改量大")
    paused = to_rectification(county)
    send(county, paused, "中止", "market", pause_reason="补正")
    started(county)
    withdrawn = started(county)
    with county.office.begin(county.actor("intake")) as work:
        cases.withdraw(work, withdrawn, "登记有误")
    county.at("2026-04-30 09:00")
    timers.tick(county.office)
    done = to_rectification(county)
    complete(county, done, "rectify", "market", feedback="已整改")
    complete(county, done, "recheck", "sup3", conclusion="done")
    report = verification.county(county.office, COMMAND_LINE)
    assert report.differences == ()
    assert (report.cases, report.chains) == (5, 6), "one of them the county's own"


#: What is done behind the engine's back, and what it must be called.
SPOILT: dict[str, tuple[Callable[[int], object], Kind]] = {
    "a task is lost": (
        lambda c: delete(tasks).where(tasks.c.case_id == c, tasks.c.status == "open"),
        Kind.TASK_MISSING,
    ),
    "a task has another due date": (
        lambda c: update(tasks)
        .where(tasks.c.case_id == c, tasks.c.status == "open")
        .values(due_at=tasks.c.opened_at),
        Kind.TASK_DIFFERS,
    ),
    "a task is of another role": (
        lambda c: update(tasks)
        .where(tasks.c.case_id == c, tasks.c.status == "open")
        .values(role="supervisor"),
        Kind.TASK_DIFFERS,
    ),
    "anybody may take what one was named for": (
        lambda c: delete(task_performers).where(task_performers.c.case_id == c),
        Kind.PERFORMERS_DIFFER,
    ),
    "timers are lost": (
        lambda c: delete(timer_table).where(timer_table.c.case_id == c),
        Kind.TIMER_MISSING,
    ),
    "a timer has another instant": (
        lambda c: update(timer_table)
        .where(timer_table.c.case_id == c, timer_table.c.element == "late")
        .values(instant=case_table.select().with_only_columns(case_table.c.started_at)
                .where(case_table.c.id == c).scalar_subquery()),
        Kind.TIMER_DIFFERS,
    ),
    "a deadline is lost": (
        lambda c: delete(deadlines).where(deadlines.c.case_id == c),
        Kind.DEADLINE_MISSING,
    ),
    "a deadline is later than it is": (
        lambda c: update(deadlines)
        .where(deadlines.c.case_id == c)
        .values(due_at=deadlines.c.started_at),
        Kind.DEADLINE_DIFFERS,
    ),
    "the clock would never wake the case": (
        lambda c: update(case_table).where(case_table.c.id == c).values(wake_at=None),
        Kind.WAKE_DIFFERS,
    ),
    "what people may ask for is lost": (
        lambda c: update(case_table).where(case_table.c.id == c).values(messages=None),
        Kind.MESSAGES_DIFFER,
    ),
    "a body that takes part is shut out": (
        lambda c: delete(case_bodies).where(case_bodies.c.case_id == c),
        Kind.BODIES_DIFFER,
    ),
}  # fmt: skip


def spoilable(county: County, kind: Kind) -> int:
    """A case that has what is to be spoilt."""
    if kind is not Kind.PERFORMERS_DIFFER:
        return to_rectification(county)
    case_id = started(county)
    people = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=people)
    return case_id


@pytest.mark.parametrize("what", SPOILT)
def test_spoilt_rows_are_named_and_written_anew_from_the_state(county: County, what: str) -> None:
    statement, kind = SPOILT[what]
    whole, case_id = to_rectification(county), spoilable(county, kind)
    if kind is Kind.DEADLINE_MISSING:
        # A row of the inbox points at it.
        spoil(county, update(tasks).where(tasks.c.case_id == case_id).values(deadline_id=None))
    spoil(county, statement(case_id))
    report = verification.county(county.office, COMMAND_LINE)
    assert {one.kind for one in report.differences} == {kind}
    assert {one.case_id for one in report.differences} == {case_id}, "the other case is whole"
    assert whole != case_id
    mended = verification.county(county.office, COMMAND_LINE, repair=True)
    assert mended.differences == ()
    assert {one.kind for one in mended.repaired} == {kind}
    assert found(county) == []
    with county.office.read(COMMAND_LINE) as work:
        assert anchors.verify(work).broken == ()
        (entry,) = [e for e in chain.entries(work.session, case_id) if e.act == "rows_repaired"]
    assert entry.facts["kinds"] == [kind]
    assert entry.actor == COMMAND_LINE.name


def test_a_repaired_case_goes_on_to_its_end_with_its_dates(county: County) -> None:
    case_id = to_rectification(county)
    due = task(county, case_id, "rectify").due_at
    lost = [deadlines, timer_table]
    spoil(county, update(tasks).where(tasks.c.case_id == case_id).values(deadline_id=None))
    spoil(county, *(delete(table).where(table.c.case_id == case_id) for table in lost))
    spoil(county, delete(tasks).where(tasks.c.case_id == case_id, tasks.c.status == "open"))
    verification.some(county.office, COMMAND_LINE, [case_id], repair=True)
    assert task(county, case_id, "rectify").due_at == due
    assert due is not None
    county.clock.set(due + timedelta(microseconds=1))
    assert timers.tick(county.office) == 1
    assert task(county, case_id, "urge").status == "open"
    complete(county, case_id, "rectify", "market", feedback="已整改")
    complete(county, case_id, "urge", "head", urging="催")
    complete(county, case_id, "recheck", "sup3", conclusion="done")
    assert found(county) == []


def test_surplus_rows_are_closed(county: County) -> None:
    case_id = to_rectification(county)
    surplus = task(county, case_id, "rectify")
    values = {**vars(surplus), "engine_id": "of nothing"}
    values.pop("id")
    spoil(county, insert(tasks).values(**values))
    assert found(county) == [(Kind.TASK_SURPLUS, "rectify")]
    verification.county(county.office, COMMAND_LINE, repair=True)
    assert found(county) == []
    assert task(county, case_id, "rectify").status == "cancelled"


def test_what_is_left_of_a_case_that_is_over_is_closed(county: County) -> None:
    case_id = to_rectification(county)
    surplus = {**vars(task(county, case_id, "rectify")), "engine_id": "of nothing"}
    complete(county, case_id, "rectify", "market", feedback="已整改")
    complete(county, case_id, "recheck", "sup3", conclusion="done")
    surplus.pop("id")
    surplus["deadline_id"] = None
    spoil(
        county,
        insert(tasks).values(**surplus),
        update(case_table)
        .where(case_table.c.id == case_id)
        .values(wake_at=case_table.c.started_at, messages=[{"id": "x", "element": "ask"}]),
    )
    assert kinds(county) == {Kind.TASK_SURPLUS, Kind.WAKE_DIFFERS, Kind.MESSAGES_DIFFER}
    verification.county(county.office, COMMAND_LINE, repair=True)
    assert found(county) == []
    assert timers.tick(county.office) == 0


def test_clocks_that_stand_still_are_repaired_as_standing_still(county: County) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-03 09:00")
    send(county, case_id, "中止", "market", pause_reason="补正")
    spoil(
        county,
        update(deadlines).where(deadlines.c.case_id == case_id).values(status="running"),
        update(tasks).where(tasks.c.case_id == case_id).values(paused=False),
        update(case_table)
        .where(case_table.c.id == case_id)
        .values(wake_at=case_table.c.started_at),
    )
    assert kinds(county) == {Kind.DEADLINE_DIFFERS, Kind.TASK_DIFFERS, Kind.WAKE_DIFFERS}
    verification.county(county.office, COMMAND_LINE, repair=True)
    assert found(county) == []
    county.at("2026-06-30 09:00")
    assert timers.tick(county.office) == 0


def test_a_changed_state_is_named_and_never_repaired_from(county: County) -> None:
    case_id = to_rectification(county)
    spoil(
        county,
        update(case_table).where(case_table.c.id == case_id).values(data={"matter": "假"}),
        delete(timer_table).where(timer_table.c.case_id == case_id),
    )
    report = verification.county(county.office, COMMAND_LINE, repair=True)
    assert [one.kind for one in report.differences] == [Kind.STATE_DAMAGED]
    assert report.repaired == ()


@pytest.mark.parametrize("damage", [b"", b"\x78\x9c", b"\x00" * 40, b"not a state at all"])
def test_bytes_that_are_no_state_are_named(county: County, damage: bytes) -> None:
    case_id = to_rectification(county)
    spoil(county, update(case_table).where(case_table.c.id == case_id).values(state=damage))
    assert found(county) == [(Kind.STATE_DAMAGED, "revision 3")]


def test_a_row_that_is_no_json_is_named_and_the_others_are_still_read(county: County) -> None:
    if county.office.sessions.dialect != "sqlite":
        pytest.skip("PostgreSQL keeps no text that is not JSON in such a column")
    case_id, other = to_rectification(county), to_rectification(county)
    with county.office.begin(COMMAND_LINE) as work:
        work.session.execute(
            text("UPDATE cases SET slots = '{\"subject\":' WHERE id = :id"), {"id": case_id}
        )
        work.session.execute(text("UPDATE cases SET wake_at = NULL WHERE id = :id"), {"id": other})
    report = verification.county(county.office, COMMAND_LINE)
    assert [(one.kind, one.case_id) for one in report.differences] == [
        (Kind.ROW_UNREADABLE, case_id),
        (Kind.WAKE_DIFFERS, other),
    ]


def test_a_gap_in_the_path_and_acts_the_chain_does_not_know_are_named(county: County) -> None:
    case_id = to_rectification(county)
    row = task(county, case_id, "verify")
    spoil(
        county,
        delete(passed).where(passed.c.case_id == case_id, passed.c.seq == 2),
        update(tasks).where(tasks.c.id == row.id).values(status="cancelled"),
    )
    assert found(county) == [(Kind.PATH_GAP, "passed"), (Kind.ACTS_DIFFER, "verify")]
    report = verification.county(county.office, COMMAND_LINE, repair=True)
    assert report.repaired == (), "what happened cannot be derived from what is"


def test_files_that_are_gone_or_changed_are_named_once_per_row(county: County) -> None:
    case_id = to_rectification(county)
    kept = attachments.store(county.office)
    hashes = {}
    for name in ("whole", "gone", "changed"):
        path = county.office.settings.home / name
        path.write_bytes(name.encode())
        with path.open("rb") as stream, kept.incoming(stream, 100) as arrived:
            kept.keep(arrived)
            hashes[name] = arrived.sha256
            size = arrived.size
        with county.office.begin(COMMAND_LINE) as work:
            attachment_store.add(
                work.session, case_id=case_id, filename="f.txt", media_type="text/plain",
                size=size, sha256=arrived.sha256, uploaded_at=work.now, uploaded_by=None,
            )  # fmt: skip
    kept.path(hashes["gone"]).unlink()
    path = kept.path(hashes["changed"])
    path.chmod(0o600)
    path.write_bytes(b"forged!")
    wanted = [(Kind.FILE_MISSING, hashes["gone"]), (Kind.FILE_CHANGED, hashes["changed"])]
    assert found(county) == wanted
    some = verification.some(county.office, COMMAND_LINE, [case_id])
    assert [(one.kind, one.subject) for one in some.differences] == wanted
    assert some.files == 3


def test_rows_of_no_case_and_mail_in_two_states_are_named(county: County) -> None:
    with county.office.begin(COMMAND_LINE) as work:
        outbox.add(
            work.session, key="k", subject="s", text="t", case_id=99, state="queued",
            created_at=work.now, next_at=work.now, settled_at=work.now,
        )  # fmt: skip
    assert found(county) == [(Kind.CASE_MISSING, "outbox"), (Kind.MAIL_UNSETTLED, "outbox 1")]


def test_a_broken_chain_is_named_and_its_case_left_alone(county: County) -> None:
    case_id = to_rectification(county)
    spoil(
        county,
        delete(chain.audit_entries).where(
            chain.audit_entries.c.case_id == case_id, chain.audit_entries.c.seq == 2
        ),
        update(case_table).where(case_table.c.id == case_id).values(wake_at=None),
    )
    report = verification.county(county.office, COMMAND_LINE, repair=True)
    assert {one.kind for one in report.differences} >= {Kind.CHAIN_BROKEN, Kind.WAKE_DIFFERS}
    assert report.repaired == ()


def test_a_definition_whose_sources_were_changed_is_named(county: County) -> None:
    spoil(county, update(definition_sources).values(content=b"<nothing/>"))
    assert kinds(county) == {Kind.DEFINITION_CHANGED}


def test_only_administrators_verify_and_repair(county: County) -> None:
    case_id = to_rectification(county)
    head = county.actor("head")
    with pytest.raises(Forbidden):
        verification.county(county.office, head)
    with pytest.raises(Forbidden):
        verification.some(county.office, head, [case_id], repair=True)
    with county.office.read(head) as work, pytest.raises(Forbidden):
        verification.case(work, case_id)
    with pytest.raises(Forbidden), county.office.begin(head) as work:
        repairs.repair(work, case_id)
    assert verification.some(county.office, county.actor("admin"), [case_id]).differences == ()
    with pytest.raises(NotFound):
        verification.some(county.office, COMMAND_LINE, [case_id + 99])


def test_repairing_a_whole_case_writes_nothing(county: County) -> None:
    case_id = to_rectification(county)
    with county.office.read(COMMAND_LINE) as work:
        before = case_store.get(work.session, case_id)
    with county.office.begin(COMMAND_LINE) as work:
        assert repairs.repair(work, case_id) == ()
    with county.office.read(COMMAND_LINE) as work:
        assert case_store.get(work.session, case_id) == before
