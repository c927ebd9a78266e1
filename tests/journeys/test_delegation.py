"""A delegation from the route question to its registration and its first late sample."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.hands import Hands

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

TOWNSHIP = {"township": "yisa"}


def test_a_delegation_is_signed_published_filed_and_sampled(hands: Hands) -> None:
    number = hands.start("scj.enf_unit_head", "delegation", powers=["inspection"], **TOWNSHIP)

    def do(login: str, element: str, **typed: object) -> None:
        hands.do(login, number, "delegation", element, **typed)

    do("yisa.enf_unit_head", "state_capacity")
    refused = hands.refused(
        "scj.enf_unit_head",
        number,
        "delegation",
        "draft_agreement",
        powers=["inspection", "seizure"],
        begins_on="2026-04-01",
        ends_on="2027-03-31",
    )
    assert "行政强制法" in refused
    page = hands.at("scj.enf_unit_head")
    page.locator("input[name='powers'][value='seizure']").uncheck()
    page.click(".form-actions .btn-primary")
    page.wait_for_url("**/inbox*")
    do("scj.legal_reviewer", "review_legality")
    do("scj.dept_head", "sign_department")
    do("yisa.dept_head", "sign_township")
    do("scj.publisher", "publish_department")
    do("yisa.publisher", "publish_township")
    do("scj.enf_unit_head", "submit_filing")
    do("filing_reviewer1", "review_filing")
    do("legal_office_head", "sign_filing")

    page = hands.at("filing_reviewer1")
    page.goto("/registers/delegations")
    expect(page.locator("main")).to_contain_text(number)
    page.goto("/public")
    expect(page.locator("main")).to_contain_text("委托")

    # A quarter later the sample is due; nobody draws it, and the clock says so.
    clock = hands.at("administrator")
    clock.goto("/inbox")
    for _ in range(5):
        clock.click(".simulated button[value='20']")
        clock.wait_for_load_state()
    hands.eventually("filing_reviewer1", "/inbox?tab=pool", number)
    expect(page.locator("tr.row-item", has_text=number).first).to_contain_text("超期")
    hands.eventually("filing_reviewer1", "/notifications", number)
