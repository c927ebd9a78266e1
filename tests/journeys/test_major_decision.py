"""A major decision from its draft to its service, each person at a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.hands import Hands

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]


def test_a_draft_passes_review_is_urged_when_late_decided_and_served(hands: Hands) -> None:
    number = hands.start(
        "scj.case_lead",
        "major_decision",
        penalty_kinds=["fine"],
        party_kind="organisation",
        fine_amount="3000",
        major_reasons=["significant_rights"],
        lead="scj.case_lead",
        assistants=["scj.case_assistant"],
    )

    def do(login: str, element: str, **typed: object) -> None:
        hands.do(login, number, "major_decision", element, **typed)

    do("scj.enf_unit_head", "submit")
    do("scj.legal_head", "check_completeness")
    do("scj.legal_head", "assign_reviewer", reviewer="scj.legal_reviewer")

    # Nobody reviews: five working days and one more later the department hears of it.
    clock = hands.at("administrator")
    clock.goto("/inbox")
    clock.click(".simulated button[value='20']")
    clock.wait_for_load_state()
    reviewer = hands.at("scj.legal_reviewer")
    hands.eventually("scj.legal_reviewer", "/notifications", number)
    reviewer.goto("/inbox")
    expect(reviewer.locator("tr.row-item", has_text=number)).to_contain_text("超期")

    do("scj.legal_reviewer", "review", opinion="agree")
    do("scj.legal_head", "sign_opinion")
    do("scj.case_lead", "finalise")
    do("scj.dept_head", "decide", decision="issue")
    do("scj.case_lead", "serve")

    page = hands.at("scj.dept_head")
    page.goto("/search?q=" + number)
    row = page.locator("tr.row-item", has_text=number)
    expect(row).to_contain_text("已办结")
    row.locator("a.open").click()
    page.click("nav a[href$='/documents']")
    expect(page.locator("main")).to_contain_text("行政执法决定书")


def test_a_draft_edited_after_its_pass_goes_back_to_review(hands: Hands) -> None:
    number = hands.start(
        "scj.case_lead",
        "major_decision",
        penalty_kinds=["fine"],
        party_kind="organisation",
        fine_amount="3000",
        major_reasons=["significant_rights"],
        lead="scj.case_lead",
        assistants=["scj.case_assistant"],
    )
    for login, element in (
        ("scj.enf_unit_head", "submit"),
        ("scj.legal_head", "check_completeness"),
        ("scj.legal_head", "assign_reviewer"),
        ("scj.legal_reviewer", "review"),
        ("scj.legal_head", "sign_opinion"),
    ):
        hands.do(login, number, "major_decision", element)
    hands.do("scj.case_lead", number, "major_decision", "finalise", draft_text="审核以后又改了。")
    hands.open("scj.enf_unit_head", number, "提请法制审核")
    with pytest.raises(AssertionError):
        hands.open("scj.dept_head", number, "作出决定")
