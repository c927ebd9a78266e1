"""A draft tried out: how the case in memory stands after some commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.values.process import Form
from engine.values.running import Json


@dataclass(frozen=True)
class TrialStep:
    """Something the reader may do now: a step, a message, a way to begin."""

    element: str
    name: str
    role: str
    form: Form | None
    due: str = ""
    task: str = ""


@dataclass(frozen=True)
class Trial:
    """How the trial stands."""

    now: datetime
    started: bool
    finished: bool
    starts: tuple[TrialStep, ...] = ()
    tasks: tuple[TrialStep, ...] = ()
    messages: tuple[TrialStep, ...] = ()
    #: Timers that wait, as :meth:`engine.bpmn.session.Session.look` tells them.
    timers: tuple[Mapping[str, Any], ...] = ()
    #: What was asked for: documents, registers, messages. None of it was done.
    operations: tuple[Mapping[str, Any], ...] = ()
    #: Elements passed in order, and the flows.
    way: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    data: Mapping[str, Json] = field(default_factory=dict)
