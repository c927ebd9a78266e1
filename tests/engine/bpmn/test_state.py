from __future__ import annotations

import zlib

import pytest

from engine.bpmn import state
from engine.bpmn.runtime import CaseRun
from engine.errors import Broken
from tests.engine.bpmn.diagrams import (
    Walk,
    defined,
    end,
    environment,
    flows,
    process,
    start,
    two_steps,
    user,
)


def test_the_state_holds_no_values_and_no_definition() -> None:
    walk = Walk(two_steps(), {"secret": "原告姓名"})
    text = zlib.decompress(walk.last.state).decode()
    assert "原告" not in text
    assert "name of a" not in text
    assert '"a"' in text


def broken_states(good: bytes) -> dict[str, bytes]:
    text = zlib.decompress(good).decode()

    def packed(old: str, new: str) -> bytes:
        assert old in text
        return zlib.compress(text.replace(old, new, 1).encode())

    return {
        "empty": b"",
        "no zlib": b"hello",
        "cut off": good[:-3],
        "something behind": good + b"x",
        "no json": zlib.compress(b"{"),
        "no mapping": zlib.compress(b"[]"),
        "nothing in it": zlib.compress(b"{}"),
        "another node": packed('"a"', '"zz"'),
        "a step half done": packed('"Start","state":64', '"Start","state":16'),
        "no such state": packed('"Start","state":64', '"Start","state":3'),
        "another scope": packed('"spec":"p"', '"spec":"q"'),
        "no scopes": zlib.compress(text[: text.index('"case"')].encode() + b'"case":{}}'),
    }


@pytest.mark.parametrize("how", list(broken_states(Walk(two_steps()).last.state)))
def test_a_damaged_state_is_refused(how: str) -> None:
    walk = Walk(two_steps())
    damaged = broken_states(walk.last.state)[how]
    with pytest.raises(Broken, match="state"):
        CaseRun.load(walk.definition, damaged, {}, environment())


def test_a_state_of_another_format_is_refused() -> None:
    walk = Walk(two_steps())
    text = zlib.decompress(walk.last.state).decode()
    for version in ("duban-0", "1.5", "1.3"):
        foreign = text.replace(state.SERIALIZER_VERSION, version)
        with pytest.raises(Broken, match="foreign_version"):
            CaseRun.load(walk.definition, zlib.compress(foreign.encode()), {}, environment())


def test_a_state_of_another_definition_is_refused() -> None:
    other = defined(process(start(), user("a"), user("c"), end(), flows("start a c end")))
    with pytest.raises(Broken, match="other_definition"):
        CaseRun.load(other, Walk(two_steps()).last.state, {}, environment())


def test_a_compressed_bomb_is_refused() -> None:
    bomb = zlib.compress(b" " * 50_000_000)
    with pytest.raises(Broken, match="state_too_large"):
        CaseRun.load(two_steps(), bomb, {}, environment())


def test_any_single_changed_byte_is_refused_or_harmless() -> None:
    walk = Walk(two_steps())
    for place in range(len(walk.last.state)):
        damaged = bytearray(walk.last.state)
        damaged[place] ^= 0x5A
        try:
            run = CaseRun.load(walk.definition, bytes(damaged), {}, environment())
        except Broken as error:
            assert error.code.startswith("state.")  # noqa: PT017  # Either end is right.
        else:
            assert run.outcome().tasks == walk.last.tasks
