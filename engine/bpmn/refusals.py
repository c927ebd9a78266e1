"""What the runtime cannot do, found in the drawing before a parser sees it.

The library's parser stops at the first thing it dislikes and lets other things pass that end a case
silently. So a definition is looked over here first, with a finding for everything; what passes can
be parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.bpmn import model, xml
from engine.bpmn.decisions import Table
from engine.bpmn.reading import References, link_name, read_repetition, read_trigger
from engine.values.process import Finding

#: Ids with a meaning of their own in the library's workflows.
_RESERVED_IDS = frozenset(("Start", "End", "Root"))
_RESERVED_ENDINGS = (".EndJoin", ".BoundaryEventSplit")
_BETWEEN = {"timer", "message", "signal", "conditional"}
_AT_BORDER = {*_BETWEEN, "error", "escalation", "cancel"}
_STARTS_ASIDE = {*_BETWEEN, "error", "escalation"}
_ALLOWED = {
    "startEvent": {"none", *_BETWEEN},
    "endEvent": {"none", "message", "signal", "escalation", "error", "cancel", "terminate"},
    "intermediateCatchEvent": {*_BETWEEN, "link"},
    "intermediateThrowEvent": {"none", "message", "signal", "escalation", "link"},
    "boundaryEvent": _AT_BORDER,
}
_RUNS = model.ACTIVITIES | model.GATEWAYS | _ALLOWED.keys()
_RUNS_NOT = frozenset(("adHocSubProcess",))


def refusals(
    processes: Mapping[str, model.Process],
    trees: Mapping[str, xml.Element],
    tables: Mapping[str, Table],
) -> tuple[Finding, ...]:
    """Everything about the processes of a definition that cannot run."""
    looking = _Looking(processes, tables)
    for process in processes.values():
        references = References(trees[process.file])
        for scope in (process.id, *inner_scopes(process)):
            _ScopeLook(looking, process, scope, references).look()
    return tuple(looking.findings)


def inner_scopes(process: model.Process) -> list[str]:
    """Ids of the subprocesses of a process, nested or not."""
    return [
        node.id for node in process.nodes.values() if node.kind in ("subProcess", "transaction")
    ]


class _Looking:
    """What is known of all processes while they are looked over."""

    def __init__(self, processes: Mapping[str, model.Process], tables: Mapping[str, Table]) -> None:
        self.processes = processes
        self.tables = tables
        self.scopes: set[str] = set()
        #: The process an element belongs to.
        self.process_of: dict[str, str] = {}
        self.findings: list[Finding] = []


class _ScopeLook:
    """Looks over the elements and flows of one process or subprocess."""

    def __init__(
        self, looking: _Looking, process: model.Process, scope: str, references: References
    ) -> None:
        self._all = looking
        self._process = process
        self._id = scope
        self._references = references
        self._inside = process.inside(scope)

    def look(self) -> None:
        if self._id in self._all.scopes:
            self._report("structure.duplicate_id", None, id=self._id)
            return
        self._all.scopes.add(self._id)
        for node in self._inside:
            self._look_at_id(node)
        for node in self._inside:
            self._look_at_element(node)
        for node in self._inside:
            self._look_at_flows(node)
        self._look_at_links()
        self._look_at_starts()

    def _report(self, rule: str, node: model.Node | None, **facts: str) -> None:
        line = self._process.line if node is None else node.line
        element = self._id if node is None else node.id
        if node is not None:
            facts = {"name": node.name or node.id, **facts}
        self._all.findings.append(
            xml.finding(rule, self._process.file, line=line, element=element, **facts)
        )

    def _look_at_id(self, node: model.Node) -> None:
        if not node.id or node.id in _RESERVED_IDS or node.id.endswith(_RESERVED_ENDINGS):
            self._report("structure.reserved_id", node, id=node.id)
        known = self._all.process_of.setdefault(node.id, self._process.id)
        if known != self._process.id and node.kind not in ("startEvent", "endEvent"):
            self._report("structure.duplicate_id", node, id=node.id)

    # --- Elements ---------------------------------------------------------------------------

    def _look_at_element(self, node: model.Node) -> None:
        if node.kind not in _RUNS or node.kind in _RUNS_NOT:
            self._report("structure.unsupported", node, kind=node.kind)
        elif node.kind == "callActivity" and model.called_by(node) not in self._all.processes:
            self._report("calls.unknown_process", node, called=model.called_by(node))
        elif node.kind == "businessRuleTask":
            asked = model.decision_of(node)
            if asked and asked not in self._all.tables:
                self._report("calls.unknown_decision", node, decision=asked)
        elif node.event_subprocess:
            self._look_at_event_subprocess(node)
        elif node.kind == "boundaryEvent":
            self._look_at_border(node)
        elif node.kind in _ALLOWED and (node.kind != "startEvent" or self._top):
            self._look_at_event(node, _ALLOWED[node.kind])
        if node.kind in model.ACTIVITIES and not node.event_subprocess:
            problem, _ = read_repetition(node)
            if problem:
                self._report(problem, node)

    @property
    def _top(self) -> bool:
        return self._id == self._process.id

    def _look_at_event(self, node: model.Node, allowed: set[str]) -> None:
        if node.event not in allowed:
            self._report("structure.unsupported_event", node, event=node.event)
        elif node.event not in ("none", "link") and (
            node.kind != "startEvent" or node.event == "timer"
        ):
            self._look_at_trigger(node)

    def _look_at_trigger(self, node: model.Node) -> None:
        problem, _ = read_trigger(node, self._references)
        if problem:
            self._report(problem, node, event=node.event)

    def _look_at_event_subprocess(self, node: model.Node) -> None:
        starts = [n for n in self._process.inside(node.id) if n.kind == "startEvent"]
        if len(starts) != 1 or starts[0].event not in _STARTS_ASIDE:
            self._report("structure.event_subprocess_start", node)
        else:
            self._look_at_trigger(starts[0])

    def _look_at_border(self, node: model.Node) -> None:
        attached = self._process.nodes.get(node.attached_to)
        if (
            attached is None
            or attached.kind not in model.ACTIVITIES
            or attached.scope != node.scope
            or attached.event_subprocess
        ):
            self._report("structure.boundary_of_nothing", node)
        else:
            self._look_at_event(node, _AT_BORDER)

    # --- Flows ------------------------------------------------------------------------------

    def _look_at_flows(self, node: model.Node) -> None:
        flows = self._process.leaving.get(node.id, ())
        for flow in flows:
            rule = self._wrong_end(flow)
            if rule:
                self._all.findings.append(
                    xml.finding(rule, self._process.file, line=flow.line, element=flow.id)
                )
        if node.kind == "exclusiveGateway":
            self._look_at_choices(node, flows)
        if node.kind == "eventBasedGateway":
            targets = [self._process.nodes.get(flow.target) for flow in flows]
            if not targets or not all(target and _waits(target) for target in targets):
                self._report("structure.event_gateway", node)

    def _wrong_end(self, flow: model.Flow) -> str:
        nodes = self._process.nodes
        source, target = nodes.get(flow.source), nodes.get(flow.target)
        if source is None or target is None:
            return "structure.flow_to_nowhere"
        if source.scope != target.scope:
            return "structure.flow_across_border"
        if target.event_subprocess or source.event_subprocess:
            return "structure.flow_to_nowhere"
        return ""

    def _look_at_choices(self, node: model.Node, flows: Sequence[model.Flow]) -> None:
        if len(flows) == 1:
            return
        for flow in flows:
            if not flow.condition and flow.id != node.default:
                self._report("structure.flow_without_condition", node, flow=flow.id)

    def _look_at_links(self) -> None:
        links = [node for node in self._inside if node.event == "link"]
        caught = {link_name(n) for n in links if n.kind == "intermediateCatchEvent"}
        for node in links:
            if node.kind == "intermediateThrowEvent" and link_name(node) not in caught:
                self._report("structure.link_to_nowhere", node)

    def _look_at_starts(self) -> None:
        holder = self._process.nodes.get(self._id)
        starts = [node for node in self._inside if node.kind == "startEvent"]
        aside = holder is not None and holder.event_subprocess
        plain = [node for node in starts if node.event == "none" or aside]
        if not starts or (not self._top and len(plain) != 1):
            self._report("structure.one_start", holder, found=str(len(plain)))


def _waits(node: model.Node) -> bool:
    """Whether an event-based gateway may lead to it."""
    return node.kind == "receiveTask" or (
        node.kind == "intermediateCatchEvent" and node.event in _BETWEEN
    )
