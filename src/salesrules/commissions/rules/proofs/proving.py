"""Everything that is proved of a curve, or of every curve of a plan."""

from __future__ import annotations

from decimal import Decimal

from salesrules.commissions.model import CurveProof, CurveUnit, PlanProof, SpanCurve
from salesrules.commissions.policy import Accumulation, Plan, ReturnTerms
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.core import PeriodKind

__all__ = ["prove_curve", "prove_plan"]


def prove_curve(
    curve: PayoutCurve | SpanCurve,
    *,
    digits: int = 2,
    accumulate: Accumulation = Accumulation.PERIOD,
    returns: ReturnTerms = ReturnTerms.CURRENT_MEASURE,
    measured_in: CurveUnit = CurveUnit.MONEY,
    paid_in: CurveUnit = CurveUnit.MONEY,
) -> CurveProof:
    """What is proved of one curve, for measures from zero on that lie on a grid of so many digits."""
    raise NotImplementedError


def prove_plan(
    plan: Plan,
    *,
    quota: Decimal | None = None,
    target: Decimal | None = None,
    pay_period: PeriodKind | None = None,
) -> PlanProof:
    """What is proved of every curve of a plan, at a quota and a target incentive where it needs them."""
    raise NotImplementedError
