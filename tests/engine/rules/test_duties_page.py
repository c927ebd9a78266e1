"""docs/duties.md tells the rules, their sources and the doors as they are."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from engine.rules.basis import BASIS
from engine.services.duty import Door
from engine.values.process import Duty

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "duties.md").read_text("utf-8")


def test_every_rule_stands_there_with_its_source() -> None:
    told = dict(re.findall(r"^\| (R\d+) \| [^|]+ \| ([^|]+) \|", PAGE, re.M))
    assert told == dict(BASIS)


def test_every_file_it_names_is_there() -> None:
    for name in re.findall(r"`((?:rules|services)/\w+\.py)`", PAGE):
        assert (ROOT / "engine" / name).is_file(), name
    for name in re.findall(r"`((?:engine|tests|processes)/[\w/.]+)`", PAGE):
        assert (ROOT / name).is_file(), name


def test_every_door_stands_there() -> None:
    section = PAGE.partition("## The doors")[2].partition("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == [door.value for door in Door]


def test_every_attribute_of_a_duty_stands_there() -> None:
    section = PAGE.partition("## What a diagram says")[2].partition("##")[0]
    told = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`[^|]+) \|", section, re.M)))
    assert set(told) == {field.name for field in fields(Duty)}
