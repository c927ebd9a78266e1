"""Finding cases by number, title and party: one token per Chinese character, phrase queries.

Tokens are plain ASCII (a Chinese character is its code point), so that SQLite's FTS5 and any
locale of PostgreSQL cut them alike. The party stands apart from number and title, because some
readers of a case must not find it by its party (R15).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import DDL, event, text
from sqlalchemy.orm import Session

from engine.store.base import metadata

SQLITE = (
    """CREATE VIRTUAL TABLE case_search USING fts5(
    open, party, content='', columnsize=0, tokenize='ascii')""",
)
POSTGRESQL = (
    """CREATE TABLE case_search (
    case_id bigint PRIMARY KEY, open tsvector NOT NULL, party tsvector NOT NULL)""",
    "CREATE INDEX ix_case_search_open ON case_search USING gin (open)",
    "CREATE INDEX ix_case_search_party ON case_search USING gin (party)",
)

for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        _made = DDL(_statement)  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
        event.listen(metadata, "after_create", _made.execute_if(dialect=_dialect))

#: Tokens of a query beyond these are ignored.
QUERY_TOKENS = 40
#: Tokens of one text that are indexed.
TEXT_TOKENS = 500

_WORD = re.compile(r"[0-9a-z]+|[^\W_]")


def tokens(words: str) -> list[str]:
    """Words of Latin letters and digits whole, every other letter alone, as ASCII."""
    plain = unicodedata.normalize("NFKC", words).lower()
    return [
        found if found.isascii() else f"u{ord(found):x}"
        for found in _WORD.findall(plain)[:TEXT_TOKENS]
    ]


def index(session: Session, case_id: int, number: str, title: str, party: str) -> None:
    """Make a new case findable."""
    index_many(session, [(case_id, number, title, party)])


def index_many(session: Session, cases: Sequence[tuple[int, str, str, str]]) -> None:
    """Make new cases findable, each by its (id, number, title, party)."""
    rows = []
    for case_id, *names in cases:
        opened, by_party = _texts(*names)
        rows.append({"id": case_id, "open": opened, "party": by_party})
    session.execute(text(_INSERT[_dialect_of(session)]), rows)


def reindex(
    session: Session, case_id: int, old: tuple[str, str, str], new: tuple[str, str, str]
) -> None:
    """The (number, title, party) of a case changed."""
    opened, by_party = _texts(*old)
    session.execute(
        text(_DELETE[_dialect_of(session)]), {"id": case_id, "open": opened, "party": by_party}
    )
    index(session, case_id, *new)


def find(
    session: Session,
    words: str,
    *,
    reach: Mapping[str, Collection[int]] | None,
    secret: Collection[str],
    person_id: int | None,
    before: int | None,
    rows: int,
) -> list[int]:
    """Ids of cases that hold the words as a phrase, newest first.

    Only cases of a process in which one of the bodies ``reach`` gives for it takes part, and those
    the person started, acted in or is named in; ``None`` is every case. The party's name finds
    a case of a process in ``secret`` only for the latter. What is found may still be too much: the
    caller looks at each case.
    """
    wanted = tokens(words)[:QUERY_TOKENS]
    if not wanted:
        return []
    dialect = _dialect_of(session)
    values: dict[str, object] = {
        "phrase": _phrase(dialect, wanted),
        "before": before if before is not None else 1 << 62,
        "rows": rows,
        "person": person_id if person_id is not None else -1,
    }
    own = """(c.started_by = :person
        OR EXISTS (SELECT 1 FROM tasks t WHERE t.case_id = c.id
            AND (t.assignee_id = :person OR t.completed_by = :person))
        OR EXISTS (SELECT 1 FROM task_performers p WHERE p.case_id = c.id
            AND p.person_id = :person))"""
    allow = "" if reach is None else f"AND ({own} {_reached(reach, values)})"
    kept = _in("secret", secret, values)
    # Every part of this text is written here; what a person typed travels as a parameter.
    # What matches comes first: asked of each case instead, every case would be looked at.
    query = f"""
        SELECT DISTINCT c.id FROM (
            SELECT id, 1 AS openly FROM ({_MATCH[dialect]["open"]}) AS by_open
            UNION ALL SELECT id, 0 FROM ({_MATCH[dialect]["party"]}) AS by_party
        ) AS matching JOIN cases c ON c.id = matching.id
        WHERE c.id < :before
            AND (matching.openly = 1 OR c.process_id NOT IN ({kept}) OR {own})
        {allow} ORDER BY c.id DESC LIMIT :rows"""  # noqa: S608  # see above
    return list(session.scalars(text(query), values))


def _reached(reach: Mapping[str, Collection[int]], values: dict[str, object]) -> str:
    """Cases of each process in which one of its bodies takes part."""
    parts = []
    for number, (process, bodies) in enumerate(sorted(reach.items())):
        if not bodies:
            continue
        values[f"process{number}"] = process
        among = _in(f"at{number}_", bodies, values)
        parts.append(f"""OR (c.process_id = :process{number} AND EXISTS (
            SELECT 1 FROM case_bodies b WHERE b.case_id = c.id AND b.body_id IN ({among})))""")  # noqa: S608  # see above
    return " ".join(parts)


def _in(name: str, wanted: Collection[int] | Collection[str], values: dict[str, object]) -> str:
    marks = []
    for number, found in enumerate(sorted(wanted)):
        values[f"{name}{number}"] = found
        marks.append(f":{name}{number}")
    return ", ".join(marks) or "''"


def says(words: str, *texts: str) -> bool:
    """Whether one of the texts holds the words as :func:`find` looks for them."""
    wanted = tokens(words)[:QUERY_TOKENS]
    return any(_holds(tokens(text), wanted) for text in texts)


def _holds(found: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return any(
        found[at : at + size - 1] == wanted[:-1] and found[at + size - 1].startswith(wanted[-1])
        for at in range(len(found) - size + 1)
    )


def _dialect_of(session: Session) -> str:
    return session.get_bind().dialect.name


def _texts(number: str, title: str, party: str) -> tuple[str, str]:
    # The lone token between keeps a phrase from reaching across the border of two fields.
    return " ".join([*tokens(number), "zz0", *tokens(title)]), " ".join(tokens(party))


def _phrase(dialect: str, wanted: list[str]) -> str:
    """A phrase whose last Latin word or number may be unfinished."""
    last_open = not wanted[-1].startswith("u") or len(wanted[-1]) < 5
    if dialect == "sqlite":
        return '"' + " ".join(wanted) + '"' + ("*" if last_open else "")
    return " <-> ".join(wanted) + (":*" if last_open else "")


_INSERT = {
    "sqlite": "INSERT INTO case_search (rowid, open, party) VALUES (:id, :open, :party)",
    "postgresql": """INSERT INTO case_search (case_id, open, party) VALUES
        (:id, to_tsvector('simple', :open), to_tsvector('simple', :party))""",
}
_DELETE = {
    "sqlite": """INSERT INTO case_search (case_search, rowid, open, party)
        VALUES ('delete', :id, :open, :party)""",
    "postgresql": "DELETE FROM case_search WHERE case_id = :id",
}
_MATCH = {
    "sqlite": {
        column: f"""SELECT rowid AS id FROM case_search
            WHERE case_search MATCH '{{{column}}} : ' || :phrase"""  # noqa: S608  # our own names
        for column in ("open", "party")
    },
    "postgresql": {
        column: f"""SELECT case_id AS id FROM case_search
            WHERE {column} @@ to_tsquery('simple', :phrase)"""  # noqa: S608  # our own names
        for column in ("open", "party")
    },
}
