from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.databases import Databases


def table_names(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_gets_a_database_of_its_own(empty_database_url: str, number: int) -> None:
    assert table_names(empty_database_url) == set()
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id integer)"))
    engine.dispose()


def test_a_filled_database_has_the_tables_and_is_nobody_elses(databases: Databases) -> None:
    one, two = databases.filled(), databases.filled()
    assert one != two
    assert table_names(one) == table_names(two) != set()
    databases.drop(one)
    databases.drop(two)
