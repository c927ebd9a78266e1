"""``timers.unit_differs``: a period counted in other days than the article it rests on says.

Laws say 日 and mean working days or calendar days. Working days are meant by 行政处罚法第八十五条
(two, three, five, seven days), 行政强制法第六十九条 (up to ten) and 行政许可法第八十二条 (all).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.forms import read_basis
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import Node, is_deadline
from engine.bpmn.syntax import limits_named
from engine.values.process import Finding, LegalBasis
from engine.values.timing import Unit

_SAID = re.compile(r"([0-9]{1,4}|[〇零一二两三四五六七八九十百]{1,6})\s*个?(工作日|月|小时|日|天)")
_COUNTED = re.compile(r"^\s*(working_days|days|months|hours)\(\s*([0-9]{1,4})\s*[,)]")
_UNITS = {
    "working_days": Unit.WORKING_DAY,
    "days": Unit.DAY,
    "months": Unit.MONTH,
    "hours": Unit.HOUR,
}
_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


def check(subject: Subject) -> Iterator[Finding]:
    """Every deadline of one process whose step quotes its article."""
    for node in subject.process.nodes.values():
        sources = read_basis(node.element)
        for event in subject.process.boundary.get(node.id, ()):
            if is_deadline(event) and event.timer is not None:
                yield from _deadline(subject, event, event.timer.text, sources)


def _deadline(
    subject: Subject, event: Node, text: str, sources: tuple[LegalBasis, ...]
) -> Iterator[Finding]:
    counted = _period(subject, text)
    if counted is None:
        return
    amount, unit = counted
    said = [(source, mean) for source in sources for n, mean in periods(source) if n == amount]
    if not said or any(mean is unit for _, mean in said):
        return
    source, mean = said[0]
    yield subject.at(
        "timers.unit_differs",
        event,
        amount=str(amount),
        unit=unit.value,
        article=f"{source.law}{source.article}",
        says=mean.value,
    )


def _period(subject: Subject, text: str) -> tuple[int, Unit] | None:
    """The number and unit a deadline counts, where it is written out or in the table."""
    written = _COUNTED.match(text)
    if written is not None:
        return int(written[2]), _UNITS[written[1]]
    keys = limits_named(text)
    key = next(iter(keys), None) if text.strip().startswith("limit(") else None
    return subject.catalogue.periods.get(key) if key else None


def periods(source: LegalBasis) -> list[tuple[int, Unit]]:
    """The periods an article speaks of, in the units its law means."""
    found = []
    for amount, unit in _SAID.findall(source.text):
        number = _number(amount)
        if unit == "工作日":
            found.append((number, Unit.WORKING_DAY))
        elif unit in ("月", "小时"):
            found.append((number, Unit.MONTH if unit == "月" else Unit.HOUR))
        else:
            found.append((number, _days(source.law, number)))
    return found


def _days(law: str, number: int) -> Unit:
    working = (
        ("行政处罚法" in law and number in (2, 3, 5, 7))
        or ("行政强制法" in law and number <= 10)
        or "行政许可法" in law
    )
    return Unit.WORKING_DAY if working else Unit.DAY


def _number(text: str) -> int:
    """A number up to some hundreds, in digits or as laws write it."""
    if text.isascii():
        return int(text)
    total, last = 0, 0
    for sign in text:
        if sign in ("十", "百"):
            total += (last or 1) * (10 if sign == "十" else 100)
            last = 0
        else:
            last = _DIGITS[sign]
    return total + last
