import copy
import decimal
import operator
import pickle
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    CurrencyMismatch,
    CurrencyTable,
    InvalidValue,
    Money,
    PrecisionExceeded,
    Rate,
    RoundingMode,
    TieOrder,
    UnknownName,
    total,
)

ISO = CurrencyTable.iso()
HUGE = Decimal(10) ** 39


def cny(amount) -> Money:
    return Money(amount, "CNY")


amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=4, allow_nan=False, allow_infinity=False)
moneys = st.builds(cny, amounts)
hostile_contexts = st.builds(
    decimal.Context,
    prec=st.integers(1, 5),
    rounding=st.sampled_from([decimal.ROUND_UP, decimal.ROUND_FLOOR, decimal.ROUND_HALF_EVEN]),
    Emin=st.integers(-5, 0),
    Emax=st.integers(0, 5),
    traps=st.sampled_from([[], [decimal.Inexact, decimal.Rounded, decimal.Subnormal, decimal.FloatOperation]]),
)


@pytest.mark.parametrize(
    ("amount", "currency", "field"),
    [
        ("x", "CNY", "amount"),
        (1.5, "CNY", "amount"),
        (True, "CNY", "amount"),
        (None, "CNY", "amount"),
        (Decimal("NaN"), "CNY", "amount"),
        (Decimal("-Infinity"), "CNY", "amount"),
        (Decimal("1E+999999"), "CNY", "amount"),
        ("1", "cny", "currency"),
        ("1", "CN", "currency"),
        ("1", "CNYY", "currency"),
        ("1", "CN1", "currency"),
        ("1", "ČNY", "currency"),
        ("1", "", "currency"),
        ("1", None, "currency"),
        ("1", 156, "currency"),
    ],
)
def test_the_door_names_the_field_the_value_and_the_remedy(amount, currency, field):
    with pytest.raises(InvalidValue) as caught:
        Money(amount, currency)
    assert caught.value.field == field
    assert caught.value.value is (amount if field == "amount" else currency)
    assert caught.value.remedy.startswith("give ")


def test_the_remedy_for_a_currency_shows_one():
    with pytest.raises(InvalidValue, match=r"give a three-letter code in capitals, such as 'CNY'$"):
        Money(1, "yuan")


@pytest.mark.parametrize("amount", ["12.50", Decimal("12.50")])
def test_amounts_keep_their_digits(amount):
    assert str(cny(amount)) == "CNY 12.50"
    assert repr(cny(amount)) == "Money('12.50', 'CNY')"


@given(moneys, moneys, moneys, hostile_contexts)
def test_addition_is_exact_associative_and_commutative_under_any_ambient_context(a, b, c, context):
    with decimal.localcontext(context):
        left, right, swapped, summed = (a + b) + c, a + (b + c), (b + a) + c, total([c, b, a])
        difference, product, negative, absolute = a - b, a * b.amount, -a, abs(a)
    assert Fraction(left.amount) == Fraction(a.amount) + Fraction(b.amount) + Fraction(c.amount)
    assert left == right == swapped == summed
    assert Fraction(difference.amount) == Fraction(a.amount) - Fraction(b.amount)
    assert Fraction(product.amount) == Fraction(a.amount) * Fraction(b.amount)
    assert Fraction(negative.amount) == -Fraction(a.amount)
    assert Fraction(absolute.amount) == abs(Fraction(a.amount))
    assert {m.currency for m in (left, right, swapped, summed, difference, product, negative, absolute)} == {"CNY"}


@given(moneys, moneys, hostile_contexts)
def test_comparisons_follow_the_amounts_under_any_ambient_context(a, b, context):
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        with decimal.localcontext(context):
            assert compare(a, b) == compare(Fraction(a.amount), Fraction(b.amount))
            assert compare(a, a) == compare(0, 0)


def test_a_product_with_a_rate_a_decimal_or_an_int_from_either_side():
    assert cny("200.00") * Rate.parse("1.5%") == cny(3)
    assert Rate.parse("1.5%") * cny("200.00") == cny(3)
    assert str(cny("1.10") * Decimal("2.0")) == "CNY 2.200"
    assert 3 * cny("1.10") == cny("3.30")


@pytest.mark.parametrize("factor", [True, Decimal("NaN"), Decimal("1E+999999"), 10**40])
def test_a_hostile_factor_is_refused_by_name(factor):
    with pytest.raises(InvalidValue) as caught:
        cny(1) * factor
    assert caught.value.field == "factor"


@pytest.mark.parametrize("other", [1, Decimal(1), 1.0, "CNY 1", None])
@pytest.mark.parametrize(
    "operate", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge, operator.truediv]
)
def test_money_combines_only_with_money(operate, other):
    with pytest.raises(TypeError):
        operate(cny(1), other)
    with pytest.raises(TypeError):
        operate(other, cny(1))


@pytest.mark.parametrize("factor", [1.5, "2", None, Fraction(1, 3), Money(1, "CNY")])
def test_money_is_multiplied_only_by_exact_numbers(factor):
    with pytest.raises(TypeError):
        cny(1) * factor


@pytest.mark.parametrize(
    "operate",
    [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge, Money.ratio, lambda *m: total(m)],
)
def test_mixed_currencies_raise_and_name_both(operate):
    with pytest.raises(CurrencyMismatch) as caught:
        operate(cny(1), Money(1, "USD"))
    assert (caught.value.left, caught.value.right) == ("CNY", "USD")


def test_equality_needs_the_currency_too_and_ignores_trailing_zeros():
    assert cny(1) != Money(1, "USD")
    assert cny("1.0") == cny("1.00")
    assert hash(cny("1.0")) == hash(cny("1.00"))
    assert cny(1) != 1


def test_zero_is_false_and_never_negative():
    assert not cny(0)
    assert cny("0.01")
    zeros = [cny("-0.00"), -cny("0.00"), cny("0.00") * -1, cny(1) - cny(1), cny(0) - cny(0), abs(cny("0.0"))]
    assert not any(zero.amount.is_signed() for zero in zeros)
    assert str(-cny("0.00")) == "CNY 0.00"
    assert Money.zero("JPY") == Money(0, "JPY")


def test_an_addition_that_would_lose_a_digit_raises():
    wide = cny(HUGE) * HUGE * HUGE  # 118 digits
    assert str((wide + cny(1)).amount) == "1" + "0" * 116 + "1"
    with pytest.raises(PrecisionExceeded) as caught:
        wide + cny("0.001")
    assert (caught.value.operation, caught.value.digits) == ("an addition", 120)
    with pytest.raises(PrecisionExceeded):
        total([wide, cny("0.001")])
    with pytest.raises(PrecisionExceeded):
        (wide + cny("0.01")) * 11


@pytest.mark.parametrize("text", ["CNY 12.50", "12.50 CNY", "  CNY   12.50 "])
def test_a_text_with_currency_and_amount_parses(text):
    assert str(Money.parse(text)) == "CNY 12.50"


@pytest.mark.parametrize("text", ["", "CNY", "12.50", "CNY 1 2", "CNY12.50", None, 12, b"CNY 1"])
def test_other_texts_are_refused_with_an_example(text):
    with pytest.raises(InvalidValue) as caught:
        Money.parse(text)
    assert (caught.value.field, caught.value.value) == ("money", text)
    assert caught.value.remedy == "write a currency and an amount, such as 'CNY 12.50'"


@pytest.mark.parametrize(("text", "field"), [("CNY NaN", "amount"), ("yuan 1", "currency"), ("1 2", "currency")])
def test_a_text_with_one_wrong_part_names_it(text, field):
    with pytest.raises(InvalidValue) as caught:
        Money.parse(text)
    assert caught.value.field == field


@given(moneys)
def test_what_is_written_parses_back(money):
    assert Money.parse(str(money)) == money
    assert eval(repr(money)) == money


def test_a_ratio_is_an_exact_fraction():
    assert cny("1.00").ratio(cny(3)) == Fraction(1, 3)
    with pytest.raises(InvalidValue) as caught:
        cny(1).ratio(cny("0.00"))
    assert (caught.value.field, caught.value.value) == ("divisor", cny(0))
    assert caught.value.remedy == "a ratio needs an amount other than zero below the line"


def test_rounding_takes_the_currencys_digits_or_the_ones_given():
    assert str(Money("2.345", "CNY").round(RoundingMode.HALF_UP, ISO)) == "CNY 2.35"
    assert str(Money("2.5", "JPY").round(RoundingMode.HALF_EVEN, ISO)) == "JPY 2"
    assert str(Money("2.345", "CNY").round(RoundingMode.DOWN, ISO, 0)) == "CNY 2"
    assert str(Money("2.3456", "KWD").round(RoundingMode.UP, ISO)) == "KWD 2.346"
    assert str(Money("-0.001", "CNY").round(RoundingMode.HALF_UP, ISO)) == "CNY 0.00"


def test_rounding_an_unknown_currency_needs_its_digits():
    with pytest.raises(UnknownName, match="unknown currency 'QQQ'"):
        Money(1, "QQQ").round(RoundingMode.DOWN, ISO)
    assert str(Money("1.26", "QQQ").round(RoundingMode.DOWN, ISO, digits=1)) == "QQQ 1.2"


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.fractions(min_value=0, max_value=1000), min_size=1, max_size=8).filter(any),
    st.sampled_from(TieOrder),
    st.sampled_from(["JPY", "CNY", "KWD", "UYW"]),
    hostile_contexts,
)
def test_parts_sum_to_the_whole_and_lie_within_a_unit_of_their_exact_share(units, weights, ties, currency, context):
    unit = Fraction(1, 10 ** ISO.digits(currency))
    whole = Money(Decimal(units).scaleb(-ISO.digits(currency)), currency)
    with decimal.localcontext(context):
        parts = whole.allocate(weights, ISO, ties)
    assert total(parts, currency) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part.amount) - Fraction(whole.amount) * weight / sum(weights)) < unit
        assert part.amount.as_tuple().exponent == -ISO.digits(currency)


def test_ties_go_where_the_order_says():
    assert cny("0.05").allocate([1, 1], ISO, TieOrder.LAST) == (cny("0.02"), cny("0.03"))
    assert cny("0.05").allocate([1, 1], ISO) == (cny("0.03"), cny("0.02"))
    assert cny("100").allocate([1, 1, 1], ISO, digits=0) == (cny(34), cny(33), cny(33))
    assert cny("100").allocate([1, 3], ISO, digits=-2) == (cny(0), cny(100))


def test_an_amount_with_finer_digits_is_not_split():
    with pytest.raises(InvalidValue) as caught:
        cny("1.001").allocate([1], ISO)
    assert (caught.value.field, caught.value.value) == ("amount", cny("1.001"))
    assert caught.value.remedy == "round it to 2 digits before allocating it"
    assert cny("1.001").allocate([1], ISO, digits=3) == (cny("1.001"),)
    assert cny("1.010").allocate([1], ISO) == (cny("1.01"),)


@pytest.mark.parametrize("digits", [-13, 13, True, 2.0, 10**9])
def test_digits_to_split_have_bounds(digits):
    with pytest.raises(InvalidValue) as caught:
        cny(1).allocate([1], ISO, digits=digits)
    assert (caught.value.field, caught.value.value) == ("digits", digits)
    assert caught.value.remedy == "give a whole number from -12 to 12"


def test_digits_to_split_reach_twelve_either_way():
    assert cny(1).allocate([1, 1], ISO, digits=12) == (cny("0.5"), cny("0.5"))
    assert cny(10**12).allocate([1, 1], ISO, digits=-12) == (cny(10**12), cny(0))


def test_a_total_needs_its_currency_only_where_there_is_nothing():
    assert total([], "EUR") == Money(0, "EUR")
    assert total(iter([cny(1), cny("2.5")])) == cny("3.5")
    assert total([cny(1)], "CNY") == cny(1)
    with pytest.raises(InvalidValue) as caught:
        total([])
    assert (caught.value.field, caught.value.value) == ("currency", None)
    assert caught.value.remedy == "an empty sum needs its currency as an argument"
    with pytest.raises(CurrencyMismatch) as mixed:
        total([cny(1)], "EUR")
    assert (mixed.value.left, mixed.value.right) == ("CNY", "EUR")
    with pytest.raises(InvalidValue, match="currency"):
        total([], "euro")


def test_money_is_a_frozen_value():
    money = cny("1.50")
    twins = [copy.copy(money), copy.deepcopy(money), pickle.loads(pickle.dumps(money)), attrs.evolve(money)]
    assert twins == [money] * 4
    assert {*twins, money} == {money}
    assert not hasattr(money, "__dict__")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        money.amount = Decimal(2)
    with pytest.raises(InvalidValue):
        attrs.evolve(money, currency="yuan")


def test_what_arithmetic_made_is_a_value_like_any_other():
    made = cny(1) + cny("0.50")
    assert type(made) is Money
    assert pickle.loads(pickle.dumps(made)) == cny("1.5")
    assert hash(made) == hash(cny("1.5"))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.currency = "USD"


def test_money_is_final():
    with pytest.raises(TypeError, match=r"^Money is final; hold one in a field instead$"):
        type("Cash", (Money,), {})
