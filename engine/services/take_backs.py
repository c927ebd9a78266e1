"""Taking an act back (撤回): the case as it was before, while nobody has built on what followed.

Of the last completed task the case keeps, compressed, the state before it and what it changed in
the case file; the next one takes its place and the end of the case drops it. Whether anybody built
on the act is what the chain says: every entry after it but a few that move nothing stands in the
way, and so does an effect that has left the case, such as a document that was issued.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from engine.bpmn.runtime import CaseRun
from engine.errors import Broken, NotFound
from engine.rules import fields
from engine.services import (
    access,
    audit,
    clocks,
    deputies,
    discretion,
    dockets,
    duty,
    in_hand,
    kept_acts,
    moves,
    notices,
    worklist,
)
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.services.kept_acts import Kept
from engine.services.notices import Kind
from engine.store import audit as chains
from engine.store import deadlines as ledger
from engine.store import dossiers, drafts
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.people import ALLOWED, Verdict
from engine.values.running import Json, Outcome
from engine.work import Work

#: Entries after an act that move nothing.
HARMLESS = frozenset(
    {
        Act.COMMENT_ADDED,
        Act.COMMENT_WITHDRAWN,
        Act.CASE_COPIED,
        Act.COPY_WITHDRAWN,
        Act.CASE_FOLLOWED,
        Act.CASE_UNFOLLOWED,
        Act.TASK_REMINDED,
        Act.INCIDENT_RECORDED,
        Act.INCIDENT_RETRIED,
        Act.INCIDENT_RESOLVED,
    }
)
#: Columns of a case an act may change, besides state and case file.
_COLUMNS = ("stage", "title", "party", "slots", "body_id", "body_name", "sector", "steps")


@dataclass(frozen=True)
class Before:
    """A case before an act: the task to be completed, and what was open beside it."""

    task: TaskRow
    open: list[TaskRow]
    #: The absent person in whose stead it is done.
    for_id: int | None


# --- Keeping ----------------------------------------------------------------------------------


def before(task: TaskRow, rows: list[TaskRow], for_id: int | None) -> Before:
    """What is about to be done, to be handed to :func:`keep` when it is."""
    return Before(task, rows, for_id)


def keep(work: Work, docket: Docket, was: Before, outcome: Outcome) -> None:
    """Keep what takes the act back. A case that is over keeps nothing."""
    if not docket.running:
        return
    me = in_hand.person(work)
    fired = any(entry.act == Act.TIMER_FIRED for entry in docket.entries)
    barred = outcome.operations[0].element if outcome.operations else "clock" if fired else ""
    made = Kept(was.task.id, me, was.for_id, docket.audit_seq, barred)
    if not barred:
        made = _whole(docket, was, made)
    docket.undo = (kept_acts.sealed(work, docket.id, made),)


def _whole(docket: Docket, was: Before, made: Kept) -> Kept:
    old_data = cast("dict[str, Json]", docket.before["data"])
    old = {
        name: value
        for name, value in old_data.items()
        if name not in docket.data or docket.data[name] != value
    }
    state = cast("bytes", docket.before["state"])
    return Kept(
        task=made.task,
        by=made.by,
        acting_for=made.acting_for,
        seq=made.seq,
        state=base64.b64encode(state).decode(),
        columns={
            name: docket.before[name]
            for name in _COLUMNS
            if docket.before[name] != getattr(docket, name)
        },
        old=old,
        new=[name for name in docket.data if name not in old_data],
        tasks={str(row.id): _columns(row) for row in was.open},
        ended=[[row.id, row.engine_id, row.status] for row in docket.ended],
    )


def _columns(row: TaskRow) -> dict[str, Json]:
    claimed = row.claimed_at.isoformat() if row.claimed_at is not None else None
    return {
        "engine_id": row.engine_id,
        "slot": row.slot,
        "assignee_id": row.assignee_id,
        "acting_for": row.acting_for,
        "claimed_at": claimed,
    }


# --- Taking back ------------------------------------------------------------------------------


def may_take_back(work: Work, docket: Docket, task_id: int) -> Verdict:
    """Whether the reader may take back their act on a task, or what stands in the way."""
    kept = kept_acts.read(work, docket.id)
    if not docket.running:
        return Verdict(False, "case_over")
    if kept is None or kept.task != task_id:
        return Verdict(False, "not_the_last_act")
    if kept.by != work.actor.person_id:
        return Verdict(False, "not_your_act")
    if kept.barred:
        drawn = docket.description.elements.get(kept.barred)
        name = drawn.name if drawn is not None and drawn.name else kept.barred
        code = "clock_has_moved" if kept.barred == "clock" else "effect_has_left"
        return Verdict(False, code, facts={"step": name})
    for entry in chains.entries(work.session, docket.id):
        if entry.seq > kept.seq and entry.act not in HARMLESS:
            return Verdict(False, "built_upon", facts={"by": entry.actor})
    return ALLOWED


def take_back(work: Work, task_id: int, reason: str) -> None:
    """Put the case back to where it was before the reader completed the task.

    The text they had entered is a draft again, and the task theirs. Raises NotFound
    ``no_such_task`` and Forbidden with what stands in the way.
    """
    reason = in_hand.reason(reason)
    with dockets.held_for_task(work, task_id) as docket:
        task = store.get(work.session, task_id)
        if task is None or not access.may_see(work, docket):
            raise NotFound("no_such_task", task=task_id)
        duty.refuse(may_take_back(work, docket, task_id))
        discretion.refuse_text(work, docket, reason, "reason")
        kept = kept_acts.read(work, docket.id)
        if kept is None:
            raise Broken("state_damaged", case=docket.id)
        deputies.begin(work, kept.acting_for)
        duty.require(work, docket, task, kept.by, Door.CLAIM, for_id=kept.acting_for)
        _save_text(work, docket, task)
        gone = _restore(work, docket, kept)
        audit.append(
            work,
            docket,
            Act.TASK_TAKEN_BACK,
            task=task.name,
            element=task.element,
            reason=reason,
        )
        had = sorted({row.assignee_id for row in gone if row.assignee_id is not None} - {kept.by})
        notices.tell(work, docket, Kind.TASK, "task_taken_back", had, task=task)


def _restore(work: Work, docket: Docket, kept: Kept) -> list[TaskRow]:
    """Everything as it was before the act; the tasks that came of it and are no more."""
    # 1. The case file, the state, and what lists show of the case.
    data = {name: value for name, value in docket.data.items() if name not in kept.new}
    docket.data = {**data, **kept.old}
    docket.state = base64.b64decode(kept.state)
    for name, value in kept.columns.items():
        setattr(docket, name, value)
    # 2. The tasks that were open, and the deadlines that ran.
    gone = _reopen_tasks(work, docket, kept)
    for deadline_id, engine_id, status in kept.ended:
        ledger.change_deadline(
            work.session, deadline_id, engine_id=engine_id, status=status, ended_at=None
        )
    # 3. Timers, deadlines and tasks follow the state as after any other move.
    timers = clocks.live(work, docket)
    outcome = CaseRun.load(
        docket.definition, docket.state, docket.data, moves.environment(work, docket)
    ).outcome()
    docket.messages = [asdict(message) for message in outcome.messages] or None
    moves.describe(work, docket)
    clocks.follow(work, docket, outcome, timers)
    worklist.follow(work, docket, outcome, None)
    docket.wake_at = outcome.wake_at
    # 4. The way through the diagram; what happened stays in the chain.
    dossiers.drop_steps(work.session, docket.id, docket.steps)
    docket.undo = (None,)
    return gone


def _reopen_tasks(work: Work, docket: Docket, kept: Kept) -> list[TaskRow]:
    present = {row.id: row for row in store.open_of_case(work.session, docket.id)}
    every = {row.id: row for row in store.of_case(work.session, docket.id)}
    # Who takes an act back has the task in hand, wherever it came from.
    mine = {"assignee_id": kept.by, "acting_for": kept.acting_for, "claimed_at": work.now}
    for text, columns in kept.tasks.items():
        row = every[int(text)]
        if row.id in present:
            continue
        claimed = columns["claimed_at"]
        own = row.id == kept.task
        store.reopen(
            work.session,
            row,
            {
                **columns,
                "claimed_at": datetime.fromisoformat(claimed) if claimed else None,
                **(mine if own else {}),
                "values": None,
                "process_name": docket.process_name,
                "number": docket.number,
                "title": docket.title,
                "shown_body": docket.body_name,
            },
        )
    return [row for row in present.values() if str(row.id) not in kept.tasks]


def _save_text(work: Work, docket: Docket, task: TaskRow) -> None:
    """What was entered is a draft again: nobody types it twice."""
    form = docket.form(task.element)
    raw: dict[str, list[str]] = {}
    for one in form.fields:
        value = (task.values or {}).get(one.id)
        if not one.readonly and not fields.is_blank(value):
            raw |= {key: list(texts) for key, texts in fields.to_raw(one, value).items()}
    if raw:
        person_id = in_hand.person(work)
        drafts.save(work.session, person_id, f"task:{task.id}", docket.id, raw, work.now)
