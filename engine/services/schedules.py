"""The calendar and the time-limit table of the county, as one case sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.rules import holidays, limits, roles
from engine.rules.calendar import LOCAL, CountyCalendars, Switches, county_calendars, layer
from engine.rules.deadlines import CountySchedule
from engine.services import audit, shipped
from engine.store import calendars, settings
from engine.values.timing import CalendarDay, LimitTable
from engine.work import Work

#: County settings: the two switches of domain E.9, and the years an administrator completed.
SWITCHES, COMPLETED_YEARS = "local_holidays", "completed_years"
#: The layer of corrections by an administrator, above all others.
CORRECTIONS = "corrections"


@dataclass(frozen=True)
class CountyTiming:
    """What every deadline of the county is computed from. ``version`` changes with any of it."""

    version: int
    calendars: CountyCalendars
    table: LimitTable


def county(work: Work) -> CountyTiming:
    """The present calendars and time limits; read again only after a change."""
    kept: CountyTiming | None = work.kept.get("timing")
    if kept is None:
        version = work.kept["settings"].get(settings.TIMING_VERSION, 0)
        kept = work.office.schedules.get(("county", version), lambda: _load(work))
        work.kept["timing"] = kept
    return kept


def for_case(work: Work, on: date, sector: str | None) -> CountySchedule:
    """The schedule of a case that started on a day, for a sector."""
    now = county(work)
    return CountySchedule(now.calendars.agency, now.table, on, sector, now.calendars.party)


def change_days(work: Work, name: str, days: Sequence[CalendarDay]) -> None:
    """Set a calendar layer."""
    calendars.replace_days(work.session, name, days)
    work.kept.pop("timing", None)
    work.kept["settings"][settings.TIMING_VERSION] = calendars.version(work.session)
    audit.append(work, None, "calendar_changed", layer=name, days=len(days))


def seed(work: Work) -> bool:
    """Fill the empty tables from the installation's files; whether there was anything to do."""
    if calendars.version(work.session):
        return False
    known = roles.read(shipped.text(work.office.settings, "roles.toml"))
    table = limits.read(shipped.text(work.office.settings, "limits.toml"), known).table
    local = holidays.read(shipped.text(work.office.settings, "calendar.toml"))
    settings.put(work.session, SWITCHES, list(local.switches))
    calendars.replace_days(work.session, LOCAL, list(local.layer.days.values()))
    calendars.replace_limits(work.session, table.rows)
    audit.append(
        work, None, "timing_seeded", limits=len(table.rows), holidays=len(local.layer.days)
    )
    return True


def _load(work: Work) -> CountyTiming:
    stored = calendars.days(work.session)
    switches = Switches(*settings.get(work.session, SWITCHES, list(Switches())))
    years = settings.get(work.session, COMPLETED_YEARS, [])
    found = county_calendars(
        layer(LOCAL, [day for day in stored if day.layer == LOCAL]),
        [layer(CORRECTIONS, [day for day in stored if day.layer == CORRECTIONS], years)],
        switches,
    )
    return CountyTiming(
        calendars.version(work.session), found, LimitTable(calendars.all_limits(work.session))
    )
