"""The state of a case as bytes: living tasks only, no definition, no field values.

JSON, compressed. Tasks are kept in the order of their making with the name of their node; the nodes
come from the compiled definition, whose checksum the state names. A state of another format or of
another definition is refused, never guessed at.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import Token
from engine.bpmn.tokens import Case, Scope
from engine.errors import Broken

#: Changes whenever the meaning of a state does: its format or the library's.
SERIALIZER_VERSION = "duban-1"

_STATES = frozenset(
    (
        TaskState.WAITING,
        TaskState.READY,
        TaskState.STARTED,
        TaskState.COMPLETED,
        TaskState.CANCELLED,
    )
)


def dump(case: Case, checksum: str, maximum: int) -> bytes:
    """The state of a case. Raises :class:`Broken` if it is larger than the bound, in bytes."""
    kept = {
        "serializer_version": SERIALIZER_VERSION,
        "definition": checksum,
        "scopes": [_dump_scope(scope) for scope in case.scopes()],
    }
    try:
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise Broken("state.not_json", reason=str(error)[:80]) from error
    if len(text) > maximum:
        raise Broken("engine.state_too_large", size=len(text), maximum=maximum)
    return zlib.compress(text, 1)


def _dump_scope(scope: Any) -> list[Any]:
    places = {task_id: place for place, task_id in enumerate(scope.tasks)}
    held_by = None if scope.parent_task_id is None else _short(scope.parent_task_id)
    tasks = [
        [
            _short(task.id),
            places.get(task._parent, -1),
            task.task_spec.name,
            task._state,
            task.data or 0,
            task.internal_data or 0,
        ]
        for task in scope.tasks.values()
    ]
    return [scope.spec.name, held_by, 1 if scope.completed else 0, tasks]


def load(
    state: bytes, checksum: str, scopes: Mapping[str, Scope], case: Case, maximum: int
) -> None:
    """Fill an empty case from its state. Raises :class:`Broken` for a foreign or damaged one."""
    kept = _unpacked(state, maximum)
    try:
        version, definition = kept["serializer_version"], kept["definition"]
    except (KeyError, TypeError) as error:
        raise Broken("state.damaged") from error
    if version != SERIALIZER_VERSION:
        raise Broken("state.foreign_version", found=str(version)[:40], known=SERIALIZER_VERSION)
    if definition != checksum:
        raise Broken("state.other_definition", found=str(definition)[:80], expected=checksum)
    try:
        _load_scopes(kept["scopes"], scopes, case)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Broken("state.damaged", reason=str(error)[:80]) from error


def _unpacked(state: bytes, maximum: int) -> Any:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(state, maximum + 1)
        if len(text) > maximum:
            raise Broken("engine.state_too_large", size=len(text), maximum=maximum)
        if not inflater.eof or inflater.unused_data:
            raise Broken("state.damaged")
        return json.loads(text)
    except (zlib.error, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Broken("state.damaged", reason=str(error)[:80]) from error


def _load_scopes(kept: list[Any], specs: Mapping[str, Scope], case: Case) -> None:
    for place, (name, held_by, completed, tasks) in enumerate(kept):
        if place == 0:
            if name != case.spec.name or held_by is not None:
                raise ValueError("the first scope is not the case")
            scope = case
        else:
            scope = _inner_scope(case, specs[name], UUID(bytes=_long(held_by)))
        scope.completed = bool(completed)
        _load_tasks(tasks, scope)
    if not kept:
        raise ValueError("no scope")


def _inner_scope(case: Case, spec: Scope, held_by: UUID) -> Any:
    holder = next((s.tasks[held_by] for s in case.scopes() if held_by in s.tasks), None)
    if holder is None or getattr(holder.task_spec, "inner", None) != spec.name:
        raise ValueError("a subprocess without its task")
    if held_by in case.subprocesses:
        raise ValueError("two subprocesses of one task")
    scope = BpmnSubWorkflow(spec, held_by, case, deserializing=True)
    case.subprocesses[held_by] = scope
    return scope


def _load_tasks(kept: list[Any], scope: Any) -> None:
    loaded: list[Any] = []
    for short, parent, name, state, data, internal in kept:
        node = scope.spec.task_specs[name]
        identity = UUID(bytes=_long(short))
        if state not in _STATES or identity in scope.tasks or (parent < 0) != (not loaded):
            raise ValueError("a task that cannot be")
        if state == TaskState.READY and not node.manual:
            raise ValueError("a step that was not finished")
        above = loaded[parent] if loaded and parent < len(loaded) else None
        task = Token(scope, node, above, state=state, id=identity)
        task.data = _mapping(data)
        task.internal_data = _mapping(internal)
        loaded.append(task)
    scope.task_tree = loaded[0]


def _mapping(kept: Any) -> dict[str, Any]:
    if kept == 0:
        return {}
    if not isinstance(kept, dict):
        raise TypeError("no mapping")
    return kept


def _short(identity: UUID) -> str:
    return urlsafe_b64encode(identity.bytes)[:22].decode()


def _long(short: str) -> bytes:
    return urlsafe_b64decode(short + "==")
