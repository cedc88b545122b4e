"""What every storage must do with units of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesrules.core import (
    BackendUnavailable,
    IdempotencyConflict,
    InvalidValue,
    StaleVersion,
    Storage,
    UnitOfWork,
)
from salesrules.storage import run_once, run_unit
from salesrules.testing.storage_kit import NOTES, Deaf, in_threads, keep, seat, seats, send

__all__ = ["SpanContract"]


class SpanContract:
    """Tests of units of work: all or nothing, seen by others once committed, and helpers that run them."""

    def _write_everywhere(self, work: UnitOfWork, key: str = "r1") -> None:
        work.aggregates(NOTES).put("a", "changed", 1)
        work.journal(NOTES).append("a", ["changed"])
        assert work.ledger.execute(seat(key)).is_allowed

    def _prepared(self, storage: Storage) -> Storage:
        keep(storage, lambda work: work.aggregates(NOTES).put("a", "first", 0))
        send(storage, seats("line", 5))
        return storage

    def _seen(self, storage: Storage) -> tuple[object, int, object, int]:
        with storage.begin() as work:
            entries = sum(1 for _ in work.ledger.entries())
            return (
                work.aggregates(NOTES).get("a").value,
                len(work.journal(NOTES).read("a")),
                work.ledger.balance("line").pending,
                entries,
            )

    def test_a_unit_sees_its_own_changes_and_others_only_once_it_is_committed(self, storage: Storage) -> None:
        """A unit sees its own changes and others only once it is committed."""
        self._prepared(storage)
        with storage.begin() as work:
            self._write_everywhere(work)
            assert work.aggregates(NOTES).get("a").value == "changed"
            assert list(work.journal(NOTES).read("a")) == ["changed"]
            assert work.ledger.balance("line").pending == 1
            assert work.ledger.reservation("r1").remaining == 1
            assert self._seen(storage) == ("first", 0, 0, 1)
            work.commit()
        assert self._seen(storage) == ("changed", 1, 1, 2)

    def test_what_is_not_committed_is_taken_back(self, storage: Storage) -> None:
        """What is not committed is taken back."""
        self._prepared(storage)
        with storage.begin() as work:
            self._write_everywhere(work)
        assert self._seen(storage) == ("first", 0, 0, 1)

        class Trouble(Exception):
            pass

        def fail(work: UnitOfWork) -> None:
            self._write_everywhere(work)
            raise Trouble

        with pytest.raises(Trouble):
            keep(storage, fail)
        assert self._seen(storage) == ("first", 0, 0, 1)
        keep(storage, self._write_everywhere)
        assert self._seen(storage) == ("changed", 1, 1, 2)

    @pytest.mark.parametrize("fault", ["aggregate", "journal", "ledger"])
    def test_a_fault_in_one_part_takes_back_the_others(self, storage: Storage, fault: str) -> None:
        """A fault in one part takes back the others."""
        self._prepared(storage)

        def act(work: UnitOfWork) -> None:
            self._write_everywhere(work)
            if fault == "aggregate":
                work.aggregates(NOTES).put("a", "again", 1)
            elif fault == "journal":
                work.journal(NOTES).append("a", ["again"], 7)
            else:
                work.ledger.execute(seat("r1", amount=2))

        with pytest.raises((StaleVersion, IdempotencyConflict)):
            keep(storage, act)
        assert self._seen(storage) == ("first", 0, 0, 1)

    def test_the_first_to_commit_wins_and_the_other_is_told(self, storage: Storage) -> None:
        """The first to commit wins and the other is told."""
        self._prepared(storage)

        def act(work: UnitOfWork) -> None:
            version = work.aggregates(NOTES).get("a").version
            keep(storage, lambda other: other.aggregates(NOTES).put("a", "theirs", version))
            work.aggregates(NOTES).put("a", "ours", version)

        with pytest.raises(StaleVersion):
            keep(storage, act)
        with storage.begin() as work:
            assert (work.aggregates(NOTES).get("a").value, work.aggregates(NOTES).get("a").version) == ("theirs", 2)

    @pytest.mark.parametrize("is_committed", [True, False])
    def test_a_unit_that_has_ended_is_of_no_further_use(self, storage: Storage, is_committed: bool) -> None:
        """A unit that has ended is of no further use."""
        self._prepared(storage)
        with storage.begin() as work:
            notes, journal, ledger = work.aggregates(NOTES), work.journal(NOTES), work.ledger
            if is_committed:
                work.commit()
        uses: list[Callable[[], object]] = [
            lambda: notes.get("a"),
            lambda: notes.put("a", "late", 1),
            lambda: journal.read("a"),
            lambda: journal.append("a", ["late"]),
            lambda: ledger.balance("line"),
            lambda: ledger.execute(seat("late")),
            work.commit,
        ]
        for use in uses:
            with pytest.raises(InvalidValue, match="unit of work"):
                use()
        assert self._seen(storage) == ("first", 0, 0, 1)

    def test_a_unit_is_run_again_where_somebody_was_first(self, storage: Storage) -> None:
        """A unit is run again where somebody was first."""
        self._prepared(storage)
        runs: list[int] = []

        def act(work: UnitOfWork) -> int:
            version = work.aggregates(NOTES).get("a").version
            if not runs:
                keep(storage, lambda other: other.aggregates(NOTES).put("a", "theirs", version))
            runs.append(version)
            return work.aggregates(NOTES).put("a", "ours", version)

        assert run_unit(storage, act, sleep=lambda seconds: None) == 3
        assert runs == [1, 2]

    def test_an_act_with_a_key_is_done_once(self, storage: Storage) -> None:
        """An act with a key is done once."""
        self._prepared(storage)

        def act(work: UnitOfWork) -> dict[str, Any]:
            found = work.aggregates(NOTES).get("a")
            return {"version": work.aggregates(NOTES).put("a", "done", found.version), "seen": (found.value,)}

        results = [run_once(storage, "key", act, payload=["close", 1]) for _ in range(3)]
        assert results == [{"version": 2, "seen": ["first"]}] * 3
        with pytest.raises(IdempotencyConflict) as caught:
            run_once(storage, "key", act, payload=["close", 2])
        assert (caught.value.first, caught.value.second) == (["close", 1], ["close", 2])

    def test_an_act_with_a_key_is_done_once_also_where_the_commit_went_unheard(self, storage: Storage) -> None:
        """An act with a key is done once also where the commit went unheard."""
        self._prepared(storage)

        def act(work: UnitOfWork) -> int:
            found = work.aggregates(NOTES).get("a")
            return work.aggregates(NOTES).put("a", f"{found.value}+", found.version)

        deaf = Deaf(storage)
        assert run_once(deaf, "key", act, sleep=lambda seconds: None) == 2
        assert deaf.begun == 2
        deaf = Deaf(storage)
        with pytest.raises(BackendUnavailable):
            run_unit(deaf, act, sleep=lambda seconds: None)
        assert deaf.begun == 1
        with storage.begin() as work:
            assert work.aggregates(NOTES).get("a").value == "first++"

    def test_threads_that_send_one_act_with_a_key_have_one_effect(self, storage: Storage) -> None:
        """Threads that send one act with a key have one effect."""
        self._prepared(storage)

        def act(work: UnitOfWork) -> int:
            found = work.aggregates(NOTES).get("a")
            return work.aggregates(NOTES).put("a", "done", found.version)

        results = in_threads(8, lambda number: run_once(storage, "key", act, attempts=200, first_wait=0.001), 16)
        assert results == [2] * 16
