"""The working calendar: a year at a glance, its layers, and what an administrator changes in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Conflict, DubanError, Invalid
from engine.rules.calendar import LAYERS
from engine.services import calendars
from engine.services.calendars import EDITABLE, Change
from engine.values.timing import CalendarDay, DayKind
from engine.work import Work
from web import toasts
from web.kept import Answer, Kept, returns_to
from web.months import year_months
from web.request import number, reading, say, today, translator, work

views = Blueprint("calendar", __name__, url_prefix="/calendar")

#: What may be said of days: codes of the form.
WHAT = {"off": DayKind.HOLIDAY, "work": DayKind.MAKEUP_WORKDAY, "nothing": None}
#: The longest run of days one form may name.
LONGEST = 60
_DAY = timedelta(days=1)


@views.get("")
def show() -> Answer:
    return _page()


@views.post("/days")
def put() -> Answer:
    """Say something of days, or nothing any more."""

    def verb(unit: Work) -> str:
        days, kind = _days(), WHAT.get(request.form.get("what", ""), DayKind.WEEKEND)
        if kind is DayKind.WEEKEND:
            raise Invalid(fields={"what": Invalid("required")})
        layer, name = request.form.get("layer", ""), request.form.get("name", "").strip()[:60]
        note = request.form.get("note", "")
        if kind is None:
            changed = calendars.change(
                unit, Change(layer, note, remove=frozenset(days), revision=_revision())
            )
        else:
            said = [CalendarDay(day, kind, name, layer) for day in days]
            changed = calendars.change(unit, Change(layer, note, said, revision=_revision()))
        return translator().ngettext("{n} day changed", "{n} days changed", changed)

    return _do("days", verb)


@views.post("/import")
def take() -> Answer:
    """A whole year from a text or a file."""

    def verb(unit: Work) -> str:
        year = _year()
        changed = calendars.import_year(
            unit,
            request.form.get("layer", ""),
            year,
            _text(),
            request.form.get("note", ""),
            _revision(),
        )
        words = translator()
        return words.ngettext(
            "Year taken over: {n} day changed", "Year taken over: {n} days changed", changed
        )

    return _do("import", verb)


@views.post("/completion")
def complete() -> Answer:
    def verb(unit: Work) -> str:
        calendars.complete_year(unit, _year(), request.form.get("note", ""), _revision())
        return say("The year is complete")

    return _do("completion", verb)


@views.post("/reopening")
def reopen() -> Answer:
    def verb(unit: Work) -> str:
        calendars.reopen_year(unit, _year(), request.form.get("note", ""), _revision())
        return say("The year is provisional again")

    return _do("completion", verb)


@views.post("/switches")
def switch() -> Answer:
    def verb(unit: Work) -> str:
        wanted = dict.fromkeys(request.form.getlist("switch"), True)
        calendars.set_switches(unit, wanted, request.form.get("note", ""), _revision())
        return say("The switches are set")

    return _do("switches", verb)


@views.post("/recount")
def recount() -> Answer:
    def verb(unit: Work) -> str:
        calendars.recount(unit, request.form.get("note", ""))
        return say("Counting again")

    return _do("recount", verb)


@returns_to("calendar.put")
@returns_to("calendar.take")
@returns_to("calendar.complete")
@returns_to("calendar.reopen")
@returns_to("calendar.switch")
@returns_to("calendar.recount")
def put_back(text: Kept) -> Answer:
    place = {"put": "days", "take": "import", "switch": "switches", "recount": "recount"}
    action = text.endpoint.partition(".")[2]
    typed = {name: values[0] for name, values in text.raw.items() if values}
    return _page(place.get(action, "completion"), typed=typed)


# --- Parts ------------------------------------------------------------------------------------


def _do(form: str, verb: Callable[[Work], str]) -> Answer:
    """One change; the page again, with what was typed, if it cannot be made."""
    try:
        with work() as unit:
            told = verb(unit)
    except Invalid as error:
        return _page(form, error), 422
    except Conflict as error:
        if error.code != "calendar_changed":
            raise
        return _page(form, error), 409
    toasts.tell(told, say("Running deadlines are being counted again; the people are told."))
    return redirect(url_for("calendar.show", year=_shown_year()), 303)


def _page(
    form: str = "", error: DubanError | None = None, typed: dict[str, str] | None = None
) -> str:
    shown = request.args.getlist("layers") or LAYERS
    with reading() as unit:
        page = calendars.page(unit, _shown_year(), shown)
    return render_template(
        "calendar/show.html",
        page=page,
        months=year_months(page.days),
        layers=LAYERS,
        editable=EDITABLE,
        form=form,
        error=error,
        faults=_faults(error),
        typed=typed if typed is not None else request.form,
        what=tuple(WHAT),
    )


def _faults(error: DubanError | None) -> dict[str, DubanError]:
    return dict(error.fields) if isinstance(error, Invalid) else {}


def _shown_year() -> int:
    given = number(request.form.get("year") or request.args.get("year"))
    year = today().year
    first, last = year - calendars.YEARS_BACK, year + calendars.YEARS_AHEAD
    return given if given is not None and first <= given <= last else year


def _revision() -> int:
    """The calendar the form was made from; a form that does not say was made from none."""
    found = number(request.form.get("revision"))
    return found if found is not None else -1


def _year() -> int:
    given = number(request.form.get("year"))
    if given is None:
        raise Invalid(fields={"year": Invalid("required")})
    return given


def _days() -> list[date]:
    first = _day("first")
    last = _day("last") if request.form.get("last") else first
    if not 0 <= (last - first).days < LONGEST:
        raise Invalid(fields={"last": Invalid("line_run", value="", longest=LONGEST)})
    return [first + _DAY * place for place in range((last - first).days + 1)]


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid(
            fields={name: Invalid("line_day", value=request.form.get(name, ""))}
        ) from None


def _text() -> str:
    """What was pasted, or the file that was chosen: UTF-8, or as older offices save it."""
    file = request.files.get("file")
    given = file.read(200_000) if file is not None and file.filename else b""
    if not given:
        return request.form.get("text", "")
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError:
        return given.decode("gb18030", "replace")
