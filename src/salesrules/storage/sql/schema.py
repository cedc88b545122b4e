"""The tables in a database: made, stamped with their version, checked, and brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, select, update

from salesrules.core import InvalidValue
from salesrules.storage.sql.tables import SCHEMA_VERSION, SqlTables

__all__ = ["MIGRATIONS", "check_version", "create_tables", "migrate_tables", "stamp"]

#: For each older version, what makes the next one of it.
MIGRATIONS: Mapping[int, Callable[[Connection, SqlTables], None]] = {}

_MIGRATE = "call SqlStorage(engine, ...).migrate_schema(), or run your own migration and then stamp(connection, tables)"


def stored_version(connection: Connection, tables: SqlTables) -> int | None:
    """The version that the database says its tables have, `None` where it says none."""
    found: int | None = connection.execute(select(tables.version.c.version)).scalar()
    return found


def check_version(connection: Connection, tables: SqlTables) -> None:
    """Nothing where the tables have the version that this library knows; else `InvalidValue` with the call to run."""
    found = stored_version(connection, tables)
    if found is None:
        remedy = (
            "call SqlStorage(engine, ...).create_schema(), or stamp(connection, tables) at the end of your migration"
        )
        raise InvalidValue("schema version", found, remedy)
    if found < SCHEMA_VERSION:
        raise InvalidValue("schema version", found, f"the library needs {SCHEMA_VERSION}; {_MIGRATE}")
    if found > SCHEMA_VERSION:
        raise InvalidValue(
            "schema version", found, f"the library knows {SCHEMA_VERSION} and would do harm; install a newer salesrules"
        )


def stamp(connection: Connection, tables: SqlTables) -> None:
    """Say that the tables have the version of this library: the last step of a migration of your own.

    >>> from sqlalchemy import create_engine
    >>> tables = SqlTables()
    >>> with create_engine("sqlite://").begin() as connection:
    ...     tables.metadata.create_all(connection)
    ...     stamp(connection, tables)
    ...     check_version(connection, tables)
    """
    if stored_version(connection, tables) is None:
        connection.execute(insert(tables.version), {"id": 1, "version": SCHEMA_VERSION})
    else:
        connection.execute(update(tables.version).values(version=SCHEMA_VERSION))


def create_tables(connection: Connection, tables: SqlTables) -> None:
    """Make the tables that are missing and stamp them; raises `InvalidValue` where they have another version."""
    tables.version.create(connection, checkfirst=True)
    if stored_version(connection, tables) is not None:
        check_version(connection, tables)
    tables.metadata.create_all(connection, tables=tables.all)
    stamp(connection, tables)


def migrate_tables(connection: Connection, tables: SqlTables) -> tuple[int, int]:
    """Bring older tables to the version of this library; from which version to which.

    Raises `InvalidValue` where they are newer, are not there, or where no way leads on from their version.
    """
    found = stored_version(connection, tables)
    if found is None or found > SCHEMA_VERSION:
        check_version(connection, tables)
    begun = version = SCHEMA_VERSION if found is None else found
    while version < SCHEMA_VERSION:
        step = MIGRATIONS.get(version)
        if step is None:
            remedy = "no step leads on from it; install the salesrules that made it, and migrate release by release"
            raise InvalidValue("schema version", version, remedy)
        step(connection, tables)
        version += 1
    stamp(connection, tables)
    return begun, version
