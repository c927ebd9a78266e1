"""The proof of a procedure: what can go wrong, and the way there on the diagram."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request

from engine.errors import BadDefinition
from engine.services import designs, proofs
from engine.values.proof import Flaw
from web.drawings import drawing_data
from web.kept import Answer
from web.request import number, reading

views = Blueprint("proofs", __name__, url_prefix="/diagrams/<process>/proof")


@views.get("")
def show(process: str) -> Answer:
    chosen = number(request.args.get("flaw"))
    with reading() as unit:
        try:
            found = proofs.of(unit, process)
        except BadDefinition as error:
            page = designs.page(unit, process)
            return render_template(
                "diagrams/proof.html", page=page, tab="proof", refused=error.findings, found=None
            )
    flaws = found.report.flaws
    flaw = flaws[chosen] if chosen is not None and chosen < len(flaws) else None
    if request.accept_mimetypes.best == "application/json":
        data = drawing_data(found.page)
        data["after"]["marks"] = marks(flaw) if flaw else {one.element: "flaw" for one in flaws}
        return jsonify(data)
    return render_template(
        "diagrams/proof.html",
        page=found.page,
        tab="proof",
        refused=(),
        found=found,
        report=found.report,
        flaw=flaw,
        chosen=chosen if flaw is not None else None,
        names={one.id: one.name or one.id for one in found.description.elements.values()},
        labels={one.id: one.label for one in found.description.fields.values()},
    )


def marks(flaw: Flaw) -> dict[str, str]:
    """The way to a flaw, and the flaw, as marks on the drawing."""
    return {
        **dict.fromkeys(flaw.flows, "flow"),
        **dict.fromkeys(flaw.elements, "passed"),
        flaw.element: "flaw",
    }
