"""The small county of the service tests, on a clock that several processes share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engine.services.conftest import County, settle
from tests.faults.nodes import Place, SharedClock


@dataclass
class Town(County):
    """The county, and where it lives."""

    place: Place = field(default_factory=lambda: Place("", Path()))


def made(place: Place) -> Town:
    """A county with the inspection published, on a Monday morning."""
    office = place.open()
    clock = SharedClock(place.home / "clock")
    small = settle(office, clock)
    town = Town(office, clock, small.bodies, small.people, place)
    town.at("2026-03-02 09:00")
    town.publish("inspection.bpmn")
    return town


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """On SQLite and on PostgreSQL."""
    SharedClock(tmp_path / "clock")
    found = made(Place(database_url, tmp_path))
    yield found
    found.office.close()


@pytest.fixture
def sqlite_town(sqlite_url: str, tmp_path: Path) -> Iterator[Town]:
    """Where only SQLite can fail so."""
    found = made(Place(sqlite_url, tmp_path))
    yield found
    found.office.close()
