"""The time-limit table: to be read by all, changed by whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError, Invalid
from engine.rules.limits import basis_text
from engine.services import limits
from engine.services.limits import Wish
from engine.values.limit_pages import LimitQuery
from engine.values.process import LegalBasis
from engine.values.timing import Evidence, Limit, Span, Unit
from web import toasts
from web.kept import Answer, Kept, returns_to
from web.request import reading, say, work

views = Blueprint("limits", __name__, url_prefix="/limits")

Typed = Mapping[str, str]


@views.get("")
def index() -> Answer:
    asked = request.args
    query = LimitQuery(
        text=asked.get("q", "").strip()[:100],
        sector=asked.get("sector", ""),
        evidence=asked.get("evidence", ""),
        kind=asked.get("kind", ""),
        past=asked.get("past") == "yes",
    )
    with reading() as unit:
        page = limits.page(unit, query)
    return render_template("limits/index.html", page=page, evidences=tuple(Evidence))


@views.get("/<key>")
def show(key: str) -> Answer:
    with reading() as unit:
        page = limits.key_page(unit, key)
    return render_template("limits/show.html", page=page)


@views.get("/<key>/change")
def change(key: str) -> Answer:
    """The form; with ``preview`` in the address, what the change would do."""
    typed = request.args.to_dict()
    if "preview" not in typed:
        return _form(key, typed)
    try:
        wish = _wish(key, typed)
        with reading() as unit:
            preview = limits.preview(unit, wish)
            page = limits.key_page(unit, key)
    except Invalid as error:
        return _form(key, typed, error), 422
    kept = {name: text for name, text in typed.items() if name != "preview"}
    return render_template("limits/preview.html", page=page, preview=preview, wish=wish, kept=kept)


@views.post("/<key>/rows")
def put(key: str) -> Answer:
    typed = request.form.to_dict()
    try:
        with work() as unit:
            limits.change(unit, _wish(key, typed))
    except Invalid as error:
        return _form(key, typed, error), 422
    toasts.tell(say("The change is on record"), say("Running cases keep the rule they began with."))
    return redirect(url_for("limits.show", key=key), 303)


@returns_to("limits.put")
def put_back(text: Kept) -> Answer:
    typed = {name: values[0] for name, values in text.raw.items() if values}
    return _form(str(text.arguments["key"]), typed)


# --- Parts ------------------------------------------------------------------------------------


def _form(key: str, typed: Typed, error: Invalid | None = None) -> str:
    with reading() as unit:
        page = limits.key_page(unit, key)
    sector = typed.get("sector", "")
    own = [row.limit for row in page.rows if (row.limit.sector or "") == sector]
    model = own[-1] if own else page.rows[0].limit
    return render_template(
        "limits/change.html",
        page=page,
        model=model,
        typed={**_shown(model), **typed} if len(typed) > 1 else _shown(model),
        sector=sector,
        units=tuple(Unit),
        evidences=tuple(Evidence),
        error=error,
        faults=_faults(error),
    )


def _faults(error: Invalid | None) -> dict[str, DubanError]:
    return dict(error.fields) if error is not None else {}


def _shown(model: Limit) -> dict[str, str]:
    """A row as the form shows it."""
    more = model.extension
    return {
        "name": model.name,
        "name_en": model.name_en,
        "amount": str(model.span.amount),
        "unit": model.span.unit.value,
        "extension_amount": str(more.amount) if more else "",
        "extension_unit": more.unit.value if more else Unit.WORKING_DAY.value,
        "times": str(model.extensions_allowed) if more else "",
        "approver": model.extension_approver or "",
        "evidence": model.evidence.value,
        "sources": "\n".join(
            f"{one.law}｜{one.article}" if one.article else one.law for one in model.sources
        ),
        "party": "yes" if model.party else "",
        "row_note": model.note,
        "in_force_from": "",
        "note": "",
    }


def _wish(key: str, typed: Typed) -> Wish:
    """What was typed. Raises Invalid with an error per field."""
    wrong: dict[str, DubanError] = {}
    begins = _day(typed.get("in_force_from", ""), wrong)
    sector = typed.get("sector", "") or None
    note = typed.get("note", "")
    if typed.get("what") == "end":
        if wrong:
            raise Invalid(fields=wrong)
        return Wish(key, sector, begins, note)
    span = _span(typed, "amount", "unit", wrong)
    extension = None
    if typed.get("extension_amount", "").strip():
        extension = _span(typed, "extension_amount", "extension_unit", wrong)
    sources = _sources(typed.get("sources", ""))
    evidence = typed.get("evidence", "")
    if evidence not in tuple(Evidence):
        wrong["evidence"] = Invalid("required")
    if not note.strip():
        wrong["note"] = Invalid("required")
    times = _number(typed.get("times", "") or "0", "times", wrong) if extension else 0
    if wrong or span is None:
        raise Invalid(fields=wrong)
    row = Limit(
        key=key,
        name=typed.get("name", "").strip()[:200],
        name_en=typed.get("name_en", "").strip()[:200],
        span=span,
        extension=extension,
        extensions_allowed=times,
        extension_approver=typed.get("approver", "") or None if extension else None,
        basis=basis_text(sources),
        sources=sources,
        evidence=Evidence(evidence),
        sector=sector,
        in_force_from=begins,
        party=typed.get("party") == "yes",
        note=typed.get("row_note", "").strip()[:500],
    )
    return Wish(key, sector, begins, note, row)


def _span(typed: Typed, amount: str, unit: str, wrong: dict[str, DubanError]) -> Span | None:
    found = _number(typed.get(amount, ""), amount, wrong)
    if typed.get(unit) not in tuple(Unit):
        wrong[unit] = Invalid("required")
    if wrong:
        return None
    return Span(found, Unit(typed[unit]))


def _number(text: str, name: str, wrong: dict[str, DubanError]) -> int:
    text = text.strip().replace("−", "-")
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 6:
        wrong[name] = Invalid("not_a_whole_number")
        return 0
    return int(text)


def _day(text: str, wrong: dict[str, DubanError]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong["in_force_from"] = Invalid("line_day", value=text[:40])
        return None


def _sources(text: str) -> tuple[LegalBasis, ...]:
    """One law a line, its article after a bar."""
    found = []
    for line in text.splitlines()[:20]:
        law, _, article = line.replace("|", "｜").partition("｜")
        if law.strip():
            found.append(LegalBasis(law.strip()[:200], article.strip()[:200]))
    return tuple(found)
