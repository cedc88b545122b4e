"""An engine for SQLite as a storage wants it: a file that survives a crash and lets others read while one writes."""

from __future__ import annotations

import itertools
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine

from salesrules.storage.sql.locks import mark_in_memory

__all__ = ["sqlite_engine"]

_NUMBERS = itertools.count(1)


def sqlite_engine(path: str | Path | None = None, *, patience: float = 30.0) -> Engine:
    """An engine for a SQLite file, or for a database in memory that lasts as long as the engine.

    The file keeps a write-ahead log, so that readers and the writer do not stand in each other's way, and every commit
    is on the disk before it is answered. Who wants to write waits for `patience` seconds. All threads see one database,
    also in memory, where `sqlite://` would give each its own.

    >>> from salesrules.storage import SqlStorage
    >>> storage = SqlStorage(sqlite_engine())
    >>> storage.create_schema()
    """
    if path is None:
        name = f"file:/salesrules-{os.getpid()}-{next(_NUMBERS)}?vfs=memdb&nolock=1"
        engine = create_engine(
            "sqlite:///salesrules-in-memory", creator=lambda: _connect_memory(name), pool_size=1, max_overflow=-1
        )
        mark_in_memory(engine)
        # The database lasts as long as a connection to it: this one stays with the pool.
        engine.pool.keeper = _connect_memory(name)  # type: ignore[attr-defined]  # ours, beside the pool's own fields
        return engine
    file = os.fspath(path)
    return create_engine(f"sqlite:///{file}", creator=lambda: _connect_file(file, patience), max_overflow=-1)


def _connect_file(path: str, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=patience, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.OperationalError:  # a file that cannot be written keeps the journal that it has
        pass
    return connection


def _connect_memory(name: str) -> sqlite3.Connection:
    """A connection that takes no locks, and writes to what the others see at its commit only.

    So a reader sees what is committed while another connection writes. The storage sees to it that one connection
    writes at a time, and that nobody reads in the midst of a commit.
    """
    connection = sqlite3.connect(name, uri=True, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = MEMORY").fetchall()
    connection.execute("PRAGMA cache_spill = OFF")
    return connection
