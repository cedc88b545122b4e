"""Grades: points by factor, weighted, banded, and lowered by gates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from salesrules.core import (
    Derivation,
    Operation,
    PolicyReference,
    Reason,
    days_after,
    days_between,
    exact_product,
    exact_sum,
)
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditProfile, GradedCustomer
from salesrules.credit.policy import CreditPolicy, GradingPolicy, NewCustomerGate, ScoreFactor

__all__ = ["calculate_grade"]


def calculate_grade(profile: CreditProfile, policy: CreditPolicy, as_of: date) -> GradedCustomer:
    """The score of a customer, and the grade that it gives after the gates.

    Each factor gives points for its measured value, and weighs as policy says. A measure that is missing and has no
    points of its own prevents the grade. Raises `InvalidValue` for a score outside the grades.
    """
    rule = policy.grading
    terms: list[Derivation] = []
    findings: list[Reason] = []
    for factor in rule.factors:
        measured = profile.measures.get(factor.id)
        points = _points(factor, measured)
        if points is None:
            where = PolicyReference("ScoreFactor", factor.id, "missing")
            path = f"profile.measures.{factor.id}"
            findings.append(
                codes.MEASURE_MISSING(customer=profile.customer, measure=factor.id, path=path, policy=where)
            )
            continue
        terms.append(_weighted(factor, points, measured))
    score = exact_sum(Decimal(term.value) for term in terms)  # type: ignore[arg-type]  # products of decimals
    is_whole = not findings
    scored = rule.grades.at(score)
    grade, changes_at = scored, None
    for at_most, gate, until in _gates(profile, rule, as_of):
        if rule.order.index(at_most) < rule.order.index(scored):
            where = PolicyReference("GradingPolicy", rule.id, f"gates.{gate}")
            findings.append(
                codes.GRADE_GATED(customer=profile.customer, gate=gate, scored=scored, at_most=at_most, policy=where)
            )
            changes_at = until if until is not None else changes_at
        if rule.order.index(at_most) < rule.order.index(grade):
            grade = at_most
    derivation = Derivation(
        label="credit.label.score",
        value=score,
        operation=Operation.SUM if terms else Operation.GIVEN,
        terms=terms,
        parameters={"customer": profile.customer},
    )
    return GradedCustomer(
        customer=profile.customer,
        score=score,
        scored=scored,
        grade=grade if is_whole else None,
        findings=findings,
        changes_at=changes_at,
        derivation=derivation,
    )


def _points(factor: ScoreFactor, measured: Decimal | None) -> Decimal | None:
    if measured is None:
        return factor.missing
    return measured if factor.points is None else factor.points.at(measured)


def _weighted(factor: ScoreFactor, points: Decimal, measured: Decimal | None) -> Derivation:
    names = {"factor": factor.id}
    return Derivation(
        label="credit.label.factor",
        value=exact_product(factor.weight.value, points),
        operation=Operation.PRODUCT,
        terms=(
            Derivation(label="credit.label.weight", value=factor.weight.value, unit="rate", parameters=names),
            Derivation(label="credit.label.points", value=points, parameters={**names, "measured": measured}),
        ),
        parameters=names,
    )


def _gates(profile: CreditProfile, rule: GradingPolicy, as_of: date) -> Iterator[tuple[str, str, date | None]]:
    """The best grade that each gate allows, the gate, and the day on which it opens by itself."""
    for gate in rule.gates:
        if isinstance(gate, NewCustomerGate):
            if profile.since is None or days_between(profile.since, as_of) < gate.days:
                opens = None if profile.since is None else days_after(profile.since, gate.days)
                yield gate.at_most, gate.id, opens
        elif (measured := profile.measures.get(gate.measure)) is not None:
            yield gate.grades.at(measured), gate.id, None
