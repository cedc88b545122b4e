"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "BELOW_PACE",
    "GOAL_ALREADY_OVER",
    "GOAL_CHILDREN_DIFFER",
    "GOAL_CRITERION_MET",
    "GOAL_NOT_MEASURABLE",
    "GOAL_NOT_SERVING",
    "GOAL_NOT_SPECIFIC",
    "GOAL_NOT_TIME_BOUND",
    "GOAL_TOO_HIGH",
    "GOAL_TOO_LONG",
    "GOAL_TOO_LOW",
    "GOAL_WITHOUT_HISTORY",
    "GOAL_WITHOUT_PARENT",
    "LABELS",
    "PACE_NOT_STARTED",
    "PLAN_CHILDREN_DIFFER",
    "PLAN_CHILD_MISPLACED",
    "PLAN_DATE_OUTSIDE",
    "PLAN_MILESTONE_OVERDUE",
    "PLAN_OVER_BUDGET",
    "PLAN_OVER_OWN_BUDGET",
    "PLAN_PART_MISSING",
    "PLAN_PRODUCTS_DIFFER",
    "PLAN_QUOTA_DIFFERS",
    "PLAN_QUOTA_MISSING",
    "PLAN_WITHOUT_OWNER",
    "REASONS",
    "REVISION_AFTER_PERIOD",
    "REVISION_MISSING",
    "SPAN_NOT_OVER",
    "SPAN_NOT_STARTED",
]


REVISION_AFTER_PERIOD = ReasonCode("quotas.revision_after_period", ("revision", "day", "last_day"))
REVISION_MISSING = ReasonCode("quotas.revision_missing", ("quota",))
SPAN_NOT_STARTED = ReasonCode("quotas.span_not_started", ("subject", "start"))
SPAN_NOT_OVER = ReasonCode("quotas.span_not_over", ("subject", "end"))

RAMP_SHARE_UNUSED = ReasonCode("quotas.ramp_share_unused", ("ramp", "holder", "period", "measure"), Severity.WARNING)
RAMP_WITHOUT_QUOTA = ReasonCode("quotas.ramp_without_quota", ("ramp", "holder", "period", "measure"), Severity.WARNING)

BELOW_PACE = ReasonCode(
    "quotas.below_pace", ("holder", "achieved", "expected", "unit", "ratio", "threshold"), Severity.WARNING
)
PACE_NOT_STARTED = ReasonCode("quotas.pace_not_started", ("holder", "start"), Severity.INFO)

GOAL_CRITERION_MET = ReasonCode("quotas.goal_criterion_met", ("goal", "criterion"), Severity.INFO)
GOAL_NOT_SPECIFIC = ReasonCode("quotas.goal_not_specific", ("goal", "missing"))
GOAL_NOT_MEASURABLE = ReasonCode("quotas.goal_not_measurable", ("goal", "missing"))
GOAL_TOO_HIGH = ReasonCode("quotas.goal_too_high", ("goal", "growth", "limit"), Severity.WARNING)
GOAL_TOO_LOW = ReasonCode("quotas.goal_too_low", ("goal", "growth", "limit"), Severity.WARNING)
GOAL_WITHOUT_HISTORY = ReasonCode("quotas.goal_without_history", ("goal",), Severity.WARNING)
GOAL_WITHOUT_PARENT = ReasonCode("quotas.goal_without_parent", ("goal",))
GOAL_NOT_SERVING = ReasonCode("quotas.goal_not_serving", ("goal", "parent", "field"))
GOAL_NOT_TIME_BOUND = ReasonCode("quotas.goal_not_time_bound", ("goal",))
GOAL_ALREADY_OVER = ReasonCode("quotas.goal_already_over", ("goal", "end"))
GOAL_TOO_LONG = ReasonCode("quotas.goal_too_long", ("goal", "days", "limit"))
GOAL_CHILDREN_DIFFER = ReasonCode("quotas.goal_children_differ", ("goal", "children", "whole", "unit"))

PLAN_PART_MISSING = ReasonCode("quotas.plan_part_missing", ("plan", "part"))
PLAN_WITHOUT_OWNER = ReasonCode("quotas.plan_without_owner", ("plan", "item"))
PLAN_DATE_OUTSIDE = ReasonCode("quotas.plan_date_outside", ("plan", "item", "span"))
PLAN_PRODUCTS_DIFFER = ReasonCode("quotas.plan_products_differ", ("plan", "products", "goal", "unit"))
PLAN_OVER_OWN_BUDGET = ReasonCode("quotas.plan_over_own_budget", ("plan", "category", "planned", "budget"))
PLAN_OVER_BUDGET = ReasonCode("quotas.plan_over_budget", ("plan", "category", "planned", "budget"))
PLAN_QUOTA_DIFFERS = ReasonCode("quotas.plan_quota_differs", ("plan", "measure", "goal", "quota", "unit"))
PLAN_QUOTA_MISSING = ReasonCode("quotas.plan_quota_missing", ("plan", "measure"))
PLAN_CHILDREN_DIFFER = ReasonCode("quotas.plan_children_differ", ("plan", "item", "children", "whole", "unit"))
PLAN_CHILD_MISPLACED = ReasonCode("quotas.plan_child_misplaced", ("plan", "child", "field"))
PLAN_MILESTONE_OVERDUE = ReasonCode("quotas.plan_milestone_overdue", ("plan", "milestone", "due"), Severity.WARNING)

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    REVISION_AFTER_PERIOD,
    REVISION_MISSING,
    SPAN_NOT_STARTED,
    SPAN_NOT_OVER,
    RAMP_SHARE_UNUSED,
    RAMP_WITHOUT_QUOTA,
    BELOW_PACE,
    PACE_NOT_STARTED,
    GOAL_CRITERION_MET,
    GOAL_NOT_SPECIFIC,
    GOAL_NOT_MEASURABLE,
    GOAL_TOO_HIGH,
    GOAL_TOO_LOW,
    GOAL_WITHOUT_HISTORY,
    GOAL_WITHOUT_PARENT,
    GOAL_NOT_SERVING,
    GOAL_NOT_TIME_BOUND,
    GOAL_ALREADY_OVER,
    GOAL_TOO_LONG,
    GOAL_CHILDREN_DIFFER,
    PLAN_PART_MISSING,
    PLAN_WITHOUT_OWNER,
    PLAN_DATE_OUTSIDE,
    PLAN_PRODUCTS_DIFFER,
    PLAN_OVER_OWN_BUDGET,
    PLAN_OVER_BUDGET,
    PLAN_QUOTA_DIFFERS,
    PLAN_QUOTA_MISSING,
    PLAN_CHILDREN_DIFFER,
    PLAN_CHILD_MISPLACED,
    PLAN_MILESTONE_OVERDUE,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "quotas.label.quota": ("quota", "holder", "start", "end"),
    "quotas.label.revised_quota": ("quota", "holder", "start", "end", "revision", "day", "approver"),
    "quotas.label.ramped_quota": ("quota", "holder", "start", "end", "ramp"),
    "quotas.label.ramp_share": (),
    "quotas.label.ramp_base": (),
    "quotas.label.piece": ("holder", "start", "end"),
    "quotas.label.prorated_quota": (),
    "quotas.label.rounded_quota": ("digits", "mode"),
    "quotas.label.capped_quota": (),
    "quotas.label.day_share": (),
    "quotas.label.days_counted": (),
    "quotas.label.days_of_line": (),
    "quotas.label.held_quota": ("holder", "start", "end"),
    "quotas.label.mean_share": ("holder", "start", "end"),
    "quotas.label.weighted_share": (),
    "quotas.label.achieved": (),
    "quotas.label.attainment": ("holder",),
    "quotas.label.attainment_of_zero": ("holder",),
    "quotas.label.pace": ("holder", "as_of"),
    "quotas.label.expected": ("as_of",),
    "quotas.label.expected_part": (),
    "quotas.label.days_elapsed": (),
    "quotas.label.days_in_all": (),
}
