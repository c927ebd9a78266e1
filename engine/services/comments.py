"""Comments on a case, and telling whom they mention.

A mention gives nobody sight of a case: only who may see it anyway can be mentioned.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import access, audit, circle, discretion, dockets, in_hand, notices, sights
from engine.store import comments as store
from engine.store import people
from engine.store.cases import CaseRow
from engine.values.acts import Act
from engine.values.collaboration import Comment
from engine.values.notice_pages import Kind
from engine.values.pages import Choice
from engine.work import Work

#: People one comment may mention.
MOST_MENTIONED = 20


def write(work: Work, case_id: int, text: str, ids: Sequence[int] = ()) -> None:
    """Comment on a case; ``ids`` and every ``@name`` in the text are told.

    Raises NotFound ``no_such_case``, Invalid with the field, Forbidden ``may_not_see_case`` for
    somebody who could not read what they are told of.
    """
    text = in_hand.text(text, "text")
    me = in_hand.person(work)
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        discretion.refuse_text(work, docket, text, "text")
        mentioned = list(dict.fromkeys([*ids, *_named(work, docket, text)]))
        if len(mentioned) > MOST_MENTIONED:
            raise Invalid(fields={"people": Invalid("choose_people", most=MOST_MENTIONED)})
        blind = [one for one in mentioned if not sights.may_see(work, docket, one)]
        if blind:
            names = people.names_of_people(work.session, blind)
            raise Forbidden("may_not_see_case", name="、".join(names.values()))
        store.add(
            work.session,
            case_id=case_id,
            person_id=me,
            at=work.now,
            text=text,
            mentions=mentioned,
        )
        digest = audit.values_digest(work, {"text": text})
        audit.append(work, docket, Act.COMMENT_ADDED, values=digest)
        notices.tell(work, docket, Kind.MENTION, "mentioned", mentioned)


def withdraw(work: Work, comment_id: int) -> int:
    """Take a comment of one's own back: it is shown no more, the record says so; its case."""
    row = store.get(work.session, comment_id)
    if row is None or row.person_id != work.actor.person_id:
        raise NotFound("no_such_comment")
    with dockets.held(work, row.case_id) as docket:
        if not store.withdraw(work.session, comment_id, work.now):
            raise Conflict("comment_withdrawn_already")
        audit.append(work, docket, Act.COMMENT_WITHDRAWN)
        return row.case_id


def of_case(work: Work, case: CaseRow) -> tuple[Comment, ...]:
    """The comments of a case the reader sees; of one withdrawn only that it was."""
    rows = store.of_case(work.session, case.id)
    veil = discretion.veil(work, case)
    ids = {one for row in rows for one in (row.person_id, *row.mentions)}
    names = people.names_of_people(work.session, ids) if ids else {}
    me = work.actor.person_id
    return tuple(
        Comment(
            id=row.id,
            by=names.get(row.person_id, ""),
            at=row.at,
            text=veil(row.text) if row.withdrawn_at is None else "",
            mentions=tuple(names[one] for one in row.mentions if one in names),
            withdrawn_at=row.withdrawn_at,
            mine=row.person_id == me,
        )
        for row in rows
    )


def mentionable(work: Work, row: CaseRow) -> tuple[Choice, ...]:
    """People who may be mentioned: who acted in the case first, then those of its bodies."""
    ids = [*circle.involved(work, row.id), *circle.of_case(work, row)]
    ids = [one for one in dict.fromkeys(ids) if one != work.actor.person_id]
    seeing = sights.seeing(work, row, ids)
    names = people.names_of_people(work.session, seeing)
    where = circle.bodies_by_person(work, seeing)
    return tuple(Choice(str(one), names[one], where.get(one, "")) for one in seeing if one in names)


def _named(work: Work, row: CaseRow, text: str) -> list[int]:
    """People whose name stands after an @; of namesakes nobody: they are chosen from the list."""
    if "@" not in text and "＠" not in text:
        return []
    plain = text.replace("＠", "@")
    found: dict[str, list[str]] = {}
    for choice in mentionable(work, row):
        found.setdefault(choice.label, []).append(choice.value)
    named = [name for name in found if f"@{name}" in plain]
    # Of two names one may begin the other: the longer is meant.
    longest = [
        name
        for name in named
        if not any(other != name and other.startswith(name) and f"@{other}" in plain
                   and plain.count(f"@{name}") == plain.count(f"@{other}") for other in named)
    ]  # fmt: skip
    return [int(found[name][0]) for name in longest if len(found[name]) == 1]
