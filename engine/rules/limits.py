"""The time-limit table: reading ``processes/limits.toml`` and asking it (domain B.0).

What the fields mean and what the table leaves out is told in docs/time-limits.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from engine.errors import Invalid
from engine.rules.periods import LONGEST
from engine.rules.tables import Problems, Row, load, rows
from engine.values.process import LegalBasis
from engine.values.timing import Evidence, Limit, LimitTable, Measure, MeasureKind, Span, Unit

_KEY = re.compile(r"[A-Z]+(\.[A-Z][A-Z_]*)+")


class Named(NamedTuple):
    """A code's name in both languages."""

    zh: str
    en: str


class LimitFile(NamedTuple):
    """What a limits file says: the rows, and the sectors they may be restricted to."""

    table: LimitTable
    sectors: Mapping[str, Named]
    #: Entries of the county's reference that are no periods.
    measures: tuple[Measure, ...] = ()


def find(table: LimitTable, key: str, on: date, sector: str | None = None) -> Limit:
    """The row of the key that is in force on the day, a sector's own before the general one.

    Raises ``Invalid("unknown_limit")``, or ``Invalid("limit_not_in_force")`` when rows exist but
    none holds on that day for that sector.
    """
    candidates = [row for row in table.rows if row.key == key]
    if not candidates:
        raise Invalid("unknown_limit", key=key)
    holding = [row for row in candidates if in_force(row, on)]
    for wanted in (sector, None):
        for row in holding:
            if row.sector == wanted:
                return row
    raise Invalid("limit_not_in_force", key=key, on=on.isoformat(), sector=sector or "")


def in_force(row: Limit, on: date) -> bool:
    """Whether the row holds on the day; both ends are included."""
    return (row.in_force_from is None or row.in_force_from <= on) and (
        row.in_force_to is None or on <= row.in_force_to
    )


def keys(table: LimitTable) -> frozenset[str]:
    """Every key of the table, for lint and for the modeler."""
    return frozenset(row.key for row in table.rows)


def read(text: str, roles: Collection[str] = (), file: str = "limits.toml") -> LimitFile:
    """The table of a file. Approvers must be among ``roles`` when these are given.

    Raises ``Invalid("not_toml")`` or ``Invalid("bad_table")``: its ``fields`` name each wrong
    place as ``PEN.DECIDE.unit``.
    """
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name not in ("limit", "sectors", "measure"):
            problems.add(name, "unknown_field")
    sectors = _sectors(tables.get("sectors", {}), problems)
    read_rows = [_limit(row, sectors, roles) for row in rows(tables, "limit", "key", problems)]
    check(read_rows, problems)
    measures = [_measure(row, sectors) for row in rows(tables, "measure", "key", problems)]
    problems.raise_any()
    return LimitFile(LimitTable(tuple(read_rows)), sectors, tuple(measures))


def check(table: Iterable[Limit], problems: Problems) -> None:
    """Two rows of one key and sector must not hold on one day."""
    seen: dict[tuple[str, str | None], list[Limit]] = {}
    for row in table:
        others = seen.setdefault((row.key, row.sector), [])
        if any(_overlap(row, other) for other in others):
            problems.add(f"{row.key}.from", "overlapping_rows", key=row.key, sector=row.sector)
        others.append(row)


def basis_text(sources: Iterable[LegalBasis]) -> str:
    """Laws and articles in one line: ``《行政处罚法》第五十六条；国办发〔2018〕118号（六）``."""
    return "；".join(_cited(source) for source in sources)


def _cited(source: LegalBasis) -> str:
    law = source.law if "〔" in source.law else f"《{source.law}》"
    return law + source.article


def _overlap(one: Limit, other: Limit) -> bool:
    first, last = date.min, date.max
    return (one.in_force_from or first) <= (other.in_force_to or last) and (
        other.in_force_from or first
    ) <= (one.in_force_to or last)


def _sectors(table: object, problems: Problems) -> dict[str, Named]:
    if not isinstance(table, dict):
        problems.add("sectors", "wrong_type", wanted="dict", found=type(table).__name__)
        return {}
    found = {}
    for code, names in table.items():
        if not isinstance(names, dict):
            problems.add(f"sectors.{code}", "wrong_type", wanted="dict")
            continue
        row = Row(names, f"sectors.{code}", problems)
        found[code] = Named(row.text("zh"), row.text("en"))
        row.finish()
    return found


def _limit(row: Row, sectors: Collection[str], roles: Collection[str]) -> Limit:
    key, sector = row.text("key"), row.text("sector", optional=True) or None
    if key and not _KEY.fullmatch(key):
        row.problem("key", "bad_key", value=key)
    if sector is not None and sector not in sectors:
        row.problem("sector", "unknown_option", value=sector, allowed=" ".join(sectors))
    since, until = row.day("from"), row.day("to")
    if since is not None and until is not None and until < since:
        row.problem("to", "ends_before_it_begins", begins=since, ends=until)
    extension, times, approver = _extension(row, roles)
    sources = _sources(row)
    limit = Limit(
        key=key,
        name=row.text("zh"),
        name_en=row.text("en"),
        span=_span(row),
        extension=extension,
        extensions_allowed=times,
        extension_approver=approver,
        basis=basis_text(sources),
        sources=sources,
        evidence=row.choice("evidence", Evidence),
        sector=sector,
        in_force_from=since,
        in_force_to=until,
        party=row.flag("party"),
        note=row.text("note", optional=True),
    )
    if extension is not None and limit.span.amount < 0:
        row.problem("extension", "backward_period_extended")
    row.finish()
    return limit


def _measure(row: Row, sectors: Collection[str]) -> Measure:
    key, sector = row.text("key"), row.text("sector", optional=True) or None
    if key and not _KEY.fullmatch(key):
        row.problem("key", "bad_key", value=key)
    if sector is not None and sector not in sectors:
        row.problem("sector", "unknown_option", value=sector, allowed=" ".join(sectors))
    measure = Measure(
        key=key,
        name=row.text("zh"),
        name_en=row.text("en"),
        kind=row.choice("kind", MeasureKind),
        value=row.text("value"),
        value_en=row.text("value_en"),
        sources=_sources(row),
        evidence=row.choice("evidence", Evidence),
        note=row.text("note", optional=True),
        sector=sector,
        in_force_from=row.day("from"),
        in_force_to=row.day("to"),
    )
    row.finish()
    return measure


def _span(row: Row) -> Span:
    span = Span(row.number("amount"), row.choice("unit", Unit))
    if span.amount == 0 or abs(span.amount) > LONGEST[span.unit]:
        row.problem("amount", "out_of_range", value=span.amount, longest=LONGEST[span.unit])
    return span


def _extension(row: Row, roles: Collection[str]) -> tuple[Span | None, int, str | None]:
    table = row.table("extension")
    if table is None:
        return None, 0, None
    span, times, approver = _span(table), table.number("times"), table.text("approver")
    if span.amount < 0:
        table.problem("amount", "out_of_range", value=span.amount, longest=LONGEST[span.unit])
    if times < 1:
        table.problem("times", "out_of_range", value=times)
    if roles and approver and approver not in roles:
        table.problem("approver", "unknown_option", value=approver, allowed=" ".join(roles))
    table.finish()
    return span, times, approver


def _sources(row: Row) -> tuple[LegalBasis, ...]:
    found = []
    for source in row.tables("sources"):
        found.append(LegalBasis(source.text("law"), source.text("article", optional=True)))
        source.finish()
    if not found:
        row.problem("sources", "required")
    return tuple(found)
