"""Shared Protocols: what rooms ask of the outside world when facts must be fetched or saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

__all__ = ["AggregateStore", "Journal", "SupportsRecords", "UnitOfWork"]

T = TypeVar("T")


@runtime_checkable
class SupportsRecords(Protocol):
    """A result that goes into a frame: one plain mapping per row."""

    def to_records(self) -> Sequence[Mapping[str, Any]]:
        """The rows, each a mapping of column names to plain values."""
        ...


class AggregateStore(Protocol[T]):
    """Aggregates by id, each with a version for compare-and-swap."""

    def get(self, id: str) -> tuple[T, int]:
        """The aggregate and its version."""
        ...

    def put(self, id: str, aggregate: T, expected_version: int) -> int:
        """Save where the stored version is the expected one; the new version."""
        ...


class Journal(Protocol):
    """An append-only record of events per aggregate."""

    def append(self, id: str, events: Iterable[Any]) -> None:
        """Add events at the end."""
        ...

    def read(self, id: str) -> Sequence[Any]:
        """All events of an aggregate, oldest first."""
        ...


class UnitOfWork(Protocol):
    """A span in which everything is saved, or nothing."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Roll back unless committed."""
        ...

    def commit(self) -> None:
        """Make everything lasting."""
        ...
