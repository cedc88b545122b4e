"""Reserving, posting, voiding and refunding: each rule hit, missed, and at both edges."""

from __future__ import annotations

import decimal

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
    seats,
    void,
)

from salesrules.core import (
    ChangeLimit,
    CloseAccount,
    CurrencyMismatch,
    Denied,
    InvalidValue,
    Ledger,
    LedgerEntry,
    Money,
    Movement,
    MovementKind,
    Reserve,
    UnknownName,
    advance_ledger,
    decide_ledger,
    evolve_ledger,
)


def test_a_reservation_is_pending_until_it_is_posted():
    ledger = ledger_of(reserve("trip", "travel", "300.00"), ledger=BUDGET)
    assert [balance(ledger, account) for account in ("travel", "2026", "fairs")] == [
        ("300.00", "0"),
        ("300.00", "0"),
        ("0", "0"),
    ]
    ledger = ledger_of(capture("trip", key="paid"), ledger=ledger)
    assert [balance(ledger, account) for account in ("travel", "2026")] == [("0.00", "300.00")] * 2
    reservation, posting = ledger.reservation("trip"), ledger.posting("paid")
    assert (reservation.reserved, reservation.remaining, reservation.status.value) == (cny(300), cny(0), "posted")
    assert (posting.account, posting.posted, posting.refunded, posting.reservation) == (
        "travel",
        cny(300),
        cny(0),
        "trip",
    )


@pytest.mark.parametrize("send", [reserve, post])
@pytest.mark.parametrize(("amount", "passes"), [("399.99", True), ("400.00", True), ("400.01", False)])
def test_an_amount_fits_up_to_the_limit(send, amount, passes):
    decision, _ = decide_ledger(BUDGET, send("k", "travel", amount))
    assert decision.is_allowed is passes
    if passes:
        assert decision.headroom == cny(400) - cny(amount)


@pytest.mark.parametrize("send", [reserve, post])
def test_a_refusal_says_what_the_limit_is_what_is_used_and_what_is_left(send):
    ledger = ledger_of(reserve("a", "travel", "150.00"), post("b", "travel", "50.00"), ledger=BUDGET)
    assert refusals(ledger, send("c", "travel", "200.01")) == [
        (
            "over_limit",
            {
                "account": "travel",
                "limit": cny("400.00"),
                "posted": cny("50.00"),
                "pending": cny("150.00"),
                "asked": cny("200.01"),
                "headroom": cny("200.00"),
            },
        )
    ]
    decision, _ = decide_ledger(ledger, send("c", "travel", "200.01"))
    assert (decision.outcome.value, decision.headroom) == ("deny", cny("200.00"))


@pytest.mark.parametrize(
    ("account", "amount", "full"),
    [
        ("fairs", "700.00", []),
        ("fairs", "700.01", ["2026"]),
        ("travel", "400.00", []),
        ("travel", "400.01", ["travel"]),
        ("travel", "700.01", ["travel", "2026"]),
        ("2026", "700.00", []),
        ("2026", "700.01", ["2026"]),
    ],
)
def test_an_amount_must_fit_at_every_ancestor_and_each_that_is_full_is_named(account, amount, full):
    ledger = ledger_of(post("other", "2026", "300.00"), ledger=BUDGET)
    found = refusals(ledger, reserve("k", account, amount))
    assert [parameters["account"] for _, parameters in found] == full


def test_the_headroom_is_the_least_of_the_tree_and_none_where_nothing_is_limited():
    ledger = ledger_of(post("other", "fairs", "700.00"), ledger=BUDGET)
    assert (ledger.headroom("travel"), ledger.headroom("fairs"), ledger.headroom("2026")) == (cny(300),) * 3
    free = ledger_of(opened("open-ended"), opened("part", None, "open-ended"))
    decision, _ = decide_ledger(free, post("k", "part", "5.00"))
    assert (decision.headroom, free.headroom("part"), decision.reasons) == (None, None, ())


@pytest.mark.parametrize(
    ("amount", "remainder", "left", "pending"),
    [("299.99", "keep", "0.01", "0.01"), ("299.99", "release", "0", "0.00"), ("300.00", "keep", "0", "0.00")],
)
def test_the_rest_of_a_partly_posted_reservation_stays_or_is_released(amount, remainder, left, pending):
    ledger = ledger_of(reserve("trip", "travel", "300.00"), ledger=BUDGET)
    command = capture("trip", amount, remainder)
    decision, _ = decide_ledger(ledger, command)
    ledger = advance_ledger(ledger, command)
    assert decision.headroom == cny(left)
    assert balance(ledger, "travel") == balance(ledger, "2026") == (pending, amount)
    reservation = ledger.reservation("trip")
    assert (reservation.is_open, reservation.remaining) == (left == "0.01", cny(left))


def test_no_more_is_posted_than_is_left_of_the_reservation():
    ledger = ledger_of(reserve("trip", "travel", "300.00"), capture("trip", "100.00", "keep"), ledger=BUDGET)
    assert refusals(ledger, capture("trip", "200.01", "keep")) == [
        ("over_reservation", {"reservation": "trip", "asked": cny("200.01"), "headroom": cny("200.00")})
    ]
    assert decide_ledger(ledger, capture("trip", "200.01", "keep"))[0].headroom == cny("200.00")
    assert balance(ledger_of(capture("trip", "200.00", "keep"), ledger=ledger), "travel") == ("0.00", "300.00")


def test_a_reservation_closes_once():
    ledger = ledger_of(
        reserve("a", "travel", "1.00"), void("a"), reserve("b", "travel", "1.00"), capture("b"), ledger=BUDGET
    )
    for command, status in ((capture("a"), "voided"), (void("a"), "voided"), (void("b"), "posted")):
        ((code, parameters),) = refusals(ledger, command)
        assert (code, parameters["status"]) == ("reservation_closed", status)


def test_what_was_reserved_can_be_posted_whatever_the_limit_is_now():
    ledger = ledger_of(opened("credit", "500.00", lowering="block"), reserve("order", "credit", "500.00"))
    ledger = ledger_of(ChangeLimit(key="cut", at=NOON, account="credit", limit=cny(0)), ledger=ledger)
    ledger = ledger_of(capture("order"), ledger=ledger)
    assert balance(ledger, "credit") == ("0.00", "500.00")


@pytest.mark.parametrize(("amount", "passes"), [("59.99", True), ("60.00", True), ("60.01", False)])
def test_a_refund_takes_back_at_most_what_was_posted(amount, passes):
    ledger = ledger_of(
        post("a", "travel", "100.00"), refund("a", "40.00"), post("b", "travel", "300.00"), ledger=BUDGET
    )
    decision, _ = decide_ledger(ledger, refund("a", amount))
    assert decision.is_allowed is passes
    if not passes:
        assert dict(decision.reasons[0].parameters) == {
            "posting": "a",
            "posted": cny(100),
            "refunded": cny(40),
            "asked": cny("60.01"),
            "headroom": cny(60),
        }
        assert decision.headroom == cny(60)


def test_no_limit_and_no_closing_stands_in_the_way_of_a_refund():
    ledger = ledger_of(opened("credit", "500.00", lowering="block"), post("order", "credit", "500.00"))
    ledger = ledger_of(
        ChangeLimit(key="cut", at=NOON, account="credit", limit=cny(0)),
        CloseAccount(key="end", at=NOON, account="credit"),
        refund("order", "499.99"),
        ledger=ledger,
    )
    assert balance(ledger, "credit") == ("0", "0.01")
    assert ledger.balance("credit").excess == cny("0.01")


def test_a_refund_makes_room_at_every_ancestor():
    ledger = ledger_of(opened("top", "10.00"), opened("low", "10.00", "top"), post("a", "low", "10.00"))
    assert refusals(ledger, post("b", "top", "0.01"))
    ledger = ledger_of(refund("a", "0.01"), ledger=ledger)
    assert not refusals(ledger, post("b", "top", "0.01"))
    assert refusals(ledger, post("b", "top", "0.02"))


def test_counts_are_limited_like_money():
    ledger = ledger_of(seats("event", 2), reserve("ada", "event", 1))
    assert decide_ledger(ledger, reserve("ben", "event", 1))[0].headroom == 0
    ledger = ledger_of(reserve("ben", "event", 1), ledger=ledger)
    assert refusals(ledger, reserve("cem", "event", 1))[0][1]["headroom"] == 0
    ledger = ledger_of(void("ada"), reserve("cem", "event", 1), ledger=ledger)
    assert (ledger.balance("event").pending, ledger.headroom("event")) == (2, 0)


@pytest.mark.parametrize(
    ("account", "amount", "code"),
    [
        ("travel", Money(1, "USD"), "wrong_unit"),
        ("travel", 1, "wrong_unit"),
        ("event", cny(1), "wrong_unit"),
        ("travel", cny("0.001"), "too_precise"),
        ("travel", cny("0.010"), None),
        ("travel", cny("1E+2"), None),
        ("event", 2, None),
    ],
)
def test_amounts_are_in_the_unit_and_the_digits_of_their_account(account, amount, code):
    ledger = ledger_of(seats("event", 5), ledger=BUDGET)
    ledger = ledger_of(reserve("r", "travel", "9.00"), post("p", "travel", "9.00"), ledger=ledger)
    command = Reserve(key="k", at=NOON, account=account, amount=amount)
    assert [found for found, _ in refusals(ledger, command)] == ([code] if code else [])
    if account == "travel" and code:
        assert [found for found, _ in refusals(ledger, capture("r", amount, "keep"))] == [code]
        assert [found for found, _ in refusals(ledger, refund("p", amount))] == [code]


@pytest.mark.parametrize(
    ("unit", "most", "step"), [("CNY", "9999999999999999.99", "0.01"), ("JPY", "999999999999999999", "1")]
)
def test_an_account_without_a_limit_holds_what_a_64_bit_integer_can(unit, most, step):
    from salesrules.core import OpenAccount

    ledger = ledger_of(OpenAccount(key="o", at=NOON, account="a", unit=unit))
    full = ledger_of(Reserve(key="k", at=NOON, account="a", amount=Money(most, unit)), ledger=ledger)
    ((code, parameters),) = refusals(full, Reserve(key="l", at=NOON, account="a", amount=Money(step, unit)))
    assert (code, parameters["capacity"]) == ("over_capacity", Money(most, unit))
    assert int(parameters["capacity"].amount / Money(step, unit).amount) == 10**18 - 1 < 2**63


def test_what_is_not_there_is_named_with_its_neighbours():
    ledger = ledger_of(reserve("trip", "travel", "1.00"), post("fare", "travel", "1.00"), ledger=BUDGET)
    assert refusals(ledger, reserve("k", "travle", "1.00")) == [
        ("unknown_account", {"account": "travle", "nearest": ("travel",)})
    ]
    assert refusals(ledger, void("tripp")) == [("unknown_reservation", {"reservation": "tripp", "nearest": ("trip",)})]
    assert refusals(ledger, refund("far", "1.00")) == [("unknown_posting", {"posting": "far", "nearest": ("fare",)})]
    for ask, kind, name, nearest in (
        (ledger.account, "account", "travle", ("travel",)),
        (ledger.reservation, "reservation", "tripp", ("trip",)),
        (ledger.posting, "posting", "far", ("fare",)),
        (ledger.entry, "key", "tripp", ("trip",)),
    ):
        with pytest.raises(UnknownName) as caught:
            ask(name)
        assert (caught.value.kind, caught.value.name, caught.value.nearest) == (kind, name, nearest)


def test_functions_that_act_raise_the_denial():
    with pytest.raises(Denied) as caught:
        advance_ledger(BUDGET, reserve("k", "travel", "400.01"))
    assert caught.value.decision.headroom == cny(400)


def test_reasons_say_the_field_of_the_command():
    for command, path in (
        (reserve("k", "travel", "400.01"), "amount"),
        (reserve("k", "nowhere", "1.00"), "account"),
        (void("nothing"), "reservation"),
        (refund("nothing", "1.00"), "posting"),
    ):
        assert [reason.path for reason in decide_ledger(BUDGET, command)[0].reasons] == [path]


def test_entries_that_do_not_follow_are_refused():
    ledger = ledger_of(reserve("trip", "travel", "1.00"), post("fare", "travel", "1.00"), ledger=BUDGET)
    _, (entry,) = decide_ledger(ledger, capture("trip"))

    def altered(kind, **fields):
        movement = Movement(**{"kind": kind, "account": "travel", "amount": cny(1), **fields})
        return LedgerEntry(command=entry.command, decision=entry.decision, movements=[movement])

    for kind, fields, error in (
        ("voided", {"reservation": "trip", "amount": cny("1.01")}, InvalidValue),
        ("refunded", {"posting": "fare", "amount": cny("1.01")}, InvalidValue),
        ("voided", {"reservation": "nothing"}, UnknownName),
        ("voided", {}, UnknownName),
        ("reserved", {"account": "nowhere"}, UnknownName),
        ("opened", {"account": "nowhere"}, UnknownName),
        ("reserved", {"amount": None}, InvalidValue),
        ("reserved", {"amount": Money(1, "USD")}, CurrencyMismatch),
    ):
        with pytest.raises(error):
            evolve_ledger(ledger, altered(kind, **fields))
    for fields, sentence in (
        (
            {"kind": "voided", "reservation": "trip", "amount": cny("1.01")},
            "movement.amount: Money('1.01', 'CNY') is not valid; only CNY 1.00 is left; give entries in their order",
        ),
        (
            {"kind": "reserved", "amount": None},
            "movement.amount: None is not valid; say how much was reserved",
        ),
        ({"kind": "reserved", "account": "no"}, "unknown account 'no'"),
        ({"kind": "voided", "reservation": "no"}, "unknown reservation 'no'"),
        ({"kind": "refunded", "posting": "no"}, "unknown posting 'no'"),
    ):
        with pytest.raises((InvalidValue, UnknownName)) as caught:
            evolve_ledger(ledger, altered(**fields))
        assert str(caught.value) == sentence


def test_an_entry_is_added_once():
    _, (entry,) = decide_ledger(BUDGET, reserve("trip", "travel", "1.00"))
    ledger = evolve_ledger(BUDGET, entry)
    with pytest.raises(InvalidValue) as caught:
        evolve_ledger(ledger, entry)
    assert str(caught.value) == "entry: 'trip' is not valid; this entry is in the ledger already; add each one once"
    assert ledger.entry("trip") is entry
    assert entry.key == "trip"


def test_every_kind_says_what_it_does_to_the_balances():
    assert {kind.value: kind.signs for kind in MovementKind if kind.signs != (0, 0)} == {
        "reserved": (1, 0),
        "posted": (0, 1),
        "captured": (-1, 1),
        "released": (-1, 0),
        "voided": (-1, 0),
        "expired": (-1, 0),
        "refunded": (0, -1),
    }
    assert [kind.value for kind in MovementKind if kind.is_guarded] == ["reserved", "posted"]


def test_a_ledger_never_changes():
    before = ledger_of(reserve("trip", "travel", "1.00"), ledger=BUDGET)
    copy = Ledger(**{name: dict(getattr(before, name)) for name in ("accounts", "held", "reservations", "entries")})
    ledger_of(capture("trip"), post("k", "travel", "5.00"), opened("more", None, "2026"), ledger=before)
    assert before == copy


def test_an_entry_names_all_that_it_moves_and_makes():
    ledger = ledger_of(reserve("trip", "travel", "5.00"), post("fare", "travel", "1.00"), ledger=BUDGET)
    refunded = refund("fare", "0.50")
    expected = {
        reserve("r", "travel", "2.00"): [("reserved", "travel", cny(2), "r", None)],
        post("p", "travel", "2.00"): [("posted", "travel", cny(2), None, "p")],
        capture("trip", "3.00", "release", key="c"): [
            ("captured", "travel", cny(3), "trip", "c"),
            ("released", "travel", cny(2), "trip", None),
        ],
        void("trip"): [("voided", "travel", cny(5), "trip", None)],
        refunded: [("refunded", "travel", cny("0.50"), None, "fare")],
        opened("new", "9.00", "2026"): [("opened", "new", cny(9), None, None)],
        CloseAccount(key="z", at=NOON, account="fairs"): [("closed", "fairs", None, None, None)],
        ChangeLimit(key="l", at=NOON, account="travel", limit=cny(6)): [("limit_set", "travel", cny(6), None, None)],
    }
    for command, movements in expected.items():
        _, (entry,) = decide_ledger(ledger, command)
        found = [(m.kind.value, m.account, m.amount, m.reservation, m.posting) for m in entry.movements]
        assert found == movements
        assert entry.command is command
    assert (
        evolve_ledger(ledger, decide_ledger(ledger, CloseAccount(key="z", at=NOON, account="fairs"))[1][0])
        .account("fairs")
        .is_open
        is False
    )


@pytest.mark.parametrize("digits", [1, 3, 28])
def test_a_callers_decimal_context_changes_no_answer(digits):
    with decimal.localcontext(prec=digits):
        ledger = ledger_of(opened("free"), post("p", "free", "1234567.89"))
        assert ledger.balance("free").posted == cny("1234567.89")
        assert ledger.account("free").capacity == cny("9999999999999999.99")
        assert [code for code, _ in refusals(ledger, post("q", "free", "1234567.891"))] == ["too_precise"]
        assert ledger_of(reserve("r", "travel", "399.99"), ledger=BUDGET).headroom("travel") == cny("0.01")
