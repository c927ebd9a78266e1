"""Dates, instants, money and sizes as people read them. Pure; the zone is the county's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from engine.values.timing import COUNTY_ZONE

_WEEKDAYS = {
    "zh_CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def local(value: datetime) -> datetime:
    """The instant in the county's zone."""
    return value.astimezone(COUNTY_ZONE)


def day(locale: str, value: date | datetime) -> str:
    """A day with its weekday: 2026-02-24（周二）, 2026-02-24 (Tue)."""
    on = local(value).date() if isinstance(value, datetime) else value
    name = _WEEKDAYS[locale][on.weekday()]
    return f"{on.isoformat()}（{name}）" if locale == "zh_CN" else f"{on.isoformat()} ({name})"


def short_day(locale: str, value: date | datetime, today: date) -> str:
    """A day without the year when it is this year's: 02-24 周二."""
    on = local(value).date() if isinstance(value, datetime) else value
    name = _WEEKDAYS[locale][on.weekday()]
    return f"{on:%m-%d} {name}" if on.year == today.year else f"{on.isoformat()} {name}"


def instant(locale: str, value: datetime) -> str:
    """A day and the time to the minute."""
    return f"{day(locale, value)} {local(value):%H:%M}"


def money(value: str | int | Decimal) -> str:
    """Yuan with separators: ¥12,300.00. What is no number comes back as it is."""
    try:
        return f"¥{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return str(value)


def size(octets: int) -> str:
    """The size of a file in the unit that suits it."""
    if octets < 1024:
        return f"{octets} B"
    amount = octets / 1024
    for unit in ("KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
