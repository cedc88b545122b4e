import copy
import pickle
from datetime import date
from decimal import Decimal

import pytest

from salesrules.core import AmbiguousDay, DateRange, ExchangeRate, ExchangeRates, InvalidValue, MissingDay, Money

JANUARY = DateRange(date(2020, 1, 1), date(2020, 2, 1))
MARCH = DateRange(date(2020, 3, 1), date(2020, 4, 1))


def rate(source, target, span, value):
    return ExchangeRate(source=source, target=target, effective=span, rate=value)


RATES = ExchangeRates.of(
    [
        rate("EUR", "USD", JANUARY, "1.10"),
        rate("EUR", "USD", MARCH, "1.20"),
        rate("USD", "EUR", JANUARY, Decimal("0.9")),
    ]
)


@pytest.mark.parametrize(
    ("source", "target", "day", "worth"),
    [
        ("EUR", "USD", date(2020, 1, 1), "1.10"),
        ("EUR", "USD", date(2020, 1, 31), "1.10"),
        ("EUR", "USD", date(2020, 3, 1), "1.20"),
        ("USD", "EUR", date(2020, 1, 1), "0.9"),
        ("JPY", "JPY", date(1990, 1, 1), "1"),
    ],
)
def test_the_rate_of_a_pair_on_a_day(source, target, day, worth):
    assert str(RATES.rate(source, target, day)) == worth


def test_conversion_is_exact_and_not_rounded():
    assert str(RATES.convert(Money("100.01", "EUR"), "USD", date(2020, 1, 15))) == "USD 110.0110"
    same = Money("5.25", "USD")
    assert RATES.convert(same, "USD", date(2020, 1, 15)) == same


def test_a_missing_day_names_the_pair_and_its_neighbours():
    with pytest.raises(MissingDay) as caught:
        RATES.rate("EUR", "USD", date(2020, 2, 1))
    assert caught.value.subject == "exchange rate EUR/USD"
    assert (caught.value.before, caught.value.after) == (str(JANUARY), str(MARCH))


def test_a_pair_is_never_inverted():
    with pytest.raises(MissingDay):
        RATES.rate("USD", "EUR", date(2020, 3, 1))
    with pytest.raises(MissingDay) as caught:
        ExchangeRates().convert(Money(1, "EUR"), "USD", date(2020, 1, 1))
    assert caught.value.subject == "exchange rate EUR/USD"
    assert (caught.value.before, caught.value.after) == (None, None)


def test_two_rates_of_a_day_are_ambiguous():
    twice = ExchangeRates(rates=[rate("EUR", "USD", JANUARY, 1), rate("EUR", "USD", DateRange(date(2020, 1, 31)), 2)])
    assert twice.rate("EUR", "USD", date(2020, 1, 30)) == 1
    with pytest.raises(AmbiguousDay):
        twice.rate("EUR", "USD", date(2020, 1, 31))


@pytest.mark.parametrize("value", [0, "-0.1", "x", 1.1, Decimal("NaN"), Decimal("1E+999999"), True])
def test_a_rate_is_an_exact_number_above_zero(value):
    with pytest.raises(InvalidValue) as caught:
        rate("EUR", "USD", JANUARY, value)
    assert caught.value.field == "rate"


def test_the_smallest_rate_above_zero_will_do():
    assert rate("EUR", "USD", JANUARY, Decimal("1E-40")).rate > 0
    with pytest.raises(InvalidValue, match=r"^rate: .* give a rate above zero$"):
        rate("EUR", "USD", JANUARY, 0)


@pytest.mark.parametrize(("source", "target", "field"), [("eur", "USD", "source"), ("EUR", "US", "target")])
def test_both_currencies_are_codes(source, target, field):
    with pytest.raises(InvalidValue) as caught:
        rate(source, target, JANUARY, 1)
    assert caught.value.field == field
    assert caught.value.remedy == "give a three-letter code in capitals, such as 'CNY'"


def test_rates_are_values():
    for twin in (copy.copy(RATES), copy.deepcopy(RATES), pickle.loads(pickle.dumps(RATES))):
        assert twin == RATES
        assert hash(twin) == hash(RATES)
        assert twin.rate("EUR", "USD", date(2020, 3, 1)) == Decimal("1.20")
