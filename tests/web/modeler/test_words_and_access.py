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
        "[data-modeler-panel] legend", ".modeler-bar", "[data-modeler-notice]",
        "[data-modeler-findings]", "[data-modeler-count]", "#modeler-keys dd",
        "[data-modeler-table] :is(thead, button)", "[data-modeler-decisions] section",
    )
)  # fmt: skip
#: Marks of the language of conditions, and of files, in hints and in the names people gave.
_OWN = {"DMN", "BPMN", "small.bpmn", "field_1", "result_1"}
_NAMES = """[...new Set(document.querySelector('[data-modeler]').workshop.modeler
  .get('elementRegistry').filter(() => true)
  .flatMap(({id, businessObject: one}) => [id, one?.name, one?.processRef?.name])
  .filter(Boolean))]"""
_EACH = """[...document.querySelector('[data-modeler]').workshop.modeler.get('elementRegistry')
  .filter(one => one.parent && !one.labelTarget).map(one => one.id)]"""
_DECIDING = """document.querySelector('[data-modeler]').workshop.modeler
  .get('elementRegistry').find(one => one.type === 'bpmn:BusinessRuleTask').id"""
_CONTRAST = """axe.run(document, {runOnly: ['color-contrast']}).then(r => r.violations.map(
  v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')))"""
#: What changes its colour has done so.
_DRAWN_AGAIN = "Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)))"
_SELECT = "id => document.querySelector('[data-modeler]').workshop.select(id)"
_MISSING = "[...document.querySelector('[data-modeler]').untranslated]"


def _strange(page: Page, language: str) -> set[str]:
    """Texts around the canvas that are in the other language."""
    other = r"[A-Za-z]{3,}" if language == "zh" else r"[\u4e00-\u9fff]"
    names = {*page.evaluate(_NAMES), *_OWN}
    told = page.evaluate(f"{_WORDS}({_CHROME!r})")
    for name in sorted(names, key=len, reverse=True):
        told = [text.replace(name, "") for text in told]
    # Where a sentence names what stands in the file, it does so in the file's words.
    told = [re.sub(r"duban:\w+( 的 \w+)?", "", text) for text in told]
    return {text for text in told if re.search(other, text)}


_LINT = """() => { const {findings} = document.querySelector('[data-modeler]').workshop;
  return Object.keys(findings.rules).map(rule => findings.sentence(rule)) }"""
_CLOSED = "document.querySelector('[data-modeler]').workshop.modeler.get('popupMenu').close()"
_NOTHING = "document.querySelector('[data-modeler]').workshop.modeler.get('selection').select(null)"


def test_no_label_falls_through_untranslated(chromium: Browser, address: str) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    strange: set[str] = set()
    for entry in page.locator(".djs-palette [data-action^='create.']").all():
        page.evaluate(_NOTHING)
        entry.focus()
        page.keyboard.press("Enter")
    page.evaluate(_SELECT, page.evaluate(_DECIDING))
    page.get_by_role("button", name="新建决策表").click()
    expect(page.locator("[data-modeler-decisions] section")).to_be_visible()
    canvas.settled()
    page.locator("[data-modeler-tab=canvas]").click()
    for language in ("zh", "en"):
        if language == "en":
            page.locator(".topbar details.menu > summary").click()
            page.locator("button[name=language][value^=en]").click()
            page.wait_for_load_state()
            canvas.draw("small")
        strange |= _strange(page, language)
        for id in page.evaluate(_EACH):
            page.evaluate(_SELECT, id)
            strange |= _strange(page, language)
            change = page.locator(".djs-context-pad [data-action='replace']")
            if change.count():
                change.first.dispatch_event("click")
                strange |= _strange(page, language)
                page.evaluate(_CLOSED)
        page.evaluate(_SELECT, "step_1")
        # Once on the canvas, keys go on: closing a menu gives the focus back.
        page.locator("[data-modeler-canvas] .djs-container > svg").first.focus()
        for key in "abk":
            page.keyboard.press(key)
            expect(page.locator(".djs-popup")).to_be_visible()
            strange |= _strange(page, language)
            page.evaluate(_CLOSED)
        for do in ("map", "find", "simulate", "simulate", "keys"):
            page.locator(f"[data-modeler-do={do}]").click()
            strange |= _strange(page, language)
        page.keyboard.press("Escape")
        for tab in ("table", "decisions"):
            page.locator(f"[data-modeler-tab={tab}]").click()
            strange |= _strange(page, language)
        other = r"[A-Za-z]{3,}" if language == "zh" else r"[\u4e00-\u9fff]|^lint[.]"
        strange |= {text for text in page.evaluate(_LINT) if re.search(other, text)}
        assert page.evaluate(_MISSING) == []
    assert strange == set()


def test_every_state_is_accessible_and_fits(chromium: Browser, address: str) -> None:
    canvas = Canvas.begun(chromium, address, "small", color_scheme="light")
    page = canvas.page
    faults: dict[str, list[str]] = {}

    def look(state: str) -> None:
        """Everything in the light; in the dark what differs there."""
        faults[state] = canvas.visit.faults()
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.evaluate(_DRAWN_AGAIN)
        faults[f"{state}, dark"] = page.evaluate(_CONTRAST)
        page.emulate_media(color_scheme="light")

    look("canvas")
    for id in ("step_1", "started", "lane_1", "flow_1"):
        page.evaluate(_SELECT, id)
        page.evaluate(
            "document.querySelectorAll('.modeler details').forEach(one => one.open = true)"
        )
        look(id)
    page.evaluate(_SELECT, "step_1")
    page.locator(".djs-context-pad [data-action='replace']").dispatch_event("click")
    expect(page.locator(".djs-popup")).to_be_visible()
    look("menu")
    page.keyboard.press("Escape")
    page.evaluate(_SELECT, "step_1")
    page.locator(".djs-palette [data-action='create.decision']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="新建决策表").click()
    expect(page.locator("[data-modeler-decisions] section")).to_be_visible()
    page.evaluate("document.querySelectorAll('.modeler details').forEach(one => one.open = true)")
    look("decisions")
    page.evaluate(_NOTHING)
    for tab in ("table", "canvas"):
        page.locator(f"[data-modeler-tab={tab}]").click()
        look(f"tab {tab}")
    for do in ("map", "simulate"):
        page.locator(f"[data-modeler-do={do}]").click()
        look(do)
        page.locator(f"[data-modeler-do={do}]").click()
    page.locator("[data-modeler-do=keys]").click()
    look("keys")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 360, "height": 740})
    look("phone")
    # The licence of the canvas asks for its mark to be seen.
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    assert {state: found for state, found in faults.items() if found} == {}
    # The library's own menu of types still calls what the library itself calls outdated.
    said = [text for text in canvas.visit.complaints if "ContextPad#getPad" not in text]
    assert said == []
