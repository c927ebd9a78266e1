"""Separation of duties and qualification (domain C.3): may this person act here, and if not, why.

Every answer is a verdict with a code, the rule and its legal source. Rules R1, R2, R4, R7, R9, R10
and R11 come from the duties drawn at a task; R6 and R14's ban on auxiliaries hold everywhere.
Asked at claim, at completion and at reassignment, with the same answers for everybody: deputies,
bulk acts and machines have no other door.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.rules.certificates import Standing, standing
from engine.rules.roles import Pool, Roles
from engine.values.people import ALLOWED, Act, Membership, PersonFacts, Verdict
from engine.values.process import Duty, Form
from engine.values.running import CaseFile, Json

#: Legal sources of the rules. Those of other provinces are models, not law here.
BASIS = {
    "R1": "《行政处罚法》第四十二条；《行政强制法》第十八条",
    "R2": "《市场监督管理行政处罚程序规定》第四十九条；《农业行政处罚程序规定》第五十条",
    "R4": "《行政处罚法》第六十四条第四项",
    "R6": "红政发〔2018〕36号三（一）1“执法与监督相分离”；参照贵州省人民政府令第179号第十三条",
    "R7": "参照《四川省行政执法监督条例》第二十九条、第三十条；贵州省人民政府令第179号第二十六条",
    "R9": "内部控制规则（可配置）",
    "R10": "内部控制规则（可配置）",
    "R11": "《政府督查工作条例》第十七条",
    "R14": "红政发〔2018〕36号二（四）2；国办发〔2024〕54号",
    "R15": "参照《四川省行政执法监督条例》第八条；《辽宁省行政执法监督规定》第十九条",
}

#: What a person did before that keeps them from acting now, by rule.
_DID = {
    "R2": "reviewer_handled_case",
    "R4": "presider_investigated",
    "R9": "approver_applied",
    "R10": "publisher_handled_case",
    "R11": "reexaminer_decided",
}
#: The same for being named in a field of the case.
_NAMED = {
    "R2": "reviewer_named_as_handler",
    "R4": "presider_named_as_investigator",
    "R9": "approver_named_as_applicant",
    "R10": "publisher_named_as_handler",
    "R11": "reexaminer_named_as_decider",
}


@dataclass(frozen=True)
class Place:
    """Where an act happens: the body in the lane's slot, and those one with it.

    ``family`` holds the body itself, the department above it and the units below it: an officer
    of a unit enforces in the department's name, with the department's certificate.
    """

    body_id: int
    family: frozenset[int] = frozenset()

    @property
    def bodies(self) -> frozenset[int]:
        """The body and its family."""
        return self.family | {self.body_id}


def may_claim(
    form: Form,
    actor: PersonFacts,
    history: Sequence[Act],
    data: CaseFile,
    officers: Mapping[int, PersonFacts],
    place: Place | None,
    today: date,
    roles: Roles,
) -> Verdict:
    """Whether the person may take the task, or be given it.

    ``data`` is the case file, ``officers`` the people its fields name. Officers this very form
    will name are not counted yet. ``place`` is ``None`` when nothing fills the lane's slot.
    """
    asked = {field.id for field in form.fields if not field.readonly}
    checks = [
        lambda: _belongs(form, actor, data, place),
        lambda: _pools(form, actor, place, roles),
        lambda: _auxiliary(form, actor, roles),
    ]
    for duty in form.duties:
        later = duty.officers in asked
        checks.append(_Duty(duty, form, actor, history, data, officers, place, today, later).check)
    return _first_refusal(checks)


def may_complete(
    form: Form,
    actor: PersonFacts,
    history: Sequence[Act],
    data: CaseFile,
    officers: Mapping[int, PersonFacts],
    place: Place | None,
    today: date,
    roles: Roles,
) -> Verdict:
    """Whether the person may complete the task with the values entered.

    ``data`` is the case file with those values in it. Everything :func:`may_claim` asks is asked
    again, for history, certificates and memberships may have changed; then officers are counted.
    """
    found = may_claim(form, actor, history, data, officers, place, today, roles)
    if not found:
        return found
    return _first_refusal(
        _Duty(duty, form, actor, history, data, officers, place, today, False).check
        for duty in form.duties
    )


def conflicting_membership(
    held: Iterable[Membership], role: str, body_id: int, roles: Roles, family: Collection[int] = ()
) -> Verdict:
    """R6 when a membership is granted: nobody joins the other pool of a body they are in.

    ``family`` are the bodies that count as one with ``body_id``.
    """
    pool = roles[role].pool if role in roles else Pool.NONE
    for other in held:
        if other.role not in roles or other.body_id not in {body_id, *family}:
            continue
        if {pool, roles[other.role].pool} == {Pool.ENFORCEMENT, Pool.SUPERVISION}:
            return refused("pools_conflict", "R6", role=role, other_role=other.role)
    return ALLOWED


def hidden_from(
    slots_blind: Collection[str], filled: Mapping[str, int], bodies: Collection[int]
) -> Verdict:
    """R15: refused when one of the person's bodies stands in a slot that must never see the value.

    ``bodies`` are the person's own with the departments above and the units below them; the legal
    unit of a blind slot is blind too.
    """
    for slot in slots_blind:
        if {filled.get(slot), filled.get(f"{slot}_legal")} & set(bodies):
            return refused("hidden_from_body", "R15", slot=slot)
    return ALLOWED


def refused(code: str, rule: str = "", **facts: str) -> Verdict:
    """A refusal with the legal source of its rule."""
    return Verdict(False, code, rule, BASIS.get(rule, ""), facts)


def people_in(value: Json) -> tuple[int, ...]:
    """The ids a person or people field holds; anything else names nobody."""
    values = value if isinstance(value, list) else [value]
    return tuple(
        dict.fromkeys(
            item for item in values if isinstance(item, int) and not isinstance(item, bool)
        )
    )


def _first_refusal(checks: Iterable[Callable[[], Verdict]]) -> Verdict:
    for check in checks:
        found = check()
        if not found:
            return found
    return ALLOWED


def _belongs(form: Form, actor: PersonFacts, data: CaseFile, place: Place | None) -> Verdict:
    if not actor.active:
        return refused("person_inactive")
    if place is None:
        return refused("slot_not_filled", slot=form.body)
    if not any(m.role == form.role and m.body_id == place.body_id for m in actor.memberships):
        return refused("role_not_held", role=form.role)
    if form.performer:
        named = people_in(data.get(form.performer))
        if not named:
            return refused("performer_not_named", field=form.performer)
        if actor.id not in named:
            return refused("not_the_performer", field=form.performer)
    return ALLOWED


def _pools(form: Form, actor: PersonFacts, place: Place | None, roles: Roles) -> Verdict:
    if place is None:
        return refused("slot_not_filled", slot=form.body)
    return conflicting_membership(actor.memberships, form.role, place.body_id, roles, place.bodies)


def _auxiliary(form: Form, actor: PersonFacts, roles: Roles) -> Verdict:
    enforces = form.role in roles and roles[form.role].pool is not Pool.NONE
    certified = any(duty.needs_certificate or duty.min_officers for duty in form.duties)
    if actor.auxiliary and (enforces or certified):
        return refused("auxiliary", "R14")
    return ALLOWED


@dataclass(frozen=True)
class _Duty:
    """One duty of a form, asked of one person."""

    duty: Duty
    form: Form
    actor: PersonFacts
    history: Sequence[Act]
    data: CaseFile
    officers: Mapping[int, PersonFacts]
    place: Place | None
    today: date
    #: The officers are still to be named in this form.
    officers_later: bool

    def check(self) -> Verdict:
        return _first_refusal((self._did, self._named, self._certificate, self._officers))

    def _did(self) -> Verdict:
        rule = self.duty.rule
        for act in self.history:
            if act.person_id == self.actor.id and act.element in self.duty.not_completed_by:
                return refused(_DID.get(rule, "acted_before"), rule, element=act.element)
        return ALLOWED

    def _named(self) -> Verdict:
        rule = self.duty.rule
        for field in self.duty.not_named_in:
            if self.actor.id in people_in(self.data.get(field)):
                return refused(_NAMED.get(rule, "named_before"), rule, field=field)
        return ALLOWED

    def _certificate(self) -> Verdict:
        kind = self.duty.needs_certificate
        if not kind:
            return ALLOWED
        found = self._standing(self.actor)
        if found is Standing.VALID:
            return ALLOWED
        return refused(found.value, "R14", kind=kind)

    def _officers(self) -> Verdict:
        """R1 and R7: so many people, the actor among them, each qualified today."""
        duty = self.duty
        if duty.min_officers <= 0 or self.officers_later:
            return ALLOWED
        named = people_in(self.data.get(duty.officers)) if duty.officers else ()
        counted = {self.actor.id}
        for person_id in named:
            if person_id == self.actor.id:
                continue
            officer = self.officers.get(person_id)
            why = "unknown_person" if officer is None else self._unfit(officer)
            if not why:
                counted.add(person_id)
            elif self._names_officers():
                # Whoever names officers answers for each of them, not only for enough of them.
                name = officer.name if officer is not None else str(person_id)
                return refused("officer_unfit", "R14", name=name, why=why)
        if len(counted) < duty.min_officers:
            return refused(
                "too_few_officers",
                duty.rule,
                needed=str(duty.min_officers),
                found=str(len(counted)),
            )
        return ALLOWED

    def _names_officers(self) -> bool:
        return any(
            field.id == self.duty.officers and not field.readonly for field in self.form.fields
        )

    def _unfit(self, officer: PersonFacts) -> str:
        if not officer.active:
            return "person_inactive"
        if officer.auxiliary:
            return "auxiliary"
        if not self.duty.needs_certificate:
            return ""
        found = self._standing(officer)
        return "" if found is Standing.VALID else found.value

    def _standing(self, person: PersonFacts) -> Standing:
        bodies = self.place.bodies if self.place is not None else frozenset()
        if person is not self.actor and self._elsewhere():
            bodies |= {membership.body_id for membership in person.memberships}
        return standing(person.certificates, self.duty.needs_certificate, bodies, self.today)

    def _elsewhere(self) -> bool:
        """The officers are chosen from another body than the one that acts."""
        return any(
            field.id == self.duty.officers and field.body not in ("", self.form.body)
            for field in self.form.fields
        )
