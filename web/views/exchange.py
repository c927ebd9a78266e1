"""Files of procedures: taken in, mapped to our own marks, given out."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from engine.errors import BadDefinition, Conflict, DubanError, Invalid
from engine.services import design_imports, designs, procedures, vocabulary
from engine.values.imports import Choice, OfferOf
from web import toasts
from web.drawings import vocabulary_words
from web.kept import Answer
from web.request import number, reading, say, work

views = Blueprint("exchange", __name__, url_prefix="/diagrams")

#: Bytes of a file that is taken in.
LARGEST = 6_000_000


@views.post("/import")
def take_in() -> Answer:
    sent = request.files.get("file")
    typed = request.form.to_dict()
    try:
        if sent is None or not sent.filename:
            raise Invalid(fields={"file": Invalid("required")})
        data = sent.stream.read(LARGEST + 1)
        with work() as unit:
            design = design_imports.take_in(unit, data, typed.get("import_as", ""))
    except (Invalid, BadDefinition) as error:
        return _index(typed, error), 422
    except Conflict as error:
        return _index(typed, error), 409
    toasts.tell(say("The file is a draft now: {name}", name=design.name))
    return redirect(url_for("exchange.mapping", process=design.process), 303)


@views.get("/<process>/mapping")
def mapping(process: str) -> Answer:
    return _mapping(process)


@views.post("/<process>/mapping")
def take_over(process: str) -> Answer:
    typed = request.form.to_dict()
    try:
        with work() as unit:
            choices = _choices(typed)
            if not choices:
                raise Invalid("nothing_chosen")
            seen = number(typed.get("revision")) or 0
            design_imports.take_over(unit, process, choices, seen)
    except (Invalid, BadDefinition) as error:
        return _mapping(process, typed, error), 422
    except Conflict as error:
        return _mapping(process, typed, error), 409
    toasts.tell(say("Taken over: {n}", n=len(choices)))
    return redirect(url_for("exchange.mapping", process=process), 303)


@views.get("/<process>/export.bpmn")
def diagram(process: str) -> Answer:
    with reading() as unit:
        name, data = design_imports.given_out(unit, process, request.args.get("of", "draft"))
    return send_file(BytesIO(data), "application/xml", True, name)


@views.get("/<process>/export.zip")
def archive(process: str) -> Answer:
    with reading() as unit:
        name, data = design_imports.archive(unit, process, request.args.get("of", "draft"))
    return send_file(BytesIO(data), "application/zip", True, name)


# --- Parts ------------------------------------------------------------------------------------


def _index(typed: Mapping[str, str], error: DubanError) -> str:
    with reading() as unit:
        rows = procedures.listing(unit)
        may = designs.may_manage(unit)
    refused = error.findings if isinstance(error, BadDefinition) else ()
    # The form for a new procedure and that for a file stand on one page.
    faults = error.fields if isinstance(error, Invalid) else {}
    renamed = {"import_as" if name == "process" else name: one for name, one in faults.items()}
    return render_template(
        "diagrams/index.html", rows=rows, may=may, typed=typed, faults=renamed, error=error,
        refused=refused,
    )  # fmt: skip


def _mapping(
    process: str, typed: Mapping[str, str] | None = None, error: DubanError | None = None
) -> str:
    with reading() as unit:
        page = designs.page(unit, process)
        found = design_imports.foreign(unit, process)
        terms = vocabulary.vocabulary(unit)
    return render_template(
        "diagrams/mapping.html",
        page=page,
        tab="mapping",
        found=found,
        terms=vocabulary_words(terms),
        typed=typed or {},
        error=error,
    )


def _choices(typed: Mapping[str, str]) -> list[Choice]:
    """What was ticked, with the role, body or limit chosen for it."""
    found = []
    for name in typed:
        mark, _, key = name.partition(":")
        of, _, element = key.partition(".")
        if mark == "take" and of in tuple(OfferOf) and element:
            found.append(
                Choice(
                    element,
                    OfferOf(of),
                    typed.get(f"role:{key}", ""),
                    typed.get(f"body:{key}", "").strip(),
                    typed.get(f"limit:{key}", ""),
                )
            )
    return found
