"""Acts on many tasks at once: each on its own, with what became of each.

Takes the office: every task is a unit of work of its own, so one that a rule stands against, or
that somebody was faster with, keeps no other from going through and holds no lock meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.actor import Actor
from engine.errors import Conflict, DubanError, Forbidden, Invalid, NotFound
from engine.office import Office
from engine.services import in_hand, leaders, places, tasks, views
from engine.services.duty import Door
from engine.store import bulk_acts as store
from engine.store import cases, people
from engine.store import inbox as lists
from engine.store import tasks as task_store
from engine.values.collaboration import BulkPage, BulkReport, BulkResult, BulkTask
from engine.values.pages import PersonRow
from engine.values.people import ALLOWED, Verdict
from engine.work import Work

#: Tasks one act may take along, and a page shows.
MOST = 200

REASSIGN, CLAIM = "reassign", "claim"
#: What may rightly stand in the way of one task.
_REFUSALS = (Forbidden, Conflict, NotFound, Invalid)


def reassign(
    office: Office, actor: Actor, task_ids: Sequence[int], person_id: int, reason: str
) -> int:
    """Hand tasks to somebody; the report. Raises Invalid for what is wrong with all of them."""
    reason = in_hand.reason(reason)
    ids = _chosen(task_ids)

    def one(work: Work, task_id: int) -> None:
        tasks.reassign(work, task_id, person_id, reason, Door.BULK)

    with office.begin(actor) as work:
        known = people.facts(work.session, [person_id]).get(person_id)
        if known is None or not known.active:
            raise Invalid(fields={"person": Invalid("nobody_chosen")})
        bulk_id = _begin(work, REASSIGN, len(ids), person_id, reason)
    return _each(office, actor, bulk_id, ids, one)


def claim(office: Office, actor: Actor, task_ids: Sequence[int]) -> int:
    """Take tasks from the pool; the report."""
    ids = _chosen(task_ids)
    with office.begin(actor) as work:
        bulk_id = _begin(work, CLAIM, len(ids), None, "")
    return _each(office, actor, bulk_id, ids, tasks.claim)


def report(work: Work, bulk_id: int) -> BulkReport:
    """What became of an act of the reader's. Raises NotFound ``no_such_bulk_act``."""
    row = store.get(work.session, bulk_id)
    if row is None or row.person_id != work.actor.person_id:
        raise NotFound("no_such_bulk_act")
    names = people.names_of_people(work.session, [row.to_id or 0])
    return BulkReport(
        id=row.id,
        act=row.act,
        at=row.at,
        to=names.get(row.to_id or 0, ""),
        reason=row.reason,
        wanted=row.wanted,
        results=tuple(_result(one) for one in row.results),
        ended_at=row.ended_at,
    )


def page(work: Work, holder_id: int | None = None) -> BulkPage:
    """Open tasks the reader may hand over: at the bodies they lead, and their own."""
    me = in_hand.person(work)
    led = leaders.led(work)
    rows = lists.at_bodies(work.session, sorted(led), me, holder_id, MOST + 1)
    shown = rows[:MOST]
    known = cases.brief(work.session, {row.case_id for row in shown})
    holders = lists.holders_at(work.session, sorted(led)) if led else []
    receivers = people.members(work.session, led) if led else []
    ids = {me, holder_id or 0, *holders, *receivers}
    ids |= {row.assignee_id for row in shown if row.assignee_id is not None}
    names = people.names_of_people(work.session, ids)
    where = places.names(work, [row.body_id for row in shown])
    stopped = views.stopped_since(work, shown)
    return BulkPage(
        rows=tuple(
            BulkTask(
                task_id=row.id,
                case=views.case_ref(work, known[row.case_id]),
                name=row.name,
                body=where.get(row.body_id or 0, ""),
                holder=names.get(row.assignee_id or 0, ""),
                due=views.due_of_task(work, row, stopped.get(row.id)),
            )
            for row in shown
        ),
        of=PersonRow(holder_id, names[holder_id]) if holder_id in names else None,
        holders=_named(names, holders),
        receivers=_named(names, receivers),
        more=len(rows) > MOST,
        latest=tuple((row.id, row.at, row.wanted) for row in store.of_person(work.session, me, 5)),
    )


def _named(names: dict[int, str], ids: Sequence[int]) -> tuple[PersonRow, ...]:
    return tuple(PersonRow(one, names[one]) for one in ids if one in names)


def _chosen(task_ids: Sequence[int]) -> list[int]:
    ids = list(dict.fromkeys(task_ids))
    if not 1 <= len(ids) <= MOST:
        raise Invalid(fields={"tasks": Invalid("choose_tasks", most=MOST)})
    return ids


def _begin(work: Work, act: str, wanted: int, to_id: int | None, reason: str) -> int:
    return store.add(
        work.session,
        person_id=in_hand.person(work),
        at=work.now,
        act=act,
        to_id=to_id,
        reason=reason,
        wanted=wanted,
        results=[],
    )


def _each(
    office: Office,
    actor: Actor,
    bulk_id: int,
    ids: Sequence[int],
    one: Callable[[Work, int], None],
) -> int:
    """Every task on its own; what became of it is kept before the next is tried."""
    results: list[dict[str, Any]] = []
    for task_id in ids:
        refused: DubanError | None = None
        try:
            with office.begin(actor) as work:
                one(work, task_id)
        except _REFUSALS as error:
            refused = error
        with office.begin(actor) as work:
            results.append(_kept(work, task_id, refused))
            ended = work.now if len(results) == len(ids) else None
            store.change(work.session, bulk_id, results=results, ended_at=ended)
    return bulk_id


def _kept(work: Work, task_id: int, refused: DubanError | None) -> dict[str, Any]:
    """What became of a task; of one the reader may not see, no more than that."""
    found: dict[str, Any] = {"task": task_id}
    if not isinstance(refused, NotFound):
        row = task_store.get(work.session, task_id)
        case = cases.brief(work.session, [row.case_id]).get(row.case_id) if row else None
        if row is not None and case is not None:
            found |= {"case": row.case_id, "number": case.number, "name": row.name}
    if refused is not None:
        facts = {name: str(value) for name, value in refused.facts.items()}
        found |= {
            "code": refused.code,
            "rule": facts.pop("rule", ""),
            "basis": facts.pop("basis", ""),
            "facts": facts,
        }
    return found


def _result(kept: dict[str, Any]) -> BulkResult:
    verdict = ALLOWED
    if "code" in kept:
        verdict = Verdict(False, kept["code"], kept["rule"], kept["basis"], kept["facts"])
    return BulkResult(
        task_id=kept["task"],
        case_id=kept.get("case", 0),
        number=kept.get("number", ""),
        name=kept.get("name", ""),
        done="code" not in kept,
        verdict=verdict,
    )
