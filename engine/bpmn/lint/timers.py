"""Rules on timers: deadlines, ladders, and times no case should ever wait for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.bpmn import periods, xml
from engine.bpmn.forms import said
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import ACTIVITIES, Node, is_deadline
from engine.bpmn.reading import period_of, unwrapped
from engine.bpmn.syntax import Refused, names_read, parsed
from engine.errors import Broken
from engine.values.process import Finding

#: Rungs of an escalation ladder.
LEVELS = frozenset(("remind", "today", "due", "urge", "supervise", "government"))
_TIMES = frozenset(("now", "today", "limit", "working_days", "days", "months", "hours"))
#: What a deadline may lead to: somebody or something acts.
_ACTING = ACTIVITIES


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    for node in subject.process.nodes.values():
        if node.event == "timer":
            yield from _time(subject, node)
        yield from _marks(subject, node)
        yield from _deadlines(subject, node)


def _time(subject: Subject, node: Node) -> Iterator[Finding]:
    """``timers.empty``, ``absurd``, ``fixed_…``, ``not_a_time``, and those of periodic duties."""
    timer = node.timer
    text = unwrapped(timer.text) if timer is not None else ""
    if timer is None or not text:
        yield subject.at("timers.empty", node)
        return
    code, known = period_of(node), subject.catalogue.periodic
    if code:
        if known and code not in known:
            yield subject.at("timers.unknown_period", node, line=timer.line, unknown=code)
        if node.scope != subject.process.id or subject.called:
            yield subject.at("timers.period_elsewhere", node, line=timer.line)
        return
    if "period" in _called(text):
        yield subject.at("timers.period_elsewhere", node, line=timer.line)
        return
    try:
        if periods.is_cycle(text):
            if periods.cycle(text).start is not None:
                yield subject.at("timers.fixed_cycle", node, line=timer.line, text=text)
        elif periods.is_duration(text):
            span = periods.duration(text)
            if not span.months and not span.seconds:
                yield subject.at("timers.absurd", node, line=timer.line, text=text)
        elif periods.is_instant(text):
            periods.instant(text)
            yield subject.at("timers.fixed_date", node, line=timer.line, text=text)
        elif _constant(text):
            yield subject.at("timers.not_a_time", node, line=timer.line, text=text)
    except Broken:
        yield subject.at("timers.absurd", node, line=timer.line, text=text)


def _constant(text: str) -> bool:
    """Whether it is computed from nothing: neither from a period nor from a value of the case."""
    try:
        parsed(text)
    except Refused:
        return False  # A rule on expressions says why.
    return not _called(text) & _TIMES and not names_read(text)


def _called(text: str) -> set[str]:
    """The functions an expression calls; none if it is not one."""
    try:
        tree = parsed(text)
    except Refused:
        return set()
    return {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _marks(subject: Subject, node: Node) -> Iterator[Finding]:
    """``timers.deadline_place`` and ``timers.escalation``."""
    timed = node.kind == "boundaryEvent" and node.event == "timer"
    if is_deadline(node) and not timed:
        yield subject.at("timers.deadline_place", node)
    for mark in xml.extensions(node.element, "escalation"):
        if not timed or said(mark, "level") not in LEVELS:
            line = xml.line_of(mark)
            yield subject.at("timers.escalation", node, line=line, level=said(mark, "level"))


def _deadlines(subject: Subject, node: Node) -> Iterator[Finding]:
    """``timers.two_deadlines`` and ``timers.deadline_silent``."""
    process = subject.process
    marked = [event for event in process.boundary.get(node.id, ()) if is_deadline(event)]
    if len(marked) > 1:
        yield subject.at("timers.two_deadlines", node)
    for event in marked:
        if event.event == "timer" and not _leads_to_act(subject, event):
            yield subject.at("timers.deadline_silent", event)


def _leads_to_act(subject: Subject, event: Node) -> bool:
    """Whether what follows reaches a task, an operation or a called process."""
    process = subject.process
    seen, agenda = {event.id}, [event.id]
    while agenda:
        for flow in process.leaving.get(agenda.pop(), ()):
            target = process.nodes.get(flow.target)
            if target is None or target.id in seen:
                continue
            if target.kind in _ACTING:
                return True
            seen.add(target.id)
            agenda.append(target.id)
    return False
