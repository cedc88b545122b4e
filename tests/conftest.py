"""Fixtures for every test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, delete, event

from salesrules.core import Storage
from salesrules.storage import MemoryStorage, SqlStorage, SqlTables, sqlite_engine
from salesrules.testing.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[1]

#: A MariaDB server to test on, as a URL of SQLAlchemy; without it, nothing is tested there.
MARIADB = os.environ.get("SALESRULES_MARIADB")
#: Every storage that rules must work on.
STORAGES = ["memory", "sqlite in memory", "sqlite", "postgresql", *(["mariadb"] if MARIADB else [])]
NUMBERS = itertools.count(1)
#: Tables on each server that no test is using; to empty them is quicker than to make new ones.
FREE: dict[str, list[SqlTables]] = {}


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data and published cases: `SALESRULES_SHARED`, or `../shared` beside the repository."""
    folder = Path(os.environ.get("SALESRULES_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("../shared is absent")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for all tests that need one; it starts when the first asks for it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_engine(postgres: PostgresServer) -> Iterator[Engine]:
    """An engine on the server, with enough connections for any test."""
    engine = create_engine(postgres.url, max_overflow=50, connect_args={"options": "-c lock_timeout=30s"})
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def mariadb_engine() -> Iterator[Engine]:
    """An engine on the MariaDB server that `SALESRULES_MARIADB` names."""
    if MARIADB is None:
        pytest.skip("SALESRULES_MARIADB names no server")
    engine = create_engine(MARIADB, max_overflow=50)
    yield engine
    engine.dispose()


@pytest.fixture
def open_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Storage]]:
    """A function that opens a fresh and empty storage of a kind; `STORAGES` lists them."""
    endings: list[Callable[[], object]] = []

    def on_server(engine: Engine) -> SqlStorage:
        free = FREE.setdefault(engine.url.drivername, [])
        tables = free.pop() if free else SqlTables(prefix=f"t{next(NUMBERS)}_")
        storage = SqlStorage(engine, tables=tables)
        storage.create_schema()
        with engine.begin() as connection:
            for table in tables.all:
                if table is not tables.version:
                    connection.execute(delete(table))
        endings.append(lambda: free.append(tables))
        return storage

    def opened(kind: str) -> Storage:
        match kind:
            case "memory":
                return MemoryStorage()
            case "sqlite in memory" | "sqlite":
                engine = sqlite_engine(tmp_path / f"{next(NUMBERS)}.db" if kind == "sqlite" else None)
                endings.append(engine.dispose)
                if kind == "sqlite":
                    # A test outlives no power cut, so nothing waits for the disk.
                    event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous = OFF"))
                storage = SqlStorage(engine)
                storage.create_schema()
                return storage
            case _:
                return on_server(request.getfixturevalue({"postgresql": "postgres_engine"}.get(kind, f"{kind}_engine")))

    yield opened
    for end in reversed(endings):
        end()


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, open_storage: Callable[[str], Storage]) -> Storage:
    """A fresh and empty storage of every kind in turn: in memory, in SQLite, in PostgreSQL."""
    return open_storage(request.param)
