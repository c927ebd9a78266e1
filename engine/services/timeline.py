"""What happened in a case, in the words of its audit chain."""

from __future__ import annotations

from engine.services import discretion
from engine.services.audit import told
from engine.store import audit
from engine.store.cases import CaseRow
from engine.values.acts import Act
from engine.values.pages import TimelineRow
from engine.values.running import Json
from engine.work import Work

#: Facts for verification only.
_TECHNICAL = frozenset({"values", "sha256", "template", "for"})
#: What people do for themselves.
_PRIVATE = frozenset({Act.CASE_FOLLOWED.value, Act.CASE_UNFOLLOWED.value})


def of_case(work: Work, row: CaseRow) -> tuple[TimelineRow, ...]:
    """The acts of a case the reader may see, oldest first."""
    known = {act.value for act in Act} - _PRIVATE
    veil = discretion.veil(work, row)
    return tuple(
        TimelineRow(
            entry.at,
            entry.act,
            {
                name: veil(_text(value))
                for name, value in told(work, row, entry).items()
                if name not in _TECHNICAL
            },
            entry.actor,
            _text(entry.facts.get("for")),
        )
        for entry in audit.entries(work.session, row.id)
        if entry.act in known
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
