import decimal
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import CurrencyTable, Money, Rate
from salesrules.messages import LOCALES, format_money, format_number, format_rate

locales = st.sampled_from(LOCALES)
# What to_decimal lets in: up to 40 digits on either side of the point.
amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**39), max_value=10**39, places=40) | (
    st.integers(-(10**39), 10**39).map(Decimal)
)
codes = st.sampled_from(["JPY", "CNY", "KWD", "CLF", "USD", "TWD", "HUF", "PTS"])


def read_back(shown: str) -> Decimal:
    return Decimal(re.sub(r"[^-0-9.]", "", shown))


@pytest.mark.parametrize(
    ("amount", "currency", "en", "zh_cn", "zh_tw"),
    [
        ("1234", "JPY", "¥1,234", "JP¥1,234", "¥1,234"),
        ("1234.5", "CNY", "CN¥1,234.50", "¥1,234.50", "CN¥1,234.50"),
        ("1234.5", "KWD", "KWD\xa01,234.500", "KWD\xa01,234.500", "KWD\xa01,234.500"),
        ("1234.5", "CLF", "CLF\xa01,234.5000", "CLF\xa01,234.5000", "CLF\xa01,234.5000"),
        ("-1234.5", "CNY", "-CN¥1,234.50", "-¥1,234.50", "-CN¥1,234.50"),
        ("1234.5", "TWD", "NT$1,234.50", "NT$1,234.50", "$1,234.50"),
        ("1234.5", "USD", "$1,234.50", "US$1,234.50", "US$1,234.50"),
        ("0", "EUR", "€0.00", "€0.00", "€0.00"),
    ],
)
def test_money_by_locale(amount, currency, en, zh_cn, zh_tw):
    money = Money(amount, currency)
    assert [format_money(money, locale) for locale in LOCALES] == [en, zh_cn, zh_tw]


def test_the_digits_are_the_tables_where_babels_own_differ():
    # CLDR shows these four without digits; ISO 4217 counts two.
    for currency in ("IRR", "LBP", "ALL", "MMK"):
        assert format_money(Money("12.50", currency)).endswith("12.50")
    firm = CurrencyTable.iso({"CNY": 4, "PTS": 1})
    assert format_money(Money("1.5", "CNY"), "zh_CN", firm) == "¥1.5000"
    assert format_money(Money("7", "PTS"), "en", firm) == "PTS\xa07.0"


def test_digits_beyond_the_currencys_are_shown():
    assert format_money(Money("12.5", "JPY"), "zh_TW") == "¥12.5"
    assert format_money(Money("3.00125", "CNY"), "zh_CN") == "¥3.00125"


def test_idle_zeros_beyond_the_currencys_digits_are_left_out():
    assert format_money(Money("3.00000", "CNY"), "zh_CN") == "¥3.00"


def test_a_currency_that_the_table_lacks_has_the_digits_of_its_amount():
    assert format_money(Money("7", "XQQ")) == "XQQ\xa07"
    assert format_money(Money("7.25", "XQQ")) == "XQQ\xa07.25"


def test_zero_has_no_sign():
    assert format_money(Money("-0.00", "USD")) == "$0.00"
    assert format_number(Decimal("-0")) == "0"


@given(amounts, codes, locales)
def test_money_is_shown_exactly_in_any_ambient_context(amount, currency, locale):
    money = Money(amount, currency)
    table = CurrencyTable.iso({"PTS": 0})
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP, Emax=9, Emin=-9)):
        shown = format_money(money, locale, table)
    assert read_back(shown) == amount
    point = shown.rpartition(".")
    assert len(point[2]) >= table.digits(currency) if point[1] else table.digits(currency) == 0


@given(amounts, locales)
def test_numbers_and_rates_are_shown_exactly(number, locale):
    assert read_back(format_number(number, locale)) == number
    with decimal.localcontext(decimal.Context(prec=200)):
        assert read_back(format_rate(Rate(number), locale)) == number * 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1.5%", "1.5%"), ("15‰", "1.5%"), ("0.0123456789", "1.23456789%"), ("100%", "100%"), ("-2.50%", "-2.5%")],
)
def test_a_rate_is_a_per_cent_in_every_language(text, shown):
    assert {format_rate(Rate.parse(text), locale) for locale in LOCALES} == {shown}


def test_a_plain_number_is_a_rate_too():
    assert format_rate(Decimal("1.2")) == "120%"
    assert format_rate(1) == "100%"


@pytest.mark.parametrize(
    ("fraction", "number", "rate"),
    [
        (Fraction(1, 8), "0.125", "12.5%"),
        (Fraction(1, 3), "≈0.333333", "≈33.3333%"),
        (Fraction(-2, 3), "≈-0.666667", "≈-66.6667%"),
        (Fraction(1, 2**12), "0.000244140625", "0.0244140625%"),
        (Fraction(1, 2**13), "≈0.000122", "≈0.0122%"),
        (Fraction(10**9), "1,000,000,000", "100,000,000,000%"),
        (Fraction(0), "0", "0%"),
    ],
)
def test_a_fraction_is_exact_where_it_is_short_and_marked_where_it_is_rounded(fraction, number, rate):
    assert format_number(fraction) == number
    assert format_rate(fraction) == rate


@given(st.fractions(max_denominator=10**6), locales)
def test_only_a_rounded_fraction_is_marked_and_it_is_near(fraction, locale):
    shown = format_number(fraction, locale)
    error = abs(Fraction(read_back(shown)) - fraction)
    assert error <= Fraction(5, 10**7) if shown.startswith("≈") else error == 0


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (Decimal("NaN"), "NaN"),
        (Decimal("-Infinity"), "-Infinity"),
        (Decimal("1E+999999"), "1E+999999"),
        (Decimal("1E-999999"), "1E-999999"),
        (Decimal("1E+121"), "1E+121"),
        (Decimal("1E-121"), "1E-121"),
        (Decimal("0." + "3" * 121), "0." + "3" * 121),
        (Fraction(1, 10**120), f"1/{10**120}"),
        (Fraction(10**120), f"{10**120}"),
    ],
)
def test_a_monstrous_number_is_shown_as_it_is_written(number, shown):
    assert format_number(number) == shown


def test_the_largest_plain_numbers_are_grouped():
    assert format_number(Decimal("1E+120")) == "1" + ",000" * 40
    assert format_number(Decimal("1E-120")) == "0." + "0" * 119 + "1"
    assert format_number(Decimal("0." + "3" * 120)) == "0." + "3" * 120
    assert format_number(Fraction(10**120 - 1)) == "999" + ",999" * 39
