"""Incidents: what failed, trying it again, and saying what was done about it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Invalid
from engine.services import incidents
from web import toasts
from web.kept import Answer
from web.request import reading, say, work

views = Blueprint("incidents", __name__, url_prefix="/incidents")

STATUSES = ("open", "resolved")


@views.get("")
def index() -> Answer:
    return _page()


@views.post("/<int:incident_id>/retry")
def retry(incident_id: int) -> Answer:
    with work() as unit:
        incidents.retry(unit, incident_id)
    toasts.tell(say("It is tried again now"), say("If it fails again, the incident stays open."))
    return redirect(url_for("incidents.index"), 303)


@views.post("/<int:incident_id>/resolution")
def resolve(incident_id: int) -> Answer:
    note = request.form.get("note", "")
    try:
        with work() as unit:
            incidents.resolve(unit, incident_id, note)
    except Invalid as error:
        return _page((incident_id, error, note)), 422
    toasts.tell(say("Resolved"), say("The note is on record."))
    return redirect(url_for("incidents.index"), 303)


def _page(refused: tuple[int, Invalid, str] | None = None) -> str:
    status = request.args.get("status", "open")
    status = status if status in STATUSES else "open"
    with reading() as unit:
        page = incidents.listing(unit, status, request.args.get("after", ""))
    return render_template(
        "incidents/index.html", page=page, status=status, statuses=STATUSES, refused=refused
    )
