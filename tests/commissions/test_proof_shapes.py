"""The shape of a curve: cliffs, jumps, dead zones, flat stretches, bounds, tiers that pay nobody; derived by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from commissions.firm import by_amount, component, payout_curve, plan, prove_curve, prove_plan, tiers
from differential.random_plans import AMOUNT_MODES, PARABOLAS, RATE_MODES, random_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import (
    Cliff,
    DeadZone,
    FixedTable,
    FlatStretch,
    Jump,
    PayBound,
    PayoutCurve,
    RateMode,
    Reached,
    Segment,
    SpanCurve,
    UnreachableTier,
)
from salesrules.core import Band, BandTable, InvalidValue, Side

D = Decimal


def curve(*cells, mode="whole_amount", side="lower"):
    return PayoutCurve.of(tiers(*cells, side=side), RateMode(mode))


def amounts(*cells, mode="fixed", side="lower"):
    pairs = zip(cells[::2], cells[1::2], strict=True)
    bands = [Band(start=D(bound), value=D(amount)) for bound, amount in pairs]
    return payout_curve(FixedTable(mode=mode, tiers=BandTable(bands=bands, side=side)))


def test_a_cliff_has_its_exact_interval():
    # 8 % of 200,000 is 16,000; 7.5 % of it 15,000, and 16,000 is 7.5 % of 213,333.33…
    proof = prove_curve(curve("0", "8%", "200000", "7.5%"))
    returns = Reached(measure=D("213333.34"), pay=D("16000.00050"), exact=Fraction(640_000, 3))
    assert proof.cliffs == (Cliff(at=D(200_000), side="lower", before=D(16_000), after=D(15_000), returns=returns),)
    zone = DeadZone(start=D(200_000), end=Fraction(640_000, 3), peak=D(16_000), lowest=D(15_000))
    assert proof.dead_zones == (zone,)
    assert proof.cliffs[0].returns_at == Fraction(640_000, 3)
    assert not proof.is_monotone
    assert not proof.is_bounded
    assert proof.jumps == proof.flat_stretches == ()


@pytest.mark.parametrize(("side", "on_bound"), [("lower", 15_000), ("upper", 16_000)])
def test_a_side_says_whether_the_bound_itself_has_fallen(side, on_bound):
    proof = prove_curve(curve("0", "8%", "200000", "7.5%", side=side))
    [cliff] = proof.cliffs
    assert cliff.side is Side(side)
    assert proof.curve.at(D(200_000)) == on_bound
    assert proof.curve.at(D("199999.99")) == D("15999.9992")
    assert proof.curve.at(D("200000.01")) == D("15000.00075")


def test_a_fall_for_ever_returns_never():
    proof = prove_curve(amounts("0", "0", "100", "500", "200", "300"))
    assert [(cliff.at, cliff.returns, cliff.returns_at) for cliff in proof.cliffs] == [(200, None, None)]
    assert proof.dead_zones == (DeadZone(start=D(200), end=None, peak=D(500), lowest=D(300)),)
    assert proof.jumps == (Jump(at=D(100), side="lower", before=D(0), after=D(500)),)
    assert proof.bound == PayBound(pay=D(500), at=D(100), is_reached=True)
    stretches = [(stretch.start, stretch.end, stretch.pay) for stretch in proof.flat_stretches]
    assert stretches == [(0, 100, 0), (100, 200, 500), (200, None, 300)]


def test_pay_returns_by_a_jump_where_no_tier_climbs_there():
    proof = prove_curve(amounts("0", "0", "100", "500", "200", "300", "250", "500", side="upper"))
    [cliff] = proof.cliffs
    assert cliff.returns == Reached(measure=D("250.01"), pay=D(500), exact=D(250))
    assert proof.dead_zones == (DeadZone(start=D(200), end=D(250), peak=D(500), lowest=D(300)),)


def test_a_return_to_what_is_only_come_up_to_is_not_one():
    # up to 100 pay comes up to 8 without paying it; then 5 %, of which 8 is at 160, but the tier ends there
    proof = prove_curve(curve("0", "8%", "100", "5%", "160", "2%", "500", "1.6%"))
    assert [(cliff.at, cliff.before, cliff.returns_at) for cliff in proof.cliffs] == [
        (100, 8, 400),
        (160, 8, 400),
        (500, 10, 625),
    ]
    zones = [(zone.start, zone.end, zone.peak, zone.lowest) for zone in proof.dead_zones]
    assert zones == [(100, 400, 8, D("3.2")), (500, 625, 10, 8)]


def test_a_cliff_behind_a_higher_one_returns_first():
    # 100 → 50 at 10, 60 → 40 at 20, back to 60 at 30 and to 100 at 40
    proof = prove_curve(amounts("0", "100", "10", "50", "15", "60", "20", "40", "30", "60", "40", "100"))
    assert [(cliff.at, cliff.returns_at) for cliff in proof.cliffs] == [(10, 40), (20, 30)]
    assert [(zone.start, zone.end) for zone in proof.dead_zones] == [(10, 40)]


def test_a_parabola_falls_behind_its_vertex():
    # from 100 to 200 the rate falls from 8 % to 2 %: pay is 0.14·x − 0.0006·x², which turns at 116.66… and pays
    # 8.166… there, and 4 at 200; 2 % of 408.33… is as much again
    proof = prove_curve(curve("0", "8%", "100", "8%", "200", "2%", mode="interpolated_rate"))
    assert not proof.is_monotone
    assert proof.cliffs == ()
    assert proof.dead_zones == (
        DeadZone(start=Fraction(350, 3), end=Fraction(1225, 3), peak=Fraction(49, 6), lowest=D(4)),
    )


def test_a_root_is_answered_on_the_grid():
    climbing = SpanCurve(
        segments=[
            Segment(tier=0, start=D(0), end=D(100), base=D(0), slope=D("0.05")),
            Segment(tier=1, start=D(100), end=D(300), base=D(0), slope=D(0), curvature=D("0.001")),
            Segment(tier=2, start=D(300), end=None, base=D(40), slope=D(0)),
        ],
        sides=["lower", "lower"],
    )
    # it falls from 5 to 0 at 100, and 0.001·d² is 5 at d = 70.71067…
    [cliff] = prove_curve(climbing).cliffs
    assert cliff.returns == Reached(measure=D("170.72"), pay=D("5.0013184"), exact=None)
    assert cliff.returns_at == D("170.72")
    [zone] = prove_curve(climbing).dead_zones
    assert zone.end == D("170.72")


def test_amounts_that_lie_between_may_fall_as_well():
    proof = prove_curve(amounts("0", "10", "100", "50", "200", "30", mode="interpolated_amount"))
    assert proof.dead_zones == (DeadZone(start=D(100), end=None, peak=D(50), lowest=D(30)),)
    assert proof.jumps == (Jump(at=D(0), side="upper", before=D(0), after=D(10)),)
    assert proof.bound == PayBound(pay=D(50), at=D(100), is_reached=True)


def test_marginal_rates_that_rise_have_nothing_to_tell():
    proof = prove_curve(curve("0", "2%", "100", "4%", mode="marginal"))
    assert proof.is_monotone
    assert (proof.cliffs, proof.jumps, proof.dead_zones, proof.flat_stretches) == ((), (), (), ())


def test_a_composed_curve_has_bounds_of_either_side():
    made = SpanCurve(
        segments=[
            Segment(tier=0, start=D(0), end=D(10), base=D(0), slope=D(1)),
            Segment(tier=1, start=D(10), end=D(20), base=D(10), slope=D(2)),
            Segment(tier=2, start=D(20), end=None, base=D(90), slope=D(0)),
        ],
        sides=["upper", "lower"],
    )
    assert [made.owns_start(place) for place in (0, 1, 2)] == [True, False, True]
    assert [made.at(D(x)) for x in ("19.99", "20")] == [D("29.98"), 90]
    assert [made.position_at(D(x)) for x in (10, "10.01", 20)] == [0, 1, 2]


def test_flat_stretches_are_joined_across_tiers():
    proof = prove_curve(curve("0", "2%", "100", "0%", "200", "0%", "300", "1%", mode="marginal"))
    assert proof.flat_stretches == (FlatStretch(start=D(100), end=D(300), pay=D(2)),)
    proof = prove_curve(amounts("0", "5", "100", "5", "200", "9"))
    assert [(flat.start, flat.end) for flat in proof.flat_stretches] == [(0, 200), (200, None)]


def test_a_bound_that_is_never_paid_is_only_come_up_to():
    proof = prove_curve(curve("0", "8%", "100", "0%"))
    assert proof.bound == PayBound(pay=D(8), at=D(100), is_reached=False)
    assert prove_curve(curve("0", "8%", "100", "0%", side="upper")).bound.is_reached


def test_pay_that_falls_without_end_has_no_lowest():
    sinking = SpanCurve(
        segments=[
            Segment(tier=0, start=D(0), end=D(10), base=D(0), slope=D(1)),
            Segment(tier=1, start=D(10), end=None, base=D(10), slope=D(-1)),
        ],
        sides=["lower"],
    )
    proof = prove_curve(sinking)
    assert proof.dead_zones == (DeadZone(start=D(10), end=None, peak=D(10), lowest=None),)
    assert proof.bound == PayBound(pay=D(10), at=D(10), is_reached=True)


def test_a_fall_right_behind_a_jump_is_a_peak_at_once():
    jumping = SpanCurve(
        segments=[
            Segment(tier=0, start=D(0), end=D(10), base=D(0), slope=D(0)),
            Segment(tier=1, start=D(10), end=D(20), base=D(50), slope=D(-1)),
            Segment(tier=2, start=D(20), end=None, base=D(40), slope=D(1)),
        ],
        sides=["upper", "upper"],
    )
    assert prove_curve(jumping).dead_zones == (DeadZone(start=D(10), end=D(30), peak=D(50), lowest=D(40)),)


def test_a_tier_without_a_measure_pays_nobody():
    narrow = by_amount("0", "1%", "100.001", "9%", "100.009", "2%")
    [proof] = prove_plan(plan(component(narrow))).curves
    assert proof.unreachable_tiers == (
        UnreachableTier(tier=1, start=D("100.001"), end=D("100.009"), reason="no_measure"),
    )
    counted = by_amount("0", "1%", "9.5", "9%", "9.9", "2%", "10", "3%")
    [proof] = prove_plan(plan(component(counted, measure="count"))).curves
    assert [tier.tier for tier in proof.unreachable_tiers] == [1, 2]


@pytest.mark.parametrize(("side", "found"), [("lower", []), ("upper", [1])])
def test_a_tier_of_one_measure_pays_where_its_bound_belongs_to_it(side, found):
    narrow = by_amount("0", "1%", "100", "9%", "100.01", "2%", side=side)
    [proof] = prove_plan(plan(component(narrow))).curves
    assert [tier.tier for tier in proof.unreachable_tiers] == []
    narrow = by_amount("0", "1%", "100", "9%", "100.005", "2%", side=side)
    [proof] = prove_plan(plan(component(narrow))).curves
    assert [tier.tier for tier in proof.unreachable_tiers] == found


def test_a_tier_behind_a_cap_adds_nothing():
    # 5 % of 1,000 is 50, at which the cap binds
    table = by_amount("0", "5%", "1000", "8%", "2000", "0%")
    [proof] = prove_plan(plan(component(table), cap=50)).curves
    assert [(tier.tier, tier.reason.value) for tier in proof.unreachable_tiers] == [(1, "nothing_added")]
    [proof] = prove_plan(plan(component(table), cap="50.01")).curves
    assert proof.unreachable_tiers == ()


@pytest.mark.parametrize("digits", [-1, 13])
def test_a_grid_has_up_to_twelve_digits(digits):
    with pytest.raises(InvalidValue, match="from 0 to 12"):
        prove_curve(curve("0", "1%"), digits=digits)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([*RATE_MODES, *AMOUNT_MODES, PARABOLAS]), st.data())
def test_less_is_paid_everywhere_in_a_dead_zone_and_nowhere_else(seed, mode, data):
    random, quota = random_plan(seed, mode=mode)
    proved = prove_plan(random, quota=quota)
    [proof] = proved.curves
    for zone in proof.dead_zones:
        end = Fraction(zone.start) + 1000 if zone.end is None else Fraction(zone.end)
        share = data.draw(st.fractions(Fraction(1, 1000), Fraction(999, 1000)))
        inside = Fraction(zone.start) + share * (end - Fraction(zone.start))
        assert proof.curve.at(inside) < zone.peak
        if zone.lowest is not None:
            assert proof.curve.at(inside) >= zone.lowest
    measure = data.draw(st.fractions(0, 3000))
    is_dead = any(zone.start <= measure and (zone.end is None or measure < zone.end) for zone in proof.dead_zones)
    smaller = data.draw(st.fractions(0, measure))
    assert is_dead or proof.curve.at(smaller) <= proof.curve.at(measure)
    for stretch in proof.flat_stretches:
        inside = Fraction(stretch.start) + Fraction(1, 1000)
        if stretch.end is None or inside < stretch.end:
            assert proof.curve.at(inside) == stretch.pay
    assert proof.bound is None or proof.curve.at(measure) <= proof.bound.pay


def test_a_cap_is_the_bound():
    [proof] = prove_plan(plan(component(by_amount("0", "5%")), cap=50)).curves
    assert proof.bound == PayBound(pay=D(50), at=D(1000), is_reached=True)
