"""The small language conditions, timers, scripts, parameters and decision tables may use.

It looks like Python, but only an allow-listed part of its syntax is taken: constants, names,
arithmetic, comparisons, ``and or not``, ``x if c else y``, lists, mappings, subscripts and calls of
named functions. There is no attribute, no loop and no way to name anything but the values handed
over, which are copied first. Length, depth, number and size of everything are bounded, so that any
text whatever ends at once: in a value, or in :class:`~engine.errors.Broken` with a code.

``check`` finds before publishing what ``evaluate`` would refuse at run time. ``true``, ``false``
and ``null`` mean ``True``, ``False`` and ``None``.

A name that is not among the names handed over is an error. Whether a field nobody has filled in yet
reads as ``None`` is for the mapping handed over to decide: the case file answers ``None`` for every
name its definition declares (``Definition.names``) and raises ``KeyError`` for all others.
"""

from engine.bpmn.evaluation import evaluate
from engine.bpmn.functions import functions
from engine.bpmn.instants import Instant
from engine.bpmn.plain import storable
from engine.bpmn.scripts import check_script, run_script, script_names
from engine.bpmn.syntax import (
    KNOWN_FUNCTIONS,
    RESERVED,
    Problem,
    check,
    limits_named,
    names_read,
)

__all__ = [
    "KNOWN_FUNCTIONS",
    "RESERVED",
    "Instant",
    "Problem",
    "check",
    "check_script",
    "evaluate",
    "functions",
    "limits_named",
    "names_read",
    "run_script",
    "script_names",
    "storable",
]
