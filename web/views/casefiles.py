"""The case file of a case: its catalogue, to be read, printed, and taken away as one package."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from markupsafe import Markup

from engine.errors import Invalid
from engine.services import casefiles, cases
from web import toasts
from web.kept import Answer
from web.request import actor, office, reading, say, work
from web.views.cases import TABS

views = Blueprint("casefiles", __name__, url_prefix="/cases/<int:case_id>/file")


@views.get("")
def show(case_id: int) -> Answer:
    return _page(case_id)


@views.post("")
def make(case_id: int) -> Answer:
    given = request.form
    try:
        casefiles.make(office(), actor(), case_id, given.get("part", ""), given.get("purpose", ""))
    except Invalid as error:
        return _page(case_id, error), 422
    toasts.tell(
        say("The case file is made."),
        say("Take it from the list; what you take and for what is on the record."),
    )
    return redirect(url_for("casefiles.show", case_id=case_id), 303)


@views.post("/<int:file_id>")
def fetch(case_id: int, file_id: int) -> Answer:
    """Taking a package is an act on record, so it is asked for and not merely linked."""
    with work() as unit:
        found = casefiles.fetch(unit, case_id, file_id)
    response = send_file(found.path.absolute(), mimetype=found.media_type)
    response.headers.update(found.headers)
    return response


@views.get("/print/<any(main, secondary, both):part>")
def printed(case_id: int, part: str) -> Answer:
    with reading() as unit:
        case = cases.tab(unit, case_id, "file").case
        text = casefiles.printable(unit, case_id, part)
    # Made of escaped texts only (engine.services.casefile_html).
    return render_template("papers/casefile.html", case=case, text=Markup(text), part=part)  # noqa: S704  # see above


def _page(case_id: int, error: Invalid | None = None) -> str:
    with reading() as unit:
        page = cases.tab(unit, case_id, "file")
        found = casefiles.page(unit, case_id)
    return render_template(
        "cases/file.html",
        page=page,
        found=found,
        tab="file",
        tabs=TABS,
        parts=casefiles.PARTS,
        typed=request.form,
        faults=error.fields if error else {},
    )
