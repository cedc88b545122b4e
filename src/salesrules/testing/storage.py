"""What every storage must do, as a class of tests: subclass it, give it one fixture, and pytest runs them on yours."""

from __future__ import annotations

from salesrules.testing.storage_ledgers import LedgerContract
from salesrules.testing.storage_spans import SpanContract
from salesrules.testing.storage_threads import ThreadContract
from salesrules.testing.storage_values import ValueContract

__all__ = ["StorageContract"]


class StorageContract(ValueContract, SpanContract, LedgerContract, ThreadContract):
    """Tests of a storage: subclass it as `TestYours`, with a fixture `storage` that gives a fresh and empty one.

    `threads` and `attempts` say how many threads contend for a line of 400, and with how many reservations in all. The
    tests say nothing of what outlives the program, which only some storages do.

    >>> import pytest
    >>> from salesrules.storage import MemoryStorage
    >>> class TestMemory(StorageContract):
    ...     @pytest.fixture
    ...     def storage(self):
    ...         return MemoryStorage()
    """
