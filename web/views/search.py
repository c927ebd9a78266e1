"""Finding cases by number, title and party."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.services import search
from web.kept import Answer
from web.request import reading

views = Blueprint("search", __name__, url_prefix="/search")


@views.get("")
def show() -> Answer:
    with reading() as unit:
        page = search.cases(
            unit, request.args.get("q", "").strip()[:200], request.args.get("after", "")
        )
    return render_template("search/show.html", page=page)
