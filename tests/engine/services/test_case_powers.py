"""What cases do with their own authority: certificates, auxiliaries, bodies, messages, texts."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Broken, Forbidden, Invalid
from engine.services import ledgers, publications, registers, tasks, verification
from engine.services.registers import RegisterQuery
from engine.store import audit, bodies, cases, people
from engine.store import tasks as task_store
from engine.values.acts import Act
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform
from tests.engine.services.steps import complete, started, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")
    county.publish("inspection.bpmn")
    county.publish("delegated.bpmn")


def verifying(county: County) -> int:
    """A case whose verification sup1 has in hand."""
    case_id = started(county)
    verifiers = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=verifiers)
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, task(county, case_id, "verify").id)
    return case_id


def certificate(county: County, case_id: int, action: str, who: str = "sup1", **more: object):
    return perform(
        county, case_id, "certificate", action=action, person=county.people[who],
        kind="supervision", reason="离岗培训", **more,
    )  # fmt: skip


def listed(county: County, code: str, text: str = "") -> list[dict[str, str]]:
    with county.office.read(COMMAND_LINE) as work:
        page = registers.entries(work, code, RegisterQuery(text))
        ids = [column.id for column in page.register.columns]
        return [dict(zip(ids, row.cells, strict=True)) for row in page.rows]


def sound(county: County) -> None:
    report = verification.county(county.office, county.actor("admin"))
    assert [str(one) for one in report.differences] == []


def test_a_case_that_suspends_a_certificate_takes_its_holder_out_of_every_pool(
    county: County,
) -> None:
    held = [verifying(county), verifying(county)]
    done = certificate(county, opened(county), "suspend", until="2026-06-30")
    assert done == {"numbers": ["C-sup1"], "status": "suspended", "released": 2}
    for case_id in held:
        assert task(county, case_id, "verify").assignee_id is None
        with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
            tasks.claim(work, task(county, case_id, "verify").id)
        assert refused.value.code == "certificate_suspended"
    entry = next(row for row in listed(county, "officers") if row["certificate"] == "C-sup1")
    assert (entry["status"], entry["suspended_until"], entry["reason"]) == (
        "暂扣",
        "2026-06-30",
        "离岗培训",
    )
    sound(county)
    certificate(county, opened(county), "restore")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, task(county, held[0], "verify").id)
    sound(county)


def test_the_tasks_of_the_very_case_that_suspends_go_back_as_well(county: County) -> None:
    case_id = verifying(county)
    assert certificate(county, case_id, "suspend")["released"] == 1
    assert task(county, case_id, "verify").assignee_id is None
    sound(county)


def test_a_certificate_is_issued_once_and_to_one_person(county: County) -> None:
    case_id = opened(county)
    certificate(county, case_id, "issue", "bare", number="监〔2026〕1号", valid_to="2029-03-01")
    entry = next(row for row in listed(county, "officers") if row["person"] == "无证监督")
    assert (entry["certificate"], entry["status"], entry["valid_to"]) == (
        "监〔2026〕1号", "有效", "2029-03-01",
    )  # fmt: skip
    with pytest.raises(Invalid, match="certificate_of_another"):
        certificate(county, case_id, "issue", "sup2", number="监〔2026〕1号")
    certificate(county, case_id, "cancel", "bare", number="监〔2026〕1号")
    for action in ("restore", "issue"):
        with pytest.raises(Invalid, match="certificate_is_cancelled"):
            certificate(county, case_id, action, "bare", number="监〔2026〕1号")
    sound(county)


def test_a_case_names_only_people_of_its_own_bodies(county: County) -> None:
    with pytest.raises(Broken, match="target_not_of_case"):
        certificate(county, opened(county), "suspend", "traffic")
    with pytest.raises(Broken, match="no_such_certificate"):
        certificate(county, opened(county), "suspend", "bare")
    with pytest.raises(Broken, match="unknown_action"):
        certificate(county, opened(county), "shred")


def test_an_auxiliary_is_registered_and_has_no_task_of_enforcement_from_then_on(
    county: County,
) -> None:
    held = verifying(county)
    case_id = opened(county)
    done = perform(
        county, case_id, "auxiliary", action="register", person=county.people["sup1"],
        body="legal_office", post="窗口", reason="聘用",
    )  # fmt: skip
    assert done == {"auxiliary": True, "released": 1}
    assert task(county, held, "verify").assignee_id is None
    assert [row["status"] for row in listed(county, "auxiliaries")] == ["在岗"]
    perform(county, case_id, "auxiliary", action="end", person=county.people["sup1"], reason="离职")
    assert [row["status"] for row in listed(county, "auxiliaries")] == ["已退出"]
    sound(county)


# --- The end of a body ------------------------------------------------------------------------


def delegated(county: County) -> int:
    """A delegation of the market authority that waits for its end."""
    done = perform(
        county, opened(county, "traffic"), "open_case", process="delegated", matter="委托",
        handling=county.bodies["market"], township=county.bodies["traffic"],
    )  # fmt: skip
    return int(done["case"])


def answering(county: County) -> int:
    """A case about the market authority, whose head has the answer in hand."""
    case_id = opened(county)
    with county.office.begin(county.actor("intake")) as work:
        tasks.claim(work, task(county, case_id, "handle").id)
        tasks.complete(work, task_store.open_of_case(work.session, case_id)[0].id, {})
    with county.office.begin(county.actor("market")) as work:
        tasks.claim(work, task(county, case_id, "answer").id)
    return case_id


def ended(county: County, successor: str = "traffic"):
    return perform(
        county, opened(county), "end_body", body="subject", successor=county.bodies[successor],
        reason="机构改革",
    )  # fmt: skip


def test_a_cancelled_body_hands_its_tasks_over_and_its_delegations_end(county: County) -> None:
    answer, delegation = answering(county), delegated(county)
    done = ended(county)
    assert done["people"] == 3
    assert len(done["cases"]) == 2
    with county.office.read(COMMAND_LINE) as work:
        there = cases.get(work.session, delegation)
        assert there is not None
        assert done["terminations"] == [there.number]
        assert there.data["end_kind"] == "body_changed"
        assert there.slots["handling"] == county.bodies["traffic"]
        closed = bodies.body(work.session, county.bodies["market"])
        assert closed is not None
        assert not closed.active
        units = bodies.every_body(work.session)
        assert not any(one.active for one in units if one.parent_id == closed.id)
        assert people.members(work.session, [closed.id, county.bodies["market_unit"]]) == []
    for case_id, element in ((answer, "answer"), (delegation, "approve")):
        moved = task(county, case_id, element)
        assert (moved.body_id, moved.assignee_id) == (county.bodies["traffic"], None)
        with county.office.begin(county.actor("traffic")) as work:
            tasks.claim(work, moved.id)
    names = {row["name"]: row["status"] for row in listed(county, "enforcement_bodies")}
    assert names == {"市场监督管理局": "已取消", "交通运输局": "有效"}
    sound(county)


def test_a_body_ends_only_with_one_that_takes_over_and_only_one_of_the_case(
    county: County,
) -> None:
    with pytest.raises(Broken, match="successor_needed"):
        ended(county, "market_unit")
    with pytest.raises(Broken, match="body_cannot_end"):
        perform(
            county, opened(county), "end_body", body="legal_office",
            successor=county.bodies["traffic"], reason="改革",
        )  # fmt: skip
    with pytest.raises(Broken, match="target_not_of_case"):
        perform(
            county, opened(county), "end_body", body=county.bodies["traffic"],
            successor=county.bodies["market"], reason="改革",
        )  # fmt: skip


# --- Messages, texts, repeats -----------------------------------------------------------------


def test_a_case_tells_the_one_that_opened_it_and_both_chains_say_so(county: County) -> None:
    delegation = delegated(county)
    done = perform(
        county, delegation, "open_case", process="paperwork", subject_matter="另案",
        subject=county.bodies["traffic"],
    )  # fmt: skip
    told = perform(
        county, done["case"], "send_to", message="request_termination", end_reasons="依据废止"
    )
    with county.office.read(COMMAND_LINE) as work:
        there = cases.get(work.session, delegation)
    assert there is not None
    assert told == {"sent": True, "number": there.number}
    assert there.data["end_reasons"] == "依据废止"
    assert task(county, delegation, "approve").body_id == county.bodies["market"]
    with county.office.read(COMMAND_LINE) as work:
        chain = [entry.act for entry in audit.entries(work.session, delegation)]
    assert Act.MESSAGE_RECEIVED in chain
    again = perform(county, done["case"], "send_to", message="request_termination")
    assert again == {"sent": False, "number": there.number}
    sound(county)


def test_a_case_nobody_opened_tells_nobody_and_one_not_linked_is_refused(county: County) -> None:
    case_id, other = opened(county), opened(county)
    told = perform(county, case_id, "send_to", message="request_termination")
    assert told == {"sent": False, "number": ""}
    with pytest.raises(Broken, match="case_not_linked"):
        perform(county, case_id, "send_to", message="request_termination", case=other)


def test_what_was_taken_down_says_why_and_no_more(county: County) -> None:
    case_id = opened(county)
    made = perform(county, case_id, "publish", title="公示乱收费", subject_matter="某事")
    done = perform(
        county, case_id, "unpublish", title="公示乱收费", reason="决定已撤销，电话13987654321"
    )
    assert done == {"withdrawn": 1, "withdrawn_on": "2026-03-02"}
    with county.office.read(COMMAND_LINE) as work:
        assert publications.public(work).rows == ()
        left = publications.public_text(work, made["publication"])
    assert (left.row.title, left.facts, left.paragraphs) == ("", (), ())
    assert left.withdrawn_because == "决定已撤销，电话＊＊＊"
    again = perform(county, case_id, "unpublish", title="公示乱收费", reason="再次")
    assert again["withdrawn"] == 0
    with pytest.raises(Broken, match="nothing_published"):
        perform(county, case_id, "unpublish", title="没有的", reason="决定已撤销")


def planned(county: County, body: str, begins: str, ends: str) -> None:
    perform(
        county, opened(county, body), "register", register="inspection_plans", handling="subject",
        item="消防检查", enterprises="甲公司 91532529MA6K0001XA\n乙公司", begins_on=begins,
        ends_on=ends, year=2026, status="已备案",
    )  # fmt: skip


def test_plans_for_the_same_enterprise_item_and_time_are_found_whoever_made_them(
    county: County,
) -> None:
    planned(county, "market", "2026-03-01", "2026-05-31")
    planned(county, "traffic", "2026-09-01", "2026-09-30")

    def asked(begins: str, ends: str, enterprises: str = "丙公司\n甲（更名）91532529ma6k0001xa"):
        return perform(
            county, opened(county), "overlaps", register="inspection_plans", item="消防检查",
            enterprises=enterprises, begins=begins, ends=ends,
        )  # fmt: skip

    found = asked("2026-05-31", "2026-10-31")
    assert (found["count"], found["other"], found["upper"]) == (2, 2, 0)
    assert asked("2026-06-01", "2026-08-31")["count"] == 0
    assert asked("2026-05-01", "2026-05-02", "丙公司")["count"] == 0
    assert asked("2026-05-01", "2026-05-02", "乙公司")["count"] == 1
    with pytest.raises(Broken, match="column_not_indexed"):
        perform(county, opened(county), "overlaps", register="inspection_plans", result="x")


def test_entries_that_follow_a_table_are_mended_when_they_differ(county: County) -> None:
    with county.office.begin(COMMAND_LINE) as work:
        held = people.facts(work.session, [county.people["sup1"]])[county.people["sup1"]]
        values = {**vars(held.certificates[0]), "status": "cancelled"}
        number = values.pop("number")
        people.put_certificate(work.session, number, person_id=held.id, **values)
    report = verification.county(county.office, county.actor("admin"))
    assert [one.subject for one in report.differences] == ["officers C-sup1"]
    report = verification.county(county.office, county.actor("admin"), repair=True)
    assert report.differences == ()
    with county.office.read(COMMAND_LINE) as work:
        assert list(ledgers.differences(work)) == []
