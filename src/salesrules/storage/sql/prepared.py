"""Statements that are compiled once for PostgreSQL, so that a connection can keep them prepared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["Prepared", "Straight"]


class Prepared:
    """A statement with its text, the order of its values, and a name that no other text has."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement

    @cached_property
    def sql(self) -> bytes:
        """The text, with `$1` for the first value."""
        return str(self._compiled).encode()

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The names of the values, the first one first."""
        return tuple(self._compiled.positiontup or ())

    @cached_property
    def name(self) -> bytes:
        """What the statement is called on every connection."""
        return b"salesrules_" + hashlib.sha256(self.sql).hexdigest()[:32].encode()

    @cached_property
    def _compiled(self) -> SQLCompiler:
        dialect: Any = PGDialect_psycopg
        statement: Any = self.statement
        compiled: SQLCompiler = statement.compile(dialect=dialect(paramstyle="numeric_dollar"))
        return compiled


@attrs.frozen
class Straight:
    """A driver's short way for such statements: it begins a transaction that has it, runs one there, and ends it."""

    begin: Callable[[Connection], bool]
    rows: Callable[[Connection, Prepared, Mapping[str, Any]], Sequence[Sequence[Any]]]
    end: Callable[[Connection, bool], None]
