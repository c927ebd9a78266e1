"""The diagrams of a case with what was passed, where the case stands, and what is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.bpmn.diagrams import drawn_texts
from engine.services import access, definitions, views
from engine.store import deadlines as ledger
from engine.store import definitions as definition_store
from engine.store import dossiers
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.values.path_pages import Diagram, ElementTime, PassedStep, PathView
from engine.values.process import Element
from engine.values.running import PassedKind
from engine.work import Work


def path(work: Work, case_id: int) -> PathView:
    """The way a case took. Raises NotFound ``no_such_case``."""
    row = access.visible_case(work, case_id)
    elements = definitions.load(work, row.definition_id).description.elements
    tasks = task_store.of_case(work.session, case_id)
    steps, flows = _steps(work, case_id, elements)
    passed = _once(step.element.id for step in steps if step.kind is PassedKind.COMPLETED)
    late, soon = _due(work, row, tasks)
    return PathView(
        case=views.case_ref(work, row),
        elements=elements,
        diagrams=_diagrams(work, row.definition_id),
        passed=passed,
        cancelled=_once(step.element.id for step in steps if step.element.id not in passed),
        flows=flows,
        present=_once(task.element for task in tasks if _open(task)),
        overdue=late,
        soon=soon,
        late=_after_due(tasks, task_store.COMPLETED),
        missed=_after_due(tasks, task_store.CANCELLED),
        paused=_once(task.element for task in tasks if _open(task) and task.paused),
        times=_times(work, tasks),
        steps=steps,
    )


def _steps(
    work: Work, case_id: int, elements: Mapping[str, Element]
) -> tuple[tuple[PassedStep, ...], tuple[str, ...]]:
    """The elements left, in order, and the flows taken."""
    steps: list[PassedStep] = []
    flows: dict[str, None] = {}
    for row in dossiers.steps_of(work.session, case_id):
        for element, kind, taken in row.steps:
            flows.update(dict.fromkeys(taken))
            known = elements.get(element, Element(element, "", ""))
            steps.append(PassedStep(row.at, known, PassedKind(kind)))
    return tuple(steps), tuple(flows)


def _diagrams(work: Work, definition_id: int) -> tuple[Diagram, ...]:
    """The drawings as they were published with the version the case runs on."""
    sources = definition_store.sources(work.session, definition_id)
    models = definitions.load(work, definition_id).models
    return tuple(
        Diagram(
            process_id,
            model.name,
            sources[model.file].decode("utf-8", "replace"),
            drawn_texts(sources[model.file], model.file),
        )
        for process_id, model in models.items()
    )


def _due(work: Work, row: CaseRow, tasks: list[TaskRow]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is past its due date while the clock runs, and what is close to it."""
    going = [
        *(
            (task.element, task.warn_at, task.due_at)
            for task in tasks
            if _open(task) and not task.paused
        ),
        *(
            (found.activity, found.warn_at, found.due_at)
            for found in ledger.unended(work.session, row.id)
            if found.status != ledger.PAUSED
        ),
    ]
    late = _once(name for name, _, due in going if due is not None and due < work.now)
    soon = _once(name for name, warn, _ in going if warn is not None and warn <= work.now)
    return late, tuple(name for name in soon if name not in late)


def _after_due(tasks: list[TaskRow], status: str) -> tuple[str, ...]:
    """Tasks that came to this end after their due date."""
    return _once(
        task.element
        for task in tasks
        if task.status == status
        and task.completed_at is not None
        and task.due_at is not None
        and task.due_at < task.completed_at
    )


def _open(task: TaskRow) -> bool:
    return task.status == task_store.OPEN


def _times(work: Work, tasks: list[TaskRow]) -> tuple[ElementTime, ...]:
    """Time spent in each user task, all rounds together."""
    found: dict[str, list[TaskRow]] = {}
    for task in tasks:
        found.setdefault(task.element, []).append(task)
    return tuple(
        ElementTime(
            element=element,
            name=rows[0].name,
            times=len(rows),
            entered_at=rows[0].opened_at,
            left_at=rows[-1].completed_at,
            seconds=int(
                sum(
                    ((task.completed_at or work.now) - task.opened_at).total_seconds()
                    for task in rows
                )
            ),
        )
        for element, rows in found.items()
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
