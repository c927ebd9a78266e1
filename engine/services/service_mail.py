"""Delivering to people's addresses at other services: opened at the last moment, never logged."""

from __future__ import annotations

from engine.actor import CLOCK
from engine.apprising import ServiceChannel
from engine.channels import Channel
from engine.office import Office
from engine.services import mail, reach
from engine.store import outbox
from engine.store import reach as store
from engine.store.outbox import State


def deliver(office: Office, message: outbox.Message) -> None:
    """Try one message; the person sees on their page when their service refuses."""
    address_id = message.address_id or 0
    with office.begin(CLOCK) as work:
        row = store.address(work.session, address_id)
        if row is None:
            # Forgotten meanwhile: nobody is reached by it any more.
            outbox.settle(work.session, message, state=State.NO_CHANNEL, settled_at=work.now)
            return
    refused = mail.attempt(office, channel_of(office), message, reach.opened(office, row.sealed))
    if refused != row.error:
        with office.begin(CLOCK) as work:
            store.tell_error(work.session, address_id, refused)


def channel_of(office: Office) -> Channel:
    """What speaks to services."""
    found: Channel = office.kept.get("service_channel", ServiceChannel)
    return found
