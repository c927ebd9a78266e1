"""What templates may say: translations, dates, due dates, values of fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import Flask, current_app, url_for
from markupsafe import Markup, escape

from engine.actor import CLOCK, COMMAND_LINE
from engine.i18n import CHINESE, LOCALES, formats
from engine.values.pages import TimelineRow
from engine.values.process import LegalBasis
from web.request import locale, theme, today, translator
from web.security import reference
from web.toasts import waiting

#: Machines that act, by the name they act under.
_MACHINES = {machine.name: machine.channel for machine in (CLOCK, COMMAND_LINE)}


def install(app: Flask) -> None:
    """The words of every template."""
    app.jinja_env.globals.update(
        _=_text,
        ngettext=_counted,
        sentence=_sentence,
        tr=_definition_text,
        who=_who,
        between=_between,
        day=_day,
        short_day=_short_day,
        instant=_instant,
        clock_time=_clock_time,
        bounded=_bounded,
        by_article=_by_article,
        duration=duration,
        link=link,
        locale=locale,
        theme=theme,
        reference=reference,
        waiting_toasts=waiting,
        LOCALES=LOCALES,
        upload_limit=app.extensions["office"].settings.max_upload_bytes,
    )
    app.jinja_env.filters.update(
        money=formats.money,
        size=formats.size,
        as_day=_as_day,
        groupby_moment=_by_moment,
        who=_who,
    )


def _fill(translate: Any, facts: Mapping[str, Any]) -> str | Markup:
    """Facts that are markup stay markup; everything around them is escaped."""
    if not any(isinstance(fact, Markup) for fact in facts.values()):
        filled: str = translate(facts)
        return filled
    marks = {name: f"\ue000{name}\ue001" for name in facts}
    said = escape(translate(marks))
    for name, mark in marks.items():
        said = Markup(said.replace(mark, escape(facts[name])))  # noqa: S704 - both sides escaped
    return said


def _text(message: str, **facts: Any) -> str | Markup:
    return _fill(lambda given: translator().gettext(message, **given), facts)


def _counted(singular: str, plural: str, n: int, **facts: Any) -> str | Markup:
    return _fill(lambda given: translator().ngettext(singular, plural, n, **given), facts)


def _sentence(code: str, facts: Mapping[str, Any] | None = None, **more: Any) -> str:
    return translator().sentence(code, {**(facts or {}), **more})


def _definition_text(chinese: str) -> str:
    return translator().text(chinese)


def _who(name: str, absent: str = "") -> str:
    """Who did something: machines by what they are, people by their names.

    ``absent`` is whom they stood in for.
    """
    if absent:
        words = translator()
        return words.gettext("{who} for {whom}", who=words.text(name), whom=words.text(absent))
    if name in _MACHINES:
        return translator().sentence(f"channel.{_MACHINES[name]}")
    return translator().text(name)


def _between() -> str:
    """What stands between the items of a list."""
    return "、" if locale() == CHINESE else ", "


def _day(value: date | datetime | None) -> str:
    return formats.day(locale(), value) if value else ""


def _as_day(stored: str) -> str:
    """A day as the case file stores it; anything else is shown as it is."""
    try:
        return formats.day(locale(), date.fromisoformat(stored))
    except ValueError:
        return stored


def _short_day(value: date | datetime | None) -> str:
    return formats.short_day(locale(), value, today()) if value else ""


def _instant(value: datetime | None) -> str:
    return formats.instant(locale(), value) if value else ""


def _clock_time(value: datetime) -> str:
    return f"{formats.local(value):%H:%M}"


def _bounded(count: int) -> str:
    """A count that was only counted so far: 999+."""
    return str(count) if count <= 999 else "999+"


def duration(seconds: int) -> str:
    """A length of time in its two largest units, rounded down."""
    words = translator()
    minutes = max(seconds, 0) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [
        words.ngettext("{n} day", "{n} days", days) if days else "",
        words.ngettext("{n} hour", "{n} hours", hours) if hours else "",
        words.ngettext("{n} minute", "{n} minutes", minutes % 60) if minutes % 60 else "",
    ]
    told = [part for part in parts if part][:2]
    return " ".join(told) or words.gettext("under a minute")


def _by_article(rows: Iterable[LegalBasis]) -> list[tuple[tuple[str, str], list[str]]]:
    """Legal sources with every passage of one article together, in the order given."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        texts = found.setdefault((row.law, row.article), [])
        if row.text and row.text not in texts:
            texts.append(row.text)
    return list(found.items())


def _by_moment(
    rows: Iterable[TimelineRow],
) -> list[tuple[tuple[str, str, str], list[TimelineRow]]]:
    """Rows of one minute and one person together, in the order given."""
    keyed = groupby(rows, key=lambda row: (formats.instant(locale(), row.at), row.by, row.by_for))
    return [(key, list(group)) for key, group in keyed]


def link(endpoint: str, **values: Any) -> str:
    """The address of a page, or nothing when this installation does not have it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""
