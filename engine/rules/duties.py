"""Separation of duties and qualification (domain C.3): may this person act here, and if not, why.

Every answer is a verdict with a code, the rule and its legal source. R5, R6, R14's ban on
auxiliaries and R15 hold everywhere; the others come from the duties drawn at a task. Asked through
:mod:`engine.services.duty` at every door, with the same answers for everybody: deputies, bulk acts
and machines have no other door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from engine.rules import apart, pools, quorum
from engine.rules.basis import refused
from engine.rules.officers import Qualified
from engine.rules.situations import Situation, first_refusal, people_in
from engine.values.people import ALLOWED, PersonFacts, Verdict
from engine.values.process import Duty

Checks = Iterator[Callable[[], Verdict]]


def may_claim(
    situation: Situation, actor: PersonFacts, holder: PersonFacts | None = None
) -> Verdict:
    """Whether the person may take the task, or be given it.

    Officers this very form will name are not counted yet. ``holder`` is the absent person the actor
    stands in for: role and place are theirs; what would stand against them stands against the
    actor as well.
    """
    asked = {field.id for field in situation.form.fields if not field.readonly}
    return first_refusal(
        [
            *_person(situation, actor, holder),
            *(
                check
                for duty in situation.form.duties
                for check in _duty(situation, duty, actor, holder, later=duty.officers in asked)
            ),
        ]
    )


def may_complete(
    situation: Situation, actor: PersonFacts, holder: PersonFacts | None = None
) -> Verdict:
    """Whether the person may complete the task; the values entered are in the situation's data.

    Everything :func:`may_claim` asks is asked again, for history, certificates and memberships may
    have changed; then officers are counted, and a collective decision has its quorum (R13).
    """
    return first_refusal(
        [
            *_person(situation, actor, holder),
            *(
                check
                for duty in situation.form.duties
                for check in _duty(situation, duty, actor, holder, later=False)
            ),
            *(
                partial(quorum.minuted, situation, duty)
                for duty in situation.form.duties
                if duty.members
            ),
        ]
    )


def may_advise(
    situation: Situation, actor: PersonFacts, holder: PersonFacts | None = None
) -> Verdict:
    """Whether the person may be asked for an opinion: who stays out of the case is not.

    An opinion decides nothing, so it needs no role; nobody gives one in another's stead.
    """
    if not actor.active or holder is not None:
        return refused("person_inactive" if not actor.active else "not_the_performer")
    return apart.not_recused(situation, actor)


def _person(situation: Situation, actor: PersonFacts, holder: PersonFacts | None) -> Checks:
    yield partial(_belongs, situation, actor, holder)
    for person in (actor, *([holder] if holder is not None else ())):
        yield partial(apart.not_recused, situation, person)
    for check in (pools.in_one_pool, pools.no_auxiliary, pools.sees_what_it_asks):
        yield partial(check, situation, actor)


def _duty(
    situation: Situation,
    duty: Duty,
    actor: PersonFacts,
    holder: PersonFacts | None,
    *,
    later: bool,
) -> Checks:
    for person in (actor, *([holder] if holder is not None else ())):
        yield partial(apart.did_nothing, situation, duty, person)
        yield partial(apart.named_nowhere, situation, duty, person)
        yield partial(apart.of_no_body, situation, duty, person)
    if duty.in_person and holder is not None:
        yield partial(_only_in_person, duty, holder)
    yield Qualified(situation, duty, actor, holder, later).check


def _only_in_person(duty: Duty, holder: PersonFacts) -> Verdict:
    return refused("in_person", duty.rule, name=holder.name)


def _belongs(situation: Situation, actor: PersonFacts, holder: PersonFacts | None) -> Verdict:
    """Role, body and name: the actor's own, or those of whom they stand in for."""
    form, place = situation.form, situation.place
    if not actor.active:
        return refused("person_inactive")
    if place is None:
        return refused("slot_not_filled", slot=form.body)
    person = holder or actor
    if not any(m.role == form.role and m.body_id == place.body_id for m in person.memberships):
        return refused("role_not_held", role=form.role)
    if form.performer:
        named = people_in(situation.data.get(form.performer))
        if not named:
            return refused("performer_not_named", field=form.performer)
        if person.id not in named:
            return refused("not_the_performer", field=form.performer)
    return ALLOWED
