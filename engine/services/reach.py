"""How the reader wants to be told: which kinds by which way, and addresses besides mail."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken

from engine import apprising
from engine.errors import Broken, Invalid, NotFound
from engine.office import Office
from engine.services import in_hand, mail, notices
from engine.store import people
from engine.store import reach as store
from engine.values.notice_pages import ChoiceRow, Kind, NoticeAddress, ReachPage, When
from engine.work import Work

#: Addresses one person may have.
MOST_ADDRESSES = 5


def page(work: Work) -> ReachPage:
    """The reader's choices and addresses."""
    me = in_hand.person(work)
    hours = notices.hours(work.office)
    rows = []
    for kind in Kind:
        chosen = notices.choices(work, [me], kind)[me]
        rows.append(ChoiceRow(kind, chosen.mail, chosen.other, kind in hours.urgent))
    person = people.person(work.session, me)
    return ReachPage(
        mail=person.mail if person is not None else "",
        mail_works=mail.channel_of(work.office) is not None,
        choices=tuple(rows),
        addresses=tuple(
            NoticeAddress(row.id, row.service, row.label, row.added_at, row.error)
            for row in store.addresses(work.session, [me])
        ),
        services=apprising.services(work.office.settings.notice_services),
        opens=f"{hours.opens:%H:%M}",
        closes=f"{hours.closes:%H:%M}",
    )


def choose(work: Work, chosen: dict[str, tuple[str, str]]) -> None:
    """Choose the ways for some kinds: (mail, other) by kind. Raises Invalid ``unknown_choice``."""
    me = in_hand.person(work)
    for kind, (by_mail, other) in chosen.items():
        if kind not in tuple(Kind) or not {by_mail, other} <= set(When):
            raise Invalid("unknown_choice")
        store.choose(work.session, me, kind, by_mail, other)


def add_address(work: Work, address: str, label: str) -> int:
    """Add an address of a service. Raises Invalid with the field that is wrong."""
    me = in_hand.person(work)
    address = address.strip()
    service = apprising.service_of(address, work.office.settings.notice_services)
    if not service or len(address) > 500:
        raise Invalid(fields={"address": Invalid("address_not_served")})
    if len(store.addresses(work.session, [me])) >= MOST_ADDRESSES:
        raise Invalid(fields={"address": Invalid("too_many_addresses", most=MOST_ADDRESSES)})
    return store.add_address(
        work.session,
        person_id=me,
        service=service,
        label=" ".join(label.split())[:60],
        sealed=seal(work.office, address),
        added_at=work.now,
    )


def remove_address(work: Work, address_id: int) -> None:
    """Forget one of the reader's addresses. Raises NotFound ``no_such_address``."""
    if not store.remove_address(work.session, address_id, in_hand.person(work)):
        raise NotFound("no_such_address")


def seal(office: Office, address: str) -> str:
    """An address as it may be stored: whoever reads the database cannot write to it."""
    return _cipher(office).encrypt(address.encode()).decode()


def opened(office: Office, sealed: str) -> str:
    """The address again. Raises Broken ``address_damaged``."""
    try:
        return _cipher(office).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Broken("address_damaged") from error


def _cipher(office: Office) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(office.secret("notice addresses")))
