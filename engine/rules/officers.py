"""R1, R3, R7, R14: who acts is qualified today, and enough qualified people act together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from engine.rules.basis import refused
from engine.rules.certificates import LAW_EXAM, Standing, standing
from engine.rules.situations import GRANTED, Place, Situation, first_refusal, people_in
from engine.values.people import ALLOWED, PersonFacts, Verdict
from engine.values.process import Duty

#: Who reviewed penalties before this day is no first-time reviewer (R3).
EXAM_SINCE = date(2018, 1, 1)
_NOWHERE = Place(0)


@dataclass(frozen=True)
class Qualified:
    """One duty of a form: the certificate it asks for, and the people it counts."""

    situation: Situation
    duty: Duty
    actor: PersonFacts
    #: Whom the actor stands in for: away, and so not counted.
    holder: PersonFacts | None = None
    #: The officers are still to be named in this form.
    later: bool = False

    def check(self) -> Verdict:
        """The first thing that is missing."""
        return first_refusal((self._certificate, self._officers))

    def _certificate(self) -> Verdict:
        kind = self.duty.needs_certificate
        if not kind:
            return ALLOWED
        if kind == LAW_EXAM:
            return self._law_exam()
        found = self._standing(self.actor)
        if found is Standing.VALID:
            return ALLOWED
        return refused(found.value, "R14", kind=kind)

    def _law_exam(self) -> Verdict:
        """R3: who begins to review penalties has passed the national examination."""
        since = self.actor.reviewer_since
        if since is not None and since < EXAM_SINCE:
            return ALLOWED
        if self._standing(self.actor) is Standing.VALID:
            return ALLOWED
        return refused("law_exam_missing", "R3")

    def _officers(self) -> Verdict:
        """So many people, the actor among them, each qualified today."""
        duty = self.duty
        if duty.min_officers <= 0 or self.later:
            return ALLOWED
        data = self.situation.data
        named = people_in(data.get(duty.officers)) if duty.officers else ()
        away = self.holder.id if self.holder is not None else None
        counted = {self.actor.id}
        for person_id in named:
            if person_id in (self.actor.id, away):
                continue
            officer = self.situation.officers.get(person_id)
            why = "unknown_person" if officer is None else self._unfit(officer)
            if not why:
                counted.add(person_id)
            elif self._names_officers():
                # Whoever names officers answers for each of them, not only for enough of them.
                name = officer.name if officer is not None else str(person_id)
                rule = "R5" if why == "recused" else "R14"
                return refused("officer_unfit", rule, name=name, why=why)
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
            field.id == self.duty.officers and not field.readonly
            for field in self.situation.form.fields
        )

    def _unfit(self, officer: PersonFacts) -> str:
        if not officer.active:
            return "person_inactive"
        # Until it is decided the investigation goes on with those it began with (R5).
        if self.situation.recusals.get(officer.id) == GRANTED:
            return "recused"
        if officer.auxiliary:
            return "auxiliary"
        if not self.duty.needs_certificate:
            return ""
        found = self._standing(officer)
        return "" if found is Standing.VALID else found.value

    def _standing(self, person: PersonFacts) -> Standing:
        place = self.situation.place or _NOWHERE
        if person is not self.actor and self._elsewhere():
            own = frozenset(membership.body_id for membership in person.memberships)
            place = replace(place, family=place.family | own, sector="", areas=frozenset())
        return standing(
            person.certificates, self.duty.needs_certificate, place, self.situation.today
        )

    def _elsewhere(self) -> bool:
        """The officers are chosen from another body than the one that acts."""
        form = self.situation.form
        return any(
            field.id == self.duty.officers and field.body not in ("", form.body)
            for field in form.fields
        )
