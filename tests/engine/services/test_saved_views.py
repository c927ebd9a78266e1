"""Saved views: one's own, or shared with the people of a body."""

from __future__ import annotations

import pytest

from engine.errors import Forbidden, Invalid, NotFound
from engine.services import saved_views
from tests.engine.services.conftest import County


def save(county: County, who: str, name: str, body: str = "", **query: str) -> int:
    with county.office.begin(county.actor(who)) as work:
        return saved_views.save(work, name, query, county.bodies[body] if body else None)


def names(county: County, who: str) -> list[tuple[str, bool]]:
    with county.office.read(county.actor(who)) as work:
        return [(one.name, one.mine) for one in saved_views.mine(work)]


def test_a_view_keeps_tab_and_filters_and_nothing_else(county: County) -> None:
    save(county, "sup1", " 超期 ", tab="pool", light="red", after="0_2026", process="")
    with county.office.read(county.actor("sup1")) as work:
        assert [(one.name, dict(one.query)) for one in saved_views.mine(work)] == [
            ("超期", {"tab": "pool", "light": "red"})
        ]


def test_a_shared_view_is_seen_by_the_body_and_forgotten_by_its_owner_only(county: County) -> None:
    made = save(county, "sup1", "本局超期", "legal", light="red")
    save(county, "sup1", "我的", light="yellow")
    assert names(county, "sup2") == [("本局超期", False)]
    assert names(county, "traffic") == []
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(NotFound):
        saved_views.remove(work, made)
    with county.office.begin(county.actor("sup1")) as work:
        saved_views.remove(work, made)
    assert names(county, "sup2") == []


def test_a_name_is_needed_and_used_once_and_bodies_are_ones_own(county: County) -> None:
    save(county, "sup1", "超期", light="red")
    for name in ("", "超期"):
        with pytest.raises(Invalid) as wrong:
            save(county, "sup1", name)
        assert "name" in wrong.value.fields
    with pytest.raises(Forbidden):
        save(county, "sup1", "别处", "market")
