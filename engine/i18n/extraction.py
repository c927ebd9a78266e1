"""Finds every text that must be worded: in templates, in code, and in the shipped definitions."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as Tree

from babel.messages.extract import extract

from engine.actor import Channel
from engine.i18n import bilingual
from engine.i18n.articles import article
from engine.rules.basis import BASIS
from engine.rules.calendar import LAYERS, Switches
from engine.rules.certificates import KINDS, Standing
from engine.rules.registers import Validity
from engine.values.acts import Act
from engine.values.changes import ATTRIBUTES, ELEMENTS, ChangeKind, ChangeWhat
from engine.values.design_pages import DesignAct, DesignState, VersionForce
from engine.values.heat_pages import Heat
from engine.values.imports import OfferOf
from engine.values.inbox_pages import Group, Tab
from engine.values.notice_pages import Kind as NoticeKind
from engine.values.notice_pages import When
from engine.values.paper_pages import TemplateState
from engine.values.people import Verdict
from engine.values.process import OPERATIONS, Disclosure, FieldType, Severity
from engine.values.proof import Doing
from engine.values.quorum import Rule as CountersignRule
from engine.values.running import PassedKind
from engine.values.service import Method, Outcome
from engine.values.timing import DayKind, Evidence, LedgerKind, Light, MeasureKind, Unit
from engine.values.upgrades import RowState
from engine.values.verification import Kind

ROOT = Path(__file__).resolve().parent.parent.parent

_KEYWORDS = {"_": None, "N_": None, "say": None, "gettext": None, "ngettext": (1, 2)}

#: Calls whose first text argument, or ``code=``, is the code of a sentence.
_REFUSALS = {
    "DubanError", "NotFound", "Forbidden", "Conflict", "Invalid", "Unavailable", "Broken",
    "Problem", "refuse", "refused", "sentence", "Rule",
}  # fmt: skip
#: Calls whose ``code=`` argument, or the argument at this position, is a code.
_POSITIONS = {Verdict.__name__: 1, "TimelineRow": 1, "Standing": 1}

#: Codes that are put together from parts, or chosen by a page.
COMPUTED = (
    # What a proof finds, and why a case cannot be moved; pages and the terminal word them.
    *(f"proof.{flaw}" for flaw in (
        "deadlock", "endless", "stops", "twice", "unguarded", "no_end", "end_unreached",
        "task_unreached", "looked",
    )),
    *(f"proof_bound.{bound}" for bound in ("states", "moves", "seconds", "choices")),
    *(f"migration.{why}" for why in ("step_gone", "other_kind", "flow_gone", "scope_gone")),
    # rules.apart chooses these by the rule that refuses; rules.certificates by how one stands.
    *(f"{who}_{did}" for who, did in (
        ("reviewer", "handled_case"), ("reviewer", "named_as_handler"),
        ("presider", "investigated"), ("presider", "named_as_investigator"),
        ("approver", "applied"), ("approver", "named_as_applicant"),
        ("publisher", "handled_case"), ("publisher", "named_as_handler"),
        ("reexaminer", "decided"), ("reexaminer", "named_as_decider"),
        ("collector", "decided"), ("collector", "named_as_decider"),
        ("collector", "of_deciding_body"), ("scorer", "scored"), ("scorer", "named_as_scorer"),
        ("scorer", "of_scored_body"), ("of", "excluded_body"),
        ("acted", "before"), ("named", "before"),
    )),
    *(standing for standing in Standing if standing is not Standing.VALID),
    "bad_definition", "invalid", "mail_undeliverable",
    *(f"day_reason.{reason}" for reason in (
        "start", "counted", "makeup", "weekend", "holiday", "paused", "rolled", "due",
        "provisional", "base",
    )),
    *(f"day_short.{kind}" for kind in (*DayKind, "paused", "rolled")),
    *(f"layer.{name}" for name in (*LAYERS, "switches", "all")),
    *(f"switch.{name}" for name in Switches._fields),
    *(f"clock_request.{kind}" for kind in ("pause", "resume", "extend")),
    *(f"{how}.{level}" for how in ("rung", "rung_tells") for level in (
        "remind", "today", "due", "urge", "supervise", "government",
    )),
    *(f"calendar_says.{code}" for code in ("off", "work", "nothing")),
    *(f"certificate.{kind}" for kind in KINDS),
    *(f"certificate_status.{state}" for state in ("active", "suspended", "cancelled", "expired")),
    *(f"recusal_kind.{kind}" for kind in ("party", "officer", "self")),
    *(f"recusal_status.{state}" for state in ("pending", "granted", "refused", "withdrawn")),
    *(f"template_state.{state}" for state in TemplateState),
    *(f"template.{code}" for code in (
        "unknown_name", "unknown_fact", "unknown_field", "field_of_some", "unknown_parameter",
    )),
    *(f"service_method.{method}" for method in Method),
    *(f"service_outcome.{outcome}" for outcome in Outcome),
    *(f"service_state.{state}" for state in ("none", "attempted", "announced", "served")),
    *(f"file_part.{part}" for part in ("main", "secondary", "both")),
    *(f"channel.{channel}" for channel in Channel),
    *(f"body_kind.{kind}" for kind in (
        "COUNTY_GOV", "GOV_OFFICE", "LEGAL_OFFICE", "DEPT", "DEPT_LEGAL", "ENF_UNIT", "TOWNSHIP",
        "SUPERVISION_OFFICES", "SUPPORT", "JUDICIAL", "DISCIPLINE", "UPPER", "PUBLIC", "SOCIAL",
    )),
    *(f"status.{status}" for status in ("running", "finished", "cancelled")),
    *(f"incident_status.{status}" for status in ("open", "resolved")),
    *(f"category.{category}" for category in (
        "notice", "decision", "delegation", "supervision",
    )),
    *(f"mail.{state}" for state in ("queued", "sent", "failed", "no_channel")),
    *(f"verb.{verb}" for verb in ("clock", "command", "mail", "move_version", "reading")),
    *(f"verb.job.{job}" for job in ("anchor", "housekeeping", "digest", "certificates")),
    "verb.job.duty",
    *(f"operation.{name}" for name in OPERATIONS),
    *(f"says.{unit}" for unit in Unit),
    *(f"element.{kind}" for kind in ELEMENTS),
    *(f"attribute.{name}" for name in ATTRIBUTES),
    "clock_has_moved", "effect_has_left",
    *(f"countersign.{rule}" for rule in CountersignRule),
    *(f"absence.{state}" for state in ("planned", "present", "over", "ended")),
    *(f"digest.{name}" for name in ("overdue", "soon", "later", "pool", "opinions")),
    *(f"broken.{wrong}" for wrong in (
        "entry_changed", "entry_missing", "tail_missing", "head_differs", "case_missing",
        "anchor_missing", "anchor_changed", "anchor_out_of_order", "anchor_forgotten",
    )),
)  # fmt: skip
#: Sentences a page words per unit of a period.
_PER_UNIT = ("span", "span_after", "span_before", "counting")

#: Closed vocabularies whose members are shown in words, as ``code:<name>.<member>``.
VOCABULARIES: dict[str, type[StrEnum]] = {
    "light": Light,
    "unit": Unit,
    "day": DayKind,
    "ledger": LedgerKind,
    "evidence": Evidence,
    "measure": MeasureKind,
    "group": Group,
    "notice_kind": NoticeKind,
    "notice_when": When,
    "tab": Tab,
    "severity": Severity,
    "validity": Validity,
    "passed": PassedKind,
    "field_type": FieldType,
    "disclosure": Disclosure,
    "design": DesignState,
    "design_act": DesignAct,
    "proof_hop": Doing,
    "heat": Heat,
    "upgrade": RowState,
    "version": VersionForce,
    "offer": OfferOf,
    "change": ChangeKind,
    "change_of": ChangeWhat,
    "difference": Kind,
}

#: Data files that bring both languages with them; the names of the county's bodies are names.
_BILINGUAL = ("messages.toml", "county.toml", "clauses.toml")
#: Keys of data files whose values are codes, Chinese or not.
_CODES = ("number", "mark")

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DUBAN = "urn:duban:bpmn:1"
#: Attributes of our own elements that hold text for people.
_TEXT_ATTRIBUTES = (
    "label", "help", "instruction", "stage", "verb", "summary", "usual_length", "law", "article",
    "message",
)  # fmt: skip


@cache
def interface() -> dict[str, tuple[str, ...]]:
    """Texts of the interface: message id -> its forms (singular, plural)."""
    found: dict[str, tuple[str, ...]] = {}
    sources = [
        *((path, "jinja2.ext:babel_extract") for path in _files("web/templates", "*.html")),
        *((path, "python") for path in _files("web", "*.py")),
        *((path, "python") for path in _files("engine", "*.py")),
    ]
    for path, method in sources:
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, keywords=_KEYWORDS):
                forms = (message,) if isinstance(message, str) else tuple(message)
                if forms[0]:
                    found[forms[0]] = max(found.get(forms[0], ()), forms, key=len)
    return found


@cache
def codes() -> set[str]:
    """Codes of sentences used anywhere in the engine, the pages and the closed vocabularies."""
    found = {f"{name}.{member}" for name, kind in VOCABULARIES.items() for member in kind if member}
    for folder in ("engine", "web"):
        for path in _files(folder, "*.py"):
            found.update(_codes_in(ast.parse(path.read_bytes(), str(path))))
    for path in _files("web/templates", "*.html"):
        found.update(re.findall(r"\bsentence\(\"([\w.]+\w)\"", path.read_text("utf-8")))
    found.update(Act)
    found.update(COMPUTED)
    found.update(f"slot.{slot}" for slot in _slots())
    found.update(f"{name}.{unit}" for name in _PER_UNIT for unit in Unit)
    return found


@cache
def definitions() -> set[str]:
    """Chinese texts of the shipped diagrams, tables and data files, and the bases of rules."""
    found: set[str] = set()
    for path in _files("processes", "*.bpmn"):
        found.update(_texts_in_diagram(path))
    for path in _files("processes", "*.dmn"):
        for element in Tree.parse(path).iter():  # noqa: S314 - our own files
            found.update(_said(element.get("name"), element.get("label")))
    for path in _files("processes", "*.toml"):
        if path.name not in _BILINGUAL:
            found.update(_texts_in_data(tomllib.loads(path.read_text("utf-8"))))
    found.update(BASIS.values())
    return {text for text in found - set(bilingual.pairs()) if not article(text)}


def _files(folder: str, pattern: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(pattern))


def _slots() -> Iterator[str]:
    """Body slots the diagrams speak of."""
    for path in _files("processes", "*.bpmn"):
        for element in Tree.parse(path).iter():  # noqa: S314 - our own files
            if element.tag.startswith(f"{{{_DUBAN}}}"):
                yield from filter(None, [element.get("body")])
                yield from (element.get("hidden_from") or "").split()


def _codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in _REFUSALS and node.args:
            yield from _constants(node.args[0])
        if name in _POSITIONS:
            yield from _constants(*node.args[_POSITIONS[name] : _POSITIONS[name] + 1])
        if name in _REFUSALS or name in _POSITIONS:
            yield from _constants(*(k.value for k in node.keywords if k.arg == "code"))


def _constants(*nodes: ast.expr) -> Iterator[str]:
    """Text constants an expression may yield: itself, or either side of a condition."""
    for node in nodes:
        if isinstance(node, ast.IfExp):
            yield from _constants(node.body, node.orelse)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value


def _texts_in_diagram(path: Path) -> Iterator[str]:
    for element in Tree.parse(path).iter():  # noqa: S314 - our own files
        if element.tag.startswith(f"{{{_BPMN}}}"):
            note = element.tag == f"{{{_BPMN}}}text"
            yield from _said(element.get("name"), element.text if note else None)
        elif element.tag.startswith(f"{{{_DUBAN}}}"):
            yield from _said(*(element.get(name) for name in _TEXT_ATTRIBUTES), element.text)


def _texts_in_data(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from _said(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _CODES:
                yield from _texts_in_data(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_in_data(item)


def _said(*texts: str | None) -> Iterator[str]:
    """Those that contain Chinese, trimmed as the definition's reader trims them."""
    for text in texts:
        if text and _CHINESE.search(text):
            yield text.strip()
