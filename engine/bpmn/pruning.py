"""Forgetting what is finished: only living tokens and what holds them together stay in the state.

History is kept in our own tables. As specs decide by living tokens only, a finished task is needed
for one thing: to hold an activity and its boundary events, or the events behind an event-based
gateway, together. Everything else is dropped and what lives is hung under the nearest task kept, in
the last resort the root. To keep the lowest common ancestor of all unfinished tasks and what is
below it would not do: while the task a reminder has opened stays open, that ancestor is the step
reminded of, and every later round of a loop would lie below it. So the tree is as deep as the
diagram is nested, however long the case runs, and the library's limit of a thousand is far away.
"""

from __future__ import annotations

from typing import Any

from engine.bpmn.nodes import unfinished


def prune(case: Any) -> None:
    """Drop the finished tasks of a case and the subprocesses that ended."""
    _drop_ended(case)
    for scope in case.scopes():
        _prune_scope(scope)


def _drop_ended(case: Any) -> None:
    # Outer subprocesses come before inner ones, which go with them.
    for task_id in list(case.subprocesses):
        holders = (scope.tasks.get(task_id) for scope in case.scopes())
        holder = next((task for task in holders if task is not None), None)
        if holder is None or not unfinished(holder):
            del case.subprocesses[task_id]


def _prune_scope(scope: Any) -> None:
    root = scope.task_tree
    kept = {root.id: root}
    for task in scope.tasks.values():
        if unfinished(task):
            kept[task.id] = task
            parent = task.parent
            if parent is not None and parent.task_spec.holds_together(parent, task):
                kept[parent.id] = parent
    if len(kept) == len(scope.tasks):
        return
    for task in kept.values():
        if task is not root:
            task.parent = _nearest(task, kept, root)
    # The order of making is the order of serving: keep it.
    scope.tasks = {task_id: task for task_id, task in scope.tasks.items() if task_id in kept}
    for task in scope.tasks.values():
        task._children = []
    for task in scope.tasks.values():
        if task is not root:
            task.parent._children.append(task.id)


def _nearest(task: Any, kept: dict[Any, Any], root: Any) -> Any:
    parent = task.parent
    while parent is not None and parent.id not in kept:
        parent = parent.parent
    return parent or root
