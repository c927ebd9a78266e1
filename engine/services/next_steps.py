"""What a command brought about: who has the case now, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from engine.services import places, views
from engine.services.dockets import Docket
from engine.store import inbox, people
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.task_pages import Completed, NextTask
from engine.work import Work


def after(
    work: Work, docket: Docket, name: str, present: Sequence[TaskRow] | None = None
) -> Completed:
    """The case after a step, a start or a message by the reader; ``present`` are its open tasks."""
    rows = store.open_of_case(work.session, docket.id) if present is None else present
    held = {row.assignee_id for row in rows if row.assignee_id is not None}
    names = people.names_of_people(work.session, held) if held else {}
    where = places.names(work, [row.body_id for row in rows])
    me = work.actor.person_id
    mine = [row.id for row in rows if me is not None and row.assignee_id == me]
    return Completed(
        case=views.case_ref(work, docket),
        name=name,
        now_with=tuple(
            NextTask(
                name=row.name,
                role=row.role,
                body=where.get(row.body_id or 0, ""),
                person=names.get(row.assignee_id or 0, ""),
                task_id=row.id,
            )
            for row in rows
        ),
        finished=not docket.running,
        next_due=inbox.most_urgent(work.session, me) if me is not None else None,
        next_in_case=mine[0] if mine else None,
    )
