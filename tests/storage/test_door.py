"""The doors of storage and of what tests it, and what the contract is made with."""

from __future__ import annotations

from collections import Counter

import pytest

from salesrules import storage, testing
from salesrules.core import (
    BackendUnavailable,
    Ledger,
    LedgerBatch,
    StoredKind,
    decide_ledger,
    evolve_ledger,
)
from salesrules.testing.storage_commands import draw_commands
from salesrules.testing.storage_kit import Deaf, keep, seats


def test_every_name_of_the_doors_opens():
    for door in (storage, testing):
        assert [name for name in door.__all__ if getattr(door, name, None) is None] == []
    assert set(testing.__all__) <= set(dir(testing))
    with pytest.raises(AttributeError, match="StoreContract"):
        testing.StoreContract  # noqa: B018 - asking is the act


def test_drawn_commands_are_the_same_for_a_seed_and_meet_most_of_what_a_ledger_says():
    assert list(draw_commands(3, 50)) == list(draw_commands(3, 50))
    assert list(draw_commands(3, 50)) != list(draw_commands(4, 50))
    assert [len(list(draw_commands(3, count))) for count in (0, 3, 6, 7)] == [0, 3, 6, 7]
    said, kinds = Counter(), Counter()
    for seed in range(4):
        ledger = Ledger()
        for command in draw_commands(seed, 250):
            kinds[type(command).__name__] += 1
            if command.key in ledger.entries:
                kinds["again"] += 1
                continue
            decision, entries = decide_ledger(ledger, command)
            said.update([decision.outcome.value, *{reason.code for reason in decision.reasons}])
            if isinstance(command, LedgerBatch):
                kinds[f"batch {decision.outcome.value}"] += 1
            for entry in entries:
                ledger = evolve_ledger(ledger, entry)
                said.update(movement.kind.value for movement in entry.movements)
    assert min(kinds.values()) >= 3
    assert {"batch allow", "batch deny", "again"} <= kinds.keys()
    for word in (
        *("allow", "warn", "deny", "reserved", "posted", "captured", "released", "voided", "expired", "refunded"),
        *("opened", "closed", "limit_set", "ledger.over_limit", "ledger.limit_below_used", "ledger.over_reservation"),
        *("ledger.reservation_closed", "ledger.reservation_expired", "ledger.over_refund", "ledger.wrong_unit"),
        *("ledger.unknown_account", "ledger.account_exists", "ledger.account_in_use", "ledger.unit_of_parent"),
    ):
        assert said[word], word


def test_the_deaf_storage_saves_what_it_does_not_hear():
    notes = StoredKind(name="note", dump=str, load=str)
    deaf = Deaf(storage.MemoryStorage())

    def act(work):
        work.ledger.execute(seats("line", 5))
        work.journal(notes).append("a", ["one"])
        work.aggregates(notes).put("a", "one", 0)

    with pytest.raises(BackendUnavailable, match="may have been saved"):
        keep(deaf, act)
    with deaf.begin() as work:
        assert work.ledger.headroom("line") == 5
        assert work.journal(notes).read("a") == ("one",)
        assert work.aggregates(notes).ids() == ("a",)
