"""The county's bodies, for administrators."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError, Invalid
from engine.services import bodies
from web import toasts
from web.kept import Answer
from web.request import number, reading, say, work

views = Blueprint("bodies", __name__, url_prefix="/admin/bodies")


@views.get("")
def index() -> Answer:
    return _list({})


@views.post("")
def add() -> Answer:
    typed = request.form
    try:
        with work() as unit:
            bodies.add(unit, typed.get("code", "").strip(), _entered())
    except Invalid as error:
        return _list(typed, error), 422
    toasts.tell(say("The body is added."))
    return redirect(url_for("bodies.index"), 303)


@views.get("/<int:body_id>")
def show(body_id: int) -> Answer:
    return _page(body_id)


@views.post("/<int:body_id>")
def change(body_id: int) -> Answer:
    try:
        with work() as unit:
            bodies.change(unit, body_id, _entered())
    except Invalid as error:
        return _page(body_id, error), 422
    toasts.tell(say("Saved"))
    return redirect(url_for("bodies.index"), 303)


def _entered() -> bodies.Entered:
    typed = request.form
    return bodies.Entered(
        typed.get("name", ""),
        typed.get("kind", ""),
        number(typed.get("parent")),
        typed.get("mark", ""),
        typed.get("sector", ""),
        typed.get("area", ""),
        typed.get("phone", ""),
        typed.get("address", ""),
        active=typed.get("closed") != "yes",
    )


def _list(typed: object, error: DubanError | None = None) -> str:
    with reading() as unit:
        rows = bodies.listing(unit)
    names = {row.id: row.name for row in rows}
    return render_template(
        "bodies/index.html", rows=rows, names=names, typed=typed, error=error, kinds=bodies.KINDS
    )


def _page(body_id: int, error: DubanError | None = None) -> str:
    with reading() as unit:
        body = bodies.get(unit, body_id)
        rows = bodies.listing(unit)
    stored = {**vars(body), "parent": body.parent_id or "", "closed": "" if body.active else "yes"}
    return render_template(
        "bodies/show.html",
        body=body,
        names={row.id: row.name for row in rows},
        typed=request.form if error else stored,
        error=error,
        kinds=bodies.KINDS,
    )
