"""The calendar and the time-limit table of the county, as one case sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.rules import holidays, limits, roles
from engine.rules.calendar import (
    ANNOUNCED,
    CORRECTIONS,
    LOCAL,
    NATIONAL,
    CountyCalendars,
    Layer,
    Switches,
    county_calendars,
    layer,
    national,
)
from engine.rules.deadlines import CountySchedule
from engine.services import audit, shipped
from engine.store import calendars, settings
from engine.store import limits as limit_store
from engine.values.timing import LimitTable
from engine.work import Work

#: County settings: the two switches of domain E.9, and the years an administrator completed.
SWITCHES, COMPLETED_YEARS = "local_holidays", "completed_years"


@dataclass(frozen=True)
class CountyTiming:
    """What every deadline of the county is computed from. ``version`` changes with any of it."""

    version: int
    calendars: CountyCalendars
    table: LimitTable
    layers: Mapping[str, Layer]
    switches: Switches


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


def forget(work: Work) -> None:
    """The calendar or the table was changed: read it again."""
    work.kept.pop("timing", None)
    work.kept["settings"][settings.TIMING_VERSION] = calendars.version(work.session)


def seed(work: Work) -> bool:
    """Fill the empty tables from the installation's files; whether there was anything to do."""
    if calendars.version(work.session):
        return False
    known = roles.read(shipped.text(work.office.settings, "roles.toml"))
    table = limits.read(shipped.text(work.office.settings, "limits.toml"), known).table
    local = holidays.read(shipped.text(work.office.settings, "calendar.toml"))
    settings.put(work.session, SWITCHES, list(local.switches))
    calendars.replace_days(work.session, LOCAL, list(local.layer.days.values()))
    limit_store.replace(work.session, table.rows)
    audit.append(
        work, None, "timing_seeded", limits=len(table.rows), holidays=len(local.layer.days)
    )
    return True


def _load(work: Work) -> CountyTiming:
    stored = calendars.days(work.session)
    switches = Switches(*settings.get(work.session, SWITCHES, list(Switches())))
    years = {ANNOUNCED: settings.get(work.session, COMPLETED_YEARS, [])}
    layers = {
        name: layer(name, [day for day in stored if day.layer == name], years.get(name, ()))
        for name in (ANNOUNCED, LOCAL, CORRECTIONS)
    }
    found = county_calendars(
        layers[LOCAL], [layers[CORRECTIONS]], switches, announced=layers[ANNOUNCED]
    )
    return CountyTiming(
        calendars.version(work.session),
        found,
        LimitTable(limit_store.every(work.session)),
        {NATIONAL: national(), **layers},
        switches,
    )
