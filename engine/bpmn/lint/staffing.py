"""``duties.nobody``: a step nobody in the county could do as its duties ask.

Looks at who holds which role today, without a case: so only what holds for every case is told.
Needs the organisation; without it nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.forms import role_and_body, said, words
from engine.bpmn.lint.duties import CERTIFICATES
from engine.bpmn.lint.roles import ALWAYS
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import PERSON_TASKS, Node
from engine.values.process import Finding, Holder


def check(subject: Subject) -> Iterator[Finding]:
    """Every step of one process that people do."""
    holders = subject.catalogue.holders
    if not holders:
        return
    for node in subject.process.nodes.values():
        if node.kind not in PERSON_TASKS:
            continue
        role, slot = role_and_body(subject.process, node)
        if not role or role not in subject.catalogue.roles:
            continue
        able = _at(holders.get(role, ()), slot)
        if not able:
            yield subject.at("duties.nobody_holds", node, role=role)
            continue
        for duty in xml.extensions(node.element, "duty"):
            if said(duty, "when"):
                continue  # It does not hold in every case.
            yield from _duty(subject, node, duty, able, role, slot)


def _at(found: tuple[Holder, ...], slot: str) -> tuple[Holder, ...]:
    """Those at the body a slot always means; of any body where cases differ."""
    return tuple(one for one in found if slot not in ALWAYS or slot in one.slots)


def _duty(
    subject: Subject,
    node: Node,
    duty: xml.Element,
    able: tuple[Holder, ...],
    role: str,
    slot: str,
) -> Iterator[Finding]:
    line, rule = xml.line_of(duty), said(duty, "rule")
    kind = said(duty, "needs_certificate")
    asked = kind if kind in CERTIFICATES else ""
    certified = tuple(one for one in able if not asked or asked in one.certificates)
    if not certified:
        yield subject.at("duties.nobody", node, line=line, rule=rule, certificate=kind)
        return
    others = (*words(duty, "not_completed_by"), *words(duty, "apart_from"))
    same = {
        other
        for other in others
        if other in subject.process.nodes
        and role_and_body(subject.process, subject.process.nodes[other]) == (role, slot)
    }
    # Who did the other step holds the same role at the same body: one person cannot do both.
    if same and slot in ALWAYS and len({one.person for one in certified}) < 2:
        yield subject.at("duties.nobody_else", node, line=line, rule=rule, other=sorted(same)[0])
