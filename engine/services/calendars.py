"""The working calendar as people maintain it: days by layer, years that are announced, switches.

Whatever changes is on the county's record with a note, and every running deadline is counted again
(:mod:`engine.services.recounting`). Days that are over can be corrected too; what was missed stays
missed, for nobody could act on a day that is entered afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.errors import Conflict, Forbidden, Invalid
from engine.rules import permissions, yearfile
from engine.rules.calendar import (
    ANNOUNCED,
    CORRECTIONS,
    LAYERS,
    LOCAL,
    Calendar,
    Layer,
    Switches,
)
from engine.rules.permissions import Permission
from engine.services import audit, schedules
from engine.store import calendars as store
from engine.store import recounts, settings
from engine.values.acts import Act
from engine.values.calendar_pages import CalendarChange, CalendarPage, DayChange, YearDay
from engine.values.people import Verdict
from engine.values.running import Json
from engine.values.timing import CalendarDay, DayKind
from engine.work import Work

#: Layers people write to; the national one comes with the program.
EDITABLE = (ANNOUNCED, LOCAL, CORRECTIONS)
#: Years before and after the present one that can be looked at and written to.
YEARS_BACK, YEARS_AHEAD = 10, 3
#: Changes listed on the page, and days told of each.
SHOWN_CHANGES = 20
LONGEST_NOTE = 500

_SATURDAY = 5


@dataclass(frozen=True)
class Change:
    """What somebody asks for: days to say something of, days to say nothing of any more."""

    layer: str
    note: str
    put: Sequence[CalendarDay] = ()
    remove: Collection[date] = ()
    #: The calendar's revision it was made from, if somebody looked at one.
    revision: int | None = None


# --- Reading ----------------------------------------------------------------------------------


def page(work: Work, year: int, shown: Collection[str] = LAYERS) -> CalendarPage:
    """A year with the layers asked for. Raises Invalid ``year_out_of_range``."""
    _check_year(work, year)
    timing = schedules.county(work)
    layers = timing.layers
    wanted = frozenset(name for name in LAYERS if name in shown)
    calendar = Calendar(*(layers[name] for name in LAYERS if name in wanted))
    whole = Calendar(*layers.values())
    days = tuple(
        YearDay(
            day,
            calendar.is_working(day.day),
            tuple(layers[n].days[day.day] for n in LAYERS if day.day in layers[n].days),
        )
        for day in calendar.year(year)
    )
    return CalendarPage(
        year=year,
        days=days,
        provisional=whole.provisional(year),
        shown=wanted,
        layers={name: _count(layers[name], year) for name in LAYERS},
        working_days=sum(day.working for day in days),
        switches=dict(timing.switches._asdict()),
        years=tuple(range(work.today.year - YEARS_BACK, work.today.year + YEARS_AHEAD + 1)),
        completed=year in _completed(work),
        may_edit=may_edit(work),
        changes=changes(work),
        today=work.today,
        revision=settings.get(work.session, settings.CALENDAR_REVISION, 0),
    )


def may_edit(work: Work) -> Verdict:
    """Whether the reader may change the calendar."""
    return permissions.granted(Permission.MANAGE_CALENDAR, work.actor)


def changes(work: Work) -> tuple[CalendarChange, ...]:
    """The last changes, newest first."""
    return tuple(
        CalendarChange(
            id=row.id,
            layer=row.layer,
            note=row.note,
            at=row.at,
            by=row.by,
            days=tuple(
                DayChange(
                    str(day),
                    DayKind(before) if before else None,
                    DayKind(after) if after else None,
                    name,
                )
                for day, before, after, name in row.days
            ),
            examined=row.examined,
            moved=row.moved,
            failed=row.failed,
            finished_at=row.finished_at,
        )
        for row in recounts.latest(work.session, SHOWN_CHANGES)
    )


def _count(one: Layer, year: int) -> int:
    return sum(day.year == year for day in one.days)


# --- Changing ---------------------------------------------------------------------------------


def change(work: Work, wish: Change) -> int:
    """Put and remove days of a layer; how many days say something else now.

    Raises Forbidden, Invalid ``unknown_layer``, ``note_needed``, ``nothing_to_change``,
    ``year_out_of_range`` or ``line_makeup_on_workday``, Conflict ``calendar_changed``.
    """
    _check(work, wish.note, wish.revision)
    if wish.layer not in EDITABLE:
        raise Invalid("unknown_layer", layer=wish.layer)
    before = schedules.county(work).layers[wish.layer].days
    after = {day: said for day, said in before.items() if day not in wish.remove}
    for one in wish.put:
        _check_year(work, one.day.year)
        kind = one.kind
        if kind is DayKind.MAKEUP_WORKDAY and one.day.weekday() < _SATURDAY:
            if wish.layer != CORRECTIONS:
                raise Invalid("line_makeup_on_workday", day=one.day.isoformat())
            kind = DayKind.WORKDAY
        after[one.day] = CalendarDay(one.day, kind, one.name.strip(), wish.layer)
    return _write(work, wish.layer, wish.note, before, after)


def import_year(
    work: Work, name: str, year: int, text: str, note: str, revision: int | None = None
) -> int:
    """Set a layer's days of one year from a text, and complete the year if it is a notice.

    Raises as :func:`change` and :func:`engine.rules.yearfile.read`; nothing is taken over then.
    """
    _check(work, note, revision)
    _check_year(work, year)
    if name not in EDITABLE:
        raise Invalid("unknown_layer", layer=name)
    days = yearfile.read(text, year, name)
    before = schedules.county(work).layers[name].days
    after = {day: said for day, said in before.items() if day.year != year}
    after |= {one.day: one for one in days}
    more: list[list[Json]] = []
    if name == ANNOUNCED and Calendar(*schedules.county(work).layers.values()).provisional(year):
        settings.put(work.session, schedules.COMPLETED_YEARS, sorted({*_completed(work), year}))
        more.append([year, None, DayKind.WORKDAY.value, ""])
    return _write(work, name, note, before, after, more)


def complete_year(work: Work, year: int, note: str, revision: int | None = None) -> None:
    """A year is announced: what reaches into it is no longer provisional.

    Raises Forbidden, Invalid ``year_known`` or ``year_empty``.
    """
    _check(work, note, revision)
    _check_year(work, year)
    timing = schedules.county(work)
    if not Calendar(*timing.layers.values()).provisional(year):
        raise Invalid("year_known", year=year)
    if not any(_count(timing.layers[name], year) for name in EDITABLE):
        # A year without a single holiday is a year nobody has entered.
        raise Invalid("year_empty", year=year)
    settings.put(work.session, schedules.COMPLETED_YEARS, sorted({*_completed(work), year}))
    _changed(work, ANNOUNCED, note, [[year, None, DayKind.WORKDAY.value, ""]])


def reopen_year(work: Work, year: int, note: str, revision: int | None = None) -> None:
    """A year was completed too early: it is provisional again. Raises Invalid ``year_not_ours``."""
    _check(work, note, revision)
    if year not in _completed(work):
        raise Invalid("year_not_ours", year=year)
    settings.put(
        work.session,
        schedules.COMPLETED_YEARS,
        [one for one in _completed(work) if one != year],
    )
    _changed(work, ANNOUNCED, note, [[year, DayKind.WORKDAY.value, None, ""]])


def set_switches(
    work: Work, wanted: Mapping[str, bool], note: str, revision: int | None = None
) -> None:
    """Say for whom the prefecture's holidays count. Raises Invalid ``nothing_to_change``."""
    _check(work, note, revision)
    now = schedules.county(work).switches
    chosen = Switches(**{name: bool(wanted.get(name)) for name in Switches._fields})
    if chosen == now:
        raise Invalid("nothing_to_change")
    settings.put(work.session, schedules.SWITCHES, list(chosen))
    _changed(work, "switches", note, [])


def recount(work: Work, note: str) -> None:
    """Count every running deadline again, as after a change: for cases that failed then."""
    _check(work, note)
    _changed(work, "all", note, [])


def _write(
    work: Work,
    name: str,
    note: str,
    before: Mapping[date, CalendarDay],
    after: Mapping[date, CalendarDay],
    more: Iterable[list[Json]] = (),
) -> int:
    different: list[list[Json]] = [
        [day.isoformat(), _kind(before.get(day)), _kind(after.get(day)), _name(day, before, after)]
        for day in sorted({*before, *after})
        if before.get(day) != after.get(day)
    ]
    told = [*different, *more]
    if not told:
        raise Invalid("nothing_to_change")
    store.replace_days(work.session, name, sorted(after.values(), key=lambda one: one.day))
    _changed(work, name, note, told)
    return len(different)


def _changed(work: Work, name: str, note: str, days: Sequence[list[Json]]) -> None:
    """On the county's record, and every running deadline is to be counted again."""
    store.changed(work.session)
    settings.count(work.session, settings.CALENDAR_REVISION)
    schedules.forget(work)
    audit.append(work, None, Act.CALENDAR_CHANGED, layer=name, days=len(days), note=note.strip())
    recounts.add(
        work.session,
        {
            "layer": name,
            "note": note.strip(),
            "days": list(days),
            "at": work.now,
            "by": work.actor.name,
            "after_case": 0,
            "examined": 0,
            "moved": 0,
            "failed": 0,
        },
    )
    work.wake("recount")


def _check(work: Work, note: str, revision: int | None = None) -> None:
    """Whether the reader may change the calendar now; from here on nobody else can.

    A layer is written whole: it is read again under the lock, or days of another would be lost.
    """
    verdict = may_edit(work)
    if not verdict:
        raise Forbidden(verdict.code, **verdict.facts)
    if not note.strip():
        raise Invalid(fields={"note": Invalid("required")})
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"note": Invalid("too_long", maximum=LONGEST_NOTE)})
    present = settings.locked(work.session, settings.CALENDAR_REVISION, 0)
    if revision is not None and revision != present:
        raise Conflict("calendar_changed")
    schedules.forget(work)


def _check_year(work: Work, year: int) -> None:
    first, last = work.today.year - YEARS_BACK, work.today.year + YEARS_AHEAD
    if not first <= year <= last:
        raise Invalid("year_out_of_range", first=first, last=last)


def _completed(work: Work) -> list[int]:
    found: list[int] = settings.get(work.session, schedules.COMPLETED_YEARS, [])
    return found


def _kind(said: CalendarDay | None) -> str | None:
    return said.kind.value if said is not None else None


def _name(day: date, before: Mapping[date, CalendarDay], after: Mapping[date, CalendarDay]) -> str:
    said = after.get(day) or before.get(day)
    return said.name if said is not None else ""
