"""Every state of the canvas speaks the language of the page and can be used by everybody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.modeler.conftest import Canvas

pytestmark = pytest.mark.journey

#: What people read that is no sentence of ours: marks, names of the drawing, keys, examples.
_WORDS = """(selector => [...document.querySelectorAll(selector)]
  .filter(one => one.checkVisibility())
  .flatMap(one => [one.title, one.getAttribute('aria-label'),
    ...[...one.childNodes].filter(node => node.nodeType === 3).map(node => node.nodeValue)])
  .map(text => text?.trim()).filter(Boolean))"""
_CHROME = ", ".join(
    f"{part} *"
    for part in (
        ".djs-palette", ".djs-context-pad", ".djs-popup", ".djs-minimap", ".djs-search-container",
        "[class^='bts-']", "[data-modeler-panel] summary", "[data-modeler-panel] label",
    )
)  # fmt: skip
_OWN = {"DMN", "BPMN"}
_EACH = """[...document.querySelector('[data-modeler]').workshop.modeler.get('elementRegistry')
  .filter(one => one.parent && !one.labelTarget).map(one => one.id)]"""
_SELECT = "id => document.querySelector('[data-modeler]').workshop.select(id)"
_MISSING = "[...document.querySelector('[data-modeler]').untranslated]"


def _strange(page: Page, language: str) -> set[str]:
    """Texts around the canvas that are in the other language."""
    other = r"[A-Za-z]{3,}" if language == "zh" else r"[\u4e00-\u9fff]"
    names = set(page.evaluate(f"{_WORDS}('.djs-element text, .djs-element tspan')"))
    told = page.evaluate(f"{_WORDS}({_CHROME!r})")
    return {text for text in told if re.search(other, text) and text not in names | _OWN}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_label_falls_through_untranslated(
    chromium: Browser, address: str, language: str
) -> None:
    locale = {"zh": "zh-CN", "en": "en-US"}[language]
    canvas = Canvas.begun(chromium, address, "small", locale=locale)
    page = canvas.page
    if page.locator("html").get_attribute("lang") != locale[:5].replace("en-US", "en"):
        page.locator(".topbar details.menu > summary").click()
        page.locator(f"button[name=language][value^={language}]").click()
        page.wait_for_load_state()
        canvas.draw("small")
    strange = _strange(page, language)
    for entry in page.locator(".djs-palette [data-action^='create.']").all():
        page.locator("[data-modeler-canvas]").evaluate("one => one.querySelector('svg').focus()")
        page.evaluate(
            "document.querySelector('[data-modeler]').workshop.modeler.get('selection').select(null)"
        )
        entry.focus()
        page.keyboard.press("Enter")
    for id in page.evaluate(_EACH):
        page.evaluate(_SELECT, id)
        strange |= _strange(page, language)
        change = page.locator(".djs-context-pad [data-action='replace']")
        if change.count():
            change.first.dispatch_event("click")
            strange |= _strange(page, language)
            page.evaluate(
                "document.querySelector('[data-modeler]').workshop.modeler.get('popupMenu').close()"
            )
    for do in ("map", "find", "simulate"):
        page.locator(f"[data-modeler-do={do}]").click()
        page.wait_for_function("() => true")
        strange |= _strange(page, language)
    assert strange == set()
    assert page.evaluate(_MISSING) == []


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_state_is_accessible_and_fits(chromium: Browser, address: str, look: str) -> None:
    canvas = Canvas.begun(chromium, address, "small", color_scheme=look)
    page = canvas.page
    faults = {"canvas": canvas.visit.faults()}
    for id in ("step_1", "started", "lane_1", "flow_1"):
        page.evaluate(_SELECT, id)
        page.evaluate(
            "document.querySelectorAll('.modeler details').forEach(one => one.open = true)"
        )
        faults[id] = canvas.visit.faults()
    page.evaluate(_SELECT, "step_1")
    page.locator(".djs-context-pad [data-action='replace']").dispatch_event("click")
    expect(page.locator(".djs-popup")).to_be_visible()
    faults["menu"] = canvas.visit.faults()
    page.keyboard.press("Escape")
    for tab in ("table", "decisions", "canvas"):
        page.locator(f"[data-modeler-tab={tab}]").click()
        faults[tab] = canvas.visit.faults()
    for do in ("map", "simulate"):
        page.locator(f"[data-modeler-do={do}]").click()
        faults[do] = canvas.visit.faults()
        page.locator(f"[data-modeler-do={do}]").click()
    page.locator("[data-modeler-do=keys]").click()
    faults["keys"] = canvas.visit.faults()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 360, "height": 740})
    faults["phone"] = canvas.visit.faults()
    # The licence of the canvas asks for its mark to be seen.
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    assert {state: found for state, found in faults.items() if found} == {}
    # The library's own menu of types still calls what the library itself calls outdated.
    said = [text for text in canvas.visit.complaints if "ContextPad#getPad" not in text]
    assert said == []
