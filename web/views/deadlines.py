"""Why a due date is what it is."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.services import deadlines
from web.kept import Answer
from web.months import months, runs
from web.request import reading

views = Blueprint("deadlines", __name__)


@views.get("/deadlines/<int:deadline_id>")
def show(deadline_id: int) -> Answer:
    with reading() as work:
        page = deadlines.explain(work, deadline_id)
    return render_template(
        "deadlines/show.html",
        page=page,
        months=months(page.arithmetic.days),
        runs=runs(page.arithmetic.days),
        today=work.today,
    )
