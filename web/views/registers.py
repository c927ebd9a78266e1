"""Registers: the list of them, one of them, an entry with its history, a workbook."""

from __future__ import annotations

import io

from flask import Blueprint, render_template, request, send_file

from engine.rules.registers import Validity
from engine.services import register_export, registers
from engine.services.registers import RegisterQuery
from web.kept import Answer
from web.request import reading, work

views = Blueprint("registers", __name__, url_prefix="/registers")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Parameters of the list's address that name a column begin so.
_COLUMN = "c."


@views.get("")
def index() -> Answer:
    with reading() as unit:
        rows = registers.registers(unit)
    return render_template("registers/index.html", rows=rows)


@views.get("/<code>")
def show(code: str) -> Answer:
    with reading() as unit:
        page = registers.entries(unit, code, _query())
    return render_template(
        "registers/show.html",
        page=page,
        validities=(Validity.VALID, Validity.SOON, Validity.EXPIRED),
        asked=_asked(page.query),
    )


@views.get("/<code>/workbook")
def workbook(code: str) -> Answer:
    """What the list shows, for a spreadsheet: audited, and nothing changes."""
    with work() as unit:
        made = register_export.workbook(unit, code, _query())
    sent = send_file(
        io.BytesIO(made.content), XLSX, as_attachment=True, download_name=made.filename
    )
    sent.headers["Cache-Control"] = "private, no-store"
    return sent


@views.get("/entries/<int:entry_id>")
def entry(entry_id: int) -> Answer:
    with reading() as unit:
        page = registers.entry(unit, entry_id)
    return render_template("registers/entry.html", page=page)


def _query() -> RegisterQuery:
    given = request.args
    return RegisterQuery(
        text=given.get("q", "").strip()[:200],
        after=given.get("after", ""),
        where={
            name.removeprefix(_COLUMN): value[:120]
            for name, value in given.items()
            if name.startswith(_COLUMN) and value
        },
        validity=given.get("validity", ""),
    )


def _asked(query: RegisterQuery) -> dict[str, str]:
    """The parameters of the address that narrow the list."""
    asked = {"q": query.text, "validity": query.validity}
    asked |= {f"{_COLUMN}{id}": value for id, value in query.where.items()}
    return {name: value for name, value in asked.items() if value}
