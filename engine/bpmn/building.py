"""From the elements and flows of a process to the nodes tokens run through.

Two passes, so that no diagram is too long a chain: first every node, then every flow. Whatever the
runtime cannot do is a finding here, never a surprise in a running case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.bpmn import model, xml
from engine.bpmn.activities import Attached, EventSubprocess
from engine.bpmn.decisions import Table
from engine.bpmn.elements import ElementMaker
from engine.bpmn.events import Catch, EventGateway
from engine.bpmn.forms import role_and_body
from engine.bpmn.gateways import Exclusive
from engine.bpmn.nodes import Flow, Node
from engine.bpmn.reading import References, link_name, read_repetition, unwrapped
from engine.bpmn.repetition import Repeat
from engine.bpmn.tokens import Scope
from engine.values.process import Finding

#: Ids with a meaning of their own in the library's workflows.
_RESERVED_IDS = frozenset(("Start", "End", "Root"))


@dataclass(frozen=True)
class Role:
    """Who acts at an element."""

    role: str
    body: str


@dataclass
class Built:
    """All scopes of a definition."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    #: The process an element belongs to.
    process_of: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def build(
    processes: Mapping[str, model.Process],
    trees: Mapping[str, xml.Element],
    tables: Mapping[str, Table],
) -> Built:
    """The scopes of all processes of a definition, with findings instead of nodes where need be."""
    built = Built()
    for process in processes.values():
        references = References(trees[process.file])
        for scope in (process.id, *_inner_scopes(process)):
            _ScopeBuilder(built, process, scope, references, processes, tables).build()
    return built


def _inner_scopes(process: model.Process) -> Iterable[str]:
    return (
        node.id for node in process.nodes.values() if node.kind in ("subProcess", "transaction")
    )


class _ScopeBuilder:
    """Builds the nodes of one process or subprocess."""

    def __init__(
        self,
        built: Built,
        process: model.Process,
        scope: str,
        references: References,
        processes: Mapping[str, model.Process],
        tables: Mapping[str, Table],
    ) -> None:
        self._built = built
        self._process = process
        self._id = scope
        self._scope = Scope(scope, process.file)
        self._maker = ElementMaker(
            self._scope, process, references, processes, tables, self._report
        )
        self._inside = process.inside(scope)
        #: By element: the node a token enters, and the node it leaves.
        self._entries: dict[str, Node] = {}
        self._exits: dict[str, Node] = {}
        self._incoming: dict[str, list[str]] = {}

    def build(self) -> None:
        if self._id in self._built.scopes:
            self._report("structure.duplicate_id", None, id=self._id)
            return
        self._built.scopes[self._id] = self._scope
        for node in self._inside:
            self._check_id(node)
        for node in self._inside:
            if node.id not in self._entries:
                self._make(node)
        self._connect()
        self._begin()

    def _report(self, rule: str, node: model.Node | None, **facts: str) -> None:
        line = self._process.line if node is None else node.line
        element = self._id if node is None else node.id
        if node is not None:
            facts = {"name": node.name or node.id, **facts}
        self._built.findings.append(
            xml.finding(rule, self._process.file, line=line, element=element, **facts)
        )

    def _check_id(self, node: model.Node) -> None:
        if node.id in _RESERVED_IDS or node.id.endswith(".EndJoin") or not node.id:
            self._report("structure.reserved_id", node, id=node.id)
        known = self._built.process_of.setdefault(node.id, self._process.id)
        if known != self._process.id and node.kind not in ("startEvent", "endEvent"):
            self._report("structure.duplicate_id", node, id=node.id)
        role, body = role_and_body(self._process, node)
        self._built.roles.setdefault(node.id, Role(role, body))

    # --- Nodes ------------------------------------------------------------------------------

    def _make(self, node: model.Node) -> None:
        made = self._maker.make(node)
        if made is None:
            return
        self._exits[node.id] = made
        if node.kind not in model.ACTIVITIES:
            self._entries[node.id] = made
            return
        if isinstance(made, EventSubprocess):
            self._scope.start.listeners = (*self._scope.start.listeners, made.name)
            return
        made = self._repeated(node, made)
        self._exits[node.id] = made
        self._entries[node.id] = self._with_events(node, made)

    def _repeated(self, node: model.Node, made: Node) -> Node:
        """The repetition around an activity that is done many times, else the activity itself."""
        problem, how = read_repetition(node)
        if problem:
            self._report(problem, node)
        if how is None:
            return made
        name = f"{node.id}#repeated"
        made.repeated_by = name
        return Repeat(self._scope, name, element=node.id, label=node.name, child=made.name, how=how)

    # --- Flows ------------------------------------------------------------------------------

    def _connect(self) -> None:
        for node in self._inside:
            flows = [flow for flow in self._process.leaving.get(node.id, ()) if self._usable(flow)]
            left = self._exits.get(node.id)
            if left is None:
                continue
            left.flows = tuple(self._flow(flow, node) for flow in flows)
            left.default = next((f for f in left.flows if f.id == node.default and f.id), None)
            if isinstance(left, Exclusive):
                self._check_choices(node, left)
            if isinstance(left, EventGateway):
                self._check_events(node, left)
        for name, flow_ids in self._incoming.items():
            self._scope.task_specs[name].incoming = frozenset(flow_ids)
        self._connect_links()

    def _usable(self, flow: model.Flow) -> bool:
        if flow.source in self._exits and flow.target in self._entries:
            return True
        nodes = self._process.nodes
        if flow.source not in nodes or flow.target not in nodes:
            self._built.findings.append(self._at_flow("structure.flow_to_nowhere", flow))
        elif nodes[flow.source].scope != nodes[flow.target].scope:
            self._built.findings.append(self._at_flow("structure.flow_across_border", flow))
        elif flow.target in self._exits or nodes[flow.target].event_subprocess:
            self._built.findings.append(self._at_flow("structure.flow_to_nowhere", flow))
        return False

    def _at_flow(self, rule: str, flow: model.Flow) -> Finding:
        return xml.finding(rule, self._process.file, line=flow.line, element=flow.id)

    def _flow(self, flow: model.Flow, source: model.Node) -> Flow:
        target = self._entries[flow.target]
        self._incoming.setdefault(target.name, []).append(flow.id)
        conditional = source.kind not in ("parallelGateway", "eventBasedGateway", "startEvent")
        condition = unwrapped(flow.condition or "") if conditional else ""
        return Flow(flow.id, target.name, condition or None)

    def _check_choices(self, node: model.Node, gateway: Exclusive) -> None:
        if len(gateway.flows) == 1 and gateway.flows[0].condition is None:
            gateway.default = gateway.flows[0]
        for flow in gateway.flows:
            if flow.condition is None and flow is not gateway.default:
                self._report("structure.flow_without_condition", node, flow=flow.id)

    def _check_events(self, node: model.Node, gateway: EventGateway) -> None:
        events = [self._scope.task_specs[flow.target] for flow in gateway.flows]
        if not events or not all(isinstance(event, Catch) for event in events):
            self._report("structure.event_gateway", node)

    def _connect_links(self) -> None:
        """A link is thrown to the catching link event of the same name."""
        links = [node for node in self._inside if node.event == "link"]
        catching = {link_name(n): n for n in links if n.kind == "intermediateCatchEvent"}
        for node in links:
            if node.kind == "intermediateThrowEvent":
                target = catching.get(link_name(node))
                if target is None:
                    self._report("structure.link_to_nowhere", node)
                else:
                    self._exits[node.id].flows = (Flow("", self._entries[target.id].name),)

    def _begin(self) -> None:
        """Connect the root with the start events; the one a token takes by default comes first."""
        starts = [n for n in self._inside if n.kind == "startEvent" and n.id in self._entries]
        inner = self._id != self._process.id
        holder = self._process.nodes.get(self._id)
        event_subprocess = holder is not None and holder.event_subprocess
        plain = [n for n in starts if n.event == "none" or event_subprocess]
        if not starts or (inner and len(plain) != 1):
            self._report("structure.one_start", holder, found=str(len(plain)))
        ordered = [*plain, *(n for n in starts if n not in plain)]
        self._scope.start.plain = tuple(node.id for node in plain)
        self._scope.start.starts = {
            node.id: Flow("", self._entries[node.id].name) for node in ordered
        }

    def _with_events(self, node: model.Node, made: Node) -> Node:
        """The activity with its boundary events around it."""
        events = self._process.boundary.get(node.id, ())
        if not events:
            return made
        holder = Attached(self._scope, f"{node.id}#attached", element=node.id, main=made.name)
        for event in events:
            boundary = self._maker.boundary(event, node)
            if boundary is None:
                continue
            holder.events = (*holder.events, boundary.name)
            self._entries[event.id] = self._exits[event.id] = boundary
        return holder
