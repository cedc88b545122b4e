"""Scores of opportunities, and schemes for leads: exact, at their bounds, every fault at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from salesrules.core import Band, BandTable, InvalidDocument, InvalidValue, Money, Outcome, Rate, Rounding
from salesrules.leads import (
    CapacityPolicy,
    EntryCondition,
    HandlingScheme,
    MergePolicy,
    Opportunity,
    ScoreFactor,
    ScoringPolicy,
    calculate_score,
    check_opportunity,
    find_scheme,
)

DAY = date(2024, 3, 1)
FOUND = {"need": "urgent", "budget": "planned", "competitor": "weak", "win_chance": Decimal("0.5")}


def opportunity(**changes) -> Opportunity:
    given = {key: changes.pop(key) for key in list(changes) if key in FOUND}
    return Opportunity(id="o1", found=FOUND | given, **changes)


def test_a_score_is_the_weighted_mean_of_its_points(policy) -> None:
    found = calculate_score(opportunity(), policy)
    assert found.score == Fraction(4 * 100 + 3 * 60 + 1 * 70 + 2 * 70, 10) == found.derivation.recompute()
    assert (found.grade, found.expected_value) == ("hot", None)


@pytest.mark.parametrize(("chance", "points"), [("0.2499", 10), ("0.25", 40), ("0.7499", 70), ("0.75", 100), (1, 100)])
def test_numbers_are_banded(policy, chance, points) -> None:
    found = calculate_score(opportunity(win_chance=Decimal(chance)), policy)
    assert found.score == Fraction(400 + 180 + 70 + 2 * points, 10)


def test_the_expected_value_is_the_value_times_the_chance(policy) -> None:
    found = calculate_score(
        Opportunity(id="o", found=FOUND, value=Money(999, "CNY"), win_chance=Rate.parse("50%")), policy
    )
    assert (found.expected_value.value, found.expected_value.unit) == (Decimal("499.5"), "CNY")
    assert found.expected_value.recompute() == found.expected_value.value
    assert calculate_score(Opportunity(id="o", found=FOUND, value=Money(9, "CNY")), policy).expected_value is None


def test_what_scores_too_low_is_not_worth_pursuing(policy, codes) -> None:
    low = opportunity(need="none", budget="approved", competitor="none", win_chance=Decimal(0))  # 42
    assert check_opportunity(low, policy, DAY).outcome is Outcome.ALLOW
    lower = opportunity(need="none", budget="approved", competitor="weak", win_chance=Decimal(0))  # 39
    assert codes(check_opportunity(lower, policy, DAY)) == ["not_worth_pursuing"]
    exact = attrs.evolve(policy, scoring=attrs.evolve(policy.scoring, pursue_from=39))
    assert check_opportunity(lower, exact, DAY).outcome is Outcome.ALLOW


def test_every_wrong_finding_is_named(policy) -> None:
    wrong = Opportunity(id="o", found={"need": "maybe", "budget": 5, "competitr": "weak", "win_chance": "high"})
    with pytest.raises(InvalidDocument) as caught:
        calculate_score(wrong, policy)
    assert [(fault.code.removeprefix("leads."), fault.path) for fault in caught.value.faults] == [
        ("finding_without_points", "found.need"),
        ("finding_without_points", "found.budget"),
        ("finding_missing", "found.competitor"),
        ("finding_without_points", "found.win_chance"),
        ("unknown_factor", "found.competitr"),
    ]
    assert "did you mean 'competitor'" in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ScoreFactor(id="f", weight=1),
        lambda: ScoringPolicy(id="s", factors=[], grades=BandTable(bands=[Band(start=None, value="x")]), pursue_from=1),
        lambda: CapacityPolicy(id="c", days=0, rounding=Rounding(digits=0, mode="up")),
        lambda: CapacityPolicy(id="c", days=30, rounding=Rounding(digits=2, mode="up")),
        lambda: MergePolicy(id="m", duplicates=[], survivor="latest"),
        lambda: HandlingScheme(id="h", stages=[], won="won", restart="won"),
        lambda: ScoreFactor(id="f", weight=0, words={"a": 1}),
        lambda: Opportunity(id="o", found={}, win_chance=Rate(2)),
        lambda: EntryCondition(id="c", field="f", form="one_of"),
        lambda: EntryCondition(id="c", field="f", form="at_least"),
        lambda: EntryCondition(id="c", field="f", words=["x"]),
    ],
)
def test_impossible_entries_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue):
        wrong()


def test_the_most_specific_scheme_handles_a_lead(policy, make_lead) -> None:
    usual, referral = policy.schemes
    assert find_scheme(make_lead(), policy) is usual
    assert find_scheme(make_lead(source="referral"), policy) is referral
    by_kind = attrs.evolve(usual, id="k", kinds=["person"])
    both = attrs.evolve(usual, id="b", kinds=["person"], sources=["referral"])
    more = attrs.evolve(policy, schemes=[usual, referral, by_kind, both])
    assert find_scheme(make_lead(kind="person"), more).id == "k"
    assert find_scheme(make_lead(kind="person", source="referral"), more).id == "b"
    assert find_scheme(make_lead(source="referral"), more).id == "referral"
    with pytest.raises(InvalidValue, match="did you mean 'referral'"):
        find_scheme(make_lead(source="referal"), attrs.evolve(policy, schemes=[referral]))
    with pytest.raises(InvalidValue, match="add a scheme"):
        find_scheme(make_lead(source="x"), attrs.evolve(policy, schemes=[referral]))
    assert usual.owner_of("visited") == "sales"
    with pytest.raises(InvalidValue, match="choose one of captured"):
        usual.owner_of("never")
