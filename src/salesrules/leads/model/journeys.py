"""What became of leads: the steps of each through the stages, and what a funnel makes of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import InvalidValue, Money, as_parameters, as_tuple, is_aware, is_named
from salesrules.leads.model.leads import as_instant

__all__ = ["Bottleneck", "Funnel", "HandOffMeasure", "JourneyStep", "LeadJourney", "StageMeasure"]


@attrs.frozen(kw_only=True)
class JourneyStep:
    """A lead came into a stage (or another state of its workflow) at an instant."""

    stage: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(converter=as_instant, validator=is_aware)


def _in_order(instance: object, attribute: attrs.Attribute[Any], value: tuple[JourneyStep, ...]) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "give at least the step by which the lead was captured")
    for index in range(1, len(value)):
        if value[index].at < value[index - 1].at:
            raise InvalidValue(
                f"{attribute.name}[{index}].at", value[index].at, "give the steps in their order in time"
            )


@attrs.frozen(kw_only=True)
class LeadJourney:
    """The steps of one lead, its value (money or a plain number), and by what it is told apart (agent, office, …).

    Raises `InvalidValue` without a step, and where steps are not in their order in time.
    """

    lead: str = attrs.field(validator=is_named)
    steps: tuple[JourneyStep, ...] = attrs.field(converter=as_tuple, validator=_in_order)
    value: Money | Decimal | int = 0
    attributes: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)


@attrs.frozen(kw_only=True)
class StageMeasure:
    """One stage of a funnel: how many came so far, how many went on, and how long that took.

    `reached` counts leads that came into this stage or a later one, `advanced` those of them that came into a later
    one, `open_leads` those that stand here now, `lost` those that ended here otherwise. `ages` are how long finished
    stays lasted, `open_ages` how long open ones have lasted, both ascending. Values are of the leads that are counted,
    in the funnel's unit.
    """

    stage: str
    reached: int
    advanced: int
    open_leads: int
    lost: int
    reached_value: Decimal
    advanced_value: Decimal
    open_value: Decimal
    ages: tuple[timedelta, ...] = attrs.field(converter=as_tuple, repr=False)
    open_ages: tuple[timedelta, ...] = attrs.field(converter=as_tuple, repr=False)

    @property
    def conversion(self) -> Fraction | None:
        """The share of those who came this far that went on; `None` where nobody came."""
        return Fraction(self.advanced, self.reached) if self.reached else None

    @property
    def value_conversion(self) -> Fraction | None:
        """The share of the value that went on; `None` where there was none."""
        return Fraction(self.advanced_value) / Fraction(self.reached_value) if self.reached_value else None

    @property
    def median_age(self) -> timedelta | None:
        """Half of the finished stays lasted no longer: the middle one, or the mean of the two in the middle."""
        return _median(self.ages)

    @property
    def mean_age(self) -> timedelta | None:
        """The mean of the finished stays, to the microsecond."""
        return sum(self.ages, timedelta(0)) / len(self.ages) if self.ages else None

    @property
    def median_open_age(self) -> timedelta | None:
        """How long the leads that stand here have done so, at the median."""
        return _median(self.open_ages)


def _median(ages: tuple[timedelta, ...]) -> timedelta | None:
    if not ages:
        return None
    middle = len(ages) // 2
    return ages[middle] if len(ages) % 2 else (ages[middle - 1] + ages[middle]) / 2


@attrs.frozen(kw_only=True)
class HandOffMeasure:
    """One hand-off between functions: how often it was offered, accepted, refused, still waits, and for how long."""

    giver: str
    receiver: str
    offered: int
    accepted: int
    refused: int
    waiting: int
    waits: tuple[timedelta, ...] = attrs.field(converter=as_tuple, repr=False)

    @property
    def acceptance(self) -> Fraction | None:
        """The share of the answered offers that was accepted; `None` where none was answered."""
        answered = self.accepted + self.refused
        return Fraction(self.accepted, answered) if answered else None

    @property
    def median_wait(self) -> timedelta | None:
        """How long an answer took, at the median."""
        return _median(self.waits)


@attrs.frozen(kw_only=True)
class Bottleneck:
    """The stage that holds up most, by what it was found, and by how much."""

    stage: str
    by: str
    conversion: Fraction | None = None
    age: timedelta | None = None


@attrs.frozen(kw_only=True)
class Funnel:
    """All stages in order, the hand-offs between functions, and the bottleneck; `unit` is a currency code, or empty."""

    unit: str
    leads: int
    stages: tuple[StageMeasure, ...] = attrs.field(converter=as_tuple)
    hand_offs: tuple[HandOffMeasure, ...] = attrs.field(default=(), converter=as_tuple)
    bottleneck: Bottleneck | None = None

    def __iter__(self) -> Iterator[StageMeasure]:
        return iter(self.stages)

    def of(self, stage: str) -> StageMeasure:
        """The measures of a stage; raises `InvalidValue` for one that the funnel does not have."""
        for measure in self.stages:
            if measure.stage == stage:
                return measure
        known = ", ".join(measure.stage for measure in self.stages)
        raise InvalidValue("stage", stage, f"choose one of {known}")

    @property
    def conversion(self) -> Fraction | None:
        """The share of all leads that reached the last stage; `None` without leads."""
        return Fraction(self.stages[-1].reached, self.leads) if self.leads else None

    def to_records(self) -> list[dict[str, Any]]:
        """One row per stage: counts, conversion (a fraction), ages (durations) and values with their unit."""
        return [
            {
                "stage": stage.stage,
                "reached": stage.reached,
                "advanced": stage.advanced,
                "open": stage.open_leads,
                "lost": stage.lost,
                "conversion": stage.conversion,
                "median_age": stage.median_age,
                "median_open_age": stage.median_open_age,
                "reached_value": stage.reached_value,
                "advanced_value": stage.advanced_value,
                "open_value": stage.open_value,
                "unit": self.unit,
            }
            for stage in self.stages
        ]
