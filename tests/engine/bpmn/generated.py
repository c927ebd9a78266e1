"""Random but well-formed processes from all kinds of blocks, and what a driver may do with them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise

from engine.bpmn.definition import Definition, read
from tests.engine.bpmn.diagrams import (
    boundary,
    document,
    end,
    flow,
    message,
    messages,
    node,
    process,
    script,
    service,
    start,
    timer,
    user,
)

#: Fields whose values conditions read; the driver fills them at every completion.
FIELDS = ("x", "y", "z")


@dataclass
class Generator:
    """Writes blocks into scopes. A block has one way in and one way out."""

    random: random.Random
    budget: int
    count: int = 0
    called: list[str] = field(default_factory=list)

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def condition(self) -> str:
        return (
            f"{self.random.choice(FIELDS)} {self.random.choice('<>')} {self.random.randint(2, 7)}"
        )

    # --- Blocks: (xml, first element, last element) -------------------------------------------

    def block(self, depth: int) -> tuple[str, str, str]:
        self.budget -= 1
        if depth <= 0 or self.budget <= 0:
            return self.simple()
        return self.random.choice(
            [
                self.simple,
                self.simple,
                lambda: self.sequence(depth),
                lambda: self.sequence(depth),
                lambda: self.exclusive(depth),
                lambda: self.parallel(depth),
                lambda: self.inclusive(depth),
                lambda: self.loop(depth),
                lambda: self.events(depth),
                lambda: self.many(depth),
                lambda: self.subprocess(depth),
                lambda: self.call(depth),
                lambda: self.guarded(depth),
                lambda: self.guarded(depth),
            ]
        )()

    def simple(self) -> tuple[str, str, str]:
        kind = self.random.random()
        if kind < 0.65:
            name = self.name("task")
            return user(name), name, name
        if kind < 0.75:
            name = self.name("script")
            return script(name, f"x = y + {self.random.randint(0, 3)}\nz = abs(x - 3)"), name, name
        if kind < 0.85:
            name = self.name("service")
            return service(name, "notify", ("level", "x + y")), name, name
        if kind < 0.95:
            name = self.name("wait")
            return node("intermediateCatchEvent", name, self.timer()), name, name
        name = self.name("receive")
        return node("receiveTask", name, messageRef="message_go"), name, name

    def timer(self) -> str:
        text = self.random.choice(("P1D", "PT5H", "P3D", "PT36H"))
        return timer("timeDuration", text)

    def sequence(self, depth: int) -> tuple[str, str, str]:
        parts = [self.block(depth - 1) for _ in range(self.random.randint(2, 3))]
        xml = "".join(part[0] for part in parts)
        for one, two in pairwise(parts):
            xml += flow(one[2], two[1])
        return xml, parts[0][1], parts[-1][2]

    def exclusive(self, depth: int) -> tuple[str, str, str]:
        split, merge = self.name("xor"), self.name("xor")
        one, two = self.block(depth - 1), self.block(depth - 1)
        xml = one[0] + two[0]
        xml += node("exclusiveGateway", split, default=f"{split}-{two[1]}")
        xml += node("exclusiveGateway", merge)
        xml += flow(split, one[1], self.condition()) + flow(split, two[1])
        return xml + flow(one[2], merge) + flow(two[2], merge), split, merge

    def parallel(self, depth: int) -> tuple[str, str, str]:
        split, merge = self.name("and"), self.name("and")
        xml = node("parallelGateway", split) + node("parallelGateway", merge)
        for _ in range(self.random.randint(2, 3)):
            branch = self.block(depth - 1)
            xml += branch[0] + flow(split, branch[1]) + flow(branch[2], merge)
        return xml, split, merge

    def inclusive(self, depth: int) -> tuple[str, str, str]:
        split, merge = self.name("or"), self.name("or")
        branches = [self.block(depth - 1) for _ in range(3)]
        xml = "".join(branch[0] for branch in branches)
        xml += node("inclusiveGateway", split, default=f"{split}-{branches[0][1]}")
        xml += node("inclusiveGateway", merge)
        for place, branch in enumerate(branches):
            xml += flow(split, branch[1], self.condition() if place else None)
            xml += flow(branch[2], merge)
        return xml, split, merge

    def loop(self, depth: int) -> tuple[str, str, str]:
        first, again = self.name("xor"), self.name("xor")
        body = self.block(depth - 1)
        ask = self.name("task")
        after = self.name("task")
        xml = body[0] + user(ask) + user(after)
        xml += node("exclusiveGateway", first) + node(
            "exclusiveGateway", again, default=f"{again}-{after}"
        )
        xml += flow(first, body[1]) + flow(body[2], ask) + flow(ask, again)
        return xml + flow(again, first, "x < 4") + flow(again, after), first, after

    def events(self, depth: int) -> tuple[str, str, str]:
        gateway, merge = self.name("first"), self.name("xor")
        by_time, by_message = self.name("wait"), self.name("catch")
        branch = self.block(depth - 1)
        xml = node("eventBasedGateway", gateway) + node("exclusiveGateway", merge) + branch[0]
        xml += node("intermediateCatchEvent", by_time, self.timer())
        xml += node("intermediateCatchEvent", by_message, message("go"))
        xml += flow(gateway, by_time) + flow(gateway, by_message) + flow(by_time, merge)
        return xml + flow(by_message, branch[1]) + flow(branch[2], merge), gateway, merge

    def many(self, depth: int) -> tuple[str, str, str]:
        sequential = self.random.choice(("true", "false"))
        how = self.random.choice(
            (
                (
                    "<bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>"
                    "<bpmn:loopDataOutputRef>opinions</bpmn:loopDataOutputRef>"
                    '<bpmn:inputDataItem id="{id}_in" name="person"/>'
                    '<bpmn:outputDataItem id="{id}_out" name="x"/>'
                ),
                "<bpmn:loopCardinality>2 + 1</bpmn:loopCardinality>",
                (
                    "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
                    "<bpmn:completionCondition>numberOfCompletedInstances &gt;= 2"
                    "</bpmn:completionCondition>"
                ),
            )
        )
        if depth > 1 and self.random.random() < 0.4:
            name, inside = self.name("sub"), self.body(depth - 1)
            inner = f"{self.repeat(name, sequential, how)}{inside}"
            return node("subProcess", name, inner), name, name
        name = self.name("task")
        return user(name, self.repeat(name, sequential, how)), name, name

    def repeat(self, name: str, sequential: str, how: str) -> str:
        return (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
            f"{how.format(id=name)}</bpmn:multiInstanceLoopCharacteristics>"
        )

    def body(self, depth: int, *more: str, ending: str = "") -> str:
        """What stands in a subprocess: a start, a block, an end."""
        begin, finish = self.name("start"), self.name("end")
        inside = self.block(depth)
        xml = start(begin) + inside[0] + end(finish, ending) + "".join(more)
        return xml + flow(begin, inside[1]) + flow(inside[2], finish)

    def subprocess(self, depth: int) -> tuple[str, str, str]:
        name = self.name("sub")
        more = [self.event_subprocess(depth - 1)] if self.random.random() < 0.4 else []
        return node("subProcess", name, self.body(depth - 1, *more)), name, name

    def event_subprocess(self, depth: int) -> str:
        name, begin, finish = self.name("aside"), self.name("start"), self.name("end")
        interrupting = self.random.choice(("true", "false"))
        event = self.random.choice((message("aside"), self.timer(), timer("timeCycle", "R2/P1D")))
        inside = self.block(min(depth, 1))
        xml = node("startEvent", begin, event, isInterrupting=interrupting)
        xml += inside[0] + end(finish) + flow(begin, inside[1]) + flow(inside[2], finish)
        return node("subProcess", name, xml, triggeredByEvent="true")

    def call(self, depth: int) -> tuple[str, str, str]:
        name, called = self.name("call"), self.name("called")
        self.called.append(process(self.body(min(depth - 1, 1)), id=called))
        return node("callActivity", name, calledElement=called), name, name

    def guarded(self, depth: int) -> tuple[str, str, str]:
        """A task or subprocess with boundary events, whose ways meet behind it."""
        merge = self.name("xor")
        throws = ""
        if self.random.random() < 0.5:
            host = self.name("task")
            xml = user(host)
        else:
            host = self.name("sub")
            throws = self.random.choice(("", "error", "escalation"))
            xml = node("subProcess", host, self.body_that_throws(depth - 1, throws))
        xml += node("exclusiveGateway", merge) + flow(host, merge)
        for _ in range(self.random.randint(1, 3)):
            xml += self.boundary(host, merge, throws, depth)
        if throws == "error":
            caught = self.name("caught")
            definition = '<bpmn:errorEventDefinition errorRef="error_bad"/>'
            xml += boundary(caught, host, definition) + flow(caught, merge)
        return xml, host, merge

    def body_that_throws(self, depth: int, throws: str) -> str:
        if not throws:
            return self.body(depth)
        split, thrown = self.name("xor"), self.name("end")
        begin, finish = self.name("start"), self.name("end")
        inside = self.block(depth)
        xml = start(begin) + inside[0] + end(finish)
        xml += node("exclusiveGateway", split, default=f"{split}-{finish}")
        xml += end(thrown, f'<bpmn:{throws}EventDefinition {throws}Ref="{throws}_bad"/>')
        xml += flow(begin, inside[1]) + flow(inside[2], split)
        return xml + flow(split, thrown, self.condition()) + flow(split, finish)

    def boundary(self, host: str, merge: str, throws: str, depth: int) -> str:
        event = self.name("at")
        interrupting = self.random.random() < 0.4
        definition = self.random.choice(
            [
                self.timer(),
                self.timer(),
                timer("timeCycle", "R3/PT20H"),
                message("remind"),
                '<bpmn:signalEventDefinition signalRef="signal_all"/>',
                *(
                    ['<bpmn:escalationEventDefinition escalationRef="escalation_bad"/>'] * 4
                    if throws == "escalation"
                    else []
                ),
            ]
        )
        deadline = self.random.random() < 0.3 and "timeDuration" in definition
        xml = boundary(event, host, definition, interrupting=interrupting, deadline=deadline)
        branch = self.block(min(depth - 1, 1))
        xml += branch[0] + flow(event, branch[1])
        if interrupting:
            return xml + flow(branch[2], merge)
        finish = self.name("end")
        return xml + end(finish) + flow(branch[2], finish)


def generate(seed: int, size: int = 14, depth: int = 4) -> Definition:
    """A process from a seed."""
    return read({"main.bpmn": source(seed, size, depth)}, "main.bpmn")


def source(seed: int, size: int = 14, depth: int = 4) -> bytes:
    """The diagram of a process from a seed."""
    making = Generator(random.Random(seed), size)  # A test's dice, not a secret.
    more = [making.event_subprocess(1)] if making.random.random() < 0.3 else []
    body = making.body(depth, *more)
    fields = "".join(f'<duban:field id="{name}" label="{name}" type="number"/>' for name in FIELDS)
    body = body.replace(
        "<bpmn:startEvent id=",
        f'<bpmn:task id="declares"><bpmn:extensionElements>{fields}'
        '<duban:field id="people" label="people" type="people"/>'
        "</bpmn:extensionElements></bpmn:task><bpmn:startEvent id=",
        1,
    )
    return document(
        messages("go", "aside", "remind"),
        '<bpmn:signal id="signal_all" name="all"/>',
        '<bpmn:error id="error_bad" name="bad" errorCode="bad"/>',
        '<bpmn:escalation id="escalation_bad" name="bad" escalationCode="bad"/>',
        process(body),
        *making.called,
    )


__all__ = ["FIELDS", "generate"]
