"""Storage in memory: everything stored is one value behind one reference, and a commit sets the reference."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

import attrs
from immutables import Map

from salesrules.core import (
    BackendUnavailable,
    Decision,
    InvalidValue,
    Ledger,
    LedgerAccount,
    LedgerAmount,
    LedgerBalance,
    LedgerCommand,
    LedgerEntry,
    MissingAggregate,
    Posting,
    Reservation,
    StaleVersion,
    StoredKind,
    Versioned,
    check_identifier,
    decide_ledger,
    evolve_ledger,
)
from salesrules.storage.plain import from_text, to_text

__all__ = ["Lock", "MemoryStorage", "MemoryUnitOfWork"]

T = TypeVar("T")


class Lock(Protocol):
    """What keeps two units of work from writing at once, such as a `threading.Lock`."""

    def acquire(self, blocking: bool = ..., timeout: float = ...) -> bool:
        """Take the lock; false where it was not free in time."""
        ...

    def release(self) -> None:
        """Give the lock back."""
        ...


@attrs.frozen
class _State:
    """Everything stored: the ledger with the order of its keys; texts of aggregates by kind, and of events."""

    ledger: Ledger = attrs.field(factory=Ledger)
    order: Map[int, str] = attrs.field(factory=Map)
    aggregates: Map[str, Map[str, tuple[int, str]]] = attrs.field(factory=Map)
    lengths: Map[tuple[str, str], int] = attrs.field(factory=Map)
    events: Map[tuple[str, str, int], str] = attrs.field(factory=Map)


def _go_on() -> None:
    """The pause of a storage that nobody watches."""


class MemoryStorage:
    """A storage that lasts as long as the program; threads may share it.

    Units of work write one at a time: each holds the lock from its first change to its end, so that what it was told
    stays true until it commits. Who waits for longer than `patience` seconds gets `BackendUnavailable`. `lock` and
    `pause` are for tests that decide who goes on when: `pause` is called between what a unit has read and what it does
    with it.

    >>> from datetime import UTC, datetime
    >>> from salesrules.core import OpenAccount, Reserve
    >>> noon, storage = datetime(2026, 1, 5, 12, tzinfo=UTC), MemoryStorage()
    >>> with storage.begin() as work:
    ...     _ = work.ledger.execute(OpenAccount(key="k1", at=noon, account="event", unit="count", limit=2))
    ...     decision = work.ledger.execute(Reserve(key="ada", at=noon, account="event", amount=1))
    ...     work.commit()
    >>> decision.outcome.value, decision.headroom
    ('allow', 1)
    """

    def __init__(
        self, *, lock: Lock | None = None, pause: Callable[[], object] = _go_on, patience: float = 30.0
    ) -> None:
        self._lock: Lock = threading.Lock() if lock is None else lock
        self._pause = pause
        self._patience = patience
        self._state = _State()

    def begin(self) -> MemoryUnitOfWork:
        """A new unit of work, to be entered with `with`."""
        return MemoryUnitOfWork(self)


class MemoryUnitOfWork:
    """A unit of work on a `MemoryStorage`."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage
        self._draft: _State | None = None
        self._ended = False

    @property
    def ledger(self) -> _LedgerStore:
        """The ledger."""
        return _LedgerStore(self)

    def aggregates(self, kind: StoredKind[T]) -> _AggregateStore[T]:
        """The aggregates of a kind."""
        return _AggregateStore(self, kind)

    def journal(self, kind: StoredKind[T]) -> _Journal[T]:
        """The journal of a kind."""
        return _Journal(self, kind)

    def commit(self) -> None:
        """Make everything lasting, and end the unit."""
        seen = self.seen()
        if self._draft is not None:
            self._storage._pause()
            self._storage._state = seen
        self._end()

    def __enter__(self) -> Self:
        self.seen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def seen(self) -> _State:
        """What the unit sees: what is committed, or its own draft once it has changed something."""
        if self._ended:
            raise InvalidValue(
                "unit of work", "an ended one", "begin another; a unit ends with its commit or its block"
            )
        return self._storage._state if self._draft is None else self._draft

    def drafted(self) -> _State:
        """What the unit is about to change; from here to its end no other unit changes anything."""
        if self._draft is None:
            self.seen()
            if not self._storage._lock.acquire(timeout=self._storage._patience):
                problem = f"other units of work have been writing for {self._storage._patience} seconds"
                raise BackendUnavailable("the memory storage", problem)
            self._draft = self._storage._state
        return self.seen()

    def keep(self, state: _State) -> None:
        """Go on from a changed state."""
        self._draft = state

    def pause(self) -> None:
        """Let others go on, where a test decides who does."""
        self._storage._pause()

    def _end(self) -> None:
        if self._draft is not None:
            self._draft = None
            self._storage._lock.release()
        self._ended = True


class _AggregateStore(Generic[T]):
    def __init__(self, unit: MemoryUnitOfWork, kind: StoredKind[T]) -> None:
        self._unit = unit
        self._kind = kind

    def get(self, id: str) -> Versioned[T]:
        found = self.find(id)
        if found is None:
            raise MissingAggregate(self._kind.name, id)
        return found

    def find(self, id: str) -> Versioned[T] | None:
        stored = self._unit.seen().aggregates.get(self._kind.name, Map()).get(id)
        return None if stored is None else Versioned(value=from_text(self._kind, stored[1]), version=stored[0])

    def put(self, id: str, value: T, expected_version: int) -> int:
        check_identifier("id", id)
        text, name = to_text(self._kind, value), self._kind.name
        state = self._unit.drafted()
        of_kind = state.aggregates.get(name, Map())
        found, _ = of_kind.get(id, (0, ""))
        if found != expected_version:
            raise StaleVersion(name, id, expected_version, found)
        version = found + 1
        kept = state.aggregates.set(name, of_kind.set(id, (version, text)))
        self._unit.pause()
        self._unit.keep(attrs.evolve(state, aggregates=kept))
        return version

    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(self._unit.seen().aggregates.get(self._kind.name, Map())))


class _Journal(Generic[T]):
    def __init__(self, unit: MemoryUnitOfWork, kind: StoredKind[T]) -> None:
        self._unit = unit
        self._kind = kind

    def append(self, stream: str, events: Iterable[T], expected_length: int | None = None) -> int:
        check_identifier("stream", stream)
        texts, name = [to_text(self._kind, event) for event in events], self._kind.name
        state = self._unit.drafted()
        length = state.lengths.get((name, stream), 0)
        if expected_length is not None and length != expected_length:
            raise StaleVersion(name, stream, expected_length, length)
        self._unit.pause()
        kept = state.events.update({(name, stream, length + index): text for index, text in enumerate(texts)})
        lengths = state.lengths.set((name, stream), length + len(texts))
        self._unit.keep(attrs.evolve(state, events=kept, lengths=lengths))
        return length + len(texts)

    def read(self, stream: str, start: int = 0) -> tuple[T, ...]:
        state, name = self._unit.seen(), self._kind.name
        positions = range(start, state.lengths.get((name, stream), 0))
        return tuple(from_text(self._kind, state.events[name, stream, position]) for position in positions)


class _LedgerStore:
    def __init__(self, unit: MemoryUnitOfWork) -> None:
        self._unit = unit

    @property
    def _ledger(self) -> Ledger:
        return self._unit.seen().ledger

    def execute(self, command: LedgerCommand) -> Decision:
        state = self._unit.drafted()
        decision, entries = decide_ledger(state.ledger, command)
        self._unit.pause()
        if entries:
            ledger, order = state.ledger, state.order
            for entry in entries:
                ledger = evolve_ledger(ledger, entry)
                order = order.set(len(order), entry.key)
            self._unit.keep(_State(ledger, order, state.aggregates, state.lengths, state.events))
        return decision

    def account(self, id: str) -> LedgerAccount:
        return self._ledger.account(id)

    def balance(self, account: str) -> LedgerBalance:
        return self._ledger.balance(account)

    def balances(self, account: str) -> Sequence[LedgerBalance]:
        return self._ledger.balances(account)

    def headroom(self, account: str) -> LedgerAmount | None:
        return self._ledger.headroom(account)

    def reservation(self, id: str) -> Reservation:
        return self._ledger.reservation(id)

    def posting(self, id: str) -> Posting:
        return self._ledger.posting(id)

    def entry(self, key: str) -> LedgerEntry:
        return self._ledger.entry(key)

    def due(self, as_of: datetime) -> Sequence[Reservation]:
        return self._ledger.due(as_of)

    def entries(self) -> Iterable[LedgerEntry]:
        state = self._unit.seen()
        return (state.ledger.entry(state.order[number]) for number in range(len(state.order)))
