"""The funnel: how many leads come how far, how long that takes, what they are worth, and where it narrows most."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from salesrules.analytics import calculate_totals
from salesrules.core import InvalidValue, Money, WorkflowCase, check_identifier, check_instant, demand, exact_sum
from salesrules.leads.model import (
    Bottleneck,
    Funnel,
    HandOffMeasure,
    JourneyStep,
    LeadJourney,
    StageMeasure,
)
from salesrules.leads.policy import LEAD_ENDS, Bottlenecks, FunnelPolicy, LeadPolicy

__all__ = ["calculate_funnel", "calculate_funnels", "to_journey"]


def to_journey(
    lead: str,
    case: WorkflowCase,
    value: Money | Decimal | int = 0,
    attributes: Mapping[str, str] | None = None,
) -> LeadJourney:
    """The journey that the events of a case in the lead's workflow amount to."""
    check_identifier("lead", lead)
    steps = [JourneyStep(stage=event.target, at=event.at) for event in case.history]
    return LeadJourney(lead=lead, steps=steps, value=value, attributes=attributes or {})


def calculate_funnel(
    journeys: Iterable[LeadJourney],
    stages: Sequence[str],
    policy: LeadPolicy,
    as_of: datetime,
    *,
    ended: Iterable[str] = LEAD_ENDS,
    offers: Mapping[str, tuple[str, str]] | None = None,
) -> Funnel:
    """What became of leads by an instant: for each of `stages`, in their order, and for each hand-off.

    Steps later than `as_of` have not happened. A lead that skips a stage has reached it all the same; one that comes
    back has reached what it had reached. Where the last step is one of `ended`, the lead ended at the furthest stage
    that it reached. `offers` maps the states of offers to giver and receiver (`offer_of` names them in the workflow);
    the owner of a lead in an offer is still the giver, so its stay goes on.

    Raises `InvalidValue` where a stage is named twice or a lead given twice, and `CurrencyMismatch` where values are of
    several currencies.
    """
    rule = demand(policy.funnel, "leads.funnel")
    if len(set(stages)) < len(stages) or not stages:
        raise InvalidValue("stages", list(stages), "name every stage once, in their order")
    given = list(journeys)
    values = calculate_totals(given, amount=_value, by={"lead": _lead})
    if len(values) < len(given):
        raise InvalidValue(
            "journeys", len(given), f"{len(given) - len(values)} of them come twice; give each lead once"
        )
    check_instant("as_of", as_of)
    moment = as_of.astimezone(UTC)
    tally = _Tally(stages, frozenset(ended), dict(offers or {}))
    for journey in given:
        amount = values.of(journey.lead).amount
        steps = journey.steps[: bisect_right(journey.steps, moment, key=_instant)]
        if steps:
            tally.take(steps, amount, moment)
    measures = tally.measures()
    return Funnel(
        unit=values.unit,
        leads=tally.leads,
        stages=measures,
        hand_offs=tally.hand_offs(),
        bottleneck=_find_bottleneck(measures, rule),
    )


def calculate_funnels(
    journeys: Iterable[LeadJourney],
    attribute: str,
    stages: Sequence[str],
    policy: LeadPolicy,
    as_of: datetime,
    *,
    ended: Iterable[str] = LEAD_ENDS,
    offers: Mapping[str, tuple[str, str]] | None = None,
) -> dict[str, Funnel]:
    """A funnel for each value of an attribute of the journeys (an agent, an office), in the order of their text.

    Journeys without the attribute stand under the empty text.
    """
    groups: dict[str, list[LeadJourney]] = {}
    for journey in journeys:
        groups.setdefault(journey.attributes.get(attribute, ""), []).append(journey)
    endings = tuple(ended)
    return {
        name: calculate_funnel(groups[name], stages, policy, as_of, ended=endings, offers=offers)
        for name in sorted(groups)
    }


def _value(journey: LeadJourney) -> Money | Decimal | int:
    return journey.value


def _lead(journey: LeadJourney) -> str:
    return journey.lead


def _instant(step: JourneyStep) -> datetime:
    return step.at


class _Tally:
    """What is counted while one journey after the other is read."""

    def __init__(self, stages: Sequence[str], ended: frozenset[str], offers: dict[str, tuple[str, str]]) -> None:
        self._places = {stage: place for place, stage in enumerate(stages)}
        self._stages, self._ended, self._offers = tuple(stages), ended, offers
        count = len(self._stages)
        self.leads = 0
        self._reached: list[list[Decimal]] = [[] for _ in range(count)]
        self._open: list[list[Decimal]] = [[] for _ in range(count)]
        self._lost = [0] * count
        self._ages: list[list[timedelta]] = [[] for _ in range(count)]
        self._open_ages: list[list[timedelta]] = [[] for _ in range(count)]
        self._answers: dict[str, dict[str, int]] = {
            offer: {"accepted": 0, "refused": 0, "waiting": 0} for offer in offers
        }
        self._waits: dict[str, list[timedelta]] = {offer: [] for offer in offers}

    def take(self, steps: Sequence[JourneyStep], amount: Decimal, moment: datetime) -> None:
        """Count one journey."""
        self.leads += 1
        furthest = -1
        place: int | None = None
        since = steps[0].at
        for index, step in enumerate(steps):
            if step.stage in self._offers:
                self._offer(step, steps[index + 1] if index + 1 < len(steps) else None)
                continue
            new = self._places.get(step.stage)
            if new is not None and new == place:
                continue
            if place is not None:
                self._ages[place].append(step.at - since)
            place, since = new, step.at
            furthest = max(furthest, -1 if new is None else new)
        for stage in range(furthest + 1):
            self._reached[stage].append(amount)
        if steps[-1].stage in self._ended:
            if furthest >= 0:
                self._lost[furthest] += 1
        elif place is not None:
            self._open[place].append(amount)
            self._open_ages[place].append(moment - since)

    def _offer(self, step: JourneyStep, answer: JourneyStep | None) -> None:
        receiver = self._offers[step.stage][1]
        if answer is None:
            self._answers[step.stage]["waiting"] += 1
            return
        self._answers[step.stage]["accepted" if answer.stage == receiver else "refused"] += 1
        self._waits[step.stage].append(answer.at - step.at)

    def measures(self) -> tuple[StageMeasure, ...]:
        """What was counted, stage by stage."""
        after = [*self._reached[1:], []]
        return tuple(
            StageMeasure(
                stage=stage,
                reached=len(self._reached[place]),
                advanced=len(after[place]),
                open_leads=len(self._open[place]),
                lost=self._lost[place],
                reached_value=exact_sum(self._reached[place]),
                advanced_value=exact_sum(after[place]),
                open_value=exact_sum(self._open[place]),
                ages=sorted(self._ages[place]),
                open_ages=sorted(self._open_ages[place]),
            )
            for stage, place in self._places.items()
        )

    def hand_offs(self) -> tuple[HandOffMeasure, ...]:
        """What was counted, hand-off by hand-off."""
        return tuple(
            HandOffMeasure(
                giver=giver,
                receiver=receiver,
                offered=sum(self._answers[offer].values()),
                waits=sorted(self._waits[offer]),
                **self._answers[offer],
            )
            for offer, (giver, receiver) in self._offers.items()
        )


def _find_bottleneck(measures: Sequence[StageMeasure], rule: FunnelPolicy) -> Bottleneck | None:
    """The stage that holds up most; the first in order of equals, and never the last, which leads nowhere."""
    worst: Bottleneck | None = None
    lowest: Fraction | None = None
    longest: timedelta | None = None
    for measure in measures[:-1]:
        if measure.reached < rule.minimum:
            continue
        share, age = Fraction(measure.advanced, measure.reached), measure.median_age
        if rule.bottleneck_by is Bottlenecks.CONVERSION:
            is_worse = lowest is None or share < lowest
        else:
            is_worse = age is not None and (longest is None or age > longest)
        if is_worse:
            lowest, longest = share, age
            worst = Bottleneck(stage=measure.stage, by=rule.bottleneck_by.value, conversion=share, age=age)
    return worst
