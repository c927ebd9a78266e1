"""Proof of a definition: walk every state its cases can come to, and say what is wrong there.

The walk uses the engine itself (:class:`~engine.bpmn.proof.walking.ProofRun`), so it means what a
case means. From each state it tries everything that can happen: every task completed with every
value a condition or table can tell apart, every task returned, every timer firing, every message
coming. States that can only go on alike count as one. What it looks at is bounded, and a proof that
met a bound says so: then nothing follows from what it did not find.
"""

from __future__ import annotations

from engine.bpmn.definition import Definition
from engine.bpmn.proof.search import Search
from engine.values.proof import Effort, ProofReport

__all__ = ["prove"]


def prove(definition: Definition, effort: Effort | None = None) -> ProofReport:
    """Walk a definition. Raises :class:`BadDefinition` for one that cannot run."""
    return Search(definition, effort or Effort()).report()
