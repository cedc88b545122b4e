import decimal
import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    EXACT,
    InvalidValue,
    PrecisionExceeded,
    as_decimal,
    as_fraction,
    exact_product,
    exact_sum,
    to_decimal,
)
from salesrules.core.exact import read_numeral

numbers = st.decimals(min_value=-(10**30), max_value=10**30, places=10, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("given_value", "text"),
    [
        ("12.50", "12.50"),
        ("+7", "7"),
        ("-0.1", "-0.1"),
        ("1e3", "1E+3"),
        ("1E-3", "0.001"),
        (0, "0"),
        (-3, "-3"),
        (Decimal("2.0"), "2.0"),
        ("-0.00", "0.00"),
        ("-0e1", "0E+1"),
        (Decimal("-0"), "0"),
        ("9" * 40, "9" * 40),
        ("0." + "3" * 38, "0." + "3" * 38),
        ("0." + "3" * 40, "0." + "3" * 40),
        ("-" + "9" * 40 + "." + "9" * 40, "-" + "9" * 40 + "." + "9" * 40),
        (10**40 - 1, "9" * 40),
        (1 - 10**40, "-" + "9" * 40),
        (Decimal("9E+39"), "9E+39"),
        (Decimal("1E-40"), "1E-40"),
        ("1e39", "1E+39"),
    ],
)
def test_a_number_that_is_exact_passes_the_door_unchanged(given_value, text):
    assert str(to_decimal(given_value)) == text


WRITTEN = st.tuples(
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=85).map(tuple),
    st.integers(-90, 50) | st.sampled_from([-41, -40, -39, -2, 0, 39, 40]),
)


@given(WRITTEN | st.tuples(st.integers(0, 1), st.just((0,)), st.integers(-45, 45)))
def test_a_decimal_of_at_most_forty_places_on_either_side_passes_as_it_is_written(written):
    sign, digits, exponent = written
    number = Decimal(written)
    highest = exponent + len(number.as_tuple().digits) - 1
    if exponent >= -40 and -40 <= highest <= 39:
        passed = to_decimal(number)
        assert passed.as_tuple() == (sign if any(digits) else 0, number.as_tuple().digits, exponent)
    else:
        with pytest.raises(InvalidValue):
            to_decimal(number)


@pytest.mark.parametrize(
    "hostile",
    [
        1.0,
        True,
        None,
        b"1",
        "",
        " 1",
        "1 ",
        "1\n",
        "1_000",
        "1,000",
        ".5",
        "5.",
        "--1",
        "٣",
        "１",
        "NaN",
        "Infinity",
        "0x10",
        "1e",
        "1e1000",
        "1" * 81,
        "0." + "1" * 81,
        "1" * 41,
        "9" * 39 + "0" + "1",
        "0." + "0" * 40 + "1",
        "1e40",
        "1E40",
        "1e-41",
        "1E-41",
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("-Infinity"),
        Decimal("1E+40"),
        Decimal("-1E+40"),
        Decimal("1E-41"),
        Decimal("1." + "0" * 41),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        10**40,
        -(10**40),
        pytest.param(10**100_000, id="a hundred thousand digits"),
        [1],
    ],
)
def test_what_is_not_an_exact_number_of_this_world_is_refused(hostile):
    started = time.perf_counter()
    with pytest.raises(InvalidValue) as caught:
        to_decimal(hostile, "price")
    assert str(caught.value).startswith("price: ")
    assert caught.value.field == "price"
    assert caught.value.remedy
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("hostile", "remedy"),
    [
        ("x", "give a plain numeral such as '12.50'"),
        (1.5, "give a Decimal, an int or a numeral in a string, never a float or a bool"),
        (Decimal("NaN"), "give a finite number"),
        (10**40, "give a number of at most 40 digits"),
        ("1e40", "give a number of at most 40 digits before and after the point"),
    ],
)
def test_the_remedy_says_what_to_give(hostile, remedy):
    with pytest.raises(InvalidValue) as caught:
        to_decimal(hostile)
    assert (caught.value.field, caught.value.remedy) == ("amount", remedy)


def test_a_numeral_may_have_eighty_digits_on_either_side():
    longest = "9" * 80 + "." + "9" * 80
    assert str(read_numeral(longest)) == longest
    with pytest.raises(InvalidValue) as caught:
        read_numeral("9" + longest)
    assert (caught.value.field, caught.value.remedy) == ("amount", "give a plain numeral such as '12.50'")


def test_a_very_long_int_is_not_kept_in_the_error():
    with pytest.raises(InvalidValue) as caught:
        to_decimal(10**40)
    assert caught.value.value == "a very long number"


def test_subclasses_of_decimal_become_plain_decimals():
    class Odd(Decimal):
        pass

    assert type(to_decimal(Odd("1.5"))) is Decimal


@given(st.lists(numbers))
def test_a_sum_is_the_sum_of_the_fractions_whatever_the_ambient_context(values):
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=[])):
        result = exact_sum(values)
    assert Fraction(result) == sum(map(Fraction, values), Fraction(0))


@given(numbers, numbers)
def test_a_product_is_the_product_of_the_fractions(left, right):
    with decimal.localcontext(decimal.Context(prec=1, traps=[decimal.Rounded])):
        result = exact_product(left, right)
    assert Fraction(result) == Fraction(left) * Fraction(right)
    assert not (result.is_zero() and result.is_signed())


def test_the_sum_of_none_is_zero():
    assert str(exact_sum([])) == "0"
    assert type(exact_sum([])) is Decimal


def test_a_lazy_iterable_runs_in_the_callers_context():
    seen = []

    def lazily():
        seen.append(decimal.getcontext().prec)
        yield Decimal(1)

    with decimal.localcontext(prec=7):
        assert exact_sum(lazily()) == 1
    assert seen == [7]


@pytest.mark.parametrize("large", [Decimal(10) ** 119])
def test_a_sum_may_have_120_digits_and_no_more(large):
    assert str(exact_sum([large, Decimal(1)])) == "1" + "0" * 118 + "1"
    with pytest.raises(PrecisionExceeded) as caught:
        exact_sum([large, Decimal("0.1")])
    assert (caught.value.operation, caught.value.digits) == ("a sum", 120)


def test_a_product_may_have_120_digits_and_no_more():
    seventy, fifty, fifty_one = (Decimal("1" * n) for n in (70, 50, 51))
    assert len(str(exact_product(seventy, fifty))) == 119
    with pytest.raises(PrecisionExceeded) as caught:
        exact_product(exact_product(seventy, fifty_one), Decimal(33))
    assert (caught.value.operation, caught.value.digits) == ("a product", 120)


def test_a_chain_of_products_ends_before_the_number_takes_long_to_expand():
    number = Decimal(1)
    for _ in range(256):
        number = exact_product(number, Decimal("1E+39"))
    assert number == Decimal("1E+9984")
    with pytest.raises(PrecisionExceeded):
        exact_product(number, Decimal("1E+39"))


def test_our_context_is_not_changed_by_what_it_computes():
    before = (EXACT.prec, EXACT.rounding, EXACT.Emin, EXACT.Emax, {s for s, on in EXACT.traps.items() if on})
    exact_sum([Decimal(1)])
    exact_product(Decimal(1), Decimal(3))
    assert before == (EXACT.prec, EXACT.rounding, EXACT.Emin, EXACT.Emax, {s for s, on in EXACT.traps.items() if on})
    assert decimal.Inexact in before[4]


def test_as_fraction_keeps_the_number_and_a_fraction_itself():
    third = Fraction(1, 3)
    assert as_fraction(third) is third
    assert as_fraction(Decimal("0.25")) == Fraction(1, 4)
    assert type(as_fraction(2)) is Fraction
    assert as_fraction(2) == 2


@given(st.integers(-(10**9), 10**9), st.integers(0, 20), st.integers(0, 20))
def test_as_decimal_is_the_same_number_where_one_exists(numerator, twos, fives):
    fraction = Fraction(numerator, 2**twos * 5**fives)
    with decimal.localcontext(decimal.Context(prec=1, traps=[decimal.Inexact])):
        assert Fraction(as_decimal(fraction)) == fraction


@pytest.mark.parametrize("value", [7, -7, Decimal("1.50"), Decimal("1E+39")])
def test_as_decimal_keeps_what_is_no_fraction(value):
    assert as_decimal(value) == value
    assert type(as_decimal(value)) is Decimal
    assert str(as_decimal(Decimal("1.50"))) == "1.50"


@pytest.mark.parametrize("endless", [Fraction(1, 3), Fraction(10**5000, 7), Fraction(1, 2**200)])
def test_as_decimal_refuses_what_no_decimal_equals(endless):
    with pytest.raises(PrecisionExceeded) as caught:
        as_decimal(endless)
    assert (caught.value.operation, caught.value.digits) == ("the decimal of a fraction", 120)
