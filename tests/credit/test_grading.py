"""Grades from weighted scores, gates, and limits by the formula; at every bound, with derivations that compute."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from salesrules.core import (
    AmbiguousDay,
    Band,
    BandTable,
    DateRange,
    ExchangeRate,
    ExchangeRates,
    InvalidValue,
    Money,
    Rate,
)
from salesrules.credit import (
    CreditProfile,
    GradeTerms,
    GradingPolicy,
    MeasureGate,
    NewCustomerGate,
    ScoreFactor,
    Season,
    calculate_average_sales,
    calculate_grade,
    calculate_limit,
)

DAY = date(2026, 6, 15)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def profile(payment: object, volume: object | None = None, since: date | None = date(2020, 1, 1)) -> CreditProfile:
    measures = {"payment": payment} | ({} if volume is None else {"volume": volume})
    return CreditProfile(customer="c1", since=since, measures=measures)


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("100", "AAA"), ("90", "AAA"), ("89.99", "AA"), ("80", "AA"), ("79.99", "A"), ("70", "A"), ("69.99", "B"),
        ("60", "B"), ("59.99", "C"), ("0", "C"),
    ],
)  # fmt: skip
def test_the_score_gives_the_grade_at_every_bound(policy, score, grade) -> None:
    found = calculate_grade(profile(score, score), policy, DAY)
    assert (found.score, found.grade, found.scored) == (Decimal(score), grade, grade)
    assert found.derivation.recompute() == found.score


def test_factors_weigh_and_a_missing_one_gives_its_points(policy) -> None:
    assert calculate_grade(profile(90, 40), policy, DAY).score == Decimal("70.0")
    assert calculate_grade(profile(90), policy, DAY).score == Decimal("74.0")
    unknown = calculate_grade(CreditProfile(customer="c1", since=date(2020, 1, 1)), policy, DAY)
    assert unknown.grade is None
    assert [reason.code for reason in unknown.findings] == ["credit.measure_missing"]
    assert unknown.findings[0].parameters["measure"] == "payment"


def test_a_measure_gives_points_by_bands(make_policy, policy) -> None:
    table = BandTable(bands=[Band(start=None, value=Decimal(100)), Band(start=5, value=Decimal(60))], side="upper")
    factors = [ScoreFactor(id="days_late", weight=Rate(1), points=table)]
    banded = make_policy(grading=attrs.evolve(policy.grading, factors=factors))
    for days, score in ((0, 100), (5, 100), ("5.01", 60)):
        found = calculate_grade(CreditProfile(customer="c", measures={"days_late": days}), banded, DAY)
        assert found.score == score


@pytest.mark.parametrize(
    ("since", "grade", "opens"),
    [
        (None, "A", None),
        (date(2025, 6, 16), "A", date(2026, 6, 16)),
        (date(2025, 6, 15), "AAA", None),
        (DAY, "A", date(2027, 6, 15)),
    ],
)
def test_a_new_customer_gets_at_most_an_a(policy, since, grade, opens) -> None:
    found = calculate_grade(profile(95, 95, since), policy, DAY)
    assert (found.grade, found.scored, found.changes_at) == (grade, "AAA", opens)
    assert [reason.code for reason in found.findings] == (["credit.grade_gated"] if grade == "A" else [])
    # a gate raises nobody
    assert calculate_grade(profile(65, 65, since), policy, DAY).grade == "B"
    assert calculate_grade(profile(65, 65, since), policy, DAY).findings == ()
    assert calculate_grade(profile(75, 75, since), policy, DAY).findings == ()


def test_the_strictest_gate_decides(make_policy, policy) -> None:
    late = BandTable(bands=[Band(start=0, value="AA"), Band(start=30, value="B")])
    gates = [
        NewCustomerGate(id="new", days=365, at_most="A"),
        MeasureGate(id="late", measure="days_late", grades=late),
    ]
    gated = make_policy(grading=attrs.evolve(policy.grading, gates=gates))
    for days, grade, count in ((29, "A", 2), (30, "B", 2)):
        asked = CreditProfile(customer="c1", since=DAY, measures={"payment": 95, "volume": 95, "days_late": days})
        found = calculate_grade(asked, gated, DAY)
        assert (found.grade, len(found.findings)) == (grade, count)
    assert calculate_grade(profile(95, 95), gated, DAY).grade == "AAA"  # nobody knows how late they pay


def test_average_sales_of_full_months(policy, make_policy) -> None:
    sales = [
        (date(2025, 5, 31), cny(10**6)),  # before the window
        (date(2025, 6, 1), cny(600)),
        (date(2026, 5, 31), cny(400)),
        (date(2026, 6, 1), cny(10**6)),  # the running month
    ]
    found = calculate_average_sales(sales, policy, DAY)
    assert found.value == Fraction(1000, 12) == found.recompute()
    active = make_policy(limits=attrs.evolve(policy.limits, average_over="active"))
    for since, months in ((date(2026, 3, 20), 3), (date(2026, 6, 2), 1), (date(2019, 1, 1), 12), (None, 12)):
        found = calculate_average_sales(sales, active, DAY, since=since)
        assert found.terms[1].value == months
    assert calculate_average_sales(sales, active, DAY, since=date(2026, 3, 20)).value == Fraction(400, 3)


def test_sales_in_other_currencies_count_at_the_rate_of_their_day(policy) -> None:
    rates = ExchangeRates.of(
        [
            ExchangeRate(source="USD", target="CNY", effective=DateRange(date(2026, 1, 1), date(2026, 5, 1)), rate="7"),
            ExchangeRate(source="USD", target="CNY", effective=DateRange(date(2026, 5, 1)), rate="8"),
        ]
    )
    sales = [(date(2026, 4, 30), Money(12, "USD")), (date(2026, 5, 1), Money(12, "USD"))]
    assert calculate_average_sales(sales, policy, DAY, rates=rates).value == 15


@pytest.mark.parametrize(
    ("grade", "factor", "limit"),
    [("AAA", None, 300_000), ("AAA", "300%", 600_000), ("AAA", "200%", 400_000), ("AA", None, 200_000),
     ("A", None, 160_000), ("B", None, 120_000), ("C", None, 0)],
)  # fmt: skip
def test_the_limit_is_average_by_term_by_factor(policy, grade, factor, limit) -> None:
    chosen = None if factor is None else Rate.parse(factor)
    found = calculate_limit("c1", grade, Decimal(100_000), policy, DAY, factor=chosen)
    assert found.limit.amount == cny(limit)
    assert found.derivation.recompute() == limit
    assert (found.limit.review_due, found.limit.effective) == (date(2026, 12, 15), DateRange(DAY))


def test_a_term_in_days_is_its_part_of_a_month(make_policy, policy) -> None:
    terms = [GradeTerms(grade="A", factor=Rate(1), term_days=days) for days in (45,)]
    found = calculate_limit("c1", "A", Decimal(100), make_policy(limits=attrs.evolve(policy.limits, terms=terms)), DAY)
    assert found.limit.amount == cny(150)


@pytest.mark.parametrize(
    ("days", "limit"), [(None, 100), (30, 100), (31, 103), (89, 296), (90, 300), (29, None), (91, None)]
)
def test_a_term_is_chosen_within_its_range(make_policy, policy, days, limit) -> None:
    terms = [GradeTerms(grade="A", factor=Rate(1), term_days=30, term_days_to=90)]
    ranged = make_policy(limits=attrs.evolve(policy.limits, terms=terms))
    if limit is None:
        with pytest.raises(InvalidValue, match="give days from 30 to 90"):
            calculate_limit("c1", "A", Decimal(100), ranged, DAY, term_days=days)
        return
    found = calculate_limit("c1", "A", Decimal(100), ranged, DAY, term_days=days)
    assert (found.limit.amount, found.derivation.recompute()) == (cny(limit), limit)
    with pytest.raises(InvalidValue, match="give days from 60 to 60"):
        calculate_limit("c1", "A", Decimal(100), policy, DAY, term_days=61)


def test_the_limit_is_rounded_down_and_never_above_the_highest(make_policy, policy) -> None:
    found = calculate_limit("c1", "AA", Decimal("100.49"), policy, DAY)
    assert (found.limit.amount, found.derivation.recompute()) == (cny(200), 200)
    capped = make_policy(limits=attrs.evolve(policy.limits, maximum=cny(150)))
    found = calculate_limit("c1", "AA", Decimal(100), capped, DAY)
    assert (found.limit.amount, found.derivation.recompute()) == (cny(150), 150)
    assert calculate_limit("c1", "AA", Decimal(75), capped, DAY).limit.amount == cny(150)
    third = calculate_limit("c1", "AA", Decimal(100), policy, DAY, factor=Rate(1))
    average = calculate_average_sales([(date(2026, 5, 1), cny(1000))], policy, DAY)
    found = calculate_limit("c1", "AA", average, policy, DAY)
    assert (found.limit.amount, found.average) == (cny(166), Fraction(1000, 12))
    assert found.derivation.recompute() == 166
    assert third.factor == Rate(1)


def test_seasons_change_a_limit_while_they_last(make_policy, policy) -> None:
    seasons = [
        Season(id="peak", effective=DateRange(date(2026, 9, 1), date(2026, 11, 1)), adjust=Rate.parse("50%")),
        Season(id="low", effective=DateRange(date(2027, 1, 1), date(2027, 3, 1)), adjust=Rate.parse("-50%")),
    ]
    seasonal = make_policy(limits=attrs.evolve(policy.limits, seasons=seasons))

    def at(day: date) -> tuple[Money, date | None]:
        limit = calculate_limit("c1", "AA", Decimal(100), seasonal, day).limit
        return limit.amount, limit.effective.end

    assert at(date(2026, 8, 31)) == (cny(200), date(2026, 9, 1))
    assert at(date(2026, 9, 1)) == (cny(300), date(2026, 11, 1))
    assert at(date(2026, 11, 1)) == (cny(200), date(2027, 1, 1))
    assert at(date(2027, 2, 28)) == (cny(100), date(2027, 3, 1))
    assert at(date(2027, 3, 1)) == (cny(200), None)
    twice = make_policy(limits=attrs.evolve(policy.limits, seasons=[seasons[0], attrs.evolve(seasons[0], id="x")]))
    with pytest.raises(AmbiguousDay, match="peak, x"):
        calculate_limit("c1", "AA", Decimal(100), twice, date(2026, 9, 1))


def test_what_the_formula_cannot_take_is_refused(policy) -> None:
    for grade, average, factor in (
        ("D", 1, None),
        ("AA", 1, "101%"),
        ("AAA", 1, "149.99%"),
        ("AAA", 1, "300.01%"),
        ("AA", -1, None),
    ):
        with pytest.raises(InvalidValue):
            calculate_limit("c", grade, Decimal(average), policy, DAY, factor=factor and Rate.parse(factor))
    with pytest.raises(InvalidValue, match="factor_to"):
        GradeTerms(grade="A", factor=Rate(2), factor_to=Rate(1), term_days=1)
    with pytest.raises(InvalidValue):
        GradeTerms(grade="A", factor=Rate(-1), term_days=1)
    with pytest.raises(InvalidValue):
        GradeTerms(grade="A", factor=Rate(1), term_days=-1)
    with pytest.raises(InvalidValue, match="term_days_to"):
        GradeTerms(grade="A", factor=Rate(1), term_days=30, term_days_to=29)
    with pytest.raises(InvalidValue):
        Season(id="s", effective=DateRange(DAY), adjust=Rate.parse("-101%"))
    with pytest.raises(InvalidValue):
        NewCustomerGate(id="n", days=0, at_most="A")
    with pytest.raises(InvalidValue):
        ScoreFactor(id="f", weight=Rate.parse("101%"))
    assert isinstance(policy.grading, GradingPolicy)
