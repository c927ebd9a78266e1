"""Cases made to measure with are cases like any other: what checks cases finds them whole."""

from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE
from engine.cli import county
from engine.config import Mode, Settings
from engine.errors import Forbidden
from engine.office import Office, open_office
from engine.services import cases, generation, incidents, verification
from engine.services.generation import copies, names
from engine.store import verification as store
from tests.fakes import FakeClock


def office(url: str, home: Path, mode: Mode = Mode.DEMO) -> Office:
    settings = Settings(
        home, url, mode, secret_file=home / "secret", demo_password="生成案件的口令"
    )
    return incidents.attach(open_office(settings, FakeClock()))


def test_copies_of_played_cases_have_their_own_numbers_names_and_chains_and_verify(
    empty_database_url: str, tmp_path: Path
) -> None:
    made = office(empty_database_url, tmp_path)
    county.prepare(made)
    played = generation.generate(made, 4, seed=3)
    with made.read(COMMAND_LINE) as work:
        first = store.case_ids(work.session, 0, 1000)
    copied = copies.multiply(
        made,
        first,
        len(first),
        names.Names(generation.source(5)),
        lambda _: None,
    )
    with made.read(COMMAND_LINE) as work:
        every = store.case_ids(work.session, 0, 1000)
        pages = [cases.page(work, one) for one in (every[0], every[-1])]
        found = cases.find(work, pages[1].case.title)
    assert played.cases == 4
    assert copied > 0
    assert len(every) == len(first) + copied
    assert len({page.case.number for page in pages}) == 2
    assert pages[1].case.id in [row.case.id for row in found.rows]
    assert verification.county(made, COMMAND_LINE).differences == ()
    made.close()


def test_a_county_in_production_is_never_filled_with_samples(
    sqlite_url: str, tmp_path: Path
) -> None:
    made = office(sqlite_url, tmp_path, Mode.PRODUCTION)
    with pytest.raises(Forbidden, match="demo_only"):
        generation.generate(made, 5, seed=1)
    made.close()
