"""What a definition's ways depend on: names that conditions read, and where they are still read.

A value matters at a place only if something may read it before it is written anew. All others are
forgotten, so that two cases which can only go on alike count as one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.bpmn import decisions, xml
from engine.bpmn.definition import Definition
from engine.bpmn.forms import said
from engine.bpmn.model import (
    Node,
    Process,
    called_by,
    decision_of,
    operation_of,
    script_of,
)
from engine.bpmn.scripts import script_names
from engine.bpmn.syntax import CONSTANTS, TOKEN_NAMES, Refused, parsed
from engine.values.running import Json

#: A node of a process: nodes of several processes of a definition may have one id.
Place = tuple[str, str]


#: What digests are of, as one name: a draft is as it was, or it is another.
DRAFT = "digest()"


@dataclass
class Uses:
    """How conditions look at a name."""

    #: Values it is compared with.
    literals: list[Json] = field(default_factory=list)
    #: Numbers on both sides of every bound.
    points: set[int | float] = field(default_factory=set)
    #: Whether it is compared with another name or a date, or counted.
    compared: bool = False
    counted: bool = False


@dataclass(frozen=True)
class Guard:
    """``duban:requires``: who comes to the element has passed another, and a condition holds."""

    element: str
    passed: str
    when: str


def guards_of(process: Process) -> tuple[Guard, ...]:
    """What the elements of a process require."""
    return tuple(
        Guard(node.id, said(mark, "passed"), said(mark, "when"))
        for node in process.nodes.values()
        for mark in xml.extensions(node.element, "requires")
    )


class Reading:
    """The names a definition's ways depend on, how they are looked at, and where they live."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self.models = definition.models
        self.guards = tuple(g for model in self.models.values() for g in guards_of(model))
        self.uses: dict[str, Uses] = {}
        #: Names a digest reads.
        self.drafted: set[str] = set()
        self._look()
        #: Names whose values ways depend on.
        self.relevant = frozenset(self.uses)
        self.written = frozenset(self._written())
        if any(xml.extension(n.element, "escalation") is not None for n in self._nodes()):
            # Rungs of the ladder bring these along.
            self.written |= TOKEN_NAMES
        self._scope_process = {
            scope: model.id
            for model in self.models.values()
            for scope in (model.id, *model.nodes)
            if scope == model.id or model.nodes[scope].kind in _HOLDING
        }
        self._live = self._liveness()

    def _nodes(self) -> Iterator[Node]:
        for model in self.models.values():
            yield from model.nodes.values()

    # --- What is read -----------------------------------------------------------------------

    def conditions(self, process: Process) -> Iterator[str]:
        """Every expression a way of this process depends on."""
        yield from (flow.condition for flow in process.flows if flow.condition)
        for node in process.nodes.values():
            yield from read_at(node)
        yield from (guard.when for guard in guards_of(process) if guard.when)

    def _look(self) -> None:
        for model in self.models.values():
            for text in self.conditions(model):
                self._use(text)
        for table in self._tables():
            for place, text in enumerate(table.inputs):
                self._use(text)
                for row in table.rows:
                    self._use_cell(text, row.tests[place])
        # What decides what a relevant name becomes is relevant as well.
        before = -1
        while before != len(self.uses):
            before = len(self.uses)
            for line in self._lines():
                if script_names(line)[1] & self.uses.keys():
                    self._use(line.partition("=")[2].strip())

    def _tables(self) -> Iterator[decisions.Table]:
        for model in self.models.values():
            for node in model.nodes.values():
                table = self._definition.decisions.get(decision_of(node))
                if table is not None:
                    yield table

    def _lines(self) -> Iterator[str]:
        for model in self.models.values():
            for node in model.nodes.values():
                if node.kind == "scriptTask":
                    yield from relevant_lines(script_of(node), None)

    def _use(self, text: str) -> None:
        try:
            tree = parsed(text)
        except Refused:
            return
        for call in _digests(tree):
            self.drafted |= _names(call)
        for name in names_read(text):
            self.uses.setdefault(name, Uses())
        for node in ast.walk(tree):
            for names, literals, compared in _comparisons(node):
                for name in names & self.uses.keys():
                    self._compare(self.uses[name], node, literals, compared=compared)
            if _calls(node, "len"):
                for name in _names(node) & self.uses.keys():
                    self.uses[name].counted = True

    def _use_cell(self, text: str, cell: str) -> None:
        test = decisions.condition(cell)
        if test is None:
            return
        names = names_read(text)
        try:
            tree = parsed(test)
        except Refused:
            return
        for node in ast.walk(tree):
            for _, literals, compared in _comparisons(node):
                for name in names:
                    self._compare(self.uses[name], node, literals, compared=compared)

    def _compare(self, use: Uses, node: ast.AST, literals: list[Json], *, compared: bool) -> None:
        steps = _STEPS.get(type(node.ops[0]), (-1, 0, 1)) if isinstance(node, ast.Compare) else ()
        use.points |= {
            value + step
            for value in literals
            if isinstance(value, (int, float)) and not isinstance(value, bool)
            for step in steps or (0,)
        }
        use.compared = use.compared or compared
        use.literals += [value for value in literals if value not in use.literals]

    # --- What is written --------------------------------------------------------------------

    def _written(self) -> Iterator[str]:
        for model in self.models.values():
            for node in model.nodes.values():
                yield from self.writes(model, node)

    def writes(self, process: Process, node: Node) -> frozenset[str]:
        """Names a node gives a new value, whatever it was before."""
        found: set[str] = set()
        if node.form or node.kind == "startEvent":
            form = self._definition.description.forms.get(node.id)
            filled = {f.id for f in (form.fields if form else ()) if not f.readonly}
            found |= filled | ({DRAFT} if filled & self.drafted else set())
        if node.kind == "scriptTask":
            found.update(script_names(script_of(node))[1])
        table = self._definition.decisions.get(decision_of(node))
        if table is not None:
            found.update(output.name for output in table.outputs)
        mark = operation_of(node)
        if mark is not None and said(mark, "result"):
            found.add(said(mark, "result"))
        return frozenset(found)

    # --- Where names live -------------------------------------------------------------------

    def live(self, scope: str, element: str) -> frozenset[str]:
        """Relevant names that a token at an element may still read, before it writes them."""
        return self._live.get((self.process_of(scope), element), self.relevant)

    @property
    def always(self) -> frozenset[str]:
        """Names that what waits beside everything may read."""
        return self._always

    def _liveness(self) -> Mapping[Place, frozenset[str]]:
        before: dict[Place, set[str]] = {}
        after: dict[Place, set[str]] = {}
        kills: dict[Place, frozenset[str]] = {}
        next_of = {
            (model.id, node.id): self.successors(model, node)
            for model in self.models.values()
            for node in model.nodes.values()
        }
        always: set[str] = set()
        for model in self.models.values():
            for node in model.nodes.values():
                place = (model.id, node.id)
                reads = {name for text in read_at(node) for name in names_read(text)}
                reads |= {
                    n
                    for guard in guards_of(model)
                    if guard.element == node.id
                    for n in names_read(guard.when)
                }
                asked = {n for text in self.asked_at(node.id) for n in names_read(text)}
                reads |= asked - self.writes(model, node)
                if node.kind == "scriptTask":
                    reads |= self._read_by(node)
                table = self._definition.decisions.get(decision_of(node))
                reads |= {n for text in (table.inputs if table else ()) for n in names_read(text)}
                if node.event == "conditional":
                    always |= reads
                before[place] = reads & self.relevant
                after[place] = {
                    name
                    for flow in model.leaving.get(node.id, ())
                    if flow.condition
                    for name in names_read(flow.condition)
                }
                looped = _loop_of(node) is not None
                kills[place] = frozenset() if looped else self.writes(model, node)
        live = {place: set(found) for place, found in before.items()}
        changed = True
        while changed:
            changed = False
            for place in live:
                model = self.models[place[0]]
                out = set(after[place])
                beside: set[str] = set()
                for other, same_time in next_of[place]:
                    (beside if same_time else out).update(live[other])
                found = before[place] | beside | (out - kills[place])
                if not found <= live[place]:
                    live[place] |= found
                    changed = True
        for (process, element), found in live.items():
            if self.models[process].nodes[element].event_subprocess:
                always |= found
        self._always = frozenset(always & self.relevant)
        return {place: frozenset(found) & self.relevant for place, found in live.items()}

    def process_of(self, scope: str) -> str:
        """The process a scope lies in."""
        return self._scope_process.get(scope, scope)

    def successors(self, model: Process, node: Node) -> list[tuple[Place, bool]]:
        """Where a token may go from a node; ``True`` marks ways that skip what it writes."""
        found: list[tuple[Place, bool]] = [
            ((model.id, flow.target), False) for flow in model.leaving.get(node.id, ())
        ]
        found += [((model.id, e.id), True) for e in model.boundary.get(node.id, ())]
        form = self._definition.description.forms.get(node.id)
        found += [((model.id, to), True) for to in (form.returns if form else ())]
        if node.kind in _HOLDING:
            found += [((model.id, first), True) for first in _firsts(model, node.id)]
        called = called_by(node)
        if called in self.models:
            inside = self.models[called]
            found += [((called, first), True) for first in _firsts(inside, called)]
        found += self._outwards(model, node)
        if node.event == "link":
            found += [
                ((model.id, other.id), False)
                for other in model.nodes.values()
                if other.event == "link" and other.id != node.id
            ]
        return [one for one in found if one[0][1] in self.models[one[0][0]].nodes]

    def _outwards(self, model: Process, node: Node) -> list[tuple[Place, bool]]:
        """Where it goes on when the scope of an end is over."""
        if node.kind != "endEvent" and model.leaving.get(node.id):
            return []
        found: list[tuple[Place, bool]] = []
        if node.scope in model.nodes:
            holders = [(model, model.nodes[node.scope])]
        else:
            holders = [
                (other, n)
                for other in self.models.values()
                for n in other.nodes.values()
                if called_by(n) == model.id
            ]
        for other, holder in holders:
            found += [((other.id, flow.target), False) for flow in other.leaving.get(holder.id, ())]
            found += [((other.id, e.id), True) for e in other.boundary.get(holder.id, ())]
            # Conditions on the flows that leave the holder are read when it ends.
            found.append(((other.id, holder.id), True))
        return found

    def asked_at(self, element: str) -> Iterator[str]:
        """What a form asks of the case file, as far as nothing else is needed to answer."""
        form = self._definition.description.forms.get(element)
        for text in (
            *(check.expression for check in (form.checks if form else ())),
            *(
                one.visible_when
                for one in (form.fields if form else ())
                if one.id in self.relevant and not one.readonly
            ),
        ):
            names = names_read(text) if text else frozenset()
            if names and names <= self.relevant:
                yield text

    def _read_by(self, node: Node) -> set[str]:
        """What the lines of a script read that give relevant names their values."""
        read: set[str] = set()
        assigned: set[str] = set()
        for line in relevant_lines(script_of(node), self.relevant):
            read |= names_read(line.partition("=")[2].strip()) - assigned
            assigned |= script_names(line)[1]
        return read


def _firsts(process: Process, scope: str) -> list[str]:
    """Where a scope begins: its start events, in diagrams without any what no flow leads to."""
    return [
        node.id
        for node in process.inside(scope)
        if node.kind == "startEvent" or (not process.entering.get(node.id) and not node.attached_to)
    ]


_HOLDING = ("subProcess", "transaction", "adHocSubProcess")


def relevant_lines(script: str, names: frozenset[str] | None) -> Iterator[str]:
    """The assignments of a script, or those to some names."""
    for line in script.splitlines():
        said = bool(line.strip()) and not line.lstrip().startswith("#")
        if said and (names is None or script_names(line)[1] & names):
            yield line


def _loop_of(node: Node) -> xml.Element | None:
    found = node.element.find(xml.bpmn("multiInstanceLoopCharacteristics"))
    if found is None:
        found = node.element.find(xml.bpmn("standardLoopCharacteristics"))
    return found


def read_at(node: Node) -> Iterator[str]:
    """Expressions read at a node itself: repetition, countersigning, a conditional event."""
    loop = _loop_of(node)
    if loop is not None:
        for tag in ("completionCondition", "loopCondition", "loopCardinality", "loopDataInputRef"):
            yield xml.text(loop.find(xml.bpmn(tag)))
        for name in loop.attrib:
            if str(name).endswith("}collection"):
                yield str(loop.attrib[name])
    yield said(xml.extension(node.element, "countersign"), "value")
    if node.event == "conditional":
        yield from (xml.text(found) for found in node.element.iter(xml.bpmn("condition")))


#: How far on each side of a bound a comparison tells numbers apart.
_STEPS: Mapping[type[ast.cmpop], tuple[int, ...]] = {
    ast.Lt: (-1, 0),
    ast.GtE: (-1, 0),
    ast.Gt: (0, 1),
    ast.LtE: (0, 1),
    ast.Eq: (0, 1),
    ast.NotEq: (0, 1),
}


# --- How an expression looks at names -----------------------------------------------------------


def _name_nodes(tree: ast.AST) -> Iterator[ast.Name]:
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in CONSTANTS:
            yield node


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in _name_nodes(tree)}


def _digests(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _calls(node, "digest"):
            yield node


def _calls(node: ast.AST, name: str) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == name


def names_read(text: str) -> frozenset[str]:
    """The names an expression reads; all that digests read is :data:`DRAFT`."""
    try:
        tree = parsed(text)
    except Refused:
        return frozenset()
    inside = {id(n) for call in _digests(tree) for n in ast.walk(call)}
    found = {n.id for n in _name_nodes(tree) if id(n) not in inside}
    return frozenset(found | ({DRAFT} if inside else set()))


def _comparisons(node: ast.AST) -> Iterator[tuple[set[str], list[Json], bool]]:
    """Names compared, the literals they are compared with, and whether names meet names."""
    sides: list[ast.AST]
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("contains", "all_in")
    ):
        sides = list(node.args)
    else:
        return
    if any(list(_digests(side)) for side in sides):
        return
    names = set().union(*(_names(side) for side in sides))
    literals = [
        part.value
        for side in sides
        for part in ast.walk(side)
        if isinstance(part, ast.Constant) and not _index(part, side)
    ]
    meeting = sum(1 for side in sides if _names(side) or isinstance(side, ast.Call)) > 1
    yield names - {decisions.INPUT}, literals, meeting


def _index(part: ast.Constant, side: ast.AST) -> bool:
    """Whether a constant is the key of a mapping."""
    return any(isinstance(node, ast.Subscript) and node.slice is part for node in ast.walk(side))
