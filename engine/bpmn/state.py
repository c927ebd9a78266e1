"""The state of a case as bytes: living tasks only, no definition, no field values.

SpiffWorkflow's serializer with converters of our own: specs come from the compiled definition,
whose checksum the state names, and of a task only what cannot be known otherwise is kept. JSON,
compressed. A state of another format or of another definition is refused, never guessed at.
"""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.default.workflow import (
    BpmnSubWorkflowConverter,
    BpmnWorkflowConverter,
)
from SpiffWorkflow.bpmn.serializer.helpers import DefaultRegistry
from SpiffWorkflow.bpmn.serializer.helpers.bpmn_converter import BpmnConverter
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.nodes import Token
from engine.bpmn.tokens import Case, Part
from engine.errors import Broken

#: Changes whenever the meaning of a state does: its format or the library's.
SERIALIZER_VERSION = "duban-2"

_STATES = frozenset(
    (
        TaskState.WAITING,
        TaskState.READY,
        TaskState.STARTED,
        TaskState.COMPLETED,
        TaskState.CANCELLED,
    )
)
#: What a converter meets in a state somebody has changed.
_DAMAGE = (KeyError, TypeError, ValueError, StopIteration, AttributeError)


class TokenConverter(BpmnConverter):
    """A task: where it hangs, where it stands, and the little that is its own."""

    @override
    def to_dict(self, token: Token) -> dict[str, Any]:
        return {
            "parent": None if token._parent is None else str(token._parent),
            "task_spec": token.task_spec.name,
            "state": token._state,
            "data": token.data,
            "internal_data": token.internal_data,
        }

    @override
    def from_dict(self, dct: dict[str, Any], scope: Any, identity: str) -> Token:
        spec, state = scope.spec.task_specs[dct["task_spec"]], dct["state"]
        parent = None if dct["parent"] is None else scope.tasks[UUID(dct["parent"])]
        if state not in _STATES or (parent is None) != (not scope.tasks):
            raise ValueError("a task that cannot be")
        if state == TaskState.READY and not spec.manual:
            raise ValueError("a step that was not finished")
        token: Token = self.target_class(scope, spec, parent, state=state, id=UUID(identity))
        token.data, token.internal_data = _mapping(dct["data"]), _mapping(dct["internal_data"])
        return token


class _ScopeState:
    """What converters of a case and of its subprocesses have in common."""

    registry: Any

    def tasks_to_dict(self, scope: Any) -> dict[str, Any]:
        """The tasks of a scope, each after the one it hangs under."""
        return {
            "spec": scope.spec.name,
            "completed": scope.completed,
            "tasks": {str(task.id): self.registry.convert(task) for task in scope.tasks.values()},
        }

    def tasks_from_dict(self, dct: dict[str, Any], scope: Any) -> None:
        """Fill an empty scope with its tasks."""
        if dct["spec"] != scope.spec.name:
            raise ValueError("a scope of another process")
        scope.completed = bool(dct["completed"])
        for identity, kept in dct["tasks"].items():
            self.registry.restore(kept, scope=scope, identity=identity)
        scope.task_tree = next(iter(scope.tasks.values()))


class PartConverter(_ScopeState, BpmnSubWorkflowConverter):
    """A running subprocess."""

    @override
    def to_dict(self, workflow: Part) -> dict[str, Any]:
        return self.tasks_to_dict(workflow)

    @override
    def from_dict(self, dct: dict[str, Any], task: Any, top_workflow: Case) -> Part:
        spec = top_workflow.subprocess_specs[task.task_spec.spec]
        part: Part = self.target_class(spec, task.id, top_workflow, deserializing=True)
        self.tasks_from_dict(dct, part)
        return part


class CaseConverter(_ScopeState, BpmnWorkflowConverter):
    """A case without its specs: they are the definition's, and too much to keep with every case."""

    @override
    def to_dict(self, workflow: Case) -> dict[str, Any]:
        kept = self.tasks_to_dict(workflow)
        kept["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        return kept

    @override
    def from_dict(self, dct: dict[str, Any], case: Case) -> Case:
        self.tasks_from_dict(dct, case)
        for identity, kept in dct["subprocesses"].items():
            task = case.get_task_from_id(UUID(identity))
            if task is None or not isinstance(task.task_spec, SubWorkflowTask):
                raise ValueError("a subprocess without its task")
            part = self.registry.restore(kept, task=task, top_workflow=case)
            case.subprocesses[task.id] = part
            part.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        return case


def _serializer() -> BpmnWorkflowSerializer:
    registry = DefaultRegistry()
    TokenConverter(Token, registry)
    # The library makes the root of a scope itself, from the base class.
    registry.typenames[Task] = Token.__name__
    PartConverter(Part, registry)
    CaseConverter(Case, registry)
    return BpmnWorkflowSerializer(registry, version=SERIALIZER_VERSION)


_SERIALIZER = _serializer()


def dump(case: Case, checksum: str, maximum: int) -> bytes:
    """The state of a case. Raises :class:`Broken` if it is larger than the bound, in bytes."""
    return _packed(_SERIALIZER.to_dict(case), checksum, maximum)


def packed(kept: dict[str, Any], checksum: str) -> bytes:
    """What :func:`unpacked` gave, changed, as the state of a case of another definition."""
    return _packed(kept["case"], checksum, _ANY_SIZE)


def _packed(case: Any, checksum: str, maximum: int) -> bytes:
    kept = {"serializer_version": SERIALIZER_VERSION, "definition": checksum, "case": case}
    try:
        text = _ENCODE(kept).encode()
    except (TypeError, ValueError) as error:
        raise Broken("state.not_json", reason=str(error)[:80]) from error
    if len(text) > maximum:
        raise Broken("engine.state_too_large", size=len(text), maximum=maximum)
    # A small window: setting up a large one takes longer than packing a state in it.
    packer = zlib.compressobj(6, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    return packer.compress(text) + packer.flush()


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_WINDOW_BITS, _MEMORY_LEVEL = 13, 6
#: A state that was read has been measured.
_ANY_SIZE = 10**9


def load(state: bytes, checksum: str, case: Case, maximum: int) -> None:
    """Fill an empty case from its state. Raises :class:`Broken` for a foreign or damaged one."""
    kept = unpacked(state, checksum, maximum)
    try:
        if kept["case"]["typename"] != Case.__name__:
            raise ValueError("no case")
        _SERIALIZER.from_dict(kept["case"], case=case)
    except (*_DAMAGE, SpiffWorkflowException) as error:
        raise Broken("state.damaged", reason=str(error)[:80]) from error


def unpacked(state: bytes, checksum: str, maximum: int) -> dict[str, Any]:
    """A state as plain values. Raises :class:`Broken` for a foreign or damaged one."""
    kept = _unpacked(state, maximum)
    try:
        version, definition = kept["serializer_version"], kept["definition"]
    except (KeyError, TypeError) as error:
        raise Broken("state.damaged") from error
    if version != SERIALIZER_VERSION:
        raise Broken("state.foreign_version", found=str(version)[:40], known=SERIALIZER_VERSION)
    if definition != checksum:
        raise Broken("state.other_definition", found=str(definition)[:80], expected=checksum)
    return _mapping(kept)


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


def _mapping(kept: Any) -> dict[str, Any]:
    if not isinstance(kept, dict):
        raise TypeError("no mapping")
    return kept
