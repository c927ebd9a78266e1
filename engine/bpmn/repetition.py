"""Activities done many times: one instance per item of a list or per count, or again and again.

A repeated activity is two nodes: the repetition, which counts, and its child, the activity itself.
Where a repetition collects outputs, what is written inside an instance stays in the instance, so
that two signers never overwrite each other; only the collected list reaches the case file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.casefile import WRITTEN, at_element
from engine.bpmn.nodes import Node, grow, unfinished, withdraw
from engine.errors import Broken
from engine.values.quorum import Result, decided
from engine.values.running import Json

#: Keys of the internal data of a repetition.
_ITEMS, _BEGUN, _DONE, _OUTPUTS = "items", "begun", "done", "outputs"
#: Of one that is countersigned: how many agree and how many do not.
_AGREED, _REFUSED = "agreed", "refused"
#: Key of the internal data of an instance: its place, counted from 1.
_PLACE = "place"


@dataclass(frozen=True)
class Countersign:
    """``duban:countersign``: the signers decide by a rule, and who is not needed any more goes."""

    rule: str
    #: The field every signer answers, and the answer that agrees.
    value: str
    agree: str
    #: Name of the case file that receives ``agreed`` or ``refused``.
    result: str


@dataclass(frozen=True)
class Repetition:
    """How an activity is repeated, as the diagram says."""

    sequential: bool = False
    #: Exactly one of these says how often; a loop has neither.
    cardinality: str | None = None
    collection: str | None = None
    #: Variable of the instance that holds its item.
    item: str = ""
    #: Key of the case file that receives the list of outputs.
    output: str = ""
    #: Name of the value of an instance that goes into the list; empty takes all values.
    output_item: str = ""
    completion: str | None = None
    countersign: Countersign | None = None
    #: A loop goes on while this holds, at most this often.
    loop_while: str | None = None
    loop_maximum: int | None = None
    test_before: bool = False

    @property
    def loop(self) -> bool:
        """A standard loop rather than a multi-instance activity."""
        return self.cardinality is None and self.collection is None


class Repeat(Node, LoopTask, BpmnSpecMixin):
    """The repetition of an activity.

    The library's keeps items and outputs in task data and writes them over each other; here the
    items are the instances' own and the outputs go to the case file.
    """

    activity = True
    how: Repetition
    child: str

    @override
    def collects_from(self, child: Any) -> bool:
        return bool(self.how.output) and child.task_spec.name == self.child

    # --- Beginning --------------------------------------------------------------------------

    @override
    def _update_hook(self, my_task: Any) -> bool:
        if my_task._state != TaskState.FUTURE:
            return False
        my_task._inherit_data()
        return self._begin_loop(my_task) if self.how.loop else self._begin_all(my_task)

    def _begin_all(self, task: Any) -> bool:
        items = self._items(task)
        with at_element(task):
            task.workflow.top_workflow.step.meter.hold(items)
        task.internal_data.update({_ITEMS: items, _BEGUN: 0, _DONE: 0})
        if self.how.output:
            task.internal_data[_OUTPUTS] = {}
            task.workflow.script_engine.write(task, {self.how.output: []})
        if self.how.countersign is not None:
            task.internal_data.update({_AGREED: 0, _REFUSED: 0})
            self._tell(task, self.how.countersign, Result.OPEN)
        if not items:
            return True
        task._set_state(TaskState.STARTED)
        for _ in items[:1] if self.how.sequential else items:
            self._begin_instance(task)
        return False

    def _begin_loop(self, task: Any) -> bool:
        task.internal_data.update({_BEGUN: 0, _DONE: 0})
        if self.how.test_before and not self._loops_on(task, task):
            return True
        task._set_state(TaskState.STARTED)
        self._begin_instance(task)
        return False

    def _items(self, task: Any) -> list[Json]:
        scripts = task.workflow.script_engine
        maximum = task.workflow.top_workflow.step.meter.most_instances
        if self.how.cardinality is not None:
            count = scripts.evaluate(task, self.how.cardinality)
            if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= maximum:
                raise Broken(
                    "engine.cardinality",
                    element=self.element,
                    value=str(count)[:40],
                    maximum=maximum,
                )
            return list(range(1, count + 1))
        items = scripts.evaluate(task, self.how.collection or "")
        if not isinstance(items, list) or len(items) > maximum:
            raise Broken(
                "engine.collection",
                element=self.element,
                name=self.how.collection,
                maximum=maximum,
            )
        return items

    def _begin_instance(self, task: Any) -> None:
        place = task.internal_data[_BEGUN] + 1
        task.internal_data[_BEGUN] = place
        child = grow(task, self.child)
        child.internal_data[_PLACE] = place
        child.data = {**task.data, "loopCounter": place}
        if self.how.item:
            child.data[self.how.item] = task.internal_data[_ITEMS][place - 1]
        child.task_spec._update(child)

    # --- Going on ---------------------------------------------------------------------------

    def merge_child(self, workflow: Any, child: Any) -> None:
        """An instance was completed."""
        task = child.parent
        if not unfinished(task):
            return
        task.internal_data[_DONE] += 1
        if self.how.output:
            self._collect(task, child)
        if self._complete(task, child):
            for other in task.children:
                withdraw(other)
            task._ready()
        elif self.how.sequential or self.how.loop:
            self._begin_instance(task)

    def _collect(self, task: Any, child: Any) -> None:
        written = {
            name: child.data[name]
            for name in child.internal_data.get(WRITTEN, [])
            if name in child.data
        }
        value: Json
        if self.how.output_item:
            value = written.get(self.how.output_item, child.data.get(self.how.output_item))
        else:
            item = {self.how.item: child.data[self.how.item]} if self.how.item else {}
            value = {**item, **written}
        outputs = {**task.internal_data[_OUTPUTS], str(child.internal_data[_PLACE]): value}
        task.internal_data[_OUTPUTS] = outputs
        in_order = [outputs[place] for place in sorted(outputs, key=int)]
        task.workflow.script_engine.write(task, {self.how.output: in_order})

    def _complete(self, task: Any, child: Any) -> bool:
        if self.how.loop:
            return not self._loops_on(task, child)
        done, total = task.internal_data[_DONE], len(task.internal_data[_ITEMS])
        if self._signed(task, child) is not Result.OPEN or done == total:
            return True
        if self.how.completion is None:
            return False
        counts: Mapping[str, Json] = {
            "numberOfInstances": total,
            "numberOfCompletedInstances": done,
            "numberOfActiveInstances": task.internal_data[_BEGUN] - done,
        }
        return truth(task, child, self.how.completion, counts)

    def _signed(self, task: Any, child: Any) -> Result:
        """What the signers have decided with this answer; open where none is asked for."""
        how, kept = self.how.countersign, task.internal_data
        if how is None:
            return Result.OPEN
        kept[_AGREED if child.data.get(how.value) == how.agree else _REFUSED] += 1
        found = decided(how.rule, len(kept[_ITEMS]), kept[_AGREED], kept[_REFUSED])
        self._tell(task, how, found)
        return found

    def _tell(self, task: Any, how: Countersign, found: Result) -> None:
        task.workflow.script_engine.write(task, {how.result: found.value})

    def _loops_on(self, task: Any, at: Any) -> bool:
        done = task.internal_data[_DONE]
        if self.how.loop_maximum is not None and done >= self.how.loop_maximum:
            return False
        if self.how.loop_while is None:
            return True
        return truth(task, at, self.how.loop_while, {"loopCounter": done})

    @override
    def withdraw_inner(self, task: Any) -> None:
        for child in task.children:
            if child.task_spec.name == self.child:
                withdraw(child)


def truth(task: Any, at: Any, condition: str, extra: Mapping[str, Json]) -> bool:
    """Whether a condition holds. Raises :class:`Broken` if it is neither true nor false."""
    value = task.workflow.script_engine.evaluate(at, condition, extra)
    if not isinstance(value, bool):
        raise Broken(
            "engine.condition_not_boolean",
            element=task.task_spec.element,
            value=str(value)[:80],
        )
    return value
