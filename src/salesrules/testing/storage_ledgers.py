"""What every storage must do with the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

import pytest

from salesrules.core import (
    Decision,
    IdempotencyConflict,
    Ledger,
    LedgerBatch,
    LedgerCommand,
    LedgerEntry,
    Storage,
    UnknownName,
    decide_ledger,
    evolve_ledger,
    restore_ledger,
)
from salesrules.testing.storage_commands import draw_commands
from salesrules.testing.storage_kit import NOON, seat, seats, send

__all__ = ["LedgerContract"]


class LedgerContract:
    """Tests of the ledger: it answers as the model does."""

    @pytest.mark.parametrize("seed", range(4))
    def test_the_ledger_answers_as_the_model_does(self, storage: Storage, seed: int) -> None:
        """The ledger answers as the model does."""
        model, recorded = Ledger(), []
        for command in draw_commands(seed, 250):
            expected, entries = _answer(partial(decide_ledger, model), command)
            found, _ = _answer(lambda asked: (send(storage, asked)[0], ()), command)
            assert found == expected, command
            for entry in entries:
                model = evolve_ledger(model, entry)
                recorded.append(entry)
        with storage.begin() as work:
            ledger = work.ledger
            for account in model.accounts:
                assert ledger.account(account) == model.account(account)
                assert ledger.balance(account) == model.balance(account)
                assert list(ledger.balances(account)) == list(model.balances(account))
                assert ledger.headroom(account) == model.headroom(account)
            for id in model.reservations:
                assert ledger.reservation(id) == model.reservation(id)
            for id in model.postings:
                assert ledger.posting(id) == model.posting(id)
            for key in model.entries:
                assert ledger.entry(key) == model.entry(key)
            late = datetime(2030, 1, 1, tzinfo=UTC)
            assert list(ledger.due(late)) == list(model.due(late))
            assert list(ledger.entries()) == recorded
            assert restore_ledger(ledger.entries()) == model

    def test_what_the_ledger_does_not_have_is_named(self, storage: Storage) -> None:
        """What the ledger does not have is named."""
        with storage.begin() as work:
            ledger = work.ledger
            asks: list[Callable[[str], object]] = [
                ledger.account,
                ledger.balance,
                ledger.balances,
                ledger.headroom,
                ledger.reservation,
                ledger.posting,
                ledger.entry,
            ]
            for ask in asks:
                with pytest.raises(UnknownName, match="nowhere"):
                    ask("nowhere")
            assert list(ledger.entries()) == []

    def test_a_command_sent_again_has_one_effect_also_when_it_was_refused(self, storage: Storage) -> None:
        """A command sent again has one effect also when it was refused."""
        send(storage, seats("line", 1))
        first, second = send(storage, seat("a"), seat("b"))
        assert (first.is_allowed, second.is_allowed) == (True, False)
        assert send(storage, seat("a"), seat("b")) == [first, second]
        with pytest.raises(IdempotencyConflict):
            send(storage, seat("a", amount=2))
        with storage.begin() as work:
            assert work.ledger.balance("line").pending == 1
            assert [entry.key for entry in work.ledger.entries()] == ["open line", "a", "b"]

    def test_a_batch_is_kept_whole_or_not_at_all(self, storage: Storage) -> None:
        """A batch is kept whole or not at all."""
        send(storage, seats("line", 2))
        (decision,) = send(storage, LedgerBatch(key="b1", at=NOON, commands=[seat(key) for key in "abc"]))
        assert (decision.outcome.value, [reason.path for reason in decision.reasons]) == (
            "deny",
            ["commands[2].amount"],
        )
        (decision,) = send(storage, LedgerBatch(key="b2", at=NOON, commands=[seat(key) for key in "ab"]))
        assert decision.is_allowed
        with storage.begin() as work:
            assert work.ledger.balance("line").pending == 2


def _answer(
    ask: Callable[[LedgerCommand], tuple[Decision, Iterable[LedgerEntry]]], command: LedgerCommand
) -> tuple[object, Iterable[LedgerEntry]]:
    """The decision with its entries, or what a conflict of keys shows."""
    try:
        return ask(command)
    except IdempotencyConflict as conflict:
        return (conflict.key, conflict.first, conflict.second), ()
