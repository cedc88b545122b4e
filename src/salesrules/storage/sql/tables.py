"""The tables that a storage in SQL keeps, as SQLAlchemy metadata that can stand among a user's own."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from salesrules.core import InvalidValue

__all__ = ["SCHEMA_VERSION", "SqlTables"]

#: The version of these tables; it rises with every change to them.
SCHEMA_VERSION = 1

#: Ids are compared as they are written: `a` is not `A`, and `ä` is not `a`.
_BINARY = "utf8mb4_bin"


def _name(length: int = 200) -> TypeEngine[str]:
    return (
        String(length)
        .with_variant(String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation=_BINARY), "mysql", "mariadb")
    )


def _text() -> TypeEngine[str]:
    return Text().with_variant(mysql.LONGTEXT(charset="utf8mb4", collation=_BINARY), "mysql", "mariadb")


def _number() -> TypeEngine[int]:
    """A number that counts up by itself; SQLite does that for plain integers only."""
    return BigInteger().with_variant(Integer(), "sqlite")


class SqlTables:
    """The tables of a storage, on a `MetaData` of their own or on yours, in a schema and with a prefix of your choice.

    Amounts are whole units of an account's last digit, instants whole microseconds since 1970, both in 64 bits;
    nothing is ever a float. What only comes back as it was (aggregates, events, commands, decisions) is JSON as text.

    >>> tables = SqlTables(prefix="crm_", schema="sales")
    >>> sorted(tables.metadata.tables)[:2]
    ['sales.crm_account', 'sales.crm_aggregate']
    """

    def __init__(
        self, *, prefix: str = "salesrules_", schema: str | None = None, metadata: MetaData | None = None
    ) -> None:
        if not isinstance(prefix, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,30}|", prefix):
            raise InvalidValue("prefix", prefix, "give at most 31 letters, digits and underscores, no digit first")
        self.metadata = MetaData() if metadata is None else metadata
        self._prefix, self._schema = prefix, schema
        #: The version of the schema, in one row.
        self.version = self._table(
            "schema", Column("id", Integer, primary_key=True, autoincrement=False), Column("version", Integer)
        )
        #: The latest state of every aggregate.
        self.aggregate = self._table(
            "aggregate",
            Column("kind", _name(), primary_key=True),
            Column("id", _name(), primary_key=True),
            Column("version", BigInteger, nullable=False),
            Column("data", _text(), nullable=False),
        )
        #: How long every stream of a journal is.
        self.stream = self._table(
            "stream",
            Column("kind", _name(), primary_key=True),
            Column("id", _name(), primary_key=True),
            Column("length", BigInteger, nullable=False),
        )
        #: The events of the streams; rows are only ever inserted.
        self.event = self._table(
            "event",
            Column("kind", _name(), primary_key=True),
            Column("stream", _name(), primary_key=True),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("data", _text(), nullable=False),
        )
        #: The accounts with what they hold, of their own and of all accounts below them.
        self.account = self._table(
            "account",
            Column("id", _name(), primary_key=True),
            Column("parent", _name()),
            Column("depth", SmallInteger, nullable=False),
            Column("unit", _name(8), nullable=False),
            Column("digits", SmallInteger, nullable=False),
            Column("limit_units", BigInteger),
            Column("lowering", _name(8), nullable=False),
            Column("is_open", Boolean, nullable=False),
            Column("children", Integer, nullable=False),
            Column("pending", BigInteger, nullable=False),
            Column("posted", BigInteger, nullable=False),
        )
        #: Every account with each account above it and itself; depth 0 is the root.
        self.chain = self._table(
            "chain",
            Column("account", _name(), primary_key=True),
            Column("depth", SmallInteger, primary_key=True, autoincrement=False),
            Column("ancestor", _name(), nullable=False),
        )
        #: The reservations; `due` is the instant of expiry while one is open.
        self.reservation = self._table(
            "reservation",
            Column("id", _name(), primary_key=True),
            Column("account", _name(), nullable=False),
            Column("root", _name(), nullable=False),
            Column("reserved", BigInteger, nullable=False),
            Column("remaining", BigInteger, nullable=False),
            Column("status", _name(8), nullable=False),
            Column("expires_at", _name(100)),
            Column("due", BigInteger),
        )
        Index(f"{prefix}reservation_due", self.reservation.c.due, self.reservation.c.root)
        #: The postings with what was refunded of them.
        self.posting = self._table(
            "posting",
            Column("id", _name(), primary_key=True),
            Column("account", _name(), nullable=False),
            Column("posted", BigInteger, nullable=False),
            Column("refunded", BigInteger, nullable=False),
            Column("reservation", _name()),
        )
        #: The keys of all commands: a unit of work claims its key here first, and waits for whoever claims the same.
        self.key = self._table("key", Column("id", _name(), primary_key=True))
        #: What came of every command, in the order in which it was recorded; rows are only ever inserted. `headroom` is
        #: that of a decision that the database took, in units; others have it in their text.
        self.entry = self._table(
            "entry",
            Column("number", _number(), primary_key=True, autoincrement=True),
            Column("key", _name(), nullable=False, unique=True),
            Column("command", _text(), nullable=False),
            Column("decision", _text(), nullable=False),
            Column("movements", _text(), nullable=False),
            Column("headroom", BigInteger),
        )

    def _table(self, name: str, *columns: Column[Any]) -> Table:
        named, metadata, schema = f"{self._prefix}{name}", self.metadata, self._schema
        return Table(named, metadata, *columns, schema=schema, mysql_engine="InnoDB", mariadb_engine="InnoDB")

    @property
    def all(self) -> tuple[Table, ...]:
        """Every table, in no order that matters: none refers to another by a constraint."""
        return (
            *(self.version, self.aggregate, self.stream, self.event, self.account, self.chain),
            *(self.reservation, self.posting, self.key, self.entry),
        )
