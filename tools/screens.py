"""Writes docs/screens: real pages of a demo county, in both languages. ``make screens``."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import waitress
from playwright.sync_api import Browser, Page, sync_playwright

from engine.office import Office
from tests.journeys.hands import Hands
from tools import screen_county
from web import create_app

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screens"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"]
DESK, TALL, PHONE = (1440, 900), (1440, 1200), (360, 740)
LARGEST = 300_000
LANGUAGES = {"zh": "zh_CN", "en": "en"}

Show = Callable[[Hands, dict[str, int]], Page]


@dataclass(frozen=True)
class Picture:
    """One picture: who looks at what, and how large the window is."""

    name: str
    login: str
    show: Show
    size: tuple[int, int] = DESK


def main(names: list[str]) -> int:
    """Write every picture, or those named; exit 1 if one is too large for a repository."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if picture.name in names or not names]
    with tempfile.TemporaryDirectory() as home, screen_county.opened(Path(home)) as (office, clock):
        found = screen_county.play(office, clock)
        with _served(office) as address, _chromium() as browser:
            hands = Hands(browser, address, office, screen_county.PASSWORD)
            for suffix, language in LANGUAGES.items():
                for picture in wanted:
                    _take(hands, found, picture, language, suffix)
            complaints = hands.complaints
    large = [path.name for path in FOLDER.glob("*.png") if path.stat().st_size > LARGEST]
    for told in (*complaints, *(f"larger than {LARGEST} bytes: {name}" for name in large)):
        print(told, file=sys.stderr)
    return 1 if complaints or large else 0


def _take(
    hands: Hands, found: dict[str, int], picture: Picture, language: str, suffix: str
) -> None:
    page = hands.at(picture.login)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    _speak(page, language)
    width, height = picture.size
    page.set_viewport_size({"width": width, "height": height})
    page = picture.show(hands, found)
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    path = FOLDER / f"{picture.name}-{suffix}.png"
    page.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(FOLDER.parent.parent)}  {path.stat().st_size // 1024} KB", flush=True)


def _speak(page: Page, language: str) -> None:
    """Choose the language the way a person does."""
    page.goto("/inbox")
    if page.locator("html").get_attribute("lang") == language.replace("_", "-"):
        return
    page.locator(".topbar details.menu > summary").click()
    page.locator(f"button[name=language][value={language}]").click()
    page.wait_for_load_state("networkidle")


# --- What is looked at ------------------------------------------------------------------------


def _at(login: str, address: str, scroll: str = "") -> Show:
    def show(hands: Hands, found: dict[str, int]) -> Page:
        page = hands.at(login)
        page.goto(address.format(**found))
        if scroll:
            page.locator(scroll).first.evaluate("one => one.scrollIntoView()")
        return page

    return show


def _task(hands: Hands, found: dict[str, int]) -> Page:
    """A task that is overdue, its form begun."""
    page = _overdue(hands)
    page.locator("[data-field=report_facts] textarea").fill(screen_county.TEXTS["report_facts"])
    page.wait_for_load_state("networkidle")
    return page


def _task_on_a_phone(hands: Hands, found: dict[str, int]) -> Page:
    """The same, scrolled to the field that is being filled in."""
    page = _task(hands, found)
    page.locator("[data-field=report_facts]").evaluate(
        "one => window.scrollBy(0, one.getBoundingClientRect().top - 24)"
    )
    return page


def _diagram(hands: Hands, found: dict[str, int]) -> Page:
    """Where the case stands, from a little further away."""
    page = hands.at("supervisor1")
    page.goto(f"/cases/{found['late']}/path")
    page.locator(".diagram svg .djs-element").first.wait_for()
    for _ in range(2):
        page.click("[data-diagram-do=out]")
    return page


def _verified(hands: Hands, found: dict[str, int]) -> Page:
    """The audit, just verified."""
    page = hands.at("administrator")
    page.goto("/audit")
    page.click("main .btn-primary")
    return page


def _overdue(hands: Hands) -> Page:
    """The task that should have been done, opened from the inbox."""
    page = hands.at("supervisor1")
    page.goto("/inbox")
    page.locator("tr.row-item", has_text=screen_county.TITLES["report"]).first.locator(
        "a.open"
    ).click()
    page.wait_for_url("**/tasks/*")
    return page


def _verbs(hands: Hands, found: dict[str, int]) -> Page:
    """What else may be done with a task, and what not and why."""
    page = _overdue(hands)
    page.locator(".verbs summary").first.click()
    page.locator(".verbs").evaluate("one => one.closest('section').scrollIntoView()")
    return page


def _drawing(hands: Hands, found: dict[str, int]) -> Page:
    """A draft on the canvas, a step of it chosen."""
    page = hands.at("legal_office_head")
    page.goto("/diagrams/suggestion")
    begin = page.locator("form[action$='/drafts'] button")
    if begin.count():
        begin.click()
        page.wait_for_load_state()
    page.goto("/diagrams/suggestion/draw")
    page.locator("[data-modeler][data-ready=yes]").wait_for()
    page.locator(".modeler").evaluate("one => one.scrollIntoView()")
    page.locator("[data-modeler-findings] .finding-line").first.click()
    return page


def _drawn_as_a_table(hands: Hands, found: dict[str, int]) -> Page:
    """The same draft, step by step."""
    page = _drawing(hands, found)
    page.click("[data-modeler-tab=table]")
    page.locator(".modeler").evaluate("one => one.scrollIntoView()")
    return page


PICTURES = (
    Picture("inbox", "supervisor1", _at("supervisor1", "/inbox")),
    Picture("task", "supervisor1", _task),
    Picture("draw", "legal_office_head", _drawing, TALL),
    Picture("draw-table", "legal_office_head", _drawn_as_a_table, TALL),
    Picture("why-this-date", "supervisor1", _at("supervisor1", "/deadlines/{rectify}"), TALL),
    Picture("diagram", "supervisor1", _diagram, TALL),
    Picture("case", "supervisor1", _at("supervisor1", "/cases/{late}")),
    Picture("case-timeline", "supervisor1", _at("supervisor1", "/cases/{late}/timeline")),
    Picture("case-files", "supervisor1", _at("supervisor1", "/cases/{late}/files")),
    Picture("case-documents", "supervisor1", _at("supervisor1", "/cases/{late}/documents")),
    Picture("case-deadlines", "supervisor1", _at("supervisor1", "/cases/{late}/deadlines")),
    Picture("case-people", "supervisor1", _at("supervisor1", "/cases/{late}/people")),
    Picture("case-audit", "legal_office_head", _at("legal_office_head", "/cases/{late}/audit")),
    Picture("start", "intake1", _at("intake1", "/start")),
    Picture("start-form", "intake1", _at("intake1", "/start/complaint")),
    Picture("search", "legal_office_head", _at("legal_office_head", "/search?q=收费")),
    Picture("registers", "legal_office_head", _at("legal_office_head", "/registers")),
    Picture("register", "legal_office_head", _at("legal_office_head", "/registers/complaints")),
    Picture("public", "legal_office_head", _at("legal_office_head", "/public")),
    Picture("incidents", "administrator", _at("administrator", "/incidents")),
    Picture("audit", "administrator", _verified),
    Picture("procedures", "administrator", _at("administrator", "/admin")),
    Picture("task-verbs", "supervisor1", _verbs, TALL),
    Picture("opinion", "supervisor2", _at("supervisor2", "/opinions/{opinion}")),
    Picture("case-talk", "supervisor1", _at("supervisor1", "/cases/{report}/talk"), TALL),
    Picture("absences", "legal_office_head", _at("legal_office_head", "/absences")),
    Picture("notices-by", "supervisor1", _at("supervisor1", "/me/notices"), TALL),
    Picture("handover", "legal_office_head", _at("legal_office_head", "/handovers"), TALL),
    Picture("inbox-deputy", "supervisor4", _at("supervisor4", "/inbox")),
    Picture(
        "handover-result", "legal_office_head", _at("legal_office_head", "/handovers/{handover}")
    ),
    Picture("inbox-phone", "supervisor1", _at("supervisor1", "/inbox"), PHONE),
    Picture("task-phone", "supervisor1", _task_on_a_phone, PHONE),
)


# --- The county at work -----------------------------------------------------------------------


@contextmanager
def _served(office: Office) -> Iterator[str]:
    server = waitress.create_server(create_app(office), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(5)


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
