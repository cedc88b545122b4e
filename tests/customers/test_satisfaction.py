"""Satisfaction and loyalty: exact, at every bound, and never from nothing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from salesrules.core import DateRange, InvalidDocument, InvalidValue, Outcome
from salesrules.customers import (
    LoyaltyResult,
    Purchase,
    SurveyAnswer,
    calculate_repeat_rate,
    calculate_satisfaction,
    check_loyalty,
    check_satisfaction,
)

DAY = date(2024, 3, 1)


def answers(*points: int) -> list[SurveyAnswer]:
    return [SurveyAnswer(customer=f"c{number}", day=DAY, points=given) for number, given in enumerate(points)]


def asked(count: int) -> list[str]:
    return [f"c{number}" for number in range(count)]


def test_means_and_shares_are_exact(policy) -> None:
    result = calculate_satisfaction(answers(10, 9, 8, 7, 6, 0), asked(12), policy)
    assert (result.mean, result.response_rate) == (Fraction(40, 6), Fraction(1, 2))
    assert result.satisfied == Fraction(3, 6)
    assert result.net_promoters == 0, "two promote, two detract"


@pytest.mark.parametrize(
    ("points", "count", "found"),
    [
        ((7, 8), 6, []),  # 7.5 and a third
        ((7, 7, 8), 10, ["low_satisfaction"]),  # 7.33, exactly 30 %
        ((10,), 4, ["low_response"]),
        ((0,), 4, ["low_satisfaction", "low_response"]),
    ],
)
def test_bounds_belong_to_the_better_side(policy, codes, points, count, found) -> None:
    result = calculate_satisfaction(answers(*points), asked(count), policy)
    decision = check_satisfaction(result, policy, DAY)
    assert (codes(decision), decision.outcome) == (found, Outcome.WARN if found else Outcome.ALLOW)


def test_every_wrong_answer_is_named(policy) -> None:
    given = [*answers(11, -1), SurveyAnswer(customer="c0", day=DAY, points=5)]
    with pytest.raises(InvalidDocument) as caught:
        calculate_satisfaction(given, ["c0"], policy)
    assert [(fault.code.removeprefix("customers."), fault.path) for fault in caught.value.faults] == [
        ("points_outside", "answers[0].points"),
        ("points_outside", "answers[1].points"),
        ("not_asked", "answers[1].customer"),
        ("answered_twice", "answers[2].customer"),
    ]
    with pytest.raises(InvalidValue, match="nobody answered"):
        calculate_satisfaction([], ["c0"], policy)


def test_two_purchases_on_one_day_are_no_repetition(policy, codes) -> None:
    span = DateRange(date(2024, 1, 1), date(2025, 1, 1))
    days = [("a", date(2024, 1, 1)), ("a", date(2024, 12, 31)), ("b", DAY), ("b", DAY), ("c", DAY),
            ("c", date(2025, 1, 1)), ("d", date(2023, 12, 31))]  # fmt: skip
    purchases = [Purchase(customer=name, day=day) for name, day in days]
    result = calculate_repeat_rate(purchases, span, policy)
    assert (result.customers, result.repeating, result.rate) == (3, 1, Fraction(1, 3))
    assert codes(check_loyalty(result, policy, DAY)) == ["low_repeat_rate"]
    thrice = attrs.evolve(policy, satisfaction=attrs.evolve(policy.satisfaction, repeat_purchases=3))
    assert calculate_repeat_rate(purchases, span, thrice).repeating == 0


def test_loyalty_at_the_bound_and_of_nobody(policy) -> None:
    assert check_loyalty(LoyaltyResult(customers=5, repeating=2), policy, DAY).outcome is Outcome.ALLOW
    assert LoyaltyResult(customers=0, repeating=0).rate is None
    assert check_loyalty(LoyaltyResult(customers=0, repeating=0), policy, DAY).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"highest": 0}, "highest"),
        ({"satisfied_from": 11}, "satisfied_from"),
        ({"detractor_to": 9}, "detractor_to"),
        ({"repeat_purchases": 1}, "repeat_purchases"),
    ],
)
def test_impossible_scales_are_refused(policy, changes, field) -> None:
    with pytest.raises(InvalidValue) as caught:
        attrs.evolve(policy.satisfaction, **changes)
    assert caught.value.field == field
