import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.analytics import calculate_cumulative_shares, calculate_shares
from salesrules.core import (
    CurrencyMismatch,
    InvalidValue,
    Money,
    Rate,
    Rounding,
    RoundingMode,
    SupportsRecords,
    TieOrder,
    allocate_units,
)

numbers = st.integers(-50, 500)
named = st.dictionaries(st.sampled_from("abcdefgh"), numbers, min_size=1).filter(lambda d: sum(d.values()))


def shown(shares):
    return [str(entry.rounded) for entry in shares]


@pytest.mark.parametrize(
    ("amounts", "digits", "ties", "expected"),
    [
        ({"a": 1, "b": 1, "c": 1}, 2, TieOrder.FIRST, ["33.34%", "33.33%", "33.33%"]),
        ({"a": 1, "b": 1, "c": 1}, 0, TieOrder.LAST, ["33%", "33%", "34%"]),
        ({"a": 1}, 0, TieOrder.FIRST, ["100%"]),
        ({"a": 0, "b": 5}, 2, TieOrder.FIRST, ["0%", "100%"]),
        # halves of a step: 12.5, 62.5, 25
        ({"a": 1, "b": 5, "c": 2}, 0, TieOrder.FIRST, ["13%", "62%", "25%"]),
        ({"a": 1, "b": 5, "c": 2}, 0, TieOrder.LAST, ["12%", "63%", "25%"]),
        ({"a": 1, "b": 5, "c": 2}, 0, TieOrder.LARGEST_WEIGHT, ["12%", "63%", "25%"]),
        ({"b": 5, "a": 1, "c": 2}, 0, TieOrder.SMALLEST_WEIGHT, ["62%", "13%", "25%"]),
        # a region with more returns than sales: 8 of a whole of 6 and -2 of it
        ({"a": 8, "b": -2}, 0, TieOrder.FIRST, ["133%", "-33%"]),
        ({"a": -3, "b": -1}, 0, TieOrder.FIRST, ["75%", "25%"]),
    ],
)
def test_rounded_shares_are_those_of_the_largest_remainder(amounts, digits, ties, expected):
    assert shown(calculate_shares(amounts, digits=digits, ties=ties)) == expected


@given(named, st.integers(0, 6), st.sampled_from(TieOrder))
def test_shares_are_exact_make_one_whole_and_are_within_one_step(amounts, digits, ties):
    with decimal.localcontext(decimal.Context(prec=2, traps=[decimal.Inexact])):
        shares = calculate_shares(amounts, digits=digits, ties=ties)
    whole = sum(amounts.values())
    assert [entry.key for entry in shares] == list(amounts)
    assert [entry.exact for entry in shares] == [Fraction(number, whole) for number in amounts.values()]
    assert sum(Fraction(entry.rounded.value) for entry in shares) == 1
    step = Fraction(1, 100 * 10**digits)
    for entry in shares:
        assert abs(Fraction(entry.rounded.value) - entry.exact) < step
        assert (Fraction(entry.rounded.value) / step).denominator == 1
    assert shares.total == whole


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 99), min_size=1).filter(lambda d: any(d.values())),
    st.sampled_from(TieOrder),
)
def test_without_negative_amounts_it_is_the_allocation_of_a_hundred_per_cent(amounts, ties):
    shares = calculate_shares(amounts, digits=1, ties=ties)
    parts = allocate_units(1000, list(amounts.values()), ties)
    assert [entry.rounded for entry in shares] == [Rate(Decimal(part).scaleb(-3)) for part in parts]


def test_digits_are_two_and_the_first_served_first_unless_said():
    assert shown(calculate_shares({"b": 1, "a": 1, "c": 1})) == ["33.34%", "33.33%", "33.33%"]


@pytest.mark.parametrize("digits", [-1, 13, True, 2.0, None])
def test_digits_have_bounds(digits):
    with pytest.raises(InvalidValue) as caught:
        calculate_shares({"a": 1}, digits=digits)
    assert (caught.value.field, caught.value.value) == ("digits", digits)
    assert caught.value.remedy == "give a whole number from 0 to 12"


def test_digits_reach_from_none_to_twelve():
    assert shown(calculate_shares({"a": 1, "b": 2}, digits=0)) == ["33%", "67%"]
    assert shown(calculate_shares({"a": 1, "b": 2}, digits=12)) == ["33.333333333333%", "66.666666666667%"]


@pytest.mark.parametrize("ask", [calculate_shares, calculate_cumulative_shares])
@pytest.mark.parametrize("amounts", [{}, {"a": 0}, {"a": 5, "b": -5}])
def test_a_whole_of_nothing_has_no_shares(ask, amounts):
    with pytest.raises(InvalidValue) as caught:
        ask(amounts)
    assert (caught.value.field, caught.value.value) == ("amounts", amounts)
    assert caught.value.remedy == "shares need amounts whose sum is not zero"


@pytest.mark.parametrize("ask", [calculate_shares, calculate_cumulative_shares])
def test_moneys_of_one_currency_give_their_unit(ask):
    result = ask({"a": Money("1.50", "CNY"), "b": Money("0.50", "CNY")})
    assert result.unit == "CNY"
    assert result.of("a").amount == Decimal("1.50")
    assert result.total == 2
    assert isinstance(result, SupportsRecords)
    with pytest.raises(CurrencyMismatch):
        ask({"a": Money(1, "CNY"), "b": Money(1, "USD")})
    with pytest.raises(InvalidValue, match=r"^amounts\[b\]: "):
        ask({"a": 1, "b": 0.5})


def test_unknown_words_for_ties_are_refused():
    with pytest.raises(InvalidValue, match="tie_order"):
        calculate_shares({"a": 1, "b": 1, "c": 1}, ties="random")
    assert shown(calculate_shares({"a": 1, "b": 1, "c": 1}, ties="last"))[2] == "33.34%"


def test_records_of_shares():
    assert calculate_shares({"a": 1, "b": 3}).to_records() == [
        {"key": "a", "amount": Decimal(1), "unit": "", "share": Decimal("0.25")},
        {"key": "b", "amount": Decimal(3), "unit": "", "share": Decimal("0.75")},
    ]


def test_cumulative_shares_start_with_the_largest():
    table = calculate_cumulative_shares({"a": 1, "b": 6, "c": 3})
    assert [(entry.key, entry.amount, entry.cumulative_amount) for entry in table] == [
        ("b", 6, 6),
        ("c", 3, 9),
        ("a", 1, 10),
    ]
    assert [entry.exact for entry in table] == [Fraction(6, 10), Fraction(9, 10), 1]
    assert shown(table) == ["60%", "90%", "100%"]
    assert table.to_records()[1] == {
        "key": "c",
        "amount": Decimal(3),
        "cumulative_amount": Decimal(9),
        "unit": "",
        "cumulative_share": Decimal("0.9"),
    }


def test_equal_amounts_follow_their_text_or_the_declared_order():
    amounts = {"b": 1, "a": 1, "c": 1}
    assert [entry.key for entry in calculate_cumulative_shares(amounts)] == ["a", "b", "c"]
    assert [entry.key for entry in calculate_cumulative_shares(amounts, order=iter("cab"))] == ["c", "a", "b"]


@pytest.mark.parametrize("order", ["a", "abc", "aa", "ac"])
def test_a_declared_order_names_every_key_once(order):
    with pytest.raises(InvalidValue) as caught:
        calculate_cumulative_shares({"a": 1, "b": 1}, order=order)
    assert (caught.value.field, caught.value.value) == ("order", list(order))
    assert caught.value.remedy == "name every key of the amounts exactly once"


def test_the_per_cent_is_rounded_as_declared_and_half_up_to_two_digits_otherwise():
    amounts = {"a": 2, "b": 1}
    assert shown(calculate_cumulative_shares(amounts))[0] == "66.67%"
    down = Rounding(digits=0, mode=RoundingMode.DOWN)
    assert shown(calculate_cumulative_shares(amounts, rounding=down)) == ["66%", "100%"]
    assert shown(calculate_cumulative_shares({"a": Decimal("50.005"), "b": Decimal("49.995")}))[0] == "50.01%"


@given(named)
def test_cumulative_shares_run_through_all_amounts_and_end_at_one(amounts):
    with decimal.localcontext(decimal.Context(prec=2, traps=[decimal.Inexact])):
        entries = calculate_cumulative_shares(amounts).entries
    ordered = [entry.amount for entry in entries]
    assert ordered == sorted(ordered, reverse=True)
    assert {entry.key: entry.amount for entry in entries} == amounts
    for place, entry in enumerate(entries, start=1):
        assert entry.cumulative_amount == sum(ordered[:place])
        assert entry.exact == Fraction(int(sum(ordered[:place])), sum(amounts.values()))
    assert entries[-1].exact == 1
