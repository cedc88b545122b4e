"""Aggregates and journals in tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from salesrules.core import MissingAggregate, StaleVersion, StoredKind, Versioned, check_identifier
from salesrules.storage.plain import from_text, to_text
from salesrules.storage.sql.session import Session
from salesrules.storage.sql.statements import Statements

__all__ = ["SqlAggregateStore", "SqlJournal"]

T = TypeVar("T")


def can_be_id(id: object) -> bool:
    """Whether anything can be stored under an id, so that the database may be asked for it."""
    return isinstance(id, str) and 0 < len(id) <= 200 and id.isprintable()


class SqlAggregateStore(Generic[T]):
    """The aggregates of one kind: a row each, changed where its version is the expected one."""

    def __init__(self, session: Session, statements: Statements, kind: StoredKind[T]) -> None:
        self._session = session
        self._statements = statements
        self._kind = kind

    def get(self, id: str) -> Versioned[T]:
        """The aggregate with its version; raises `MissingAggregate`."""
        found = self.find(id)
        if found is None:
            raise MissingAggregate(self._kind.name, id)
        return found

    def find(self, id: str) -> Versioned[T] | None:
        """The aggregate with its version, `None` where there is none."""
        self._session.check_open()
        if not can_be_id(id):
            return None
        row = self._session.first(self._statements.find_aggregate, {"of_kind": self._kind.name, "of_id": id})
        return None if row is None else Versioned(value=from_text(self._kind, row.data), version=row.version)

    def put(self, id: str, value: T, expected_version: int) -> int:
        """Save where the stored version is the expected one; raises `StaleVersion` where it is another."""
        check_identifier("id", id)
        name, text, version = self._kind.name, to_text(self._kind, value), expected_version + 1
        if expected_version == 0:
            row = {"kind": name, "id": id, "version": version, "data": text}
            changed = self._session.change(self._statements.add_aggregate, row)
        else:
            changes = {"of_kind": name, "of_id": id, "expected": expected_version, "version": version, "data": text}
            changed = self._session.change(self._statements.change_aggregate, changes)
        if not changed:
            found = self._session.first(self._statements.aggregate_version, {"of_kind": name, "of_id": id})
            raise StaleVersion(name, id, expected_version, 0 if found is None else found.version)
        return version

    def ids(self) -> tuple[str, ...]:
        """The ids of all aggregates of the kind, sorted by code point."""
        rows = self._session.rows(self._statements.aggregate_ids, {"of_kind": self._kind.name})
        return tuple(sorted(row.id for row in rows))


class SqlJournal(Generic[T]):
    """The journal of one kind: a row for each event, and one for each stream, which whoever appends locks."""

    def __init__(self, session: Session, statements: Statements, kind: StoredKind[T]) -> None:
        self._session = session
        self._statements = statements
        self._kind = kind

    def append(self, stream: str, events: Iterable[T], expected_length: int | None = None) -> int:
        """Add events at the end of a stream; its new length; raises `StaleVersion` where it has another length."""
        check_identifier("stream", stream)
        texts, name = [to_text(self._kind, event) for event in events], self._kind.name
        session, statements, here = self._session, self._statements, {"of_kind": name, "of_id": stream}
        session.begin_change()
        locked = session.first(statements.lock_stream, here)
        if locked is None and texts:
            session.change(statements.add_stream, {"kind": name, "id": stream, "length": 0})
            locked = session.first(statements.lock_stream, here)
        length: int = 0 if locked is None else locked.length
        if expected_length is not None and length != expected_length:
            raise StaleVersion(name, stream, expected_length, length)
        if texts:
            rows = [
                {"kind": name, "stream": stream, "position": position, "data": text}
                for position, text in enumerate(texts, length)
            ]
            session.change(statements.add_event, rows)
            session.change(statements.change_stream, {**here, "length": length + len(texts)})
        return length + len(texts)

    def read(self, stream: str, start: int = 0) -> tuple[T, ...]:
        """The events of a stream from a position on, the oldest first."""
        self._session.check_open()
        if not can_be_id(stream):
            return ()
        rows = self._session.rows(
            self._statements.events, {"of_kind": self._kind.name, "of_id": stream, "start": start}
        )
        return tuple(from_text(self._kind, row.data) for row in rows)
