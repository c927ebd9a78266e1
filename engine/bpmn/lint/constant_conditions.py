"""``expressions.constant``: a condition that names no field is always true or always false."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.subject import Subject
from engine.bpmn.reading import unwrapped
from engine.bpmn.syntax import check as problems
from engine.bpmn.syntax import names_read
from engine.values.process import Finding

#: What differs from case to case without any field.
_TIMES = ("now(", "today(", "limit(")


def check(subject: Subject) -> Iterator[Finding]:
    """Every flow of one process."""
    for flow in subject.process.flows:
        source = subject.process.nodes.get(flow.source)
        text = unwrapped(flow.condition or "")
        if source is None or not text or problems(text) or any(time in text for time in _TIMES):
            continue
        if not names_read(text):
            yield subject.at("expressions.constant", source, line=flow.line, text=text[:80])
