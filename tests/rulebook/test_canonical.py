"""The version of a document: a hash of what it says, not of how it is written."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_policies import Flat, Small, Trigger
from sample_strategies import rulebook_pairs

from salesrules.core import Band, BandTable, InvalidValue, Money, Parameters
from salesrules.rulebook import Rulebook, canonical_form, content_hash


@settings(max_examples=60)
@given(rulebook_pairs())
def test_versions_are_equal_exactly_where_rulebooks_are(pair: tuple[Rulebook, Rulebook]) -> None:
    left, right = pair
    assert (left.version == right.version) == (left == right)
    assert attrs.evolve(left).version == left.version


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Decimal("1.50"), Decimal("1.5")),
        (Decimal(2), 2),
        (Decimal("0.5"), Fraction(1, 2)),
        (Decimal("-0"), 0),
        (Money("12.50", "CNY"), Money("12.5", "CNY")),
        (Parameters(a=1, b=2), Parameters(b=2, a=1)),
        (BandTable(bands=(Band(start=0, value=1),)), BandTable(bands=(Band(start=Decimal("0.0"), value=1),))),
        (Trigger.BOOKING, "booking"),
    ],
)
def test_what_is_equal_has_one_hash(left: object, right: object) -> None:
    assert content_hash(left) == content_hash(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, "1"),
        (1, True),
        (0, None),
        ("", None),
        ("2020-01-01", date(2020, 1, 1)),
        (time(1, 0), "01:00:00"),
        ((1, 2), (2, 1)),
        ((), None),
        (("a", "b"), ("ab",)),
        (Parameters(a=1), Parameters(b=1)),
        (Money("1", "CNY"), Money("1", "USD")),
        (Small(limit=5), Small(limit=6)),
        (Flat(amount=Money(1, "CNY")), Flat(amount=Money("1.01", "CNY"))),
    ],
)
def test_what_differs_has_another_hash(left: object, right: object) -> None:
    assert content_hash(left) != content_hash(right)


def test_a_known_hash_stays_what_it_is() -> None:
    # printf '{"amount":{"amount":["#","5/2"],"currency":"CNY"},"kind":"flat"}' | sha256sum
    assert content_hash(Flat(amount=Money("2.5", "CNY"))) == (
        "34521acabd22a31a486fd207a1db560606256232beddc72c46b5bb641ba05f74"
    )


@pytest.mark.parametrize("value", [1.5, {1, 2}, b"x", [1], object(), Decimal("NaN"), Decimal("Infinity")])
def test_what_a_policy_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match=r"value\[0\]"):
        canonical_form((value,))


def test_the_place_of_what_is_refused_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        canonical_form(Parameters(a=(1, Parameters(b=2.5))))
    assert caught.value.field == "value.a[1].b"


@given(st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3).map(tuple)))
def test_a_tuple_differs_from_what_it_holds(value: object) -> None:
    assert content_hash((value,)) != content_hash(value)


def test_an_instant_is_told_by_its_text() -> None:
    assert canonical_form(datetime(2020, 1, 1, 12, 0)) == ["@", "2020-01-01T12:00:00"]  # noqa: DTZ001 - no zone on purpose
