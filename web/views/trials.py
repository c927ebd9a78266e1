"""Trying a draft: the page carries the commands given so far, nothing is stored."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import BadDefinition, DubanError, Invalid
from engine.services import designs, trials
from engine.values.pages import FieldView
from engine.values.process import Form
from engine.values.timing import COUNTY_ZONE
from engine.values.trial_pages import Trial, TrialStep
from web import forms
from web.drawings import drawing_data
from web.kept import Answer, Kept, returns_to
from web.request import reading, translator

views = Blueprint("trials", __name__, url_prefix="/diagrams/<process>/try")

#: Characters of an address that holds a trial, and of what it unpacks to.
MOST_TEXT, MOST_JSON = 6_000, 200_000
Raw = Mapping[str, Sequence[str]]
Page = Response | str


@views.get("")
def show(process: str) -> Answer:
    return _page(process, request.args.get("done", ""))


@views.post("")
def act(process: str) -> Answer:
    """One command more. What was typed is on the page again when it is refused."""
    done = request.form.get("done", "")
    raw = request.form.to_dict(flat=False)
    try:
        commands, at = unpacked(done)
        with reading() as unit:
            play = trials.play(unit, process, commands, at)
            command = _command(play, raw)
            play.do(command)
            at = at or unit.now
        told = packed([*commands, command], at)
    except BadDefinition:
        return _page(process, "")
    except DubanError as error:
        answer = make_response(_page(process, done, raw, error))
        answer.status_code = 422
        return answer
    return redirect(url_for("trials.show", process=process, done=told), 303)


@returns_to("trials.act")
def act_back(text: Kept) -> Answer:
    done = (text.raw.get("done") or [""])[0]
    return _page(str(text.arguments["process"]), done, text.raw)


def _command(play: trials.Play, raw: Raw) -> dict[str, Any]:
    doing, element = _one(raw, "do"), _one(raw, "element")
    if doing == "advance":
        return {"advance": _one(raw, "unit") or "working_days", "amount": _amount(raw)}
    if doing == "advance_to":
        return {"advance_to": _one(raw, "until")}
    values = dict(play.entered(element, raw))
    if doing == "complete":
        return {"complete": element, "with": values, "task": _one(raw, "task")}
    if doing == "message":
        return {"message": element, "with": values}
    return {"start": element, "with": values}


def _amount(raw: Raw) -> int:
    text = _one(raw, "amount")
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        raise Invalid("play.amount", value=text[:40])
    return int(text)


def _one(raw: Raw, name: str) -> str:
    return (raw.get(name) or [""])[0].strip()


# --- The trial in the address -------------------------------------------------------------------


def packed(commands: list[dict[str, Any]], at: datetime) -> str:
    """A trial as text. Raises Invalid ``play.too_long``."""
    told = json.dumps({"at": at.isoformat(), "do": commands}, ensure_ascii=False)
    text = base64.urlsafe_b64encode(zlib.compress(told.encode(), 9)).decode().rstrip("=")
    if len(text) > MOST_TEXT:
        raise Invalid("play.too_long", maximum=len(commands) - 1)
    return text


def unpacked(text: str) -> tuple[list[dict[str, Any]], datetime | None]:
    """The commands of a trial and when it began. Raises Invalid ``play.damaged``."""
    if not text:
        return [], None
    try:
        data = base64.urlsafe_b64decode(text[:MOST_TEXT] + "=" * (-len(text) % 4))
        inflater = zlib.decompressobj()
        told = json.loads(inflater.decompress(data, MOST_JSON))
        commands, at = told["do"], datetime.fromisoformat(told["at"])
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("play.damaged") from error
    known = isinstance(commands, list) and all(isinstance(one, dict) for one in commands)
    if not known or at.tzinfo is None:
        raise Invalid("play.damaged")
    return commands, at


# --- The page -----------------------------------------------------------------------------------


def _page(process: str, done: str, raw: Raw | None = None, error: DubanError | None = None) -> Page:
    findings: tuple[object, ...] = ()
    trial: Trial | None = None
    with reading() as unit:
        page = designs.page(unit, process)
        try:
            commands, at = unpacked(done)
            trial = trials.play(unit, process, commands, at).standing()
        except BadDefinition as bad:
            findings = bad.findings
        except DubanError as refused:
            # The draft changed meanwhile, or the address is no trial: begin anew.
            error, done = error or refused, ""
            trial = trials.play(unit, process, [], None).standing()
    if request.method == "GET" and request.accept_mimetypes.best == "application/json":
        data = drawing_data(page)
        data["after"]["marks"] = _marks(trial)
        return jsonify(data)
    chosen = _one(raw or {}, "element")
    return render_template(
        "diagrams/try.html",
        page=page,
        tab="try",
        trial=trial,
        local=trial.now.astimezone(COUNTY_ZONE) if trial else None,
        done=done,
        refused=findings,
        error=error,
        worded=_worded(trial, error),
        views_of=lambda step: _views(step, raw if step.element == chosen else None),
    )


def _marks(trial: Trial | None) -> dict[str, str]:
    if trial is None:
        return {}
    return {
        **dict.fromkeys(trial.flows, "flow"),
        **dict.fromkeys(trial.way, "passed"),
        **{step.element: "here" for step in trial.tasks},
    }


def _views(step: TrialStep, raw: Raw | None) -> tuple[FieldView, ...]:
    form: Form | None = step.form
    return tuple(
        FieldView(field, {k: list(v) for k, v in (raw or {}).items()}, True, (), ())
        for field in (form.fields if form else ())
        if field.type not in trials.MADE_UP and not field.readonly
    )


def _worded(trial: Trial | None, error: DubanError | None) -> dict[str, forms.Fault]:
    """What is wrong with what was typed, field by field."""
    if trial is None or not isinstance(error, Invalid):
        return {}
    views = [v for s in (*trial.starts, *trial.tasks, *trial.messages) for v in _views(s, None)]
    return forms.faults(error, views, translator())
