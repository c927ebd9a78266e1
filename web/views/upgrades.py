"""Running cases of a procedure: what a version does to them, and moving them to it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import Invalid, NotFound
from engine.services import designs, procedures, upgrades
from engine.values.upgrades import Preview
from web import toasts
from web.kept import Answer, Kept, returns_to
from web.request import number, reading, say, work

views = Blueprint("upgrades", __name__, url_prefix="/diagrams/<process>/upgrade")

Typed = dict[str, str]
#: Inputs that say which step takes the place of one that vanished.
STEP = "step."


@views.get("")
def show(process: str) -> Answer:
    return _page(process, request.args.to_dict())


@views.post("")
def start(process: str) -> Answer:
    typed = request.form.to_dict()
    chosen = [one for text in request.form.getlist("case") if (one := number(text)) is not None]
    version = number(typed.get("version"))
    try:
        with work() as unit:
            made = upgrades.start(
                unit,
                process,
                mapping(typed),
                typed.get("note", ""),
                chosen if typed.get("which") == "chosen" else None,
                version,
            )
    except Invalid as error:
        return _page(process, typed, error), 422
    toasts.tell(say("The cases are being moved"))
    return redirect(url_for("progress.show", upgrade_id=made), 303)


@returns_to("upgrades.start")
def start_back(text: Kept) -> Answer:
    typed = {name: values[0] for name, values in text.raw.items() if values}
    return _page(str(text.arguments["process"]), typed)


def mapping(typed: Typed) -> dict[str, str]:
    """Steps that vanished with those that take their place."""
    return {
        name.removeprefix(STEP): step
        for name, step in typed.items()
        if name.startswith(STEP) and step
    }


def _page(process: str, typed: Typed, error: Invalid | None = None) -> str:
    version = number(typed.get("version"))
    seen: Preview | None = None
    unknown = ""
    with reading() as unit:
        page = designs.page(unit, process)
        versions = procedures.versions(unit, process)
        found = upgrades.touched(unit, process, version) if versions else None
        steps = upgrades.choices(unit, process, version) if versions else ()
        wanted = typed.get("number", "").strip()
        if wanted and versions:
            try:
                seen = upgrades.preview_of(unit, process, wanted, mapping(typed), version)
            except NotFound as missing:
                unknown = missing.code
    return render_template(
        "diagrams/upgrade.html",
        page=page,
        tab="upgrade",
        versions=versions,
        found=found,
        steps=steps,
        seen=seen,
        unknown=unknown,
        typed=typed,
        error=error,
        faults=error.fields if error is not None else {},
    )
