"""docs/coverage.md says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import config
from engine.errors import Invalid
from engine.services import coverage


def test_the_page_of_clauses_is_up_to_date_and_names_only_what_exists() -> None:
    found = coverage.report(config.read({}))
    assert coverage.PAGE.read_text("utf-8") == coverage.page(found), "run.py coverage --write"
    assert len(coverage.as_json(found)) == len(found)


def test_a_test_that_is_gone_is_missed(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    with pytest.raises(Invalid) as refused:
        coverage.report(config.read({}), tmp_path)
    assert {problem.code for problem in refused.value.fields.values()} == {"unknown_test"}
