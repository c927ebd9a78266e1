"""Signing in and out, idle time, and the guard in front of every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_login import (
    AnonymousUserMixin,
    LoginManager,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import NotFound
from engine.services import designs, notifications, sign_ins
from engine.values.person_pages import SignedIn
from web import kept
from web.request import VISITOR, fragment, office

#: Seconds without a request after which a session ends, and its longest life.
IDLE = 60 * 60
LONGEST = int(sign_ins.LONGEST.total_seconds())
#: The cookie is written again at most once in so many seconds.
TOUCH = 60

View = TypeVar("View", bound=Callable[..., Any])


class User(UserMixin):
    """flask-login's view of a signed-in person. The id carries password stamp and session mark."""

    def __init__(
        self, signed_in: SignedIn, mark: str, unread: int, procedures: bool = False
    ) -> None:
        self.signed_in = signed_in
        #: What the database knows this session by.
        self.mark = mark
        #: Unread notices, counted in the same unit of work.
        self.unread = unread
        #: Whether they see drafts and versions of procedures.
        self.procedures = procedures

    def get_id(self) -> str:
        """Person, stamp, mark: another password ends every session, signing out ends this one."""
        return f"{self.signed_in.actor.person_id}:{self.signed_in.stamp}:{self.mark}"


def public(view: View) -> View:
    """Marks a view that needs no person."""
    view.public = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Who is signed in, and whether the session is still alive."""
    manager = LoginManager(app)
    # Officials change networks during the day; the stamp and the idle time end sessions.
    manager.session_protection = None
    manager.user_loader(_load)
    app.before_request(_end_idle_session)


def forget() -> None:
    """For the rest of this request nobody is signed in and no database is asked who is."""
    g._login_user = AnonymousUserMixin()
    g.simulated = None


def install_guard(app: Flask) -> None:
    """Every page needs a person unless it says otherwise."""
    app.before_request(_guard)


def begin(who: SignedIn) -> None:
    """A session for this person; nothing of an earlier one survives, its token included."""
    session.clear()
    # flask-wtf remembers the token of this request, which belongs to the session just dropped.
    g.pop("csrf_token", None)
    session["since"] = session["seen"] = _seconds()
    login_user(User(who, sign_ins.begin(office(), who), 0))


def end() -> None:
    """The session is over, in every browser that holds a copy of its cookie."""
    if current_user.is_authenticated:
        sign_ins.end(office(), current_user.signed_in, current_user.mark)
    logout_user()
    session.clear()
    g.pop("csrf_token", None)


def ended() -> AnyResponse | tuple[str, int]:
    """The answer to somebody whose session is over: sign in, then go on with nothing lost."""
    if fragment():
        return Response(status=401)
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")), 303)
    return kept.ask_to_sign_in(session.get("was"))


def _load(identity: str) -> User | None:
    try:
        person, stamp, mark = identity.split(":", 2)
        with office().read(VISITOR) as work:
            found = sign_ins.holder(work, int(person), stamp, mark)
            work.actor = found.actor
            return User(found, mark, notifications.unread(work), bool(designs.may_look(work)))
    except (NotFound, ValueError):
        return None


def _end_idle_session() -> None:
    if "_user_id" not in session or request.endpoint == "static":
        return
    now = _seconds()
    if now - session.get("seen", 0) > IDLE or now - session.get("since", 0) > LONGEST:
        was = session["_user_id"].partition(":")[0]
        session.clear()
        # Remembered only so that text typed by one person is not handed to another.
        session["was"] = was
    elif not fragment() and now - session["seen"] > TOUCH:
        # Parts of a page that refresh themselves do not keep a session alive.
        session["seen"] = now


def _guard() -> AnyResponse | tuple[str, int] | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "public", False) or current_user.is_authenticated:
        return None
    return ended()


def _seconds() -> int:
    # The machine's time, not the county's simulated one: moving the clock signs nobody out.
    return int(office().clock.now().timestamp())
