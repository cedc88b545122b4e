"""One key, one command, one effect; and batches that pass whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from core.ledger.books import (
    BUDGET,
    NOON,
    balance,
    capture,
    cny,
    ledger_of,
    opened,
    post,
    refund,
    refusals,
    reserve,
    void,
)

from salesrules.core import (
    ExpireReservations,
    IdempotencyConflict,
    InvalidValue,
    LedgerBatch,
    OpenAccount,
    Reserve,
    TransferLimit,
    VoidReservation,
    decide_ledger,
    evolve_ledger,
)


def batch(*commands, key="batch"):
    return LedgerBatch(key=key, at=NOON, commands=commands)


def test_a_command_that_comes_again_gives_its_first_result_and_nothing_to_record():
    command = reserve("trip", "travel", "400.00")
    first, (entry,) = decide_ledger(BUDGET, command)
    ledger = evolve_ledger(BUDGET, entry)
    ledger = ledger_of(void("trip"), post("other", "travel", "399.00"), ledger=ledger)
    assert decide_ledger(ledger, command) == (first, ())
    assert ledger_of(command, ledger=ledger) is ledger


def test_a_refusal_too_is_the_first_result():
    command = reserve("trip", "travel", "400.01")
    first, (entry,) = decide_ledger(BUDGET, command)
    ledger = ledger_of(post("other", "travel", "1.00"), ledger=evolve_ledger(BUDGET, entry))
    assert decide_ledger(ledger, command) == (first, ())
    assert balance(evolve_ledger(BUDGET, entry), "travel") == balance(BUDGET, "travel")
    small = reserve("trip", "travel", "1.00")
    with pytest.raises(IdempotencyConflict):
        decide_ledger(ledger, small)
    assert not refusals(ledger, attrs.evolve(small, key="trip, a second attempt"))


def test_the_instant_is_no_part_of_the_payload_but_everything_else_is():
    command = reserve("trip", "travel", "1.00", expires_at=NOON + timedelta(hours=1))
    ledger = ledger_of(command, ledger=BUDGET)
    for later in (timedelta(seconds=1), timedelta(minutes=59)):
        assert decide_ledger(ledger, attrs.evolve(command, at=NOON + later))[1] == ()
    for changed in (
        attrs.evolve(command, amount=cny("1.01")),
        attrs.evolve(command, account="fairs"),
        attrs.evolve(command, expires_at=None),
        attrs.evolve(command, expires_at=NOON + timedelta(hours=2)),
        post("trip", "travel", "1.00"),
        VoidReservation(key="trip", at=NOON, reservation="trip"),
        ExpireReservations(key="trip", at=NOON),
        batch(post("inner", "travel", "1.00"), key="trip"),
    ):
        with pytest.raises(IdempotencyConflict) as caught:
            decide_ledger(ledger, changed)
        assert (caught.value.key, caught.value.first, caught.value.second) == ("trip", command, changed)
    same = attrs.evolve(command, amount=cny("1.0"), at=NOON + timedelta(seconds=5))
    assert decide_ledger(ledger, same)[1] == ()


def test_an_expired_retry_is_compared_without_being_made_anew():
    command = reserve("trip", "travel", "1.00", expires_at=NOON + timedelta(hours=1))
    ledger = ledger_of(command, ledger=BUDGET)
    other = Reserve(
        key="trip",
        at=NOON + timedelta(hours=5),
        account="travel",
        amount=cny(1),
        expires_at=NOON + timedelta(hours=6),
    )
    with pytest.raises(IdempotencyConflict):
        decide_ledger(ledger, other)


def test_the_error_shows_both_payloads():
    ledger = ledger_of(reserve("trip", "travel", "1.00"), ledger=BUDGET)
    with pytest.raises(IdempotencyConflict, match=r"'trip'.*'1\.00'.*'2\.00'.*take a new key"):
        decide_ledger(ledger, reserve("trip", "travel", "2.00"))


def test_a_batch_passes_in_its_order_and_each_sees_those_before():
    whole = batch(
        opened("rail", "50.00", "travel"),
        reserve("trip", "rail", "50.00"),
        capture("trip", "30.00", "release", key="fare"),
        refund("fare", "10.00"),
        post("rest", "rail", "30.00"),
    )
    decision, entries = decide_ledger(BUDGET, whole)
    assert (decision.outcome.value, len(entries)) == ("allow", 6)
    ledger = ledger_of(whole, ledger=BUDGET)
    assert balance(ledger, "rail") == balance(ledger, "2026") == ("0.00", "50.00")
    one_by_one = ledger_of(*whole.commands, ledger=BUDGET)
    assert attrs.evolve(ledger, entries=ledger.entries.delete("batch")) == one_by_one


def test_a_batch_passes_not_at_all_and_names_every_refusal():
    whole = batch(
        reserve("a", "travel", "300.00"),
        reserve("b", "travel", "100.01"),
        post("c", "nowhere", "1.00"),
        reserve("d", "travel", "100.00"),
        void("nothing"),
    )
    decision, entries = decide_ledger(BUDGET, whole)
    assert decision.outcome.value == "deny"
    assert [(reason.path, reason.code) for reason in decision.reasons] == [
        ("commands[1].amount", "ledger.over_limit"),
        ("commands[2].account", "ledger.unknown_account"),
        ("commands[4].reservation", "ledger.unknown_reservation"),
    ]
    (entry,) = entries
    after = evolve_ledger(BUDGET, entry)
    assert (after.held, after.reservations, after.accounts) == (BUDGET.held, BUDGET.reservations, BUDGET.accounts)
    assert [key for key in after.entries if key not in BUDGET.entries] == ["batch"]


def test_what_needs_a_refused_command_of_the_batch_says_nothing_of_its_own():
    lost = TransferLimit(key="t", at=NOON, source="travel", target="new", amount=cny(1))
    whole = batch(
        OpenAccount(key="o", at=NOON, account="new", parent="nowhere", unit="CNY"),
        opened("under", None, "new"),
        reserve("a", "new", "1.00"),
        reserve("b", "travel", "400.01"),
        capture("b"),
        post("c", "travel", "400.01"),
        refund("c", "1.00"),
        lost,
        attrs.evolve(lost, key="u", source="new", target="travel"),
        refund("b", "1.00"),
    )
    decision, _ = decide_ledger(BUDGET, whole)
    assert [reason.path for reason in decision.reasons] == [
        "commands[0].parent",
        "commands[3].amount",
        "commands[5].amount",
    ]


def test_an_account_and_a_key_of_one_name_are_not_confused():
    whole = batch(reserve("fairs", "travel", "400.01"), post("c", "fairs", "1000.01"))
    assert len(decide_ledger(BUDGET, whole)[0].reasons) == 2
    whole = batch(
        OpenAccount(key="o", at=NOON, account="trip", parent="nowhere", unit="CNY"),
        VoidReservation(key="v", at=NOON, reservation="trip"),
    )
    assert len(decide_ledger(BUDGET, whole)[0].reasons) == 2


def test_a_refused_batch_keeps_its_key_but_its_commands_can_be_sent_again():
    good, bad = reserve("good", "travel", "300.00"), reserve("bad", "travel", "100.01")
    decision, (entry,) = decide_ledger(BUDGET, batch(good, bad))
    ledger = evolve_ledger(BUDGET, entry)
    assert decide_ledger(ledger, batch(good, bad)) == (decision, ())
    with pytest.raises(IdempotencyConflict):
        decide_ledger(ledger, batch(good))
    ledger = ledger_of(batch(good, key="batch 2"), ledger=ledger)
    assert balance(ledger, "travel") == ("300.00", "0")


def test_a_passed_batch_and_its_commands_are_replayed():
    whole = batch(reserve("a", "travel", "300.00"), post("b", "travel", "100.00"))
    ledger = ledger_of(whole, ledger=BUDGET)
    assert decide_ledger(ledger, whole) == (decide_ledger(BUDGET, whole)[0], ())
    for command in whole.commands:
        assert decide_ledger(ledger, command) == (ledger.entry(command.key).decision, ())
    later = attrs.evolve(whole, commands=[attrs.evolve(one, at=NOON + timedelta(1)) for one in whole.commands])
    assert decide_ledger(ledger, later)[1] == ()
    for changed in (whole.commands[:1], whole.commands[::-1], (*whole.commands, post("c", "fairs", "1.00"))):
        with pytest.raises(IdempotencyConflict):
            decide_ledger(ledger, attrs.evolve(whole, commands=changed))


def test_a_command_that_came_before_has_no_second_effect_in_a_batch():
    first = reserve("a", "travel", "300.00")
    ledger = ledger_of(first, ledger=BUDGET)
    whole = batch(first, first, post("b", "travel", "100.00"))
    decision, entries = decide_ledger(ledger, whole)
    assert decision.is_allowed
    assert [entry.key for entry in entries] == ["b", "batch"]
    with pytest.raises(IdempotencyConflict):
        decide_ledger(ledger, batch(post("b", "travel", "1.00"), post("b", "travel", "2.00")))


def test_a_warning_in_a_batch_lets_it_pass_and_is_told():
    from salesrules.core import ChangeLimit

    ledger = ledger_of(opened("credit", "5.00", lowering="block"), post("p", "credit", "5.00"))
    cut = ChangeLimit(key="cut", at=NOON, account="credit", limit=cny(1))
    decision, entries = decide_ledger(ledger, batch(refund("p", "1.00"), cut))
    assert (decision.outcome.value, decision.reasons[0].path) == ("warn", "commands[1].limit")
    assert len(entries) == 3


def test_a_batch_holds_commands_with_keys_of_their_own():
    one = post("b", "travel", "1.00")
    for commands, field in (((), "commands"), ((one, batch(one)), r"commands\[1\]"), ((one, "x"), r"commands\[1\]")):
        with pytest.raises(InvalidValue, match=field):
            batch(*commands, key="k")
    with pytest.raises(InvalidValue, match=r"commands\[0\]\.key"):
        batch(one, key="b")


def test_only_commands_of_a_ledger_are_decided():
    class Stranger:
        key = "k"

    stranger = Stranger()
    with pytest.raises(InvalidValue) as caught:
        decide_ledger(BUDGET, stranger)
    fault = caught.value
    assert (fault.field, fault.value, fault.remedy) == ("command", stranger, "give a command of a ledger")
