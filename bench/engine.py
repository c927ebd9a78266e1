"""The engine alone: load, step, prune and save one case, without a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, Sample, timed
from engine.bpmn import definition
from engine.bpmn.definition import Definition
from engine.bpmn.runtime import CaseRun, Environment
from engine.rules import calendar, deadlines, limits, roles
from engine.values.running import Json, Outcome

HERE = Path(__file__).parent
PROCESSES = HERE.parent / "processes"
BEGUN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

#: The benchmark case: submit → review (rejected) → submit → review (passed) → decide.
W1_START: dict[str, Json] = {"matter": "基准事项", "party_name": "某某公司"}
W1: tuple[tuple[str, dict[str, Json]], ...] = (
    ("submit", {"facts": "现场检查发现的事实和证据。" * 8, "amount": "12000"}),
    ("review", {"verdict": "reject", "reasons": "证据不足，请补充。"}),
    ("submit", {"facts": "补充后的事实和证据。" * 8, "amount": "12000"}),
    ("review", {"verdict": "pass", "reasons": "同意。"}),
    ("decide", {"decision": "issue"}),
)


def w1() -> Definition:
    """The benchmark process."""
    return definition.read({"w1.bpmn": (HERE / "processes/w1.bpmn").read_bytes()}, "w1.bpmn")


def environment(now: datetime) -> Environment:
    """What a command is given, with the shipped time limits."""
    known = roles.read((PROCESSES / "roles.toml").read_text("utf-8"))
    table = limits.read((PROCESSES / "limits.toml").read_text("utf-8"), known).table
    plain = calendar.Calendar(calendar.national())
    return Environment(now, deadlines.CountySchedule(plain, table, now.date()))


def figures(rounds: int = 600) -> list[Figure]:
    """Engine work per completion, its growth over a loop, and the size of the state."""
    process, given = w1(), environment(BEGUN)
    samples: dict[int, list[float]] = {}
    outcome = CaseRun.start(process, W1_START, given).outcome()
    for number in range(1, rounds + 1):
        seconds = 0.0
        for values in (W1[0][1], W1[1][1]):
            taken, outcome = completion(process, outcome, given, values)
            seconds += taken
        samples[number] = [*samples.get(number, []), seconds / 2]
    early = Sample([s[0] for n, s in samples.items() if 2 <= n <= 20])
    late = Sample([s[0] for n, s in samples.items() if 490 <= n <= 510])
    every = Sample([s[0] for s in samples.values()])
    return [
        Figure(
            "engine work per completed user task (load, step, prune, save)",
            every.median * 1000,
            "ms",
            every.spread * 1000,
            budget=1.5,
        ),
        Figure(
            "engine work at the 500th round of a loop, of that at the 5th",
            late.median / early.median,
            "×",
            budget=1.2,
            note="medians of rounds 490–510 and 2–20",
        ),
        Figure("state of a running case", len(outcome.state), "bytes"),
    ]


def completion(
    process: Definition, before: Outcome, given: Environment, values: Mapping[str, Json]
) -> tuple[float, Outcome]:
    """Seconds and outcome of one completion from stored state to stored state."""
    data, found = json.dumps(before.data), []

    def act() -> None:
        run = CaseRun.load(process, before.state, json.loads(data), given)
        found.append(run.complete(before.tasks[0].id, values))

    seconds = timed(act)
    return seconds, found[0]
