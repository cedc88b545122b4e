"""One unit of work's way to its database: a connection, begun late, on which every fault is reported and remembered."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Row
from sqlalchemy.exc import SQLAlchemyError

from salesrules.core import BackendUnavailable, InvalidValue
from salesrules.storage.sql.faults import REPORTED, Reported, as_unavailable
from salesrules.storage.sql.locks import WriterLocks
from salesrules.storage.sql.prepared import Prepared, Straight

__all__ = ["JoinedSession", "OwnSession", "Session"]

T = TypeVar("T")

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

_ALL: Callable[[CursorResult[Any]], Sequence[Row[Any]]] = CursorResult.fetchall
_FIRST: Callable[[CursorResult[Any]], Row[Any] | None] = CursorResult.first
_COUNT: Callable[[CursorResult[Any]], int] = attrgetter("rowcount")


class Session:
    """What both kinds of sessions share: statements, whose faults end the session for good."""

    def __init__(self, backend: str, *, can_stream: bool, locks: WriterLocks) -> None:
        self._backend = backend
        self._can_stream = can_stream
        self._locks = locks
        self._connection: Connection | None = None
        self._fault: BackendUnavailable | None = None
        self._open: list[CursorResult[Any]] = []
        self._has_changed = False
        self._has_ended = False

    def check_open(self) -> None:
        """Nothing while the unit lasts; raises `InvalidValue` afterwards, and the fault that broke it, if any."""
        if self._has_ended:
            raise InvalidValue(
                "unit of work", "an ended one", "begin another; a unit ends with its commit or its block"
            )
        if self._fault is not None:
            raise self._fault

    def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """What a statement finds."""
        return self._run(statement, parameters, _ALL)

    def first(self, statement: Executable, parameters: Parameters | None = None) -> Row[Any] | None:
        """The first row that a statement finds."""
        return self._run(statement, parameters, _FIRST)

    def answer(self, statement: Prepared, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """What a statement answers that may change rows."""
        self.begin_change()
        return self._run(statement.statement, values, _ALL)

    def change(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run a statement that changes rows; how many it changed."""
        self.begin_change()
        return self._run(statement, parameters, _COUNT)

    def stream(self, statement: Executable) -> Iterator[Row[Any]]:
        """What a statement finds, some rows at a time where the database can do that beside other statements."""
        if not self._can_stream:
            yield from self.rows(statement)
            return
        with self._reading() as connection:
            result = connection.execute(statement, execution_options={"yield_per": 1000})
        self._open.append(result)
        while True:
            with self._reading():
                some = result.fetchmany(1000)
            if not some:
                return
            yield from some

    def begin_change(self) -> None:
        """Before the first change: from here on the database holds off whoever would change the same."""
        self.check_open()
        if not self._has_changed:
            self._await_turn()
            with self._reading() as connection:
                self._begin_change(connection)
            self._has_changed = True

    def break_off(self, fault: BackendUnavailable) -> NoReturn:
        """End the unit with a fault: nothing of it can be committed any more."""
        self._fault = fault
        raise fault

    def commit(self) -> None:
        """Make everything lasting, and end."""
        raise NotImplementedError

    def end(self) -> None:
        """Take back what is not committed; nothing where the session has ended."""
        raise NotImplementedError

    def _connect(self) -> Connection:
        raise NotImplementedError

    def _await_turn(self) -> None:
        """Wait for other units of this process, where the database cannot do that well."""

    def _begin_change(self, connection: Connection) -> None:
        raise NotImplementedError

    def _run(self, statement: Executable, parameters: Parameters | None, take: Callable[[CursorResult[Any]], T]) -> T:
        """What is taken from the result of a statement, as `_reading` would, without its price."""
        self.check_open()
        try:
            with self._locks.statement:
                if self._connection is None:
                    self._connection = self._connect()
                return take(self._connection.execute(statement, parameters))
        except REPORTED as error:
            self._report(error)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        self.check_open()
        try:
            with self._locks.statement:
                if self._connection is None:
                    self._connection = self._connect()
                yield self._connection
        except REPORTED as error:
            self._report(error)

    def _report(self, error: Reported) -> NoReturn:
        """Remember a fault, so that the unit is of no further use, and raise it."""
        fault = as_unavailable(self._backend, error)
        self._fault = fault if isinstance(fault, BackendUnavailable) else None
        raise fault from error

    def _close_streams(self) -> None:
        for result in self._open:
            with contextlib.suppress(SQLAlchemyError):
                result.close()
        self._open.clear()


def begin_immediate(connection: Connection) -> None:
    """Have SQLite begin to write at once, so that whoever else wants to write waits now, not in the midst.

    Its driver begins nothing for what only reads, unless the engine was told to; then nothing was changed yet.
    """
    if getattr(connection.connection.dbapi_connection, "in_transaction", False):
        connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class OwnSession(Session):
    """A connection of its own, given back at the end."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        backend: str,
        *,
        is_sqlite: bool,
        can_stream: bool,
        locks: WriterLocks,
        straight: Straight | None,
    ) -> None:
        super().__init__(backend, can_stream=can_stream, locks=locks)
        self._open_connection = connect
        self._straight = straight
        self._is_straight = False
        self._is_sqlite = is_sqlite
        self._is_writing = False

    def commit(self) -> None:
        """Make everything lasting, and end; raises `BackendUnavailable`, which says whether it may have been saved."""
        self.check_open()
        self._close_streams()
        try:
            if self._connection is not None:
                with self._locks.statement:
                    if self._straight is not None and self._is_straight:
                        self._is_straight = False
                        self._straight.end(self._connection, True)
                    else:
                        self._connection.commit()
        except REPORTED as error:
            raise as_unavailable(self._backend, error, is_commit=self._has_changed) from error
        finally:
            self.end()

    def end(self) -> None:
        """Take back what is not committed, and give back the connection."""
        if self._has_ended:
            return
        self._has_ended = True
        self._close_streams()
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                with contextlib.suppress(SQLAlchemyError), self._locks.statement:
                    if self._straight is not None and self._is_straight and self._fault is None:
                        self._straight.end(connection, False)
                with contextlib.suppress(SQLAlchemyError), self._locks.statement:
                    connection.close()
        finally:
            if self._is_writing:
                self._is_writing = False
                self._locks.writer.release()

    def answer(self, statement: Prepared, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """What a statement answers that may change rows, by the shortest way that the connection has."""
        self.begin_change()
        if self._straight is None or self._connection is None or not self._is_straight:
            return super().answer(statement, values)
        self.check_open()
        try:
            return self._straight.rows(self._connection, statement, values)
        except REPORTED as error:
            self._report(error)

    def _connect(self) -> Connection:
        connection = self._open_connection()
        if self._straight is not None:
            try:
                self._is_straight = self._straight.begin(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _await_turn(self) -> None:
        if self._is_sqlite and not self._is_writing:
            self._locks.acquire_writer(self._backend)
            self._is_writing = True

    def _begin_change(self, connection: Connection) -> None:
        if self._is_sqlite:
            begin_immediate(connection)


class JoinedSession(Session):
    """Somebody else's connection in the midst of their transaction: a savepoint in it, which they commit or not."""

    def __init__(
        self, connection: Connection, backend: str, *, is_sqlite: bool, can_stream: bool, locks: WriterLocks
    ) -> None:
        super().__init__(backend, can_stream=can_stream, locks=locks)
        self._theirs = connection
        self._is_sqlite = is_sqlite
        self._savepoint: Any = None

    def commit(self) -> None:
        """Keep the savepoint's changes in the transaction, and end; they last once that is committed."""
        self.check_open()
        try:
            if self._savepoint is not None:
                self._savepoint.commit()
                self._savepoint = None
        except REPORTED as error:
            raise as_unavailable(self._backend, error) from error
        finally:
            self.end()

    def end(self) -> None:
        """Go back to the savepoint unless committed; the connection stays open."""
        self._has_ended = True
        self._close_streams()
        savepoint, self._savepoint, self._connection = self._savepoint, None, None
        if savepoint is not None:
            with contextlib.suppress(SQLAlchemyError):
                savepoint.rollback()

    def _connect(self) -> Connection:
        return self._theirs

    def _begin_change(self, connection: Connection) -> None:
        if self._is_sqlite:
            if not connection.in_transaction():
                connection.begin()
            if not getattr(connection.connection.dbapi_connection, "in_transaction", False):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        self._savepoint = connection.begin_nested()
