"""The inverse, the next threshold, rates at a point, liability, and what a given move gains."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from commissions.firm import (
    blended_rate,
    by_amount,
    by_quota,
    calculate_liability,
    component,
    find_next_threshold,
    gain_from_deferring,
    gain_from_holding_returns,
    gain_from_splitting,
    marginal_rate,
    payout_curve,
    plan,
    prove_plan,
    solve_measure,
    tiers,
)
from differential.random_plans import AMOUNT_MODES, PARABOLAS, RATE_MODES, random_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import AcrossAttribute, FixedTable, GridTable, NextThreshold, PayoutCurve, RateMode, Reached
from salesrules.core import Band, BandTable, InvalidValue, Rate, Side

D = Decimal
MODES = st.sampled_from([*RATE_MODES, *AMOUNT_MODES, PARABOLAS])


def curve(*cells, mode="marginal", side="lower"):
    return PayoutCurve.of(tiers(*cells, side=side), RateMode(mode))


ACCELERATED = curve("0", "2%", "1000", "4%")
#: 0.14·x − 0.0006·x² from 100 to 200, which turns at 116.66… and pays 8.166… there.
PARABOLA = curve("0", "8%", "100", "8%", "200", "2%", mode="interpolated_rate")


def random_curve(seed, mode):
    made, quota = random_plan(seed, mode=mode)
    return prove_plan(made, quota=quota).curves[0].curve


class TestSolve:
    def test_the_smallest_measure_on_the_grid(self):
        # 20 at 1,000, and 4 % of 250.25 more is 10.01
        solution = solve_measure(ACCELERATED, D("30.01"))
        assert solution.reached == Reached(measure=D("1250.25"), pay=D("30.01"), exact=D("1250.25"))
        assert solution.more == D("1250.25")
        assert solution.highest is None

    def test_between_two_cents_the_upper_one_reaches(self):
        # 2 % of 500.50 is 10.01; of 500.5005 10.01001
        solution = solve_measure(ACCELERATED, D("10.01001"))
        assert solution.reached == Reached(measure=D("500.51"), pay=D("10.0102"), exact=D("500.5005"))
        whole = solve_measure(ACCELERATED, D("10.01001"), digits=0)
        assert whole.reached.measure == 501

    def test_from_where_one_stands(self):
        solution = solve_measure(ACCELERATED, D(60), measured=D(1500))
        assert (solution.reached.measure, solution.more) == (2000, 500)
        there = solve_measure(ACCELERATED, D(60), measured=D(2500))
        assert (there.reached.measure, there.more) == (2500, 0)

    def test_what_was_reached_lower_down_may_not_be_any_more(self):
        # 8 % of 150 is 12, but from 200 on it takes 240 at 5 %
        falling = curve("0", "8%", "200", "5%", mode="whole_amount")
        assert solve_measure(falling, D(12)).reached.measure == 150
        assert solve_measure(falling, D(12), measured=D(200)).reached.measure == 240
        assert solve_measure(falling, D(12), measured=D("199.99")).reached.measure == D("199.99")

    @pytest.mark.parametrize(("side", "measure"), [("lower", "1000"), ("upper", "1000.01")])
    def test_a_jump_is_reached_on_its_bound_or_a_unit_behind(self, side, measure):
        jump = curve("0", "2%", "1000", "4%", mode="whole_amount", side=side)
        assert solve_measure(jump, D(40)).reached.measure == D(measure)
        assert solve_measure(jump, D(40)).reached.exact == 1000

    def test_never(self):
        solution = solve_measure(curve("0", "2%", "1000", "0%"), D("20.01"))
        assert (solution.reached, solution.more, solution.highest) == (None, None, 20)
        assert solve_measure(curve("0", "2%", "1000", "0%"), D(20)).reached.measure == 1000

    def test_a_root_is_found_by_whole_numbers(self):
        # 0.14·x − 0.0006·x² = 8.1 at x = (0.14 − √0.00016) / 0.0012 = 106.12574…
        solution = solve_measure(PARABOLA, D("8.1"))
        assert (solution.reached.measure, solution.reached.exact) == (D("106.13"), None)
        assert PARABOLA.at(D("106.12")) < D("8.1") < PARABOLA.at(D("106.13"))

    def test_a_fraction_is_found_exactly(self):
        # 0.0001·x² + 0.01·x = 2 at x = 100, whose root is a fraction
        growing = curve("0", "1%", "1000", "11%", mode="interpolated_rate")
        assert solve_measure(growing, D(2)).reached == Reached(measure=D(100), pay=D(2), exact=D(100))

    def test_the_top_of_a_parabola_may_lie_between_two_measures(self):
        # above 8.1666 only from 116.36 to 116.97: no whole number lies there, and next is 2 % of 408.33
        solution = solve_measure(PARABOLA, D("8.16661"), digits=0)
        assert (solution.reached.measure, solution.reached.exact) == (409, None)

    def test_far_behind_the_vertex(self):
        assert solve_measure(PARABOLA, D("8.1"), measured=D(150)).reached.measure == 405

    @settings(max_examples=80, deadline=None)
    @given(st.integers(0, 10**6), MODES, st.integers(0, 3000), st.data())
    def test_one_unit_less_never_pays_as_much(self, seed, mode, units, data):
        made = random_curve(seed, mode)
        pay = made.at(D(units) / 7 if data.draw(st.booleans()) else D(units))
        solution = solve_measure(made, pay)
        if solution.reached is None:
            assert made.at(D(data.draw(st.integers(0, 500_000))) / 100) < pay
            return
        measure = solution.reached.measure
        assert made.at(measure) == solution.reached.pay >= pay
        assert measure == 0 or made.at(measure - D("0.01")) < pay
        sampled = data.draw(st.integers(0, max(0, int(measure * 100) - 1)))
        assert not measure or made.at(D(sampled) / 100) < pay


class TestNextThreshold:
    def test_what_the_next_tier_is_worth(self):
        found = find_next_threshold(ACCELERATED, D(900))
        assert found == NextThreshold(
            tier=1,
            at=D(1000),
            side=Side.LOWER,
            distance=D(100),
            measure=D(1000),
            pay=D(18),
            pay_there=D(20),
            rate=D("0.02"),
            rate_there=D("0.04"),
        )
        assert found.earned == 2

    def test_a_bound_of_the_tier_below_is_passed_by_a_unit(self):
        found = find_next_threshold(curve("0", "2%", "1000", "4%", mode="whole_amount", side="upper"), D(1000))
        assert (found.distance, found.measure, found.earned) == (0, D("1000.01"), D("20.0004"))

    def test_nothing_is_next_at_the_top(self):
        assert find_next_threshold(ACCELERATED, D(1000)) is None
        assert find_next_threshold(ACCELERATED, D("999.99")).distance == D("0.01")

    def test_a_first_amount_is_next_from_zero(self):
        bands = BandTable(bands=[Band(start=0, value=D(5)), Band(start=100, value=D(9))])
        fixed = payout_curve(FixedTable(mode="fixed", tiers=bands))
        found = find_next_threshold(fixed, D(0))
        assert (found.measure, found.earned, found.tier) == (D("0.01"), 5, 0)


class TestRates:
    def test_the_next_unit_pays_the_rate_above_a_bound(self):
        assert [marginal_rate(ACCELERATED, D(at)) for at in ("999.99", "1000", "1000.01")] == [
            D("0.02"),
            D("0.04"),
            D("0.04"),
        ]
        above = curve("0", "2%", "1000", "4%", side="upper")
        assert marginal_rate(above, D(1000)) == D("0.04")

    def test_a_parabola_has_a_rate_of_its_own_everywhere(self):
        assert marginal_rate(PARABOLA, D(150)) == D("-0.04")  # 0.14 − 0.0012·150
        assert marginal_rate(PARABOLA, Fraction(350, 3)) == 0

    def test_the_blended_rate_is_pay_by_measure(self):
        assert blended_rate(ACCELERATED, D(3000)) == Fraction(1, 30)
        with pytest.raises(InvalidValue, match="not zero"):
            blended_rate(ACCELERATED, D(0))


class TestLiability:
    plan = plan(
        component(by_quota("0", "2%", "1", "4%")),
        component(by_amount("0", "1%"), id="more"),
    )

    def test_at_an_attainment(self):
        # 90 % of 1,000: 18 and 9; 120 %: 20 + 8 and 12
        assert calculate_liability(self.plan, D("0.9"), quota=D(1000)) == 27
        assert calculate_liability(self.plan, D("1.2"), quota=D(1000)) == 40

    def test_over_a_spread_of_attainments(self):
        spread = {D("0.9"): D("0.25"), D("1.2"): D("0.75")}
        assert calculate_liability(self.plan, spread, quota=D(1000)) == D("36.75")

    @pytest.mark.parametrize("weights", [("0.5", "0.4999"), ("0.5", "0.5001"), ("-0.1", "1.1")])
    def test_weights_total_one(self, weights):
        with pytest.raises(InvalidValue, match="total 1"):
            calculate_liability(ACCELERATED, dict(zip((D(1), D(2)), map(D, weights), strict=True)))

    def test_a_plan_that_pays_deal_by_deal_has_none(self):
        with pytest.raises(InvalidValue, match="deal by deal"):
            calculate_liability(plan(component(accumulate="transaction")), D(1))

    def test_a_table_with_columns_has_no_one_curve(self):
        rates = {"new": Rate.parse("1%"), "old": Rate.parse("2%")}
        table = GridTable(
            mode="marginal",
            tiers=BandTable(bands=[Band(start=0, value=rates)]),
            across=AcrossAttribute(attribute="kind"),
        )
        with pytest.raises(InvalidValue, match="one by one"):
            calculate_liability(plan(component(table)), D(1))

    def test_the_callers_context_changes_nothing(self):
        with localcontext() as context:
            context.prec = 3
            assert calculate_liability(ACCELERATED, D("1.2345678"), quota=D(1000)) == D("29.382712")
            assert solve_measure(ACCELERATED, D("30.0101")).more == D("1250.26")


class TestGains:
    def test_the_best_split_of_a_deal(self):
        # whole amounts: two deals just below 1,000 pay 8 %, the one of 1,999.98 pays 5 %
        falling = curve("0", "8%", "1000", "5%", mode="whole_amount")
        found = gain_from_splitting(falling, D("1999.98"))
        assert (found.gain, found.parts) == (D("59.9994"), (D("999.99"), D("999.99")))
        assert gain_from_splitting(falling, D("999.99")).parts == ()

    def test_two_parabolas_may_be_largest_where_they_turn_together(self):
        # 0.14·y − 0.0006·y² twice, for parts of 250: 35 − 0.0006·(y² + (250 − y)²), most at 125
        found = gain_from_splitting(PARABOLA, D(250))
        assert found.parts == (D(125), D(125))
        assert found.gain == 2 * PARABOLA.at(D(125)) - 5

    def test_no_split_gains_where_larger_deals_pay_more(self):
        found = gain_from_splitting(ACCELERATED, D(1500))
        assert (found.gain, found.parts) == (0, ())

    @pytest.mark.parametrize("deal", ["0", "-1", "1.001"])
    def test_a_deal_lies_on_the_grid_above_zero(self, deal):
        with pytest.raises(InvalidValue, match="at most 2 digits"):
            gain_from_splitting(ACCELERATED, D(deal))

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 10**6), MODES, st.integers(1, 500))
    def test_no_other_split_gains_more(self, seed, mode, deal):
        made = random_curve(seed, mode)
        found = gain_from_splitting(made, D(deal), digits=0)
        whole = Fraction(made.at(D(deal)))
        gains = [Fraction(made.at(D(part))) + Fraction(made.at(D(deal - part))) - whole for part in range(1, deal)]
        assert found.gain == max([Fraction(0), *gains])
        if found.parts:
            assert sum(found.parts) == deal
            assert sum(Fraction(made.at(part)) for part in found.parts) - whole == found.gain

    def test_a_deal_in_the_next_period(self):
        # 4 % there instead of 2 % here, of 300; and the other way round
        assert gain_from_deferring(ACCELERATED, D(0), D(300), D(1000)) == 6
        assert gain_from_deferring(ACCELERATED, D(1000), D(300)) == -6
        assert gain_from_deferring(ACCELERATED, D(900), D(300), D(800)) == -2  # 2 + 8 here, 4 + 4 there

    def test_a_return_in_the_next_period(self):
        # taken back: here 200 at 4 %, there 100 at 4 % and 100 at 2 %
        assert gain_from_holding_returns(ACCELERATED, D(1500), D(200), D(1100)) == 2
        assert gain_from_holding_returns(ACCELERATED, D(1500), D(200)) == 4
