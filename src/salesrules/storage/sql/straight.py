"""Statements that psycopg's libpq prepares once on each connection: the shortest way from values to rows and back.

SQLAlchemy and psycopg's cursors take ten times the processor's time for the same, which threads on one hot line have to
wait for. Everything else stays as it is: the connection is SQLAlchemy's, within its transaction, and what psycopg waits
with can be interrupted.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import generators
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from salesrules.storage.sql.prepared import Prepared, Straight

__all__ = ["STRAIGHT"]

#: The first statement that is prepared on a connection, and the first of every unit. Where it is there, so are all that
#: were prepared after it: psycopg and others who clear a connection clear it of everything.
_BEGIN, _BEGIN_SQL = b"salesrules_begin", b"BEGIN ISOLATION LEVEL READ COMMITTED"
#: The names of what is prepared on each of psycopg's connections, whichever pool it comes from.
_PREPARED: weakref.WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = weakref.WeakKeyDictionary()
_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


def begin_straight(connection: Connection) -> bool:
    """Begin a transaction in which statements may take the short way; `False` where they have to take the usual one."""
    driver = connection.connection.dbapi_connection
    if not isinstance(driver, psycopg.Connection) or _wants_the_usual_way(connection, driver):
        return False
    known = _PREPARED.get(driver)
    if known is None:
        known = _PREPARED[driver] = set()
    with _reported(connection, driver):
        if known:
            try:
                _run(driver, _BEGIN)
            except psycopg.errors.InvalidSqlStatementName:
                known.clear()
        if not known:
            _prepare(driver, _BEGIN, _BEGIN_SQL)
            known.add(_BEGIN)
            _run(driver, _BEGIN)
    return True


def rows_straight(connection: Connection, statement: Prepared, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement answers in such a transaction; raises `DBAPIError`, as SQLAlchemy would."""
    driver: Any = connection.connection.dbapi_connection
    known = _PREPARED[driver]
    with _reported(connection, driver):
        if statement.name not in known:
            _prepare(driver, statement.name, statement.sql)
            known.add(statement.name)
        return _rows(_run(driver, statement.name, [_encoded(values[name]) for name in statement.order]))


def end_straight(connection: Connection, is_kept: bool) -> None:
    """Commit such a transaction or take it back; SQLAlchemy, where it took part, finds it done.

    So does psycopg, which after a rollback of its own would clear the connection of all that is prepared.
    """
    driver: Any = connection.connection.dbapi_connection
    with _reported(connection, driver):
        driver.pgconn.send_query(b"COMMIT" if is_kept else b"ROLLBACK")
        _result(driver)


def _wants_the_usual_way(connection: Connection, driver: psycopg.Connection[Any]) -> bool:
    """Whether somebody listens, wants no statement prepared, has other names of tables or another encoding."""
    events = connection.engine.dispatch
    return bool(
        driver.pgconn.transaction_status != TransactionStatus.IDLE
        or driver.prepare_threshold is None
        or events.before_cursor_execute
        or events.after_cursor_execute
        or events.begin
        or events.commit
        or connection.engine.echo
        or "schema_translate_map" in connection.get_execution_options()
        or driver.info.encoding != "utf-8"
    )


@contextlib.contextmanager
def _reported(connection: Connection, driver: psycopg.Connection[Any]) -> Iterator[None]:
    """Raise what psycopg raises as SQLAlchemy does."""
    try:
        yield
    except psycopg.Error as error:
        is_cut = driver.pgconn.status != ConnStatus.OK
        if is_cut:  # let SQLAlchemy notice, which then gives up all connections of its pool that are as old
            with contextlib.suppress(SQLAlchemyError):
                connection.exec_driver_sql("SELECT 1")
        raise DBAPIError(None, None, error, connection_invalidated=is_cut) from error


def _prepare(driver: psycopg.Connection[Any], name: bytes, sql: bytes) -> None:
    driver.pgconn.send_prepare(name, sql)
    _result(driver)


def _run(driver: psycopg.Connection[Any], name: bytes, values: Sequence[bytes | None] = ()) -> PGresult:
    driver.pgconn.send_query_prepared(name, values)
    return _result(driver)


def _result(driver: psycopg.Connection[Any]) -> PGresult:
    """The answer to what was sent; raises what psycopg would."""
    result: PGresult = driver.wait(generators.execute(driver.pgconn))[-1]
    if result.status not in _DONE:
        raise psycopg.errors.error_from_result(result, encoding="utf-8")
    return result


def _encoded(value: str | int | Sequence[str] | None) -> bytes | None:
    """A value as PostgreSQL reads it."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int):
        return b"%d" % value
    quoted = (part.replace("\\", "\\\\").replace('"', '\\"') for part in value)
    return ("{" + ",".join(f'"{part}"' for part in quoted) + "}").encode()


#: How values of a type come back; all others are text.
_READERS: Mapping[int, Callable[[bytes], Any]] = {16: b"t".__eq__, 20: int, 21: int, 23: int}


def _rows(result: PGresult) -> list[tuple[Any, ...]]:
    readers = [_READERS.get(result.ftype(column), bytes.decode) for column in range(result.nfields)]
    return [
        tuple(
            None if (value := result.get_value(row, column)) is None else read(value)
            for column, read in enumerate(readers)
        )
        for row in range(result.ntuples)
    ]


STRAIGHT = Straight(begin_straight, rows_straight, end_straight)
