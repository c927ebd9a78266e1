"""People at real browsers, working through shipped procedures the way the screen offers them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    expect,
)

from engine.actor import COMMAND_LINE
from engine.office import Office
from engine.services import definitions
from engine.store import people
from engine.values.process import Field, FieldType, Form

Typed = Mapping[str, Any]

TEXTS = {
    FieldType.TEXT: "按要求填写",
    FieldType.LONG_TEXT: "情况属实，材料齐全，按规定办理。",
    FieldType.NUMBER: "1",
    FieldType.MONEY: "1000",
}


class Hands:
    """Everybody in the county, each at a browser of their own."""

    def __init__(self, chromium: Browser, address: str, office: Office, password: str) -> None:
        self._chromium, self._address = chromium, address
        self._office, self._password = office, password
        self._pages: dict[str, Page] = {}
        #: What a browser's console complained of.
        self.complaints: list[str] = []

    # --- Who

    def at(self, login: str) -> Page:
        """The page of somebody signed in."""
        if login not in self._pages:
            context: BrowserContext = self._chromium.new_context(
                viewport={"width": 1440, "height": 900}, base_url=self._address, locale="zh-CN"
            )
            page = context.new_page()
            page.on("console", self._hear)
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.goto("/sign-in")
            page.fill("#login", login)
            page.fill("#password", self._password)
            page.click("main .btn-primary")
            page.wait_for_url("**/inbox")
            self._pages[login] = page
        return self._pages[login]

    def person(self, login: str) -> int:
        with self._office.read(COMMAND_LINE) as work:
            found = people.person_by_login(work.session, login)
            assert found is not None, login
            return found.id

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    # --- What they do

    def start(self, login: str, process_id: str, **typed: Any) -> str:
        """Start a case from the list of procedures; its number, as the screen tells it."""
        page = self.at(login)
        page.goto("/start")
        page.click(f"a[href$='/start/{process_id}']")
        description = self._description(process_id)
        self._fill(page, description.forms[description.starts[0]], typed)
        self._send(page)
        told = page.locator("#toasts").inner_text()
        found = re.search(r"\S+〔\d{4}〕\d+号", told)
        assert found, told
        return found[0]

    def do(self, login: str, number: str, process_id: str, element: str, **typed: Any) -> None:
        """Find the task in the inbox or the pool, fill its form in and send it."""
        form = self._description(process_id).forms[element]
        page = self.open(login, number, form.name)
        self._fill(page, form, typed)
        self._send(page)

    def open(self, login: str, number: str, name: str) -> Page:
        """The page of a task, reached through the list it stands in."""
        page = self.at(login)
        for tab in ("todo", "pool"):
            page.goto(f"/inbox?tab={tab}")
            row = page.locator("tr.row-item", has_text=number).filter(has_text=name)
            if row.count():
                row.first.locator("a.open").click()
                page.wait_for_url("**/tasks/*")
                return page
        raise AssertionError(f"{login} has no “{name}” of {number}")

    def refused(self, login: str, number: str, process_id: str, element: str, **typed: Any) -> str:
        """Send a form that is not taken; what the page says at its top."""
        form = self._description(process_id).forms[element]
        page = self.open(login, number, form.name)
        self._fill(page, form, typed)
        page.click(".form-actions .btn-primary")
        expect(page.locator("#faults, .notice.bad").first).to_be_visible()
        return page.locator("#faults, .notice.bad").first.inner_text()

    # --- How

    def _description(self, process_id: str) -> Any:
        with self._office.read(COMMAND_LINE) as work:
            row = definitions.latest(work, process_id)
            return definitions.load(work, row.id).description

    def _send(self, page: Page) -> None:
        page.click(".form-actions .btn-primary")
        try:
            page.wait_for_url("**/inbox*", timeout=10_000)
        except Exception as error:
            said = page.locator("main").inner_text()[:1500]
            raise AssertionError(f"not taken: {said}") from error

    def _fill(self, page: Page, form: Form, typed: Typed) -> None:
        """Fields that an answer brings to light are filled in as they appear."""
        filled: set[str] = set()
        for _ in range(4):
            before = len(filled)
            for field in form.fields:
                if field.id in filled or field.readonly:
                    continue
                box = page.locator(f"[data-field='{field.id}']")
                if box.is_hidden() or not (field.required or field.id in typed):
                    continue
                _enter(page, box, field, typed.get(field.id), self)
                filled.add(field.id)
            if len(filled) == before:
                # What depends on an answer appears when the draft has been saved.
                if all(field.id in filled for field in form.fields if field.id in typed):
                    page.wait_for_timeout(50)
                    break
                page.wait_for_timeout(1_500)


def _enter(page: Page, box: Locator, field: Field, given: Any, hands: Hands) -> None:
    if field.type in (FieldType.CHOICE, FieldType.BODY, FieldType.PERSON):
        _choose(box, field, given, hands)
    elif field.type in (FieldType.MULTIPLE_CHOICE, FieldType.CHECKLIST, FieldType.PEOPLE):
        for value in _many(field, given, hands):
            box.locator(f"input[value='{value}']").check()
    elif field.type is FieldType.YES_NO_NOTE:
        box.locator(f"input[value='{given or 'yes'}']").check()
    elif field.type is FieldType.LEGAL_ARTICLE:
        box.locator(f"[name='{field.id}.law']").first.fill("行政处罚法")
        box.locator(f"[name='{field.id}.article']").first.fill("第五十七条")
    elif field.type is FieldType.FILE:
        file = FilePayload(name="材料.txt", mimeType="text/plain", buffer="材料正文".encode())
        box.locator("input[type=file]").set_input_files(file)
        expect(box.locator("[data-attached] li").first).to_be_visible()
    elif field.type is FieldType.DATE:
        box.locator("input").fill(str(given))
    else:
        box.locator("input, textarea").first.fill(str(given or TEXTS[field.type]))


def _choose(box: Locator, field: Field, given: Any, hands: Hands) -> None:
    value = str(given if given is not None else field.options[0].value)
    if field.type is FieldType.PERSON:
        value = str(hands.person(value))
    if box.locator("select").count():
        box.locator("select").select_option(
            label=value if field.type is FieldType.BODY else None,
            value=None if field.type is FieldType.BODY else value,
        )
    else:
        box.locator(f"input[value='{value}']").check()


def _many(field: Field, given: Any, hands: Hands) -> list[str]:
    if field.type is FieldType.PEOPLE:
        return [str(hands.person(login)) for login in given]
    return list(given) if given is not None else [option.value for option in field.options]
