"""What keeps the units of work of one process apart where SQLite itself would make them ask again and again."""

from __future__ import annotations

import contextlib
import threading
import weakref
from contextlib import AbstractContextManager

import attrs
from sqlalchemy import Engine, Pool

from salesrules.core import BackendUnavailable

__all__ = ["WriterLocks", "locks_of"]


@attrs.define(eq=False)
class WriterLocks:
    """The lock of whoever writes, held to the end of their unit, and what guards each single statement.

    SQLite lets one connection write at a time, and the others ask anew in growing intervals; within a process a lock
    is fair and much quicker. A database in memory has no locks of its own at all (`sqlite_engine`): there, `statement`
    keeps a commit from writing while somebody reads.
    """

    patience: float
    writer: threading.Lock = attrs.field(factory=threading.Lock)
    statement: AbstractContextManager[object] = attrs.field(factory=contextlib.nullcontext)

    def acquire_writer(self, backend: str) -> None:
        """Wait for the writer's lock; raises `BackendUnavailable` where it does not come."""
        if not self.writer.acquire(timeout=self.patience):
            raise BackendUnavailable(backend, f"other units of work have been writing for {self.patience} seconds")


#: The locks of databases in memory, which all storages on one engine must share.
_IN_MEMORY: weakref.WeakKeyDictionary[Pool, tuple[threading.Lock, threading.RLock]] = weakref.WeakKeyDictionary()


def mark_in_memory(engine: Engine) -> None:
    """Have all storages on an engine share their locks."""
    _IN_MEMORY[engine.pool] = (threading.Lock(), threading.RLock())


def locks_of(engine: Engine, patience: float) -> WriterLocks:
    """The locks for a storage on an engine."""
    shared = _IN_MEMORY.get(engine.pool)
    if shared is None:
        return WriterLocks(patience)
    writer, statement = shared
    return WriterLocks(patience, writer, statement)


def is_in_memory(engine: Engine) -> bool:
    """Whether an engine is one of `sqlite_engine` without a file."""
    return engine.pool in _IN_MEMORY
