"""Every shipped procedure is proved: no dead end, no endless loop, nothing never reached."""

from __future__ import annotations

from importlib import resources

import pytest

from engine.bpmn.proof import prove
from engine.values.proof import Effort
from tests.processes_shipped.walk import shipped

NAMES = sorted(
    one.name for one in resources.files("processes").iterdir() if one.name.endswith(".bpmn")
)
#: What a procedure has that it needs only where another calls it.
CALLED = {"escalation.bpmn"}


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_procedure_holds_no_flaw(name: str) -> None:
    report = prove(shipped(name), Effort(seconds=15))
    ways = [flaw for flaw in report.flaws if flaw.way or name not in CALLED]
    assert not ways, [(flaw.rule, flaw.element, dict(flaw.facts)) for flaw in ways]
