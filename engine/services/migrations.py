"""One running case put on another version, under its lock: state, rows, clocks, record.

Claims, drafts, ledgers and the path stay where they are: they hang on tasks and clocks, and those
keep their identity. What stood still stands still, and what was extended stays extended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn import migration
from engine.errors import Conflict
from engine.services import audit, clocks, definitions, duty, moves, recounts, repairs
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.services.worklist import named_people
from engine.store import deadlines as ledger
from engine.store import definitions as definition_store
from engine.store import tasks as task_store
from engine.store import timers as timer_store
from engine.store import verification as store
from engine.values.acts import Act
from engine.values.running import Timer
from engine.values.timing import LedgerEvent, LedgerKind
from engine.values.upgrades import Mapped, Moved, TimerMove
from engine.work import Work


def planned(work: Work, docket: Docket, target_id: int, mapping: Mapped) -> Moved:
    """What moving the case would come to; nothing is written."""
    return migration.move(
        docket.definition,
        definitions.load(work, target_id),
        docket.state,
        docket.data,
        moves.environment(work, docket),
        mapping,
    )


def carry_out(
    work: Work, docket: Docket, target_id: int, mapping: Mapped, upgrade: int
) -> tuple[str, ...]:
    """Move the case; the elements it stands at now.

    Raises Conflict with the code of the first reason it cannot be moved; nothing is written then.
    """
    plan = planned(work, docket, target_id, mapping)
    if plan.outcome is None:
        reason = plan.refused[0]
        drawn = docket.description.elements.get(reason.element)
        name = drawn.name or drawn.id if drawn is not None else reason.element
        raise Conflict(reason.code, **{**reason.facts, "element": name})
    before = definition_store.get(work.session, docket.definition_id)
    target = definition_store.get(work.session, target_id)
    docket.definition_id = target.id
    docket.definition = definitions.load(work, target.id)
    docket.process_name = target.name
    docket.state = plan.outcome.state
    docket.undo = (None,)
    was = {row.engine_id: row for row in ledger.unended(work.session, docket.id)}
    _timers(work, docket, {timer.id: timer for timer in plan.outcome.timers})
    clocks.follow(work, docket, plan.outcome, clocks.live(work, docket))
    docket.wake_at = plan.outcome.wake_at
    moves.describe(work, docket)
    _tasks(work, docket, plan)
    # Stops and extensions are the ledger's to know: every clock is counted with them again.
    recounts.recompute(work, docket)
    repairs.conform(work, docket)
    audit.append(
        work,
        docket,
        Act.CASE_MIGRATED,
        before=before.version,
        version=target.version,
        upgrade=upgrade,
        mapping=", ".join(f"{old} → {new}" for old, new in sorted(mapping.items())),
    )
    _record(work, docket, was)
    return tuple(dict.fromkeys(element for _, element in plan.steps))


def _timers(work: Work, docket: Docket, wanted: Mapping[str, Timer]) -> None:
    """Clocks that stay are told what they count now."""
    for row in timer_store.live(work.session, docket.id):
        timer = wanted.get(row.engine_id)
        if timer is None:
            continue
        columns = {
            "element": timer.element,
            "name": timer.name,
            "deadline": timer.deadline,
            "rule": timer.rule,
        }
        if any(getattr(row, column) != value for column, value in columns.items()):
            store.change_timer(work.session, row.id, columns)
    marks = {mark.element: mark for mark in docket.description.deadlines}
    for running in ledger.unended(work.session, docket.id):
        timer = wanted.get(running.engine_id or "")
        if timer is None:
            continue
        mark = marks.get(timer.element)
        activity = mark.attached_to if mark is not None else timer.element
        drawn = docket.description.elements.get(activity)
        ledger.change_deadline(
            work.session,
            running.id,
            element=timer.element,
            activity=activity,
            name=drawn.name if drawn is not None and drawn.name else timer.name,
            limit_key=timer.rule.limit if timer.rule is not None else None,
            rule=timer.rule,
        )


def _tasks(work: Work, docket: Docket, plan: Moved) -> None:
    """Open tasks follow a step that another took the place of, or that others do now."""
    wanted = {task.id: task for task in (plan.outcome.tasks if plan.outcome else ())}
    for row in task_store.open_of_case(work.session, docket.id):
        task = wanted.get(row.engine_id or "")
        if task is None:
            continue
        performers = named_people(
            docket.form(task.element).performer, dict(task.local), docket.data
        )
        columns: dict[str, object] = {
            "element": task.element,
            "name": task.name,
            "role": task.role,
            "slot": task.body,
            "body_id": docket.slots.get(task.body),
            "performers": performers,
            "restricted": performers is not None,
            "process_name": docket.process_name,
        }
        changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
        if not changed:
            continue
        task_store.change(work.session, row.id, **changed)
        if "performers" in changed:
            store.set_performers(work.session, docket.id, row.id, set(performers or ()))
        held = replace(row, **changed)  # type: ignore[arg-type]  # Columns of a task row.
        if held.assignee_id is None:
            continue
        if not duty.verdict(
            work, docket, held, held.assignee_id, Door.CLAIM, for_id=held.acting_for
        ):
            # Whoever may not do the new step does not keep it, and the record says so.
            task_store.change(
                work.session, row.id, assignee_id=None, claimed_at=None, acting_for=None
            )
            audit.append(
                work,
                docket,
                Act.TASK_RELEASED,
                task=held.name,
                element=held.element,
                reason="版本迁移后不再具备办理资格",
            )


def _record(work: Work, docket: Docket, was: Mapping[str | None, ledger.DeadlineRow]) -> None:
    """Deadlines that moved have a line in their ledger and in the chain."""
    for row in ledger.unended(work.session, docket.id):
        before = was.get(row.engine_id)
        if before is None or before.due_at == row.due_at:
            continue
        ledger.add_event(
            work.session, docket.id, row.id, LedgerEvent(LedgerKind.RECALCULATED, work.now)
        )
        audit.append(
            work,
            docket,
            Act.DEADLINE_RECALCULATED,
            name=row.name,
            due_before=before.due_at.isoformat(),
            due=row.due_at.isoformat(),
        )


def deadlines_of(plan: Moved) -> tuple[TimerMove, ...]:
    """The deadlines among the clocks that change."""
    return tuple(one for one in plan.timers if one.deadline)
