"""Small diagrams for tests, and the county's real calendar and time limits to run them with."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn.definition import Definition, read
from engine.bpmn.runtime import CaseRun, Environment
from engine.rules import limits
from engine.rules.calendar import Calendar, national
from engine.rules.deadlines import CountySchedule
from engine.values.running import OpenTask, Outcome, Timer
from engine.values.timing import COUNTY_ZONE

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:duban="urn:duban:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="t">'
)


def document(*parts: str) -> bytes:
    return (HEAD + "".join(parts) + "</bpmn:definitions>").encode()


def process(*parts: str, id: str = "p") -> str:
    return f'<bpmn:process id="{id}" isExecutable="true">{"".join(parts)}</bpmn:process>'


def node(tag: str, id: str, *inner: str, **attributes: str) -> str:
    said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f'<bpmn:{tag} id="{id}"{said}>{"".join(inner)}</bpmn:{tag}>'


def start(id: str = "start", *inner: str) -> str:
    return node("startEvent", id, *inner)


def end(id: str = "end", *inner: str) -> str:
    return node("endEvent", id, *inner)


def user(id: str, *inner: str) -> str:
    return node("userTask", id, *inner, name=f"name of {id}")


def script(id: str, text: str) -> str:
    return node("scriptTask", id, f"<bpmn:script>{escape(text)}</bpmn:script>")


def extended(*inner: str) -> str:
    return f"<bpmn:extensionElements>{''.join(inner)}</bpmn:extensionElements>"


def service(id: str, operation: str, *parameters: tuple[str, str], result: str = "") -> str:
    inner = "".join(
        f"<duban:parameter name={quoteattr(n)} expression={quoteattr(e)}/>" for n, e in parameters
    )
    said = f" result={quoteattr(result)}" if result else ""
    return node(
        "serviceTask",
        id,
        extended(f'<duban:operation name="{operation}"{said}>{inner}</duban:operation>'),
    )


def flow(source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
    inner = (
        ""
        if condition is None
        else f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}'
        "</bpmn:conditionExpression>"
    )
    identity = id or f"{source}-{target}"
    return (
        f'<bpmn:sequenceFlow id="{identity}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def flows(*paths: str) -> str:
    """``"a b c"`` connects a to b to c."""
    found = []
    for path in paths:
        names = path.split()
        found += [flow(one, two) for one, two in pairwise(names)]
    return "".join(found)


def timer(kind: str, text: str) -> str:
    return (
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">'
        f"{escape(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="message_{name}"/>'


def messages(*names: str) -> str:
    return "".join(f'<bpmn:message id="message_{name}" name="{name}"/>' for name in names)


def boundary(
    id: str, attached: str, *inner: str, interrupting: bool = True, deadline: bool = False
) -> str:
    mark = extended("<duban:deadline/>") if deadline else ""
    return (
        f'<bpmn:boundaryEvent id="{id}" attachedToRef="{attached}"'
        f' cancelActivity="{str(interrupting).lower()}">{mark}{"".join(inner)}</bpmn:boundaryEvent>'
    )


def defined(*parts: str, **more: bytes) -> Definition:
    """The definition of a single process, or of the document if messages and the like are given."""
    return read(
        {"main.bpmn": document(*parts), **{f"{n}.bpmn": d for n, d in more.items()}}, "main.bpmn"
    )


def local(text: str) -> datetime:
    """County time."""
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


#: A Monday; that week and the next have no holiday.
MONDAY = local("2026-03-02T09:00")


@cache
def schedule() -> CountySchedule:
    table = limits.read(resources.files("processes").joinpath("limits.toml").read_text("utf-8"))
    return CountySchedule(Calendar(national()), table.table, date(2026, 3, 2))


def environment(now: datetime = MONDAY, **more: object) -> Environment:
    return Environment(now=now, schedule=schedule(), **more)  # type: ignore[arg-type]


class Walk:
    """Drives one case as the service does: load, do one thing, keep state and data."""

    def __init__(
        self,
        definition: Definition,
        values: dict | None = None,
        now: datetime = MONDAY,
        element: str | None = None,
        **more: object,
    ) -> None:
        self.definition = definition
        self.now = now
        self.more = more
        begun = CaseRun.start(definition, values or {}, self.environment(), element=element)
        self.last: Outcome = begun.outcome()

    def environment(self) -> Environment:
        return environment(self.now, **self.more)

    def loaded(self) -> CaseRun:
        return CaseRun.load(self.definition, self.last.state, self.last.data, self.environment())

    def task(self, element: str) -> OpenTask:
        return next(task for task in self.last.tasks if task.element == element)

    def timer(self, element: str) -> Timer:
        return next(timer for timer in self.last.timers if timer.element == element)

    def complete(self, element: str, **values: object) -> Outcome:
        self.last = self.loaded().complete(self.task(element).id, values)
        return self.last

    def send(self, name: str, **values: object) -> Outcome:
        waiting = next(m for m in self.last.messages if m.message == name)
        self.last = self.loaded().send(waiting.id, values)
        return self.last

    def signal(self, name: str, **values: object) -> Outcome:
        self.last = self.loaded().signal(name, values)
        return self.last

    def advance(self, to: datetime) -> Outcome:
        self.now = to
        self.last = self.loaded().advance()
        return self.last

    def cancel(self) -> Outcome:
        self.last = self.loaded().cancel()
        return self.last

    @property
    def open(self) -> list[str]:
        return sorted(task.element for task in self.last.tasks)

    @property
    def waiting(self) -> list[str]:
        return [timer.element for timer in self.last.timers]


def thrown(kind: str, reference: str) -> str:
    return f'<bpmn:{kind}EventDefinition {kind}Ref="{kind}_{reference}"/>'


def two_steps() -> Any:
    return defined(process(start(), user("a"), user("b"), end(), flows("start a b end")))
