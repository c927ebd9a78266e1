"""The county's bodies: added and changed. For administrators only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import Conflict, Invalid
from engine.services import audit, ledgers, people, staff
from engine.store import bodies as store
from engine.store.bodies import Body
from engine.values.acts import Act
from engine.work import Work

#: Kinds of domain C.1.
KINDS = (
    "COUNTY_GOV", "GOV_OFFICE", "LEGAL_OFFICE", "DEPT", "DEPT_LEGAL", "ENF_UNIT", "TOWNSHIP",
    "SUPERVISION_OFFICES", "SUPPORT", "JUDICIAL", "DISCIPLINE", "UPPER", "SOCIAL",
)  # fmt: skip
#: Kinds a county has once.
ONLY_ONE = ("COUNTY_GOV", "LEGAL_OFFICE")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,58}")


@dataclass(frozen=True)
class Entered:
    """A body as an administrator enters it."""

    name: str
    kind: str
    parent_id: int | None = None
    mark: str = ""
    sector: str = ""
    area: str = ""
    phone: str = ""
    address: str = ""
    active: bool = True


def listing(work: Work) -> list[Body]:
    """Every body, closed ones too, in the order they were entered."""
    staff.administrator_only(work)
    return store.every_body(work.session)


def get(work: Work, body_id: int) -> Body:
    """One body. Raises NotFound ``no_such_body``."""
    staff.administrator_only(work)
    return people.whole_body(work, body_id)


def add(work: Work, code: str, given: Entered) -> int:
    """Add a body; its id. Raises Invalid with an error per field, Forbidden."""
    staff.administrator_only(work)
    wrong = _wrong(work, given, None)
    if not _CODE.fullmatch(code):
        wrong["code"] = Invalid("bad_code")
    elif store.body_by_code(work.session, code) is not None:
        wrong["code"] = Invalid("code_taken", taken=code)
    if wrong:
        raise Invalid(fields=dict(wrong))
    return _keep(work, code, given)


def change(work: Work, body_id: int, given: Entered) -> None:
    """Change a body; its code stays. Raises Invalid, Conflict ``body_in_use``, Forbidden."""
    staff.administrator_only(work)
    known = people.whole_body(work, body_id)
    wrong = _wrong(work, given, known.id)
    if wrong:
        raise Invalid(fields=dict(wrong))
    if known.active and not given.active and store.in_use(work.session, known.id):
        raise Conflict("body_in_use", body=known.name)
    _keep(work, known.code, given)


def _keep(work: Work, code: str, given: Entered) -> int:
    made = store.put_body(
        work.session,
        code,
        name=given.name.strip()[:120],
        kind=given.kind,
        parent_id=given.parent_id,
        mark=given.mark.strip()[:20],
        sector=given.sector.strip()[:40],
        area=given.area.strip()[:80],
        phone=given.phone.strip()[:40],
        address=given.address.strip()[:200],
        active=given.active,
    )
    audit.append(work, None, Act.BODY_CHANGED, body=given.name.strip(), code=code)
    ledgers.body(work, None, people.whole_body(work, made))
    return made


def _wrong(work: Work, given: Entered, own: int | None) -> dict[str, Invalid]:
    wrong: dict[str, Invalid] = {}
    if not given.name.strip():
        wrong["name"] = Invalid("required")
    if given.kind not in KINDS:
        wrong["kind"] = Invalid("required")
    known = {body.id: body for body in store.all_bodies(work.session)}
    others = [one for one in known.values() if one.kind == given.kind and one.id != own]
    if given.kind in ONLY_ONE and others:
        wrong["kind"] = Invalid("only_one_of_kind", body=others[0].name)
    above, seen = given.parent_id, set[int]()
    while above is not None and above not in seen:
        if above == own:
            wrong["parent"] = Invalid("body_above_itself")
            break
        seen.add(above)
        at = known.get(above)
        if at is None:
            wrong["parent"] = Invalid("unknown_body", value=above)
            break
        above = at.parent_id
    return wrong
