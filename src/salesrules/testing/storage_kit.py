"""What the contract of storages is made with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from salesrules.core import (
    AggregateStore,
    BackendUnavailable,
    Decision,
    Journal,
    LedgerCommand,
    LedgerStore,
    OpenAccount,
    Reserve,
    Storage,
    StoredKind,
    UnitOfWork,
)
from salesrules.storage import run_unit

__all__ = ["NOON", "NOTES", "OTHERS", "Deaf", "in_threads", "keep", "patiently", "pending", "seat", "seats", "send"]

T = TypeVar("T")

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
#: Two kinds of values that are plain data already.
NOTES: StoredKind[Any] = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)
OTHERS: StoredKind[Any] = StoredKind(name="other", dump=lambda note: note, load=lambda data: data)


def seats(account: str, limit: int | None, parent: str | None = None) -> OpenAccount:
    """The command that opens an account of seats."""
    return OpenAccount(key=f"open {account}", at=NOON, account=account, parent=parent, unit="count", limit=limit)


def seat(key: str, account: str = "line", amount: int = 1) -> Reserve:
    """The command that reserves seats."""
    return Reserve(key=key, at=NOON, account=account, amount=amount)


def keep(storage: Storage, act: Callable[[UnitOfWork], T]) -> T:
    """What an act gives in a unit of its own, which is committed."""
    return run_unit(storage, act, attempts=1)


def patiently(storage: Storage, act: Callable[[UnitOfWork], T]) -> T:
    """What an act gives in a unit that is run again often, since many contend."""
    return run_unit(storage, act, attempts=500, first_wait=0.001, longest_wait=0.05)


def send(storage: Storage, *commands: LedgerCommand) -> list[Decision]:
    """What the ledger decides about commands, each in a unit of its own."""

    def sender(command: LedgerCommand) -> Callable[[UnitOfWork], Decision]:
        return lambda work: work.ledger.execute(command)

    return [patiently(storage, sender(command)) for command in commands]


def pending(storage: Storage, account: str) -> int:
    """How many seats are pending on an account."""
    with storage.begin() as work:
        count = work.ledger.balance(account).pending
    assert isinstance(count, int)
    return count


def in_threads(count: int, act: Callable[[int], T], times: int) -> list[T]:
    """What an act gives for each number below `times`, done by so many threads that begin together."""
    start = threading.Barrier(count)

    def some(thread: int) -> list[T]:
        start.wait()
        return [act(number) for number in range(thread, times, count)]

    with ThreadPoolExecutor(count) as pool:
        return [result for results in pool.map(some, range(count)) for result in results]


class Deaf:
    """A storage whose first commit is done but not heard of."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.begun = 0

    def begin(self) -> UnitOfWork:
        """A unit of work; the first one's commit goes unheard."""
        self.begun += 1
        work = self.storage.begin()
        return _DeafUnit(work) if self.begun == 1 else work


class _DeafUnit:
    def __init__(self, work: UnitOfWork) -> None:
        self.work = work

    @property
    def ledger(self) -> LedgerStore:
        return self.work.ledger

    def aggregates(self, kind: StoredKind[T]) -> AggregateStore[T]:
        return self.work.aggregates(kind)

    def journal(self, kind: StoredKind[T]) -> Journal[T]:
        return self.work.journal(kind)

    def commit(self) -> None:
        self.work.commit()
        raise BackendUnavailable("the deaf storage", "the answer was lost", may_have_committed=True)

    def __enter__(self) -> Self:
        self.work.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.work.__exit__(kind, error, traceback)
