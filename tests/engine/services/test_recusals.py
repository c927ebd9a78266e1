"""Recusal (R5): asked for, decided by its own procedure, and kept to by every door meanwhile."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Forbidden, Invalid
from engine.services import copies, definitions, recusal_pages, recusals, replacements, tasks
from engine.store import documents
from engine.store import recusals as store
from engine.values.recusal_pages import RecusalPage
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task
from tests.processes_shipped.walk import shipped


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    with county.office.begin(COMMAND_LINE) as work:
        definitions.keep(work, shipped("recusal.bpmn"), "test")


@pytest.fixture
def case_id(county: County) -> int:
    """A case in which sup1 and sup2 verify, and sup1 has begun."""
    found = started(county)
    named = [county.people["sup1"], county.people["sup2"]]
    complete(county, found, "assign", "head", verifiers=named)
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, task(county, found, "verify").id)
    return found


def ask(county: County, case_id: int, by: str = "intake", who: str = "sup1", kind="party") -> int:
    with county.office.begin(county.actor(by)) as work:
        other = recusals.request(
            work, case_id, county.people[who], kind, "与当事人有亲属关系", "某公司"
        )
        return other.id


def decide(county: County, other: int, decision: str, by: str = "head") -> None:
    complete(
        county,
        other,
        "decide_office",
        by,
        recusal_decision=decision,
        recusal_grounds="理由成立",
    )


def read(county: County, case_id: int, by: str = "head") -> RecusalPage:
    with county.office.read(county.actor(by)) as work:
        return recusal_pages.page(work, case_id)


def test_a_challenged_person_loses_what_they_have_in_hand_and_may_not_take_it_again(
    county: County, case_id: int
) -> None:
    ask(county, case_id)
    verify = task(county, case_id, "verify")
    assert verify.assignee_id is None
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        tasks.claim(work, verify.id)
    assert refused.value.code == "recusal_pending"
    assert refused.value.facts["rule"] == "R5"
    assert "第四十三条" in str(refused.value.facts["basis"])
    with pytest.raises(Forbidden, match="recusal_pending"):
        complete(county, case_id, "verify", "sup1", report="属实")


def test_the_case_goes_on_until_it_is_decided(county: County, case_id: int) -> None:
    ask(county, case_id)
    # Both are still the team: the investigation does not stop before the decision.
    complete(county, case_id, "verify", "sup2", report="属实")
    assert task(county, case_id, "rectify").status == "open"


def test_a_request_that_is_refused_leaves_everything_as_it_was(
    county: County, case_id: int
) -> None:
    decide(county, ask(county, case_id), "refuse")
    complete(county, case_id, "verify", "sup1", report="属实")
    (row,) = read(county, case_id).rows
    assert (row.status, row.decided_by, row.asked_by) == ("refused", "局长", "某公司")


def test_who_stays_out_is_replaced_by_somebody_fit(county: County, case_id: int) -> None:
    other = ask(county, case_id)
    decide(county, other, "grant")
    with pytest.raises(Forbidden, match="recused"):
        complete(county, case_id, "verify", "sup1", report="属实")
    with pytest.raises(Forbidden, match="too_few_officers"):
        complete(county, case_id, "verify", "sup2", report="属实")
    (row,) = read(county, case_id).rows
    offered = {choice.label: choice.verdict.code for choice in row.instead}
    assert row.named_in == ("核查人员",)
    assert offered["监督三"] == ""
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Forbidden):
        replacements.replace(work, case_id, row.id, county.people["sup3"])
    with county.office.begin(county.actor("head")) as work, pytest.raises(Invalid):
        replacements.replace(work, case_id, row.id, county.people["market"])
    with county.office.begin(county.actor("head")) as work:
        replacements.replace(work, case_id, row.id, county.people["sup3"])
    assert read(county, case_id).rows[0].replaced_by == "监督三"
    complete(county, case_id, "verify", "sup3", report="属实")


def test_the_decision_is_a_document_with_a_number(county: County, case_id: int) -> None:
    other = ask(county, case_id)
    decide(county, other, "grant")
    with county.office.read(COMMAND_LINE) as work:
        (found,) = documents.of_case(work.session, other)
    assert (found.type, found.recipient) == ("recusal_decision", "某公司")
    assert found.number.startswith("红司避〔2026〕1号")


def test_who_is_challenged_does_not_decide_about_it(county: County, case_id: int) -> None:
    other = ask(county, case_id, who="head", kind="officer")
    with county.office.read(county.actor("sup1")) as work:
        found = store.of_case(work.session, case_id)
    assert [one.decided_in for one in found] == [other]
    # About the head of the legal office the county decides, not the head.
    assert task(county, other, "decide_county").status == "open"


def test_who_asked_does_not_decide(county: County, case_id: int) -> None:
    other = ask(county, case_id, by="head", kind="officer")
    with pytest.raises(Forbidden, match="approver_applied"):
        decide(county, other, "grant")


def test_one_may_stand_back_oneself(county: County, case_id: int) -> None:
    with county.office.begin(county.actor("sup1")) as work:
        recusals.request(work, case_id, None, "self", "本人亲属为当事人")
    (row,) = read(county, case_id).rows
    assert (row.person, row.kind, row.status) == ("监督一", "self", "pending")


def test_a_person_is_challenged_once_at_a_time(county: County, case_id: int) -> None:
    other = ask(county, case_id)
    with pytest.raises(Conflict, match="recusal_stands"):
        ask(county, case_id)
    decide(county, other, "refuse")
    ask(county, case_id)


@pytest.mark.parametrize(
    ("who", "kind", "reason", "party", "field"),
    [
        ("traffic", "party", "理由", "某公司", "person"),
        (None, "party", "理由", "某公司", "person"),
        ("sup1", "party", " ", "某公司", "reason"),
        ("sup1", "party", "理由", " ", "party"),
        ("sup1", "", "理由", "某公司", "kind"),
    ],
)
def test_a_request_names_somebody_of_the_case_with_a_reason(
    county: County, case_id: int, who: str | None, kind: str, reason: str, party: str, field: str
) -> None:
    person = county.people[who] if who else None
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Invalid) as refused:
        recusals.request(work, case_id, person, kind, reason, party)
    assert set(refused.value.fields) == {field}


def test_in_a_case_that_decides_nobody_is_challenged_again(county: County, case_id: int) -> None:
    other = ask(county, case_id)
    with county.office.begin(county.actor("head")) as work, pytest.raises(Forbidden) as refused:
        recusals.request(work, other, county.people["head"], "officer", "理由")
    assert refused.value.code == "recusal_of_recusal"


def test_a_request_tells_the_deciding_body_nothing_of_who_complained(
    county: County, case_id: int
) -> None:
    for party, reason in (("王某", "有利害关系"), ("反映人", "与王某有利害关系")):
        with county.office.begin(county.actor("intake")) as work, pytest.raises(Invalid) as wrong:
            recusals.request(work, case_id, county.people["sup1"], "party", reason, party)
        assert [one.code for one in wrong.value.fields.values()] == ["would_disclose"]
    assert task(county, case_id, "verify").assignee_id == county.people["sup1"]


def test_who_was_only_sent_the_case_takes_nobody_out_of_it(county: County, case_id: int) -> None:
    complete(county, case_id, "verify", "sup1", report="属实")
    with county.office.begin(county.actor("market")) as work:
        copies.send(work, case_id, [county.people["unit"]])
    with county.office.begin(county.actor("unit")) as work, pytest.raises(Forbidden) as refused:
        recusals.request(work, case_id, county.people["sup1"], "officer", "有利害关系")
    assert refused.value.code == "only_shown_the_case"


def test_the_grounds_of_a_decision_do_not_name_who_complained(county: County, case_id: int) -> None:
    other = ask(county, case_id)
    with pytest.raises(Invalid) as refused:
        complete(
            county, other, "decide_office", "head",
            recusal_decision="refuse", recusal_grounds="王某与其并无亲属关系",
        )  # fmt: skip
    assert refused.value.fields["recusal_grounds"].code == "would_disclose"
