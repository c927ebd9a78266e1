"""Procedures: the list, and the pages of each around the drawing itself."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Invalid
from engine.services import design_openings, designs, procedures, vocabulary
from web import toasts
from web.drawings import vocabulary_data
from web.kept import Answer, Kept, returns_to
from web.request import reading, say, work

views = Blueprint("diagrams", __name__, url_prefix="/diagrams")


@views.get("")
def index() -> Answer:
    return _index()


@views.post("")
def create() -> Answer:
    typed = request.form.to_dict()
    try:
        with work() as unit:
            design = design_openings.create(
                unit, typed.get("process", "").strip(), typed.get("name", "")
            )
    except Invalid as error:
        return _index(typed, error), 422
    toasts.tell(say("A draft of {name} was opened", name=design.name))
    return redirect(url_for("diagrams.show", process=design.process), 303)


@returns_to("diagrams.create")
def create_back(text: Kept) -> Answer:
    return _index({name: values[0] for name, values in text.raw.items() if values})


@views.get("/vocabulary")
def terms() -> Answer:
    with reading() as unit:
        found = vocabulary.vocabulary(unit)
    return vocabulary_data(found)


@views.get("/<process>")
def show(process: str) -> Answer:
    with reading() as unit:
        page = designs.page(unit, process)
    return render_template("diagrams/show.html", page=page, tab="diagram")


@views.get("/<process>/findings")
def findings(process: str) -> Answer:
    with reading() as unit:
        page = designs.page(unit, process)
    return render_template("diagrams/findings.html", page=page, tab="findings")


@views.get("/<process>/history")
def history(process: str) -> Answer:
    with reading() as unit:
        page = designs.page(unit, process)
        versions = procedures.versions(unit, process)
        acts = procedures.history(unit, process)
    return render_template(
        "diagrams/history.html", page=page, tab="history", versions=versions, acts=acts
    )


@views.post("/<process>/drafts")
def open_draft(process: str) -> Answer:
    with work() as unit:
        design = design_openings.open_draft(unit, process)
    toasts.tell(say("A draft of {name} was opened", name=design.name))
    return redirect(url_for("diagrams.show", process=process), 303)


def _index(typed: dict[str, str] | None = None, error: Invalid | None = None) -> str:
    with reading() as unit:
        rows = procedures.listing(unit)
        may = designs.may_manage(unit)
    return render_template(
        "diagrams/index.html",
        rows=rows,
        may=may,
        typed=typed or {},
        error=error,
        faults=error.fields if error else {},
        refused=(),
    )
