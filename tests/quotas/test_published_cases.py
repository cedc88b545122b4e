"""Worked examples that others published, each with its source in `tests/cases/quotas.json`."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from salesrules.core import DateRange, PeriodKind, Rate, Rounding, TieOrder
from salesrules.quotas import (
    Seasonality,
    calculate_attainment,
    calculate_growth_quota,
    calculate_quota,
    split_amount,
    split_periods,
)

FILE = Path(__file__).parents[1] / "cases" / "quotas.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text("utf-8"), parse_float=Decimal)}
WHOLE = Rounding(digits=0, mode="half_up")


def test_every_case_names_its_source() -> None:
    assert len(CASES) == 6
    assert all(case["source"] for case in CASES.values())


@pytest.mark.parametrize("ties", list(TieOrder))
def test_largest_remainder_gives_the_published_seats(make_policy, ties) -> None:
    case = CASES["TARGET-01"]
    policy = make_policy(rounding=WHOLE, ties=ties)  # no two remainders are equal, so the tie order says nothing
    assert split_amount(Decimal(case["inputs"]["total"]), case["inputs"]["weights"], "seat", policy) == case["expected"]


def test_an_even_split_with_a_buffer_on_each_month(make_policy, make_line, calendar) -> None:
    # Read as: each month's exact share, rounded for print (the article's own sum, 91.66, rounds twice; it prints the
    # exact 91.67). Twelve times the print loses four cents; ours keeps them, on the first months by the tie order.
    case = CASES["TARGET-04"]
    year = make_line("2020", case["inputs"]["annual"])
    plain, buffered = (make_policy(period_buffer=Rate.parse(buffer)) for buffer in ("0%", case["inputs"]["buffer"]))
    for policy, key, whole in ((plain, "base", 10_000_000), (buffered, "with_buffer", 11_000_000)):
        months = [line.amount for line in split_periods(year, PeriodKind.MONTH, calendar, policy)]
        assert str(policy.rounding(Fraction(whole, 12))) == case["expected"][key]
        assert sum(months) == whole
        assert Decimal(case["expected"][key]) in months
        assert {abs(month - Decimal(case["expected"][key])) for month in months} == {Decimal(0), Decimal("0.01")}


@pytest.mark.parametrize("index", [0, 1])
def test_the_first_months_goal_by_the_days_that_remain(make_policy, make_line, calendar, index) -> None:
    # "Days remaining" are counted without the start day itself (15 of 30 after the 15th; the case's notes say that the
    # same page counts the other way for the year): so the span asked for begins on the day after.
    case = CASES["seanmasters-month-goal"]
    month = make_line("2019-M11", case["plan"]["monthly_goal"], unit="count")
    assert month.span.days == case["plan"]["days_in_month"]
    after = DateRange(date(2019, 11, case["inputs"]["start_day"][index] + 1), month.span.end)
    policy = make_policy()
    assert calculate_quota("ana", after, [month], policy, calendar).amount == case["expected"]["goal"][index]
    inclusive = DateRange(date(2019, 11, case["inputs"]["start_day"][index]), month.span.end)
    assert calculate_quota("ana", inclusive, [month], policy, calendar).amount == case["expected"]["goal"][index] + 1


def test_a_years_quota_by_weighted_quarters_from_a_start_in_march(make_policy, make_line, calendar) -> None:
    # Read as: the year is split by the quarters' weights, each quarter evenly over its months, in whole dollars, and
    # the start month counts whole. 20000 over three months leaves two dollars; the print gives March one of them,
    # which is the declared tie order "last".
    case = CASES["quickbase-quota-proration"]
    season = Seasonality(
        id="quarters", effective=DateRange(date(2019, 1, 1)), kind="quarter", weights=case["plan"]["weights"]
    )
    policy = make_policy(rounding=WHOLE, ties=TieOrder.LAST, seasonalities=[season])
    quarters = split_periods(make_line("2019", case["inputs"]["annual_quota"]), PeriodKind.QUARTER, calendar, policy)
    months = [month for one in quarters for month in split_periods(one, PeriodKind.MONTH, calendar, policy)]
    start = date.fromisoformat(case["inputs"]["start"])
    spans = [DateRange(max(start, one.span.start), one.span.end) for one in quarters]
    held = [calculate_quota("ana", span, months, policy, calendar).amount for span in spans]
    assert held == case["expected"]["quarters"]
    year = calculate_quota("ana", DateRange(start, date(2020, 1, 1)), months, policy, calendar)
    assert year.amount == case["expected"]["total"]


def test_a_quota_is_last_quarters_sales_plus_growth(policy) -> None:
    case = CASES["salescookie-quota-growth"]
    growth = Rate(case["plan"]["growth"])
    assert calculate_growth_quota(Decimal(case["inputs"]["last"]), growth, "USD", policy) == case["expected"]["quota"]


def test_two_people_share_an_order_and_each_is_held_against_their_target(make_held) -> None:
    case = CASES["erpnext-target-variance-test"]
    expected = case["expected"]["per_person"]
    target = make_held("2020", case["inputs"]["target"], measure="quantity", unit="count")
    for share in case["plan"]["split"]:
        attainment = calculate_attainment(target, case["inputs"]["order_qty"] * share)
        assert attainment.quota.amount == expected["target"]
        assert (attainment.achieved, attainment.variance) == (expected["achieved"], expected["variance"])
        assert attainment == attrs.evolve(attainment, achieved=Decimal(10))
