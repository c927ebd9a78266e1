"""A site with the browser's own pages of procedures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import waitress
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.conftest import Site
from tests.web.test_in_a_browser import Visit


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """Where the site is served."""
    server = waitress.create_server(site.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@dataclass
class Canvas:
    """The page of the modeler as somebody sees it."""

    visit: Visit
    page: Page

    @classmethod
    def opened(
        cls, chromium: Browser, address: str, process: str, login: str = "legal_office_head", **more: Any
    ) -> Canvas:
        """Opens (or begins) the draft of a procedure and its canvas."""
        visit = Visit(chromium, address, 1440, **more)
        page = visit.sign_in(login)
        page.goto(f"/diagrams/{process}")
        draft = page.locator("form[action$='/drafts'] button")
        if draft.count():
            draft.click()
            page.wait_for_load_state()
        canvas = cls(visit, page)
        canvas.draw(process)
        return canvas

    def draw(self, process: str) -> None:
        self.page.goto(f"/diagrams/{process}/draw")
        expect(self.page.locator("[data-modeler]")).to_have_attribute("data-ready", "yes")

    def element(self, id: str) -> Locator:
        return self.page.locator(f"[data-modeler-canvas] [data-element-id='{id}'] .djs-hit").first

    def choose(self, id: str) -> None:
        self.element(id).click()

    def saved(self) -> None:
        expect(self.page.locator("[data-modeler-saved]")).to_contain_text("已保存")
