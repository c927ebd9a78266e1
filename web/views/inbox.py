"""The workbench: what there is to do, what may be taken, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from engine.services import inbox
from engine.values.inbox_pages import InboxQuery, Tab
from engine.values.timing import Light
from web.kept import Answer
from web.request import number, reading

views = Blueprint("inbox", __name__)

#: Lights a person can ask for; done cases have lights of their own.
LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN, Light.GREY)


@views.get("/")
def home() -> Answer:
    return redirect(url_for("inbox.show"), 303)


@views.get("/inbox")
def show() -> Answer:
    query = parse(request.args)
    with reading() as work:
        page = inbox.page(work, query)
    return render_template(
        "inbox/show.html",
        page=page,
        groups=[(key, list(rows)) for key, rows in groupby(page.rows, lambda row: row.group)],
        tabs=tuple(Tab),
        lights=LIGHTS,
        filtered=bool(query.process or query.body_id or query.light),
        address=address,
    )


def parse(given: Mapping[str, str]) -> InboxQuery:
    """The tab and filters an address asks for; what makes no sense is left out."""
    return InboxQuery(
        tab=_member(Tab, given.get("tab")) or Tab.TODO,
        process=given.get("process", ""),
        body_id=number(given.get("body")),
        light=_member(Light, given.get("light")),
        after=given.get("after", ""),
    )


def address(query: InboxQuery, **changes: Any) -> str:
    """The address of this inbox with some parts changed; a page further on starts anew."""
    parts = {field.name: getattr(query, field.name) for field in fields(query)}
    parts.update({"after": "", **changes})
    given = {
        "tab": parts["tab"] if parts["tab"] != Tab.TODO else None,
        "process": parts["process"] or None,
        "body": parts["body_id"],
        "light": parts["light"],
        "after": parts["after"] or None,
    }
    return url_for("inbox.show", **{name: value for name, value in given.items() if value})


def _member(kind: Any, value: str | None) -> Any:
    return kind(value) if value in set(kind) else None
