"""A complaint from intake to the county government's decision, each person at a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.hands import Hands

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]


def test_a_complaint_that_is_not_rectified_is_decided_by_the_county_government(
    hands: Hands,
) -> None:
    number = hands.start(
        "intake1",
        "complaint",
        identity="named",
        complainant_name="举报人甲",
    )

    def do(login: str, element: str, **typed: object) -> None:
        hands.do(login, number, "complaint", element, **typed)

    do(
        "intake1",
        "screen",
        screening="accept",
        duplicate_check="no",
        subject="market",
        remedy_open="no",
    )
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
    for days in (20, 5, 1):
        clock.click(f".simulated button[value='{days}']")
        clock.wait_for_load_state()
    expect(clock.locator(".simulated")).to_contain_text("2026-")
    hands.eventually("supervisor1", "/inbox?tab=pool", number)
    department.goto("/notifications")
    expect(department.locator("main")).to_contain_text(number)
    assert "举报人甲" not in department.content()

    do("supervisor1", "draft_request")
    do("legal_office_head", "approve_request")
    do("gov_office1", "gov_receive")
    do("county_leader1", "gov_decide", gov_measures=["accountability"])
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
    page.click("nav a[href$='/documents']")
    expect(page.locator("main")).to_contain_text("行政执法监督决定书")
