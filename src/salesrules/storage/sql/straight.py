"""Statements that psycopg's libpq prepares once on each connection: the shortest way from values to rows and back.

SQLAlchemy and psycopg's cursors take ten times the processor's time for the same, which threads on one hot line have to
wait for. Everything else stays as it is: the connection is SQLAlchemy's, within its transaction, and what psycopg waits
with can be interrupted.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import generators
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from salesrules.storage.sql.prepared import Prepared

__all__ = ["rows_straight"]

_BEGIN = b"BEGIN ISOLATION LEVEL READ COMMITTED"
#: The names of what is prepared on each of psycopg's connections, whichever pool it comes from.
_PREPARED: weakref.WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = weakref.WeakKeyDictionary()
_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
#: What a program that clears its connections leaves: the name of a statement that is not prepared any more.
_FORGOTTEN = "26000"


def rows_straight(
    connection: Connection, statement: Prepared, values: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]] | None:
    """What a statement answers, which may change rows; `None` where the connection or a listener wants the usual way.

    Raises `DBAPIError` as SQLAlchemy would.
    """
    driver = connection.connection.dbapi_connection
    if not isinstance(driver, psycopg.Connection) or _wants_the_usual_way(connection, driver):
        return None
    known = _PREPARED.get(driver)
    if known is None:
        known = _PREPARED[driver] = set()
    pgconn = driver.pgconn
    try:
        if pgconn.transaction_status == TransactionStatus.IDLE:
            if not connection.in_transaction():
                connection.begin()
            pgconn.send_query(_BEGIN)
            _result(driver)
        if statement.name not in known:
            pgconn.send_prepare(statement.name, statement.sql)
            _result(driver)
            known.add(statement.name)
        pgconn.send_query_prepared(statement.name, [_encoded(values[name]) for name in statement.order])
        return _rows(_result(driver))
    except psycopg.Error as error:
        if error.sqlstate == _FORGOTTEN:
            known.clear()
        is_cut = pgconn.status != ConnStatus.OK
        if is_cut:  # let SQLAlchemy notice, which then gives up all connections of its pool that are as old
            with contextlib.suppress(SQLAlchemyError):
                connection.exec_driver_sql("SELECT 1")
        raise DBAPIError(None, None, error, connection_invalidated=is_cut) from error


def _wants_the_usual_way(connection: Connection, driver: psycopg.Connection[Any]) -> bool:
    """Whether somebody listens to statements, or prepares none, or has other names of tables or another encoding."""
    listeners = connection.engine.dispatch
    return bool(
        driver.prepare_threshold is None
        or listeners.before_cursor_execute
        or listeners.after_cursor_execute
        or connection.engine.echo
        or "schema_translate_map" in connection.get_execution_options()
        or driver.info.encoding != "utf-8"
    )


def _result(driver: psycopg.Connection[Any]) -> PGresult:
    """The answer to what was sent; raises what psycopg would."""
    result: PGresult = driver.wait(generators.execute(driver.pgconn))[-1]
    if result.status not in _DONE:
        raise psycopg.errors.error_from_result(result, encoding=driver.info.encoding)
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
