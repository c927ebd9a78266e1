"""Absences and their deputies: recorded by oneself, or by who leads the body.

Choosing a deputy promises nothing: the rules are asked again at every act
(:mod:`engine.services.deputies`). A deputy who would break one for good cannot be chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import audit, circle, duty, in_hand, leaders, notices
from engine.services import catalogue as catalogues
from engine.store import absences as store
from engine.store import notifications, people
from engine.store.absences import AbsenceRow
from engine.values.acts import Act
from engine.values.collaboration import Absence, AbsencePage
from engine.values.notice_pages import Kind
from engine.values.pages import Choice, PersonRow
from engine.values.people import Verdict
from engine.work import Work

#: Days one absence may last, and how far back the page looks.
MOST_DAYS = 366
LOOKS_BACK = timedelta(days=30)


def record(
    work: Work,
    person_id: int,
    deputy_id: int | None,
    first: date | None,
    last: date | None,
    reason: str,
) -> int:
    """Somebody will be away from the first to the last day, and the deputy stands in.

    Raises Invalid with the fields that are wrong, Forbidden ``not_yours_to_record`` or the rule
    that stands against the deputy.
    """
    if person_id != work.actor.person_id and person_id not in _led(work):
        raise Forbidden("not_yours_to_record")
    wrong: dict[str, Invalid] = {}
    for name, day in (("first", first), ("last", last)):
        if day is None:
            wrong[name] = Invalid("required")
    if wrong or first is None or last is None:
        raise Invalid(fields=dict(wrong))
    if last < first or last < work.today:
        raise Invalid(fields={"last": Invalid("ends_before_it_begins")})
    if (last - first).days >= MOST_DAYS:
        raise Invalid(fields={"last": Invalid("absence_too_long", most=MOST_DAYS)})
    if store.overlapping(work.session, [person_id], first, last):
        raise Invalid(fields={"first": Invalid("absence_overlaps")})
    if deputy_id is not None:
        duty.refuse(may_stand_in(work, person_id, deputy_id, first, last))
    made = store.add(
        work.session,
        person_id=person_id,
        deputy_id=deputy_id,
        from_day=first,
        to_day=last,
        reason=" ".join(reason.split())[:500],
        made_at=work.now,
        made_by=in_hand.person(work),
    )
    names = people.names_of_people(work.session, [person_id, deputy_id or 0])
    audit.append(
        work,
        None,
        Act.ABSENCE_RECORDED,
        name=names[person_id],
        deputy=names.get(deputy_id or 0, "—"),
        first=first.isoformat(),
        last=last.isoformat(),
    )
    facts = {"person": names[person_id], "first": first.isoformat(), "last": last.isoformat()}
    _tell(work, "deputy_named", deputy_id, facts)
    facts = {**facts, "by": work.actor.name, "deputy": names.get(deputy_id or 0, "—")}
    _tell(work, "absence_recorded", person_id, facts)
    return made


def end(work: Work, absence_id: int) -> None:
    """Somebody is back, or does not go: the deputy stands in no more.

    Raises NotFound ``no_such_absence``, Conflict ``absence_ended``.
    """
    row = store.get(work.session, absence_id)
    if row is None or not (row.person_id == work.actor.person_id or row.person_id in _led(work)):
        raise NotFound("no_such_absence")
    if row.to_day < work.today or not store.end(work.session, absence_id, work.now):
        raise Conflict("absence_ended")
    names = people.names_of_people(work.session, [row.person_id])
    audit.append(work, None, Act.ABSENCE_ENDED, name=names.get(row.person_id, ""))
    facts = {"person": names.get(row.person_id, "")}
    _tell(work, "deputy_freed", row.deputy_id, facts)
    _tell(work, "absence_ended", row.person_id, {**facts, "by": work.actor.name})


def may_stand_in(work: Work, person_id: int, deputy_id: int, first: date, last: date) -> Verdict:
    """Whether somebody may be another's deputy on these days, or what stands against it."""
    if deputy_id == person_id:
        return Verdict(False, "own_deputy")
    if deputy_id not in _colleagues(work, person_id):
        return Verdict(False, "not_a_colleague")
    if store.overlapping(work.session, [deputy_id], first, last):
        return Verdict(False, "deputy_absent")
    return duty.deputy(work, person_id, deputy_id)


def page(work: Work, person_id: int | None = None) -> AbsencePage:
    """Absences the reader may see, and who could stand in for whom they are recording."""
    me = in_hand.person(work)
    led = _led(work)
    chosen = person_id if person_id in led else me
    since = work.today - LOOKS_BACK
    own = store.of_people(work.session, [me], since)
    others = store.of_people(work.session, led, since) if led else []
    standing = store.of_deputy(work.session, me, work.today)
    ids = {me, *led}
    for row in (*own, *others, *standing):
        ids |= {row.person_id, row.deputy_id or 0}
    names = people.names_of_people(work.session, ids)
    return AbsencePage(
        own=_told(work, own, names),
        standing_in=_told(work, standing, names),
        led=_told(work, others, names),
        people=tuple(PersonRow(one, names[one]) for one in (me, *led) if one in names),
        chosen=PersonRow(chosen, names[chosen]),
        deputies=_candidates(work, chosen),
        today=work.today,
    )


def of_people(work: Work, ids: Iterable[int]) -> dict[int, Absence]:
    """Who of the people is away today, and who stands in."""
    found = store.away(work.session, ids, work.today)
    wanted = {one for row in found.values() for one in (row.person_id, row.deputy_id or 0)}
    names = people.names_of_people(work.session, wanted) if wanted else {}
    return {one: told for one, row in found.items() for told in _told(work, [row], names)}


def _candidates(work: Work, person_id: int) -> tuple[Choice, ...]:
    ids = _colleagues(work, person_id)
    names = people.names_of_people(work.session, ids)
    where = circle.bodies_by_person(work, ids)
    away = store.away(work.session, ids, work.today)
    verdicts = duty.deputies(work, person_id, [one for one in ids if one not in away])
    return tuple(
        Choice(
            str(one),
            names[one],
            where.get(one, ""),
            verdicts.get(one, Verdict(False, "deputy_absent")),
        )
        for one in ids
        if one in names
    )


def _colleagues(work: Work, person_id: int) -> list[int]:
    """People of the bodies of a person and of the units around them."""
    held = people.memberships_of(work.session, [person_id]).get(person_id, ())
    bodies = circle.with_family(work, {one.body_id for one in held})
    return [one for one in people.members(work.session, bodies) if one != person_id]


def _led(work: Work) -> list[int]:
    """Everybody of the bodies the reader leads, but themselves."""
    found: list[int] | None = work.kept.get("people led")
    if found is None:
        bodies = leaders.led(work)
        every = people.members(work.session, bodies) if bodies else []
        found = work.kept["people led"] = [one for one in every if one != work.actor.person_id]
    return found


def _tell(work: Work, code: str, person_id: int | None, facts: dict[str, str]) -> None:
    """Tell somebody what another did: of what they did themselves they know."""
    if person_id is None or person_id == work.actor.person_id:
        return
    notifications.add(
        work.session, [person_id], at=work.now, level="remind", code=code, facts=facts
    )
    message = catalogues.of(work.office).message(code)
    notices.carry(work, Kind.ABSENCE, message, facts, [person_id], None)


def _told(work: Work, rows: Iterable[AbsenceRow], names: dict[int, str]) -> tuple[Absence, ...]:
    me, led = work.actor.person_id, _led(work)
    return tuple(
        Absence(
            id=row.id,
            person=PersonRow(row.person_id, names.get(row.person_id, "")),
            deputy=PersonRow(row.deputy_id, names.get(row.deputy_id, ""))
            if row.deputy_id is not None
            else None,
            from_day=row.from_day,
            to_day=row.to_day,
            reason=row.reason if row.person_id == me or row.person_id in led else "",
            state=_state(work, row),
            may_end=_state(work, row) in ("planned", "present")
            and (row.person_id == me or row.person_id in led),
        )
        for row in rows
    )


def _state(work: Work, row: AbsenceRow) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.to_day < work.today:
        return "over"
    return "present" if row.from_day <= work.today else "planned"
