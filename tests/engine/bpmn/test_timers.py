from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn import periods
from engine.bpmn.definition import Definition
from engine.bpmn.runtime import CaseRun
from engine.errors import Broken, Conflict
from engine.values.running import OperationRequest
from engine.values.timing import Span, TimerRule, Unit
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    boundary,
    defined,
    end,
    environment,
    flows,
    local,
    node,
    process,
    script,
    service,
    start,
    timer,
    user,
)

MOMENT = timedelta(microseconds=1)


def task_with(*events: str, more: str = "") -> Definition:
    """A task that can end, with boundary events that each lead to a user task of their own."""
    return defined(process(start(), user("a"), end(), *events, more, flows("start a end")))


def waiting_for(kind: str, text: str) -> Definition:
    wait = node("intermediateCatchEvent", "wait", timer(kind, text))
    return defined(process(start(), wait, user("a"), end(), flows("start wait a end")))


# --- Instants -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "instant"),
    [
        ("timeDuration", "P3D", "2026-03-05T09:00"),
        ("timeDuration", "PT1H", "2026-03-02T10:00"),
        ("timeDuration", '"PT1H"', "2026-03-02T10:00"),
        ("timeDuration", "P1W", "2026-03-09T09:00"),
        ("timeDuration", "P1M", "2026-04-02T09:00"),
        ("timeDuration", "P1Y2M3DT4H5M6S", "2027-05-05T13:05:06"),
        ("timeDuration", "${PT1H}", "2026-03-02T10:00"),
        ("timeDate", "2026-04-01T08:30:00+08:00", "2026-04-01T08:30"),
        ("timeDate", "2026-04-01T00:30:00Z", "2026-04-01T08:30"),
        ("timeDate", "2026-04-01T08:30:00", "2026-04-01T08:30"),
        ("timeDate", "2026-04-01", "2026-04-01T23:59:59.999999"),
        ("timeDate", "hours(24)", "2026-03-03T09:00"),
        ("timeDate", "working_days(5)", "2026-03-09T23:59:59.999999"),
        ("timeDate", 'days(1, "2026-03-06")', "2026-03-09T23:59:59.999999"),
        ("timeDate", 'limit("SUP.RESPOND")', None),
        ("timeCycle", "R3/P1D", "2026-03-03T09:00"),
        ("timeCycle", "R2/2026-03-10T00:00:00+08:00/P1D", "2026-03-10T00:00"),
    ],
)
def test_a_timer_falls_on_its_instant(kind: str, text: str, instant: str | None) -> None:
    walk = Walk(waiting_for(kind, text))
    at = walk.timer("wait").instant
    if instant is not None:
        assert at == local(instant)
    walk.advance(at - MOMENT)
    assert walk.open == []
    walk.advance(at)
    assert walk.open == ["a"]


def test_an_instant_is_computed_once_when_the_token_arrives() -> None:
    walk = Walk(waiting_for("timeDate", "hours(int(wait_hours))"), {"wait_hours": "5"})
    walk.last = walk.loaded().outcome()
    at = walk.timer("wait").instant
    walk.last = CaseRun.load(
        walk.definition, walk.last.state, {"wait_hours": "90"}, environment(MONDAY)
    ).advance()
    assert walk.timer("wait").instant == at == local("2026-03-02T14:00")


def test_a_month_without_the_day_ends_on_its_last_day() -> None:
    assert periods.duration("P1M").after(local("2026-01-31T10:00")) == local("2026-02-28T10:00")
    assert periods.duration("P1Y").after(local("2028-02-29T10:00")) == local("2029-02-28T10:00")


def test_months_of_a_cycle_keep_their_day() -> None:
    walk = Walk(
        task_with(
            boundary("tick", "a", timer("timeCycle", "R3/2026-01-31T08:00/P1M"), interrupting=False)
        ),
        now=local("2026-01-01T08:00"),
    )
    seen = []
    while walk.last.timers:
        seen.append(walk.timer("tick").instant)
        walk.advance(walk.timer("tick").instant)
    days = ["2026-01-31T08:00", "2026-02-28T08:00", "2026-03-31T08:00"]
    assert seen == [local(day) for day in days]


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("timeDuration", "-PT1H", "timer.negative"),
        ("timeDuration", "P-1D", "timer.negative"),
        ("timeDuration", "P9999999Y", "timer.not_a_duration"),
        ("timeDuration", "P999999Y", "timer.too_far"),
        ("timeDuration", "P", "timer.not_a_duration"),
        ("timeDuration", "PT", "timer.not_a_duration"),
        ("timeCycle", "R/PT0S", "timer.endless_cycle"),
        ("timeCycle", "R/P1D", "timer.endless_cycle"),
        ("timeCycle", "R3/PT0S", "timer.interval_too_short"),
        ("timeCycle", "R0/P1D", "timer.repetitions"),
        ("timeCycle", "R99999/P1D", "timer.repetitions"),
        ("timeCycle", "R3/-P1D", "timer.not_a_cycle"),
        ("timeCycle", "R3/2026-01-01/2026-01-02", "timer.not_a_cycle"),
        ("timeDate", "5", "timer.not_an_instant"),
        ("timeDate", '"tomorrow"', "timer.not_an_instant"),
        ("timeDate", 'limit("NO.SUCH")', "unknown_limit"),
        ("timeDate", "2026-02-30", "expression.no_such_time"),
        ("timeDate", "nobody_knows", "expression.unknown_name"),
    ],
)
def test_a_timer_nobody_can_compute_stops_the_case(kind: str, text: str, code: str) -> None:
    with pytest.raises(Broken) as stopped:
        Walk(waiting_for(kind, text))
    assert stopped.value.code == code
    assert stopped.value.facts["element"] == "wait"


def test_the_rule_of_a_deadline_is_kept_to_be_explained() -> None:
    late = boundary(
        "late", "a", timer("timeDate", 'working_days(1, limit("CMP.RECTIFY"))'), interrupting=False
    )
    walk = Walk(task_with(late))
    walk.last = walk.loaded().outcome()
    assert walk.timer("late").rule == TimerRule(
        since=MONDAY, limit="CMP.RECTIFY", offset=Span(1, Unit.WORKING_DAY)
    )


# --- Firing -------------------------------------------------------------------------------------


def ladder() -> Definition:
    """A task with a deadline, a reminder before it and an escalation after it."""
    return task_with(
        boundary("remind", "a", timer("timeDate", "working_days(2)"), interrupting=False),
        boundary(
            "due", "a", timer("timeDate", "working_days(5)"), interrupting=False, deadline=True
        ),
        boundary(
            "escalate",
            "a",
            timer("timeDate", "working_days(1, working_days(5))"),
            interrupting=False,
        ),
        more="".join(
            service(f"{name}_asked", name) + flows(f"{name} {name}_asked")
            for name in ("remind", "due", "escalate")
        ),
    )


def test_timers_due_together_fire_in_the_order_of_their_instants() -> None:
    walk = Walk(ladder())
    walk.advance(local("2026-04-01T00:00"))
    assert [asked.name for asked in walk.last.operations] == ["remind", "due", "escalate"]
    assert walk.last.timers == ()
    assert walk.open == ["a"]


def test_a_task_stays_due_after_its_deadline_has_passed() -> None:
    walk = Walk(ladder())
    due = local("2026-03-09T23:59:59.999999")
    assert walk.task("a").due_at == due
    assert walk.timer("due").attached_to == (walk.task("a").id,)
    walk.advance(local("2026-04-01T00:00"))
    walk.last = walk.loaded().outcome()
    assert walk.task("a").due_at == due


def test_a_timer_that_an_earlier_one_withdrew_does_not_fire() -> None:
    walk = Walk(
        task_with(
            boundary("stop", "a", timer("timeDuration", "P2D")),
            boundary("never", "a", timer("timeDuration", "P3D"), interrupting=False),
            more=user("stopped") + user("late") + flows("stop stopped", "never late"),
        )
    )
    walk.advance(MONDAY + timedelta(days=30))
    assert walk.open == ["stopped"]
    assert [left.element for left in walk.last.passed] == ["a", "stop"]


def test_at_one_instant_a_reminder_goes_out_before_the_step_ends() -> None:
    walk = Walk(
        task_with(
            boundary("stop", "a", timer("timeDuration", "P2D")),
            boundary("remind", "a", timer("timeDuration", "P2D"), interrupting=False),
            more=user("stopped")
            + service("asked", "notify")
            + flows("stop stopped", "remind asked"),
        )
    )
    walk.advance(MONDAY + timedelta(days=2))
    assert [asked.name for asked in walk.last.operations] == ["notify"]
    assert walk.open == ["stopped"]


def test_a_cycle_that_was_slept_through_happens_once_for_each_turn() -> None:
    tick = boundary("tick", "a", timer("timeCycle", "R3/P1D"), interrupting=False)
    definition = task_with(
        tick, more=service("asked", "notify", ("at", "str(now())")) + flows("tick asked")
    )
    late = Walk(definition)
    late.advance(MONDAY + timedelta(days=200))
    assert [asked.parameters["at"] for asked in late.last.operations] == [
        f"2026-03-0{day}T09:00:00+08:00" for day in (3, 4, 5)
    ]
    assert late.last.timers == ()

    timely = Walk(definition)
    asked: list[OperationRequest] = []
    for hour in range(24 * 6):
        asked += timely.advance(MONDAY + timedelta(hours=hour)).operations
    assert [o.parameters for o in asked] == [o.parameters for o in late.last.operations]


def test_what_follows_a_lapse_counts_from_the_lapse_however_late_the_clock_was_asked() -> None:
    definition = task_with(
        boundary("lapse", "a", timer("timeDate", "working_days(3)")),
        boundary("next", "b", timer("timeDate", "working_days(2)"), deadline=True),
        more=user("b") + user("c") + flows("lapse b", "next c"),
    )
    on_time = Walk(definition)
    on_time.advance(on_time.timer("lapse").instant)
    late = Walk(definition)
    late.advance(local("2026-03-06T11:00"))
    assert late.timer("next").instant == on_time.timer("next").instant
    assert late.timer("next").instant == local("2026-03-09T23:59:59.999999")
    assert late.task("b").opened_at == local("2026-03-05T23:59:59.999999")


def test_a_completion_after_an_interrupting_deadline_is_refused_even_if_nobody_woke_the_case() -> (
    None
):
    walk = Walk(
        task_with(
            boundary("stop", "a", timer("timeDuration", "P2D")),
            more=user("stopped") + flows("stop stopped"),
        )
    )
    walk.now = MONDAY + timedelta(days=3)
    with pytest.raises(Conflict, match="task_not_open"):
        walk.complete("a")


def test_a_late_completion_still_records_the_escalation() -> None:
    walk = Walk(ladder())
    walk.now = local("2026-03-20T10:00")
    walk.complete("a")
    assert [asked.name for asked in walk.last.operations] == ["remind", "due", "escalate"]
    assert walk.last.finished


def test_a_timer_already_past_when_its_token_arrives_fires_at_once() -> None:
    walk = Walk(waiting_for("timeDate", "2020-01-01"))
    assert walk.open == ["a"]
    assert walk.task("a").opened_at == MONDAY


# --- Pausing and moving ---------------------------------------------------------------------------


def test_nothing_fires_while_a_case_is_paused() -> None:
    walk = Walk(ladder(), stopped=MONDAY + timedelta(hours=1))
    walk.advance(local("2026-06-01T00:00"))
    assert walk.last.operations == ()
    assert len(walk.last.timers) == 3
    walk.complete("a")
    assert walk.last.finished


def test_timers_move_and_the_deadline_moves_with_them() -> None:
    walk = Walk(ladder())
    new = local("2026-05-06T23:59:59.999999")
    moved = walk.loaded().reschedule({walk.timer("due").id: new})
    walk.last = moved
    assert walk.timer("due").instant == walk.task("a").due_at == new
    assert walk.timer("due").rule is not None
    walk.advance(local("2026-03-20T10:00"))
    assert [asked.name for asked in walk.last.operations] == ["remind", "escalate"]


def test_moving_a_timer_into_the_past_fires_it_only_when_time_is_looked_at() -> None:
    walk = Walk(ladder())
    walk.last = walk.loaded().reschedule({walk.timer("due").id: MONDAY - timedelta(days=1)})
    assert walk.last.operations == ()
    assert [asked.name for asked in walk.advance(MONDAY).operations] == ["due"]


def test_a_timer_that_does_not_wait_cannot_be_moved_and_none_is() -> None:
    walk = Walk(ladder())
    run = walk.loaded()
    with pytest.raises(Conflict, match="timer_not_waiting"):
        run.reschedule({walk.timer("due").id: MONDAY, "no such": MONDAY})
    assert run.outcome().timers == walk.last.timers


def test_a_naive_instant_is_refused() -> None:
    walk = Walk(ladder())
    with pytest.raises(Broken, match="naive"):
        walk.loaded().reschedule({walk.timer("due").id: MONDAY.replace(tzinfo=None)})
    with pytest.raises(ValueError, match="aware"):
        environment(MONDAY.replace(tzinfo=None))


def test_the_deadline_of_a_phase_shows_on_the_tasks_inside() -> None:
    inner = start("s2") + user("a") + user("b") + end("e2") + flows("s2 a b e2")
    own = boundary("own", "b", timer("timeDuration", "P1D"), interrupting=False, deadline=True)
    inner += own + end("e3") + flows("own e3")
    definition = defined(
        process(
            start(),
            node("subProcess", "phase", inner),
            boundary(
                "late", "phase", timer("timeDuration", "P9D"), interrupting=False, deadline=True
            ),
            end(),
            end("e4"),
            flows("start phase end", "late e4"),
        )
    )
    walk = Walk(definition)
    assert walk.task("a").due_at == MONDAY + timedelta(days=9)
    assert walk.timer("late").attached_to == (walk.task("a").id,)
    walk.complete("a")
    assert walk.task("b").due_at == MONDAY + timedelta(days=1)
    assert walk.timer("late").attached_to == (walk.task("b").id,)


def test_expressions_see_the_case_file_in_timers() -> None:
    definition = defined(
        process(
            start(),
            script("set", 'since = "2026-03-02"'),
            node("intermediateCatchEvent", "wait", timer("timeDate", "days(3, since)")),
            end(),
            flows("start set wait end"),
        )
    )
    assert Walk(definition).timer("wait").instant == local("2026-03-05T23:59:59.999999")
