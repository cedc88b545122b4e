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

from salesrules.core import InvalidValue, PrecisionExceeded, Rate

REMEDY = "write a rate as '1.5%', '15‰' or '0.015'"
values = st.decimals(min_value=-(10**6), max_value=10**6, places=8, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("1.5%", "0.015", "1.5%"),
        ("15‰", "0.015", "1.5%"),
        ("0.015", "0.015", "1.5%"),
        (" 1.5 % ", "0.015", "1.5%"),
        ("-2%", "-0.02", "-2%"),
        ("100%", "1", "100%"),
        ("1", "1", "100%"),
        ("0%", "0", "0%"),
        ("-0%", "0", "0%"),
        ("1000%", "10", "1000%"),
        ("0.0001‰", "0.0000001", "0.00001%"),
        ("1e2%", "1", "100%"),
    ],
)
def test_the_three_ways_to_write_a_rate(text, value, shown):
    rate = Rate.parse(text)
    assert rate.value == Decimal(value)
    assert str(rate) == shown
    assert repr(rate) == f"Rate('{shown}')"


@pytest.mark.parametrize(
    "text",
    ["", "%", "‰", "1.5%%", "1.5%‰", "% 1", "1,5%", "x", "NaN%", "1e43%", "1e-39%", "1e-38‰", "Infinity", 0.5, None, 1],
)
def test_other_writings_are_refused_with_examples(text):
    with pytest.raises(InvalidValue) as caught:
        Rate.parse(text)
    assert (caught.value.field, caught.value.value, caught.value.remedy) == ("rate", text, REMEDY)


@given(values)
def test_what_is_shown_parses_back_under_any_ambient_context(value):
    with decimal.localcontext(decimal.Context(prec=2, Emin=-1, Emax=1, traps=[decimal.Inexact, decimal.Rounded])):
        rate = Rate(value)
        back, per_mille, plain = Rate.parse(str(rate)), Rate.parse(f"{value * 0}‰"), Rate.parse(str(value))
    assert back == rate == plain
    assert per_mille == Rate(0)


@pytest.mark.parametrize("value", ["9" * 40 + "." + "9" * 40, "1E-40", "-9E+39"])
def test_the_widest_rates_parse_back_too(value):
    rate = Rate(Decimal(value))
    assert Rate.parse(str(rate)) == rate


@pytest.mark.parametrize("value", [0.5, True, "x", Decimal("NaN"), Decimal("1E+999999"), None])
def test_the_door_names_the_field(value):
    with pytest.raises(InvalidValue) as caught:
        Rate(value)
    assert caught.value.field == "rate"


@given(values, values)
def test_sums_differences_and_order_are_those_of_the_values(a, b):
    left, right = Rate(a), Rate(b)
    with decimal.localcontext(decimal.Context(prec=1)):
        summed, difference = left + right, left - right
    assert Fraction(summed.value) == Fraction(a) + Fraction(b)
    assert Fraction(difference.value) == Fraction(a) - Fraction(b)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq):
        assert compare(left, right) == compare(a, b)
        assert compare(left, left) == compare(0, 0)


def test_a_rate_of_a_number():
    assert Rate.parse("1.5%").of(Decimal("200")) == 3
    with pytest.raises(PrecisionExceeded):
        Rate(Decimal("1." + "1" * 40)).of(Decimal("3" * 90))


@pytest.mark.parametrize("other", [1, Decimal("0.5"), 0.5, "1%", None])
@pytest.mark.parametrize("operate", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge])
def test_rates_combine_only_with_rates(operate, other):
    with pytest.raises(TypeError):
        operate(Rate(1), other)
    assert Rate(1) != other


def test_a_rate_is_a_frozen_value():
    rate = Rate.parse("1.50%")
    twins = {copy.copy(rate), copy.deepcopy(rate), pickle.loads(pickle.dumps(rate)), Rate(Decimal("0.015"))}
    assert twins == {rate}
    assert not hasattr(rate, "__dict__")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rate.value = Decimal(1)
