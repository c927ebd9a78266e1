"""What a view asks of the request it answers: the office, who acts, the language."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from functools import cached_property
from typing import Any

from flask import Request, current_app, g, request
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from engine.actor import Actor, Channel
from engine.i18n import LOCALES, Translator, negotiate
from engine.i18n import translator as translator_for
from engine.office import Office
from engine.rules.plaintext import keepable
from engine.services import simulation
from engine.values.clock_pages import SimulatedClock
from engine.values.person_pages import SignedIn
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

LOCALE_COOKIE = "duban-language"
THEME_COOKIE = "duban-theme"
THEMES = ("light", "dark")

#: Somebody who has not signed in.
VISITOR = Actor("visitor", Channel.WEB)


class KeepableRequest(Request):
    """A request whose texts hold only what a database and a document take, by whatever way."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return _keepable(super().args)

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _keepable(self.form)
        for file in self.files.values():
            if file.filename is not None:
                file.filename = keepable(file.filename)

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        return _keepable_json(super().get_json(*args, **kwargs))


def _keepable(given: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(
        (keepable(name), keepable(text)) for name, text in given.items(multi=True)
    )


def _keepable_json(value: Any) -> Any:
    if isinstance(value, str):
        return keepable(value)
    if isinstance(value, list):
        return [_keepable_json(one) for one in value]
    if isinstance(value, dict):
        return {keepable(name): _keepable_json(one) for name, one in value.items()}
    return value


class RowWord(UnicodeConverter):
    """``<string:…>`` in addresses: what no row can be named after is no page of ours."""

    def to_python(self, value: str) -> str:
        if keepable(value) != value:
            raise ValidationError
        return super().to_python(value)


def office() -> Office:
    """The office this application serves."""
    found: Office = current_app.extensions["office"]
    return found


def signed_in() -> SignedIn | None:
    """Who the session belongs to, if anybody."""
    return current_user.signed_in if current_user.is_authenticated else None


def actor() -> Actor:
    """Who acts."""
    who = signed_in()
    return who.actor if who else VISITOR


def work() -> AbstractContextManager[Work]:
    """A unit of work of the present person that may write."""
    return office().begin(actor())


def reading() -> AbstractContextManager[Work]:
    """A unit of work of the present person that only reads."""
    return office().read(actor())


def simulated() -> SimulatedClock | None:
    """The clock of a demonstration; asked for once in a request."""
    if "simulated" not in g:
        g.simulated = simulation.state(office())
    found: SimulatedClock | None = g.simulated
    return found


def today() -> date:
    """The day in the county, simulated in a demonstration."""
    clock = simulated()
    return clock.today if clock else office().clock.now().astimezone(COUNTY_ZONE).date()


def locale() -> str:
    """The language of this page: chosen here, chosen by the person, or asked for by the browser."""
    if "locale" not in g:
        g.locale = _locale()
    chosen: str = g.locale
    return chosen


def _locale() -> str:
    chosen = request.cookies.get(LOCALE_COOKIE, "")
    if chosen in LOCALES:
        return chosen
    who = signed_in()
    if who and who.locale in LOCALES:
        return who.locale
    return negotiate([language for language, _ in request.accept_languages])


def theme() -> str:
    """``light`` or ``dark`` when the person chose one, else empty: the system decides."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def translator() -> Translator:
    """Words in the language of this page."""
    return translator_for(locale())


def say(message: str, **facts: Any) -> str:
    """Text of the interface in the language of this page."""
    return translator().gettext(message, **facts)


def fragment() -> bool:
    """Whether a part of a page asks, not a person's browser for a whole page."""
    return request.headers.get("HX-Request") == "true"


#: No id is larger: that of a row has 63 bits.
MOST = 2**63 - 1


class RowId(IntegerConverter):
    """``<int:…>`` in addresses: what cannot be the id of a row is no page of ours."""

    def __init__(self, map: Map, **arguments: Any) -> None:
        super().__init__(map, **{"max": MOST, **arguments})


def number(given: str | None) -> int | None:
    """A number as an address or a form states it; nothing when it cannot be an id."""
    if not given or not given.isascii() or not given.isdecimal() or len(given) > 19:
        return None
    found = int(given)
    return found if found <= MOST else None


def local_path(address: str | None) -> str:
    """The address if it is a page of ours that can be opened, else empty: no open redirects."""
    if not address or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return ""
    if any(ord(sign) < 32 or sign == "\\" for sign in address):
        return ""
    adapter = current_app.url_map.bind("")
    path = address.partition("?")[0].partition("#")[0]
    return address if adapter.test(path, method="GET") else ""
