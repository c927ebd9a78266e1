"""``run.py play``: a definition run in memory, one JSON line in, one JSON line out.

Commands: ``{"complete": "<element>", "with": {…}, "task": "<id>"}``, ``{"advance": "P3D"}``,
``{"advance": "working_days", "amount": 5}``, ``{"advance_to": "2026-03-04"}``,
``{"message": "<name or element>", "with": {…}}`` (also for signals), ``{"set": {…}}`` for what an
operation would have put into the case file, ``{"start": "<element>", "with": {…}}`` to begin anew
and ``{"cancel": true}``. A refused command changes nothing and the session goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.bpmn.definition import read
from engine.bpmn.session import COMMANDS, Session
from engine.errors import BadDefinition, DubanError, Invalid
from engine.values.timing import Schedule

MAX_LINE = 1_000_000

Sentence = Callable[[str, Mapping[str, object]], str]


def _plainly(code: str, facts: Mapping[str, object]) -> str:
    told = ", ".join(f"{name}={value}" for name, value in facts.items())
    return f"{code} ({told})" if told else code


def session(sources: Mapping[str, bytes], main: str, at: datetime, schedule: Schedule) -> Session:
    """A session on a diagram, not yet started. Raises :class:`BadDefinition`."""
    return Session(read(sources, main), at, schedule)


def run(
    lines: Iterable[str],
    write: Callable[[str], None],
    *,
    sources: Mapping[str, bytes],
    main: str,
    at: datetime,
    schedule: Schedule,
    sentence: Sentence = _plainly,
) -> bool:
    """Play the lines: write how the case stands after its start and after each command.

    Returns whether every command was taken. Raises :class:`BadDefinition` for a diagram that
    cannot run.
    """
    case = session(sources, main, at, schedule)
    unstarted = _answer(case, None, None, sentence)
    taken = "error" not in unstarted
    if taken:
        write(_line(unstarted))
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        answer = _answer(case, line, number, sentence)
        if unstarted.get("error") is not None:
            # A diagram that cannot start without values may be started with some first of all.
            if "error" in answer or not answer["started"]:
                write(_line(unstarted))
            else:
                taken = True
            unstarted = {}
        write(_line(answer))
        taken = taken and "error" not in answer
    if unstarted.get("error") is not None:
        write(_line(unstarted))
    return taken


def _line(answer: Mapping[str, Any]) -> str:
    told = {name: value for name, value in answer.items() if name != "started"}
    return json.dumps(told, ensure_ascii=False)


def _answer(
    case: Session, line: str | None, number: int | None, sentence: Sentence
) -> dict[str, Any]:
    refused: dict[str, Any] = {}
    command: Mapping[str, Any] = {}
    try:
        if line is None:
            case.start()
        else:
            command = _command(line)
            case.do(command)
    except BadDefinition:
        raise
    except DubanError as error:
        refused = {
            "error": {
                "code": error.code,
                "sentence": sentence(error.code, error.facts),
                "facts": {name: str(value) for name, value in error.facts.items()},
                **({} if number is None else {"line": number}),
            }
        }
    return {**refused, **case.look(), "started": "start" in command}


def _command(line: str) -> Mapping[str, Any]:
    if len(line) > MAX_LINE:
        raise Invalid("play.line_too_long", maximum=MAX_LINE)
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Invalid("play.not_json", reason=str(error)[:120]) from error
    if not isinstance(found, dict):
        raise Invalid("play.unknown_command", known=", ".join(COMMANDS))
    return found
