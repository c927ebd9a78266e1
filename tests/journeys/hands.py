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
    Request,
    expect,
)

from engine.actor import COMMAND_LINE
from engine.office import Office
from engine.services import definitions
from engine.store import bodies, people
from engine.values.process import Field, FieldType, Form
from tests.conftest import PATIENCE
from web.request import LOCALE_COOKIE

Typed = Mapping[str, Any]

TEXTS = {
    FieldType.TEXT: "按要求填写",
    FieldType.LONG_TEXT: "情况属实，材料齐全，按规定办理。",
    FieldType.NUMBER: "1",
    FieldType.MONEY: "1000",
}


#: What a page saves at once when it changes, to learn which fields are asked for then.
ANSWERS = frozenset(
    {
        FieldType.CHOICE,
        FieldType.PERSON,
        FieldType.BODY,
        FieldType.MULTIPLE_CHOICE,
        FieldType.CHECKLIST,
        FieldType.PEOPLE,
        FieldType.YES_NO_NOTE,
    }
)


class Hands:
    """Everybody in the county, each at a browser of their own."""

    def __init__(self, chromium: Browser, address: str, office: Office, password: str) -> None:
        self._chromium, self._address = chromium, address
        self._office, self._password = office, password
        self._pages: dict[str, Page] = {}
        #: What a browser's console complained of.
        self.complaints: list[str] = []
        #: Drafts sent, and those not answered yet.
        self._asked, self._asking = 0, set[Request]()

    # --- Who

    def at(self, login: str) -> Page:
        """The page of somebody signed in."""
        if login not in self._pages:
            context: BrowserContext = self._chromium.new_context(
                viewport={"width": 1440, "height": 900}, base_url=self._address, locale="zh-CN"
            )
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.on("console", self._hear)
            page.on("request", self._ask)
            page.on("requestfinished", lambda request: self._asking.discard(request))
            page.on("requestfailed", lambda request: self._asking.discard(request))
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.goto("/sign-in")
            page.fill("#login", login)
            page.fill("#password", self._password)
            page.click("main .btn-primary")
            page.wait_for_url("**/inbox")
            self._pages[login] = page
        return self._pages[login]

    def read_in(self, login: str, language: str) -> Page:
        """The page of somebody, from here on in another language."""
        page = self.at(login)
        page.context.add_cookies([{"name": LOCALE_COOKIE, "value": language, "url": self._address}])
        return page

    def person(self, login: str) -> int:
        with self._office.read(COMMAND_LINE) as work:
            found = people.person_by_login(work.session, login)
            assert found is not None, login
            return found.id

    def body(self, code: str) -> int:
        with self._office.read(COMMAND_LINE) as work:
            found = bodies.body_by_code(work.session, code)
            assert found is not None, code
            return found.id

    def _ask(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/draft"):
            self._asked += 1
            self._asking.add(request)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    # --- What they do

    def start(self, login: str, process_id: str, body: str = "", **typed: Any) -> str:
        """Start a case from the list of procedures; its number, as the screen tells it.

        ``body``: code of the body it is started for, where the page asks.
        """
        page = self.at(login)
        page.goto("/start")
        page.click(f"a[href$='/start/{process_id}']")
        if body:
            page.select_option("#start-body", str(self.body(body)))
        description = self._description(process_id)
        self._fill(page, description.forms[description.starts[0]], typed)
        self._send(page)
        told = page.locator("#toasts").inner_text()
        found = re.search(r"[^，：\s]+〔\d{4}〕\d+号", told)
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

    def eventually(self, login: str, address: str, words: str) -> None:
        """The worker moves cases in its own time: look again until the page has the words."""
        page = self.at(login)
        for _ in range(60):
            page.goto(address)
            if words in page.locator("main").inner_text():
                return
            page.wait_for_timeout(500)
        raise AssertionError(f"{address} never told {login} of {words}")

    # --- How

    def _description(self, process_id: str) -> Any:
        with self._office.read(COMMAND_LINE) as work:
            row = definitions.latest(work, process_id)
            return definitions.load(work, row.id).description

    def _send(self, page: Page) -> None:
        page.click(".form-actions .btn-primary")
        try:
            page.wait_for_url("**/inbox*", timeout=PATIENCE)
        except Exception as error:
            said = page.locator("main").inner_text()[:1500]
            raise AssertionError(f"not taken: {said}") from error

    def _fill(self, page: Page, form: Form, typed: Typed) -> None:
        """Fields that an answer brings to light are filled in as they appear."""
        filled: set[str] = set()
        while True:
            before = len(filled)
            for field in form.fields:
                if field.id in filled or field.readonly:
                    continue
                box = page.locator(f"[data-field='{field.id}']")
                if box.is_hidden() or not (field.required or field.id in typed):
                    continue
                if field.id in typed or not _entered(box):
                    self._ask_after(page, box, field, typed.get(field.id))
                filled.add(field.id)
            # What depends on an answer appears when the page has asked the server.
            page.wait_for_load_state("networkidle")
            if len(filled) == before:
                return

    def _ask_after(self, page: Page, box: Locator, field: Field, given: Any) -> None:
        """Enter a value; an answer others depend on is saved at once, and the page follows."""
        before = self._asked
        _enter(box, field, given, self)
        if field.type in ANSWERS:
            for _ in range(250):
                page.wait_for_timeout(20)
                if self._asked > before and not self._asking:
                    break
            page.wait_for_timeout(40)

    def today(self) -> str:
        with self._office.read(COMMAND_LINE) as work:
            return work.today.isoformat()


def _entered(box: Locator) -> bool:
    """Whether the page came with a value: of the case file, or of a draft."""
    script = """box => [...box.querySelectorAll('input, select, textarea')].some(one =>
        ['checkbox', 'radio'].includes(one.type) ? one.checked
        : one.type !== 'file' && one.value)"""
    return bool(box.evaluate(script))


def _enter(box: Locator, field: Field, given: Any, hands: Hands) -> None:
    if field.type in (FieldType.CHOICE, FieldType.BODY, FieldType.PERSON):
        _choose(box, field, given, hands)
    elif field.type in (FieldType.MULTIPLE_CHOICE, FieldType.CHECKLIST, FieldType.PEOPLE):
        for value in _many(box, field, given, hands):
            box.locator(f"input[value='{value}']").check()
    elif field.type is FieldType.YES_NO_NOTE:
        box.locator(f"input[value='{given or 'yes'}']").check()
    elif field.type is FieldType.LEGAL_ARTICLE:
        box.locator(f"[name='{field.id}.law']").first.fill("行政处罚法")
        box.locator(f"[name='{field.id}.article']").first.fill("第五十七条")
    elif field.type is FieldType.OPINIONS:
        for line in box.locator(".minute").all():
            if not line.locator("select").nth(1).input_value():
                line.locator("select").nth(1).select_option(field.options[0].value)
                line.locator("textarea").fill("同意")
    elif field.type is FieldType.FILE:
        file = FilePayload(name="材料.txt", mimeType="text/plain", buffer="材料正文".encode())
        box.locator("input[type=file]").set_input_files(file)
        expect(box.locator("[data-attached] li").first).to_be_visible()
    elif field.type is FieldType.DATE:
        box.locator("input").fill(str(given or hands.today()))
    else:
        box.locator("input, textarea").first.fill(str(given or TEXTS[field.type]))


def _choose(box: Locator, field: Field, given: Any, hands: Hands) -> None:
    if given is not None and field.type is FieldType.PERSON:
        value = str(hands.person(given))
    elif given is not None and field.type is FieldType.BODY:
        value = str(hands.body(given))
    else:
        value = given or _offered(box)
    if box.locator("select").count():
        box.locator("select").select_option(value=value)
    else:
        box.locator(f"input[value='{value}']").check()


def _offered(box: Locator) -> str:
    """The first of what the page offers and does not bar."""
    script = """box => [...box.querySelectorAll('option, input')]
        .find(one => one.value && !one.disabled).value"""
    return str(box.evaluate(script))


def _many(box: Locator, field: Field, given: Any, hands: Hands) -> list[str]:
    if field.type is FieldType.PEOPLE and given is None:
        return [_offered(box)]
    if field.type is FieldType.PEOPLE:
        return [str(hands.person(login)) for login in given]
    return list(given) if given is not None else [option.value for option in field.options]
