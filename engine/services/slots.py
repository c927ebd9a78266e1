"""Body slots: the places a definition names (``subject``, ``handling``), filled case by case.

A slot is filled by the field of type body with its name. ``<slot>_legal`` is the legal unit of the
body in ``<slot>``. Slots of which the county has only one body need no field.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.services import places
from engine.values.process import Description, FieldType
from engine.values.running import CaseFile
from engine.work import Work

#: Slots of which a county has one body, by its kind.
ONLY_ONE = {"legal_office": "LEGAL_OFFICE", "county_government": "COUNTY_GOV"}
#: Slots that take bodies of one kind only.
KINDS = {"township": "TOWNSHIP"}
LEGAL = "_legal"
LEGAL_UNIT = "DEPT_LEGAL"


def named(description: Description) -> frozenset[str]:
    """Every slot lanes, forms and fields of a definition speak of."""
    found = {lane.body for lane in description.lanes}
    for form in description.forms.values():
        found.add(form.body)
        for field in form.fields:
            found.update((field.body, *field.hidden_from))
    return frozenset(slot for slot in found if slot)


def fill(
    work: Work, description: Description, known: Mapping[str, int], data: CaseFile
) -> dict[str, int]:
    """The slots of a case after its case file changed. What was known and is not entered stays."""
    slots = dict(known)
    wanted = named(description)
    bases = {slot.removesuffix(LEGAL) for slot in wanted} | wanted
    for form in description.forms.values():
        for field in form.fields:
            value = data.get(field.id)
            if field.type is FieldType.BODY and field.id in bases and isinstance(value, int):
                slots[field.id] = value
    for slot in wanted:
        found = resolve(work, slots, slot)
        if found is not None:
            slots[slot] = found
    return slots


def resolve(work: Work, slots: Mapping[str, int], slot: str) -> int | None:
    """The body in a slot; ``None`` while nothing fills it."""
    base = slot.removesuffix(LEGAL)
    if base != slot and (base in slots or base in ONLY_ONE):
        above = resolve(work, slots, base)
        if above is None:
            return None
        units = places.children(work, above, LEGAL_UNIT)
        return units[0].id if units else above
    if slot in slots:
        return slots[slot]
    if slot in ONLY_ONE:
        found = places.of_kind(work, ONLY_ONE[slot])
        return found[0].id if len(found) == 1 else None
    return None


def sort_key(slot: tuple[str, int]) -> tuple[bool, str]:
    """Slots as pages list them: those of this case before those every case has."""
    return slot[0] in ONLY_ONE, slot[0]
