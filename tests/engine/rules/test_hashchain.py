"""The audit chain: whatever is touched, the first wrong entry is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.rules.hashchain import START, Anchor, Break, Link, canonical, digest, verify

KEY, OTHER = b"k" * 32, b"o" * 32


def chain(length: int, key: bytes = KEY) -> list[Link]:
    links, head = [], START
    for seq in range(1, length + 1):
        entry = {"seq": seq, "act": "completed", "actor": "李", "facts": {"a": [1, None, True]}}
        head = digest(key, head, entry)
        links.append(Link(seq, entry, head))
    return links


WHOLE = chain(6)


def test_an_untouched_chain_is_whole():
    report = verify(KEY, WHOLE, [Anchor(3, WHOLE[2].digest), Anchor(6, WHOLE[5].digest)])
    assert report
    assert (report.entries, report.head) == (6, WHOLE[5].digest)


def test_an_empty_chain_is_whole_unless_something_was_anchored():
    assert verify(KEY, [])
    report = verify(KEY, [], [Anchor(2, b"x" * 32)])
    assert (report.broken_at, report.why) == (1, Break.TAIL_CUT)


@pytest.mark.parametrize("position", range(1, 7))
@pytest.mark.parametrize(
    "change",
    [
        {"act": "opened"},
        {"actor": "李 "},
        {"seq": 99},
        {"facts": {"a": [1, None, False]}},
        {"facts": {"a": [None, 1, True]}},
        {"more": None},
    ],
    ids=str,
)
def test_a_changed_entry_is_found_where_it_stands(position, change):
    links = list(WHOLE)
    old = links[position - 1]
    links[position - 1] = replace(old, entry={**old.entry, **change})
    report = verify(KEY, links)
    assert not report
    assert (report.broken_at, report.why) == (position, Break.ENTRY_CHANGED)
    assert report.entries == position - 1


@pytest.mark.parametrize("position", range(1, 7))
@pytest.mark.parametrize("bit", [0, 7, 255])
def test_a_flipped_bit_of_a_digest_is_found_where_it_stands(position, bit):
    links = list(WHOLE)
    old = links[position - 1]
    flipped = bytearray(old.digest)
    flipped[bit // 8] ^= 1 << bit % 8
    links[position - 1] = replace(old, digest=bytes(flipped))
    report = verify(KEY, links)
    assert (report.broken_at, report.why) == (position, Break.ENTRY_CHANGED)


@pytest.mark.parametrize("position", range(1, 6))
def test_a_left_out_entry_is_found(position):
    links = WHOLE[: position - 1] + WHOLE[position:]
    report = verify(KEY, links)
    assert (report.broken_at, report.why) == (position, Break.OUT_OF_SEQUENCE)


@pytest.mark.parametrize("position", range(1, 6))
def test_a_left_out_entry_is_found_when_the_rest_was_renumbered(position):
    rest = [
        replace(link, seq=link.seq - 1, entry={**link.entry, "seq": link.seq - 1})
        for link in WHOLE[position:]
    ]
    report = verify(KEY, WHOLE[: position - 1] + rest)
    assert (report.broken_at, report.why) == (position, Break.ENTRY_CHANGED)


def test_an_entry_put_in_without_the_key_is_found():
    forged = {"seq": 3, "act": "completed"}
    links = [*WHOLE[:2], Link(3, forged, digest(OTHER, WHOLE[1].digest, forged)), *WHOLE[2:]]
    assert verify(KEY, links).broken_at == 3


def test_two_entries_that_changed_places_are_found():
    links = [WHOLE[0], WHOLE[2], WHOLE[1], *WHOLE[3:]]
    report = verify(KEY, links)
    assert (report.broken_at, report.why) == (2, Break.OUT_OF_SEQUENCE)


@pytest.mark.parametrize("left", range(6))
def test_a_cut_tail_is_seen_only_with_an_anchor(left):
    assert verify(KEY, WHOLE[:left])
    report = verify(KEY, WHOLE[:left], [Anchor(6, WHOLE[5].digest)])
    assert (report.broken_at, report.why) == (left + 1, Break.TAIL_CUT)


def test_a_chain_rewritten_with_the_key_differs_from_its_anchor():
    links, head = list(WHOLE[:3]), WHOLE[2].digest
    for seq in range(4, 7):
        entry = {"seq": seq, "act": "something else"}
        head = digest(KEY, head, entry)
        links.append(Link(seq, entry, head))
    assert verify(KEY, links)
    report = verify(KEY, links, [Anchor(5, WHOLE[4].digest)])
    assert (report.broken_at, report.why) == (5, Break.ANCHOR_DIFFERS)


def test_a_chain_made_with_another_key_is_broken_from_its_first_entry():
    report = verify(KEY, chain(3, OTHER))
    assert (report.broken_at, report.why) == (1, Break.ENTRY_CHANGED)


def test_a_foreign_chain_spliced_on_is_found_at_the_seam():
    foreign = [
        Link(seq, {"seq": seq, "case": 2}, digest(KEY, b"f" * 32, {"seq": seq, "case": 2}))
        for seq in (4, 5)
    ]
    assert verify(KEY, WHOLE[:3] + foreign).broken_at == 4


def test_the_order_of_keys_does_not_matter_but_that_of_lists_does():
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == canonical({"a": {"c": 3, "d": 2}, "b": 1})
    assert canonical({"a": [1, 2]}) != canonical({"a": [2, 1]})
    assert canonical({"a": "督办"}) == '{"a":"督办"}'.encode()


def test_a_whole_number_may_come_back_without_its_fraction():
    assert canonical({"a": [1.0, 1e300]}) == canonical({"a": [1, int(1e300)]})


@pytest.mark.parametrize(
    "entry",
    [{1: "a"}, {"a": b"x"}, {"a": {"b": {1, 2}}}, {"a": float("nan")}, {"a": float("inf")},
     {"a": "\ud800"}, {"\udfff": 1}],
    ids=ascii,
)  # fmt: skip
def test_what_is_not_json_is_refused(entry):
    with pytest.raises(Invalid, match="not_canonical"):
        canonical(entry)


@pytest.mark.parametrize(
    ("key", "previous", "code"), [(b"short", b"", "weak_key"), (KEY, b"x" * 31, "bad_digest")]
)
def test_a_weak_key_or_a_mangled_digest_is_refused(key, previous, code):
    with pytest.raises(Invalid, match=code):
        digest(key, previous, {})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON))
def test_an_entry_read_back_from_json_has_the_same_digest(entry):
    again = json.loads(json.dumps(entry))
    assert digest(KEY, START, again) == digest(KEY, START, entry)
