"""What is entered independently stays sealed until all of it is in (R12).

Two scorers of a file must not lean on one another. Steps that name each other in ``apart_from`` are
such steps: until each of them is completed, what was entered at one of them is shown to nobody but
who entered it, whatever their role: not on the page of the case or of another task, nor in its
files, its export or a template filled in by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from engine.services import definitions, deputies
from engine.store import cases
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.process import Description
from engine.work import Work


class Case(Protocol):
    """As much of a case as decides what is sealed in it."""

    @property
    def id(self) -> int:
        """The case."""
        ...

    @property
    def definition_id(self) -> int:
        """Its definition."""
        ...

    @property
    def status(self) -> str:
        """Whether it runs."""
        ...


def fields(work: Work, case: Case) -> frozenset[str]:
    """Ids of the fields that are sealed from the reader now.

    A case that is over seals nothing: what was to be decided apart is decided, or never will be.
    """
    description = definitions.load(work, case.definition_id).description
    groups = apart(description)
    if not groups or case.status != cases.RUNNING:
        return frozenset()
    rows = _last(task_store.of_case(work.session, case.id))
    shut = {element for group in groups for element in _shut(work, group, rows)}
    return frozenset(
        field.id
        for element in shut & description.forms.keys()
        for field in description.forms[element].fields
        if not field.readonly
    )


def apart(description: Description) -> set[frozenset[str]]:
    """The groups of steps of a definition that are done apart from one another."""
    return {
        frozenset((form.element, *duty.apart_from))
        for form in description.forms.values()
        for duty in form.duties
        if duty.apart_from
    }


def _last(rows: Iterable[TaskRow]) -> Mapping[str, TaskRow]:
    """The last task of each step that was done or is to be done."""
    return {row.element: row for row in rows if row.status != task_store.CANCELLED}


def _shut(work: Work, group: frozenset[str], rows: Mapping[str, TaskRow]) -> set[str]:
    """The steps of a group whose entries the reader must not see yet."""
    begun = {element: rows[element] for element in group if element in rows}
    done = [row for row in begun.values() if row.status == task_store.COMPLETED]
    if len(done) == len(group):
        return set()
    own = {element for element, row in begun.items() if _is_own(work, row)}
    if not own:
        # Who does none of them may do one for somebody who is away.
        own = {element for element, row in begun.items() if _stands_in(work, row)}
    return begun.keys() - own


def _is_own(work: Work, row: TaskRow) -> bool:
    """Whether the reader entered it, or has it in hand to enter it."""
    me = work.actor.person_id
    if row.status == task_store.COMPLETED:
        return me is not None and me in (row.completed_by, row.acting_for)
    return me is not None and row.assignee_id == me


def _stands_in(work: Work, row: TaskRow) -> bool:
    return row.status == task_store.OPEN and row.assignee_id in deputies.principals(work)
