"""The doors of commands: what cannot be asked is refused with field, value and remedy."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from core.ledger.books import NOON, cny, reserve, seats

from salesrules.core import (
    ChangeLimit,
    ExpireReservations,
    InvalidValue,
    LedgerBatch,
    Money,
    OpenAccount,
    Post,
    PostReservation,
    TransferLimit,
)


@pytest.mark.parametrize("key", ["", " ", " a", "a ", "a\n", "a\x00", "\ud800", "x" * 201, None, 5])
def test_keys_and_ids_are_names_that_every_database_can_hold(key):
    with pytest.raises(InvalidValue, match="200 printable"):
        ExpireReservations(key=key, at=NOON)
    with pytest.raises(InvalidValue, match="200 printable"):
        Post(key="k", at=NOON, account=key, amount=1)


@pytest.mark.parametrize("key", ["a", "x" * 200, "trip 7", "差旅/2026", "a'; drop table"])
def test_names_may_have_any_letters(key):
    assert ExpireReservations(key=key, at=NOON).key == key


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "1", None, Decimal(1), 10**18, cny(0), cny("-0.01")])
def test_amounts_are_money_or_counts_above_zero(amount):
    with pytest.raises(InvalidValue, match="above zero"):
        Post(key="k", at=NOON, account="a", amount=amount)
    with pytest.raises(InvalidValue, match="above zero"):
        TransferLimit(key="k", at=NOON, source="a", target="b", amount=amount)


@pytest.mark.parametrize("amount", [1, 10**18 - 1, cny("0.01")])
def test_the_smallest_and_the_largest_amounts(amount):
    assert Post(key="k", at=NOON, account="a", amount=amount).amount == amount


@pytest.mark.parametrize("limit", [-1, True, 1.5, "1", Decimal(1), 10**18, cny("-0.01")])
def test_a_limit_is_money_or_a_count_of_zero_or_more(limit):
    with pytest.raises(InvalidValue, match="zero or more"):
        ChangeLimit(key="k", at=NOON, account="a", limit=limit)


@pytest.mark.parametrize("limit", [0, cny(0), None])
def test_a_limit_may_be_zero_or_none(limit):
    assert ChangeLimit(key="k", at=NOON, account="a", limit=limit).limit == limit


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"unit": "cny"}, "unit"),
        ({"unit": None}, "unit"),
        ({"unit": "ZZZ"}, "digits"),
        ({"unit": "CNY", "digits": -1}, "digits"),
        ({"unit": "CNY", "digits": 10}, "digits"),
        ({"unit": "CNY", "digits": True}, "digits"),
        ({"unit": "count", "digits": 1}, "digits"),
        ({"unit": "CNY", "limit": 5}, "limit"),
        ({"unit": "CNY", "limit": Money(5, "USD")}, "limit"),
        ({"unit": "CNY", "limit": cny("0.001")}, "limit"),
        ({"unit": "count", "limit": cny(5)}, "limit"),
        ({"unit": "CNY", "limit": cny("10000000000000000")}, "limit"),
        ({"unit": "CNY", "lowering": "never"}, "lowering"),
        ({"unit": "CNY", "parent": ""}, "parent"),
    ],
)
def test_an_account_has_unit_digits_and_limit_that_agree(fields, field):
    with pytest.raises(InvalidValue, match=f"^(limit_)?{field}"):
        OpenAccount(key="k", at=NOON, account="a", **fields)


def test_the_bounds_of_digits_and_limits():
    for digits in (0, 9):
        assert OpenAccount(key="k", at=NOON, account="a", unit="CNY", digits=digits).digits == digits
    most = cny("9999999999999999.99")
    assert OpenAccount(key="k", at=NOON, account="a", unit="CNY", limit=most).limit == most
    assert seats("a", 10**18 - 1).limit == 10**18 - 1
    assert OpenAccount(key="k", at=NOON, account="a", unit="CNY", limit=cny("0.010")).limit == cny("0.01")


def test_a_partial_posting_declares_what_becomes_of_the_rest():
    for fields in ({"amount": 1}, {"remainder": "keep"}, {"amount": 1, "remainder": "spend"}):
        with pytest.raises(InvalidValue, match="remainder"):
            PostReservation(key="k", at=NOON, reservation="r", **fields)
    assert PostReservation(key="k", at=NOON, reservation="r").remainder is None
    assert PostReservation(key="k", at=NOON, reservation="r", amount=1, remainder="keep").remainder.value == "keep"


def test_limit_is_moved_to_another_account():
    with pytest.raises(InvalidValue, match="another account"):
        TransferLimit(key="k", at=NOON, source="a", target="a", amount=1)


def test_errors_name_the_place_in_a_batch():
    one = Post(key="one", at=NOON, account="a", amount=1)
    for key, commands, sentence in (
        ("k", [], "commands: () is not valid; give at least one"),
        ("k", [one, "x"], "commands[1]: 'x' is not valid; give a command of a ledger that is no batch"),
        ("one", [one], "commands[0].key: 'one' is not valid; give it another key than the batch's"),
    ):
        with pytest.raises(InvalidValue) as caught:
            LedgerBatch(key=key, at=NOON, commands=commands)
        assert str(caught.value) == sentence
    with pytest.raises(InvalidValue) as caught:
        TransferLimit(key="k", at=NOON, source="a", target="a", amount=1)
    assert str(caught.value) == "target: 'a' is not valid; name another account than the source"


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (
            lambda: Post(key="k", at=NOON, account="a", amount=0),
            "amount: 0 is not valid; give money, or a whole number below 10^18, above zero",
        ),
        (
            lambda: ChangeLimit(key="k", at=NOON, account="a", limit=-1),
            "limit: -1 is not valid; give money, or a whole number below 10^18, of zero or more, or None for no limit",
        ),
        (
            lambda: OpenAccount(key="k", at=NOON, account="a", unit="cny"),
            "unit: 'cny' is not valid; give a currency code such as 'CNY', or 'count'",
        ),
        (
            lambda: OpenAccount(key="k", at=NOON, account="a", unit="ZZZ"),
            "digits: None is not valid; ISO 4217 has no currency ZZZ; say how many digits it has",
        ),
        (
            lambda: OpenAccount(key="k", at=NOON, account="a", unit="CNY", digits=10),
            "digits: 10 is not valid; give a whole number from 0 to 9",
        ),
        (
            lambda: OpenAccount(key="k", at=NOON, account="a", unit="CNY", limit=5),
            "limit: 5 is not valid; give a limit in CNY with at most 2 digits after the point",
        ),
        (
            lambda: OpenAccount(key="k", at=NOON, account="a", unit="CNY", limit=cny("10000000000000000")),
            "limit: Money('10000000000000000', 'CNY') is not valid; give less than 10^18 units of the last digit",
        ),
        (
            lambda: reserve("k", "a", 1, expires_at=NOON),
            "expires_at: 2026-01-05 12:00:00+00:00 is not valid; give an instant after 2026-01-05 12:00:00+00:00",
        ),
        (
            lambda: PostReservation(key="k", at=NOON, reservation="r", amount=1),
            "remainder: None is not valid; say keep or release where, and only where, an amount is given",
        ),
    ],
)
def test_errors_say_field_value_and_remedy(ask, sentence):
    with pytest.raises(InvalidValue) as caught:
        ask()
    assert str(caught.value) == sentence


def test_instants_have_a_zone():
    with pytest.raises(InvalidValue, match="time zone"):
        ExpireReservations(key="k", at=NOON.replace(tzinfo=None))


def test_commands_are_frozen_values():
    command = reserve("k", "a", 1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        command.amount = 2
    assert hash(command) == hash(reserve("k", "a", 1))
