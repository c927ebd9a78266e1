"""Sending a case to people for their information (抄送): they may read it, and nothing else.

What is hidden from others than a case's handlers stays hidden from them (R15).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import (
    access,
    audit,
    circle,
    discretion,
    dockets,
    duty,
    in_hand,
    notices,
)
from engine.store import copies as store
from engine.store import people
from engine.store.cases import CaseRow
from engine.values.acts import Act
from engine.values.collaboration import Copy
from engine.values.notice_pages import Kind
from engine.values.pages import Choice
from engine.values.people import ALLOWED, Verdict
from engine.work import Work

#: People one act may send a case to.
MOST_COPIED = 20


def send(work: Work, case_id: int, ids: Sequence[int], note: str = "") -> None:
    """Send a case to people.

    Raises NotFound ``no_such_case``, Invalid with the field, Forbidden ``no_part_to_share`` or
    ``copy_to_outsider``, Conflict ``copied_already``.
    """
    wanted = list(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= MOST_COPIED:
        raise Invalid(fields={"people": Invalid("choose_people", most=MOST_COPIED)})
    note = " ".join(note.split())[:500]
    row = access.visible_case(work, case_id)
    duty.refuse(may_send(work, row))
    with dockets.held(work, case_id) as docket:
        discretion.refuse_text(work, docket, note, "note")
        offered = set(circle.of_case(work, docket))
        had = {one.person_id for one in store.of_case(work.session, case_id)}
        names = people.names_of_people(work.session, wanted)
        for one in wanted:
            if one not in offered:
                raise Forbidden("copy_to_outsider", name=names.get(one, ""))
            if one in had:
                raise Conflict("copied_already", name=names.get(one, ""))
            store.add(
                work.session,
                case_id=case_id,
                person_id=one,
                by_id=in_hand.person(work),
                at=work.now,
                note=note,
            )
        audit.append(work, docket, Act.CASE_COPIED, to="、".join(names[one] for one in wanted))
        notices.tell(work, docket, Kind.COPY, "case_copied", wanted)


def withdraw(work: Work, copy_id: int) -> int:
    """Take a copy back that was not opened yet; its case. Raises Conflict ``copy_read``."""
    row = store.get(work.session, copy_id)
    if row is None or row.by_id != work.actor.person_id:
        raise NotFound("no_such_copy")
    with dockets.held(work, row.case_id) as docket:
        if not store.remove(work.session, copy_id):
            raise Conflict("copy_read")
        names = people.names_of_people(work.session, [row.person_id])
        audit.append(work, docket, Act.COPY_WITHDRAWN, to=names.get(row.person_id, ""))
        return row.case_id


def mark_read(work: Work, case_id: int) -> bool:
    """The reader has opened a case they were sent."""
    me = work.actor.person_id
    return me is not None and store.mark_read(work.session, me, case_id, work.now)


def may_send(work: Work, row: CaseRow) -> Verdict:
    """Whether the reader may send the case on: who was only sent it may not."""
    me = work.actor.person_id
    if me is None:
        return Verdict(False, "people_only")
    if access.takes_part(work, row):
        return ALLOWED
    return Verdict(False, "no_part_to_share")


def receivers(work: Work, row: CaseRow) -> tuple[Choice, ...]:
    """People a case can be sent to; those who have it say so."""
    had = {one.person_id for one in store.of_case(work.session, row.id)}
    ids = circle.of_case(work, row)
    names = people.names_of_people(work.session, ids)
    where = circle.bodies_by_person(work, ids)
    return tuple(
        Choice(
            str(one),
            names[one],
            where.get(one, ""),
            Verdict(False, "copied_already", facts={"name": names[one]}) if one in had else ALLOWED,
        )
        for one in ids
        if one in names
    )


def of_case(work: Work, case: CaseRow) -> tuple[Copy, ...]:
    """Who was sent a case the reader sees."""
    rows = store.of_case(work.session, case.id)
    veil = discretion.veil(work, case)
    ids = {one for row in rows for one in (row.person_id, row.by_id)}
    names = people.names_of_people(work.session, ids) if ids else {}
    me = work.actor.person_id
    return tuple(
        Copy(
            id=row.id,
            to=names.get(row.person_id, ""),
            by=names.get(row.by_id, ""),
            at=row.at,
            note=veil(row.note),
            read_at=row.read_at,
            mine=row.by_id == me,
        )
        for row in rows
    )
