"""One move of a case: what the engine decided is written whole, then its operations are done.

The same road for people, messages and the clock:

1. the engine answers with an Outcome;
2. the case file, slots and title follow it;
3. timers and deadlines follow it;
4. tasks are opened, re-dated and closed;
5. operations are performed in order, their results kept in the case file;
6. the docket is written once, by :func:`engine.services.dockets.held`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from engine import metrics
from engine.bpmn.runtime import CaseRun, Environment
from engine.errors import Broken, Conflict, Forbidden, NotFound
from engine.services import audit, clocks, operations, places, slots, worklist
from engine.services.dockets import Around, Docket
from engine.store import cases, dossiers
from engine.store.tasks import TaskRow
from engine.store.timers import TimerRow
from engine.values.acts import Act
from engine.values.process import Description
from engine.values.running import CaseFile, Json, OpenMessage, OperationRequest, Outcome
from engine.work import Work


@dataclass(frozen=True)
class Done:
    """The task a person completed, and what they entered."""

    task: TaskRow
    values: CaseFile
    #: The absent person in whose stead they did.
    for_id: int | None = None


def environment(work: Work, docket: Docket) -> Environment:
    """What the engine may know of the world while it moves this case."""
    return Environment(
        now=work.now,
        schedule=clocks.schedule(work, docket),
        stopped=clocks.stopped_since(work, docket),
    )


def run(work: Work, docket: Docket) -> CaseRun:
    """The case as the engine runs it. Raises Broken when its state is damaged."""
    return CaseRun.load(docket.definition, docket.state, docket.data, environment(work, docket))


def settle(
    work: Work,
    docket: Docket,
    outcome: Outcome,
    done: Done | None = None,
    stored: Sequence[TaskRow] | None = None,
    around: Around | None = None,
) -> list[TaskRow]:
    """Apply an outcome to the docket and to everything that hangs on the case.

    ``stored`` are its open tasks, ``around`` all that hangs on it, if they were read since it was
    locked and not written to. Answers with the tasks that are open now.
    """
    # Without an instant to wake at, and not stopped, the case waits for no timer.
    idle = docket.wake_at is None and docket.paused_at is None
    if around is None:
        before = [] if idle else clocks.live(work, docket)
        running = None
    else:
        before, running, stored = around.timers, around.deadlines, around.tasks
    outcome = _corrected(work, docket, outcome, before)
    docket.data = dict(outcome.data)
    docket.state = b"" if outcome.finished else outcome.state
    docket.messages = [asdict(message) for message in outcome.messages] or None
    describe(work, docket)
    if outcome.passed:
        docket.steps += 1
        dossiers.add_steps(
            work.session,
            docket.id,
            docket.steps,
            work.now,
            [(step.element, step.kind.value, step.flows) for step in outcome.passed],
        )
    fired = clocks.follow(work, docket, outcome, before, running)
    for timer in fired:
        late = (work.now - timer.instant).total_seconds()
        work.measure(metrics.TIMERS_FIRED, docket.process_id, timer.element)
        work.measure(metrics.TIMER_LATE_SECONDS, docket.process_id, value=late)
    if done is not None:
        # The clock's lines come first: what was due fired before the person's act counted.
        clocks.record_fired(work, docket, fired)
        audit.append(
            work,
            docket,
            Act.TASK_COMPLETED,
            element=done.task.element,
            values=audit.values_digest(work, done.values),
        )
    else:
        clocks.record_fired(work, docket, fired)
    present = worklist.follow(work, docket, outcome, done, stored)
    docket.wake_at = outcome.wake_at
    for request in outcome.operations:
        result = _perform(work, docket, request)
        if request.result:
            docket.data = {**docket.data, request.result: result}
    if outcome.finished:
        _finish(work, docket)
    return present


def _corrected(work: Work, docket: Docket, outcome: Outcome, before: Sequence[TimerRow]) -> Outcome:
    """The outcome with new timers where the ledger of their clock puts them."""
    instants = clocks.corrections(work, docket, outcome, before)
    if not instants:
        return outcome
    run = CaseRun.load(docket.definition, outcome.state, outcome.data, environment(work, docket))
    moved = run.reschedule(instants)
    return replace(
        outcome, state=moved.state, tasks=moved.tasks, timers=moved.timers, messages=moved.messages
    )


def _perform(work: Work, docket: Docket, request: OperationRequest) -> Json:
    """One operation. What it may not do is the diagram's fault, not a refusal to the person."""
    try:
        return operations.perform(work, docket, request)
    except (NotFound, Forbidden, Conflict) as error:
        raise Broken(
            "operation_failed",
            operation=request.name,
            element=request.element,
            cause=error.code,
        ) from error


def describe(work: Work, docket: Docket) -> None:
    """Slots, title, party and bodies follow the case file."""
    description = docket.description
    process = description.process
    docket.title = _text(docket.data.get(process.title)) or docket.title
    docket.party = _text(docket.data.get(process.party)) or docket.party
    filled = slots.fill(work, description, docket.slots, docket.data)
    if filled != docket.slots or not docket.placed:
        docket.slots = filled
        docket.placed = True
        _set_bodies(work, docket)
    if docket.before and (docket.title, docket.body_id) != (
        docket.before["title"],
        docket.before["body_id"],
    ):
        worklist.rename(work, docket)


def waiting_messages(docket: Docket) -> list[OpenMessage]:
    """What may be asked for in the case now."""
    return [OpenMessage(**stored) for stored in docket.messages or ()]


def taking_part(docket: Docket) -> dict[int, bool]:
    """The bodies that take part, each with whether it is blind to what is hidden from it."""
    blind = blind_slots(docket.description)
    found: dict[int, bool] = {}
    for slot, body_id in docket.slots.items():
        hidden = slot in blind or slot.removesuffix(slots.LEGAL) in blind
        found[body_id] = found.get(body_id, False) or hidden
    return found


def _set_bodies(work: Work, docket: Docket) -> None:
    """The bodies that take part, the one the case is shown under, and its sector."""
    dossiers.set_bodies(work.session, docket.id, taking_part(docket))
    for slot in ("subject", "handling", "township", "delegating"):
        if slot in docket.slots:
            found = places.every(work).get(docket.slots[slot])
            if found is not None:
                docket.body_id, docket.body_name = found.id, found.name
                break
    for slot in ("handling", "subject"):
        if slot in docket.slots:
            found = places.every(work).get(docket.slots[slot])
            if found is not None and found.sector:
                docket.sector = found.sector
                break


def blind_slots(description: Description) -> frozenset[str]:
    """Slots whose people must not see some field of this definition."""
    return frozenset(
        slot
        for form in description.forms.values()
        for field in form.fields
        for slot in field.hidden_from
    )


def _finish(work: Work, docket: Docket) -> None:
    docket.status = cases.FINISHED
    docket.finished_at = work.now
    docket.wake_at = None
    docket.paused_at = None
    docket.messages = None
    docket.undo = (None,)
    dossiers.collapse(work.session, docket.id, docket.started_at)
    docket.steps = 1
    audit.append(work, docket, Act.CASE_FINISHED, number=docket.number)
    took = (work.now - docket.started_at).total_seconds()
    work.measure(metrics.CASE_SECONDS, docket.process_id, docket.status, value=took)


def _text(value: Json) -> str:
    """A title or a party from whatever kind of field holds it."""
    if isinstance(value, str):
        return " ".join(value.split())[:500]
    return ""
