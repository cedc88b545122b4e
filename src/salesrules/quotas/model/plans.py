"""A sales plan: goals, market, strategy, products, activities, budget, timetable and owners of one unit and span."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import DateRange, InvalidValue, Money, Rate, as_tuple, is_day, is_named, to_decimal, total
from salesrules.quotas.model.quotas import closed_span, not_negative

__all__ = [
    "MarketAnalysis",
    "Milestone",
    "PlanGoal",
    "PlannedActivity",
    "PlannedCost",
    "PlannedProduct",
    "SalesPlan",
    "costs_by_category",
]


@attrs.frozen(kw_only=True)
class PlanGoal:
    """What the plan is to reach in one measure, in that measure's unit."""

    measure: str = attrs.field(converter=str, validator=is_named)
    amount: Decimal = attrs.field(converter=to_decimal, validator=not_negative)
    unit: str = attrs.field(validator=is_named)


@attrs.frozen(kw_only=True)
class MarketAnalysis:
    """What the plan knows of its market: a summary, and where known the size, the own share and the competitors."""

    summary: str
    size: Money | None = None
    own_share: Rate | None = None
    competitors: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class PlannedProduct:
    """A product with the quantity and the price at which it is to be sold."""

    product: str = attrs.field(validator=is_named)
    quantity: Decimal = attrs.field(converter=to_decimal, validator=not_negative)
    price: Money

    @property
    def amount(self) -> Money:
        """Quantity times price, exactly."""
        return self.price * self.quantity


@attrs.frozen(kw_only=True)
class PlannedActivity:
    """Something to be done on some days, by an owner, at a cost in a category of the budget."""

    id: str = attrs.field(validator=is_named)
    title: str
    span: DateRange
    owner: str
    category: str = ""
    cost: Money | None = None


@attrs.frozen(kw_only=True)
class PlannedCost:
    """A line of the plan's budget."""

    category: str = attrs.field(validator=is_named)
    amount: Money


@attrs.frozen(kw_only=True)
class Milestone:
    """A date of the timetable, with who answers for it and the day on which it was reached."""

    id: str = attrs.field(validator=is_named)
    title: str
    due: date = attrs.field(validator=is_day)
    owner: str
    done_on: date | None = attrs.field(default=None, validator=attrs.validators.optional(is_day))


@attrs.frozen(kw_only=True)
class SalesPlan:
    """The plan of one unit for a closed span; `parent` is the id of the plan that it is a part of.

    Raises `InvalidValue` for an open span, and for two goals in one measure.
    """

    id: str = attrs.field(validator=is_named)
    unit: str = attrs.field(validator=is_named)
    span: DateRange = attrs.field(validator=closed_span)
    owner: str = ""
    parent: str | None = None
    goals: tuple[PlanGoal, ...] = attrs.field(default=(), converter=as_tuple)
    market_analysis: MarketAnalysis | None = None
    strategy: str = ""
    products: tuple[PlannedProduct, ...] = attrs.field(default=(), converter=as_tuple)
    activities: tuple[PlannedActivity, ...] = attrs.field(default=(), converter=as_tuple)
    budget: tuple[PlannedCost, ...] = attrs.field(default=(), converter=as_tuple)
    timetable: tuple[Milestone, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        measures = [goal.measure for goal in self.goals]
        if len(set(measures)) < len(measures):
            raise InvalidValue("goals", measures, "a plan has one goal per measure; join those of the same")

    def goal(self, measure: str) -> PlanGoal | None:
        """The goal in a measure, `None` where the plan has none."""
        return next((goal for goal in self.goals if goal.measure == measure), None)


def costs_by_category(costs: Iterable[tuple[str, Money]]) -> dict[str, Money]:
    """The sum of costs per category; raises `CurrencyMismatch` where one category mixes currencies."""
    groups: dict[str, list[Money]] = {}
    for category, amount in costs:
        groups.setdefault(category, []).append(amount)
    return {category: total(amounts) for category, amounts in groups.items()}
