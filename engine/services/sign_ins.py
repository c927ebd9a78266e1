"""Sessions: begun with a password, asked for at each request, ended for good on signing out.

A browser carries a random mark; its digest stands in the database while the session does. A copy of
the cookie is therefore worth nothing once its owner has signed out, changed the password, been put
out of service, or worked for a day.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from engine.errors import NotFound
from engine.office import Office
from engine.services import audit, people
from engine.store import sign_ins as store
from engine.values.acts import Act
from engine.values.person_pages import SignedIn
from engine.work import Work

#: Longest life of a session, by the machine's clock.
LONGEST = timedelta(hours=12)


def begin(office: Office, who: SignedIn) -> str:
    """A session for somebody whose password was right; the mark their browser is to carry."""
    mark = secrets.token_urlsafe(24)
    at = office.clock.now()
    with office.begin(who.actor) as work:
        store.forget(work.session, at - LONGEST)
        store.add(work.session, _key(mark), _person(who), at)
    return mark


def holder(work: Work, person_id: int, stamp: str, mark: str) -> SignedIn:
    """Who a session belongs to. Raises NotFound ``session_ended`` when it no longer holds."""
    if not store.holds(work.session, _key(mark), person_id):
        raise NotFound("session_ended")
    return people.signed_in(work, person_id, stamp)


def end(office: Office, who: SignedIn, mark: str) -> None:
    """Sign out: whoever copied the cookie is signed out too."""
    with office.begin(who.actor) as work:
        store.end(work.session, _key(mark))
        audit.append(work, None, Act.SIGNED_OUT, login=who.login)


def _person(who: SignedIn) -> int:
    if who.actor.person_id is None:
        raise NotFound("session_ended")
    return who.actor.person_id


def _key(mark: str) -> str:
    return hashlib.sha256(mark.encode("utf-8", "surrogatepass")).hexdigest()
