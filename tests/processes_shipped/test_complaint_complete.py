"""No path of the complaint's diagrams is left unwalked, and pruning changes none of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.processes_shipped.complaint_walks import WALKS
from tests.processes_shipped.test_complaint_ladder import LADDERS, every_rung, handling_climbed
from tests.processes_shipped.walk import Walk, all_flows, shipped

ALL: dict[str, Callable[[], Walk]] = {
    **WALKS,
    **{f"late_{ladder.step}": partial(every_rung, ladder) for ladder in LADDERS},
    "late_handling": handling_climbed,
}


def test_every_flow_of_the_diagrams_is_walked() -> None:
    seen = set().union(*(make().flows for make in ALL.values()))
    assert all_flows(shipped("complaint.bpmn")) == seen


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_walk_is_the_same_pruned_and_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned = ALL[name]()
    monkeypatch.setattr(Walk, "pruning", False)
    whole = ALL[name]()
    assert pruned.history == whole.history
    assert pruned.data == whole.data
