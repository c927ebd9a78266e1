"""Pages around running cases, proof, trials and heat of a procedure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.conftest import Site


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build()


def test_the_pages_of_a_published_procedure_open_in_both_languages(site: Site) -> None:
    browser = site.browser("legal_head")
    for page in ("proof", "try", "heat", "upgrade"):
        browser.open(f"/diagrams/inquiry/{page}")
        assert browser.status == 200, (page, browser.words[:300])
    browser.open("/progress")
    assert browser.status == 200
    stranger = site.browser("intake1")
    for page in ("proof", "try", "heat", "upgrade"):
        stranger.open(f"/diagrams/inquiry/{page}")
        assert stranger.status == 403, page
