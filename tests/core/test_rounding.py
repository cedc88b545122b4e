import copy
import decimal
import pickle
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidValue, PrecisionExceeded, Rounding, RoundingMode, round_exactly

MODES = tuple(RoundingMode)


def by_definition(value: Fraction, digits: int, mode: RoundingMode) -> Fraction:
    """What each mode means, in whole steps and without the decimal module."""
    steps = value * Fraction(10) ** digits
    below = steps.numerator // steps.denominator
    if steps == below:
        return value
    above = below + 1
    towards_zero, away = (below, above) if value > 0 else (above, below)
    nearest = below if steps - below < above - steps else above
    tie = steps - below == above - steps
    chosen = {
        RoundingMode.FLOOR: below,
        RoundingMode.CEILING: above,
        RoundingMode.DOWN: towards_zero,
        RoundingMode.UP: away,
        RoundingMode.HALF_UP: away if tie else nearest,
        RoundingMode.HALF_DOWN: towards_zero if tie else nearest,
        RoundingMode.HALF_EVEN: (below if below % 2 == 0 else above) if tie else nearest,
    }[mode]
    return chosen / Fraction(10) ** digits


@pytest.mark.parametrize(
    ("mode", "results"),
    [  # of 2.5, -2.5, 3.5, 2.4, -2.6
        (RoundingMode.HALF_UP, "3 -3 4 2 -3"),
        (RoundingMode.HALF_EVEN, "2 -2 4 2 -3"),
        (RoundingMode.HALF_DOWN, "2 -2 3 2 -3"),
        (RoundingMode.UP, "3 -3 4 3 -3"),
        (RoundingMode.DOWN, "2 -2 3 2 -2"),
        (RoundingMode.CEILING, "3 -2 4 3 -2"),
        (RoundingMode.FLOOR, "2 -3 3 2 -3"),
    ],
)
def test_each_mode_on_both_sides_of_zero_and_on_ties(mode, results):
    values = [Decimal(text) for text in ("2.5", "-2.5", "3.5", "2.4", "-2.6")]
    assert " ".join(str(round_exactly(value, 0, mode)) for value in values) == results
    assert " ".join(str(round_exactly(Fraction(value), 0, mode)) for value in values) == results


# Around ties, where a wrong program differs: halves of a step, plus or minus a hair.
near_ties = st.builds(
    lambda steps, digits, hair: (Fraction(steps, 2) + hair) / Fraction(10) ** digits,
    st.integers(-50, 50),
    st.integers(-3, 3),
    st.sampled_from([Fraction(0), Fraction(1, 10**30), -Fraction(1, 10**30), Fraction(1, 3), -Fraction(1, 7)]),
)


@given(st.one_of(near_ties, st.fractions()), st.integers(-4, 6), st.sampled_from(MODES))
def test_a_fraction_rounds_as_its_definition_says(value, digits, mode):
    rounded = round_exactly(value, digits, mode)
    assert Fraction(rounded) == by_definition(value, digits, mode)
    assert rounded.as_tuple().exponent == -digits
    assert not (rounded.is_zero() and rounded.is_signed())


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
    st.integers(-4, 12),
    st.sampled_from(MODES),
)
def test_a_decimal_rounds_as_the_equal_fraction_under_any_ambient_context(value, digits, mode):
    hostile = decimal.Context(prec=3, Emin=-1, Emax=1, rounding=decimal.ROUND_UP, traps=[decimal.Inexact])
    with decimal.localcontext(hostile):
        ours, twin = round_exactly(value, digits, mode), round_exactly(Fraction(value), digits, mode)
    assert ours.as_tuple() == twin.as_tuple()
    assert Fraction(ours) == by_definition(Fraction(value), digits, mode)


@given(st.integers(-1000, 1000), st.integers(-2, 2), st.sampled_from(MODES))
def test_an_int_rounds_as_the_equal_fraction(value, digits, mode):
    assert round_exactly(value, digits, mode).as_tuple() == round_exactly(Fraction(value), digits, mode).as_tuple()


@pytest.mark.parametrize("digits", [-41, 41, True, 2.0, "2", None])
def test_digits_that_no_number_has_are_refused(digits):
    with pytest.raises(InvalidValue, match="digits") as caught:
        round_exactly(Decimal(1), digits, RoundingMode.DOWN)
    assert (caught.value.field, caught.value.value) == ("digits", digits)
    assert caught.value.remedy == "give a whole number from -40 to 40"


def test_digits_reach_as_far_as_numbers_do():
    assert str(round_exactly(Decimal("1E-40"), 40, RoundingMode.DOWN)) == "1E-40"
    assert str(round_exactly(Decimal("9E+39"), -40, RoundingMode.UP)) == "1E+40"


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 1.5, True, "1.5", None])
def test_what_is_not_an_exact_number_is_refused(value):
    with pytest.raises(InvalidValue) as caught:
        round_exactly(value, 2, RoundingMode.DOWN)
    assert caught.value.value is value
    assert (caught.value.field, caught.value.remedy) == ("value", "give a finite Decimal, a Fraction or an int")


@pytest.mark.parametrize("exact", [Decimal, Fraction])
def test_a_result_of_more_than_120_digits_is_refused_not_rounded_twice(exact):
    largest = exact("9" * 118 + ".125")
    assert str(round_exactly(largest, 2, RoundingMode.HALF_UP)) == "9" * 118 + ".13"
    with pytest.raises(PrecisionExceeded) as caught:
        round_exactly(exact(10**118), 2, RoundingMode.HALF_UP)
    assert (caught.value.operation, caught.value.digits) == ("a rounded number", 120)


def test_a_declared_rounding_is_called_like_a_function():
    rounding = Rounding(digits=-2, mode="half_up")
    assert str(rounding(Decimal(1250))) == "1.3E+3"
    assert str(Rounding(digits=2, mode=RoundingMode.UP)(Fraction(1, 3))) == "0.34"
    assert str(Rounding(digits=0, mode=RoundingMode.UP)(5)) == "5"


@pytest.mark.parametrize("digits", [-12, 12])
def test_a_declared_rounding_holds_twelve_digits_either_way(digits):
    assert Rounding(digits=digits, mode=RoundingMode.DOWN).digits == digits


@pytest.mark.parametrize("digits", [-13, 13, False, 2.0, "2"])
def test_a_declared_rounding_refuses_other_digits(digits):
    with pytest.raises(InvalidValue) as caught:
        Rounding(digits=digits, mode=RoundingMode.DOWN)
    assert (caught.value.field, caught.value.value) == ("digits", digits)
    assert caught.value.remedy == "give a whole number from -12 to 12"


def test_a_declared_rounding_refuses_an_unknown_mode():
    with pytest.raises(InvalidValue, match="rounding_mode: 'bankers' is not valid; choose one of 'half_up', "):
        Rounding(digits=2, mode="bankers")


def test_a_declared_rounding_is_a_value():
    rounding = Rounding(digits=2, mode=RoundingMode.DOWN)
    assert rounding == Rounding(digits=2, mode="down")
    assert len({rounding, copy.deepcopy(rounding), pickle.loads(pickle.dumps(rounding))}) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rounding.digits = 3
