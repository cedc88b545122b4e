"""What rooms ask of a storage: aggregates with versions, journals, the ledger, and a unit of work that spans them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

import attrs

from salesrules.core.decisions import Decision
from salesrules.core.validators import is_identifier

if TYPE_CHECKING:
    from salesrules.core.ledger import (
        LedgerAccount,
        LedgerAmount,
        LedgerBalance,
        LedgerCommand,
        LedgerEntry,
        Posting,
        Reservation,
    )

__all__ = ["AggregateStore", "Journal", "LedgerStore", "Storage", "StoredKind", "UnitOfWork", "Versioned"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class StoredKind(Generic[T]):
    """A kind of value that is stored: its name, and how one becomes plain data and comes back.

    `dump` makes what JSON can hold (mappings with text keys, lists, texts, whole numbers, true, false, null; decimals
    are written as text, since a float is never exact); `load` makes an equal value of it.

    >>> notes = StoredKind(name="note", dump=lambda note: {"text": note}, load=lambda data: data["text"])
    >>> notes.load(notes.dump("called back"))
    'called back'
    """

    name: str = attrs.field(validator=is_identifier)
    dump: Callable[[T], Any]
    load: Callable[[Any], T]


@attrs.frozen(kw_only=True)
class Versioned(Generic[T]):
    """A stored value and its version, which began at 1 and rose by one with every change."""

    value: T
    version: int


class AggregateStore(Protocol[T]):
    """The aggregates of one kind by id, each changed only by who has seen its latest version."""

    def get(self, id: str) -> Versioned[T]:
        """The aggregate with its version; raises `MissingAggregate`."""
        ...

    def find(self, id: str) -> Versioned[T] | None:
        """The aggregate with its version, `None` where there is none."""
        ...

    def put(self, id: str, value: T, expected_version: int) -> int:
        """Save where the stored version is the expected one, 0 for a new one; the new version.

        Raises `StaleVersion` where it is another, `InvalidValue` for an id that is no identifier and for a value that
        does not become plain data.
        """
        ...

    def ids(self) -> Sequence[str]:
        """The ids of all aggregates of the kind, sorted by code point."""
        ...


class Journal(Protocol[T]):
    """Streams of events of one kind, to which events are only ever appended."""

    def append(self, stream: str, events: Iterable[T], expected_length: int | None = None) -> int:
        """Add events at the end of a stream; its new length.

        Raises `StaleVersion` where an expected length is given and the stream has another, and `InvalidValue` as `put`
        of an aggregate store does.
        """
        ...

    def read(self, stream: str, start: int = 0) -> Sequence[T]:
        """The events of a stream from a position on, the oldest first; none where nothing was appended."""
        ...


class LedgerStore(Protocol):
    """The ledger as it is stored; what it answers is what `salesrules.core.Ledger` would."""

    def execute(self, command: LedgerCommand) -> Decision:
        """Decide a command and record its entries, of a denial too.

        Whoever else wants room in the same tree waits until this unit of work ends. Raises `IdempotencyConflict` where
        the key is known with another payload.
        """
        ...

    def account(self, id: str) -> LedgerAccount:
        """The account of that id; raises `UnknownName`."""
        ...

    def balance(self, account: str) -> LedgerBalance:
        """What an account holds with all accounts below it; raises `UnknownName`."""
        ...

    def balances(self, account: str) -> Sequence[LedgerBalance]:
        """The balances of an account and of every account above it, its own first; raises `UnknownName`."""
        ...

    def headroom(self, account: str) -> LedgerAmount | None:
        """What would still fit at an account and at every account above it, `None` without a limit."""
        ...

    def reservation(self, id: str) -> Reservation:
        """The reservation of that id; raises `UnknownName`."""
        ...

    def posting(self, id: str) -> Posting:
        """The posting of that id; raises `UnknownName`."""
        ...

    def entry(self, key: str) -> LedgerEntry:
        """What came of the command with that key; raises `UnknownName`."""
        ...

    def due(self, as_of: datetime) -> Sequence[Reservation]:
        """The open reservations that have expired by an instant, the earliest first."""
        ...

    def entries(self) -> Iterable[LedgerEntry]:
        """Every entry in the order in which they were recorded; they add up to the ledger."""
        ...


class UnitOfWork(Protocol):
    """A span in which everything is saved, or nothing: entered with `with`, and lasting only once committed.

    Inside, its own changes are seen; outside, none of them before the commit. Leaving it uncommitted, by an error or
    without, takes everything back. A unit that has ended raises `InvalidValue` for any further use.
    """

    @property
    def ledger(self) -> LedgerStore:
        """The ledger."""
        ...

    def aggregates(self, kind: StoredKind[T]) -> AggregateStore[T]:
        """The aggregates of a kind."""
        ...

    def journal(self, kind: StoredKind[T]) -> Journal[T]:
        """The journal of a kind."""
        ...

    def commit(self) -> None:
        """Make everything lasting, and end the unit.

        Raises `StaleVersion` or `BackendUnavailable` where that is not possible; then nothing was saved, unless the
        latter says that it may have been.
        """
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take everything back unless committed."""
        ...


class Storage(Protocol):
    """Where things are stored; every use is a unit of work.

    Any call may raise `BackendUnavailable` where the backend does not answer.
    """

    def begin(self) -> UnitOfWork:
        """A new unit of work, to be entered with `with`."""
        ...
