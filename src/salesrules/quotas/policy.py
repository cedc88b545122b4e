"""What a firm sets about quotas: rounding, splitting, seasons, ramps, revisions, pace, goals and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import (
    AmbiguousDay,
    BandTable,
    DateRange,
    InvalidValue,
    PeriodKind,
    PolicyLife,
    Rate,
    Rounding,
    Side,
    TieOrder,
    WordEnum,
    as_parameters,
    as_tuple,
    to_decimal,
)

__all__ = [
    "PERIODS_PER_YEAR",
    "AcceptancePolicy",
    "DayCount",
    "EvenBy",
    "GoalPolicy",
    "GoalVerdict",
    "PaceBasis",
    "PacePolicy",
    "PaceStatus",
    "PlanPart",
    "PlanPolicy",
    "Proration",
    "QuotaPolicy",
    "Ramp",
    "RampBase",
    "RevisionPolicy",
    "Seasonality",
    "Silence",
    "TableOrder",
]


class Proration(WordEnum):
    """What happens where a span covers only a part of a quota line: its days' share counts, or the span is refused.

    Which days, `DayCount` says.
    """

    PRORATE_BY_DAYS = "prorate_by_days"
    REFUSE = "refuse"


class DayCount(WordEnum):
    """Which days count: all of them, or those on which the firm works."""

    CALENDAR = "calendar"
    WORKING = "working"


class TableOrder(WordEnum):
    """How an amount is split over a table of holders and periods.

    `BOTH_MARGINS`: holders and periods both tie to their own split of the amount. `ROWS_FIRST`: over the holders,
    then each holder's part over the periods. `COLUMNS_FIRST`: over the periods, then each period's over the holders.
    """

    BOTH_MARGINS = "both_margins"
    ROWS_FIRST = "rows_first"
    COLUMNS_FIRST = "columns_first"


class EvenBy(WordEnum):
    """What evenly means where no seasonality speaks: the same for each period, or for each day."""

    PERIOD = "period"
    DAY = "day"


class RampBase(WordEnum):
    """What a ramp's shares are shares of.

    `OWN`: of the month's own quota. `NEXT`: a month without a quota gets the share of the holder's next month that
    has one; months with a quota of their own keep it.
    """

    OWN = "own"
    NEXT = "next"


@attrs.frozen(kw_only=True)
class Ramp:
    """A ramp for new hires: the first months count only in part.

    `shares[n]` holds in the n-th month after the month that contains `starts` (both as the fiscal calendar cuts
    them).
    """

    id: str
    holders: tuple[str, ...] = attrs.field(converter=as_tuple)
    starts: date
    shares: tuple[Rate, ...] = attrs.field(converter=as_tuple)
    base: RampBase = attrs.field(default=RampBase.OWN, converter=RampBase)

    def __attrs_post_init__(self) -> None:
        if not self.holders:
            raise InvalidValue("holders", self.holders, "name who ramps up")
        if not self.shares:
            raise InvalidValue("shares", self.shares, 'give one share per month, such as ["50%", "75%"]')
        for index, share in enumerate(self.shares):
            if share.value < 0:
                raise InvalidValue(f"shares[{index}]", str(share), "a share of a quota is zero or more")


#: How many periods of a kind every fiscal year has; weeks vary.
PERIODS_PER_YEAR = {
    PeriodKind.HALF_MONTH: 24,
    PeriodKind.MONTH: 12,
    PeriodKind.QUARTER: 4,
    PeriodKind.HALF_YEAR: 2,
}


def _as_weights(weights: Iterable[object]) -> tuple[Decimal, ...]:
    return tuple(to_decimal(weight, f"weights[{index}]") for index, weight in enumerate(weights))


@attrs.frozen(kw_only=True)
class Seasonality:
    """How a year's sales spread over its periods of a kind: one weight per period, in the order of the fiscal year.

    `effective` counts by the first day of what is split. It is for the `measures` named (a product's own word among
    them), or, where it names none, for all that no other one in effect names.
    """

    id: str
    effective: DateRange
    measures: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    kind: PeriodKind = attrs.field(converter=PeriodKind)
    weights: tuple[Decimal, ...] = attrs.field(converter=_as_weights)

    def __attrs_post_init__(self) -> None:
        count = PERIODS_PER_YEAR.get(self.kind)
        if count is None:
            raise InvalidValue("kind", self.kind.value, "seasons are halves, quarters, months or half-months")
        if len(self.weights) != count:
            raise InvalidValue("weights", len(self.weights), f"give {count} weights, one per {self.kind.value}")
        for index, weight in enumerate(self.weights):
            if weight < 0:
                raise InvalidValue(f"weights[{index}]", weight, "a weight is zero or more")
        if not any(self.weights):
            raise InvalidValue("weights", list(self.weights), "give at least one weight above zero")


class PaceBasis(WordEnum):
    """What is expected by a day: the quota spread evenly over its span, or each of its lines over its own days."""

    EVEN = "even"
    LINES = "lines"


class PaceStatus(WordEnum):
    """How a pace is judged; only behind warns."""

    BEHIND = "behind"
    ON_PACE = "on_pace"
    AHEAD = "ahead"


def _as_statuses(table: BandTable[Any]) -> BandTable[PaceStatus]:
    return attrs.evolve(table, bands=[attrs.evolve(band, value=PaceStatus(band.value)) for band in table.bands])


@attrs.frozen(kw_only=True)
class PacePolicy:
    """How pace is measured and judged.

    `status` bands the ratio of what was achieved to what was expected (`0.9` is 90 %); leave its first band open
    below, since returns can make the ratio negative.
    """

    id: str
    status: BandTable[PaceStatus] = attrs.field(converter=_as_statuses)
    day_count: DayCount = attrs.field(default=DayCount.CALENDAR, converter=DayCount)
    expected_by: PaceBasis = attrs.field(default=PaceBasis.LINES, converter=PaceBasis)


@attrs.frozen(kw_only=True)
class RevisionPolicy:
    """When a quota may be revised: with evidence of the act `act`, dated and approved no later than policy says.

    `days_after_end` counts the calendar days after the last day of the quota's span: 0 allows the last day itself and
    none later; `None` sets no limit.
    """

    id: str
    act: str = "quota.revise"
    days_after_end: int | None = 0

    def __attrs_post_init__(self) -> None:
        if self.days_after_end is not None and self.days_after_end < 0:
            raise InvalidValue("days_after_end", self.days_after_end, "give zero or more days, or nothing for no limit")


class Silence(WordEnum):
    """What it means when a holder does not answer a proposed quota in time."""

    ACCEPTED = "accepted"
    ESCALATED = "escalated"


@attrs.frozen(kw_only=True)
class AcceptancePolicy:
    """How a holder answers a proposed quota: within some calendar days, objections with one of the firm's codes.

    `side` owns the instant at which the time is up: `LOWER`, it is too late then; `UPPER`, still in time. `uphold_act`
    is the act that evidence names where a quota is set over an objection.
    """

    id: str
    days_to_answer: int
    silence: Silence = attrs.field(converter=Silence)
    objections: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    uphold_act: str = "quota.uphold"

    def __attrs_post_init__(self) -> None:
        if self.days_to_answer < 1:
            raise InvalidValue("days_to_answer", self.days_to_answer, "give at least one day")


class GoalVerdict(WordEnum):
    """How a goal stands against history; the first and the third warn, the last one denies."""

    TOO_LOW = "too_low"
    ACHIEVABLE = "achievable"
    STRETCH = "stretch"
    UNREALISTIC = "unrealistic"


def _as_verdicts(table: BandTable[Any]) -> BandTable[GoalVerdict]:
    return attrs.evolve(table, bands=[attrs.evolve(band, value=GoalVerdict(band.value)) for band in table.bands])


@attrs.frozen(kw_only=True)
class GoalPolicy:
    """What a goal must be: `measures` are those the firm can measure, `growth` bands the goal over its history.

    `1.2` in `growth` is 20 % above the comparable past period; `maximum_days` is the longest span of a goal.
    """

    id: str
    measures: tuple[str, ...] = attrs.field(converter=as_tuple)
    growth: BandTable[GoalVerdict] = attrs.field(converter=_as_verdicts)
    maximum_days: int | None = None


class PlanPart(WordEnum):
    """The parts of a sales plan."""

    GOALS = "goals"
    MARKET_ANALYSIS = "market_analysis"
    STRATEGY = "strategy"
    PRODUCTS = "products"
    ACTIVITIES = "activities"
    BUDGET = "budget"
    TIMETABLE = "timetable"


def _as_parts(parts: Iterable[str]) -> tuple[PlanPart, ...]:
    return tuple(PlanPart(part) for part in parts)


@attrs.frozen(kw_only=True)
class PlanPolicy:
    """What a sales plan must have: the parts `required`, and products that make up its goal.

    Where it `must_agree`, it is submitted only if it agrees with the quotas and the budget granted to its unit.
    The amount of the products may differ from the amount goal by up to `product_tolerance` of the goal, that
    difference included. `approval_act` and `revision_act` are the acts that evidence names.
    """

    id: str
    required: tuple[PlanPart, ...] = attrs.field(default=tuple(PlanPart), converter=_as_parts)
    must_agree: bool = True
    product_tolerance: Rate = attrs.field(default=Rate(0))
    approval_act: str = "plan.approve"
    revision_act: str = "plan.revise"


def _checked_buffer(instance: object, attribute: attrs.Attribute[Any], value: Rate) -> None:
    if value.value < 0:
        raise InvalidValue(attribute.name, str(value), "a buffer is zero or more")


@attrs.frozen(kw_only=True)
class QuotaPolicy:
    """The section `quotas` of a rulebook.

    `rounding` holds for every unit that `unit_roundings` does not name (`{"count": …}`); its digits are also the
    smallest unit that is split. `day_count` says which days `proration` counts, `ties` who gets the last unit of a
    split, `table` how holders and periods share an amount, `even_by` what evenly means without a seasonality. Buffers
    set quotas above the goal: the children of a unit at depth n sum to its goal plus `level_buffers[n]` of it (none
    where the list ends), the periods of a line to the line plus `period_buffer`.
    """

    life: PolicyLife
    rounding: Rounding
    unit_roundings: Mapping[str, Rounding] = attrs.field(factory=dict, converter=as_parameters)
    ties: TieOrder = attrs.field(default=TieOrder.FIRST, converter=TieOrder)
    proration: Proration = attrs.field(default=Proration.REFUSE, converter=Proration)
    day_count: DayCount = attrs.field(default=DayCount.CALENDAR, converter=DayCount)
    table: TableOrder = attrs.field(default=TableOrder.BOTH_MARGINS, converter=TableOrder)
    even_by: EvenBy = attrs.field(default=EvenBy.PERIOD, converter=EvenBy)
    level_buffers: tuple[Rate, ...] = attrs.field(
        default=(), converter=as_tuple, validator=attrs.validators.deep_iterable(_checked_buffer)
    )
    period_buffer: Rate = attrs.field(default=Rate(0), validator=_checked_buffer)
    seasonalities: tuple[Seasonality, ...] = attrs.field(default=(), converter=as_tuple)
    ramps: tuple[Ramp, ...] = attrs.field(default=(), converter=as_tuple)
    acceptance: AcceptancePolicy | None = None
    revisions: RevisionPolicy | None = None
    pace: PacePolicy | None = None
    goals: GoalPolicy | None = None
    plans: PlanPolicy | None = None

    @property
    def counts_working_days(self) -> bool:
        """Whether lines are prorated by working days, so that somebody must say which these are."""
        return self.day_count is DayCount.WORKING and self.proration is Proration.PRORATE_BY_DAYS

    def rounding_of(self, unit: str) -> Rounding:
        """The rounding of amounts in a unit."""
        return self.unit_roundings.get(unit, self.rounding)

    def seasonality_on(self, day: date, measure: str) -> Seasonality | None:
        """The seasonality of a measure on a day, `None` where there is none; raises `AmbiguousDay` for several."""
        current = [entry for entry in self.seasonalities if day in entry.effective]
        named = [entry for entry in current if measure in entry.measures]
        found = named or [entry for entry in current if not entry.measures]
        if len(found) > 1:
            raise AmbiguousDay("quotas.seasonalities", day, tuple(entry.id for entry in found))
        return found[0] if found else None
