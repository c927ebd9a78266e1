"""What the diagrams quote from the notice stands in it, at the place they name."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from lxml import etree

NOTICE = "红政发〔2018〕36号"
NAMES = sorted(
    file.name for file in resources.files("processes").iterdir() if file.name.endswith(".bpmn")
)


def _plain(text: str) -> str:
    """The words alone: printed editions differ in their punctuation."""
    return re.sub(r"[\W_]", "", text)


def _sections() -> dict[str, str]:
    """The notice by part, section and number, as the diagrams cite it: 二（三）3."""
    text = (resources.files("tests.processes_shipped") / "notice.txt").read_text("utf-8")
    found: dict[str, str] = {}
    part = section = number = ""
    for line in text.splitlines():
        if begins := re.match(r"([一二三四])、", line):
            part, section, number = begins[1], "", ""
        elif begins := re.match(r"\(([一二三四])\)", line):
            section, number = f"（{begins[1]}）", ""
        elif begins := re.match(r"(\d)\.", line):
            number = begins[1]
        place = "末段" if line.startswith("本《实施方案》") else part + section + number
        found[place] = found.get(place, "") + _plain(line)
    return found


SECTIONS = _sections()


def test_the_notice_is_read_by_its_sections() -> None:
    assert {"二（一）", "二（二）1", "二（四）3", "三（二）3", "四（三）", "末段"} <= set(SECTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_diagram_quotes_from_the_notice_stands_where_it_says(name: str) -> None:
    root = etree.fromstring((resources.files("processes") / name).read_bytes())
    wrong = [
        (basis.get("article"), basis.text)
        for basis in root.iter("{urn:duban:bpmn:1}basis")
        if basis.get("law") == NOTICE
        and _plain(basis.text or "") not in SECTIONS.get(basis.get("article", ""), "")
    ]
    assert wrong == []


def test_the_time_limits_cite_places_of_the_notice_that_exist() -> None:
    text = (resources.files("processes") / "limits.toml").read_text("utf-8")
    cited = set(re.findall(rf'law = "{NOTICE}", article = "([^"]*)"', text))
    assert cited - set(SECTIONS) == set()
