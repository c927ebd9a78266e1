"""Signing in and out; text typed while a session ended finds its way back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from engine.errors import Invalid
from engine.services import people
from web import kept, session
from web.kept import Answer
from web.request import local_path, office, say, signed_in, translator
from web.session import public

views = Blueprint("auth", __name__)


@views.get("/sign-in")
@public
def sign_in() -> Answer:
    if current_user.is_authenticated:
        return redirect(_next(), 303)
    return _page({})


@views.post("/sign-in")
@public
def begin() -> Answer:
    login = request.form.get("login", "").strip()
    password = request.form.get("password", "")
    if not (login and password):
        return _page({"login": say("Enter your account and your password.")}), 422
    try:
        who = people.authenticate(office(), login, password, source=request.remote_addr or "")
    except Invalid as error:
        sentence = translator().sentence(error.code, error.facts)
        return _page({"login": sentence}), 429 if error.code == "too_many_attempts" else 422
    session.begin(who)
    typed = kept.unseal(request.form.get("_kept", ""), who.actor.person_id)
    return kept.put_back(typed) if typed else redirect(_next(), 303)


@views.post("/sign-out")
@public
def end() -> Answer:
    session.end()
    return redirect(url_for("auth.sign_in"), 303)


@views.post("/kept")
def put_back() -> Answer:
    """Puts text of an earlier session back into its form for somebody signed in again."""
    who = signed_in()
    typed = kept.unseal(request.form.get("_kept", ""), who.actor.person_id if who else None)
    if typed is None:
        return redirect(url_for("inbox.show"), 303)
    return kept.put_back(typed)


def _page(faults: dict[str, str]) -> str:
    return render_template(
        "auth/sign_in.html",
        login=request.form.get("login", ""),
        kept=request.form.get("_kept", ""),
        next=local_path(request.values.get("next")),
        faults=faults,
    )


def _next() -> str:
    return local_path(request.values.get("next")) or url_for("inbox.show")
