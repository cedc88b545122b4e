"""Every refusal with its field, its values and its headroom, and every code in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from core.ledger.books import BUDGET, NOON, capture, cny, ledger_of, opened, post, refund, reserve, seats, void

from salesrules.core import (
    ChangeLimit,
    CloseAccount,
    LedgerBatch,
    Money,
    OpenAccount,
    TransferLimit,
    decide_ledger,
)
from salesrules.core.ledger import REASONS

LATER = NOON + timedelta(hours=1)
LEDGER = ledger_of(
    seats("event", 5),
    opened("gone"),
    CloseAccount(key="end", at=NOON, account="gone"),
    opened("vast", "9999999999999999.99"),
    reserve("trip", "travel", "60.00"),
    post("fare", "travel", "40.00"),
    reserve("over", "fairs", "1.00"),
    capture("over", key="done"),
    *(opened(f"level{number}", None, f"level{number - 1}" if number else None) for number in range(32)),
    reserve("brief", "event", 1, expires_at=LATER),
    ledger=BUDGET,
)


def limit(account, amount):
    return ChangeLimit(key="k", at=NOON, account=account, limit=amount)


def transfer(source, target, amount):
    return TransferLimit(key="k", at=NOON, source=source, target=target, amount=amount)


def closing(account):
    return CloseAccount(key="k", at=NOON, account=account)


UNKNOWN = ("unknown_account", {"account": "nowhere", "nearest": ()})
CLOSED = ("account_closed", {"account": "gone"})
DOLLAR = ("wrong_unit", {"account": "travel", "unit": "CNY", "asked": Money(1, "USD")})
FINE = ("too_precise", {"account": "travel", "digits": 2, "asked": cny("0.001")})
FULL = {"account": "vast", "capacity": cny("9999999999999999.99")}

TABLE = [
    (reserve("k", "nowhere", "1.00"), [(*UNKNOWN, "account")], None),
    (post("k", "gone", "1.00"), [(*CLOSED, "account")], None),
    (reserve("k", "travel", "0.001"), [(*FINE, "amount")], None),
    (post("k", "travel", Money(1, "USD")), [(*DOLLAR, "amount")], None),
    (capture("trip", "0.001", "keep"), [(*FINE, "amount")], cny(60)),
    (refund("fare", Money(1, "USD")), [(*DOLLAR, "amount")], cny(40)),
    (refund("fare", "0.001"), [(*FINE, "amount")], cny(40)),
    (
        refund("fare", "40.01"),
        [
            (
                "over_refund",
                {
                    "posting": "fare",
                    "posted": cny(40),
                    "refunded": cny(0),
                    "asked": cny("40.01"),
                    "headroom": cny(40),
                },
                "amount",
            )
        ],
        cny(40),
    ),
    (refund("no", "1.00"), [("unknown_posting", {"posting": "no", "nearest": ()}, "posting")], None),
    (void("no"), [("unknown_reservation", {"reservation": "no", "nearest": ()}, "reservation")], None),
    (void("over"), [("reservation_closed", {"reservation": "over", "status": "posted"}, "reservation")], None),
    (closing("nowhere"), [(*UNKNOWN, "account")], None),
    (closing("gone"), [(*CLOSED, "account")], None),
    (
        closing("2026"),
        [("account_in_use", {"account": "2026", "pending": cny(60), "children": 2}, "account")],
        None,
    ),
    (limit("nowhere", cny(1)), [(*UNKNOWN, "account")], None),
    (limit("gone", cny(1)), [(*CLOSED, "account")], None),
    (limit("travel", cny("0.001")), [(*FINE, "limit")], None),
    (
        limit("vast", cny("10000000000000000.00")),
        [("over_capacity", {**FULL, "asked": cny("10000000000000000.00")}, "limit")],
        None,
    ),
    (
        transfer("nowhere", "gone", cny(1)),
        [(*UNKNOWN, "source"), (*CLOSED, "target")],
        None,
    ),
    (
        transfer("event", "travel", Money(1, "USD")),
        [
            ("wrong_unit", {"account": "event", "unit": "count", "asked": Money(1, "USD")}, "amount"),
            (*DOLLAR, "amount"),
        ],
        None,
    ),
    (
        transfer("fairs", "travel", cny(1)),
        [("not_limited", {"account": "fairs"}, "source")],
        None,
    ),
    (transfer("travel", "fairs", cny(1)), [("not_limited", {"account": "fairs"}, "target")], None),
    (
        transfer("travel", "vast", cny("300.01")),
        [
            (
                "limit_not_free",
                {
                    "account": "travel",
                    "limit": cny(400),
                    "posted": cny(40),
                    "pending": cny(60),
                    "asked": cny("300.01"),
                    "headroom": cny(300),
                },
                "amount",
            ),
            ("over_capacity", {**FULL, "asked": cny("300.01")}, "amount"),
        ],
        cny(300),
    ),
    (
        OpenAccount(key="k", at=NOON, account="new", parent="2026", unit="USD", digits=3),
        [
            (
                "unit_of_parent",
                {
                    "account": "new",
                    "unit": "USD",
                    "digits": 3,
                    "parent": "2026",
                    "expected": "CNY",
                    "places": 2,
                },
                "unit",
            )
        ],
        None,
    ),
    (OpenAccount(key="k", at=NOON, account="new", parent="gone", unit="CNY"), [(*CLOSED, "parent")], None),
    (
        OpenAccount(key="k", at=NOON, account="gone", unit="CNY"),
        [("account_exists", {"account": "gone"}, "account")],
        None,
    ),
    (
        opened("new", None, "level31"),
        [("too_deep", {"account": "new", "levels": 33, "most": 32}, "parent")],
        None,
    ),
    (
        capture("trip", "60.01", "keep"),
        [("over_reservation", {"reservation": "trip", "asked": cny("60.01"), "headroom": cny(60)}, "amount")],
        cny(60),
    ),
    (
        capture("brief", at=LATER),
        [("reservation_expired", {"reservation": "brief", "expires_at": LATER, "instant": LATER}, "reservation")],
        None,
    ),
    (
        post("k", "level0", "10000000000000000.00"),
        [("over_capacity", {**FULL, "account": "level0", "asked": cny("10000000000000000.00")}, "amount")],
        None,
    ),
    (
        limit("travel", cny("99.99")),
        [
            (
                "limit_below_used",
                {
                    "account": "travel",
                    "limit": cny("99.99"),
                    "posted": cny(40),
                    "pending": cny(60),
                    "excess": cny("0.01"),
                },
                "limit",
            )
        ],
        cny(0),
    ),
    (
        reserve("k", "travel", "300.01"),
        [
            (
                "over_limit",
                {
                    "account": "travel",
                    "limit": cny(400),
                    "posted": cny(40),
                    "pending": cny(60),
                    "asked": cny("300.01"),
                    "headroom": cny(300),
                },
                "amount",
            )
        ],
        cny(300),
    ),
]


@pytest.mark.parametrize(("command", "reasons", "headroom"), TABLE)
def test_a_refusal_says_the_field_the_values_and_what_would_pass(command, reasons, headroom):
    decision, _ = decide_ledger(LEDGER, command)
    found = [(reason.code.removeprefix("ledger."), dict(reason.parameters), reason.path) for reason in decision.reasons]
    assert found == reasons
    assert decision.headroom == headroom
    assert decision.outcome.value == "deny"


def test_what_passes_says_what_would_still_pass():
    for command, headroom in (
        (refund("fare", "39.99"), cny("0.01")),
        (transfer("travel", "2026", cny("299.99")), cny("0.01")),
        (limit("travel", cny("100.01")), cny("0.01")),
        (limit("travel", None), None),
        (void("trip"), None),
        (capture("trip"), cny(0)),
    ):
        decision, _ = decide_ledger(LEDGER, command)
        assert (decision.outcome.value, decision.headroom) == ("allow", headroom)


def test_an_account_refused_twice_in_a_batch_is_named_twice():
    commands = [
        OpenAccount(key=f"o{number}", at=NOON, account="new", parent="nowhere", unit="CNY") for number in (1, 2)
    ]
    decision, _ = decide_ledger(LEDGER, LedgerBatch(key="b", at=NOON, commands=commands))
    assert [reason.path for reason in decision.reasons] == ["commands[0].parent", "commands[1].parent"]


def test_every_code_is_given():
    given = {code for _, reasons, _ in TABLE for code, _, _ in reasons}
    assert {reason.code.removeprefix("ledger.") for reason in REASONS} == given
