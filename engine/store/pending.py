"""Writes that are sent together: what a command decided to write, kept until somebody looks.

A write of a hot road need not be sent at once: nothing but the command itself can see it before the
commit. So it is kept here, and sent with others of its kind in one go

* before anything else is sent over the same connection by SQLAlchemy, the commit included;
* before a prepared statement reads one of the tables written to.

Writes to one table keep their order; those to different tables depend on each other only through
keys of rows that are there already. A part of a unit of work that fails takes back what it has
kept, and so needs no savepoint as long as nothing was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

#: Where a connection keeps what waits.
KEY = "duban_pending"


class Form(Protocol):
    """A compiled statement, as far as waiting goes."""

    @property
    def table(self) -> str:
        """The table it writes to."""


class LostError(RuntimeError):
    """What was kept could not be sent, and the unit of work went on: it may not commit."""


@dataclass
class Part:
    """A part of a unit of work that may fail alone: where its writes begin."""

    begins: int
    #: Name of the savepoint that was set for it; empty as long as it has sent nothing.
    savepoint: str = ""


@dataclass
class Pending:
    """What one connection has still to send, in order."""

    send: Callable[[Any, list[Any], int | None], None] | None = None
    #: Sends a statement about savepoints.
    command: Callable[[str], None] | None = None
    rows: list[tuple[Any, Any, bool]] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    parts: list[Part] = field(default_factory=list)
    #: Whether something could not be sent.
    lost: bool = False

    def add(self, form: Form, parameters: Any, *, counted: bool) -> None:
        """Keep a write; a counted one must change exactly one row."""
        self.rows.append((form, parameters, counted))
        self.tables.add(form.table)

    def flush(self, upto: int | None = None) -> None:
        """Send what waits, or the first so many."""
        if self.lost:
            raise LostError
        count = len(self.rows) if upto is None else upto
        if not count or self.send is None:
            return
        sent, self.rows = self.rows[:count], self.rows[count:]
        self.tables = {form.table for form, _, _ in self.rows}
        for part in self.parts:
            part.begins = max(0, part.begins - count)
        self.lost = True
        for form, parameters, counted in _groups(sent):
            self.send(form, parameters, len(parameters) if counted else None)
        self.lost = False

    def begin(self) -> Part:
        """A part that may fail alone begins."""
        part = Part(len(self.rows))
        self.parts.append(part)
        return part

    def end(self, part: Part, *, failed: bool) -> None:
        """The part is over; of one that failed nothing is left."""
        self.parts.remove(part)
        if failed:
            del self.rows[part.begins :]
            self.tables = {form.table for form, _, _ in self.rows}
        if not part.savepoint or self.command is None:
            return
        if failed:
            lost, self.lost = self.lost, True
            self.command(f"ROLLBACK TO SAVEPOINT {part.savepoint}")
            self.lost = lost
        else:
            self.flush()
        self.command(f"RELEASE SAVEPOINT {part.savepoint}")

    def save(self) -> None:
        """Something is about to be sent: what comes before it goes first, and the part is saved."""
        for place, part in enumerate(self.parts):
            if not part.savepoint and self.command is not None:
                self.flush(part.begins)
                part.savepoint = f"part_{place}"
                self.command(f"SAVEPOINT {part.savepoint}")
        self.flush()

    def forget(self) -> None:
        """The transaction is over."""
        self.rows.clear()
        self.tables.clear()
        self.parts.clear()
        self.send = self.command = None
        self.lost = False


def _groups(rows: list[tuple[Any, Any, bool]]) -> list[tuple[Any, list[Any], bool]]:
    """The writes by statement: those to one table in the order they were made."""
    groups: list[tuple[Any, list[Any], bool]] = []
    latest: dict[str, tuple[Any, list[Any], bool]] = {}
    for form, parameters, counted in rows:
        group = latest.get(form.table)
        if group is None or group[0] is not form or group[2] is not counted:
            group = latest[form.table] = (form, [], counted)
            groups.append(group)
        group[1].append(parameters)
    return groups


def of(connection: Connection) -> Pending:
    """What waits at a connection."""
    found: Pending | None = connection.info.get(KEY)
    if found is None:
        found = connection.info[KEY] = Pending()
    return found


def listen(engine: Engine) -> None:
    """From now on, what waits is sent before whatever SQLAlchemy sends.

    A session sends it before it commits (:func:`engine.store.prepared.send`): raised in the middle
    of a commit, an error would leave the connection in a transaction nobody ends.
    """
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "commit", _commit)
    event.listen(engine, "rollback", _over)


def _before(connection: Connection, *_: object) -> None:
    found: Pending | None = connection.info.get(KEY)
    if found is not None and (found.rows or found.parts):
        found.save()


def _commit(connection: Connection) -> None:
    found: Pending | None = connection.info.get(KEY)
    if found is not None and found.rows:
        # Committed past its session: better an error than a write that never was.
        raise LostError
    _over(connection)


def _over(connection: Connection) -> None:
    found: Pending | None = connection.info.get(KEY)
    if found is not None:
        found.forget()
