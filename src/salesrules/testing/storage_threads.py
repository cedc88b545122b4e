"""What every storage must do when many write at once."""

from __future__ import annotations

from collections import Counter

from salesrules.core import (
    Decision,
    Storage,
    TransferLimit,
    UnitOfWork,
    restore_ledger,
)
from salesrules.testing.storage_kit import (
    NOON,
    NOTES,
    in_threads,
    keep,
    patiently,
    pending,
    seat,
    seats,
    send,
)

__all__ = ["ThreadContract"]


class ThreadContract:
    """Tests with threads: nothing overspent, nothing lost, one effect for each key."""

    #: How many threads contend, and how many reservations they attempt in all on a line of 400.
    threads = 16
    attempts = 800

    def test_threads_on_one_line_overspend_nothing_and_lose_nothing(self, storage: Storage) -> None:
        """Threads on one line overspend nothing and lose nothing."""
        send(storage, seats("line", 400))

        def attempt(number: int) -> bool:
            return send(storage, seat(f"r{number}"))[0].is_allowed

        passed = in_threads(self.threads, attempt, self.attempts)
        assert Counter(passed) == {True: 400, False: self.attempts - 400}
        with storage.begin() as work:
            assert (work.ledger.balance("line").pending, work.ledger.headroom("line")) == (400, 0)
            entries = list(work.ledger.entries())
        assert len({entry.key for entry in entries}) == len(entries) == self.attempts + 1
        assert sum(len(entry.movements) for entry in entries) == 401
        assert restore_ledger(entries).balance("line").pending == 400

    def test_threads_on_two_lines_keep_the_limit_above_them(self, storage: Storage) -> None:
        """Threads on two lines keep the limit above them."""
        send(storage, seats("hall", 50), seats("east", 40, "hall"), seats("west", 40, "hall"))

        def attempt(number: int) -> bool:
            return send(storage, seat(f"r{number}", "east" if number % 2 else "west"))[0].is_allowed

        assert sum(in_threads(8, attempt, 120)) == 50
        hall, east, west = (pending(storage, account) for account in ("hall", "east", "west"))
        assert hall == 50 == east + west
        assert max(east, west) <= 40

    def test_threads_that_send_one_command_have_one_effect(self, storage: Storage) -> None:
        """Threads that send one command have one effect."""
        send(storage, seats("line", 5))
        decisions = in_threads(8, lambda number: send(storage, seat(f"r{number % 2}"))[0], 32)
        with storage.begin() as work:
            assert work.ledger.balance("line").pending == 2
            recorded = [work.ledger.entry(f"r{number}").decision for number in (0, 1)]
        assert all(decision in recorded for decision in decisions)

    def test_threads_that_change_one_aggregate_lose_no_change(self, storage: Storage) -> None:
        """Threads that change one aggregate lose no change."""
        keep(storage, lambda work: work.aggregates(NOTES).put("count", 0, 0))

        def add(work: UnitOfWork) -> None:
            found = work.aggregates(NOTES).get("count")
            work.aggregates(NOTES).put("count", found.value + 1, found.version)
            work.journal(NOTES).append("count", [found.value])

        in_threads(8, lambda number: patiently(storage, add), 80)
        with storage.begin() as work:
            found = work.aggregates(NOTES).get("count")
            assert (found.value, found.version) == (80, 81)
            assert list(work.journal(NOTES).read("count")) == list(range(80))

    def test_threads_that_move_limit_to_and_fro_conserve_it(self, storage: Storage) -> None:
        """Threads that move limit to and fro conserve it."""
        send(storage, seats("a", 20), seats("b", 20))

        def move(number: int) -> Decision:
            ends = ("a", "b") if number % 2 else ("b", "a")
            command = TransferLimit(key=f"t{number}", at=NOON, source=ends[0], target=ends[1], amount=1 + number % 3)
            return send(storage, command)[0]

        assert len(in_threads(8, move, 80)) == 80
        with storage.begin() as work:
            limits = Counter(work.ledger.account(id).limit for id in ("a", "b"))
        assert sum(limit * times for limit, times in limits.items() if isinstance(limit, int)) == 40
