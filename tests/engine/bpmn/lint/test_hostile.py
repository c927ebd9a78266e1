"""Whatever the bytes are, lint ends soon, in little memory, with findings and no exception."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import lint, xml
from engine.bpmn.definition import read
from engine.errors import BadDefinition
from engine.values.process import OPERATIONS, Catalogue, Finding

CATALOGUE = Catalogue(operations=OPERATIONS, documents=frozenset(("reply",)))
EXAMPLES = Path(__file__).resolve().parents[3] / "processes"
HEAD = f'<bpmn:definitions xmlns:bpmn="{xml.BPMN}" xmlns:duban="{xml.DUBAN}" targetNamespace="t">'
DMN_HEAD = f'<definitions xmlns="{xml.DMN[0]}" id="x" name="x" namespace="n">'


def diagram(text: str) -> bytes:
    return f"{HEAD}{text}</bpmn:definitions>".encode()


def process(text: str, id: str = "p") -> str:
    return f'<bpmn:process id="{id}">{text}</bpmn:process>'


def held(tag: str, inner: str, id: str = "s") -> str:
    extended = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return f'<bpmn:{tag} id="{id}">{extended}</bpmn:{tag}>'


def timer(text: str) -> bytes:
    inner = f'<bpmn:timerEventDefinition id="d"><bpmn:timeDate>{text}</bpmn:timeDate>'
    event = f'<bpmn:startEvent id="s">{inner}</bpmn:timerEventDefinition></bpmn:startEvent>'
    return diagram(process(event))


def flow(id: str, source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inner}'
        "</bpmn:sequenceFlow>"
    )


def table(cells: list[str]) -> bytes:
    rows = "".join(
        f'<rule id="r{n}"><inputEntry id="c{n}"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="d{n}"><text>"a"</text></outputEntry></rule>'
        for n, cell in enumerate(cells)
    )
    return (
        f'{DMN_HEAD}<decision id="how" name="How"><decisionTable id="t"><input id="i">'
        '<inputExpression id="ie"><text>amount</text></inputExpression></input>'
        f'<output id="o" name="grade"/>{rows}</decisionTable></decision></definitions>'
    ).encode()


def cascade(length: int) -> str:
    parts = ['<bpmn:startEvent id="g0"/>', flow("f0", "g0", "g1")]
    for n in range(1, length):
        parts.append(f'<bpmn:parallelGateway id="g{n}"/><bpmn:task id="x{n}"/>')
        parts += [flow(f"f{n}_{way}", f"g{n}", f"x{n}") for way in "ab"]
        parts.append(flow(f"f{n}_c", f"x{n}", f"g{n + 1}"))
    return "".join(parts)


def calls(count: int, every: bool) -> str:
    def called(n: int) -> range:
        return range(count) if every else range(n + 1, n + 2)

    return "".join(
        process(
            "".join(f'<bpmn:callActivity id="c{n}_{m}" calledElement="p{m}"/>' for m in called(n)),
            f"p{n}",
        )
        for n in range(count)
    )


TASKS = "".join(f'<bpmn:task id="a{n}"/>' for n in range(14_000))
NESTED = "".join(f'<bpmn:subProcess id="s{n}">' for n in range(55)) + "</bpmn:subProcess>" * 55
OPTIONS = "".join(f'<duban:option value="v{n}" label="x"/>' for n in range(15_000))
CHOICE = f'<duban:field id="f" label="x" type="choice">{OPTIONS}</duban:field>'
COMPARED = "".join(flow(f"f{n}", "s", "s", f'f == "{n}"') for n in range(2_900))
NOISE = random.Random(1)  # The same noise in every run.

HOSTILE = {
    "tasks": diagram(process(TASKS)),
    "processes": diagram("".join(process("", f"p{n}") for n in range(9_000))),
    "call chain": diagram(calls(900, every=False)),
    "call mesh": diagram(calls(40, every=True)),
    "nesting": diagram(process(NESTED)),
    "flows": diagram(
        process('<bpmn:task id="a"/>' + "".join(flow(f"f{n}", "a", "a") for n in range(15_000)))
    ),
    "cascade": diagram(process(cascade(200))),
    "options": diagram(process(held("startEvent", CHOICE) + COMPARED)),
    "lanes": diagram(
        process(
            '<bpmn:laneSet id="l">'
            + "".join(
                f'<bpmn:lane id="l{n}"><bpmn:flowNodeRef>a{n}</bpmn:flowNodeRef></bpmn:lane>'
                for n in range(13_000)
            )
            + "</bpmn:laneSet>"
        )
    ),
    "long script": diagram(
        process(
            '<bpmn:scriptTask id="s"><bpmn:script>'
            + "a = 1\n" * 300_000
            + "</bpmn:script></bpmn:scriptTask>"
        )
    ),
    "deep brackets": diagram(
        process('<bpmn:task id="a"/>' + flow("f", "a", "a", "(" * 900_000 + ")" * 900_000))
    ),
    "returns": diagram(process(held("userTask", f'<duban:task returns="{"a b c " * 300_000}"/>'))),
    "documents": diagram(process(held("userTask", '<duban:document type="z"/>' * 29_000))),
    "endless cycle": timer("R/PT0S"),
    "long duration": timer("P1D" * 600_000),
    "far duration": timer("P9999999Y"),
    "long cycle": timer("R" + "1/" * 900_000),
    "bad attributes": diagram(
        process("".join(f'<bpmn:task id="a{n}" z="1" y="2"/>' for n in range(20_000)))
    ),
    "same ids": diagram(process('<bpmn:task id="a"/>' * 25_000)),
    "cells": table([f"[{n}..{n + 1}]" for n in range(4_000)]),
    "deep cell": table(["not(" * 400_000]),
    "dots": table(["[" + "." * 480] * 2_000),
    "commas": table(["," * 480] * 2_000),
    "laughs": b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>',
    "zeroes": bytes(xml.MAX_BYTES),
    "noise": NOISE.randbytes(1_900_000),
    "elements": b"<a>" + b"<b/>" * 490_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b'a%d=""' % n for n in range(180_000)) + b"/>",
}

SCRIPT = """
import json, resource, sys
from pathlib import Path
from engine.bpmn import lint
from engine.values.process import Catalogue
# More memory or time than promised ends the process.
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
found = lint.check_paths([Path(sys.argv[1])], Catalogue())
# The peak of this program alone: ru_maxrss would begin with that of the process it came from.
peak = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in l)
memory = int(peak.split()[1]) // 1024
print(json.dumps({"findings": len(found), "megabytes": memory}))
"""


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_answered_with_findings(name):
    findings = lint.check({"x.bpmn": HOSTILE[name]}, CATALOGUE)
    assert len(findings) <= lint.MOST_FINDINGS
    if name != "cells":
        assert findings
    with suppress(BadDefinition):
        read({"x.bpmn": HOSTILE[name]}, "x.bpmn")


@pytest.mark.parametrize("name", ["options", "call chain", "returns", "elements"])
def test_the_worst_files_stay_within_the_promised_time_and_memory(tmp_path, name):
    path = tmp_path / "x.bpmn"
    path.write_bytes(HOSTILE[name])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[4],
    )
    told = json.loads(done.stdout)
    assert told["findings"]
    assert told["megabytes"] < 300


VALID = sorted(EXAMPLES.glob("valid-*.bpmn"))
WORDS = ["", "x", "limit(", "P3D", "work", "true", "9" * 40, "中", "a.b", "][", "R1/P1D", "None"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.sampled_from(WORDS))
def test_a_damaged_diagram_ends_in_findings_too(path, chance, word):
    text = path.read_text("utf-8", "surrogateescape")
    for _ in range(3):
        at = chance.randrange(len(text))
        cut = chance.choice((0, 1, 8, 60))
        text = text[:at] + word + text[at + cut :]
    data = text.encode("utf-8", "surrogateescape")
    for finding in lint.check({"x.bpmn": data}, CATALOGUE):
        assert isinstance(finding, Finding)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.sampled_from(WORDS))
def test_a_diagram_with_one_changed_attribute_ends_in_findings_too(path, chance, word):
    root = xml.parse(path.read_bytes(), name="x")
    elements = [element for element in root.iter() if element.attrib]
    element = chance.choice(elements)
    attribute = chance.choice(sorted(str(key) for key in element.attrib))
    element.set(attribute, word)
    for finding in lint.check({"x.bpmn": etree.tostring(root)}, CATALOGUE):
        assert isinstance(finding, Finding)
