"""Storage in a SQL database: SQLite, PostgreSQL or MariaDB, through SQLAlchemy Core."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine

from salesrules.core import InvalidValue, StoredKind
from salesrules.storage.sql.faults import backend_name, reported
from salesrules.storage.sql.ledger import SqlLedgerStore
from salesrules.storage.sql.locks import is_in_memory, locks_of
from salesrules.storage.sql.prepared import Straight
from salesrules.storage.sql.schema import check_version, create_tables, migrate_tables
from salesrules.storage.sql.session import JoinedSession, OwnSession, Session
from salesrules.storage.sql.statements import Statements
from salesrules.storage.sql.tables import SqlTables
from salesrules.storage.sql.values import SqlAggregateStore, SqlJournal

__all__ = ["SqlStorage", "SqlUnitOfWork"]

T = TypeVar("T")

_DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb")


class SqlStorage:
    """A storage in the database of an engine; threads and processes may share it.

    Units of work see what is committed (READ COMMITTED), lock the rows that they change until they end, and on SQLite
    the whole file. `tables` says where the tables are (`SqlTables()` by default), `patience` how many seconds units of
    one process wait for another that writes, which only SQLite needs; a server has its own `lock_timeout`.

    >>> from salesrules.storage import sqlite_engine
    >>> notes = StoredKind(name="note", dump=str, load=str)
    >>> storage = SqlStorage(sqlite_engine())
    >>> storage.create_schema()
    >>> with storage.begin() as work:
    ...     version = work.aggregates(notes).put("n1", "called back", expected_version=0)
    ...     work.commit()
    >>> with storage.begin() as work:
    ...     work.aggregates(notes).get("n1")
    Versioned(value='called back', version=1)
    """

    def __init__(self, engine: Engine, *, tables: SqlTables | None = None, patience: float = 30.0) -> None:
        dialect = engine.dialect.name
        if dialect not in _DIALECTS:
            raise InvalidValue("engine", dialect, "give one for SQLite, PostgreSQL or MariaDB")
        if dialect == "sqlite" and not is_in_memory(engine) and _has_no_file(engine):
            raise InvalidValue("engine", str(engine.url), "give sqlite_engine(), where all threads see one database")
        self.tables = SqlTables() if tables is None else tables
        self._engine = self._unit_engine = engine
        self._statements = Statements(self.tables, dialect)
        self._locks = locks_of(engine, patience)
        self._backend = backend_name(engine)
        self._is_sqlite = dialect == "sqlite"
        self._can_stream = not is_in_memory(engine) and dialect not in ("mysql", "mariadb")
        self._straight = _straight(engine)
        self._is_checked = False

    def begin(self) -> SqlUnitOfWork:
        """A new unit of work, to be entered with `with`."""
        session = OwnSession(
            self._connect,
            self._backend,
            is_sqlite=self._is_sqlite,
            can_stream=self._can_stream,
            locks=self._locks,
            straight=self._straight,
        )
        return SqlUnitOfWork(session, self._statements, self._backend)

    def join(self, connection: Connection) -> SqlUnitOfWork:
        """A unit of work within your own transaction: its commit keeps a savepoint, and yours makes all of it lasting.

        Left uncommitted it takes back its own changes alone. Raises `InvalidValue` for a connection that commits every
        statement by itself. With an ORM, give `session.connection()`.

        >>> from salesrules.storage import sqlite_engine
        >>> engine, notes = sqlite_engine(), StoredKind(name="note", dump=str, load=str)
        >>> storage = SqlStorage(engine)
        >>> storage.create_schema()
        >>> with engine.begin() as connection, storage.join(connection) as work:
        ...     version = work.aggregates(notes).put("n1", "called back", expected_version=0)
        ...     work.commit()
        """
        if _commits_by_itself(connection):
            raise InvalidValue("connection", "AUTOCOMMIT", "join a connection that has a transaction")
        session = JoinedSession(
            connection,
            self._backend,
            is_sqlite=self._is_sqlite,
            can_stream=self._can_stream,
            locks=self._locks,
        )
        return SqlUnitOfWork(session, self._statements, self._backend)

    def create_schema(self) -> None:
        """Make the tables that are missing, and say their version; nothing where they are there.

        Raises `InvalidValue` where tables of another version are there, with the call that helps.
        """
        with reported(self._backend), self._locks.statement, self._engine.begin() as connection:
            create_tables(connection, self.tables)

    def check_schema(self) -> None:
        """Nothing where the tables have the version that this library knows; else `InvalidValue` with the call to run.

        The first unit of work does this by itself.
        """
        with reported(self._backend), self._locks.statement, self._engine.connect() as connection:
            check_version(connection, self.tables)

    def migrate_schema(self) -> tuple[int, int]:
        """Bring older tables to the version of this library; from which to which version.

        Raises `InvalidValue` where they are newer, or where no way leads on from theirs.
        """
        with reported(self._backend), self._locks.statement, self._engine.begin() as connection:
            return migrate_tables(connection, self.tables)

    def _connect(self) -> Connection:
        connection = self._unit_engine.connect()
        if not self._is_checked:
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self, connection: Connection) -> None:
        """Once: the tables are those that this library knows, and every unit reads what is committed."""
        check_version(connection, self.tables)
        is_usual = connection.get_isolation_level() == "READ COMMITTED" and not _commits_by_itself(connection)
        if not self._is_sqlite and not is_usual:
            self._unit_engine = self._engine.execution_options(isolation_level="READ COMMITTED")
            connection.rollback()
            connection.execution_options(isolation_level="READ COMMITTED")
        self._is_checked = True


class SqlUnitOfWork:
    """A unit of work on a `SqlStorage`."""

    def __init__(self, session: Session, statements: Statements, backend: str) -> None:
        self._session = session
        self._statements = statements
        self._backend = backend

    @property
    def ledger(self) -> SqlLedgerStore:
        """The ledger."""
        return SqlLedgerStore(self._session, self._statements, self._backend)

    def aggregates(self, kind: StoredKind[T]) -> SqlAggregateStore[T]:
        """The aggregates of a kind."""
        return SqlAggregateStore(self._session, self._statements, kind)

    def journal(self, kind: StoredKind[T]) -> SqlJournal[T]:
        """The journal of a kind."""
        return SqlJournal(self._session, self._statements, kind)

    def commit(self) -> None:
        """Make everything lasting, and end the unit; raises `BackendUnavailable` where that is not possible."""
        self._session.commit()

    def __enter__(self) -> Self:
        self._session.check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.end()


def _straight(engine: Engine) -> Straight | None:
    """The short way for prepared statements, where the driver has one."""
    if engine.dialect.driver != "psycopg":
        return None
    from salesrules.storage.sql.straight import STRAIGHT  # only psycopg's users have it installed

    return STRAIGHT


def _has_no_file(engine: Engine) -> bool:
    """Whether a SQLite engine keeps its database in memory."""
    name = engine.url.database
    return not name or ":memory:" in name or engine.url.query.get("mode") == "memory"


def _commits_by_itself(connection: Connection) -> bool:
    """Whether the driver commits every statement."""
    driver: Any = connection.connection.dbapi_connection
    ask = getattr(driver, "get_autocommit", None)
    return bool(ask()) if ask is not None else getattr(driver, "autocommit", False) is True
