"""Quotas and plans: what we promised to sell.

>>> from datetime import date
>>> from salesrules.core import DateRange, FiscalCalendar, PolicyLife, Rounding
>>> from salesrules.quotas import Quota, QuotaPolicy, calculate_attainment, calculate_quota
>>> policy = QuotaPolicy(
...     life=PolicyLife(status="draft", scope="all", owner="sales operations", effective=DateRange(date(2020, 1, 1))),
...     rounding=Rounding(digits=2, mode="half_up"),
...     proration="prorate_by_days",
... )
>>> july = DateRange(date(2017, 7, 1), date(2017, 8, 1))
>>> line = Quota(id="q1", holder="ana", span=july, amount="500000", unit="USD")
>>> quota = calculate_quota("ana", DateRange(date(2017, 7, 17), date(2017, 8, 1)), [line], policy, FiscalCalendar())
>>> quota.amount, calculate_attainment(quota, quota.amount * 2).ratio
(Decimal('241935.48'), Fraction(2, 1))
"""

from typing import TYPE_CHECKING

from salesrules.quotas.model import (
    Attainment,
    Goal,
    HeldQuota,
    MarketAnalysis,
    Measure,
    Milestone,
    Pace,
    PacePart,
    PlanFacts,
    PlanGoal,
    PlannedActivity,
    PlannedCost,
    PlannedProduct,
    Quota,
    QuotaFacts,
    QuotaOrigin,
    QuotaPiece,
    QuotaRevision,
    SalesPlan,
)

if TYPE_CHECKING:
    from salesrules.quotas.policy import (
        AcceptancePolicy,
        DayCount,
        EvenBy,
        GoalPolicy,
        GoalVerdict,
        PaceBasis,
        PacePolicy,
        PaceStatus,
        PlanPart,
        PlanPolicy,
        Proration,
        QuotaPolicy,
        Ramp,
        RampBase,
        RevisionPolicy,
        Seasonality,
        Silence,
        TableOrder,
    )
    from salesrules.quotas.reasons import LABELS, REASONS
    from salesrules.quotas.rules import (
        CountsWorkingDays,
        Tree,
        allocate_quotas,
        apply_ramps,
        calculate_attainment,
        calculate_growth_quota,
        calculate_pace,
        calculate_period_weights,
        calculate_quota,
        calculate_quotas,
        calculate_seasonality,
        cascade_amount,
        check_child_plans,
        check_goal,
        check_goal_children,
        check_pace,
        check_plan,
        check_plan_agreement,
        check_plan_progress,
        check_policy,
        check_ramps,
        check_revision,
        convert_market_share,
        revise_quotas,
        split_amount,
        split_market_share,
        split_periods,
        split_table,
    )
    from salesrules.quotas.workflow import WORKFLOWS, build_plan_workflow, build_quota_workflow

__all__ = [
    "LABELS",
    "REASONS",
    "WORKFLOWS",
    "AcceptancePolicy",
    "Attainment",
    "CountsWorkingDays",
    "DayCount",
    "EvenBy",
    "Goal",
    "GoalPolicy",
    "GoalVerdict",
    "HeldQuota",
    "MarketAnalysis",
    "Measure",
    "Milestone",
    "Pace",
    "PaceBasis",
    "PacePart",
    "PacePolicy",
    "PaceStatus",
    "PlanFacts",
    "PlanGoal",
    "PlanPart",
    "PlanPolicy",
    "PlannedActivity",
    "PlannedCost",
    "PlannedProduct",
    "Proration",
    "Quota",
    "QuotaFacts",
    "QuotaOrigin",
    "QuotaPiece",
    "QuotaPolicy",
    "QuotaRevision",
    "Ramp",
    "RampBase",
    "RevisionPolicy",
    "SalesPlan",
    "Seasonality",
    "Silence",
    "TableOrder",
    "Tree",
    "allocate_quotas",
    "apply_ramps",
    "build_plan_workflow",
    "build_quota_workflow",
    "calculate_attainment",
    "calculate_growth_quota",
    "calculate_pace",
    "calculate_period_weights",
    "calculate_quota",
    "calculate_quotas",
    "calculate_seasonality",
    "cascade_amount",
    "check_child_plans",
    "check_goal",
    "check_goal_children",
    "check_pace",
    "check_plan",
    "check_plan_agreement",
    "check_plan_progress",
    "check_policy",
    "check_ramps",
    "check_revision",
    "convert_market_share",
    "revise_quotas",
    "split_amount",
    "split_market_share",
    "split_periods",
    "split_table",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """All but the nouns load when they are first asked for, since other rooms often need a quota and no more."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.quotas' has no attribute {name!r}")
        from salesrules.quotas import policy, reasons, rules, workflow

        shelves = (policy, reasons, rules, workflow)
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)


def __dir__() -> list[str]:
    return sorted(__all__)
