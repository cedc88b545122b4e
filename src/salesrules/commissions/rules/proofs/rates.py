"""What a curve pays at a point: for the next unit, on average, at an attainment, for a spread of attainments."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.policy import Accumulation, Plan
from salesrules.commissions.rules.proofs.composing import compose_plan
from salesrules.commissions.rules.proofs.outline import Curve
from salesrules.core import Exact, InvalidValue, exact_sum, narrowed, plus, times

__all__ = ["blended_rate", "calculate_liability", "marginal_rate"]

_ONE = Decimal(1)


def marginal_rate(curve: Curve, at: Exact) -> Exact:
    """What the next unit pays from a measure on, as a share of it: on a bound, the rate above it.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> marginal_rate(PayoutCurve.of(tiers, RateMode.MARGINAL), Decimal(1000))
    Decimal('0.04')
    """
    place = curve.position_at(at)
    while place + 1 < len(curve.segments) and curve.segments[place + 1].start <= at:
        place += 1
    segment = curve.segments[place]
    if not segment.curvature:
        return segment.slope
    distance = Fraction(at) - Fraction(segment.start)
    return narrowed(Fraction(segment.slope) + 2 * Fraction(segment.curvature) * distance)


def blended_rate(curve: Curve, at: Exact) -> Exact:
    """What a measure pays in all, as a share of it; raises `InvalidValue` at zero.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> blended_rate(PayoutCurve.of(tiers, RateMode.MARGINAL), Decimal(2000))
    Decimal('0.03')
    """
    if not at:
        raise InvalidValue("at", at, "ask about a measure that is not zero")
    return narrowed(Fraction(curve.at(at)) / Fraction(at))


def calculate_liability(
    curve: Curve | Plan,
    attainment: Exact | Mapping[Decimal, Decimal],
    *,
    quota: Decimal = _ONE,
    target: Decimal = _ONE,
) -> Exact:
    """What is owed at an attainment of a quota (0.9 is 90 %), or on average for weights of attainments.

    A plan owes what its components do, each at that attainment of the quota and with the modifiers that are composed
    into its curve (`prove_plan` names those that are not). Raises `InvalidValue` for weights that do not total 1, and
    for a plan with a component that has no one curve.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> curve = PayoutCurve.of(tiers, RateMode.MARGINAL)
    >>> half = Decimal("0.5")
    >>> calculate_liability(curve, {half: half, Decimal("1.5"): half}, quota=Decimal(1000))
    Decimal('25.0000')
    """
    curves = _curves(curve, quota, target) if isinstance(curve, Plan) else [curve]
    weights = attainment if isinstance(attainment, Mapping) else {attainment: _ONE}
    whole = exact_sum(weights.values())
    if whole != 1 or min(weights.values()) < 0:
        raise InvalidValue("attainment", str(whole), "give weights from zero on that total 1")
    owed: Exact = Decimal(0)
    for reached, weight in weights.items():
        for each in curves:
            owed = plus(owed, times(each.at(times(reached, quota)), weight))
    return owed


def _curves(plan: Plan, quota: Decimal, target: Decimal) -> list[Curve]:
    found: list[Curve] = []
    for component in plan.components:
        if component.accumulate is Accumulation.TRANSACTION:
            raise InvalidValue(
                f"components.{component.id}", "transaction", "it pays deal by deal; ask about the deals, not their sum"
            )
        composed, _ = compose_plan(plan, component, quota, target)
        if len(composed) != 1:
            raise InvalidValue(f"components.{component.id}", component.table.kind, "ask about its curves one by one")
        found += [one.curve for one in composed]
    return found
