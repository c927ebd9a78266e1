"""Whether a certificate (行政执法证、监督证) entitles its holder on a day, at a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from engine.rules.situations import Place
from engine.values.people import Certificate

#: A delegated certificate (行政委托执法证) entitles to enforce for the delegate it names.
ENTITLES = {"enforcement": ("enforcement", "delegated")}

#: Legal professional qualification (法律职业资格): a person's own, whatever body they work for.
LAW_EXAM = "legal_profession"
#: What an office may enter for its people.
KINDS = ("enforcement", "delegated", "supervision", LAW_EXAM)
#: Those that a case may write; the qualification is a person's own.
DUTY_KINDS = ("enforcement", "delegated", "supervision")
ENFORCING = ENTITLES["enforcement"]
STATUSES = ("active", "suspended", "cancelled")


class Standing(StrEnum):
    """How a person stands with a kind of certificate; anything but valid is a code of refusal."""

    VALID = "valid"
    SUSPENDED = "certificate_suspended"
    EXPIRED = "certificate_expired"
    NOT_YET = "certificate_not_yet_valid"
    CANCELLED = "certificate_cancelled"
    OTHER_FIELD = "certificate_of_other_field"
    OTHER_AREA = "certificate_of_other_area"
    OTHER_BODY = "certificate_of_other_body"
    MISSING = "certificate_missing"


#: The answer nearest to valid is given when several certificates fail.
_NEAREST = (
    Standing.SUSPENDED,
    Standing.EXPIRED,
    Standing.NOT_YET,
    Standing.CANCELLED,
    Standing.OTHER_FIELD,
    Standing.OTHER_AREA,
    Standing.OTHER_BODY,
)


def standing(certificates: Sequence[Certificate], kind: str, place: Place, today: date) -> Standing:
    """Whether one of the certificates is of the kind, for the place, valid today."""
    kinds = ENTITLES.get(kind, (kind,))
    found = {
        _one(certificate, place, today) for certificate in certificates if certificate.kind in kinds
    }
    if Standing.VALID in found:
        return Standing.VALID
    return next((why for why in _NEAREST if why in found), Standing.MISSING)


def _one(certificate: Certificate, place: Place, today: date) -> Standing:
    elsewhere = _elsewhere(certificate, place)
    if elsewhere is not None:
        return elsewhere
    if certificate.status == "suspended":
        return Standing.SUSPENDED
    if certificate.status != "active":
        return Standing.CANCELLED
    if today < certificate.valid_from:
        return Standing.NOT_YET
    return Standing.VALID if today <= certificate.valid_to else Standing.EXPIRED


def _elsewhere(certificate: Certificate, place: Place) -> Standing | None:
    """For which reason it is of no use here, whatever day it is."""
    if certificate.kind == LAW_EXAM:
        return None
    if certificate.body_id not in place.bodies:
        return Standing.OTHER_BODY
    if certificate.field and place.sector and certificate.field != place.sector:
        return Standing.OTHER_FIELD
    if certificate.area and place.areas and certificate.area not in place.areas:
        return Standing.OTHER_AREA
    return None
