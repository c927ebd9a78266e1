"""A case tells a case it is linked with: how it ended, that something must be decided anew.

The other case must wait for the message; one that is over, or waits for something else, does not
hear it, and both chains say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.errors import Broken, Conflict
from engine.services import audit, dockets, moves
from engine.services.dockets import Docket
from engine.store import dossiers
from engine.values.acts import Act
from engine.values.running import Json
from engine.work import Work

_PERFORMING = "performing"


def send_to(
    work: Work, docket: Docket, message: str, case: Json, values: Mapping[str, Json]
) -> Json:
    """Send to a linked case, or, without one named, to the case that opened this one.

    Raises Broken ``case_not_linked``.
    """
    linked = {other: kind for other, kind, _ in dossiers.links_of(work.session, docket.id)}
    if case in (None, ""):
        openers = [other for other, kind in linked.items() if kind == "opened_by"]
        if not openers:
            return {"sent": False, "number": ""}
        target = openers[0]
    elif isinstance(case, int) and case in linked:
        target = case
    else:
        raise Broken("case_not_linked", case=str(case))
    if target in work.kept.get(_PERFORMING, ()):
        # It is being moved by this very command and does not wait for anything yet.
        return {"sent": False, "number": ""}
    doing = work.doing
    with dockets.held(work, target) as other:
        sent = deliver(work, other, message, values, docket.number)
        number = other.number
    work.doing = doing
    if sent:
        audit.append(work, docket, Act.MESSAGE_SENT, name=message, other=number)
    return {"sent": sent, "number": number}


def deliver(
    work: Work, other: Docket, message: str, values: Mapping[str, Json], sender: str
) -> bool:
    """Hand a message to a case that is held; False when it does not wait for it."""
    if not other.running:
        return False
    waiting = next(
        (
            one
            for one in moves.waiting_messages(other)
            if message in (one.message, one.element, one.name)
        ),
        None,
    )
    if waiting is None:
        return False
    try:
        with performing(work, other.id):
            outcome = moves.run(work, other).send(waiting.id, dict(values))
            audit.append(
                work,
                other,
                Act.MESSAGE_RECEIVED,
                name=waiting.name,
                element=waiting.element,
                other=sender,
                values=audit.values_digest(work, values),
            )
            moves.settle(work, other, outcome)
    except Conflict as error:
        if error.code != "message_not_open":
            raise
        # A deadline of its own came first.
        return False
    return True


@contextmanager
def performing(work: Work, case_id: int) -> Iterator[None]:
    """Remember that a case is being moved: it cannot be held a second time meanwhile."""
    stack: list[int] = work.kept.setdefault(_PERFORMING, [])
    stack.append(case_id)
    try:
        yield
    finally:
        stack.pop()
