"""Rules on calls: of other processes, of decisions, and of the runtime by every element."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import limits
from engine.bpmn.building import build
from engine.bpmn.bundle import Bundle
from engine.bpmn.lint.subject import Subject, found
from engine.bpmn.model import Process, called_by, decision_of
from engine.values.process import Finding

#: Elements looked at for all main processes of a set together, called ones as often as reached.
MAX_WORK = 20_000


def check(subject: Subject) -> Iterator[Finding]:
    """``calls.no_target``, ``calls.unknown_process``, ``calls.unknown_decision``."""
    bundle = subject.bundle
    for node in subject.process.nodes.values():
        called, asked = called_by(node), decision_of(node)
        if node.kind == "callActivity" and called not in bundle.processes:
            rule = "calls.unknown_process" if called else "calls.no_target"
            yield subject.at(rule, node, called=called)
        if node.kind == "businessRuleTask" and asked not in bundle.decisions:
            rule = "calls.unknown_decision" if asked else "calls.no_target"
            yield subject.at(rule, node, decision=asked)


def check_running(bundle: Bundle) -> Iterator[Finding]:
    """What the runtime would refuse: each main process is built with all it calls."""
    work = 0
    tables = {ref: table for ref, (_file, table) in bundle.decisions.items()}
    for main in _mains(bundle):
        reached = {name: bundle.processes[name] for name in bundle.reached(main.id)}
        work += sum(len(process.nodes) + 1 for process in reached.values())
        if work > MAX_WORK:
            yield found(
                "limits.nodes_together",
                main.file,
                line=main.line,
                element=main.id,
                maximum=str(limits.MAX_NODES_TOGETHER),
            )
            return
        too_much = limits.guard(reached, main.id)
        yield from too_much
        if not too_much:
            yield from (
                finding
                for finding in build(reached, bundle.roots, tables).findings
                if not finding.rule.startswith("calls.")
            )


def _mains(bundle: Bundle) -> Iterator[Process]:
    """Processes nobody calls, and one of each ring of processes that call each other."""
    called = {name for process in bundle.processes.values() for name in bundle.calls(process)}
    seen: set[str] = set()
    for process in bundle.processes.values():
        if process.id not in called:
            seen.update(bundle.reached(process.id))
            yield process
    for process in bundle.processes.values():
        if process.id not in seen:
            seen.update(bundle.reached(process.id))
            yield process
