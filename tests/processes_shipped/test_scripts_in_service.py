"""Every procedure told in a script, walked to its end by the people of the demo county."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.actor import COMMAND_LINE
from engine.store import cases as case_store
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.processes_shipped.players import Players, players
from tests.processes_shipped.scripts import scripts
from tests.processes_shipped.walk import shipped

#: Procedures a person begins; the others begin on a case, by what stands there or by its clocks.
BEGUN = [n for n in scripts() if not shipped(f"{n}.bpmn").description.process.on_case]


@pytest.fixture(scope="module")
def county(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Players]:
    """One county for all: what the procedures do with the database other tests try on both."""
    url = sqlite_databases.filled()
    with players(url, FakeClock(), tmp_path_factory.mktemp("office")) as found:
        yield found
    sqlite_databases.drop(url)


@pytest.mark.parametrize("process", BEGUN)
def test_people_of_the_county_bring_a_case_of_each_procedure_to_its_end(
    county: Players, process: str
) -> None:
    script = scripts()[process]
    ended = [name for name, told in script.walks.items() if "last" in told]
    longest = max(ended, key=lambda name: len(script.commands(name)))
    case_id = county.play(script, longest)
    assert county.open(case_id) == []
    with county.office.read(COMMAND_LINE) as work:
        found = case_store.get(work.session, case_id)
    assert found is not None
    assert found.status == "finished"
    assert county.troubles() == []
