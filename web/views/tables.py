"""A procedure as a table of steps; each can be changed without drawing anything."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from engine.errors import BadDefinition, Conflict, DubanError, Invalid
from engine.services import design_tables, designs, vocabulary
from engine.values.edits import Edit, EditOf, StepRow
from web import toasts
from web.drawings import vocabulary_words
from web.kept import Answer, Kept, returns_to
from web.request import number, reading, say, work

views = Blueprint("tables", __name__, url_prefix="/diagrams/<process>/table")

#: Inputs of a step by what they change; fields and ways out have one each.
_OWN = {
    "name": EditOf.NAME,
    "role": EditOf.ROLE,
    "body": EditOf.BODY,
    "instruction": EditOf.INSTRUCTION,
    "stage": EditOf.STAGE,
    "limit": EditOf.LIMIT,
}


@views.get("")
def show(process: str) -> Answer:
    with reading() as unit:
        page = designs.page(unit, process)
        steps = design_tables.table(unit, process)
    return render_template("diagrams/table.html", page=page, tab="table", steps=steps)


@views.get("/<element>")
def step(process: str, element: str) -> Answer:
    return _step(process, element)


@views.post("/<element>")
def edit(process: str, element: str) -> Answer:
    typed = request.form
    try:
        with work() as unit:
            row = design_tables.step(unit, process, element)
            wanted = _edits(row, typed)
            if wanted:
                seen = number(typed.get("revision")) or 0
                design_tables.edit(unit, process, wanted, seen)
    except (Invalid, BadDefinition) as error:
        return _step(process, element, typed, error), 422
    except Conflict as error:
        return _step(process, element, typed, error), 409
    toasts.tell(say("The step is changed") if wanted else say("Nothing was different"))
    return redirect(url_for("tables.show", process=process, _anchor=element), 303)


@returns_to("tables.edit")
def put_back(text: Kept) -> Answer:
    typed = MultiDict([(name, one) for name, all_ in text.raw.items() for one in all_])
    return _step(str(text.arguments["process"]), str(text.arguments["element"]), typed)


# --- Parts ------------------------------------------------------------------------------------


def _step(
    process: str,
    element: str,
    typed: MultiDict[str, str] | None = None,
    error: DubanError | None = None,
) -> str:
    with reading() as unit:
        page = designs.page(unit, process)
        row = design_tables.step(unit, process, element)
        steps = design_tables.table(unit, process)
        terms = vocabulary.vocabulary(unit)
    return render_template(
        "diagrams/step.html",
        page=page,
        tab="table",
        step=row,
        steps=steps,
        terms=vocabulary_words(terms),
        held=_held(row) if typed is None else {**_blank(row), **typed.to_dict()},
        error=error,
        refused=error.findings if isinstance(error, BadDefinition) else (),
    )


def _held(row: StepRow) -> dict[str, str]:
    """The step as its form holds it."""
    held = {
        "name": row.name,
        "role": row.role if row.own_role else "",
        "body": row.body if row.own_role else "",
        "instruction": row.instruction,
        "stage": row.stage,
        "limit": row.limit,
    }
    for field in row.fields:
        held[f"label.{field.id}"] = field.label
        held[f"help.{field.id}"] = field.help
        held[f"required.{field.id}"] = "yes" if field.required else ""
    for way in row.next:
        held[f"condition.{way.flow}"] = way.condition
        held[f"target.{way.flow}"] = way.target
        held[f"way.{way.flow}"] = way.name
    return held


def _blank(row: StepRow) -> dict[str, str]:
    """The same with nothing ticked: a browser does not send what is not."""
    return {name: "" if name.startswith("required.") else text for name, text in _held(row).items()}


def _edits(row: StepRow, typed: MultiDict[str, str]) -> list[Edit]:
    """What was typed that differs from the step as it is."""
    before = _held(row)
    after = {**_blank(row), **{name: text for name, text in typed.items() if name in before}}
    changed = {
        name: text.replace("\r\n", "\n").strip()
        for name, text in after.items()
        if text.replace("\r\n", "\n").strip() != before[name].strip()
    }
    found = []
    for name, text in changed.items():
        kind, _, id = name.partition(".")
        if kind in _OWN and not id:
            found.append(Edit(row.element, _OWN[kind], text))
        elif kind in ("label", "help", "required"):
            found.append(Edit(row.element, EditOf(f"field_{kind}"), text, id))
        elif kind == "way":
            found.append(Edit(id, EditOf.NAME, text))
        else:
            found.append(Edit(id, EditOf(kind), text))
    return found
