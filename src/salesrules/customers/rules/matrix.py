"""The key-account matrix: customers scored on how attractive they are and how strong our position is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from salesrules.core import Derivation, Fault, InvalidDocument, Operation, Side, demand, nearest_names, to_decimal
from salesrules.customers.model import KeyAccountClass, Quadrant
from salesrules.customers.policy import CustomerPolicy, MatrixFactor, MatrixPolicy

__all__ = ["classify_key_account"]

_QUADRANTS = {
    (True, True): Quadrant.STAR,
    (True, False): Quadrant.QUESTION_MARK,
    (False, True): Quadrant.CASH_COW,
    (False, False): Quadrant.DOG,
}


def classify_key_account(
    customer: str,
    attractiveness: Mapping[str, Decimal | int],
    position: Mapping[str, Decimal | int],
    policy: CustomerPolicy,
) -> KeyAccountClass:
    """Where a customer stands in the matrix: the weighted means of the factors' scores against the cut-offs.

    Raises `InvalidDocument` with every factor that has no score, every score of an unknown factor, and every one that
    lies outside the scale.
    """
    rule = demand(policy.matrix, "customers.matrix")
    scores = {"attractiveness": dict(attractiveness), "position": dict(position)}
    faults = [fault for axis in scores for fault in _score_faults(axis, scores[axis], getattr(rule, axis), rule)]
    if faults:
        raise InvalidDocument(tuple(faults))
    attractive = _mean("customers.label.attractiveness", customer, scores["attractiveness"], rule.attractiveness)
    strong = _mean("customers.label.position", customer, scores["position"], rule.position)
    is_attractive = _is_high(attractive, rule.attractiveness_cut, rule.side)
    quadrant = _QUADRANTS[is_attractive, _is_high(strong, rule.position_cut, rule.side)]
    strategy = next(entry.actions for entry in rule.strategies if entry.quadrant is quadrant)
    return KeyAccountClass(
        customer=customer, quadrant=quadrant, strategy=strategy, attractiveness=attractive, position=strong
    )


def _is_high(mean: Derivation, cut: Decimal, side: Side) -> bool:
    return mean.value >= cut if side is Side.LOWER else mean.value > cut


def _score_faults(
    axis: str, scores: Mapping[str, Decimal | int], factors: tuple[MatrixFactor, ...], policy: MatrixPolicy
) -> Iterator[Fault]:
    known = [factor.id for factor in factors]
    for id in known:
        if id not in scores:
            yield Fault(
                code="customers.score_missing",
                path=f"{axis}.{id}",
                problem="this factor has no score",
                remedy=f"score it from {policy.lowest} to {policy.highest}",
            )
    for id, score in scores.items():
        if id not in known:
            near = nearest_names(id, known, 1)
            yield Fault(
                code="customers.unknown_factor",
                path=f"{axis}.{id}",
                problem="the matrix has no such factor",
                remedy=f"did you mean {near[0]!r}?" if near else f"score {', '.join(known)}",
                value=score,
            )
        elif not policy.lowest <= to_decimal(score, f"{axis}.{id}") <= policy.highest:
            yield Fault(
                code="customers.score_outside",
                path=f"{axis}.{id}",
                problem="the score lies outside the scale",
                remedy=f"score it from {policy.lowest} to {policy.highest}",
                value=score,
            )


def _mean(
    label: str, customer: str, scores: Mapping[str, Decimal | int], factors: tuple[MatrixFactor, ...]
) -> Derivation:
    """The weighted mean of the scores, as a derivation."""
    products, weights = [], []
    for factor in factors:
        named = {"factor": factor.id}
        score = Derivation(label="customers.label.factor_score", value=to_decimal(scores[factor.id]), parameters=named)
        weight = Derivation(label="customers.label.factor_weight", value=factor.weight, parameters=named)
        products.append(
            Derivation(
                label="customers.label.weighted_score",
                value=Fraction(score.value) * Fraction(weight.value),
                operation=Operation.PRODUCT,
                terms=(score, weight),
                parameters=named,
            )
        )
        weights.append(weight)
    above = Derivation(
        label="customers.label.weighted_sum",
        value=sum((Fraction(term.value) for term in products), Fraction(0)),
        operation=Operation.SUM,
        terms=products,
    )
    below = Derivation(
        label="customers.label.factor_weights",
        value=sum((Fraction(term.value) for term in weights), Fraction(0)),
        operation=Operation.SUM,
        terms=weights,
    )
    return Derivation(
        label=label,
        value=Fraction(above.value) / Fraction(below.value),
        operation=Operation.QUOTIENT,
        terms=(above, below),
        parameters={"customer": customer},
    )
