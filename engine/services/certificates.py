"""Certificates (执法证件): entered, suspended, cancelled. For administrators only.

Whoever loses one loses at once what they have in hand and may not do without it (R14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.errors import Invalid, NotFound
from engine.rules.certificates import KINDS, STATUSES
from engine.services import audit, ledgers, people, released, staff
from engine.store import accounts
from engine.store import people as store
from engine.values.acts import Act
from engine.values.people import Certificate
from engine.work import Work


@dataclass(frozen=True)
class Entered:
    """A certificate as an administrator enters it."""

    number: str
    kind: str
    body_id: int | None
    field: str = ""
    area: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def put(work: Work, person_id: int, given: Entered) -> None:
    """Enter a certificate, or correct one of the same number and person.

    Raises Forbidden, Invalid with an error per field.
    """
    staff.administrator_only(work)
    person = staff.other(work, person_id)
    wrong: dict[str, Invalid] = {}
    number = " ".join(given.number.split())[:60]
    if not number:
        wrong["number"] = Invalid("required")
    if given.kind not in KINDS:
        wrong["kind"] = Invalid("required")
    if given.body_id is None:
        wrong["body"] = Invalid("required")
    for name, day in (("valid_from", given.valid_from), ("valid_to", given.valid_to)):
        if day is None:
            wrong[name] = Invalid("required")
    first, last = given.valid_from, given.valid_to
    if first is not None and last is not None and last < first:
        wrong["valid_to"] = Invalid("ends_before_it_begins")
    known = accounts.certificate(work.session, number) if number else None
    if known is not None and known[0] != person.id:
        wrong["number"] = Invalid("certificate_of_another")
    if wrong or given.body_id is None:
        raise Invalid(fields=dict(wrong))
    at = people.whole_body(work, given.body_id)
    # A correction lifts no suspension.
    status = known[1].status if known is not None else "active"
    store.put_certificate(
        work.session,
        number,
        person_id=person.id,
        kind=given.kind,
        body_id=at.id,
        field=given.field.strip()[:80],
        area=given.area.strip()[:80],
        valid_from=first,
        valid_to=last,
        status=status,
    )
    audit.append(
        work, None, Act.CERTIFICATE_CHANGED, login=person.login, number=number, status=status
    )
    released.by_rule(work, person.id)
    ledgers.of_person(work, person.id)


def set_status(work: Work, number: str, status: str, reason: str) -> None:
    """Suspend a certificate, cancel it, or let it count again, with a reason on the record.

    Raises NotFound ``no_such_certificate``, Invalid, Forbidden.
    """
    staff.administrator_only(work)
    found = accounts.certificate(work.session, number)
    if found is None:
        raise NotFound("no_such_certificate", number=number)
    person = staff.other(work, found[0])
    reason = " ".join(reason.split())[:500]
    wrong: dict[str, Invalid] = {}
    if status not in STATUSES:
        wrong["status"] = Invalid("required")
    if not reason:
        wrong["reason"] = Invalid("required")
    if found[1].status == "cancelled" and status != "cancelled":
        wrong["status"] = Invalid("certificate_is_cancelled")
    if wrong:
        raise Invalid(fields=dict(wrong))
    _keep(work, person.id, found[1], status)
    audit.append(
        work,
        None,
        Act.CERTIFICATE_CHANGED,
        login=person.login,
        number=number,
        status=status,
        reason=reason,
    )
    released.by_rule(work, person.id)
    ledgers.of_person(work, person.id)


def _keep(work: Work, person_id: int, held: Certificate, status: str) -> None:
    values = {**vars(held), "status": status, "person_id": person_id}
    values.pop("number")
    store.put_certificate(work.session, held.number, **values)
