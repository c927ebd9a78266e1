"""Finding cases by number, title and party: one token per Chinese character, phrase queries.

Tokens are plain ASCII (a Chinese character is its code point), so that SQLite's FTS5 and any
locale of PostgreSQL cut them alike. The party stands apart from number and title, because some
readers of a case must not find it by its party (R15).
"""

from __future__ import annotations

from sqlalchemy import DDL, event

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
