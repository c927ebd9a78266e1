"""The simulated clock of the demo: an administrator moves it on, so that escalation can be seen."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from engine.errors import Invalid
from engine.services import simulation
from web import toasts
from web.kept import Answer
from web.request import local_path, say, translator, work

views = Blueprint("clock", __name__)


@views.post("/clock")
def advance() -> Answer:
    days = request.form.get("_days", "")
    if not days.isdecimal() or len(days) > 2:
        raise Invalid("bad_number")
    with work() as unit:
        clock = simulation.advance_working_days(unit, int(days))
    now = translator().word("now", clock.now)
    toasts.tell(say("The simulated clock shows {now}", now=now))
    return redirect(local_path(request.form.get("_back")) or url_for("inbox.show"), 303)
