"""Rules on calls: of other processes, of decisions, and of the runtime by every element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.bpmn import limits
from engine.bpmn.bundle import Bundle
from engine.bpmn.lint.subject import Subject, found
from engine.bpmn.model import Process, called_by, decision_of
from engine.bpmn.refusals import refusals
from engine.values.process import Finding

#: Elements looked at for all main processes of a set together, called ones as often as reached.
MAX_WORK = 10_000
#: Call activities among one main process and all it calls.
MAX_CALLS = 300


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
        called = sum(bool(called_by(n)) for p in reached.values() for n in p.nodes.values())
        if work > MAX_WORK or called > MAX_CALLS:
            yield found(
                "limits.nodes_together",
                main.file,
                line=main.line,
                element=main.id,
                maximum=str(limits.MAX_NODES_TOGETHER),
            )
            return
        too_much = limits.guard(reached, main.id)
        yield from (_named(finding, reached) for finding in too_much)
        if not too_much:
            consequences = _consequences(reached.values())
            yield from (
                finding
                for finding in refusals(reached, bundle.roots, tables)
                if not finding.rule.startswith("calls.")
                and not (
                    finding.rule == "structure.flow_to_nowhere"
                    and (finding.file, finding.element) in consequences
                )
            )


def _named(finding: Finding, processes: Mapping[str, Process]) -> Finding:
    """The finding with the name of its element, which its sentence may use."""
    for process in processes.values():
        node = process.nodes.get(finding.element or "")
        if node is not None and process.file == finding.file:
            return replace(finding, facts={"name": node.name or node.id, **finding.facts})
    return finding


def _consequences(processes: Iterable[Process]) -> set[tuple[str, str | None]]:
    """Flows between elements that exist: if one cannot be used, an end of it is to blame."""
    return {
        (process.file, flow.id)
        for process in processes
        for flow in process.flows
        if (source := process.nodes.get(flow.source)) is not None
        and (target := process.nodes.get(flow.target)) is not None
        and source.scope == target.scope
        and not source.event_subprocess
        and not target.event_subprocess
    }


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
