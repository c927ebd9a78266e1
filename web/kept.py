"""Text somebody typed while the session ended: sealed into the page, back in the form afterwards.

The seal is a signature over what was typed, where, and by whom if that is known. It is good for one
day, and only the person it belongs to gets the text back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from web.request import office

#: Seconds for which a seal is good.
LIFE = 24 * 60 * 60
#: Where passwords are typed: they are never put into a page, sealed or not.
SECRET = ("auth.", "me.change_password")

Answer = Response | str | tuple[str, int]
Raw = dict[str, list[str]]


@dataclass(frozen=True)
class Kept:
    """What was typed and where it was going."""

    #: Endpoint and arguments of the POST that could not be taken.
    endpoint: str
    arguments: dict[str, str | int]
    raw: Raw
    #: Names of files that were chosen; a browser does not send them twice.
    files: tuple[str, ...] = ()
    #: Whose session it was, if the browser still knew.
    person: str = ""


#: How to put text back, by the endpoint it was sent to.
_RETURNS: dict[str, Callable[[Kept], Answer]] = {}


def returns_to(endpoint: str) -> Callable[[Callable[[Kept], Answer]], Callable[[Kept], Answer]]:
    """Marks the function that puts text sent to an endpoint back into its form."""

    def mark(function: Callable[[Kept], Answer]) -> Callable[[Kept], Answer]:
        _RETURNS[endpoint] = function
        return function

    return mark


def ask_to_sign_in(person: str | None) -> tuple[str, int]:
    """The sign-in page with what was just posted sealed in it."""
    sealed = request.form.get("_kept") or seal(person or "")
    return render_template("auth/sign_in.html", kept=sealed, ended=True), 401


def page_outdated() -> tuple[str, int]:
    """The page of somebody signed in whose form came from an earlier session."""
    return render_template("auth/outdated.html", kept=seal("")), 400


def seal(person: str) -> str:
    """What this request posted, signed; empty when there is nothing that a person typed."""
    if request.endpoint is None or not _sent_from_here():
        return ""
    raw = typed(request.form)
    files = [file.filename for part in request.files.values() if (file := part).filename]
    if request.endpoint.startswith(SECRET) or not (files or any(map(any, raw.values()))):
        return ""
    content = {
        "endpoint": request.endpoint,
        "arguments": dict(request.view_args or {}),
        "raw": raw,
        "files": files,
        "person": person,
    }
    return _serializer().dumps(content)


def again() -> list[tuple[str, str]]:
    """What this request posted, name by name, for a page that lets the person send it once more."""
    if request.method != "POST" or request.endpoint is None or not _sent_from_here():
        return []
    if request.endpoint.startswith(SECRET):
        return []
    return list(request.form.items(multi=True))


def unseal(text: str, person_id: int | None) -> Kept | None:
    """What was sealed; ``None`` when it is damaged, too old or somebody else's."""
    try:
        content = _serializer().loads(text, max_age=LIFE)
    except BadSignature:
        return None
    found = Kept(**{**content, "files": tuple(content["files"])})
    if found.person and found.person != str(person_id):
        return None
    return found if found.endpoint in current_app.view_functions else None


def put_back(found: Kept) -> Answer:
    """The form with the text in it, or at least the text."""
    function = _RETURNS.get(found.endpoint)
    return function(found) if function else render_template("auth/kept.html", kept=found)


def typed(form: object) -> Raw:
    """What a person typed or ticked: without the token and the page's own marks."""
    lists = dict(form.lists()) if hasattr(form, "lists") else {}
    return {
        name: list(values)
        for name, values in lists.items()
        if name != "csrf_token" and not name.startswith("_")
    }


def _sent_from_here() -> bool:
    """Whether our own page sent this; a foreign one may not put text into our forms."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(office().secret("web-kept"), salt="kept")
