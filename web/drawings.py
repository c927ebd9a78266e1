"""Drafts, findings and vocabulary as the data the modeler reads, worded in the page's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from engine.i18n import ENGLISH, formats
from engine.values.design_pages import DesignPage, LimitTerm, Term, Vocabulary
from engine.values.process import Finding, Severity
from web.request import locale, translator

#: What a request of the modeler may hold: a diagram with its tables, escaped as JSON.
MOST_SENT = 12_000_000


def design_data(page: DesignPage) -> dict[str, Any]:
    """A draft, or the published version when there is none; ``editable`` says which."""
    design = page.design
    return {
        "process": page.process,
        "title": translator().text(page.name),
        "main": page.main,
        "xml": readable(page.xml),
        "tables": {name: readable(data) for name, data in page.tables.items()},
        "called": {name: readable(data) for name, data in page.called.items()},
        "revision": design.revision if design else 0,
        "state": design.state.value if design else "",
        "version": page.version,
        "base": design.base if design else page.version,
        "outdated": design.outdated if design else False,
        "editable": page.editable,
        "saved_by": translator().text(design.changed_by) if design else "",
        "saved_at": told(design.changed_at) if design else "",
        "findings": findings_data(page.findings),
    }


def drawing_data(page: DesignPage) -> dict[str, Any]:
    """The diagram with what is written on it in the language of the page."""
    words = translator()
    said = {text: words.text(text) for text in page.texts if words.text(text) != text}
    errors = {found.element for found in page.findings if found.severity is Severity.ERROR}
    marks = {element: "removed" for element in errors if element}
    after = {"key": "", "name": "", "xml": readable(page.xml), "marks": marks}
    return {"after": after, "words": said}


def findings_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings with their sentences."""
    return [
        {
            "rule": found.rule,
            "severity": found.severity.value,
            "file": found.file,
            "line": found.line,
            "element": found.element,
            "sentence": translator().sentence(found.sentence, dict(found.facts)),
        }
        for found in findings
    ]


def readable(data: bytes) -> str:
    """A source as text; editors of the browser know UTF-8 only, and it is declared so."""
    text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


def told(at: datetime) -> str:
    """An instant as pages show it."""
    return formats.instant(locale(), at)


# --- Vocabulary -------------------------------------------------------------------------------


def vocabulary_data(found: Vocabulary) -> Response:
    """Everything pickers offer, as data."""
    return jsonify(vocabulary_words(found))


def vocabulary_words(found: Vocabulary) -> dict[str, Any]:
    """Everything pickers offer, named in the language of the page."""
    words = translator()

    def coded(kind: str, keys: Iterable[str]) -> list[dict[str, str]]:
        return [{"key": key, "name": words.sentence(f"{kind}.{key}")} for key in keys]

    return {
        "roles": _terms(found.roles),
        "slots": coded("slot", (term.key for term in found.slots)),
        "limits": [_limit(limit) for limit in found.limits],
        "documents": _terms(found.documents),
        "operations": [
            {"key": term.key, "name": words.sentence(f"operation.{term.key}"), **term.more}
            for term in found.operations
        ],
        "registers": [
            {**_term(term), "columns": _terms(term.more["columns"])} for term in found.registers
        ],
        "messages": _terms(found.messages),
        "field_types": coded("field_type", found.field_types),
        "disclosures": coded("disclosure", found.disclosures),
        "decisions": [{**_term(term), **term.more} for term in found.decisions],
        "processes": _terms(found.processes),
        "laws": list(found.laws),
        "stages": list(found.stages),
        "duties": list(found.duties),
        "certificates": coded("certificate", found.certificates),
        "levels": list(found.levels),
        "level_names": coded("rung", found.levels),
        "countersign": coded("countersign", found.countersign),
        "functions": [
            {"name": name, "signature": f"{name}{arguments}", "note": ""}
            for name, arguments in found.functions
        ],
    }


def _terms(terms: Iterable[Term]) -> list[dict[str, str]]:
    return [_term(term) for term in terms]


def _term(term: Term) -> dict[str, str]:
    english = term.en if locale() == ENGLISH else ""
    return {"key": term.key, "name": english or translator().text(term.name) or term.key}


def _limit(limit: LimitTerm) -> dict[str, Any]:
    words = translator()
    english = limit.en if locale() == ENGLISH else ""
    span = "span_before" if limit.amount < 0 else "span"
    return {
        "key": limit.key,
        "name": english or words.text(limit.name),
        "amount": limit.amount,
        "unit": limit.unit,
        "span": words.sentence(f"{span}.{limit.unit}", {"n": abs(limit.amount)}),
        "kind": "statutory" if limit.statutory else "internal",
        "basis": words.text(limit.law),
        "article": limit.article,
        "evidence": words.sentence(f"evidence.{limit.evidence}"),
    }
