"""The workbench: what there is to do, what may be taken, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError
from engine.services import inbox, saved_views
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
    return page(request.args)


def page(given: Mapping[str, str], fault: DubanError | None = None, typed: str = "") -> str:
    """The inbox an address asks for; ``fault`` and ``typed`` belong to saving a view."""
    query = parse(given)
    with reading() as work:
        found = inbox.page(work, query)
        shareable = saved_views.shareable(work)
    return render_template(
        "inbox/show.html",
        page=found,
        shareable=shareable,
        fault=fault,
        typed=typed,
        view_address=_view_address,
        groups=[(key, list(rows)) for key, rows in groupby(found.rows, lambda row: row.group)],
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


def _view_address(query: Mapping[str, str]) -> str:
    """The address of a saved view."""
    return address(parse(query))


def _member(kind: Any, value: str | None) -> Any:
    return kind(value) if value in set(kind) else None
