"""What differs between two versions of a procedure, on both drawings and in words."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request

from engine.services import design_changes, designs
from web import differences
from web.kept import Answer
from web.request import reading

views = Blueprint("changes", __name__, url_prefix="/diagrams/<process>/changes")


@views.get("")
def show(process: str) -> Answer:
    before, after = request.args.get("from", ""), request.args.get("to", "")
    with reading() as unit:
        found = design_changes.compared(unit, process, before, after)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(differences.data(found))
        page = designs.page(unit, process)
        points = design_changes.points(unit, process)
    return render_template(
        "diagrams/changes.html",
        page=page,
        tab="changes",
        found=found,
        lines=differences.lines(found.changes),
        choices=[(key, differences.named(key)) for key in (*points, "nothing")],
    )
