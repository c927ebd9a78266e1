"""The proof of a draft, or of a version when none is open, kept while its files are the same."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from engine.bpmn import definition as bpmn
from engine.bpmn.definition import Definition
from engine.bpmn.proof import prove
from engine.errors import BadDefinition
from engine.services import designs
from engine.values.design_pages import DesignPage
from engine.values.process import Description, Finding, Severity
from engine.values.proof import Effort, ProofReport
from engine.work import Work

#: What a page may wait for; the command line may look longer.
EFFORT = Effort(seconds=20)
_KEPT = 64
_reports: OrderedDict[str, ProofReport] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class ProofPage:
    """A procedure with its proof."""

    page: DesignPage
    description: Description
    report: ProofReport


def of(work: Work, process_id: str) -> ProofPage:
    """Prove what is shown of a procedure.

    Raises Forbidden, NotFound ``no_such_process``, and BadDefinition for a draft that cannot run:
    its findings come first.
    """
    page = designs.page(work, process_id)
    definition = _definition(page)
    return ProofPage(page, definition.description, report(definition))


def kept(page: DesignPage) -> ProofReport | None:
    """The proof of what a page shows if it was looked for before; looking takes its time."""
    try:
        definition = _definition(page)
    except BadDefinition:
        return None
    with _lock:
        return _reports.get(definition.checksum)


def _definition(page: DesignPage) -> Definition:
    return bpmn.read({**page.called, **page.tables, page.main: page.xml}, page.main)


def report(definition: Definition) -> ProofReport:
    """The proof of a definition; looked for once in a process, up to :data:`EFFORT`."""
    with _lock:
        known = _reports.get(definition.checksum)
    if known is None:
        known = prove(definition, EFFORT)
        with _lock:
            _reports[definition.checksum] = known
            while len(_reports) > _KEPT:
                _reports.popitem(last=False)
    return known


def faults(definition: Definition) -> tuple[Finding, ...]:
    """What a case can come to and must not: it keeps a definition from being published.

    What is never reached has no way that leads there; the page tells it, and harms no case.
    """
    return tuple(
        Finding(
            flaw.rule,
            Severity.ERROR,
            flaw.rule,
            file=definition.main,
            element=flaw.element,
            facts={**flaw.facts, "name": flaw.name},
        )
        for flaw in report(definition).flaws
        if flaw.way
    )
