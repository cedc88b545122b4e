"""The payout curve: what a running measure has earned, and how a move of it falls across the tiers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from commissions.firm import tiers
from commissions.oracle import rate_at, tier_pay
from hypothesis import given
from hypothesis import strategies as st

from salesrules.commissions import PayoutCurve, RateMode, Segment, TierShare
from salesrules.core import Band, BandTable, InvalidValue, Rate, Side

TWO_FOUR = ("0", "2%", "100", "4%")


def pieces(curve, before, after):
    return [(piece.tier + 1, piece.measure, piece.earned) for piece in curve.pieces(Decimal(before), Decimal(after))]


@pytest.mark.parametrize(
    ("measure", "paid"),
    [
        ("-50", "-1.00"),
        ("-0.01", "-0.0002"),
        ("0", "0"),
        ("99.99", "1.9998"),
        ("100", "2.00"),
        ("100.01", "2.0004"),
        ("150", "4.00"),
    ],
)
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_marginal_pays_each_slice_at_its_own_rate_whichever_side_owns_the_bound(measure, paid, side):
    assert PayoutCurve.of(tiers(*TWO_FOUR, side=side), RateMode.MARGINAL).at(Decimal(measure)) == Decimal(paid)


@pytest.mark.parametrize(
    ("side", "measure", "paid"),
    [
        ("lower", "99.99", "1.9998"),
        ("lower", "100", "4.00"),
        ("lower", "100.01", "4.0004"),
        ("upper", "99.99", "1.9998"),
        ("upper", "100", "2.00"),
        ("upper", "100.01", "4.0004"),
        ("lower", "-10", "-0.20"),
    ],
)
def test_whole_amount_pays_all_at_the_reached_rate_and_the_side_owns_the_bound(side, measure, paid):
    assert PayoutCurve.of(tiers(*TWO_FOUR, side=side), RateMode.WHOLE_AMOUNT).at(Decimal(measure)) == Decimal(paid)


def test_a_band_may_own_its_bound_otherwise_than_the_table():
    first, second, third = tiers("0", "2%", "100", "4%", "200", "6%").bands
    second = Band(start=second.start, value=second.value, side=Side.UPPER)
    curve = PayoutCurve.of(BandTable(bands=[first, second, third]), RateMode.WHOLE_AMOUNT)
    assert (curve.at(Decimal(100)), curve.at(Decimal(200))) == (Decimal("2.00"), Decimal("12.00"))
    assert (curve.tier_at(Decimal(100)), curve.tier_at(Decimal(200))) == (0, 2)


def test_bounds_of_attainment_are_shares_of_the_quota():
    curve = PayoutCurve.of(tiers("0", "1%", "0.6", "2%", "1", "3%"), RateMode.MARGINAL, Decimal(50_000))
    assert [segment.start for segment in curve.segments] == [0, 30_000, 50_000]
    assert curve.at(Decimal(30_000)) == 300
    assert curve.at(Decimal("30000.01")) == Decimal("300.0002")
    assert curve.at(Decimal(60_000)) == 300 + 400 + 300


def test_an_open_first_band_and_a_first_band_at_zero_pay_the_same():
    given_zero, open_below = (
        PayoutCurve.of(tiers(start, "2%", "100", "4%"), RateMode.MARGINAL) for start in ("0", None)
    )
    assert given_zero == open_below


def test_pieces_name_tier_bounds_rate_and_what_was_earned():
    curve = PayoutCurve.of(tiers("0", "2%", "100", "4%", "300", "5%"), RateMode.MARGINAL)
    found = curve.pieces(Decimal(50), Decimal(310))
    assert [(p.tier, p.lower, p.upper, p.measure, p.rate, p.earned, p.whole) for p in found] == [
        (0, None, 100, 50, Decimal("0.02"), 1, False),
        (1, 100, 300, 200, Decimal("0.04"), 8, False),
        (2, 300, None, 10, Decimal("0.05"), Decimal("0.5"), False),
    ]


@pytest.mark.parametrize("side", ["lower", "upper"])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("0", "100", [(1, 100, 2)]),
        ("0", "100.01", [(1, 100, 2), (2, Decimal("0.01"), Decimal("0.0004"))]),
        ("100", "101", [(2, 1, Decimal("0.04"))]),
        ("99.99", "100", [(1, Decimal("0.01"), Decimal("0.0002"))]),
        ("101", "99", [(1, -1, Decimal("-0.02")), (2, -1, Decimal("-0.04"))]),
        ("100", "0", [(1, -100, -2)]),
        ("-5", "5", [(1, 10, Decimal("0.2"))]),
        ("5", "-5", [(1, -10, Decimal("-0.2"))]),
    ],
)
def test_a_move_falls_across_the_tiers(side, before, after, expected):
    assert pieces(PayoutCurve.of(tiers(*TWO_FOUR, side=side), RateMode.MARGINAL), before, after) == expected


@pytest.mark.parametrize(("side", "tier"), [("lower", 2), ("upper", 1)])
@pytest.mark.parametrize("mode", [RateMode.MARGINAL, RateMode.WHOLE_AMOUNT, RateMode.INTERPOLATED_RATE])
def test_a_move_of_nothing_stands_in_the_tier_that_owns_the_measure(mode, side, tier):
    assert pieces(PayoutCurve.of(tiers(*TWO_FOUR, side=side), mode), "100", "100") == [(tier, 0, 0)]


def test_whole_amount_takes_all_back_at_the_old_rate_and_pays_all_at_the_new_one():
    curve = PayoutCurve.of(tiers(*TWO_FOUR), RateMode.WHOLE_AMOUNT)
    assert pieces(curve, "60", "160") == [(1, -60, Decimal("-1.2")), (2, 160, Decimal("6.4"))]
    assert pieces(curve, "160", "60") == [(2, -160, Decimal("-6.4")), (1, 60, Decimal("1.2"))]
    assert pieces(curve, "0", "160") == [(2, 160, Decimal("6.4"))]
    assert pieces(curve, "160", "0") == [(2, -160, Decimal("-6.4")), (1, 0, 0)]
    assert [piece.whole for piece in curve.pieces(Decimal(60), Decimal(160))] == [True, True]


def test_whole_amount_within_a_tier_is_the_move_alone():
    curve = PayoutCurve.of(tiers(*TWO_FOUR), RateMode.WHOLE_AMOUNT)
    assert pieces(curve, "110", "150") == [(2, 40, Decimal("1.6"))]
    assert [piece.whole for piece in curve.pieces(Decimal(110), Decimal(150))] == [False]


CENT = Decimal("0.01")


@st.composite
def tables_and_measures(draw):
    """A table, and measures that sit on its bounds, a cent beside them, or anywhere."""
    bounds = sorted(draw(st.sets(st.integers(1, 200_000), max_size=4)))
    starts = [Decimal(0), *(Decimal(bound) * CENT for bound in bounds)]
    rates = [Decimal(n) / 1000 for n in draw(st.lists(st.integers(0, 200), min_size=len(starts), max_size=len(starts)))]
    near = [start + step for start in starts for step in (-CENT, Decimal(0), CENT)]
    measure = st.sampled_from(near) | st.integers(-100_000, 400_000).map(lambda n: n * CENT)
    return (
        list(zip(starts, rates, strict=True)),
        draw(st.sampled_from(["lower", "upper"])),
        draw(measure),
        draw(measure),
    )


@given(tables_and_measures(), st.sampled_from([RateMode.MARGINAL, RateMode.WHOLE_AMOUNT]))
def test_pieces_sum_to_the_difference_of_the_curve_and_agree_with_literal_overlaps(case, mode):
    table, side, before, after = case
    cells = [cell for start, rate in table for cell in (str(start), str(rate))]
    curve = PayoutCurve.of(tiers(*cells, side=side), mode)
    found = curve.pieces(before, after)
    earned = sum((piece.earned for piece in found), Decimal(0))
    assert earned == curve.at(after) - curve.at(before)
    assert earned == tier_pay(table, side, mode is RateMode.WHOLE_AMOUNT, before, after)
    assert sum((piece.measure for piece in found), Decimal(0)) == after - before
    assert all(piece.earned == piece.measure * piece.rate for piece in found)
    assert found, "every credit stands in a tier"
    assert curve.segments[curve.tier_at(after)].slope == rate_at(table, side, after)


@given(tables_and_measures(), st.integers(1, 10**9))
def test_a_scaled_table_pays_the_scaled_measure_at_the_same_rates(case, quota):
    table, side, _, attainment = case
    cells = [cell for start, rate in table for cell in (str(start), str(rate))]
    plain, scaled = (PayoutCurve.of(tiers(*cells, side=side), RateMode.MARGINAL, Decimal(s)) for s in (1, quota))
    assert Fraction(scaled.at(attainment * quota)) == Fraction(plain.at(attainment)) * quota


def test_an_amount_stands_in_its_tier_with_its_bounds_and_without_measure_or_rate():
    curve = PayoutCurve.of(amounts_of("0", "5", "100", "9", "300", "20"), RateMode.FIXED)
    zero = Decimal(0)
    assert curve.pieces(Decimal(50), Decimal(150)) == (
        TierShare(tier=0, lower=None, upper=100, measure=zero, rate=zero, earned=-5, is_amount=True),
        TierShare(tier=1, lower=100, upper=300, measure=zero, rate=zero, earned=9, is_amount=True),
    )
    assert curve.pieces(zero, Decimal(300)) == (
        TierShare(tier=2, lower=300, upper=None, measure=zero, rate=zero, earned=20, is_amount=True),
    )
    assert curve.pieces(Decimal(300), Decimal(300)) == (
        TierShare(tier=2, lower=300, upper=None, measure=zero, rate=zero, earned=zero, is_amount=True),
    )


def amounts_of(*cells):
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return BandTable(bands=[Band(start=Decimal(bound), value=Decimal(amount)) for bound, amount in pairs])


def test_before_a_first_amount_stands_a_point_that_pays_nothing():
    curve = PayoutCurve.of(amounts_of("10", "5", "100", "9"), RateMode.CUMULATIVE_FIXED)
    assert curve.segments == (
        Segment(tier=0, start=10, end=10, base=0, slope=0),
        Segment(tier=0, start=10, end=100, base=5, slope=0),
        Segment(tier=1, start=100, end=None, base=14, slope=0),
    )
    curve = PayoutCurve.of(amounts_of("10", "0", "100", "9"), RateMode.FIXED)
    assert [segment.base for segment in curve.segments] == [0, 9]


def test_before_a_first_rate_that_moves_stands_a_point_that_pays_at_the_first_rate():
    curve = PayoutCurve.of(tiers("100", "2%", "200", "4%"), RateMode.INTERPOLATED_RATE)
    # r(x) = 2 % + (x − 100) · 0.02 %; x · r(x) = 2 + (2 % + 100 · 0.02 %) · d + 0.02 % · d² from 100 on
    assert curve.segments == (
        Segment(tier=0, start=100, end=100, base=2, slope=Decimal("0.02")),
        Segment(tier=0, start=100, end=200, base=2, slope=Decimal("0.04"), curvature=Decimal("0.0002")),
        Segment(tier=1, start=200, end=None, base=8, slope=Decimal("0.04")),
    )
    [alone] = PayoutCurve.of(tiers("0", "2%"), RateMode.INTERPOLATED_RATE).segments
    assert alone == Segment(tier=0, start=0, end=None, base=0, slope=Decimal("0.02"))


def test_a_move_of_nothing_where_the_rate_moves_is_no_move_of_the_whole():
    curve = PayoutCurve.of(tiers("0", "2%", "100", "4%"), RateMode.INTERPOLATED_RATE)
    [piece] = curve.pieces(Decimal(50), Decimal(50))
    assert (piece.measure, piece.earned, piece.rate, piece.whole) == (0, 0, Decimal("0.03"), False)


def test_a_bound_may_be_a_fraction_of_a_quota():
    # a third and half of 100, at 3 % and 6 %
    bands = [Band(start=Fraction(1, 3), value=Rate.parse("3%")), Band(start=Fraction(1, 2), value=Rate.parse("6%"))]
    curve = PayoutCurve.of(BandTable(bands=bands), RateMode.MARGINAL, Decimal(100))
    assert [segment.start for segment in curve.segments] == [Fraction(100, 3), 50]
    assert [segment.end for segment in curve.segments] == [50, None]
    assert type(curve.segments[1].start) is Decimal
    assert curve.at(Decimal(60)) == Fraction(50, 1) * Fraction(3, 100) + Fraction(10) * Fraction(6, 100) - 1


def test_a_tier_without_end_that_would_be_filled_names_its_place_its_amount_and_the_remedy():
    with pytest.raises(InvalidValue) as caught:
        PayoutCurve.of(amounts_of("0", "5", "100", "9"), RateMode.PROPORTIONAL_AMOUNT)
    error = caught.value
    assert (error.field, error.value) == ("tiers.bands[1].value", Decimal(9))
    assert error.remedy == "a tier without end is never filled; give 0"


def test_all_bounds_owned_alike_are_found_by_halving():
    # 'upper' owns its bound in every tier but the first, whose bound nobody asks for
    for side, owners in (("lower", [0, 1, 2]), ("upper", [0, 0, 1])):
        curve = PayoutCurve.of(tiers("0", "1%", "100", "2%", "200", "3%", side=side), RateMode.WHOLE_AMOUNT)
        assert [curve.position_at(Decimal(bound)) for bound in (0, 100, 200)] == owners
        assert [curve.owns_start(position) for position in range(3)] == [True, side == "lower", side == "lower"]


@pytest.mark.parametrize("mode", [RateMode.FIXED, RateMode.CUMULATIVE_FIXED])
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_single_amount_is_not_paid_at_zero_itself(mode, side):
    curve = PayoutCurve.of(BandTable(bands=[Band(start=Decimal(0), value=Decimal(5))], side=side), mode)
    assert [curve.at(Decimal(measure)) for measure in ("-0.01", "0", "0.01", "9")] == [0, 0, 5, 5]
