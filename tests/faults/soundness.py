"""What must hold after any fault: the measure of every test here."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from email import message_from_bytes

from sqlalchemy import func, select

from engine.actor import COMMAND_LINE
from engine.office import Office
from engine.services import timers, verification
from engine.store import audit, outbox
from engine.store import tasks as task_store
from engine.store.cases import cases
from engine.store.incidents import incidents
from engine.values.acts import Act


def sound(office: Office) -> None:
    """Rows equal state, chains and anchors verify, files and mail are there."""
    report = verification.county(office, COMMAND_LINE)
    assert report.differences == ()


def completed_once(office: Office, case_ids: list[int]) -> Counter[tuple[int, str]]:
    """(case, element) of every completion on record, each with how often it stands there."""
    found: Counter[tuple[int, str]] = Counter()
    with office.read(COMMAND_LINE) as work:
        for case_id in case_ids:
            for entry in audit.entries(work.session, case_id):
                if entry.act == Act.TASK_COMPLETED:
                    found[case_id, str(entry.facts["element"])] += 1
            rows = Counter(
                (case_id, task.element)
                for task in task_store.of_case(work.session, case_id)
                if task.status == task_store.COMPLETED
            )
            assert rows == {key: n for key, n in found.items() if key[0] == case_id}
    return found


def fired(office: Office, case_id: int) -> Counter[str]:
    """The elements of timers that fired in a case, by its chain."""
    with office.read(COMMAND_LINE) as work:
        return Counter(
            str(entry.facts["element"])
            for entry in audit.entries(work.session, case_id)
            if entry.act == Act.TIMER_FIRED
        )


def chain_of(office: Office, case_id: int) -> list[tuple[str, str, datetime]]:
    """(act, who, when) of every entry of a chain."""
    with office.read(COMMAND_LINE) as work:
        return [(e.act, e.actor, e.at) for e in audit.entries(work.session, case_id)]


def moved(office: Office) -> list[int]:
    """Every case in order."""
    with office.read(COMMAND_LINE) as work:
        return list(work.session.scalars(cases.select().with_only_columns(cases.c.id)))


def work_off(office: Office) -> None:
    """Let the clock do all that is due."""
    while timers.tick(office):
        pass


def delivered(office: Office, arrived: list[bytes]) -> None:
    """Every message was taken by the server at least once, under its one id, or somebody knows.

    One that a bad server refused through all its attempts has an incident each.
    """
    ids = {str(message_from_bytes(mail)["Message-ID"]) for mail in arrived}
    told = {one.strip("<>").partition("@")[0] for one in ids}
    with office.read(COMMAND_LINE) as work:
        rows = work.session.execute(outbox.outbox.select()).all()
        known = work.session.scalar(
            select(func.count())
            .select_from(incidents)
            .where(incidents.c.code == "mail_undeliverable")
        )
    keys = {state: {row.key for row in rows if row.state == state} for state in outbox.State}
    assert not keys[outbox.State.QUEUED], "still waiting"
    assert keys[outbox.State.SENT] <= told, "said to be sent, and never arrived"
    assert told <= keys[outbox.State.SENT] | keys[outbox.State.FAILED], "mail of nobody"
    assert known == len(keys[outbox.State.FAILED])
