"""Statements of the hot roads: compiled once, then handed to the driver as they are.

SQLAlchemy writes the SQL and knows how values are converted; what it does anew at every execution
(cache keys, contexts, result objects) costs several times what the database takes for a row. So the
statements of a completion and of a timer are kept here in their compiled form. Everything else goes
through the session: it is easier to read, and its cost does not show.

A statement may not vary but in its values; the columns an INSERT or UPDATE sets are the keys given.
Writes whose outcome nobody waits for are kept and sent together: see :mod:`engine.store.pending`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Delete, Insert, Select, Table, Update, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from engine.errors import Conflict
from engine.store import pending

#: Told of every statement with its parameters, for measuring; nobody listens in service.
observers: list[Callable[[str, Any, bool], None]] = []

_Convert = Callable[[Any], Any]
_Statement = Select[Any] | Insert | Update | Delete
#: Where a session keeps its cursor.
_CURSOR = "duban_cursor"


class Prepared:
    """A statement, ready for each database it was asked of."""

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement
        self._reads = isinstance(statement, Select)
        self._forms: dict[tuple[str, ...], _Form] = {}

    def all(self, session: Session, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Every row, its values in the order of the columns."""
        # What only reads needs no savepoint: it is sent before the part has written anything.
        open_ = _outermost(session) if self._reads else _open(session)
        form = self._form(open_, values)
        rows = open_.execute(form, form.parameters(values)).fetchall()
        convert = form.results
        if not convert:
            return list(rows)
        made = []
        for row in rows:
            read = list(row)
            for place, reading in convert:
                read[place] = reading(read[place])
            made.append(tuple(read))
        return made

    def first(self, session: Session, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Execute; how many rows it changed."""
        open_ = _open(session)
        form = self._form(open_, values)
        changed: int = open_.execute(form, form.parameters(values)).rowcount
        return changed

    def later(self, session: Session, values: Mapping[str, Any], *, counted: bool = False) -> None:
        """Write before anybody looks; a ``counted`` one must change one row.

        If it does not, whoever looks, or the commit, raises Conflict ``case_moved``.
        """
        open_ = _outermost(session)
        form = self._form(open_, values)
        open_.pending.add(form, form.parameters(values), counted=counted)

    def _form(self, open_: _Open, values: Mapping[str, Any]) -> _Form:
        key = (open_.dialect.name, *values)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _compiled(self._statement, open_.dialect, list(values))
        return form


#: Values asked about in one question by :func:`among`.
_AT_ONCE = 10


def among(column: Column[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of the values of a portion; see :func:`portions`."""
    places = [bindparam(f"one{place}", type_=column.type) for place in range(_AT_ONCE)]
    return column.in_(places)


def portions(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Distinct values, a few at a time, for :func:`among`; places left over repeat one of them."""
    wanted = sorted(set(values))
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        yield {
            f"one{place}": some[place] if place < len(some) else some[0]
            for place in range(_AT_ONCE)
        }


@dataclass(frozen=True)
class _Form:
    """A statement as one database takes it."""

    sql: str
    #: The table it writes to, and those it reads.
    table: str
    reads: frozenset[str]
    #: Names in the order of the question marks; ``None`` where parameters are named.
    order: tuple[str, ...] | None
    #: Values the statement itself holds.
    fixed: Mapping[str, Any]
    binds: tuple[tuple[str, _Convert], ...]
    results: tuple[tuple[int, _Convert], ...]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        given = {**self.fixed, **values}
        for name, convert in self.binds:
            given[name] = convert(given[name])
        return given if self.order is None else [given[name] for name in self.order]


def _compiled(statement: _Statement, dialect: Dialect, names: list[str]) -> _Form:
    defaults = _defaults(statement, names)
    made = statement.compile(
        dialect=dialect,
        column_keys=None if isinstance(statement, Select) else [*names, *defaults],
        compile_kwargs={"render_postcompile": True},
    )
    if not isinstance(made, SQLCompiler):
        raise TypeError("a statement with values is needed")
    fixed = {name: value for name, value in made.params.items() if name not in names}
    fixed |= defaults
    binds = []
    for parameter, name in made.bind_names.items():
        convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None and name in fixed:
            fixed[name] = convert(fixed[name])
        elif convert is not None:
            binds.append((name, convert))
    readers = [kind.dialect_impl(dialect).result_processor(dialect, None)
               for kind in _types(statement)]  # fmt: skip
    return _Form(
        made.string,
        _target(statement),
        _tables(statement),
        tuple(made.positiontup) if made.positiontup is not None else None,
        fixed,
        tuple(binds),
        tuple((place, read) for place, read in enumerate(readers) if read is not None),
    )


def _target(statement: _Statement) -> str:
    """Name of the table a statement writes to; empty for one that reads."""
    if isinstance(statement, Select) or not isinstance(statement.table, Table):
        return ""
    return statement.table.name


def _tables(statement: _Statement) -> frozenset[str]:
    """Names of the tables a statement looks at."""
    found = set()
    for part in visitors.iterate(statement):
        table = part if isinstance(part, Table) else getattr(part, "table", None)
        if isinstance(table, Table):
            found.add(table.name)
    return frozenset(found)


def _defaults(statement: _Statement, names: list[str]) -> dict[str, Any]:
    """What a row that is inserted has in columns that were not given."""
    if not isinstance(statement, Insert):
        return {}
    return {
        column.name: column.default.arg
        for column in statement.table.columns
        if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)
    }


def _types(statement: _Statement) -> list[TypeEngine[Any]]:
    """The types of the columns a statement answers with."""
    if isinstance(statement, Select):
        return [column.type for column in statement.selected_columns]
    return [described["type"] for described in statement.returning_column_descriptions]


class _Open:
    """The driver's cursor of a session's transaction."""

    __slots__ = ("_cursor", "_error", "dialect", "pending", "transaction")

    def __init__(self, session: Session, transaction: SessionTransaction | None) -> None:
        connection = session.connection()
        self.transaction = transaction
        self.dialect = connection.dialect
        self._error: type[Exception] = self.dialect.loaded_dbapi.Error
        self._cursor = connection.connection.cursor()
        self.pending = pending.of(connection)
        self.pending.send = self._send
        self.pending.command = self._cursor.execute

    def execute(self, form: _Form, parameters: Any) -> Any:
        """Execute; the cursor with what came of it."""
        if not self.pending.tables.isdisjoint(form.reads):
            self.pending.flush()
        for tell in observers:
            tell(form.sql, parameters, False)
        try:
            self._cursor.execute(form.sql, parameters)
        except self._error as error:
            raise self._told(form, error) from error
        return self._cursor

    def _send(self, form: _Form, rows: list[Any], expected: int | None) -> None:
        """Execute once for each set of parameters."""
        for tell in observers:
            tell(form.sql, rows if len(rows) > 1 else rows[0], len(rows) > 1)
        try:
            if len(rows) > 1:
                self._cursor.executemany(form.sql, rows)
            else:
                self._cursor.execute(form.sql, rows[0])
        except self._error as error:
            raise self._told(form, error) from error
        if expected is not None and self._cursor.rowcount != expected:
            raise Conflict("case_moved")

    def _told(self, form: _Form, error: Exception) -> BaseException:
        """The driver's error as SQLAlchemy tells it, without the parameters."""
        return DBAPIError.instance(
            form.sql, None, error, self._error, hide_parameters=True, dialect=self.dialect
        )


def _open(session: Session) -> _Open:
    """The cursor for a statement that writes at once: the part it belongs to is saved before."""
    open_ = _outermost(session)
    if open_.pending.rows or open_.pending.parts:
        open_.pending.save()
    return open_


def _outermost(session: Session) -> _Open:
    """The cursor for a statement that only reads, or that waits."""
    transaction = session.get_transaction()
    kept: _Open | None = session.info.get(_CURSOR)
    if kept is None or kept.transaction is not transaction or transaction is None:
        made = _Open(session, None)
        # The transaction may have begun with the connection.
        made.transaction = session.get_transaction()
        kept = session.info[_CURSOR] = made
    return kept


def send(session: Session) -> None:
    """Send what waits: the session is about to commit."""
    kept: _Open | None = session.info.get(_CURSOR)
    if kept is not None and kept.transaction is session.get_transaction():
        kept.pending.flush()


def part(session: Session) -> tuple[pending.Pending, pending.Part]:
    """A part of the unit of work that may fail alone begins; end it at the first of the two."""
    waiting = _outermost(session).pending
    return waiting, waiting.begin()
