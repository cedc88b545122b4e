"""Everything that is proved of a curve, or of every curve of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import attrs

from salesrules.commissions.model import (
    CurveProof,
    CurveUnit,
    IncentiveKind,
    LeftOut,
    LeftOutReason,
    PlanProof,
)
from salesrules.commissions.policy import Accumulation, Component, GridTable, Measure, Plan, ReturnTerms
from salesrules.commissions.rules.proofs.composing import ComposedCurve, compose_plan
from salesrules.commissions.rules.proofs.dead_zones import find_dead_zones
from salesrules.commissions.rules.proofs.elements import Outline, from_zero, rising_and_falling
from salesrules.commissions.rules.proofs.grid import Grid, highest
from salesrules.commissions.rules.proofs.incentives import find_incentives
from salesrules.commissions.rules.proofs.outline import Curve, as_span_curve, outline_of
from salesrules.commissions.rules.proofs.shape import find_bound, find_flat_stretches, find_steps, is_monotone
from salesrules.commissions.rules.proofs.study import Declared
from salesrules.commissions.rules.proofs.tiers import find_unreachable_tiers
from salesrules.core import InvalidValue, PeriodKind

__all__ = ["prove_curve", "prove_plan", "prove_shapes"]


def prove_curve(
    curve: Curve,
    *,
    digits: int = 2,
    accumulate: Accumulation = Accumulation.PERIOD,
    returns: ReturnTerms = ReturnTerms.CURRENT_MEASURE,
    measured_in: CurveUnit = CurveUnit.MONEY,
    paid_in: CurveUnit = CurveUnit.MONEY,
) -> CurveProof:
    """What is proved of one curve, for measures from zero on that lie on a grid of so many digits.

    Raises `InvalidValue` for digits that make no grid.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> bands = (Band(start=0, value=Rate.parse("8%")), Band(start=200_000, value=Rate.parse("7.5%")))
    >>> proof = prove_curve(PayoutCurve.of(BandTable(bands=bands), RateMode.WHOLE_AMOUNT))
    >>> [cliff] = proof.cliffs
    >>> cliff.before, cliff.after, cliff.returns_at, cliff.returns.measure
    (Decimal('16000'), Decimal('15000'), Fraction(640000, 3), Decimal('213333.34'))
    """
    found = as_span_curve(curve)
    outline = outline_of(found)
    one = ComposedCurve(
        table=outline, outline=outline, curve=found, measured_in=measured_in, paid_in=paid_in, digits=digits
    )
    return _with_incentives(_shape(one), outline, Declared(Accumulation(accumulate), ReturnTerms(returns)))


def prove_plan(
    plan: Plan,
    *,
    quota: Decimal | None = None,
    target: Decimal | None = None,
    digits: int = 2,
    pay_period: PeriodKind | None = None,
) -> PlanProof:
    """What is proved of every curve of a plan, and what no proof speaks of.

    `quota` and `target` stand for those of every table that needs one; without them curves are in shares. `digits` are
    those of money; `pay_period` tells which spans are pay periods. Raises `InvalidValue` for a quota that is not above
    zero.
    """
    if quota is not None and quota <= 0:
        raise InvalidValue("quota", quota, "give one above zero, or none to prove shares of it")
    proofs: list[CurveProof] = []
    left_out = list(_paid_later(plan))
    for component in plan.components:
        composed, others = compose_plan(plan, component, quota, target, digits=digits, pay_period=pay_period)
        left_out += others
        proofs += [_proved(plan, component, one) for one in composed]
    return PlanProof(plan=plan.id, currency=plan.currency, curves=proofs, left_out=left_out)


def prove_shapes(plan: Plan, component: Component, *, pay_period: PeriodKind | None = None) -> Iterator[CurveProof]:
    """What is proved of a component's curves without the moves that pay for themselves, which take the most time."""
    for one in compose_plan(plan, component, None, None, pay_period=pay_period)[0]:
        yield _shape(one)


def _proved(plan: Plan, component: Component, one: ComposedCurve) -> CurveProof:
    declared = Declared(
        component.accumulate, plan.returns, component.measure is Measure.COUNT, is_modified=one.is_modified
    )
    proof = _with_incentives(_shape(one), one.outline, declared)
    if not isinstance(component.table, GridTable):
        return proof
    # What a move gains across columns is in none of their curves.
    undecided = [kind for kind in IncentiveKind if kind in proof.undecided or kind in proof.ruled_out]
    return attrs.evolve(proof, ruled_out=[], undecided=undecided)


def _shape(one: ComposedCurve) -> CurveProof:
    """Everything that is proved of a curve but the moves that it pays for."""
    grid = Grid(one.digits)
    elements = rising_and_falling(from_zero(one.outline))
    heights = [highest(element) for element in elements]
    cliffs, jumps = find_steps(elements, heights, grid)
    return CurveProof(
        component=one.component,
        column=one.column,
        curve=one.curve,
        measured_in=one.measured_in,
        paid_in=one.paid_in,
        digits=one.digits,
        is_monotone=is_monotone(elements),
        bound=find_bound(elements, heights),
        cliffs=cliffs,
        jumps=jumps,
        dead_zones=find_dead_zones(elements, heights, grid),
        flat_stretches=find_flat_stretches(elements),
        unreachable_tiers=find_unreachable_tiers(one.table, one.outline, grid),
    )


def _with_incentives(proof: CurveProof, outline: Outline, declared: Declared) -> CurveProof:
    found = find_incentives(outline, proof.curve, Grid(proof.digits), declared)
    return attrs.evolve(proof, incentives=found.incentives, ruled_out=found.ruled_out, undecided=found.undecided)


def _paid_later(plan: Plan) -> Iterator[LeftOut]:
    """What says when pay is paid, or takes it back on an event."""
    for payout in plan.payouts:
        for component in payout.applies_to or [""]:
            yield LeftOut(component=component, part=payout.id, kind=payout.kind, reason=LeftOutReason.PAID_LATER)
    for clawback in plan.clawbacks:
        yield LeftOut(component="", part=clawback.id, kind=clawback.kind, reason=LeftOutReason.NOT_MEASURED)
    if plan.minimum_payment is not None:
        yield LeftOut(component="", part=plan.id, kind="minimum_payment", reason=LeftOutReason.PAID_LATER)
