"""What was published: for everybody, signed in or not."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Invalid
from engine.services import publications
from engine.services.publications import PublicQuery, PublicText
from web import toasts
from web.kept import Answer
from web.request import number, reading, say, signed_in, work
from web.session import public

views = Blueprint("public", __name__, url_prefix="/public")


@views.get("")
@public
def index() -> Answer:
    asked = request.args
    query = PublicQuery(
        category=asked.get("category", ""),
        body_id=number(asked.get("body")),
        since=_day("since"),
        to=_day("to"),
        text=asked.get("q", "").strip()[:200],
        after=asked.get("after", ""),
    )
    with reading() as unit:
        page = publications.public(unit, query)
    return render_template("public/index.html", page=page)


@views.get("/<int:publication_id>")
@public
def show(publication_id: int) -> Answer:
    return _page(publication_id)


@views.post("/<int:publication_id>/withdrawal")
def withdraw(publication_id: int) -> Answer:
    reason = request.form.get("reason", "")
    try:
        with work() as unit:
            publications.withdraw(unit, publication_id, reason)
    except Invalid as error:
        return _page(publication_id, error, reason), 422
    toasts.tell(say("Taken down"), say("The reason is on record."))
    return redirect(url_for("public.index"), 303)


def _page(publication_id: int, error: Invalid | None = None, reason: str = "") -> str:
    with reading() as unit:
        page = publications.public_text(unit, publication_id)
    return render_template(
        "public/show.html", page=page, error=error, reason=reason, publisher=_publisher(page)
    )


def _publisher(page: PublicText) -> bool:
    """Whether to offer taking it down; the service decides."""
    who = signed_in()
    return who is not None and page.row.body_id in {
        held.body_id for held in who.actor.memberships if held.role == "publisher"
    }


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
