"""What a diagram may ask of the machine, checked before anything runs it.

At run time every command is bounded by steps, tasks and processor time. What can be told from the
drawing alone is refused here: too large, too deep, calls that never end, tokens that multiply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn import model, xml
from engine.values.process import Finding

MAX_NODES = 600
#: Nodes and flows of one process.
MAX_ELEMENTS = 3_000
MAX_NODES_TOGETHER = 2_000
MAX_NESTING = 12
MAX_TOKENS = 200

_SPLITTING = ("parallelGateway",)
_CHOOSING = ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")


def guard(processes: Mapping[str, model.Process], main: str) -> tuple[Finding, ...]:
    """What is too much about the processes a definition consists of."""
    sizes = tuple(_sizes(processes))
    if sizes:
        return sizes
    return (
        *_recursion(processes),
        *(finding for process in processes.values() for finding in _nesting(process)),
        *(finding for process in processes.values() for finding in _multiplying(process)),
        *_nesting_of_calls(processes, main),
    )


def _at(process: model.Process, rule: str, node: model.Node | None = None, **facts: str) -> Finding:
    return xml.finding(
        rule,
        process.file,
        line=process.line if node is None else node.line,
        element=process.id if node is None else node.id,
        **({} if node is None else {"name": node.name or node.id}),
        **facts,
    )


def _sizes(processes: Mapping[str, model.Process]) -> Iterator[Finding]:
    together = 0
    for process in processes.values():
        together += len(process.nodes)
        if len(process.nodes) > MAX_NODES:
            yield _at(process, "limits.nodes", maximum=str(MAX_NODES))
        elif len(process.nodes) + len(process.flows) > MAX_ELEMENTS:
            yield _at(process, "limits.nodes", maximum=str(MAX_ELEMENTS))
    if together > MAX_NODES_TOGETHER:
        first = next(iter(processes.values()))
        yield _at(first, "limits.nodes_together", maximum=str(MAX_NODES_TOGETHER))


def _nesting(process: model.Process) -> Iterator[Finding]:
    for node in process.nodes.values():
        depth, at, seen = 0, node, {node.id}
        while at.scope in process.nodes and at.scope not in seen:
            at = process.nodes[at.scope]
            seen.add(at.id)
            depth += 1
        if depth > MAX_NESTING:
            yield _at(process, "limits.nesting", node, maximum=str(MAX_NESTING))
            return


def _calls(process: model.Process) -> Iterator[tuple[model.Node, str]]:
    for node in process.nodes.values():
        called = model.called_by(node)
        if called:
            yield node, called


def _recursion(processes: Mapping[str, model.Process]) -> Iterator[Finding]:
    """Calls that lead back to the process they start from."""
    for process in processes.values():
        for node, called in _calls(process):
            reached, agenda = {called}, [called]
            while agenda:
                inner = processes.get(agenda.pop())
                for _, further in _calls(inner) if inner is not None else ():
                    if further not in reached:
                        reached.add(further)
                        agenda.append(further)
            if process.id in reached:
                yield _at(process, "limits.recursive_call", node, called=called)


def _nesting_of_calls(processes: Mapping[str, model.Process], main: str) -> Iterator[Finding]:
    level, depth = {main}, 0
    while level and depth <= MAX_NESTING:
        level = {c for name in level if name in processes for _, c in _calls(processes[name])}
        depth += 1
    if level and main in processes and not list(_recursion(processes)):
        yield _at(processes[main], "limits.nesting", maximum=str(MAX_NESTING))


def _multiplying(process: model.Process) -> Iterator[Finding]:
    """Tokens that multiply for certain: splits that follow splits and never join.

    Counts only what must happen: a choice may always send its token elsewhere, so it counts as
    none. Loops count once.
    """
    for scope in {node.scope for node in process.nodes.values()}:
        inside = {node.id: node for node in process.inside(scope)}
        arriving = _order(process, inside)
        tokens: dict[str, int] = {}
        for name in arriving:
            node = inside[name]
            each = [
                _leaving(process, inside[flow.source], tokens.get(flow.source, 0))
                for flow in process.entering.get(name, ())
                if flow.source in tokens
            ]
            if node.kind == "startEvent":
                tokens[name] = 1
            elif node.kind in _SPLITTING:
                tokens[name] = min(each, default=0)
            else:
                tokens[name] = sum(each)
            if tokens[name] > MAX_TOKENS:
                yield _at(process, "limits.tokens", node, maximum=str(MAX_TOKENS))
                break


def _leaving(process: model.Process, node: model.Node, tokens: int) -> int:
    """Tokens certain to arrive by one of the flows that leave a node."""
    flows = process.leaving.get(node.id, ())
    if node.kind in _CHOOSING and len(flows) > 1:
        return 0
    if any(flow.condition for flow in flows) and node.kind not in _SPLITTING:
        return 0
    return tokens


def _order(process: model.Process, inside: Mapping[str, model.Node]) -> list[str]:
    """The nodes so that each comes after those before it, loops aside."""
    done: dict[str, None] = {}
    visiting: set[str] = set()
    starts = [node.id for node in inside.values() if node.kind == "startEvent"]
    stack = [(name, False) for name in reversed(starts)]
    while stack:
        name, left = stack.pop()
        if left:
            done[name] = None
        elif name not in visiting:
            visiting.add(name)
            stack.append((name, True))
            stack += [
                (flow.target, False)
                for flow in process.leaving.get(name, ())
                if flow.target in inside and flow.target not in visiting
            ]
    return list(reversed(done))
