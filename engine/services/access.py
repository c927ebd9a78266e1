"""Who may see a case, and what in it must be kept from them (R15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from engine.actor import Channel
from engine.errors import NotFound
from engine.rules import permissions
from engine.rules.permissions import LEADERS, CaseAccess
from engine.rules.reach import KIND_OF
from engine.services import definitions, deputies, places, sealed, shipped, slots
from engine.store import cases, copies, dossiers, notifications, opinions, tasks
from engine.store.cases import CaseRow
from engine.work import Work

#: Machines and the operator at the console see every case.
_TRUSTED = (Channel.CLOCK, Channel.COMMAND_LINE)
_COUNTY = "COUNTY_GOV"


class Seen(Protocol):
    """As much of a case as decides who may see what."""

    @property
    def id(self) -> int:
        """The case."""
        ...

    @property
    def definition_id(self) -> int:
        """Its definition."""
        ...

    @property
    def slots(self) -> Mapping[str, int]:
        """Bodies by slot."""
        ...

    @property
    def status(self) -> str:
        """Whether it runs."""
        ...

    @property
    def started_by(self) -> int | None:
        """Who started it."""
        ...


@dataclass(frozen=True)
class Viewer:
    """The reader of this unit of work."""

    person_id: int | None
    #: Bodies they belong to.
    bodies: frozenset[int]
    #: Those, the authorities above them and the units below: what is hidden from one is from all.
    family: frozenset[int]
    #: Sees every case of the county.
    everything: bool
    #: A machine or the console: nothing is hidden from it.
    trusted: bool


def viewer(work: Work) -> Viewer:
    """The reader, looked up once per unit of work."""
    found: Viewer | None = work.kept.get("viewer")
    if found is None:
        found = work.kept["viewer"] = _viewer(work)
    return found


def _viewer(work: Work) -> Viewer:
    actor = work.actor
    own = frozenset(membership.body_id for membership in actor.memberships)
    wide = own.union(*(family(work, body_id) for body_id in own))
    roles = shipped.county_roles(work.office)
    trusted = actor.channel in _TRUSTED and actor.person_id is None
    oversight = any(
        membership.role in roles and roles[membership.role].oversight
        for membership in actor.memberships
    )
    return Viewer(actor.person_id, own, wide, trusted or oversight, trusted)


def family(work: Work, body_id: int) -> frozenset[int]:
    """The department above a body and the units below it; the county itself is no family."""
    known = places.every(work)
    found = {body.id for body in known.values() if body.parent_id == body_id}
    own = known.get(body_id)
    if own is None or own.kind == _COUNTY:
        return frozenset()
    above = known.get(own.parent_id) if own.parent_id is not None else None
    if above is not None and above.kind != _COUNTY:
        found.add(above.id)
    return frozenset(found)


def may_see(work: Work, case: Seen) -> bool:
    """Whether the reader may know of the case at all: a part in it, or it was shown to them.

    Shown to is who was sent it for information, and who was asked for an opinion.
    """
    if takes_part(work, case):
        return True
    me = work.actor.person_id
    return me is not None and (
        copies.concerns(work.session, case.id, [me])
        or opinions.concerns(work.session, case.id, [me])
    )


def takes_part(work: Work, case: Seen) -> bool:
    """Whether the reader has a part in the case.

    Those who lead one of its bodies or may start its procedure; others with a role of it once the
    case has come to that role at their body; who started it, acted or is named in it; the county
    government's own; those of its bodies to whom the procedure itself sent a notice of it; and who
    stands in for somebody absent who has something to do in it.
    """
    actor, person_id = work.actor, work.actor.person_id
    taking_part = frozenset(dossiers.bodies_of(work.session, case.id))
    roles = leading_roles(work, case.definition_id) | tasks.roles_of(work.session, case.id)
    known = CaseAccess(taking_part, roles, started_by=case.started_by)
    if permissions.may_see_case(actor, known, shipped.county_roles(work.office)):
        return True
    if person_id is None:
        return False
    if tasks.concerns(work.session, case.id, person_id):
        return True
    belongs = not viewer(work).bodies.isdisjoint(taking_part)
    if belongs and notifications.was_told(work.session, person_id, case.id, tuple(KIND_OF)):
        return True
    return deputies.stands_in(work, case.id)


def roles_of(work: Work, definition_id: int) -> frozenset[str]:
    """Every role of a definition's lanes and forms."""
    description = definitions.load(work, definition_id).description
    forms = (form.role for form in description.forms.values())
    return frozenset(role for role in (*forms, *(lane.role for lane in description.lanes)) if role)


def leading_roles(work: Work, definition_id: int) -> frozenset[str]:
    """The roles that see a case of the definition before it comes to them."""
    description = definitions.load(work, definition_id).description
    starting = {description.forms[element].role for element in description.starts}
    return roles_of(work, definition_id) & (LEADERS | starting)


def visible_case(work: Work, case_id: int) -> CaseRow:
    """The case, if the reader may see it. Raises NotFound ``no_such_case`` otherwise."""
    work.doing = (work.doing[0], case_id)
    row = cases.get(work.session, case_id)
    if row is None or not may_see(work, row):
        raise NotFound("no_such_case", case=case_id)
    return row


def hidden_fields(work: Work, case: Seen) -> frozenset[str]:
    """Ids of the fields the reader must not see in this case, wherever they would appear.

    What is hidden from a body tells who complained (R15): only intake and those who handle this
    very case may know it, and nobody of that body, whatever else they are. What is entered
    independently is sealed until all of it is in (R12).
    """
    if viewer(work).trusted:
        return frozenset()
    return _secret(work, case) | sealed.fields(work, case)


def _secret(work: Work, case: Seen) -> frozenset[str]:
    description = definitions.load(work, case.definition_id).description
    secret = [
        field for form in description.forms.values() for field in form.fields if field.hidden_from
    ]
    if not secret:
        return frozenset()
    sight = _sight(work, case)
    return frozenset(field.id for field in secret if sight.hides(field.hidden_from))


def is_blind(reader: Viewer, filled: Mapping[str, int], slot: str) -> bool:
    """Whether the reader belongs to the body in a slot, to its units or to the body above it."""
    concerned = {filled[name] for name in (slot, slot + slots.LEGAL) if name in filled}
    return not reader.family.isdisjoint(concerned)


@dataclass(frozen=True)
class Sight:
    """What the reader may see of one case."""

    reader: Viewer
    filled: Mapping[str, int]
    #: Takes complaints in, or handles this very case.
    handles: bool = True

    def hides(self, hidden_from: Collection[str]) -> bool:
        """Whether something hidden from the people of these slots is hidden from the reader."""
        if self.reader.trusted or not hidden_from:
            return False
        blind = any(is_blind(self.reader, self.filled, slot) for slot in hidden_from)
        return blind or not self.handles


def of_case(work: Work, case_id: int) -> Sight:
    """The reader's sight of a case. Raises NotFound ``no_such_case`` if they may not see it."""
    return _sight(work, visible_case(work, case_id))


def _sight(work: Work, case: Seen) -> Sight:
    reader, person_id = viewer(work), work.actor.person_id
    if reader.trusted or person_id is None:
        return Sight(reader, case.slots, reader.trusted)
    acted_at = tasks.bodies_of(work.session, case.id, person_id)
    if acted_at:
        # Who acted for a body in this case stays as blind as it is after leaving it.
        wide = acted_at.union(*(family(work, body_id) for body_id in acted_at))
        reader = replace(reader, family=reader.family | wide)
    handles = bool(acted_at) or case.started_by == person_id
    handles = handles or tasks.concerns(work.session, case.id, person_id)
    handles = handles or deputies.stands_in(work, case.id)
    if not handles:
        taking_part = frozenset(dossiers.bodies_of(work.session, case.id))
        # Slots are asked for one by one; here only who the reader is to this case.
        known = CaseAccess(taking_part, frozenset())
        handles = bool(permissions.may_see_identity(work.actor, known, {}, (), ()))
    return Sight(reader, case.slots, handles)
