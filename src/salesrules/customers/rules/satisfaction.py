"""Satisfaction and loyalty: what surveys say, and how many customers buy again; both feed appraisals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from fractions import Fraction

from salesrules.core import (
    DateRange,
    Decision,
    Fault,
    InvalidDocument,
    InvalidValue,
    PolicyReference,
    Reason,
    as_fraction,
    demand,
)
from salesrules.customers import reasons as codes
from salesrules.customers.model import LoyaltyResult, Purchase, SurveyAnswer, SurveyResult
from salesrules.customers.policy import CustomerPolicy, SatisfactionPolicy
from salesrules.customers.rules.life import decide_by

__all__ = ["calculate_repeat_rate", "calculate_satisfaction", "check_loyalty", "check_satisfaction"]


def calculate_satisfaction(
    answers: Iterable[SurveyAnswer], asked: Collection[str], policy: CustomerPolicy
) -> SurveyResult:
    """What a survey says of those who answered: exact mean and shares; `asked` are all who were asked.

    Raises `InvalidDocument` with every answer outside the scale, of somebody who was not asked, or given twice, and
    `InvalidValue` where nobody answered.
    """
    rule = demand(policy.satisfaction, "customers.satisfaction")
    given = list(answers)
    faults = tuple(_answer_faults(given, frozenset(asked), rule))
    if faults:
        raise InvalidDocument(faults)
    if not given:
        raise InvalidValue("answers", given, "nobody answered, so there is nothing to measure")
    points = [answer.points for answer in given]
    count = len(points)
    promoting = sum(point >= rule.promoter_from for point in points)
    detracting = sum(point <= rule.detractor_to for point in points)
    return SurveyResult(
        answers=count,
        asked=len(frozenset(asked)),
        mean=Fraction(sum(points), count),
        satisfied=Fraction(sum(point >= rule.satisfied_from for point in points), count),
        net_promoters=Fraction(promoting - detracting, count),
    )


def _answer_faults(answers: Iterable[SurveyAnswer], asked: frozenset[str], rule: SatisfactionPolicy) -> Iterator[Fault]:
    seen = set[str]()
    for index, answer in enumerate(answers):
        path = f"answers[{index}]"
        if not rule.lowest <= answer.points <= rule.highest:
            yield Fault(
                code="customers.points_outside",
                path=f"{path}.points",
                problem="the points lie outside the scale",
                remedy=f"give points from {rule.lowest} to {rule.highest}",
                value=answer.points,
            )
        if answer.customer not in asked:
            yield Fault(
                code="customers.not_asked",
                path=f"{path}.customer",
                problem="this customer was not asked",
                remedy="add the customer to those who were asked, or leave the answer out",
                value=answer.customer,
            )
        if answer.customer in seen:
            yield Fault(
                code="customers.answered_twice",
                path=f"{path}.customer",
                problem="this customer answered already",
                remedy="keep one answer of each customer",
                value=answer.customer,
            )
        seen.add(answer.customer)


def calculate_repeat_rate(purchases: Iterable[Purchase], span: DateRange, policy: CustomerPolicy) -> LoyaltyResult:
    """How many of the customers who bought in a span of days bought again in it.

    Purchases on one day are one; policy says how many days make it a repetition.
    """
    rule = demand(policy.satisfaction, "customers.satisfaction")
    days: dict[str, set[date]] = {}
    for purchase in purchases:
        if purchase.day in span:
            days.setdefault(purchase.customer, set()).add(purchase.day)
    repeating = sum(len(own) >= rule.repeat_purchases for own in days.values())
    return LoyaltyResult(customers=len(days), repeating=repeating)


def check_satisfaction(result: SurveyResult, policy: CustomerPolicy, as_of: date) -> Decision:
    """Whether customers are satisfied, and enough of them answered for that to mean something: warnings else."""
    rule = demand(policy.satisfaction, "customers.satisfaction")
    return decide_by(policy, as_of, _survey_findings(result, rule))


def _survey_findings(result: SurveyResult, rule: SatisfactionPolicy) -> Iterator[Reason]:
    if result.mean < as_fraction(rule.mean_from):
        yield codes.LOW_SATISFACTION(
            mean=result.mean, needed=rule.mean_from, path="mean", policy=_entry(rule, "mean_from")
        )
    if result.response_rate < as_fraction(rule.response_from.value):
        yield codes.LOW_RESPONSE(
            rate=result.response_rate,
            needed=rule.response_from,
            path="response_rate",
            policy=_entry(rule, "response_from"),
        )


def check_loyalty(result: LoyaltyResult, policy: CustomerPolicy, as_of: date) -> Decision:
    """Whether enough customers buy again; a warning else, and nothing to say where nobody bought."""
    rule = demand(policy.satisfaction, "customers.satisfaction")
    rate = result.rate
    if rate is None or rate >= as_fraction(rule.repeat_from.value):
        return decide_by(policy, as_of, ())
    found = codes.LOW_REPEAT_RATE(rate=rate, needed=rule.repeat_from, path="rate", policy=_entry(rule, "repeat_from"))
    return decide_by(policy, as_of, [found])


def _entry(rule: SatisfactionPolicy, field: str) -> PolicyReference:
    return PolicyReference("SatisfactionPolicy", rule.id, field)
