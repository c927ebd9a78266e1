"""Registers: the list of them, one of them, and an entry with its history."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.services import registers
from engine.services.registers import RegisterQuery
from web.kept import Answer
from web.request import reading

views = Blueprint("registers", __name__, url_prefix="/registers")


@views.get("")
def index() -> Answer:
    with reading() as unit:
        rows = registers.registers(unit)
    return render_template("registers/index.html", rows=rows)


@views.get("/<code>")
def show(code: str) -> Answer:
    query = RegisterQuery(
        text=request.args.get("q", "").strip()[:200], after=request.args.get("after", "")
    )
    with reading() as unit:
        page = registers.entries(unit, code, query)
    return render_template("registers/show.html", page=page)


@views.get("/entries/<int:entry_id>")
def entry(entry_id: int) -> Answer:
    with reading() as unit:
        page = registers.entry(unit, entry_id)
    return render_template("registers/entry.html", page=page)
