"""Channels besides mail: any service the ``apprise`` library speaks to, by an address of it.

The library tells by ``False`` that a message was not taken, and why only in its log.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.plugins import N_MGR

from engine.channels import Mail, Undeliverable

#: Seconds a service may be silent, connecting and answering; trying again is the outbox's business.
#: Said last, it outdoes what somebody wrote into their address.
#: Certificates are looked at whatever the address says.
_ALWAYS = "cto=10&rto=15&retry=0&verify=yes"
_ASSET = AppriseAsset(app_id="Duban", app_desc="督办", app_url="", async_mode=False)
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class ServiceChannel:
    """Delivers to one address of a service."""

    def send(self, mail: Mail) -> None:
        """Deliver; what a service refuses may pass: it is tried again."""
        to = opened(mail.address)
        if to is None:
            raise Undeliverable("bad address", permanent=True)
        with _heard() as told:
            taken = to.notify(title=mail.subject, body=mail.text, body_format=NotifyFormat.TEXT)
        if not taken:
            raise Undeliverable("; ".join(told) or "not taken", permanent=False)


def service_of(address: str, allowed: Collection[str]) -> str:
    """The service an address belongs to; empty if it is none that may be used."""
    schema = address.partition("://")[0].strip().lower()
    if not schema or ("all" not in allowed and schema not in allowed):
        return ""
    found = opened(address)
    return schema if found is not None and len(found) == 1 else ""


def services(allowed: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(schema, name) of each service that may be used, by name."""
    known = {
        schema: str(N_MGR[schema].service_name)
        for schema in N_MGR.schemas()  # type: ignore[no-untyped-call]  # the library has types but here
        if "all" in allowed or schema in allowed
    }
    return tuple(sorted(known.items(), key=lambda item: item[1].casefold()))


def opened(address: str) -> Apprise | None:
    """The service of an address, patient and careful whatever the address says; None if none."""
    separator = "&" if "?" in address else "?"
    found = Apprise(asset=_ASSET)
    return found if found.add(f"{address}{separator}{_ALWAYS}") else None


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What the library logs while a message is sent, without addresses."""
    told: list[str] = []
    log = logging.getLogger("apprise")

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "://" not in (said := record.getMessage()):
                told.append(said[:120])

    ear, level = Ear(logging.WARNING), log.level
    log.addHandler(ear)
    log.setLevel(logging.WARNING)
    try:
        yield told
    finally:
        log.setLevel(level)
        log.removeHandler(ear)
