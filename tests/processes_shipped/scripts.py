"""Procedures walked by scripts, a TOML file for each: what people do and what comes of it.

``start`` holds the values every case begins with, ``defaults`` what is answered at a step unless a
walk says otherwise. A walk is a list of commands:

    "step"                        complete the one open task of the step
    ["step", {field = value}]     the same, with these answers besides the defaults
    ["> message", {…}]            send the message
    ["@ 2026-07-01"]              let the clock reach 24:00 of a day
    ["+ 5"]                       let that many working days end
    ["each step", [{…}, {…}]]     complete several open tasks of one step, in turn

``from`` names a walk whose commands come first. What must be true afterwards: ``open`` (steps),
``last`` (element the case ended at), ``issued``, ``told`` and ``opened`` (codes, in order, among
others), ``data``.

``ladders`` says of each step what :meth:`Script.ladder` reads; ``ends_late`` names the steps that
the diagram ends by itself before they are ten working days late.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from tests.processes_shipped.ladders import Ladder
from tests.processes_shipped.walk import MONDAY, Walk, midnight_after, working_day

#: What a yes_no_note says.
ANSWERS = {"+": {"answer": True, "note": "说明"}, "-": {"answer": False, "note": "理由"}}

Command = str | Sequence[Any]


@dataclass(frozen=True)
class Script:
    """The walks of one procedure."""

    process: str
    start: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    walks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ladders: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    refusals: Sequence[Mapping[str, Any]] = ()
    ends_late: Sequence[str] = ()

    @property
    def main(self) -> str:
        return f"{self.process}.bpmn"

    def commands(self, name: str) -> list[Command]:
        """Every command of a walk, those of the walk it goes on from first."""
        told = self.walks[name]
        before = self.commands(told["from"]) if "from" in told else []
        return [*before, *told.get("do", ())]

    def begin(self, name: str) -> Walk:
        """A case at the beginning of a walk."""
        told = self.walks[name]
        start = {**self.start, **self.started(name)}
        return Walk(self.main, answers(start), _moment(told.get("at")), self.start_event(name))

    def start_event(self, name: str) -> str | None:
        """The start event a walk begins at, if not the first: one of the clock's."""
        told = self.walks[name]
        return told.get("start_event", self.start_event(told["from"]) if "from" in told else None)

    def started(self, name: str) -> dict[str, Any]:
        """What a walk begins with otherwise than the others."""
        told = self.walks[name]
        before = self.started(told["from"]) if "from" in told else {}
        return {**before, **told.get("start", {})}

    def walk(self, name: str) -> Walk:
        """A walk, to its end."""
        walk = self.begin(name)
        for command in self.commands(name):
            self.carry_out(walk, command)
        return walk

    def carry_out(self, walk: Walk, command: Command) -> None:
        """One command."""
        parts: list[Any] = [command] if isinstance(command, str) else list(command)
        told, given = str(parts[0]), parts[1] if len(parts) > 1 else {}
        verb, _, rest = told.partition(" ")
        if verb == "@":
            walk.until(midnight_after(date.fromisoformat(rest)))
        elif verb == "+":
            walk.until(working_day(walk.now, int(rest)))
        elif verb == ">":
            walk.send(rest, **self.said(rest, given))
        elif verb == "each":
            for values in given:
                task = next(t for t in walk.outcome.tasks if t.element == rest)
                walk.complete(task.id, **self.said(rest, values))
        else:
            walk.do(told, **self.said(told, given))

    def said(self, step: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of a step."""
        return answers({**self.defaults.get(step, {}), **given})

    def reach(self, step: str) -> Walk:
        """The shortest way to where a step is open, if there is one without waiting."""
        for name in sorted(self.walks, key=self._length):
            walk = self.begin(name)
            for command in [*self.commands(name), None]:
                if sum(task.element == step for task in walk.outcome.tasks) == 1:
                    return walk
                if command is not None:
                    self.carry_out(walk, command)
        raise AssertionError(f"no walk of {self.process} comes to {step}")

    def _length(self, name: str) -> tuple[int, int]:
        told = [c if isinstance(c, str) else str(c[0]) for c in self.commands(name)]
        return sum(t[0] in "@+" for t in told), len(told)

    def ladder(self, step: str) -> Ladder:
        """``[period, role, body, reminder, since, people]``; the unit is wd, cd or h."""
        period, role, body, remind, *more = self.ladders[step]
        days, unit = period.split()
        return Ladder(
            step,
            lambda: self.reach(step),
            int(days),
            body,
            role,
            remind,
            calendar_days=unit == "cd",
            hours=unit == "h",
            since=more[0] if more else "",
            people=tuple(more[1]) if len(more) > 1 else (),
            ends_late=step in self.ends_late,
        )


def answers(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the values of a script stand for."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found[name] = ANSWERS[value] if isinstance(value, str) and value in ANSWERS else value
    return found


def _moment(told: str | None) -> Any:
    if told is None:
        return MONDAY
    return MONDAY.replace(year=int(told[:4]), month=int(told[5:7]), day=int(told[8:10]))


@cache
def scripts() -> Mapping[str, Script]:
    """Every script by the name of its procedure."""
    folder = resources.files("tests.processes_shipped") / "scripts"
    return dict(sorted(_read(folder)))


def _read(folder: Any) -> Iterator[tuple[str, Script]]:
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            told = tomllib.loads(file.read_text("utf-8"))
            name = file.name.removesuffix(".toml")
            yield (
                name,
                Script(
                    name,
                    told.get("start", {}),
                    told.get("defaults", {}),
                    told["walk"],
                    told["ladders"],
                    told.get("refused", ()),
                    told.get("ends_late", ()),
                ),
            )
