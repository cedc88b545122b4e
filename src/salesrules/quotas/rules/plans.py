"""Sales plans: whole, consistent with themselves, their children, quotas and budget, and on pace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import (
    Decision,
    InvalidValue,
    Money,
    PolicyReference,
    Reason,
    Rounding,
    RoundingMode,
    decide,
    exact_sum,
)
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import HeldQuota, Measure, PlanGoal, Quota, QuotaPiece, SalesPlan, costs_by_category
from salesrules.quotas.policy import PlanPart, PlanPolicy, QuotaPolicy
from salesrules.quotas.rules.attainment import calculate_pace, find_lag
from salesrules.quotas.rules.coverage import CountsWorkingDays
from salesrules.quotas.rules.life import decide_by, demand

__all__ = ["check_child_plans", "check_plan", "check_plan_agreement", "check_plan_progress"]


def check_plan(plan: SalesPlan, policy: QuotaPolicy, as_of: date) -> Decision:
    """Whether a plan is whole and agrees with itself, with every finding at once.

    Denied: a required part is missing; the plan, an activity or a milestone has no owner; a day of theirs lies outside
    the plan's span; the products do not make up the amount goal in their currency (up to `product_tolerance` of it,
    that difference included); the activities of a category cost more than its budget.
    Raises `CurrencyMismatch` where products or one category mix currencies, and `InvalidValue` where the policy says
    nothing about plans.
    """
    return decide_by(policy, as_of, _plan_findings(plan, demand(policy.plans, "plans")))


def _plan_findings(plan: SalesPlan, rule: PlanPolicy) -> Iterator[Reason]:
    yield from _missing_parts(plan, rule)
    yield from _owners(plan)
    yield from _dates(plan)
    yield from _products(plan, rule)
    yield from _costs(plan)


def _missing_parts(plan: SalesPlan, policy: PlanPolicy) -> Iterator[Reason]:
    analysis = plan.market_analysis
    present = {
        PlanPart.GOALS: bool(plan.goals),
        PlanPart.MARKET_ANALYSIS: analysis is not None and bool(analysis.summary.strip()),
        PlanPart.STRATEGY: bool(plan.strategy.strip()),
        PlanPart.PRODUCTS: bool(plan.products),
        PlanPart.ACTIVITIES: bool(plan.activities),
        PlanPart.BUDGET: bool(plan.budget),
        PlanPart.TIMETABLE: bool(plan.timetable),
    }
    for part in policy.required:
        if not present[part]:
            yield codes.PLAN_PART_MISSING(
                plan=plan.id,
                part=part.value,
                path=part.value,
                policy=PolicyReference("PlanPolicy", policy.id, "required"),
            )


def _owners(plan: SalesPlan) -> Iterator[Reason]:
    owned = [
        (plan.id, "owner", plan.owner),
        *((item.id, f"activities[{index}].owner", item.owner) for index, item in enumerate(plan.activities)),
        *((item.id, f"timetable[{index}].owner", item.owner) for index, item in enumerate(plan.timetable)),
    ]
    for item, path, owner in owned:
        if not owner.strip():
            yield codes.PLAN_WITHOUT_OWNER(plan=plan.id, item=item, path=path)


def _dates(plan: SalesPlan) -> Iterator[Reason]:
    for index, activity in enumerate(plan.activities):
        if not plan.span.encloses(activity.span):
            yield codes.PLAN_DATE_OUTSIDE(
                plan=plan.id, item=activity.id, span=plan.span, path=f"activities[{index}].span"
            )
    for index, milestone in enumerate(plan.timetable):
        if milestone.due not in plan.span:
            yield codes.PLAN_DATE_OUTSIDE(
                plan=plan.id, item=milestone.id, span=plan.span, path=f"timetable[{index}].due"
            )


def _products(plan: SalesPlan, policy: PlanPolicy) -> Iterator[Reason]:
    goal = plan.goal(Measure.AMOUNT)
    if goal is None or not plan.products:
        return
    found = costs_by_category(("", product.amount) for product in plan.products)[""]
    tolerance = policy.product_tolerance.of(goal.amount)
    if found.currency != goal.unit or abs(found.amount - goal.amount) > tolerance:
        yield codes.PLAN_PRODUCTS_DIFFER(
            plan=plan.id,
            products=found,
            goal=goal.amount,
            unit=goal.unit,
            path="products",
            policy=PolicyReference("PlanPolicy", policy.id, "product_tolerance"),
        )


def _costs(plan: SalesPlan) -> Iterator[Reason]:
    budget = costs_by_category((line.category, line.amount) for line in plan.budget)
    planned = costs_by_category((item.category, item.cost) for item in plan.activities if item.cost is not None)
    for category, cost in planned.items():
        allowed = budget.get(category, Money.zero(cost.currency))
        if cost > allowed:
            yield codes.PLAN_OVER_OWN_BUDGET(
                plan=plan.id, category=category, planned=cost, budget=allowed, path="activities"
            )


def check_plan_agreement(plan: SalesPlan, quotas: Iterable[HeldQuota], granted: Mapping[str, Money]) -> Decision:
    """Whether a plan agrees with the quotas of its unit over its span, and with the budget granted per category.

    Denied: a goal differs from the quota of its measure, or one of both is missing; the plan's budget in a category is
    above what is granted (nothing, where the category is not named).
    Raises `InvalidValue` for a quota of another holder or span, `CurrencyMismatch` for a budget in two currencies.
    """
    held = list(quotas)
    for quota in held:
        if (quota.holder, quota.span) != (plan.unit, plan.span):
            raise InvalidValue("quotas", f"{quota.holder} {quota.span}", f"give those of {plan.unit} over {plan.span}")
    return decide([*_against_quotas(plan, {quota.measure: quota for quota in held}), *_against_grants(plan, granted)])


def _against_quotas(plan: SalesPlan, held: Mapping[str, HeldQuota]) -> Iterator[Reason]:
    goals = {goal.measure: goal for goal in plan.goals}
    for measure in dict.fromkeys([*goals, *held]):
        goal, quota = goals.get(measure), held.get(measure)
        if goal is None or quota is None:
            yield codes.PLAN_QUOTA_MISSING(plan=plan.id, measure=str(measure), path="goals")
        elif (Fraction(goal.amount), goal.unit) != (Fraction(quota.amount), quota.unit):
            yield codes.PLAN_QUOTA_DIFFERS(
                plan=plan.id,
                measure=str(measure),
                goal=goal.amount,
                quota=quota.amount,
                unit=quota.unit,
                path=f"goals[{plan.goals.index(goal)}].amount",
            )


def _against_grants(plan: SalesPlan, granted: Mapping[str, Money]) -> Iterator[Reason]:
    for category, cost in costs_by_category((line.category, line.amount) for line in plan.budget).items():
        allowed = granted.get(category, Money.zero(cost.currency))
        if cost > allowed:
            yield codes.PLAN_OVER_BUDGET(plan=plan.id, category=category, planned=cost, budget=allowed, path="budget")


def check_child_plans(parent: SalesPlan, children: Iterable[SalesPlan]) -> Decision:
    """Whether the child plans sum to their parent: per goal, per product (quantity and amount), per budget category.

    The children are one cut of the parent, by unit or by period. Market shares do not add up and are left to
    `split_market_share`. Also denied: a child that names another parent or reaches outside its span.
    """
    plans = list(children)
    reasons: list[Reason] = []
    for plan in plans:
        if plan.parent != parent.id:
            reasons.append(codes.PLAN_CHILD_MISPLACED(plan=parent.id, child=plan.id, field="parent", path="parent"))
        if not parent.span.encloses(plan.span):
            reasons.append(codes.PLAN_CHILD_MISPLACED(plan=parent.id, child=plan.id, field="span", path="span"))
    whole, parts = _sums([parent]), _sums(plans)
    for key in dict.fromkeys([*whole, *parts]):
        item, unit = key
        if whole.get(key, 0) != parts.get(key, 0):
            reasons.append(
                codes.PLAN_CHILDREN_DIFFER(
                    plan=parent.id,
                    item=item,
                    children=parts.get(key, Decimal(0)),
                    whole=whole.get(key, Decimal(0)),
                    unit=unit,
                    path=item,
                )
            )
    return decide(reasons)


def _sums(plans: Iterable[SalesPlan]) -> dict[tuple[str, str], Decimal]:
    """What plans add up to, by item and unit."""
    found: dict[tuple[str, str], list[Decimal]] = {}
    for plan in plans:
        for goal in plan.goals:
            if goal.measure != Measure.MARKET_SHARE:
                found.setdefault((f"goals.{goal.measure}", goal.unit), []).append(goal.amount)
        for product in plan.products:
            found.setdefault((f"products.{product.product}.quantity", "count"), []).append(product.quantity)
            amount = product.amount
            found.setdefault((f"products.{product.product}.amount", amount.currency), []).append(amount.amount)
        for line in plan.budget:
            found.setdefault((f"budget.{line.category}", line.amount.currency), []).append(line.amount.amount)
    return {key: exact_sum(amounts) for key, amounts in found.items()}


def check_plan_progress(
    plan: SalesPlan,
    achieved: Mapping[str, Decimal],
    policy: QuotaPolicy,
    as_of: date,
    *,
    quotas: Iterable[HeldQuota] = (),
    working_time: CountsWorkingDays | None = None,
) -> Decision:
    """Warns of every goal that is below pace at the end of `as_of`, and of every milestone that is overdue then.

    `achieved` is by measure; one that is missing counts as nothing achieved. Where `quotas` hold a goal's measure,
    its lines say what is expected by when; otherwise the goal is due evenly. A milestone is overdue from the day after
    it was due until the day on which it is done. Raises as `calculate_pace` does.
    """
    return decide_by(policy, as_of, _progress(plan, achieved, policy, as_of, quotas, working_time))


def _progress(
    plan: SalesPlan,
    achieved: Mapping[str, Decimal],
    policy: QuotaPolicy,
    as_of: date,
    quotas: Iterable[HeldQuota],
    working_time: CountsWorkingDays | None,
) -> Iterator[Reason]:
    held = {quota.measure: quota for quota in quotas}
    for index, goal in enumerate(plan.goals):
        quota = held.get(goal.measure) or _as_quota(plan, goal)
        pace = calculate_pace(quota, achieved.get(goal.measure, Decimal(0)), policy, as_of, working_time)
        for reason in find_lag(pace, demand(policy.pace, "pace")):
            yield attrs.evolve(reason, path=f"goals[{index}]")
    for index, milestone in enumerate(plan.timetable):
        is_done = milestone.done_on is not None and milestone.done_on <= as_of
        if milestone.due < as_of and not is_done:
            yield codes.PLAN_MILESTONE_OVERDUE(
                plan=plan.id, milestone=milestone.id, due=milestone.due, path=f"timetable[{index}]"
            )


def _as_quota(plan: SalesPlan, goal: PlanGoal) -> HeldQuota:
    line = Quota(
        id=f"{plan.id}:{goal.measure}",
        holder=plan.unit,
        span=plan.span,
        amount=goal.amount,
        unit=goal.unit,
        measure=goal.measure,
    )
    days = plan.span.days
    whole = Rounding(digits=0, mode=RoundingMode.HALF_EVEN)  # of a whole line nothing is rounded
    piece = QuotaPiece(quota=line, span=plan.span, before=0, through=days, days=days, rounding=whole)
    return HeldQuota(holder=plan.unit, span=plan.span, measure=goal.measure, unit=goal.unit, pieces=(piece,))
