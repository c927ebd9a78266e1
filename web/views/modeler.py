"""The page a procedure is drawn on; what it reads and saves: :mod:`web.views.designs`."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.services import design_imports, designs
from web.kept import Answer
from web.request import reading
from web.security import allow

views = Blueprint("modeler", __name__, url_prefix="/diagrams/<process>")


@views.get("/draw")
def show(process: str) -> Answer:
    # The library of the canvas places labels and menus by style attributes; style sheets and
    # scripts stay our own.
    allow(style_src_attr="'unsafe-inline'")
    with reading() as unit:
        page = designs.page(unit, process)
        found = design_imports.foreign(unit, process)
    return render_template("diagrams/draw.html", page=page, tab="draw", found=found)
