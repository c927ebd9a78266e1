"""A complaint from intake to the county government's decision, each person at a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.hands import Hands

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

MARKET = "红河县市场监督管理局"


def test_a_complaint_that_is_not_rectified_is_decided_by_the_county_government(
    hands: Hands,
) -> None:
    number = hands.start(
        "intake1",
        "complaint",
        received_on="2026-03-02",
        subject=MARKET,
        identity="named",
        complainant_name="举报人甲",
    )

    def do(login: str, element: str, **typed: object) -> None:
        hands.do(login, number, "complaint", element, **typed)

    do("intake1", "screen", screening="accept", duplicate_check="no", remedy_open="no")
    do("legal_office_head", "assign", verifiers=["supervisor1", "supervisor2"])
    do("supervisor1", "notify_department")
    do("supervisor2", "investigate")
    do("scj.enf_unit_head", "statement")
    do("supervisor1", "verify", finding="improper")
    do("supervisor2", "cosign")
    do("legal_office_head", "approve_report")
    do("supervisor1", "draft_proposal")
    do("legal_office_head", "sign_proposal")

    # The department does nothing: the clock reminds, urges, and takes it to the legal office.
    department = hands.at("scj.enf_unit_head")
    clock = hands.at("administrator")
    clock.goto("/inbox")
    clock.click(".simulated button[value='20']")
    clock.wait_for_load_state()
    clock.click(".simulated button[value='5']")
    clock.wait_for_load_state()
    expect(clock.locator(".simulated")).to_contain_text("2026-")
    _eventually_has(hands, "supervisor1", number)
    department.goto("/notifications")
    expect(department.locator("main")).to_contain_text(number)
    assert "举报人甲" not in department.content()

    do("supervisor1", "draft_request")
    do("legal_office_head", "approve_request")
    do("gov_office1", "gov_receive")
    do("county_leader1", "gov_decide", gov_measures=["correct"])
    do("scj.enf_unit_head", "execute")
    do("supervisor2", "check_execution")
    do("intake1", "write_result")
    do("intake1", "follow_up")
    do("legal_archivist", "file_case")

    page = hands.at("legal_office_head")
    page.goto("/search?q=" + number)
    row = page.locator("tr.row-item", has_text=number)
    expect(row).to_contain_text("已办结")
    row.locator("a.open").click()
    expect(page.locator("main")).to_contain_text("行政执法监督决定书")


def _eventually_has(hands: Hands, login: str, number: str) -> None:
    """The worker moves the case within its own time."""
    page = hands.at(login)
    for _ in range(40):
        for tab in ("todo", "pool"):
            page.goto(f"/inbox?tab={tab}")
            if page.locator("tr.row-item", has_text=number).count():
                return
        page.wait_for_timeout(500)
    raise AssertionError(f"{number} never reached {login}")
