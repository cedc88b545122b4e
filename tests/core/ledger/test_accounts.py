"""Opening and closing accounts, their limits, and moving limit from one to another."""

from __future__ import annotations

import pytest
from core.ledger.books import (
    BUDGET,
    NOON,
    amount_of,
    balance,
    capture,
    cny,
    fresh,
    ledger_of,
    opened,
    post,
    refund,
    refusals,
    reserve,
    seats,
    void,
)

from salesrules.core import (
    ChangeLimit,
    CloseAccount,
    InvalidValue,
    Ledger,
    LedgerBatch,
    Money,
    OpenAccount,
    TransferLimit,
    decide_ledger,
)


def limit_of(account, limit):
    return ChangeLimit(key=fresh(), at=NOON, account=account, limit=None if limit is None else amount_of(limit))


def closing(account):
    return CloseAccount(key=fresh(), at=NOON, account=account)


def transfer(source, target, amount):
    return TransferLimit(key=fresh(), at=NOON, source=source, target=target, amount=amount_of(amount))


def test_accounts_stand_in_trees():
    ledger = ledger_of(opened("rail", "50.00", "travel"), ledger=BUDGET)
    rail = ledger.account("rail")
    assert (rail.chain, rail.parent, rail.root, rail.limit) == (("rail", "travel", "2026"), "travel", "2026", cny(50))
    assert (ledger.account("2026").parent, ledger.account("2026").root) == (None, "2026")
    assert [ledger.account(id).children for id in ("2026", "travel", "rail")] == [2, 1, 0]
    assert [found.account for found in ledger.balances("rail")] == ["rail", "travel", "2026"]


def test_an_id_is_opened_once_even_after_closing():
    ledger = ledger_of(closing("fairs"), ledger=BUDGET)
    again = OpenAccount(key="again", at=NOON, account="fairs", unit="CNY")
    assert refusals(ledger, again) == [("account_exists", {"account": "fairs"})]


@pytest.mark.parametrize(
    ("parent", "unit", "digits", "codes"),
    [
        ("travel", "CNY", 2, []),
        ("travel", "USD", 2, ["unit_of_parent"]),
        ("travel", "CNY", 3, ["unit_of_parent"]),
        ("travel", "count", 0, ["unit_of_parent"]),
        ("gone", "CNY", 2, ["account_closed"]),
        ("nowhere", "CNY", 2, ["unknown_account"]),
    ],
)
def test_an_account_stands_under_an_open_one_of_its_unit_and_digits(parent, unit, digits, codes):
    ledger = ledger_of(opened("gone"), closing("gone"), ledger=BUDGET)
    command = OpenAccount(key="k", at=NOON, account="new", parent=parent, unit=unit, digits=digits)
    assert [code for code, _ in refusals(ledger, command)] == codes


def test_a_tree_has_at_most_32_levels():
    ledger = ledger_of(*(opened(f"a{level}", None, f"a{level - 1}" if level else None) for level in range(32)))
    assert refusals(ledger, opened("a32", None, "a31")) == [("too_deep", {"account": "a32", "levels": 33, "most": 32})]
    assert not refusals(ledger, opened("b31", None, "a30"))
    odd = OpenAccount(key="k", at=NOON, account="odd", parent="a31", unit="USD")
    assert [code for code, _ in refusals(ledger, odd)] == ["unit_of_parent", "too_deep"]


def test_digits_are_those_of_iso_4217_unless_said():
    for unit, digits in (("CNY", 2), ("JPY", 0), ("KWD", 3), ("count", 0)):
        assert OpenAccount(key="k", at=NOON, account="a", unit=unit).digits == digits
    assert OpenAccount(key="k", at=NOON, account="a", unit="PTS", digits=4).digits == 4


def test_a_closed_account_takes_nothing_new():
    ledger = ledger_of(post("fare", "travel", "10.00"), closing("travel"), ledger=BUDGET)
    for command in (
        reserve("k", "travel", "1.00"),
        post("k", "travel", "1.00"),
        limit_of("travel", "500.00"),
        closing("travel"),
        opened("new", None, "travel"),
        transfer("travel", "2026", "1.00"),
        transfer("2026", "travel", "1.00"),
    ):
        assert refusals(ledger, command) == [("account_closed", {"account": "travel"})]
    assert balance(ledger, "travel") == balance(ledger, "2026") == ("0", "10.00")
    assert ledger.account("2026").children == 1


def test_an_account_closes_when_nothing_is_pending_and_no_account_under_it_is_open():
    ledger = ledger_of(reserve("trip", "travel", "1.00"), ledger=BUDGET)
    assert refusals(ledger, closing("travel")) == [
        ("account_in_use", {"account": "travel", "pending": cny("1.00"), "children": 0})
    ]
    assert refusals(ledger, closing("2026"))[0][1]["children"] == 2
    ledger = ledger_of(void("trip"), closing("travel"), ledger=ledger)
    assert refusals(ledger, closing("2026"))[0][1] == {"account": "2026", "pending": cny(0), "children": 1}
    ledger = ledger_of(closing("fairs"), closing("2026"), ledger=ledger)
    assert not ledger.account("2026").is_open


@pytest.mark.parametrize(
    ("limit", "lowering", "outcome", "excess"),
    [
        ("100.01", "deny", "allow", None),
        ("100.00", "deny", "allow", None),
        ("99.99", "deny", "deny", "0.01"),
        ("99.99", "block", "warn", "0.01"),
        ("100.00", "block", "allow", None),
        ("0", "block", "warn", "100.00"),
        (None, "deny", "allow", None),
    ],
)
def test_a_limit_below_what_is_used_is_denied_or_blocks_as_the_account_declares(limit, lowering, outcome, excess):
    ledger = ledger_of(
        opened("line", "200.00", lowering=lowering), reserve("a", "line", "60.00"), post("b", "line", "40.00")
    )
    command = limit_of("line", limit)
    decision, (entry,) = decide_ledger(ledger, command)
    assert decision.outcome.value == outcome
    assert decision.headroom == (None if limit is None else max(cny(limit) - cny(100), cny(0)))
    assert bool(entry.movements) is (outcome != "deny")
    if excess:
        assert decision.reasons[0].code == "ledger.limit_below_used"
        assert dict(decision.reasons[0].parameters) == {
            "account": "line",
            "limit": cny(limit),
            "posted": cny(40),
            "pending": cny(60),
            "excess": cny(excess),
        }
    if outcome == "warn":
        ledger = ledger_of(command, ledger=ledger)
        found = ledger.balance("line")
        assert (found.used, found.available, found.excess) == (cny(100), cny(0), cny(excess))
        assert refusals(ledger, reserve("c", "line", "0.01"))[0][1]["headroom"] == cny(0)
        assert decide_ledger(ledger, reserve("c", "line", "0.01"))[0].headroom == cny(0)
        ledger = ledger_of(refund("b", excess) if excess == "0.01" else void("a"), ledger=ledger)
        assert refusals(ledger, reserve("d", "line", "0.01"))


def test_a_new_limit_leaves_what_happened_as_it_was():
    ledger = ledger_of(post("b", "travel", "40.00"), limit_of("travel", "40.00"), ledger=BUDGET)
    assert balance(ledger, "travel") == ("0", "40.00")
    assert refusals(ledger, post("c", "travel", "0.01"))
    ledger = ledger_of(limit_of("travel", "40.01"), post("c", "travel", "0.01"), ledger=ledger)
    assert ledger.headroom("travel") == cny(0)
    ledger = ledger_of(limit_of("travel", None), ledger=ledger)
    assert ledger.headroom("travel") == cny("959.99")


@pytest.mark.parametrize(
    ("account", "limit", "code"),
    [
        ("nowhere", cny(1), "unknown_account"),
        ("travel", Money(1, "USD"), "wrong_unit"),
        ("travel", 5, "wrong_unit"),
        ("travel", cny("1.001"), "too_precise"),
        ("travel", cny("10000000000000000"), "over_capacity"),
        ("travel", cny("9999999999999999.99"), None),
    ],
)
def test_a_limit_is_in_the_unit_digits_and_capacity_of_its_account(account, limit, code):
    found = refusals(BUDGET, limit_of(account, limit))
    assert [each for each, _ in found] == ([code] if code else [])


@pytest.mark.parametrize(("amount", "passes"), [("299.99", True), ("300.00", True), ("300.01", False)])
def test_only_what_is_free_of_a_limit_can_be_moved(amount, passes):
    ledger = ledger_of(
        opened("gifts", "50.00", "2026"),
        reserve("a", "travel", "60.00"),
        post("b", "travel", "40.00"),
        ledger=BUDGET,
    )
    command = transfer("travel", "gifts", amount)
    decision, _ = decide_ledger(ledger, command)
    assert decision.is_allowed is passes
    if not passes:
        assert dict(decision.reasons[0].parameters) == {
            "account": "travel",
            "limit": cny(400),
            "posted": cny(40),
            "pending": cny(60),
            "asked": cny("300.01"),
            "headroom": cny(300),
        }
        assert decision.headroom == cny(300)
        return
    after = ledger_of(command, ledger=ledger)
    limits = [after.account(id).limit for id in ("travel", "gifts", "2026")]
    assert limits == [cny(400) - cny(amount), cny(50) + cny(amount), cny(1000)]
    assert decision.headroom == after.balance("travel").available


@pytest.mark.parametrize(
    ("source", "target", "amount", "codes"),
    [
        ("travel", "fairs", "1.00", ["not_limited"]),
        ("fairs", "travel", "1.00", ["not_limited"]),
        ("nowhere", "noplace", "1.00", ["unknown_account", "unknown_account"]),
        ("travel", "event", "1.00", ["wrong_unit"]),
        ("travel", "2026", Money(1, "USD"), ["wrong_unit", "wrong_unit"]),
        ("travel", "2026", "0.001", ["too_precise", "too_precise"]),
        ("travel", "vast", "0.01", ["over_capacity"]),
        ("travel", "vast", "400.01", ["limit_not_free", "over_capacity"]),
    ],
)
def test_limit_moves_between_limited_accounts_of_one_unit(source, target, amount, codes):
    ledger = ledger_of(seats("event", 5), opened("vast", "9999999999999999.99"), ledger=BUDGET)
    assert [code for code, _ in refusals(ledger, transfer(source, target, amount))] == codes


def test_an_overdrawn_account_has_no_limit_to_give():
    ledger = ledger_of(
        opened("a", "10.00", lowering="block"), opened("b", "10.00"), post("p", "a", "10.00"), limit_of("a", "5.00")
    )
    ((code, parameters),) = refusals(ledger, transfer("a", "b", "0.01"))
    assert (code, parameters["headroom"]) == ("limit_not_free", cny(0))
    assert decide_ledger(ledger, transfer("a", "b", "0.01"))[0].headroom == cny(0)


def test_what_was_posted_moves_to_another_account_as_a_refund_and_a_posting():
    ledger = ledger_of(post("fare", "travel", "100.00"), ledger=BUDGET)
    moved = LedgerBatch(key="move", at=NOON, commands=[refund("fare", "100.00"), post("fare again", "fairs", "100.00")])
    ledger = ledger_of(moved, ledger=ledger)
    assert [balance(ledger, id)[1] for id in ("travel", "fairs", "2026")] == ["0.00", "100.00", "100.00"]


def test_a_new_account_says_what_fits_in_it():
    assert decide_ledger(Ledger(), opened("a", "5.00"))[0].headroom == cny(5)
    assert decide_ledger(BUDGET, opened("a", "5.00", "2026"))[0].headroom == cny(5)
    wrong = OpenAccount(key="k", at=NOON, account="a", parent="2026", unit="USD", limit=Money(5, "USD"))
    assert decide_ledger(BUDGET, wrong)[0].headroom is None


def test_captures_ask_no_limit_of_an_ancestor_either():
    ledger = ledger_of(opened("top", "5.00", lowering="block"), opened("low", None, "top"), reserve("a", "low", "5.00"))
    ledger = ledger_of(limit_of("top", "1.00"), capture("a", "3.00", "release"), ledger=ledger)
    assert balance(ledger, "top") == ("0.00", "3.00")
    with pytest.raises(InvalidValue):
        limit_of("top", "-1.00")
