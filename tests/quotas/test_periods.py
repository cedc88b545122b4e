"""Splitting over periods: evenly, by days, as the seasons go; what history says about seasons."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import AmbiguousDay, DateRange, FiscalCalendar, InvalidValue, PeriodKind, Rate
from salesrules.quotas import Seasonality, calculate_period_weights, calculate_seasonality, split_periods

EVER = DateRange(date(2010, 1, 1))
MONTH, QUARTER, YEAR, WEEK, HALF = (PeriodKind(kind) for kind in ("month", "quarter", "year", "week", "half_year"))


def quarters(*weights: object, effective: DateRange = EVER, measures: tuple[str, ...] = ()) -> Seasonality:
    return Seasonality(
        id="q", effective=effective, kind=QUARTER, weights=tuple(map(Decimal, weights)), measures=measures
    )


def by_label(lines) -> dict[str, str]:
    return {line.id.split(":")[-1]: str(line.amount) for line in lines}


def test_a_year_splits_evenly_into_quarters_and_these_into_months(make_line, policy, calendar) -> None:
    year = make_line("2020", "1000.01")
    quarters_of_year = split_periods(year, QUARTER, calendar, policy)
    assert by_label(quarters_of_year) == {
        "2020-Q1": "250.01",
        "2020-Q2": "250.00",
        "2020-Q3": "250.00",
        "2020-Q4": "250.00",
    }
    months = [split_periods(quarter, MONTH, calendar, policy) for quarter in quarters_of_year]
    assert [sum(month.amount for month in parts) for parts in months] == [line.amount for line in quarters_of_year]
    assert months[0][1].span == DateRange(date(2020, 2, 1), date(2020, 3, 1))


def test_seasons_give_the_weights_of_their_kind(make_line, make_policy, calendar) -> None:
    policy = make_policy(seasonalities=[quarters(20, 20, 20, 40)])
    assert by_label(split_periods(make_line("2020", "1000"), QUARTER, calendar, policy))["2020-Q4"] == "400.00"


def test_a_coarser_period_weighs_the_sum_of_its_seasons_and_a_finer_one_its_part(make_policy, calendar) -> None:
    policy = make_policy(seasonalities=[quarters(10, 20, 30, 60)])
    year = calendar.period("2020").span
    assert list(calculate_period_weights(year, HALF, calendar, policy).values()) == [30, 90]
    months = calculate_period_weights(year, MONTH, calendar, policy)
    assert months["2020-M02"] == Fraction(10, 3)
    assert months["2020-M12"] == 20
    by_day = calculate_period_weights(year, MONTH, calendar, attrs.evolve(policy, even_by="day"))
    assert by_day["2020-M02"] == Fraction(10 * 29, 91)


def test_evenly_means_by_period_or_by_day_as_policy_says(make_policy, calendar) -> None:
    span = calendar.period("2020-Q1").span
    assert list(calculate_period_weights(span, MONTH, calendar, make_policy()).values()) == [1, 1, 1]
    assert list(calculate_period_weights(span, MONTH, calendar, make_policy(even_by="day")).values()) == [31, 29, 31]


def test_a_period_at_the_edge_counts_with_its_days(make_policy, calendar) -> None:
    span = DateRange(date(2020, 1, 17), date(2020, 3, 1))
    weights = calculate_period_weights(span, MONTH, calendar, make_policy())
    assert weights == {"2020-M01": Fraction(15, 31), "2020-M02": 1}
    seasons = make_policy(seasonalities=[quarters(9, 0, 0, 1)])
    edge = DateRange(date(2020, 2, 1), date(2020, 5, 1))
    assert calculate_period_weights(edge, QUARTER, calendar, seasons) == {
        "2020-Q1": Fraction(9 * 60, 91),
        "2020-Q2": 0,
    }


def test_weeks_are_cut_at_the_ends_of_the_line_and_weigh_their_days(make_line, policy, calendar) -> None:
    weeks = split_periods(make_line("2020-M02", "2900"), WEEK, calendar, policy)
    assert [(line.span.days, str(line.amount)) for line in weeks] == [
        (2, "200.00"),
        (7, "700.00"),
        (7, "700.00"),
        (7, "700.00"),
        (6, "600.00"),
    ]
    assert weeks[0].id == "ana:2020-M02:2020-W05"


def test_weeks_across_a_season_take_the_days_of_both(make_policy, calendar) -> None:
    policy = make_policy(seasonalities=[quarters(91, 182, 0, 0)])
    span = DateRange(date(2020, 3, 30), date(2020, 4, 6))  # two days of the first quarter, five of the second
    assert calculate_period_weights(span, WEEK, calendar, policy) == {"2020-W14": 2 + 10}


@settings(max_examples=40, deadline=None)
@given(
    cents=st.integers(0, 10**8),
    weights=st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(all),
    kind=st.sampled_from([WEEK, PeriodKind.HALF_MONTH, MONTH, QUARTER, HALF]),
    days=st.integers(1, 800),
)
def test_the_lines_of_any_split_sum_to_the_whole_and_cover_it(cents, weights, kind, days) -> None:
    calendar = FiscalCalendar(first_month=4)
    start = date(2019, 2, 11)
    span = DateRange(start, date.fromordinal(start.toordinal() + days))
    from salesrules.core import PolicyLife, Rounding
    from salesrules.quotas import Quota, QuotaPolicy

    policy = QuotaPolicy(
        life=PolicyLife(status="draft", scope="all", owner="ops", effective=EVER),
        rounding=Rounding(digits=2, mode="half_up"),
        seasonalities=[quarters(*weights)],
    )
    line = Quota(id="q", holder="ana", span=span, amount=Decimal(cents).scaleb(-2), unit="USD")
    parts = split_periods(line, kind, calendar, policy)
    assert sum(part.amount for part in parts) == line.amount
    assert parts[0].span.start == start
    assert all(a.span.end == b.span.start for a, b in itertools.pairwise(parts))
    assert parts[-1].span.end == span.end


def test_a_buffer_raises_the_sum_of_the_periods(make_line, make_policy, calendar) -> None:
    policy = make_policy(period_buffer=Rate.parse("10%"))
    assert sum(part.amount for part in split_periods(make_line("2020", "1000"), MONTH, calendar, policy)) == 1100


def test_a_market_share_holds_in_every_period(make_line, make_policy, calendar) -> None:
    policy = make_policy(period_buffer=Rate.parse("10%"))
    line = make_line("2020", "0.12345", unit="share", measure="market_share")
    assert {part.amount for part in split_periods(line, QUARTER, calendar, policy)} == {Decimal("0.12345")}


def test_the_season_in_effect_on_the_first_day_counts(make_line, make_policy, calendar) -> None:
    old = quarters(1, 0, 0, 0, effective=DateRange(date(2010, 1, 1), date(2020, 1, 1)))
    new = attrs.evolve(quarters(0, 0, 0, 1, effective=DateRange(date(2020, 1, 1))), id="new")
    policy = make_policy(seasonalities=[old, new])
    assert by_label(split_periods(make_line("2019"), QUARTER, calendar, policy))["2019-Q1"] == "100.00"
    assert by_label(split_periods(make_line("2020"), QUARTER, calendar, policy))["2020-Q4"] == "100.00"
    with pytest.raises(AmbiguousDay, match="q, q"):
        split_periods(make_line("2020"), QUARTER, calendar, make_policy(seasonalities=[quarters(1, 1, 1, 1)] * 2))


@pytest.mark.parametrize(
    ("kind", "weights", "field"),
    [
        ("quarter", ["1", "1", "1"], "weights"),
        ("quarter", ["1", "1", "1", "-1"], "weights[3]"),
        ("quarter", ["0", "0", "0", "0"], "weights"),
        ("week", ["1"] * 52, "kind"),
        ("year", ["1"], "kind"),
        ("quarter", ["1", "1", "1", "NaN"], "weights[3]"),
    ],
)
def test_a_season_needs_one_usable_weight_per_period(kind, weights, field) -> None:
    with pytest.raises(InvalidValue) as caught:
        Seasonality(id="s", effective=EVER, kind=kind, weights=tuple(map(Decimal, weights)))
    assert caught.value.field == field


def test_weights_that_are_no_decimals_are_refused() -> None:
    with pytest.raises(InvalidValue, match="never a float"):
        Seasonality(id="s", effective=EVER, kind="half_year", weights=(True, 1.5))


def test_history_gives_the_mean_share_of_complete_years(calendar) -> None:
    sales = {
        "2018-Q1": Decimal(10), "2018-Q2": Decimal(20), "2018-Q3": Decimal(30), "2018-Q4": Decimal(40),
        "2019-Q1": Decimal(600), "2019-Q2": Decimal(200), "2019-Q3": Decimal(200), "2019-Q4": Decimal(0),
        "2020-Q1": Decimal(999),
    }  # fmt: skip
    assert list(map(str, calculate_seasonality(sales, QUARTER, calendar, digits=2))) == ["0.35", "0.20", "0.25", "0.20"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=12, max_size=12), st.integers(2, 6))
def test_weights_from_history_sum_to_exactly_one(amounts, digits) -> None:
    sales = {f"2020-M{number:02}": Decimal(amount) for number, amount in enumerate(amounts, start=1)}
    weights = calculate_seasonality(sales, MONTH, FiscalCalendar(), digits)
    assert sum(weights) == 1
    for weight, amount in zip(weights, amounts, strict=True):
        assert abs(Fraction(weight) - Fraction(amount, sum(amounts))) < Fraction(1, 10**digits)


@pytest.mark.parametrize(
    ("sales", "kind"),
    [
        ({"2020-Q1": 1}, QUARTER),
        ({"2020-M01": 1}, QUARTER),
        ({"2020-H1": 0, "2020-H2": 0}, HALF),
        ({"2020-W01": 1}, WEEK),
        ({}, QUARTER),
    ],
)
def test_history_without_a_complete_year_above_zero_is_refused(sales, kind, calendar) -> None:
    with pytest.raises(InvalidValue):
        calculate_seasonality({label: Decimal(amount) for label, amount in sales.items()}, kind, calendar)


def test_a_measure_has_its_own_seasons_or_those_for_all_that_none_names(make_line, make_policy, calendar) -> None:
    skis = quarters(1, 0, 0, 1, measures=("skis", "boots"))
    for seasons in ([quarters(1, 1, 1, 1), skis], [skis, quarters(1, 1, 1, 1)]):
        policy = make_policy(seasonalities=seasons)
        for measure, expected in (("skis", [50, 0, 0, 50]), ("boots", [50, 0, 0, 50]), ("amount", [25, 25, 25, 25])):
            lines = split_periods(make_line("2020", measure=measure), QUARTER, calendar, policy)
            assert [line.amount for line in lines] == expected
    year = calendar.period("2020").span
    assert list(calculate_period_weights(year, QUARTER, calendar, policy, measure="skis").values()) == [1, 0, 0, 1]
    only = make_policy(seasonalities=[skis])
    assert list(calculate_period_weights(year, QUARTER, calendar, only).values()) == [1, 1, 1, 1]
    with pytest.raises(AmbiguousDay, match=r"^quotas\.seasonalities"):
        split_periods(make_line("2020", measure="skis"), QUARTER, calendar, make_policy(seasonalities=[skis, skis]))
