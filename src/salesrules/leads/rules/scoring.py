"""Scores of opportunities: need, budget, competitor and win chance, weighted, graded, and explained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.core import (
    Decision,
    Derivation,
    Fault,
    InvalidDocument,
    InvalidValue,
    Operation,
    PolicyReference,
    demand,
    exact_product,
    nearest_names,
)
from salesrules.leads import reasons as codes
from salesrules.leads.model import Opportunity, OpportunityScore
from salesrules.leads.policy import LeadPolicy, ScoreFactor, ScoringPolicy
from salesrules.leads.rules.life import decide_by

__all__ = ["calculate_score", "check_opportunity"]


def calculate_score(opportunity: Opportunity, policy: LeadPolicy) -> OpportunityScore:
    """The weighted mean of the points for what was found, its grade, and the expected value.

    The expected value is the value times the chance to win, where both are given. Raises `InvalidDocument` with every
    factor of which nothing was found, every word without points, every number outside the bands, and every finding of
    a factor that the policy does not have.
    """
    rule = demand(policy.scoring, "leads.scoring")
    faults = tuple(_finding_faults(opportunity, rule))
    if faults:
        raise InvalidDocument(faults)
    derivation = _mean(opportunity, rule)
    score = Fraction(derivation.value)
    return OpportunityScore(
        opportunity=opportunity.id,
        score=score,
        grade=rule.grades.at(score),
        derivation=derivation,
        expected_value=_expected(opportunity),
    )


def check_opportunity(opportunity: Opportunity, policy: LeadPolicy, as_of: date) -> Decision:
    """Whether an opportunity is worth pursuing: a warning where its score is too low; raises as the score does."""
    rule, found = demand(policy.scoring, "leads.scoring"), calculate_score(opportunity, policy)
    if found.score >= Fraction(rule.pursue_from):
        return decide_by(policy, as_of, ())
    reason = codes.NOT_WORTH_PURSUING(
        opportunity=opportunity.id,
        score=found.score,
        needed=rule.pursue_from,
        path="found",
        policy=PolicyReference("ScoringPolicy", rule.id, "pursue_from"),
    )
    return decide_by(policy, as_of, [reason])


def _points(factor: ScoreFactor, found: Any) -> Decimal | None:
    """The points for what was found, `None` where there are none."""
    if factor.bands is None:
        return factor.words.get(found) if isinstance(found, str) else None
    try:
        return factor.bands.at(found)
    except InvalidValue:
        return None


def _finding_faults(opportunity: Opportunity, rule: ScoringPolicy) -> Iterator[Fault]:
    known = {factor.id: factor for factor in rule.factors}
    for id, factor in known.items():
        if id not in opportunity.found:
            yield _fault("finding_missing", id, "nothing was found of this factor", "say what was found")
        elif _points(factor, opportunity.found[id]) is None:
            remedy = f"choose one of {', '.join(factor.words)}" if factor.words else "give a number within the bands"
            yield _fault("finding_without_points", id, "this has no points", remedy, opportunity.found[id])
    for id, found in opportunity.found.items():
        if id not in known:
            near = nearest_names(id, known, 1)
            remedy = f"did you mean {near[0]!r}?" if near else f"give {', '.join(known)}"
            yield _fault("unknown_factor", id, "the policy has no such factor", remedy, found)


def _fault(code: str, factor: str, problem: str, remedy: str, value: object = None) -> Fault:
    return Fault(code=f"leads.{code}", path=f"found.{factor}", problem=problem, remedy=remedy, value=value)


def _mean(opportunity: Opportunity, rule: ScoringPolicy) -> Derivation:
    products, weights = [], []
    for factor in rule.factors:
        found = opportunity.found[factor.id]
        named = {"factor": factor.id}
        points = Derivation(
            label="leads.label.factor_points",
            value=_points(factor, found) or Decimal(0),
            parameters={**named, "found": found},
        )
        weight = Derivation(label="leads.label.factor_weight", value=factor.weight, parameters=named)
        products.append(
            Derivation(
                label="leads.label.factor_product",
                value=exact_product(points.value, factor.weight),  # type: ignore[arg-type]  # given values are decimals
                operation=Operation.PRODUCT,
                terms=(points, weight),
                parameters=named,
            )
        )
        weights.append(weight)
    above = _sum("leads.label.weighted_points", products)
    below = _sum("leads.label.weights", weights)
    return Derivation(
        label="leads.label.score",
        value=Fraction(above.value) / Fraction(below.value),
        operation=Operation.QUOTIENT,
        terms=(above, below),
        parameters={"opportunity": opportunity.id},
    )


def _sum(label: str, terms: list[Derivation]) -> Derivation:
    total = sum((Fraction(term.value) for term in terms), Fraction(0))
    return Derivation(label=label, value=total, operation=Operation.SUM, terms=terms)


def _expected(opportunity: Opportunity) -> Derivation | None:
    value, chance = opportunity.value, opportunity.win_chance
    if value is None or chance is None:
        return None
    return Derivation(
        label="leads.label.expected_value",
        value=chance.of(value.amount),
        unit=value.currency,
        operation=Operation.PRODUCT,
        terms=(
            Derivation(label="leads.label.win_chance", value=chance.value, unit="rate"),
            Derivation(label="leads.label.value", value=value.amount, unit=value.currency),
        ),
        parameters={"opportunity": opportunity.id},
    )
