"""What is counted of a credit."""

from decimal import Decimal

import attrs
import pytest
from commissions.firm import ALWAYS, back, component, credit, days, measure_credit, sale

from salesrules.commissions import Filter, Measure, counts
from salesrules.commissions.rules.measures import unit_of
from salesrules.core import AmbiguousDay, ExchangeRate, ExchangeRates, InvalidValue, MissingDay

NO_RATES = ExchangeRates()
SOLD = sale("s", "01-10", "100.10", cost="60.05", quantity="2.5")
BACK = back("r", "02-10", "40.10", "s", cost="20.05", quantity="1")


@pytest.mark.parametrize(
    ("measure", "sold", "returned", "unit"),
    [
        ("amount", "100.10", "-40.10", "USD"),
        ("margin", "40.05", "-20.05", "USD"),
        ("quantity", "2.5", "-1", ""),
        ("count", "1", "0", ""),
    ],
)
def test_measures_of_a_sale_and_of_a_return(measure, sold, returned, unit):
    counted = component(measure=measure)
    assert measure_credit(counted, credit(SOLD), "USD", NO_RATES) == (Decimal(sold), Decimal(1))
    assert measure_credit(counted, credit(BACK), "USD", NO_RATES) == (Decimal(returned), Decimal(1))
    assert unit_of(counted, "USD") == unit


def test_the_return_that_completes_its_sale_counts_minus_one():
    counted = component(measure="count")
    last = attrs.evolve(credit(BACK), completes=True)
    assert measure_credit(counted, last, "USD", NO_RATES).value == -1
    assert measure_credit(component(), last, "USD", NO_RATES).value == Decimal("-40.10")


@pytest.mark.parametrize("measure", list(Measure))
def test_a_credit_counts_by_its_share(measure):
    whole = measure_credit(component(measure=measure), credit(SOLD), "USD", NO_RATES).value
    part = measure_credit(component(measure=measure), credit(SOLD, share="12.5%"), "USD", NO_RATES).value
    assert part == whole / 8


def test_a_margin_without_cost_is_an_error_that_names_the_transaction():
    with pytest.raises(InvalidValue, match="transaction s needs a cost"):
        measure_credit(component(measure="margin"), credit(sale("s", "01-10", 100)), "USD", NO_RATES)
    assert (
        measure_credit(component(measure="margin"), credit(sale("s", "01-10", 100, cost=0)), "USD", NO_RATES).value
        == 100
    )


def rate(value, effective, source="EUR", target="USD"):
    return ExchangeRate(source=source, target=target, effective=effective, rate=Decimal(value))


RATES = ExchangeRates.of([rate("1.1", days("01-01", "02-01")), rate("1.2", days("02-01"))])


@pytest.mark.parametrize(("on", "expected"), [("01-31", ("110.0", "1.1")), ("02-01", ("120.0", "1.2"))])
def test_money_is_converted_at_the_rate_of_the_credits_day(on, expected):
    sold = credit(sale("s", on, 100, currency="EUR"))
    assert measure_credit(component(), sold, "USD", RATES) == tuple(map(Decimal, expected))


def test_what_is_no_money_is_not_converted():
    sold = credit(sale("s", "01-10", 100, currency="JPY", quantity=3))
    for measure, value in (("quantity", 3), ("count", 1)):
        assert measure_credit(component(measure=measure), sold, "USD", NO_RATES) == (value, 1)


def test_a_missing_rate_names_the_pair_and_the_day_and_no_pair_is_turned_round():
    with pytest.raises(MissingDay, match=r"EUR/USD: no entry on 2019-12-31"):
        measure_credit(component(), credit(sale("s", "2019-12-31", 100, currency="EUR")), "USD", RATES)
    with pytest.raises(MissingDay, match=r"USD/EUR"):
        measure_credit(component(), credit(sale("s", "01-10", 100)), "EUR", RATES)


def test_two_rates_on_one_day_are_an_error():
    twice = ExchangeRates.of([rate("1.1", ALWAYS), rate("1.2", days("01-10"))])
    with pytest.raises(AmbiguousDay, match="EUR/USD"):
        measure_credit(component(), credit(sale("s", "01-10", 100, currency="EUR")), "USD", twice)


@pytest.mark.parametrize(("role", "taken"), [("direct", True), ("override_1", False), ("override_2", True)])
def test_a_component_takes_the_credits_of_its_roles(role, taken):
    assert counts(component(credits=("direct", "override_2")), credit(SOLD, role=role)) is taken


@pytest.mark.parametrize(
    ("filters", "taken"),
    [
        ([Filter(attribute="category", one_of=["Bikes", "Clothing"])], True),
        ([Filter(attribute="category", one_of=["Clothing"])], False),
        ([Filter(attribute="category", none_of=["Clothing"])], True),
        ([Filter(attribute="category", none_of=["Bikes"])], False),
        ([Filter(attribute="category", one_of=["Bikes"], none_of=["Bikes"])], False),
        ([Filter(attribute="category", one_of=["Bikes"]), Filter(attribute="region", one_of=["3"])], False),
        ([Filter(attribute="category", one_of=["Bikes"]), Filter(attribute="region", one_of=["4"])], True),
        ([Filter(attribute="colour", one_of=["red"])], False),
        ([Filter(attribute="colour", none_of=["red"])], True),
    ],
)
def test_filters_let_through_what_has_one_of_their_values_and_none_of_the_others(filters, taken):
    sold = sale("s", "01-10", 100, category="Bikes", region="4")
    assert counts(component(filters=filters), credit(sold)) is taken
