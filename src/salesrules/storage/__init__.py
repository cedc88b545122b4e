"""Adapters for the storage ports of `salesrules.core`, and helpers that run units of work.

In memory, or in SQL with the extra `sql` (SQLite), `postgresql` or `mariadb`.

>>> from salesrules.core import StoredKind
>>> notes = StoredKind(name="note", dump=str, load=str)
>>> storage = MemoryStorage()
>>> with storage.begin() as work:
...     version = work.aggregates(notes).put("n1", "called back", expected_version=0)
...     work.commit()
>>> with storage.begin() as work:
...     work.aggregates(notes).get("n1")
Versioned(value='called back', version=1)
"""

from typing import TYPE_CHECKING

from salesrules.storage.memory import MemoryStorage
from salesrules.storage.plain import from_text, to_text
from salesrules.storage.units import run_once, run_unit

if TYPE_CHECKING:
    from salesrules.storage.commission_periods import commission_stores
    from salesrules.storage.sql.engines import sqlite_engine
    from salesrules.storage.sql.schema import stamp
    from salesrules.storage.sql.storage import SqlStorage
    from salesrules.storage.sql.tables import SCHEMA_VERSION, SqlTables

__all__ = [
    "SCHEMA_VERSION",
    "MemoryStorage",
    "SqlStorage",
    "SqlTables",
    "commission_stores",
    "from_text",
    "run_once",
    "run_unit",
    "sqlite_engine",
    "stamp",
    "to_text",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """What needs SQLAlchemy or a room loads when it is first asked for."""
        match name:
            case "commission_stores":
                from salesrules.storage import commission_periods as module
            case "SqlStorage":
                from salesrules.storage.sql import storage as module
            case "SqlTables" | "SCHEMA_VERSION":
                from salesrules.storage.sql import tables as module
            case "sqlite_engine":
                from salesrules.storage.sql import engines as module
            case "stamp":
                from salesrules.storage.sql import schema as module
            case _:
                raise AttributeError(f"module 'salesrules.storage' has no attribute {name!r}")
        return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
