"""The tab of a case where colleagues talk: comments, copies, and who can be told."""

from __future__ import annotations

from engine.services import access, comments, copies
from engine.values.collaboration import Circle
from engine.work import Work


def page(work: Work, case_id: int) -> Circle:
    """What was said and sent, and to whom more can be. Raises NotFound ``no_such_case``."""
    row = access.visible_case(work, case_id)
    may_copy = copies.may_send(work, row)
    return Circle(
        comments=comments.of_case(work, row),
        copies=copies.of_case(work, row),
        mentionable=comments.mentionable(work, row),
        receivers=copies.receivers(work, row) if may_copy else (),
        may_copy=may_copy,
    )
