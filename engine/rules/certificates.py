"""Whether a certificate (行政执法证、监督证) entitles its holder on a day, for a body."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from engine.values.people import Certificate

#: A delegated certificate (行政委托执法证) entitles to enforce for the delegate it names.
ENTITLES = {"enforcement": ("enforcement", "delegated")}


class Standing(StrEnum):
    """How a person stands with a kind of certificate; anything but valid is a code of refusal."""

    VALID = "valid"
    SUSPENDED = "certificate_suspended"
    EXPIRED = "certificate_expired"
    NOT_YET = "certificate_not_yet_valid"
    CANCELLED = "certificate_cancelled"
    OTHER_BODY = "certificate_of_other_body"
    MISSING = "certificate_missing"


#: The answer nearest to valid is given when several certificates fail.
_NEAREST = (
    Standing.SUSPENDED,
    Standing.EXPIRED,
    Standing.NOT_YET,
    Standing.CANCELLED,
    Standing.OTHER_BODY,
)


def standing(
    certificates: Sequence[Certificate], kind: str, bodies: Collection[int], today: date
) -> Standing:
    """Whether one of the certificates is of the kind, for one of the bodies, valid today."""
    kinds = ENTITLES.get(kind, (kind,))
    found = {
        _one(certificate, bodies, today)
        for certificate in certificates
        if certificate.kind in kinds
    }
    if Standing.VALID in found:
        return Standing.VALID
    return next((why for why in _NEAREST if why in found), Standing.MISSING)


def _one(certificate: Certificate, bodies: Collection[int], today: date) -> Standing:
    if certificate.body_id not in bodies:
        return Standing.OTHER_BODY
    if certificate.status == "suspended":
        return Standing.SUSPENDED
    if certificate.status != "active":
        return Standing.CANCELLED
    if today < certificate.valid_from:
        return Standing.NOT_YET
    return Standing.VALID if today <= certificate.valid_to else Standing.EXPIRED
