"""Help: keys, lights, and how deadlines are counted."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.kept import Answer
from web.session import public

views = Blueprint("help", __name__)


@views.get("/help")
@public
def show() -> Answer:
    return render_template("help/show.html")
