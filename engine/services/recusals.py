"""Recusals (回避, R5): asked for, decided by a procedure of its own, and kept to everywhere.

From the request on the person takes and completes nothing in the case and their tasks go back; the
case itself goes on, its clocks too: before the decision the investigation does not stop (R5). A
decision that grants it holds for good; whoever leads the body names somebody in the person's place.

The case is locked before the one that decides is made, and that one before the case when it is
decided: the first cannot exist yet while the second happens, so the two never wait for each other.
"""

from __future__ import annotations

from enum import StrEnum

from engine.errors import Broken, Conflict, Forbidden, Invalid
from engine.rules.plaintext import keepable
from engine.rules.situations import PENDING, people_in
from engine.services import (
    access,
    audit,
    definitions,
    discretion,
    dockets,
    duty,
    matters,
    openings,
    places,
    views,
    wording,
)
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import dossiers, people
from engine.store import recusals as store
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.recusals import Recusal
from engine.values.acts import Act
from engine.values.pages import CaseRef, Choice
from engine.values.people import ALLOWED, Verdict
from engine.values.process import FieldType
from engine.values.running import Json
from engine.work import Work

PROCESS = "recusal"
COUNTY = ("COUNTY_GOV", "GOV_OFFICE", "SUPERVISION_OFFICES")
LEGAL_OFFICE = "LEGAL_OFFICE"
_LONGEST = 2000


class Kind(StrEnum):
    """Who asks."""

    PARTY = "party"
    OFFICER = "officer"
    SELF = "self"


# --- Asking -----------------------------------------------------------------------------------


def request(
    work: Work, case_id: int, person_id: int | None, kind: str, reason: str, party: str = ""
) -> CaseRef:
    """Ask that somebody stay out of a case; the case of the procedure that decides.

    For those who have a part in the case: a request alone takes tasks out of people's hands. What
    is asked is read by the body that decides, so it names nobody who is kept from it (R15). Raises
    Invalid with an error per field, Conflict ``recusal_stands``, Forbidden ``only_shown_the_case``.
    """
    me = _person(work)
    row = access.visible_case(work, case_id)
    if not access.takes_part(work, row):
        raise Forbidden("only_shown_the_case")
    found, party = _entered(work, row, me, person_id, kind, reason, party)
    with dockets.held(work, case_id) as docket:
        duty.refuse(may_ask(docket))
        discretion.refuse_text(work, docket, party, "party")
        discretion.refuse_text(work, docket, reason, "reason")
        if store.standing(work.session, case_id).get(found):
            raise Conflict("recusal_stands", name=_name(work, found))
        recusal = store.add(
            work.session,
            case_id=case_id,
            person_id=found,
            kind=kind,
            asked_by=me,
            asked_for=party,
            reason=_tidy(reason),
            asked_at=work.now,
        )
        _stand_back(work, docket, found)
        other = _open(work, docket, recusal)
        audit.append(
            work,
            docket,
            Act.RECUSAL_ASKED,
            person=_name(work, found),
            kind=kind,
            other=other.number,
        )
        return other


def may_ask(docket: CaseRow) -> Verdict:
    """Whether anybody may still be challenged in the case."""
    if docket.status != "running":
        return Verdict(False, "case_over")
    if docket.process_id == PROCESS:
        return Verdict(False, "recusal_of_recusal")
    return ALLOWED


def _entered(
    work: Work,
    row: CaseRow,
    me: int,
    person_id: int | None,
    kind: str,
    reason: str,
    party: str,
) -> tuple[int, str]:
    wrong: dict[str, Invalid] = {}
    party = " ".join(party.split())[:200]
    if kind not in set(Kind):
        wrong["kind"] = Invalid("required")
    if not _tidy(reason):
        wrong["reason"] = Invalid("required")
    if kind == Kind.PARTY and not party:
        wrong["party"] = Invalid("required")
    found = me if kind == Kind.SELF else person_id
    if found is None or found not in {int(one.value) for one in challengeable(work, row)}:
        wrong["person"] = Invalid("not_in_this_case")
    if wrong or found is None:
        raise Invalid(fields=dict(wrong))
    return found, party if kind == Kind.PARTY else ""


def _open(work: Work, docket: Docket, recusal: Recusal) -> CaseRef:
    """The case that decides, opened in the name of whoever asks."""
    deciding, decides = _who_decides(work, docket, recusal.person_id)
    name = _name(work, recusal.person_id)
    values: dict[str, Json] = {
        "recusal_title": f"{name}回避{docket.number}",
        "main_case": docket.number,
        "deciding": deciding,
        "challenged": recusal.person_id,
        "challenged_name": name,
        "asked_kind": recusal.kind,
        "asked_by_name": recusal.asked_for or _name(work, recusal.asked_by or 0),
        "recusal_reason": recusal.reason,
        "decides": decides,
    }
    row = definitions.latest(work, PROCESS)
    definition = definitions.load(work, row.id)
    element = definition.description.starts[0]
    other = openings.row_of(work, row, values, {}, element)
    dossiers.link(work.session, docket.id, other.id, work.now)
    store.change(work.session, recusal.id, decided_in=other.id)
    # Entered by a person who answers for it: who asks does not decide (R9).
    place = Place(definition, definition.description.forms[element], values, other.slots, other.id)
    openings.first_steps(work, other, values, element, place)
    return views.case_ref(work, other)


def _who_decides(work: Work, docket: Docket, person_id: int) -> tuple[int, str]:
    """The body that decides, and by whom: its head; about a head those above, or together."""
    held = matters.facts(work, [person_id])[person_id].memberships
    bodies = dossiers.bodies_of(work.session, docket.id)
    mine = [one for one in held if one.body_id in bodies] or list(held)
    known = places.every(work)
    at = known.get(mine[0].body_id) if mine else None
    if at is None:
        raise Invalid(fields={"person": Invalid("not_in_this_case")})
    above = known.get(at.parent_id) if at.parent_id is not None else None
    if above is not None and above.kind not in COUNTY:
        at = above
    roles = {one.role for one in held}
    if at.kind in COUNTY or (at.kind == LEGAL_OFFICE and "legal_office_head" in roles):
        county = places.of_kind(work, "COUNTY_GOV")
        return (county[0].id if county else at.id), "county"
    if at.kind == LEGAL_OFFICE:
        return at.id, "office"
    return at.id, "together" if "dept_head" in roles else "head"


def challengeable(work: Work, row: CaseRow) -> tuple[Choice, ...]:
    """Whoever acted or is named in the case, or could take one of its open tasks."""
    description = definitions.load(work, row.definition_id).description
    ids: set[int] = set()
    for task in task_store.of_case(work.session, row.id):
        ids.update(one for one in (task.assignee_id, task.completed_by) if one is not None)
        if task.status == task_store.OPEN and task.body_id is not None:
            ids.update(people.holders(work.session, task.role, [task.body_id]))
    for id, field in wording.fields_of(description).items():
        if field.type in (FieldType.PERSON, FieldType.PEOPLE):
            ids.update(people_in(row.data.get(id)))
    if row.started_by is not None:
        ids.add(row.started_by)
    known = matters.facts(work, ids)
    return tuple(
        Choice(str(one), known[one].name)
        for one in sorted(ids)
        if one in known and known[one].active
    )


# --- Deciding ---------------------------------------------------------------------------------


def decide(work: Work, docket: Docket, *, granted: bool, grounds: str) -> Json:
    """Carry a decision into the case it is about; the docket is the one that decides.

    Raises Broken ``recusal_unknown`` when nobody asked for it.
    """
    recusal = store.decided_in(work.session, docket.id)
    if recusal is None or recusal.status != PENDING:
        raise Broken("recusal_unknown", case=docket.number)
    store.change(
        work.session,
        recusal.id,
        status=store.GRANTED if granted else store.REFUSED,
        decided_at=work.now,
        decided_by=work.actor.person_id,
        grounds=grounds,
    )
    with dockets.held(work, recusal.case_id) as main:
        if granted and main.running:
            _stand_back(work, main, recusal.person_id)
        audit.append(
            work,
            main,
            Act.RECUSAL_DECIDED,
            person=_name(work, recusal.person_id),
            granted=granted,
            other=docket.number,
        )
    return {"recusal": recusal.id, "granted": granted}


def _stand_back(work: Work, docket: Docket, person_id: int) -> None:
    """What the person has in hand in the case goes back."""
    work.kept.pop("recusals", None)
    for task in task_store.open_of_case(work.session, docket.id):
        # Whoever acts in the person's stead has it no longer either: rules are asked of both.
        if task.assignee_id is not None and person_id in (task.assignee_id, task.acting_for):
            task_store.change(
                work.session, task.id, assignee_id=None, claimed_at=None, acting_for=None
            )
            audit.append(
                work,
                docket,
                Act.TASK_RELEASED,
                task=task.name,
                element=task.element,
                reason="回避",
            )


def _name(work: Work, person_id: int) -> str:
    return people.names_of_people(work.session, [person_id]).get(person_id, "")


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in keepable(text).splitlines()).strip()[:_LONGEST]


def _person(work: Work) -> int:
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    return work.actor.person_id
