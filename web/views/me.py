"""The person signed in: profile, password, language and appearance."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import Invalid
from engine.i18n import LOCALES
from engine.services import people
from web import session, toasts
from web.kept import Answer
from web.request import (
    LOCALE_COOKIE,
    THEME_COOKIE,
    THEMES,
    local_path,
    office,
    reading,
    say,
    signed_in,
    translator,
    work,
)
from web.session import public

views = Blueprint("me", __name__)

_YEAR = 365 * 24 * 60 * 60


@views.get("/me")
def show() -> Answer:
    return _page({})


@views.post("/me/password")
def change_password() -> Answer:
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Invalid(fields={"again": Invalid("passwords_differ")})
        with work() as unit:
            who = people.change_password(unit, request.form.get("old", ""), new)
    except Invalid as error:
        words = translator()
        found = error.fields or {"old": error}
        faults = {name: words.sentence(why.code, why.facts) for name, why in found.items()}
        return _page(faults), 422
    session.begin(who)
    toasts.tell(say("Your password is changed"), say("Other devices have been signed out."))
    return redirect(url_for("me.show"), 303)


@views.post("/language")
@public
def choose_language() -> Answer:
    chosen = request.form.get("language", "")
    answer = redirect(_back(), 303)
    if chosen in LOCALES:
        if signed_in():
            with work() as unit:
                people.choose_language(unit, chosen)
        _remember(answer, LOCALE_COOKIE, chosen)
    return answer


@views.post("/theme")
@public
def choose_theme() -> Answer:
    chosen = request.form.get("theme", "")
    answer = redirect(_back(), 303)
    if chosen in THEMES:
        _remember(answer, THEME_COOKIE, chosen)
    else:
        answer.delete_cookie(THEME_COOKIE)
    return answer


def _page(faults: dict[str, str]) -> str:
    with reading() as unit:
        profile = people.profile(unit)
    return render_template("me/show.html", profile=profile, faults=faults, today=unit.today)


def _remember(answer: Response, name: str, value: str) -> None:
    secure = not office().settings.demo
    answer.set_cookie(name, value, max_age=_YEAR, samesite="Lax", httponly=True, secure=secure)


def _back() -> str:
    return local_path(request.form.get("_back")) or url_for("inbox.show")
