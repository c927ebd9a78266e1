"""Somebody at the canvas of a procedure, in a real browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.web.test_in_a_browser import Visit


@dataclass
class Canvas:
    """The canvas as somebody uses it."""

    visit: Visit
    page: Page

    @classmethod
    def visiting(
        cls, chromium: Browser, address: str, login: str = "legal_head", **more: Any
    ) -> Canvas:
        """Somebody who manages procedures, signed in."""
        visit = Visit(chromium, address, more.pop("width", 1440), **more)
        return cls(visit, visit.sign_in(login))

    @classmethod
    def begun(cls, chromium: Browser, address: str, process: str, **more: Any) -> Canvas:
        """The draft of a new procedure: a start, a step and an end in one lane."""
        canvas = cls.visiting(chromium, address, **more)
        canvas.begin(process)
        return canvas

    def begin(self, process: str) -> None:
        page = self.page
        page.goto("/diagrams")
        page.fill("[name=process]", process)
        page.fill("[name=name]", "小流程")
        page.locator("form[action='/diagrams'] button").click()
        page.wait_for_url(f"**/diagrams/{process}")
        self.draw(process)

    def draw(self, process: str) -> None:
        self.page.goto(f"/diagrams/{process}/draw")
        expect(self.page.locator("[data-modeler]")).to_have_attribute("data-ready", "yes")

    def choose(self, id: str) -> None:
        hit = f"[data-modeler-canvas] [data-element-id='{id}'] > .djs-visual"
        # Nothing of the frame lies over the canvas at the top of the page.
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.locator(hit).first.click(position={"x": 8, "y": 12}, force=True)
        expect(self.page.locator("[data-modeler-said]")).not_to_be_empty()

    def chosen(self) -> str:
        """The id of the element the panel shows."""
        return self.page.get_by_label("编号", exact=True).input_value()

    def field(self, label: str, text: str) -> None:
        """Fill in a row of the panel and leave it."""
        row = self.page.locator("[data-modeler-panel]").get_by_label(label, exact=True).first
        row.fill(text)
        row.press("Tab")

    def open(self, group: str) -> None:
        """Open a group of the panel."""
        details = self.page.locator("[data-modeler-panel] details.mp-group", has_text=group).first
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()

    def settled(self) -> None:
        """Everything is saved."""
        self.page.keyboard.press("Control+s")
        told = self.page.locator("[data-modeler-saved]")
        expect(told).to_have_attribute("data-state", "saved.as")

    def draft(self, process: str) -> str:
        """The diagram as the server has it."""
        answer = self.page.request.get(f"/diagrams/{process}/design")
        return str(answer.json()["xml"])
