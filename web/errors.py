"""From errors to pages, in one table: what happened, what was kept, what to do, a reference."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import (
    BadDefinition,
    Broken,
    Conflict,
    DubanError,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from web import kept, session
from web.request import fragment, translator
from web.security import reference

log = logging.getLogger("duban.web")


def N_(text: str) -> str:  # noqa: N802 - the usual name of a mark for translators
    """Marks a text of this table for translation; it is translated when the page is made."""
    return text


@dataclass(frozen=True)
class Situation:
    """What a page says about an error. ``what`` is used when the error brings no sentence."""

    status: int
    title: str
    what: str
    kept: str
    then: str


_NOTHING_CHANGED = N_("Nothing was changed.")

#: By class of our own errors; the most particular class first.
OWN: dict[type[DubanError], Situation] = {
    NotFound: Situation(
        404,
        N_("This page does not exist"),
        N_("The address is wrong, or what was here is not yours to see."),
        _NOTHING_CHANGED,
        N_("Check the address, or find the case by its number."),
    ),
    Forbidden: Situation(
        403,
        N_("You may not do this"),
        N_("Your roles do not allow it."),
        _NOTHING_CHANGED,
        N_("If it must be done, somebody who may do it has to: ask the head of your unit."),
    ),
    Conflict: Situation(
        409,
        N_("Somebody was faster, or this page is old"),
        N_("Things have moved on since this page was opened."),
        N_("What had been done before stays as it was; your click changed nothing."),
        N_("Open the case again and look at how it stands now."),
    ),
    BadDefinition: Situation(
        422,
        N_("This definition cannot be used"),
        N_("The diagram has errors."),
        _NOTHING_CHANGED,
        N_("Mend what is listed and send it again."),
    ),
    Invalid: Situation(
        422,
        N_("Something entered cannot be taken"),
        N_("A value is missing or not possible."),
        _NOTHING_CHANGED,
        N_("Go back, correct it and send it again."),
    ),
    Unavailable: Situation(
        503,
        N_("The service cannot save at this moment"),
        N_("The database or the disk cannot be had."),
        N_("Most likely nothing was changed; look at the case again before you repeat it."),
        N_("Wait a minute and try again. Your administrator can see it in the log."),
    ),
    Broken: Situation(
        500,
        N_("The case cannot move on"),
        N_("The procedure met a fault it cannot pass by itself."),
        N_("The case stays exactly as it was before. Saved drafts and files are kept."),
        N_("An administrator sees it in the list of incidents. Tell them the reference number."),
    ),
}

#: By status of errors that come from the address or the request itself.
HTTP: dict[int, Situation] = {
    404: OWN[NotFound],
    403: OWN[Forbidden],
    405: Situation(
        405,
        N_("This cannot be done at this address"),
        N_("The address belongs to a form and cannot be opened like a page."),
        _NOTHING_CHANGED,
        N_("Start again from the workbench."),
    ),
    413: Situation(
        413,
        N_("Too much was sent at once"),
        N_("The files together are larger than what may be sent in one go."),
        N_("Drafts saved before are kept; the files of this attempt are not."),
        N_("Add the files one by one, or make them smaller."),
    ),
    400: Situation(
        400,
        N_("The request could not be read"),
        N_("Something on the way changed what was sent."),
        _NOTHING_CHANGED,
        N_("Open the page again and repeat it."),
    ),
    429: Situation(
        429,
        N_("Too many requests"),
        N_("This was tried too often in a short time."),
        _NOTHING_CHANGED,
        N_("Wait a little and try again."),
    ),
    500: Situation(
        500,
        N_("Something went wrong on our side"),
        N_("This is not your mistake. It has been written down with the reference number below."),
        N_("Nothing half-done remains. Saved drafts and files are kept."),
        N_("Try again in a moment. If it happens again, tell an administrator the reference."),
    ),
}

#: Sentences that say better than the class what to do next, by code.
THEN: dict[str, str] = {
    "busy": N_("Many people are saving at this moment. Try again in a few seconds."),
    "task_taken": N_("You can go on with another task."),
}


def install(app: Flask) -> None:
    """Every error ends in a page of ours."""
    app.register_error_handler(CSRFError, _outdated)
    app.register_error_handler(DubanError, _own)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OverflowError, _no_such_number)
    app.register_error_handler(Exception, _unexpected)


def situation(error: DubanError) -> Situation:
    """What to say about one of our errors."""
    return next(found for kind, found in OWN.items() if isinstance(error, kind))


def page(found: Situation, error: DubanError | None = None) -> tuple[str | Response, int]:
    """The page of a situation; a part of a page or a program gets the same as data."""
    words = translator()
    told = error is not None and words.knows(error.code)
    what = words.sentence(error.code, error.facts) if error and told else words.gettext(found.what)
    then = words.gettext(THEN.get(error.code, found.then) if error else found.then)
    # An incident has a number of its own; it is the one an administrator finds.
    number = str((error.facts.get("reference") if error else None) or reference())
    if fragment() or _wants_data():
        told_code = error.code if error else str(found.status)
        return jsonify(code=told_code, message=what, reference=number), found.status
    again = kept.again() if isinstance(error, Unavailable) else []
    text = render_template(
        "error.html",
        situation=found,
        what=what,
        then=then,
        reference=number,
        error=error,
        again=again,
    )
    return text, found.status


def _wants_data() -> bool:
    accept = request.accept_mimetypes
    return accept.best == "application/json"


def _own(error: DubanError) -> tuple[str | Response, int]:
    found = situation(error)
    if isinstance(error, Unavailable):
        # The page must come without what cannot be had.
        session.forget()
    if found.status >= 500:
        log.error("request failed: %s", error.code, exc_info=error)
    return page(found, error)


def _http(error: HTTPException) -> AnyResponse | tuple[str | Response, int]:
    if error.code is None or error.code < 400:
        return error.get_response()
    found = HTTP.get(error.code) or HTTP[400 if error.code < 500 else 500]
    body, _ = page(found)
    return body, error.code


def _outdated(_: CSRFError) -> AnyResponse | tuple[str, int]:
    """The token is missing or of another session: never act, never lose what was typed."""
    if not current_user.is_authenticated:
        return session.ended()
    if fragment():
        return Response(status=401)
    return kept.page_outdated()


def _no_such_number(_: OverflowError) -> tuple[str | Response, int]:
    """A number in an address that is larger than any row's: there is no such thing."""
    return page(HTTP[404])


def _unexpected(error: Exception) -> tuple[str | Response, int]:
    log.error("request failed", exc_info=error)
    return page(HTTP[500])
