"""Comments with mentions, copies, reminders, following: nobody learns what is not theirs."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import (
    access,
    audit,
    cases,
    comments,
    copies,
    inbox,
    notifications,
    reminders,
    tasks,
)
from engine.store.cases import CaseRow
from engine.values.inbox_pages import InboxQuery, Tab
from engine.work import Work
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, page, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


def case_row(work: Work, case_id: int) -> CaseRow:
    return access.visible_case(work, case_id)


def told(county: County, who: str) -> list[str]:
    with county.office.read(county.actor(who)) as work:
        return [row.titles["zh_CN"] for row in notifications.mine(work).rows]


def test_who_is_mentioned_is_told_and_reads_the_comment_on_the_case(county: County) -> None:
    case_id = begun(county)
    with county.office.begin(county.actor("sup1")) as work:
        comments.write(work, case_id, "请 @监督二 看附件三", [county.people["head"]])
    assert told(county, "sup2")[0].startswith("有人提到您")
    assert told(county, "head")[0].startswith("有人提到您")
    with county.office.read(county.actor("sup2")) as work:
        found = comments.of_case(work, case_row(work, case_id))
    assert [(one.by, one.text, set(one.mentions)) for one in found] == [
        ("监督一", "请 @监督二 看附件三", {"监督二", "局长"})
    ]


def test_a_mention_gives_nobody_sight_of_a_case(county: County) -> None:
    case_id = begun(county)
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        comments.write(work, case_id, "请看", [county.people["traffic"]])
    assert refused.value.facts["name"] == "交通局长"
    assert told(county, "traffic") == []
    with county.office.begin(county.actor("traffic")) as work, pytest.raises(NotFound):
        comments.write(work, case_id, "我也看看")


def test_a_comment_never_names_who_complained(county: County) -> None:
    case_id = begun(county, complainant="王某某", subject=county.bodies["traffic"])
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Invalid) as wrong:
        comments.write(work, case_id, "王某某又来电话了")
    assert wrong.value.fields["text"].code == "would_disclose"


def test_a_withdrawn_comment_is_shown_no_more_but_the_record_stays(county: County) -> None:
    case_id = begun(county)
    with county.office.begin(county.actor("sup1")) as work:
        comments.write(work, case_id, "写错了")
        made = comments.of_case(work, case_row(work, case_id))[0].id
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(NotFound):
        comments.withdraw(work, made)
    with county.office.begin(county.actor("sup1")) as work:
        comments.withdraw(work, made)
        assert comments.of_case(work, case_row(work, case_id))[0].text == ""
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Conflict):
        comments.withdraw(work, made)
    with county.office.read(county.actor("sup1")) as work:
        assert [one.act for one in audit.entries(work, case_id)][-2:] == [
            "comment_added",
            "comment_withdrawn",
        ]


def test_a_copy_lets_read_and_nothing_else(county: County) -> None:
    case_id = begun(county, complainant="王某某", subject=county.bodies["market"])
    with county.office.read(county.actor("unit")) as work, pytest.raises(NotFound):
        cases.page(work, case_id)
    with county.office.begin(county.actor("head")) as work, pytest.raises(Forbidden):
        copies.send(work, case_id, [county.people["traffic"]])
    with county.office.begin(county.actor("intake")) as work:
        copies.send(work, case_id, [county.people["bare"]], "请知悉")
    with county.office.read(county.actor("bare")) as work:
        listed = inbox.page(work, InboxQuery(Tab.COPIED))
        assert [(row.case.id, row.assignee, row.unread) for row in listed.rows] == [
            (case_id, "受理甲", True)
        ]
        assert listed.counts[Tab.COPIED] == 1
        assert "complainant" not in {one.field.id for one in cases.page(work, case_id).facts}
    with county.office.begin(county.actor("bare")) as work:
        copies.mark_read(work, case_id)
    with county.office.read(county.actor("bare")) as work:
        assert inbox.page(work, InboxQuery(Tab.COPIED)).counts[Tab.COPIED] == 0


def test_a_copy_is_taken_back_until_it_is_read(county: County) -> None:
    case_id = begun(county)
    with county.office.begin(county.actor("intake")) as work:
        copies.send(work, case_id, [county.people["sup1"], county.people["sup2"]])
        first, second = copies.of_case(work, case_row(work, case_id))
    with county.office.begin(county.actor("sup2")) as work:
        copies.mark_read(work, case_id)
    with county.office.begin(county.actor("intake")) as work:
        copies.withdraw(work, first.id)
        assert [one.to for one in copies.of_case(work, case_row(work, case_id))] == ["监督二"]
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Conflict):
        copies.withdraw(work, second.id)
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Conflict):
        copies.send(work, case_id, [county.people["sup2"]])


def test_a_reminder_reaches_whoever_has_the_task_once_a_day(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("intake")) as work:
        assert reminders.remind(work, row.id) == 4, "everybody who could take it"
    assert page(county, row, "intake").may["remind"].code == "reminded_today"
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        reminders.remind(work, row.id)
    county.at("2026-03-03 09:00")
    with county.office.begin(county.actor("intake")) as work:
        assert reminders.remind(work, row.id) == 1
    assert told(county, "sup1")[0].startswith("催办")
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        reminders.remind(work, row.id)
    assert refused.value.code == "task_yours"


def test_following_is_on_the_record_and_nobody_elses_business(county: County) -> None:
    case_id = begun(county)
    for verb in (cases.follow, cases.follow, cases.unfollow):
        with county.office.begin(county.actor("sup1")) as work:
            verb(work, case_id)
    with county.office.read(county.actor("sup2")) as work:
        acts = [one.act for one in audit.entries(work, case_id)]
        shown = [row.code for row in cases.page(work, case_id).timeline]
    assert acts[-2:] == ["case_followed", "case_unfollowed"]
    assert "case_followed" not in shown


def test_a_task_is_unread_until_its_holder_opens_it(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("sup1")) as work:
        tasks.reassign(work, row.id, county.people["sup2"], "调岗")

    def unread() -> list[bool]:
        with county.office.read(county.actor("sup2")) as work:
            return [one.unread for one in inbox.page(work, InboxQuery()).rows]

    assert unread() == [True]
    with county.office.begin(county.actor("sup2")) as work:
        tasks.mark_seen(work, row.id)
    assert unread() == [False]


def test_who_was_only_sent_a_case_reminds_nobody(county: County) -> None:
    case_id = begun(county, subject=county.bodies["market"])
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("intake")) as work:
        copies.send(work, case_id, [county.people["deputy"]])
    with county.office.begin(county.actor("deputy")) as work, pytest.raises(Forbidden) as refused:
        reminders.remind(work, row.id)
    assert refused.value.code == "only_shown_the_case"
