"""Saving the inbox's present filters under a name, and forgetting them."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from engine.errors import Forbidden, Invalid
from engine.services import saved_views
from web import toasts
from web.errors import situation
from web.kept import Answer
from web.request import number, say, work
from web.views import inbox

views = Blueprint("saved_views", __name__, url_prefix="/inbox/views")


@views.post("")
def save() -> Answer:
    given = {name: request.form.get(name, "") for name in saved_views.PARTS}
    name = request.form.get("name", "")
    try:
        with work() as unit:
            saved_views.save(unit, name, given, number(request.form.get("body_shared")))
    except (Invalid, Forbidden) as error:
        told = next(iter(error.fields.values()), error) if isinstance(error, Invalid) else error
        return inbox.page(given, fault=told, typed=name), situation(error).status
    toasts.tell(say("The view is saved: {name}", name=" ".join(name.split())))
    return redirect(inbox.address(inbox.parse(given)), 303)


@views.post("/<int:view_id>/removal")
def remove(view_id: int) -> Answer:
    with work() as unit:
        saved_views.remove(unit, view_id)
    toasts.tell(say("The view is forgotten"))
    return redirect(url_for("inbox.show"), 303)
