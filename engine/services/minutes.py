"""Minutes of a meeting (R13): what each member said in person, as the recorder finds it there."""

from __future__ import annotations

from engine.rules.situations import people_in
from engine.store import tasks
from engine.values.process import Field, Form
from engine.values.quorum import Opinion
from engine.values.running import CaseFile, Json
from engine.work import Work


def proposed(
    work: Work, case_id: int | None, form: Form, field: Field, data: CaseFile
) -> tuple[Opinion, ...]:
    """A line for each member: with the opinion they gave themselves, or to be filled in."""
    spoken = given(work, case_id, form) if case_id is not None else {}
    return tuple(
        spoken.get(member, Opinion(member, present=not spoken))
        for member in people_in(data.get(field.of))
    )


def given(work: Work, case_id: int, form: Form) -> dict[int, Opinion]:
    """What members said in person since they were last called together."""
    found: dict[int, Opinion] = {}
    for duty in form.duties:
        fields = [field for field in form.fields if field.id == duty.opinions]
        if not duty.heard_at or not fields:
            continue
        rows = tasks.of_case(work.session, case_id)
        called = [row.completed_at for row in rows if duty.members in (row.values or {})]
        since = max((at for at in called if at is not None), default=None)
        for row in rows:
            heard = row.element == duty.heard_at and row.completed_by is not None
            if heard and row.completed_by and (since is None or row.opened_at >= since):
                found[row.completed_by] = _opinion(row.completed_by, row.values or {}, fields[0])
    return found


def _opinion(person: int, values: dict[str, Json], field: Field) -> Opinion:
    """The position is the value the minutes offer; the reasons are the longest text beside it."""
    offered = {option.value for option in field.options}
    texts = [value for value in values.values() if isinstance(value, str)]
    position = next((text for text in texts if text in offered), "")
    words = max((text for text in texts if text != position), key=len, default="")
    return Opinion(person, True, position, words)
