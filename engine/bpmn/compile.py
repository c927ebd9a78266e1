"""Definitions compiled for running, each once per process and kept by checksum."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine.bpmn import limits
from engine.bpmn.definition import Definition
from engine.bpmn.parser import DubanParser
from engine.bpmn.refusals import refusals
from engine.bpmn.tokens import Scope
from engine.errors import BadDefinition, Broken

#: Definitions kept compiled; a county has some dozens in use at a time.
_KEPT = 128
_cache: OrderedDict[str, Compiled] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Compiled:
    """A definition as task specs. All its cases and threads share it; nothing in it changes."""

    checksum: str
    main: Scope
    scopes: Mapping[str, Scope]
    #: Names that read as ``None`` until somebody fills them in.
    names: frozenset[str]


def compiled(definition: Definition) -> Compiled:
    """The compiled definition. Raises :class:`BadDefinition` with everything that cannot run."""
    with _lock:
        found = _cache.get(definition.checksum)
        if found is not None:
            _cache.move_to_end(definition.checksum)
            return found
    made = _compile(definition)
    with _lock:
        _cache[definition.checksum] = made
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return made


def _compile(definition: Definition) -> Compiled:
    models = definition.models
    findings = limits.guard(models, definition.description.main) or refusals(
        models, definition.trees, definition.decisions
    )
    if findings:
        raise BadDefinition(findings)
    try:
        scopes = DubanParser(models, definition.trees, definition.decisions).scopes()
    except SpiffWorkflowException as error:
        raise Broken("engine.library", reason=str(error)[:200]) from error
    return Compiled(
        checksum=definition.checksum,
        main=scopes[definition.description.main],
        scopes=scopes,
        names=definition.names,
    )
