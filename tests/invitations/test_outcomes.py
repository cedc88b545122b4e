"""What an event brought: conversion, signing, costs, refusals; seats; the effect of campaigns against a baseline."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import CurrencyMismatch, DateRange, InvalidValue, Money, Outcome, Rate, Side
from salesrules.invitations import (
    EventOutcome,
    OutcomePolicy,
    RatioThreshold,
    SalesSpan,
    calculate_effect,
    calculate_outcome,
    calculate_seat_counts,
    check_effect,
    check_outcome,
    rank_refusals,
)

from .conftest import codes_of, rate
from .test_reminders import CASES

DAY = date(2020, 3, 5)


def cny(amount) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def invitations(make_invitation):
    asked, said = (-200, "contact"), (-100, "accept")
    return [
        make_invitation("a", asked, said, (0, "check_in"), (2, "sign")),
        make_invitation("b", asked, said, (0, "check_in"), (8, "close"), (20, "follow_up"), (30, "sign")),
        make_invitation("c", asked, said, (8, "close")),
        make_invitation("d", asked, (-90, "decline", "no_time")),
        make_invitation("e", asked, (-90, "decline", "no_need")),
        make_invitation("f", asked, said, (-9, "cancel", "no_time")),
        make_invitation("g"),
        make_invitation("w", (0, "walk_in"), (8, "close")),
        make_invitation("x", asked, event="fair"),
    ]


def test_an_outcome_is_counted_from_the_lives_of_the_invitations(invitations, event, policy) -> None:
    outcome = calculate_outcome(event, invitations, policy, sales=cny(50000), cost=cny(3000))
    counts = {name: getattr(outcome, name) for name in ("invited", "contacted", "accepted", "attended", "deals")}
    assert counts == {"invited": 8, "contacted": 7, "accepted": 5, "attended": 3, "deals": 2}
    assert outcome.signed_on_site == 1
    assert (outcome.conversion, outcome.signing, outcome.cost_share) == (
        Fraction(5, 7), Fraction(1, 3), Fraction(3, 50)
    )  # fmt: skip
    assert (outcome.cost_per_invitee, outcome.cost_per_attendee, outcome.cost_per_deal) == (375, 1000, 1500)
    (row,) = outcome.to_records()
    assert (row["conversion"], row["cost_per_deal"], row["currency"]) == ("5/7", "1500", "CNY")
    for derivation in outcome.derivations():
        assert derivation.recompute() == derivation.value
    assert [derivation.value for derivation in outcome.derivations()] == [
        Fraction(5, 7),
        Fraction(1, 3),
        Fraction("0.06"),
    ]


def test_conversion_may_count_those_who_came(invitations, event, policy) -> None:
    rule = attrs.evolve(policy.outcomes, conversion_counts="attended")
    outcome = calculate_outcome(event, invitations, attrs.evolve(policy, outcomes=rule), sales=cny(0), cost=cny(0))
    assert outcome.conversion == Fraction(3, 7)
    assert outcome.derivations()[0].terms[0].label == "invitations.label.attended"


def outcome_of(**changes) -> EventOutcome:
    given = {
        "event": "launch", "invited": 100, "contacted": 100, "accepted": 35, "attended": 30, "signed_on_site": 6,
        "deals": 8, "sales": cny(10000), "cost": cny("799.99"),
    }  # fmt: skip
    return EventOutcome(**(given | changes))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),  # 35 % and 20 % are enough, and less than 8 % is
        ({"accepted": 34}, ["conversion_low"]),
        ({"signed_on_site": 5}, ["signing_low"]),
        ({"cost": cny(800)}, ["cost_share_high"]),
        ({"cost": cny(0), "sales": cny(0)}, []),
        ({"sales": cny(0)}, ["cost_share_high"]),
        ({"contacted": 0, "accepted": 0}, ["conversion_low"]),
        ({"attended": 0, "signed_on_site": 0}, ["signing_low"]),
    ],
)
def test_measures_at_their_thresholds(policy, changes, codes) -> None:
    decision = check_outcome(outcome_of(**changes), policy, DAY)
    assert codes_of(decision) == codes
    assert decision.outcome is (Outcome.WARN if codes else Outcome.ALLOW)


def test_the_side_owns_the_threshold(make_policy) -> None:
    upper = [RatioThreshold(rate=Rate.parse(text), side=Side.UPPER) for text in ("35%", "20%", "8%")]
    rule = OutcomePolicy(id="o", conversion=upper[0], signing=upper[1], cost_share=upper[2])
    decision = check_outcome(outcome_of(cost=cny(800)), make_policy(outcomes=rule), DAY)
    assert codes_of(decision) == ["conversion_low", "signing_low"]


def test_what_cannot_be_counted_is_refused(event, policy) -> None:
    with pytest.raises(CurrencyMismatch):
        calculate_outcome(event, [], policy, sales=cny(1), cost=Money(1, "USD"))
    for sales, cost, name in ((cny(-1), cny(0), "sales"), (cny(0), cny(-1), "cost")):
        with pytest.raises(InvalidValue, match=name):
            calculate_outcome(event, [], policy, sales=sales, cost=cost)
    with pytest.raises(InvalidValue, match=r"invitations\.outcomes"):
        check_outcome(outcome_of(), attrs.evolve(policy, outcomes=None), DAY)


def test_refusal_reasons_are_ranked(invitations, make_invitation) -> None:
    uncoded = make_invitation("u", (-200, "contact"), (-90, "decline"))
    ranking = rank_refusals([*invitations, uncoded])
    assert [(entry.key, entry.amount, entry.rank) for entry in ranking.entries] == [
        ("no_time", 2, 1), ("no_need", 1, 2), ("uncoded", 1, 2)
    ]  # fmt: skip


def test_the_published_seat_counts(make_event, make_invitation) -> None:
    case = CASES["EVENT-03"]
    asked, said = (-200, "contact"), (-100, "accept")
    lives = {"open": (asked, said), "draft": (asked,), "done": (asked, said, (0, "check_in"))}
    invitations = [
        make_invitation(f"{kind}{number}", *lives[kind])
        for kind, count in case["inputs"].items()
        for number in range(count)
    ]
    counts = calculate_seat_counts(make_event(capacity=20), invitations)
    expected = case["expected"]
    assert counts.available == 20 - int(expected["available"].removeprefix("max-"))
    assert (counts.unconfirmed, counts.reserved, counts.used, counts.expected) == tuple(
        expected[name] for name in ("unconfirmed", "reserved", "used", "expected")
    )


def test_seats_are_counted_in_people_and_never_below_zero(event, make_event, make_invitation) -> None:
    asked, said = (-200, "contact"), (-100, "accept")
    invitations = [
        make_invitation("a", asked, said, seats=5),
        make_invitation("b", asked, (-100, "wait"), seats=2),
        make_invitation("c", asked, said, (8, "close"), seats=2),
        make_invitation("d", asked, said, (0, "check_in"), (8, "close"), (9, "follow_up"), (9, "nurture"), seats=2),
        make_invitation("e", asked, said, (8, "close"), (9, "follow_up"), (9, "nurture"), seats=2),
        make_invitation("x", asked, said, event="fair"),
    ]
    counts = calculate_seat_counts(event, invitations)
    assert (counts.reserved, counts.waiting, counts.used, counts.available) == (5, 2, 2, 0)
    assert calculate_seat_counts(make_event(capacity=None), invitations).available is None


# --- Effect against a baseline ---


def span(first: date, days: int, amount) -> SalesSpan:
    return SalesSpan(span=DateRange(first, date.fromordinal(first.toordinal() + days)), amount=cny(amount))


BASE = [span(date(2020, 1, 1), 20, 2000), span(date(2020, 2, 1), 10, 1000)]
DURING = span(date(2020, 3, 1), 10, 1500)


def test_the_effect_is_what_was_sold_above_the_daily_mean_of_the_baseline(policy) -> None:
    effect = calculate_effect("spring sale", DURING, BASE, policy, cost=cny(100))
    assert (effect.expected, effect.lift, effect.ratio) == (1000, 500, Fraction(1, 2))
    assert effect.profit_ratio == Fraction(1, 2)  # 30 % of 500 is 150, for a cost of 100
    assert check_effect(effect, policy, DAY).outcome is Outcome.ALLOW
    derivation = effect.derivation()
    assert derivation.recompute() == derivation.value == 500


def test_sales_that_were_only_brought_forward_are_taken_off(policy) -> None:
    after = span(date(2020, 3, 11), 10, 400)
    effect = calculate_effect("spring sale", DURING, BASE, policy, cost=cny(100), after=after)
    assert (effect.days, effect.lift, effect.ratio) == (20, -100, Fraction(-1, 20))
    decision = check_effect(effect, policy, DAY)
    assert codes_of(decision) == ["effect_low", "return_low"]
    assert effect.derivation().recompute() == -100


@pytest.mark.parametrize(
    ("sold", "cost", "codes"),
    [
        (1100, 30, []), ("1099.99", 0, ["effect_low"]), (1100, "30.01", ["return_low"]),
        (1099, 30, ["effect_low", "return_low"]),
    ],
)  # fmt: skip
def test_lift_and_profit_at_their_thresholds(policy, sold, cost, codes) -> None:
    effect = calculate_effect("sale", span(date(2020, 3, 1), 10, sold), BASE, policy, cost=cny(cost))
    assert codes_of(check_effect(effect, policy, DAY)) == codes


def test_without_expected_sales_there_is_no_ratio(policy) -> None:
    effect = calculate_effect("sale", DURING, [span(date(2020, 1, 1), 10, 0)], policy, cost=cny(0))
    assert (effect.ratio, effect.profit_ratio) == (None, None)
    assert codes_of(check_effect(effect, policy, DAY)) == ["effect_low"]


@pytest.mark.parametrize(
    "baseline", [[], [span(date(2020, 3, 5), 10, 1)], [BASE[0], BASE[0]]], ids=["none", "meets", "twice"]
)
def test_a_baseline_is_there_and_meets_nothing(policy, baseline) -> None:
    with pytest.raises(InvalidValue, match="baseline"):
        calculate_effect("sale", DURING, baseline, policy, cost=cny(1))


def test_spans_are_closed_and_in_one_currency(policy) -> None:
    with pytest.raises(InvalidValue, match="span"):
        SalesSpan(span=DateRange(DAY), amount=cny(1))
    with pytest.raises(CurrencyMismatch):
        calculate_effect("sale", DURING, BASE, policy, cost=Money(1, "USD"))
    with pytest.raises(InvalidValue, match="cost"):
        calculate_effect("sale", DURING, BASE, policy, cost=cny(-1))


@given(
    sold=st.integers(0, 10**9),
    base=st.lists(st.tuples(st.integers(1, 28), st.integers(0, 10**9)), min_size=1, max_size=5),
)
def test_a_campaign_that_sells_as_the_baseline_has_no_lift(sold, base) -> None:
    from salesrules.core import PolicyLife
    from salesrules.invitations import EffectPolicy, InvitationPolicy

    life = PolicyLife(status="draft", scope="a", owner="b", effective=DateRange(date(2000, 1, 1)))
    effects = EffectPolicy(id="e", margin=Rate.parse("30%"), lift=rate("10%"), profit=rate("0%"))
    policy = InvitationPolicy(life=life, effects=effects)
    baseline = [span(date(2010 + year, 1, 1), days, amount) for year, (days, amount) in enumerate(base)]
    days = sum(part.span.days for part in baseline)
    whole = sum(part.amount.amount for part in baseline)
    alike = calculate_effect("x", span(date(2020, 3, 1), days, whole), baseline, policy, cost=cny(0))
    assert alike.lift == 0
    other = calculate_effect("x", span(date(2020, 3, 1), days, sold), baseline, policy, cost=cny(0))
    assert other.lift == sold - whole
