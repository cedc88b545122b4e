"""What a plan will do that nobody may have meant: intervals in which more pays less, and tiers that pay nobody."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from decimal import Decimal, Inexact

from salesrules.commissions.model import (
    CurveProof,
    CurveUnit,
    DeadZone,
    UnreachableReason,
    UnreachableTier,
)
from salesrules.commissions.policy import CommissionPolicy, Component, FormulaTable, Plan
from salesrules.commissions.rules.proofs.proving import prove_shapes
from salesrules.core import EXACT, Exact, Fault, SalesRulesError, Side, times

__all__ = ["check_proofs"]

_HUNDRED = Decimal(100)

_WHY = {
    UnreachableReason.NO_MEASURE: "no measure that occurs lies in this tier",
    UnreachableReason.NOTHING_ADDED: "caps and gates leave nothing of what this tier adds",
}


def check_proofs(policy: CommissionPolicy, wrong: Collection[str] = ()) -> Iterator[Fault]:
    """A warning for every dead zone, with its interval, and for every tier that pays nobody.

    Plans with faults, whose paths are `wrong` (`plans[2]`), mean nothing yet and are left out. Quotas are not known
    here, so that tables by attainment are proved in shares of them.
    """
    for index, plan in enumerate(policy.plans):
        if f"plans[{index}]" not in wrong:
            for place, component in enumerate(plan.components):
                yield from _component(policy, plan, component, f"plans[{index}].components[{place}].table")


def _component(policy: CommissionPolicy, plan: Plan, component: Component, path: str) -> Iterator[Fault]:
    try:
        proofs = list(prove_shapes(plan, component, pay_period=policy.pay_period))
    except (SalesRulesError, Inexact):
        yield _warning("unproved", path, "its numbers have too many digits to be proved", "write fewer digits")
        return
    for proof in proofs:
        for zone in proof.dead_zones:
            problem = _fall(proof, zone, plan.currency)
            remedy = "pay each tier its own slice, or let rates and amounts rise"
            yield _warning("dead_zone", path, problem, remedy)
        for tier in proof.unreachable_tiers:
            where = path if isinstance(component.table, FormulaTable) else f"{path}.tiers.bands[{tier.tier}]"
            yield _unreachable(tier, where)


def _fall(proof: CurveProof, zone: DeadZone, currency: str) -> str:
    """Where pay falls, from what to what, and from where on it is as much again."""
    sides = [cliff.side for cliff in proof.cliffs if cliff.at == zone.start]
    start = _shown(zone.start, proof.measured_in, currency)
    where = f"from {start} on" if not sides else f"{'at' if Side.LOWER in sides else 'above'} {start}"
    column = f"in column {proof.column}, " if proof.column else ""
    peak = _shown(zone.peak, proof.paid_in, currency)
    lowest = "without end" if zone.lowest is None else f"to {_shown(zone.lowest, proof.paid_in, currency)}"
    if zone.end is None:
        returns = "never returns"
    else:
        returns = f"returns only at {_shown(zone.end, proof.measured_in, currency)}"
    return f"{column}{where} pay falls from {peak} {lowest} and {returns}"


def _unreachable(tier: UnreachableTier, path: str) -> Fault:
    remedy = "remove it, or change its bounds or what limits it"
    return _warning("unreachable_tier", path, _WHY[tier.reason], remedy)


def _shown(value: Exact, unit: CurveUnit, currency: str) -> str:
    """An exact number in its unit: money, units, or a share in per cent."""
    match unit:
        case CurveUnit.MONEY:
            return f"{currency} {_number(value)}"
        case CurveUnit.UNITS:
            return _number(value)
        case _:
            return f"{_number(times(value, _HUNDRED))}% of the {unit.value}"


def _number(value: Exact) -> str:
    """A decimal as it is; a fraction that is none by what lies around it: 640000/3 is 213,333.33…"""
    if isinstance(value, Decimal):
        return f"{value.normalize(EXACT):,f}"
    cut = Decimal(math.floor(value * 100)).scaleb(-2, EXACT)
    return f"{cut:,f}…"


def _warning(code: str, path: str, problem: str, remedy: str) -> Fault:
    return Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, severity="warning")
