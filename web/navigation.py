"""The places a person may go: only what they may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from engine.actor import Actor
from web.errors import N_
from web.request import actor, signed_in, simulated


def _anybody(_: Actor) -> bool:
    return True


def _administrator(who: Actor) -> bool:
    return who.administrator


def _looks_after_procedures(_: Actor) -> bool:
    return bool(current_user.is_authenticated and current_user.procedures)


def _member(who: Actor) -> bool:
    return bool(who.memberships)


@dataclass(frozen=True)
class Place:
    """One line of the navigation."""

    endpoint: str
    icon: str
    label: str
    open_to: Callable[[Actor], bool] = _anybody
    #: Also offered in the bar at the bottom of small screens.
    small: bool = False
    #: Other blueprints whose pages belong to this place.
    holds: tuple[str, ...] = ()

    @property
    def here(self) -> bool:
        """Whether the present page belongs to this place."""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.holds)


_AT_WORK = ("tasks", "task_verbs", "opinions", "bulk", "saved_views")
_OF_A_CASE = ("cases", "talk", "recusals", "clock_requests", "deadlines")

#: Groups of places: heading (may be empty) and places.
PLACES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place("inbox.show", "inbox", N_("Workbench"), small=True, holds=_AT_WORK),
            Place("search.show", "search", N_("Cases"), small=True, holds=_OF_A_CASE),
            Place("start.index", "start", N_("Start"), _member, small=True),
            Place("registers.index", "registers", N_("Registers")),
            Place("public.index", "public", N_("Publications")),
        ),
    ),
    (
        N_("Rules"),
        (
            Place(
                "diagrams.index",
                "flow",
                N_("Procedures"),
                _looks_after_procedures,
                holds=(
                    *("designs", "modeler", "changes", "versions", "tables", "exchange"),
                    *("proofs", "trials", "heat", "upgrades", "progress"),
                ),
            ),
            Place("limits.index", "limits", N_("Time limits")),
            Place("doctemplates.index", "document", N_("Document templates"), _member),
            Place("calendar.show", "calendar", N_("Calendar")),
            Place("periodic.index", "clock", N_("Periodic duties")),
        ),
    ),
    (
        N_("Administration"),
        (
            Place(
                "admin.index",
                "people",
                N_("People and procedures"),
                _administrator,
                holds=("staff",),
            ),
            Place("bodies.index", "building", N_("Bodies"), _administrator),
            Place("incidents.index", "incidents", N_("Incidents"), _administrator),
            Place("audit.index", "audit", N_("Audit"), _administrator),
        ),
    ),
)


def install(app: Flask) -> None:
    """What the frame around every page shows."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    who = signed_in()
    if who is None:
        return {"me": None, "places": (), "clock": simulated(), "unread": 0}
    return {
        "me": who,
        "places": places(actor()),
        "clock": simulated(),
        "unread": current_user.unread,
    }


def places(who: Actor) -> list[tuple[str, list[Place]]]:
    """The groups with what this person may use and this installation has."""
    found = []
    for heading, group in PLACES:
        usable = [
            place
            for place in group
            if place.open_to(who) and place.endpoint in current_app.view_functions
        ]
        if usable:
            found.append((heading, usable))
    return found
