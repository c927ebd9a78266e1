"""Random processes, people and faults, against a simple model of what must hold.

The model knows what was acknowledged to whom, and what dates and clocks have shown. Hypothesis
looks for a story in which the county does otherwise, and tells the shortest it finds.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import delete, update

from engine.actor import COMMAND_LINE
from engine.errors import Broken, Conflict, Forbidden, Invalid, NotFound
from engine.services import actions, cases, definitions, starts, tasks, timers, verification
from engine.store import audit
from engine.store import cases as case_store
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.store.timers import timers as timer_table
from engine.values.acts import Act
from tests.databases import Databases, SqliteDatabases
from tests.engine.services.conftest import PEOPLE
from tests.faults.conftest import Town, made
from tests.faults.nodes import Place
from tests.faults.random_processes import county_process
from tests.faults.soundness import sound

pytestmark = pytest.mark.faults

LOGINS = st.sampled_from(sorted(PEOPLE))
#: From a state to those a deadline may come to next; of the others there is no way back.
NEXT = {
    ledger.RUNNING: {ledger.PAUSED, ledger.MET, ledger.MISSED, ledger.LAPSED, ledger.CANCELLED},
    ledger.PAUSED: {ledger.RUNNING, ledger.MET, ledger.MISSED, ledger.LAPSED, ledger.CANCELLED},
    ledger.MISSED: {ledger.LAPSED},
}
#: Refusals: nothing happened.
REFUSED = (Conflict, Forbidden, Invalid, NotFound, Broken)


class Boom(Exception):
    """Something fails that nobody thought of."""


class Story(RuleBasedStateMachine):
    """One county, from its first case to whatever happens to it."""

    databases: Databases

    @initialize(seeds=st.lists(st.integers(0, 400), min_size=1, max_size=2, unique=True))
    def a_county(self, seeds: list[int]) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="duban-story-"))
        self.url = self.databases.filled()
        self.town: Town = made(Place(self.url, self.home))
        self.processes = ["inspection", *(f"random{seed}" for seed in seeds)]
        with self.town.office.begin(COMMAND_LINE) as work:
            for seed in seeds:
                definitions.keep(work, county_process(seed), "test")
        self.started: list[int] = []
        #: Who was told that a task is completed.
        self.told: dict[int, str] = {}
        self.deadlines: dict[int, tuple[datetime, str]] = {}

    def teardown(self) -> None:
        if not hasattr(self, "town"):
            return
        try:
            sound(self.town.office)
        finally:
            self.town.office.close()
            self.databases.drop(self.url)
            shutil.rmtree(self.home, ignore_errors=True)

    # --- What people do ---------------------------------------------------------------------

    @rule(which=st.integers(0, 9), who=LOGINS, x=st.integers(0, 9), y=st.integers(0, 9))
    def somebody_starts_a_case(self, which: int, who: str, x: int, y: int) -> None:
        process = self.processes[which % len(self.processes)]
        raw = {"x": [str(x)], "y": [str(y)], "z": ["1"], "people": self._officers()}
        if process == "inspection":
            raw = {"matter": ["事项"], "subject": [str(self.town.bodies["market"])]}
        try:
            with self.town.office.begin(self.town.actor(who)) as work:
                started = starts.start(work, process, raw).case.id
        except REFUSED:
            return
        role = "intake_clerk" if process == "inspection" else "supervisor"
        assert any(place.startswith(f"{role}@") for place in PEOPLE[who][1]), "a stranger started"
        self.started.append(started)

    @precondition(lambda self: self._open())
    @rule(
        which=st.integers(0, 50),
        who=LOGINS,
        x=st.integers(0, 9),
        again=st.booleans(),
        fails=st.booleans(),
    )
    def somebody_completes_a_task(
        self, which: int, who: str, x: int, again: bool, fails: bool
    ) -> None:
        task = self._pick(which)
        if self._complete(task, who, x, fails=fails):
            self._may(task, who)
            assert task.id not in self.told, "one task was completed twice"
            self.told[task.id] = who
            if again:
                assert not self._complete(task, who, x, fails=False), "a second click counted"

    @precondition(lambda self: self._open())
    @rule(which=st.integers(0, 50), x=st.integers(0, 9))
    def the_right_person_completes_a_task(self, which: int, x: int) -> None:
        task = self._pick(which)
        for who in PEOPLE:
            if self._complete(task, who, x, fails=False):
                self._may(task, who)
                self.told[task.id] = who
                return

    @precondition(lambda self: self._open())
    @rule(which=st.integers(0, 50), who=LOGINS, back=st.booleans())
    def somebody_takes_a_task(self, which: int, who: str, back: bool) -> None:
        task = self._pick(which)
        try:
            with self.town.office.begin(self.town.actor(who)) as work:
                tasks.claim(work, task.id)
            if back:
                with self.town.office.begin(self.town.actor(who)) as work:
                    tasks.unclaim(work, task.id, "另有任务")
        except REFUSED:
            return

    @precondition(lambda self: self.started)
    @rule(which=st.integers(0, 50), message=st.integers(0, 9), who=LOGINS)
    def somebody_asks_for_something(self, which: int, message: int, who: str) -> None:
        case_id = self.started[which % len(self.started)]
        try:
            with self.town.office.begin(self.town.actor(who)) as work:
                offered = cases.page(work, case_id).actions
                if offered:
                    one = offered[message % len(offered)]
                    raw = {"extension_reason": ["量大"], "pause_reason": ["补正"], "x": ["3"]}
                    actions.send(work, case_id, one.message_id, raw)
        except REFUSED:
            return

    @precondition(lambda self: self.started)
    @rule(which=st.integers(0, 50), who=LOGINS)
    def somebody_withdraws_a_case(self, which: int, who: str) -> None:
        case_id = self.started[which % len(self.started)]
        with self.town.office.read(COMMAND_LINE) as work:
            row = case_store.get(work.session, case_id)
        try:
            with self.town.office.begin(self.town.actor(who)) as work:
                cases.withdraw(work, case_id, "登记有误")
        except REFUSED:
            return
        assert row is not None
        assert row.started_by == self.town.people[who], "a stranger withdrew it"

    # --- What happens to the machines -------------------------------------------------------

    @rule(hours=st.integers(1, 24 * 20))
    def time_passes(self, hours: int) -> None:
        self.town.clock.set(self.town.clock.now() + timedelta(hours=hours))

    @rule()
    def the_clock_is_put_back(self) -> None:
        self.town.clock.set(self.town.clock.now() - timedelta(hours=1))

    @rule(rounds=st.integers(1, 3))
    def the_worker_ticks(self, rounds: int) -> None:
        for _ in range(rounds):
            timers.tick(self.town.office)

    @rule(nth=st.integers(0, 3))
    def the_worker_fails_in_mid_batch(self, nth: int) -> None:
        whole, count = timers.move, 0

        def move(*given: Any) -> None:
            nonlocal count
            count += 1
            whole(*given)
            if count > nth:
                raise Boom

        timers.move = move  # type: ignore[assignment]  # the fault itself
        try:
            timers.tick(self.town.office)
        finally:
            timers.move = whole

    @rule()
    def the_process_starts_anew(self) -> None:
        self.town.office.close()
        self.town.office = self.town.place.open()

    @precondition(lambda self: self.started)
    @rule(which=st.integers(0, 50), what=st.integers(0, 2))
    def rows_are_lost_and_repaired(self, which: int, what: int) -> None:
        case_id = self.started[which % len(self.started)]
        lost = [
            delete(timer_table).where(timer_table.c.case_id == case_id),
            update(case_store.cases).where(case_store.cases.c.id == case_id).values(wake_at=None),
            update(ledger.deadlines)
            .where(ledger.deadlines.c.case_id == case_id, ledger.deadlines.c.ended_at.is_(None))
            .values(due_at=ledger.deadlines.c.started_at),
        ][what]
        with self.town.office.begin(COMMAND_LINE) as work:
            work.session.execute(lost)
        report = verification.some(self.town.office, COMMAND_LINE, [case_id], repair=True)
        assert report.differences == ()

    # --- What must hold ---------------------------------------------------------------------

    @invariant()
    def every_acknowledged_act_is_there_exactly_once(self) -> None:
        told: Counter[tuple[int, str]] = Counter()
        stored: Counter[tuple[int, str]] = Counter()
        with self.town.office.read(COMMAND_LINE) as work:
            for case_id in self.started:
                for task in task_store.of_case(work.session, case_id):
                    by = self.told.get(task.id)
                    assert (task.status == task_store.COMPLETED) == (by is not None)
                    if by is not None:
                        assert task.completed_by == self.town.people[by]
                        told[case_id, task.element] += 1
                for entry in audit.entries(work.session, case_id):
                    if entry.act == Act.TASK_COMPLETED:
                        stored[case_id, str(entry.facts["element"])] += 1
        assert stored == told

    @invariant()
    def deadlines_only_go_forward(self) -> None:
        with self.town.office.read(COMMAND_LINE) as work:
            rows = [
                row
                for case_id in self.started
                for row in ledger.deadlines_of(work.session, case_id)
            ]
        for row in rows:
            due, status = self.deadlines.get(row.id, (row.due_at, row.status))
            assert row.due_at >= due, "a deadline came nearer"
            assert row.status == status or row.status in NEXT.get(status, set()), (
                f"{status} became {row.status}"
            )
            self.deadlines[row.id] = (row.due_at, row.status)

    @invariant()
    def rows_equal_state(self) -> None:
        with self.town.office.read(COMMAND_LINE) as work:
            for case_id in self.started:
                assert verification.case(work, case_id) == ()

    # --- Hands ------------------------------------------------------------------------------

    def _officers(self) -> list[str]:
        return [str(self.town.people[login]) for login in ("sup1", "sup2", "sup3")]

    def _open(self) -> list[TaskRow]:
        with self.town.office.read(COMMAND_LINE) as work:
            return [
                task
                for case_id in self.started
                for task in task_store.open_of_case(work.session, case_id)
            ]

    def _pick(self, which: int) -> TaskRow:
        found = self._open()
        return found[which % len(found)]

    def _complete(self, task: TaskRow, who: str, x: int, *, fails: bool) -> bool:
        raw = {
            "x": [str(x)], "verifiers": self._officers()[:2], "report": ["属实"],
            "feedback": ["已改"], "approval": ["同意"],
            "conclusion": ["again" if x % 2 else "done"],
        }  # fmt: skip
        try:
            with self.town.office.begin(self.town.actor(who)) as work:
                tasks.complete(work, task.id, raw)
                if fails:
                    raise Boom
        except REFUSED:
            return False
        return True

    def _may(self, task: TaskRow, who: str) -> None:
        """What the model knows of who may: the role, who was named, and the diagram's duties."""
        name, places, certificate = PEOPLE[who]
        assert any(place.startswith(f"{task.role}@") for place in places), (
            f"{name} has no such role"
        )
        if task.performers is not None:
            assert self.town.people[who] in task.performers, "somebody who was not named"
        if task.element == "verify":
            assert certificate == "supervision", "without a certificate"
        if task.element == "recheck":
            with self.town.office.read(COMMAND_LINE) as work:
                before = task_store.history(work.session, task.case_id)
            verified = {person for element, person, _ in before if element == "verify"}
            assert self.town.people[who] not in verified, "who verified checked himself"


class StoryOnSqlite(Story):
    """The same on a file."""


class StoryOnPostgres(Story):
    """The same on a server."""


def _settings(examples: int, steps: int) -> settings:
    return settings(
        phases=[Phase.generate],
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="session", autouse=True)
def _where(sqlite_databases: Databases, postgres_databases: Databases) -> None:
    assert isinstance(sqlite_databases, SqliteDatabases)
    StoryOnSqlite.databases = sqlite_databases
    StoryOnPostgres.databases = postgres_databases


TestStoriesOnSqlite = StoryOnSqlite.TestCase
TestStoriesOnSqlite.settings = _settings(18, 30)
TestStoriesOnPostgres = StoryOnPostgres.TestCase
TestStoriesOnPostgres.settings = _settings(4, 30)
