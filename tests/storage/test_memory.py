"""The storage in memory: the contract, more threads than any storage must bear, and patience that ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from salesrules.core import BackendUnavailable, InvalidValue, OpenAccount, StoredKind
from salesrules.storage import MemoryStorage, run_unit
from salesrules.testing import StorageContract
from salesrules.testing.storage_threads import ThreadContract

NOTES = StoredKind(name="note", dump=str, load=str)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class TestMemory(StorageContract):
    @pytest.fixture
    def storage(self):
        return MemoryStorage()


class TestMemoryAtLength(ThreadContract):
    """Sixteen threads with 800 attempts each."""

    attempts = 12_800

    @pytest.fixture
    def storage(self):
        return MemoryStorage()


def test_who_waits_too_long_is_told_that_nothing_was_saved():
    storage = MemoryStorage(patience=0.01)
    with storage.begin() as work:
        work.aggregates(NOTES).put("a", "first", 0)
        with pytest.raises(BackendUnavailable, match="nothing was saved") as caught:
            run_unit(storage, lambda other: other.aggregates(NOTES).put("b", "second", 0), attempts=2)
        assert not caught.value.may_have_committed
        with storage.begin() as reader:
            assert reader.aggregates(NOTES).ids() == ()
        work.commit()
    with storage.begin() as reader:
        assert reader.aggregates(NOTES).ids() == ("a",)


def test_a_unit_that_only_reads_stands_in_nobodys_way():
    storage = MemoryStorage(patience=0.01)
    with storage.begin() as reader:
        assert reader.aggregates(NOTES).ids() == ()
        run_unit(storage, lambda work: work.aggregates(NOTES).put("a", "first", 0))
        reader.commit()
    with pytest.raises(InvalidValue), reader:
        pass


def test_the_lock_is_given_back_after_any_error():
    storage = MemoryStorage(patience=0.01)
    for fault in (KeyError, KeyboardInterrupt):

        def act(work, fault=fault):
            work.ledger.execute(OpenAccount(key="k", at=NOON, account="a", unit="count"))
            raise fault

        with pytest.raises(fault):
            run_unit(storage, act)
    assert run_unit(storage, lambda work: work.aggregates(NOTES).put("a", "first", 0)) == 1
