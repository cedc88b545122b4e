"""What a database or its driver reports, as errors of this library."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from salesrules.core import BackendUnavailable, InvalidValue

#: What the database, its driver or the pool of connections reports; anything else is a fault of a program.
REPORTED = (DBAPIError, PoolTimeout)
Reported = DBAPIError | PoolTimeout

__all__ = ["REPORTED", "Reported", "as_unavailable", "backend_name", "is_missing_table", "reported"]

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}

#: What SQLite says where a commit left nothing behind for certain; a fault of the disk in its midst is another matter.
_SURE = ("locked", "readonly", "read-only", "is full", "unable to open", "no transaction is active")


def backend_name(engine: Engine) -> str:
    """The database as errors name it, without where it is and without passwords."""
    dialect = engine.dialect
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    return f"the {_NAMES.get(name, name)} storage"


@contextlib.contextmanager
def reported(backend: str) -> Iterator[None]:
    """Turn what the database or its driver reports into `BackendUnavailable`: nothing was committed yet."""
    try:
        yield
    except REPORTED as error:
        raise as_unavailable(backend, error) from error


def as_unavailable(backend: str, error: Reported, *, is_commit: bool = False) -> BackendUnavailable | InvalidValue:
    """The error of this library for one of SQLAlchemy; `is_commit` where it came from the commit itself.

    Tables that are missing are no matter of availability, so that nobody tries again.
    """
    if is_missing_table(error):
        return InvalidValue("tables", _problem(error), "create them: SqlStorage(engine).create_schema()")
    return BackendUnavailable(backend, _problem(error), is_commit and _is_unknown(error))


def is_missing_table(error: Reported) -> bool:
    """Whether a statement met a table that is not there."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or (getattr(error.orig, "args", None) or (None,))[0]
    return code in ("42P01", "3F000", 1146, 1049) or "no such table" in str(error.orig)


def _problem(error: Reported) -> str:
    """The first line of what the driver says; SQLAlchemy's own text shows statements and values."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(said).strip().splitlines()
    return lines[0] if lines else type(said).__name__


def _is_unknown(error: Reported) -> bool:
    """Whether a commit that failed may have been done all the same.

    A server that answered with an error has not committed; one that did not answer may have. A shutdown on an
    administrator's command (57P01 to 57P03) closes the connection, and is taken as no answer.
    """
    if isinstance(error, ProgrammingError) or not isinstance(error, DBAPIError):
        return False
    said = error.orig
    if type(said).__module__.startswith("sqlite3"):
        return not any(word in str(said) for word in _SURE)
    if error.connection_invalidated:
        return True
    state = getattr(said, "sqlstate", None)
    if state is not None:
        return bool(state.startswith(("57P", "08")))
    number = (getattr(said, "args", None) or (0,))[0]
    return not isinstance(number, int) or number in (0, 2006, 2013, 2055, 4031)
