"""A deputy stands in: with the absent person's tasks and roles, and every rule asked of both."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import absences, audit, cases, inbox, take_backs, tasks
from engine.store import people
from engine.values.inbox_pages import InboxQuery, Tab
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, complete, drafted, page, reviewed, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


def away(
    county: County, who: str, deputy: str, first: str = "2026-03-02", last: str = "2026-03-06"
) -> int:
    with county.office.begin(county.actor(who)) as work:
        return absences.record(
            work,
            county.people[who],
            county.people[deputy],
            date.fromisoformat(first),
            date.fromisoformat(last),
            "出差",
        )


def listed(county: County, who: str, tab: Tab) -> list[tuple[str, str]]:
    with county.office.read(county.actor(who)) as work:
        return [(row.name, row.acting_for) for row in inbox.page(work, InboxQuery(tab)).rows]


def test_a_deputy_has_the_tasks_and_acts_as_x_for_y(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    assert listed(county, "intake", Tab.TODO) == []
    away(county, "sup1", "intake")
    assert listed(county, "intake", Tab.TODO) == [("起草", "监督一")]
    shown = page(county, row, "intake")
    assert shown.reader_for == "监督一"
    assert shown.may["complete"].allowed
    complete(county, row, "intake", text="第一稿")
    done = task(county, case_id, "draft")
    assert (done.completed_by, done.acting_for) == (
        county.people["intake"],
        county.people["sup1"],
    )
    with county.office.read(county.actor("intake")) as work:
        case = cases.page(work, case_id)
        entry = audit.entries(work, case_id)[-1]
    assert [(one.person, one.acting_for) for one in case.opinions] == [("受理甲", "监督一")]
    assert (case.timeline[-1].by, case.timeline[-1].by_for) == ("受理甲", "监督一")
    assert (entry.actor, entry.facts["for"]) == ("受理甲", "监督一")


def test_a_deputy_takes_from_the_pool_what_only_the_absent_person_could(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        tasks.claim(work, row.id)
    away(county, "sup1", "intake")
    assert ("起草", "") in listed(county, "intake", Tab.POOL)
    with county.office.begin(county.actor("intake")) as work:
        tasks.claim(work, row.id)
    assert task(county, case_id, "draft").acting_for == county.people["sup1"]


def test_what_either_of_both_did_stands_against_the_deputy(county: County) -> None:
    case_id = drafted(county)  # sup1 wrote it
    away(county, "sup2", "sup1")
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        tasks.complete(work, task(county, case_id, "review").id, {})
    assert refused.value.facts["rule"] == "R2", "the deputy wrote it: no way around"
    away(county, "sup1", "intake", "2026-03-02", "2026-03-04")
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden) as refused:
        tasks.claim(work, task(county, case_id, "review").id)
    assert refused.value.facts["rule"] == "R2", "whom they stand in for wrote it"


def test_what_a_deputy_did_counts_for_both_afterwards(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    away(county, "sup1", "sup2")
    complete(county, row, "sup2", text="第一稿")
    review = task(county, case_id, "review")
    for who in ("sup1", "sup2"):
        verdict = page(county, review, who).may["claim"]
        assert (verdict.allowed, verdict.rule) == (False, "R2"), who
    assert page(county, review, "sup3").may["claim"].allowed


def test_a_signer_is_stood_in_for_by_name(county: County) -> None:
    case_id = reviewed(county)
    away(county, "sup1", "head")
    with county.office.read(county.actor("head")) as work:
        row = inbox.page(work, InboxQuery()).rows[0]
    assert (row.acting_for, row.task_id is not None) == ("监督一", True)
    with county.office.begin(county.actor("head")) as work:
        tasks.complete(work, row.task_id or 0, {"opinion": ["agree"]})
    with county.office.read(county.actor("sup2")) as work:
        assert cases.page(work, case_id).opinions[-1].acting_for == "监督一"


def test_an_absence_that_is_over_or_not_begun_lends_nothing(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    away(county, "sup1", "intake", "2026-03-05", "2026-03-06")
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        tasks.claim(work, row.id)
    county.at("2026-03-05 09:00")
    with county.office.begin(county.actor("intake")) as work:
        tasks.claim(work, row.id)
    county.at("2026-03-07 09:00")
    shown = page(county, row, "intake")
    assert shown.may["complete"].code == "absence_over"
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden) as refused:
        tasks.complete(work, row.id, {"text": ["稿"]})
    assert refused.value.code == "absence_over"
    with county.office.begin(county.actor("intake")) as work:
        tasks.unclaim(work, row.id, "代理期满")


def test_ending_an_absence_ends_the_standing_in(county: County) -> None:
    made = away(county, "sup1", "intake")
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(NotFound):
        absences.end(work, made)
    with county.office.begin(county.actor("sup1")) as work:
        absences.end(work, made)
    case_id = begun(county)
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        tasks.claim(work, task(county, case_id, "draft").id)
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Conflict):
        absences.end(work, made)


def test_a_deputy_takes_an_act_back_in_the_same_stead(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    away(county, "sup1", "intake")
    complete(county, row, "intake", text="第一稿")
    with county.office.begin(county.actor("intake")) as work:
        take_backs.take_back(work, row.id, "漏了附件")
    again = task(county, case_id, "draft")
    assert (again.assignee_id, again.acting_for) == (
        county.people["intake"],
        county.people["sup1"],
    )


def test_whoever_a_rule_keeps_away_cannot_be_chosen(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        people.change_person(work.session, county.people["sup3"], auxiliary=True)
    with pytest.raises(Forbidden) as refused:
        away(county, "sup1", "sup3")
    assert refused.value.facts["rule"] == "R14"
    with county.office.read(county.actor("sup1")) as work:
        offered = {one.label: one.verdict for one in absences.page(work).deputies}
    assert offered["监督三"].rule == "R14"
    assert "市监局长" not in offered
    with pytest.raises(Forbidden, match="not_a_colleague"):
        away(county, "sup1", "traffic")
    with pytest.raises(Forbidden, match="own_deputy"):
        away(county, "sup1", "sup1")


def test_days_must_make_sense_and_a_deputy_be_there(county: County) -> None:
    away(county, "sup2", "sup3")
    with pytest.raises(Forbidden, match="deputy_absent"):
        away(county, "sup1", "sup2")
    for first, last, field in (
        ("2026-03-09", "2026-03-06", "last"),
        ("2026-02-02", "2026-02-06", "last"),
        ("2026-03-02", "2027-12-31", "last"),
    ):
        with pytest.raises(Invalid) as wrong:
            away(county, "sup1", "sup3", first, last)
        assert field in wrong.value.fields
    away(county, "sup1", "sup3")
    with pytest.raises(Invalid) as wrong:
        away(county, "sup1", "sup3", "2026-03-06", "2026-03-09")
    assert wrong.value.fields["first"].code == "absence_overlaps"


def test_who_leads_the_body_records_an_absence_for_its_people(county: County) -> None:
    with county.office.begin(county.actor("head")) as work:
        absences.record(
            work, county.people["sup1"], county.people["sup2"], date(2026, 3, 2), date(2026, 3, 3),
            "病假",
        )  # fmt: skip
        led = absences.page(work).led
    assert [(one.person.name, one.deputy.name if one.deputy else "") for one in led] == [
        ("监督一", "监督二")
    ]
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Forbidden):
        absences.record(work, county.people["sup3"], None, date(2026, 3, 2), date(2026, 3, 3), "")
