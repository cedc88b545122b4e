"""Adapters for the storage ports of `salesrules.core`, and helpers that run units of work.

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

from salesrules.storage.commission_periods import commission_stores
from salesrules.storage.memory import MemoryStorage
from salesrules.storage.plain import from_text, to_text
from salesrules.storage.units import run_once, run_unit

__all__ = ["MemoryStorage", "commission_stores", "from_text", "run_once", "run_unit", "to_text"]
