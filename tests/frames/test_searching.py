"""Tiers searched by comparing, by buckets and by halving: the same at each bound and a unit beside it."""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.frames.compiled import CompiledCurve, add_curves
from salesrules.frames.kernel import searching
from salesrules.frames.kernel.curves import At, pay, tiers_of


@pytest.mark.parametrize("count", [1, 2, 17, 50, 500])
@pytest.mark.parametrize("spread", [1, 7, 10**6, 10**15])
def test_buckets_find_what_halving_finds(count, spread):
    bounds = np.cumsum(np.random.default_rng(count).integers(1, 2 * spread + 1, count)) - spread * count // 2
    beside = np.concatenate([bounds + step for step in (-1, 0, 1)] * 2)
    values = np.concatenate((beside, [-(2**60), 2**60], np.random.default_rng(1).integers(-spread, spread, 2000)))
    expected = np.searchsorted(bounds, values, side="right")
    assert searching.count_reached(tuple(bounds.tolist()), values).tolist() == expected.tolist()
    table = searching._buckets(tuple(bounds.tolist()))
    assert table.count(values).tolist() == expected.tolist()


def test_crowded_bounds_are_halved():
    bounds = (*range(40), 10**12)
    values = np.arange(-3, 60).repeat(10)
    assert searching._buckets(bounds).inside > 4
    assert searching.count_reached(bounds, values).tolist() == np.searchsorted(bounds, values, side="right").tolist()


@settings(max_examples=200)
@given(
    keys=st.lists(st.integers(2, 2**20), min_size=1, max_size=6, unique=True).map(sorted),
    denominator=st.integers(1, 2**10),
    quota=st.integers(1, 2**40),
    step=st.integers(-2, 2),
)
def test_tiers_of_attainment_are_exact_a_unit_beside_each_bound(keys, denominator, quota, step):
    curve = CompiledCurve(
        mode="marginal",
        keys=keys,
        denominator=denominator,
        slopes=[0] * (len(keys) + 1),
        intercepts=[0] * (len(keys) + 1),
        scale=1,
        by_quota=True,
    )
    measures = [max((key >> 1) * quota // denominator + step, -1) for key in keys]
    reached = [
        sum(
            Fraction(measure * denominator, quota) > key >> 1
            if key % 2
            else measure * denominator >= (key >> 1) * quota
            for key in keys
        )
        for measure in measures
    ]
    quotas = np.full(len(keys), quota, dtype=np.int64)
    assert tiers_of(curve, np.array(measures, dtype=np.int64), quotas).tolist() == reached


@st.composite
def curves(draw):
    keys = draw(st.lists(st.integers(0, 40), max_size=4, unique=True).map(sorted))
    numbers = st.lists(st.integers(-9, 9), min_size=len(keys) + 1, max_size=len(keys) + 1)
    return {"keys": keys, "denominator": draw(st.integers(1, 6)), "slopes": draw(numbers), "intercepts": draw(numbers)}


@settings(max_examples=300)
@given(drawn=st.lists(curves(), min_size=1, max_size=3), quota=st.none() | st.integers(1, 50))
def test_curves_added_up_pay_what_they_pay_apart(drawn, quota):
    made = [CompiledCurve(mode="marginal", scale=7, by_quota=quota is not None, **each) for each in drawn]
    measures = np.arange(-5, 45 * (quota or 1), max(quota or 1, 3) // 3)
    at = At(None if quota is None else np.full(len(measures), quota, dtype=np.int64))
    apart = sum(pay(each, measures, at) for each in made)
    assert pay(add_curves(made), measures, at).tolist() == apart.tolist()


def test_curves_that_stand_over_other_things_are_not_added():
    flat = {"mode": "marginal", "keys": [], "denominator": 1, "slopes": [1], "intercepts": [0]}
    one = CompiledCurve(scale=1, by_quota=False, **flat)
    for other in ({"scale": 2}, {"by_quota": True}, {"by_target": True}, {"power": 1}, {"squares": [1]}):
        assert add_curves([one, attrs.evolve(one, **other)]) is None
    steep = attrs.evolve(one, slopes=[2**60])
    assert add_curves([steep, steep]).slopes == (2**61,)
    assert add_curves([steep, steep, one]) is None  # no longer below what 64 bits hold
