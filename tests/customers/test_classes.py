"""Classes by cumulative share and the key-account matrix, at every bound."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import CurrencyMismatch, InvalidDocument, Money
from salesrules.customers import MatrixFactor, Quadrant, classify_by_share, classify_key_account


def classes(policy, amounts, **changes):
    changed = attrs.evolve(policy, abc=attrs.evolve(policy.abc, **changes))
    return {found.customer: found.customer_class for found in classify_by_share(amounts, changed)}


AMOUNTS = {"a": 60, "b": 20, "c": 15, "d": 5}  # 60 %, 80 %, 95 %, 100 %


@pytest.mark.parametrize(
    ("basis", "side", "expected"),
    [
        ("with_own", "lower", "ABCC"),  # exactly 80 % belongs to B, exactly 95 % to C
        ("with_own", "upper", "AABC"),
        ("before_own", "lower", "AABC"),  # before: 0, 60, 80, 95
        ("before_own", "upper", "AAAB"),
    ],
)
def test_the_side_owns_the_bound(policy, basis, side, expected) -> None:
    table = attrs.evolve(policy.abc.classes, side=side)
    assert "".join(classes(policy, AMOUNTS, basis=basis, classes=table).values()) == expected


def test_a_single_large_customer_is_in_the_first_class_only_by_what_lies_before(policy) -> None:
    assert classes(policy, {"big": 99, "small": 1}, basis="with_own")["big"] == "C"
    assert classes(policy, {"big": 99, "small": 1}, basis="before_own")["big"] == "A"


def test_equal_amounts_stay_together_or_not(policy) -> None:
    amounts = {"a": 40, "b": 20, "c": 20, "d": 20}  # with own: 40, 60, 80, 100
    assert "".join(classes(policy, amounts, basis="with_own", equal_amounts="together").values()) == "AAAA"
    assert "".join(classes(policy, amounts, basis="with_own", equal_amounts="in_order").values()) == "AABC"


def test_who_bought_nothing_or_returned_more_is_of_the_rest_and_moves_nobody(policy) -> None:
    plain = classes(policy, AMOUNTS)
    more = classes(policy, AMOUNTS | {"nil": 0, "back": -500})
    assert {key: more[key] for key in AMOUNTS} == plain
    assert (more["nil"], more["back"]) == ("C", "C")
    assert classes(policy, {}) == {}
    assert classes(policy, {"x": 0}) == {"x": "C"}


def test_the_largest_come_first_with_the_share_that_placed_them(policy) -> None:
    found = classify_by_share({"b": Money(20, "CNY"), "a": Money(80, "CNY")}, policy)
    assert [(one.customer, one.amount, one.share) for one in found] == [("a", 80, 0), ("b", 20, Fraction(4, 5))]
    with pytest.raises(CurrencyMismatch):
        classify_by_share({"a": Money(1, "CNY"), "b": Money(0, "USD")}, policy)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-5, 30), min_size=1))
def test_a_smaller_customer_is_never_of_a_better_class(policy, amounts) -> None:
    found = classify_by_share(amounts, policy)
    assert sorted(one.customer for one in found) == sorted(amounts)
    ranked = [one.customer_class for one in sorted(found, key=lambda one: -one.amount)]
    assert ranked == sorted(ranked)
    whole = sum(amount for amount in amounts.values() if amount > 0)
    for one in found:
        above = sum(amount for amount in amounts.values() if amount > one.amount)
        if one.amount > 0:
            expected = "A" if above * 100 < 80 * whole else "B" if above * 100 < 95 * whole else "C"
            assert one.customer_class == expected


@pytest.fixture
def small(policy):
    factors = [MatrixFactor(id="volume", weight=3), MatrixFactor(id="growth", weight=1)]
    matrix = attrs.evolve(policy.matrix, attractiveness=factors, position=[MatrixFactor(id="share", weight=1)])
    return attrs.evolve(policy, matrix=matrix)


@pytest.mark.parametrize(
    ("volume", "growth", "share", "side", "quadrant"),
    [
        (3, 3, 3, "lower", Quadrant.STAR),
        (3, 3, 3, "upper", Quadrant.DOG),
        ("3.0001", 3, 3, "upper", Quadrant.QUESTION_MARK),
        (3, "2.9999", "2.9999", "lower", Quadrant.DOG),
        (2, 5, 3, "lower", Quadrant.CASH_COW),  # (3 × 2 + 5) / 4 = 2.75
        (3, 5, 1, "lower", Quadrant.QUESTION_MARK),
    ],
)
def test_the_matrix_places_by_weighted_means(small, volume, growth, share, side, quadrant) -> None:
    policy = attrs.evolve(small, matrix=attrs.evolve(small.matrix, side=side))
    scores = {"volume": Decimal(volume), "growth": Decimal(growth)}
    found = classify_key_account("c", scores, {"share": Decimal(share)}, policy)
    assert found.quadrant is quadrant
    for derivation in (found.attractiveness, found.position):
        assert derivation.recompute() == derivation.value


def test_every_field_has_the_strategy_of_the_policy(small) -> None:
    found = classify_key_account("c", {"volume": 5, "growth": 5}, {"share": 1}, small)
    assert found.strategy == ("quality_visits", "improve_relationship", "win_support")
    assert classify_key_account("c", {"volume": 1, "growth": 1}, {"share": 1}, small).strategy == ("minimise",)
    assert classify_key_account("c", {"volume": 1, "growth": 1}, {"share": 5}, small).strategy[0] == "maintain"
    assert classify_key_account("c", {"volume": 5, "growth": 5}, {"share": 5}, small).strategy[-1] == "hold_position"


def test_every_wrong_score_is_named(small) -> None:
    with pytest.raises(InvalidDocument) as caught:
        classify_key_account("c", {"volume": 6, "grwth": 1}, {"share": Decimal("0.9"), "x": 1}, small)
    assert [(fault.code.removeprefix("customers."), fault.path) for fault in caught.value.faults] == [
        ("score_missing", "attractiveness.growth"),
        ("score_outside", "attractiveness.volume"),
        ("unknown_factor", "attractiveness.grwth"),
        ("score_outside", "position.share"),
        ("unknown_factor", "position.x"),
    ]
