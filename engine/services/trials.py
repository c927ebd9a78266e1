"""Trying a draft out: a case in memory, oneself in every role, a clock that is moved by hand.

Nothing is stored: the page carries the commands given so far, and they are played anew each time.
Operations are told and not done; what later steps read of their results is made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.bpmn import definition as bpmn
from engine.bpmn import expressions
from engine.bpmn.definition import Definition
from engine.bpmn.session import Session
from engine.errors import Invalid
from engine.rules import fields
from engine.services import designs, places, schedules
from engine.values.design_pages import DesignPage
from engine.values.process import Field, FieldType, Form
from engine.values.running import CaseFile, Json
from engine.values.trial_pages import Trial, TrialStep
from engine.work import Work

#: Commands of one trial.
MOST = 200
Command = Mapping[str, Any]

#: What nobody is asked for in a trial.
MADE_UP = (
    *(FieldType.PERSON, FieldType.PEOPLE, FieldType.BODY, FieldType.FILE),
    FieldType.OPINIONS,
)


class Play:
    """The commands of one trial, played."""

    def __init__(
        self, work: Work, process_id: str, commands: Sequence[Command], at: datetime
    ) -> None:
        if len(commands) > MOST:
            raise Invalid("play.too_long", maximum=MOST)
        self._work = work
        self.page: DesignPage = designs.page(work, process_id)
        sources = {**self.page.called, **self.page.tables, self.page.main: self.page.xml}
        self.definition: Definition = bpmn.read(sources, self.page.main)
        self._schedule = schedules.for_case(work, work.today, None)
        self._session = Session(self.definition, at, self._schedule)
        self._at = at
        self._way: list[str] = []
        self._flows: list[str] = []
        self._operations: list[Mapping[str, Any]] = []
        self.started = False
        for command in commands:
            self.do(command)

    def do(self, command: Command) -> None:
        """One command more. Raises a :class:`DubanError` when it is refused; nothing moved then."""
        self._session.do(command)
        self.started = True
        results = self._session.results()
        self._note()
        if results:
            made_up = dict.fromkeys(results, _result(self._work.today.isoformat()))
            self._session.do({"set": made_up})
            self._note()

    def _note(self) -> None:
        seen = self._session.look()
        self._operations += seen["operations"]
        for step in seen["passed"]:
            self._way.append(step["element"])
            self._flows += step["flows"]

    # --- Filling in -------------------------------------------------------------------------

    def entered(self, element: str, raw: Mapping[str, Sequence[str]]) -> CaseFile:
        """What was typed in a form, as values. Raises Invalid with one error per field."""
        form = self.definition.description.forms.get(element)
        if form is None:
            return {}
        asked = tuple(one for one in form.fields if one.type not in MADE_UP)
        values = fields.parse(
            asked,
            {name: list(texts) for name, texts in raw.items()},
            self._data,
            self._holds,
            self._work.today,
        )
        return {**values, **{one.id: self._made_up(one) for one in self._left(form)}}

    def _left(self, form: Form) -> list[Field]:
        return [one for one in form.fields if one.type in MADE_UP and not one.readonly]

    def _made_up(self, field: Field) -> Json:
        me = self._work.actor.person_id or 1
        match field.type:
            case FieldType.PERSON:
                return me
            case FieldType.BODY:
                return min(places.every(self._work), default=1)
            case FieldType.PEOPLE:
                return [me]
            case _:
                return []

    @property
    def _data(self) -> CaseFile:
        return self._session.data

    def _holds(self, expression: str, names: CaseFile) -> bool:
        known = {**dict.fromkeys(self.definition.names), **names}
        functions = expressions.functions(self._at, self._schedule)
        return expressions.evaluate(expression, known, functions) is True

    # --- How it stands ----------------------------------------------------------------------

    def standing(self) -> Trial:
        """What a page shows."""
        description = self.definition.description
        seen = self._session.look()

        def step(told: Mapping[str, Any]) -> TrialStep:
            element = str(told["element"])
            return TrialStep(
                element,
                str(told["name"]),
                str(told.get("role", "")),
                description.forms.get(element),
                str(told.get("due") or ""),
                str(told.get("task", "")),
            )

        starts = [
            {"element": one, "name": description.elements[one].name} for one in description.starts
        ]
        return Trial(
            now=datetime.fromisoformat(seen["now"]),
            started=self.started,
            finished=seen["finished"],
            starts=() if self.started else tuple(step(one) for one in starts),
            tasks=tuple(step(one) for one in seen["tasks"]),
            messages=tuple(step(one) for one in seen["messages"]),
            timers=tuple(seen["timers"]),
            operations=tuple(self._operations),
            way=tuple(self._way),
            flows=tuple(self._flows),
            data=dict(self._data),
        )


def play(work: Work, process_id: str, commands: Sequence[Command], at: datetime | None) -> Play:
    """Play the commands on the draft, or on the newest version.

    Raises Forbidden, NotFound ``no_such_process``, BadDefinition for a draft that cannot run,
    and what a command that is refused raises.
    """
    return Play(work, process_id, commands, at or work.now)


def _result(today: str) -> dict[str, Json]:
    """What an operation might have answered."""
    return {
        "document": 0,
        "type": "",
        "title": "",
        "number": "",
        "sha256": "",
        "issued_on": today,
        "case": 0,
        "entry": 0,
        "key": "",
        "revision": 1,
        "publication": 0,
        "published_on": today,
    }
