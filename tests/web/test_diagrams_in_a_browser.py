"""Pages of procedures in a real browser: accessible on every state, whole on small screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import Site
from tests.web.test_diagrams import NAME, act, drafted, drawn, send
from tests.web.test_exchange import FOREIGN, taken_in
from tests.web.test_in_a_browser import WIDTHS, Visit

pytestmark = pytest.mark.journey


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    """A procedure that is submitted, and a draft of another tool's file."""
    made = build()
    author = drafted(made)
    xml = str(drawn(author)["xml"]).replace('name="办结"', 'name="办结归档"')
    send(author, f"/diagrams/{NAME}/design", xml=xml, tables={}, revision=2)
    act(author, "submission", note="试行新流程")
    second = made.browser("legal_office_head")
    act(second, "review", verdict="approved")
    act(second, "publication")
    author.open(f"/diagrams/{NAME}")
    author.send(author.form(f"/diagrams/{NAME}/drafts"), {})
    moved = xml.replace('x="320" y="140"', 'x="330" y="150"').replace("审查", "审核")
    moved = moved.replace('name="办理"', 'name="审查"', 1)
    answer = send(author, f"/diagrams/{NAME}/design", xml=moved, tables={}, revision=1)
    assert answer.status_code == 200, answer.get_json()
    taken_in(author, (FOREIGN / "camunda.bpmn").read_bytes(), import_as="letters")
    return made


@pytest.fixture
def visits(chromium: Browser, address: str) -> Iterator[list[Visit]]:
    """Managers at a small and a large screen."""
    found = [Visit(chromium, address, width) for width in WIDTHS]
    for visit in found:
        visit.sign_in("legal_head")
    yield found
    for visit in found:
        visit.context.close()


PAGES = (
    "/diagrams",
    f"/diagrams/{NAME}",
    f"/diagrams/{NAME}/table",
    f"/diagrams/{NAME}/table/step_1",
    f"/diagrams/{NAME}/findings",
    f"/diagrams/{NAME}/changes",
    f"/diagrams/{NAME}/publication",
    f"/diagrams/{NAME}/history",
    "/diagrams/letters/mapping",
    "/diagrams/letters/findings",
    "/diagrams/inquiry",
    "/diagrams/inquiry/publication",
)


def test_every_page_of_procedures_is_accessible_and_fits(visits: list[Visit]) -> None:
    faults = []
    for visit in visits:
        for page in PAGES:
            visit.page.goto(page)
            if page.endswith("/changes"):
                expect(visit.page.locator("[data-drawn]")).to_have_count(2)
                expect(visit.page.locator(".mark-soon .djs-visual").first).to_be_attached()
            faults += [f"{page}: {fault}" for fault in visit.faults()]
    assert faults == []
    assert [visit.complaints for visit in visits] == [[], []]
