"""Every rule by every door: whoever breaks one comes to act by none of them.

A door is a way to come to act. The tables below name them all; the last tests look at the services
themselves and fail when a new way is not among them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import engine.services
from engine.errors import Forbidden, Invalid
from engine.i18n import CHINESE, ENGLISH, translator
from engine.rules.basis import BASIS
from engine.services import absences, bulk, duty, opinions, starts, tasks
from engine.services.duty import Door
from engine.store import absences as absence_store
from engine.store import tasks as task_store
from engine.values.people import Verdict
from tests.engine.services import duty_cases as cases_of
from tests.engine.services.conftest import County
from tests.engine.services.duty_cases import BREACHES, CULPRIT, FREE, Breach

Try = Callable[[County, Breach, int], None]


@pytest.fixture(autouse=True)
def morning(county: County) -> None:
    county.at("2026-03-02 09:00")


def _task(county: County, case_id: int, element: str = "judge") -> int:
    with county.office.read(county.actor("admin")) as work:
        return cases_of.task(work, case_id, element).id


def _claim(county: County, breach: Breach, case_id: int) -> None:
    found = _task(county, case_id)
    with county.office.begin(county.actor(CULPRIT)) as work:
        tasks.claim(work, found)


def _complete(county: County, breach: Breach, case_id: int) -> None:
    found = _task(county, case_id)
    with county.office.begin(county.actor(CULPRIT)) as work:
        tasks.complete(work, found, {})


def _reassign(county: County, breach: Breach, case_id: int) -> None:
    found = _held_by_free(county, case_id)
    with county.office.begin(county.actor(FREE)) as work:
        tasks.reassign(work, found, county.people[CULPRIT], "请你办理")


def _held_by_free(county: County, case_id: int) -> int:
    """The task in the hands of somebody free of the rule, so that it can be handed over."""
    found = _task(county, case_id)
    with county.office.begin(county.actor("admin")) as work:
        task_store.change(work.session, found, assignee_id=county.people[FREE], claimed_at=work.now)
    return found


def _bulk(county: County, breach: Breach, case_id: int) -> None:
    found = _held_by_free(county, case_id)
    made = bulk.reassign(
        county.office, county.actor(FREE), [found], county.people[CULPRIT], "请你办理"
    )
    with county.office.read(county.actor(FREE)) as work:
        (result,) = bulk.report(work, made).results
        duty.refuse(result.verdict)


def _message(county: County, breach: Breach, case_id: int) -> None:
    with county.office.begin(county.actor(CULPRIT)) as work:
        cases_of.send(work, case_id)


def _name(county: County, breach: Breach, case_id: int) -> None:
    found = _task(county, case_id, "wait")
    typed = {"picked": [str(county.people[CULPRIT])]}
    with county.office.begin(county.actor("intake")) as work:
        try:
            tasks.complete(work, found, typed)
        except Invalid as error:
            refused = error.fields["picked"]
            raise Forbidden(refused.code, **refused.facts) from error


def _open(county: County, breach: Breach, case_id: int) -> None:
    """Named alone by whatever road, the task does not become theirs."""
    with county.office.read(county.actor("admin")) as work:
        task = cases_of.task(work, case_id, "judge")
        case = cases_of.case(work, case_id)
        duty.refuse(duty.verdict(work, case, task, county.people[CULPRIT], Door.OPEN))


def _deputy(county: County, breach: Breach, case_id: int) -> None:
    """The one who is free is away, and the other stands in."""
    found = _held_by_free(county, case_id)
    _lend(county, breach)
    with county.office.begin(county.actor(FREE)) as work:
        absence_store.add(
            work.session,
            person_id=county.people[FREE],
            deputy_id=county.people[CULPRIT],
            from_day=date(2026, 3, 2),
            to_day=date(2026, 3, 3),
            reason="",
            made_at=work.now,
            made_by=county.people[FREE],
        )
    with county.office.begin(county.actor(CULPRIT)) as work:
        tasks.complete(work, found, {})


def _deputy_chosen(county: County, breach: Breach, case_id: int) -> None:
    """The same deputy cannot even be chosen."""
    _held_by_free(county, case_id)
    _lend(county, breach)
    with county.office.begin(county.actor(FREE)) as work:
        absences.record(
            work,
            county.people[FREE],
            county.people[CULPRIT],
            date(2026, 3, 9),
            date(2026, 3, 10),
            "出差",
        )


def _lend(county: County, breach: Breach) -> None:
    """A deputy has the role by standing in, not by themselves; a colleague all the same."""
    cases_of.only_a_colleague(county, breach)


def _start(county: County, breach: Breach, case_id: int) -> None:
    process = cases_of.publish(county, breach, at_start=True)
    with county.office.begin(county.actor(CULPRIT)) as work:
        starts.start(work, process, cases_of.raw(county, breach))


def _opinion(county: County, breach: Breach, case_id: int) -> None:
    found = _held_by_free(county, case_id)
    with county.office.begin(county.actor(FREE)) as work:
        opinions.ask(work, found, [county.people[CULPRIT]], "你的意见？")


def _by(door: Door) -> Try:
    """A door whose service asks the one function, tried at that function."""

    def attempt(county: County, breach: Breach, case_id: int) -> None:
        with county.office.read(county.actor("admin")) as work:
            task = cases_of.task(work, case_id, "judge")
            case = cases_of.case(work, case_id)
            duty.require(work, case, task, county.people[CULPRIT], door)

    return attempt


#: Every door with a way to try it. Countersigners and the programming interface take and complete
#: tasks like everybody; their names stand here so that what serves them asks under them.
DOORS: dict[Door, Try] = {
    Door.START: _start,
    Door.MESSAGE: _message,
    Door.CLAIM: _claim,
    Door.COMPLETE: _complete,
    Door.REASSIGN: _reassign,
    Door.NAME: _name,
    Door.OPEN: _open,
    Door.BULK: _bulk,
    Door.OPINION: _opinion,
    Door.COUNTERSIGN: _by(Door.COUNTERSIGN),
    Door.API: _by(Door.API),
    # Last: from here on the culprit has the role only by standing in.
    Door.DEPUTY: _deputy,
}
#: Minutes are judged when they are entered; before there are none (R13).
ENTERED = {Door.MESSAGE, Door.COMPLETE, Door.DEPUTY}
#: There is no case yet in which anybody could be challenged, and no meeting.
NOT_AT_START = {"R5", "R13"}
#: An opinion decides nothing: only who stays out of the case is not asked for one.
OPINIONS = {"R5"}


#: One person alone is never enough for these.
ALONE = {"R1", "R7"}


def asked(door: Door, rule: str) -> bool:
    """Whether the rule can be broken by this door."""
    if door is Door.OPINION:
        return rule in OPINIONS
    if rule == "R13":
        return door in ENTERED
    if rule == "R7" and door is Door.NAME:
        return False  # How many there are is counted when they act.
    return not (door is Door.START and rule in NOT_AT_START)


@pytest.fixture
def breach(county: County, request: pytest.FixtureRequest) -> Breach:
    """The rule's diagram, and the people it is about."""
    found = BREACHES[request.param]
    cases_of.staff(county, found)
    cases_of.publish(county, found)
    return found


def _refusal(county: County, breach: Breach, attempt: Try) -> Forbidden | None:
    """What a door answers; ``None`` when it lets them in."""
    case_id = cases_of.begun(county, breach)
    try:
        attempt(county, breach, case_id)
    except Forbidden as error:
        return error
    return None


@pytest.mark.parametrize("breach", BREACHES, indirect=True)
def test_who_breaks_a_rule_comes_to_act_by_no_door(county: County, breach: Breach) -> None:
    for door, attempt in DOORS.items():
        if not asked(door, breach.rule):
            continue
        refused = _refusal(county, breach, attempt)
        assert refused is not None, door
        assert refused.code in {breach.code, *breach.instead}, (door, refused)
        if door is not Door.NAME:  # A field tells the code; its page names rule and source.
            rule = str(refused.facts["rule"])
            assert rule in {breach.rule, *breach.other_rules}, (door, refused)
            assert refused.facts["basis"] == BASIS[rule], door
    if breach.rule != "R13":
        # Nor can they be chosen as deputies, with the role or without.
        cases_of.staff(county, breach)
        refused = _refusal(county, breach, _deputy_chosen)
        assert refused is not None
        assert refused.code in {breach.code, *breach.instead}
    if breach.rule not in ALONE:
        # And who breaks no rule comes in.
        cases_of.staff(county, breach)
        found = _task(county, cases_of.begun(county, breach))
        with county.office.begin(county.actor(FREE)) as work:
            tasks.claim(work, found)


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
@pytest.mark.parametrize("rule", BREACHES)
def test_each_refusal_has_words_and_a_source_in_both_languages(rule: str, locale: str) -> None:
    words = translator(locale)
    assert words.knows(BREACHES[rule].code)
    told = words.text(BASIS[rule])
    assert told
    if locale == ENGLISH:
        assert told != BASIS[rule]


# --- No other way in --------------------------------------------------------------------------

SERVICES = Path(str(engine.services.__file__)).parent
#: Functions of the services that decide who holds or completed a task, and the door they ask at.
WRITERS = {
    "endings._offer": "gives back",
    "migrations._tasks": "gives back",
    "recusals._stand_back": "gives back",
    "replacements._offer": Door.OPEN,
    "released._of_case": "gives back",
    "returns._given": Door.REASSIGN,
    "take_backs._in_hand": Door.CLAIM,
    "tasks.claim": Door.CLAIM,
    "tasks.unclaim": "gives back",
    "tasks.reassign": "door of the caller",
    "tasks._taken": Door.CLAIM,
    "worklist._close": Door.COMPLETE,
    "worklist._open": Door.OPEN,
}
#: Those that only read, compare or keep what was.
READERS = {"verification", "differences", "repairs", "take_backs", "generation"}
_WRITES = ("assignee_id", "acting_for", "completed_by")


def _writers() -> set[str]:
    found = set()
    for path in sorted(SERVICES.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and _writes(function):
                found.add(f"{path.stem}.{function.name}")
    return found


def _writes(function: ast.FunctionDef) -> bool:
    """Whether it hands a holder to the store: a keyword of ``change`` or ``replace``, a key."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("change", "replace", "add") and any(
                keyword.arg == "assignee_id" for keyword in node.keywords
            ):
                return True
        if isinstance(node, ast.Dict) and any(
            isinstance(key, ast.Constant) and key.value == "assignee_id" for key in node.keys
        ):
            return True
    return False


def test_every_service_that_decides_who_acts_is_known() -> None:
    unknown = {
        name for name in _writers() - WRITERS.keys() if name.partition(".")[0] not in READERS
    }
    assert unknown == set(), "a new way to come to act: ask services.duty, and add it here"


def test_every_door_is_tried() -> None:
    assert DOORS.keys() == set(Door)


def test_every_rule_has_a_breach() -> None:
    assert BREACHES.keys() == BASIS.keys()


def test_the_look_at_the_services_finds_a_new_way() -> None:
    source = "def sneak(work, task):\n    store.change(work.session, task, assignee_id=1)\n"
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert _writes(function)


def test_a_verdict_is_never_true_by_mistake() -> None:
    assert not Verdict(False, "x")
