"""Procedures are drawn, described and saved in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.web.modeler.conftest import Canvas

pytestmark = pytest.mark.journey


def test_a_property_is_changed_saved_and_taken_back_as_one_step(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.opened(chromium, address, "inquiry")
    page = canvas.page
    page.screenshot(path="/tmp/duban/mod/a.png", full_page=True)
    print(canvas.visit.complaints)
    print(page.evaluate("[...document.querySelector('[data-modeler]').untranslated]"))
    print(canvas.visit.faults())
