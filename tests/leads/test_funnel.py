"""The funnel: counted by hand, told apart by agent, ended by an instant; a literal recount agrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import CurrencyMismatch, InvalidValue, Money, advance_case, start_case
from salesrules.leads import (
    FunnelPolicy,
    JourneyStep,
    LeadJourney,
    build_lead_workflow,
    calculate_funnel,
    calculate_funnels,
    offer_of,
    to_journey,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STAGES = ["captured", "contacted", "qualified", "won"]
LATER = START + 100 * DAY


def journey(lead: str, *steps: tuple[str, int], value=0, **attributes: str) -> LeadJourney:
    made = [JourneyStep(stage=stage, at=START + day * DAY) for stage, day in steps]
    return LeadJourney(lead=lead, steps=made, value=value, attributes=attributes)


@pytest.fixture
def five():
    def cny(amount):
        return Money(amount, "CNY")

    return [
        journey("a", ("captured", 0), ("contacted", 2), ("qualified", 3), ("won", 10), value=cny(100), agent="x"),
        journey("b", ("captured", 0), ("contacted", 4), ("lost", 5), value=cny(50), agent="x"),
        journey("c", ("captured", 1), ("won", 9), value=cny(30), agent="y"),  # skips two stages
        journey("d", ("captured", 1), ("contacted", 90), value=cny(20)),
        journey("e", ("captured", 98), value=cny(5), agent="y"),
    ]


def test_counts_conversion_ages_and_values(small, five) -> None:
    funnel = calculate_funnel(five, STAGES, small, LATER)
    assert [(s.reached, s.advanced, s.open_leads, s.lost) for s in funnel] == [
        (5, 4, 1, 0), (4, 2, 1, 1), (2, 2, 0, 0), (2, 0, 2, 0)
    ]  # fmt: skip
    assert [s.conversion for s in funnel] == [Fraction(4, 5), Fraction(1, 2), Fraction(1), Fraction(0)]
    assert funnel.conversion == Fraction(2, 5)
    captured, contacted = funnel.of("captured"), funnel.of("contacted")
    assert captured.ages == (2 * DAY, 4 * DAY, 8 * DAY, 89 * DAY)
    assert (captured.median_age, captured.mean_age) == (6 * DAY, timedelta(days=103) / 4)
    assert (captured.open_ages, contacted.median_open_age) == ((2 * DAY,), 10 * DAY)
    assert (contacted.median_age, funnel.of("won").median_age) == (DAY, None)
    assert (captured.reached_value, captured.advanced_value, captured.open_value) == (205, 200, 5)
    assert (captured.value_conversion, funnel.unit) == (Fraction(200, 205), "CNY")
    assert funnel.to_records()[1]["conversion"] == Fraction(1, 2)


def test_the_bottleneck_by_conversion_or_by_age(policy, small, five) -> None:
    found = calculate_funnel(five, STAGES, small, LATER).bottleneck
    assert (found.stage, found.by, found.conversion) == ("contacted", "conversion", Fraction(1, 2))
    slow = attrs.evolve(policy, funnel=FunnelPolicy(id="f", bottleneck_by="age"))
    assert calculate_funnel(five, STAGES, slow, LATER).bottleneck.stage == "qualified"
    few = attrs.evolve(policy, funnel=FunnelPolicy(id="f", minimum=5))
    assert calculate_funnel(five, STAGES, few, LATER).bottleneck.stage == "captured"
    none = attrs.evolve(policy, funnel=FunnelPolicy(id="f", minimum=6))
    assert calculate_funnel(five, STAGES, none, LATER).bottleneck is None


def test_what_comes_after_the_instant_has_not_happened(small, five) -> None:
    early = calculate_funnel(five, STAGES, small, START + 4 * DAY)
    assert [s.reached for s in early] == [4, 2, 1, 0]
    assert early.leads == 4
    assert early.of("contacted").lost == 0
    assert calculate_funnel(five, STAGES, small, START - DAY).conversion is None


def test_a_lead_that_comes_back_has_reached_what_it_had(small) -> None:
    back = journey("a", ("captured", 0), ("qualified", 1), ("contacted", 3), ("contacted", 4))
    funnel = calculate_funnel([back], STAGES, small, START + 10 * DAY)
    assert [s.reached for s in funnel] == [1, 1, 1, 0]
    assert [s.open_leads for s in funnel] == [0, 1, 0, 0]
    assert funnel.of("contacted").open_ages == (7 * DAY,), "a stay goes on where a step stays in its stage"
    recycled = journey("b", ("captured", 0), ("contacted", 1), ("recycled", 2), ("contacted", 5))
    funnel = calculate_funnel([recycled], STAGES, small, START + 6 * DAY)
    assert (funnel.of("contacted").lost, funnel.of("contacted").open_leads, funnel.of("contacted").ages) == (
        0,
        1,
        (DAY,),
    )
    ended = calculate_funnel([recycled], STAGES, small, START + 3 * DAY)
    assert (ended.of("contacted").lost, ended.of("contacted").open_leads) == (1, 0)
    strange = calculate_funnel([journey("c", ("lost", 0))], STAGES, small, LATER)
    assert (strange.leads, strange.of("captured").reached) == (1, 0)


def test_by_agent_the_parts_add_up(small, five) -> None:
    parts = calculate_funnels(five, "agent", STAGES, small, LATER)
    assert list(parts) == ["", "x", "y"]
    whole = calculate_funnel(five, STAGES, small, LATER)
    for stage in STAGES:
        assert sum(part.of(stage).reached for part in parts.values()) == whole.of(stage).reached
        assert sum(part.of(stage).reached_value for part in parts.values()) == whole.of(stage).reached_value


def test_hand_offs_are_measured(small) -> None:
    table = build_lead_workflow()
    roles = ["data", "call", "sales"]

    def case_of(*commands):
        case = start_case(table, as_of=START)
        for hour, command in commands:
            case = advance_case(table, case, command, as_of=START + timedelta(hours=hour), roles=roles)
        return case

    cases = {
        "a": case_of((1, "assign"), (4, "accept"), (5, "contact")),
        "b": case_of((1, "assign"), (2, "refuse"), (3, "assign"), (9, "accept")),
        "c": case_of((1, "assign")),
    }
    offer = offer_of("captured", "assigned")
    journeys = [to_journey(id, case) for id, case in cases.items()]
    funnel = calculate_funnel(
        journeys, ["captured", "assigned", "contacted"], small, LATER, offers={offer: ("captured", "assigned")}
    )
    (found,) = funnel.hand_offs
    assert (found.offered, found.accepted, found.refused, found.waiting) == (4, 2, 1, 1)
    assert (found.acceptance, found.median_wait) == (Fraction(2, 3), timedelta(hours=3))
    assert [s.reached for s in funnel] == [3, 2, 1]
    hours = [age / timedelta(hours=1) for age in funnel.of("captured").ages]
    assert hours == [4, 9], "while the offer waits, and after it is refused, the lead is the giver's"
    assert calculate_funnel([], ["captured"], small, LATER, offers={offer: ("a", "b")}).hand_offs[0].acceptance is None


def test_bad_journeys_are_refused(small, five) -> None:
    with pytest.raises(InvalidValue, match="each lead once"):
        calculate_funnel([five[0], five[0]], STAGES, small, LATER)
    with pytest.raises(InvalidValue, match="once, in their order"):
        calculate_funnel(five, ["won", "won"], small, LATER)
    with pytest.raises(InvalidValue, match="choose one of"):
        calculate_funnel(five, STAGES, small, LATER).of("never")
    with pytest.raises(InvalidValue, match="order in time"):
        journey("a", ("captured", 1), ("won", 0))
    with pytest.raises(InvalidValue, match="at least the step"):
        journey("a")
    with pytest.raises(CurrencyMismatch):
        calculate_funnel([five[0], journey("z", ("captured", 0), value=Money(1, "USD"))], STAGES, small, LATER)
    with pytest.raises(InvalidValue):
        FunnelPolicy(id="f", minimum=0)


STATES = st.sampled_from([*STAGES, "lost", "offer", "elsewhere"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.tuples(STATES, st.integers(0, 9)), min_size=1, max_size=6), max_size=6))
def test_a_literal_recount_agrees(small, walks) -> None:
    journeys = []
    for number, walk in enumerate(walks):
        day, steps = 0, []
        for stage, wait in walk:
            day += wait
            steps.append((stage, day))
        journeys.append(journey(str(number), *steps, value=Decimal(number)))
    as_of = START + 12 * DAY
    funnel = calculate_funnel(journeys, STAGES, small, as_of, offers={"offer": ("captured", "contacted")})
    for place, stage in enumerate(STAGES):
        reached = [one for one in journeys if any(s.at <= as_of and s.stage in STAGES[place:] for s in one.steps)]
        further = [one for one in journeys if any(s.at <= as_of and s.stage in STAGES[place + 1 :] for s in one.steps)]
        found = funnel.of(stage)
        assert (found.reached, found.advanced) == (len(reached), len(further))
        assert found.reached_value == sum(int(one.lead) for one in reached)
    seen = [[s for s in one.steps if s.at <= as_of and s.stage != "offer"] for one in journeys]
    last = [steps[-1].stage for steps in seen if steps]
    assert [s.open_leads for s in funnel] == [last.count(stage) for stage in STAGES]
    offered = [
        (one.steps[i], one.steps[i + 1] if i + 1 < len(one.steps) and one.steps[i + 1].at <= as_of else None)
        for one in journeys
        for i in range(len(one.steps))
        if one.steps[i].stage == "offer" and one.steps[i].at <= as_of
    ]
    (found,) = funnel.hand_offs
    assert (found.offered, found.waiting) == (len(offered), sum(answer is None for _, answer in offered))
    assert found.accepted == sum(answer is not None and answer.stage == "contacted" for _, answer in offered)
