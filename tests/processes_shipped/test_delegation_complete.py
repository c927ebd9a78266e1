"""No path of the delegation diagram is left unwalked, and pruning changes none of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.processes_shipped.delegation_walks import WALKS
from tests.processes_shipped.ladders import climb
from tests.processes_shipped.test_delegation_ladder import LADDERS
from tests.processes_shipped.walk import Walk, shipped

ALL: dict[str, Callable[[], Walk]] = {
    **WALKS,
    **{f"late_{ladder.step}": partial(climb, ladder) for ladder in LADDERS},
}


def test_every_flow_of_the_diagram_is_walked() -> None:
    seen = set().union(*(make().flows for make in ALL.values()))
    drawn = {flow.id for flow in shipped("delegation.bpmn").models["delegation"].flows}
    assert drawn - seen == set()


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_walk_is_the_same_pruned_and_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned = ALL[name]()
    monkeypatch.setattr(Walk, "pruning", False)
    whole = ALL[name]()
    assert pruned.history == whole.history
    assert pruned.data == whole.data
