"""Moves that change what is paid, not what is sold: which pay for themselves, and by how much; derived by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    back,
    by_amount,
    component,
    day,
    facts,
    gain_from_deferring,
    money,
    pay,
    plan,
    policy,
    prove_curve,
    prove_plan,
    sale,
    tiers,
)
from differential.random_plans import AMOUNT_MODES, PARABOLAS, RATE_MODES, random_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import (
    AcrossAttribute,
    EarningsCap,
    FixedTable,
    FormulaTable,
    Gate,
    GridTable,
    Incentive,
    IncentiveKind,
    PayoutCurve,
    RateMode,
    Segment,
    SpanCurve,
)
from salesrules.core import Band, BandTable, Rate

D = Decimal
MODES = st.sampled_from([*RATE_MODES, *AMOUNT_MODES, PARABOLAS])
RISING = ("0", "2%", "100", "4%")
FALLING = ("0", "4%", "100", "2%")


def proved(*cells, mode="marginal", accumulate="period", returns="original_terms", modifiers=(), **options):
    made = plan(component(by_amount(*cells, mode=mode), accumulate=accumulate, **options), returns=returns)
    [proof] = prove_plan(attrs.evolve(made, modifiers=modifiers)).curves
    return proof


def gains(proof):
    return {incentive.kind.value: incentive.gain for incentive in proof.incentives}


def incentive(proof, kind):
    [found] = [incentive for incentive in proof.incentives if incentive.kind.value == kind]
    return found


def kinds(found):
    return [kind.value for kind in found]


class TestDeals:
    """Each deal is measured alone."""

    def test_falling_rates_pay_for_splitting(self):
        # two deals as large as one likes both have the first 100 at 4 %: 2 more; per unit up to 4 % instead of 2 %
        proof = proved(*FALLING, accumulate="transaction")
        assert gains(proof) == {"split_deal": 2}
        split = incentive(proof, "split_deal")
        assert (split.per_unit, split.example_gain, split.is_exact) == (D("0.02"), 2, True)
        assert (split.before, split.after) == ((D(200),), (D(100), D(100)))
        assert kinds(proof.ruled_out) == ["join_deals", "move_deal", "hold_return", "sell_and_return"]

    def test_rising_rates_pay_for_joining(self):
        proof = proved(*RISING, accumulate="transaction")
        joined = incentive(proof, "join_deals")
        assert (joined.gain, joined.per_unit, joined.example_gain) == (2, D("0.02"), 2)
        assert sum(joined.before) == sum(joined.after)
        assert "split_deal" in kinds(proof.ruled_out)

    def test_a_cliff_pays_for_splitting_just_below_it(self):
        # 8 % of two deals just below 200,000 is 32,000; 7.5 % of 400,000 is 30,000; both only come up to it
        proof = proved("0", "8%", "200000", "7.5%", mode="whole_amount", accumulate="transaction")
        split = incentive(proof, "split_deal")
        assert (split.gain, split.per_unit) == (2000, D("0.005"))
        assert split.after == (D("199999.99"), D("199999.99"))
        assert split.example_gain == D("1999.9999")

    def test_on_its_bound_where_that_belongs_below(self):
        table = by_amount("0", "8%", "200000", "7.5%", mode="whole_amount", side="upper")
        [proof] = prove_plan(plan(component(table, accumulate="transaction"))).curves
        split = incentive(proof, "split_deal")
        assert (split.gain, split.example_gain) == (2000, 2000)
        assert split.after == (D(200_000), D(200_000))

    def test_an_amount_for_every_deal_pays_for_the_smallest(self):
        bands = BandTable(bands=[Band(start=0, value=D(5)), Band(start=100, value=D(8))])
        table = FixedTable(mode="fixed", tiers=bands)
        [proof] = prove_plan(plan(component(table, accumulate="transaction"))).curves
        split = incentive(proof, "split_deal")
        # two of 100 pay 16, the one of 200 pays 8; deals of a cent pay 5 each
        assert (split.gain, split.per_unit) == (8, 500)

    def test_deals_of_less_than_a_unit_are_none(self):
        # the 50 % to half a cent are nobody's; a cent pays 0.0026, which is 26 % of it
        proof = proved("0", "50%", "0.005", "2%", accumulate="transaction")
        assert incentive(proof, "split_deal").per_unit == D("0.24")

    def test_the_best_average_of_a_parabola_lies_at_a_root(self):
        bent = SpanCurve(
            segments=[
                Segment(tier=0, start=D(0), end=D(100), base=D(0), slope=D("0.01")),
                Segment(tier=1, start=D(100), end=D(300), base=D(1), slope=D("0.1"), curvature=D("-0.0004")),
                Segment(tier=2, start=D(300), end=None, base=D(5), slope=D("0.01")),
            ],
            sides=["lower", "lower"],
        )
        # 1 + 0.1·d − 0.0004·d² is −13 + 0.18·x − 0.0004·x², per unit most at x = √32,500 = 180.2775…
        split = incentive(prove_curve(bent, accumulate="transaction"), "split_deal")
        averages = [bent.at(D(x)) / D(x) for x in ("180.27", "180.28", "180.29")]
        assert split.per_unit == Fraction(bent.at(D("180.28"))) / Fraction("180.28") - Fraction("0.01")
        assert averages[1] > averages[0]
        assert averages[1] > averages[2]

    def test_a_parabola_is_split_in_its_middle(self):
        # rates fall from 10 % to 0 % at 1,000: x/10 − x²/10,000 pays most, 25, at 500; two of 500 pay 50, 1,000 nothing
        proof = proved("0", "10%", "1000", "0%", mode="interpolated_rate", accumulate="transaction")
        split = incentive(proof, "split_deal")
        assert (split.gain, split.before, split.after) == (50, (D(1000),), (D(500), D(500)))

    def test_a_return_is_measured_like_a_deal(self):
        # 6 for a sale of 200, 4 back for its return: 2 % for every unit above 100
        proof = proved(*RISING, accumulate="transaction", returns="current_measure")
        found = incentive(proof, "sell_and_return")
        assert (found.gain, found.at_most, found.per_unit) == (None, None, D("0.02"))
        assert (found.before, found.example_gain > 0) == ((), True)
        sold = sale("s", "01-10", 200), back("r", "01-20", 200, "s")
        assert pay_for(*sold, accumulate="transaction", returns="current_measure") == 2

    def test_a_cap_per_transaction_bounds_the_round_trip(self):
        # with a cap of 10 the sale pays 10 and the return takes 2 % of up to 500, so that nothing is gained at 500;
        # most is gained at 300, where 10 is reached and 6 taken back
        cap = EarningsCap(id="cap", amount=money("10"), per="transaction")
        proof = proved(*RISING, accumulate="transaction", returns="current_measure", modifiers=[cap])
        found = incentive(proof, "sell_and_return")
        assert (found.gain, found.example_gain, found.after) == (4, 4, (D(300), D(-300)))
        assert found.is_exact

    def test_what_comes_back_as_it_went_gains_nothing(self):
        proof = proved("0", "5%", accumulate="transaction", returns="current_measure")
        assert proof.incentives == ()
        assert kinds(proof.ruled_out) == [kind.value for kind in IncentiveKind]


class TestSpans:
    """The measure runs over a span; deals within it may be cut as one likes."""

    def test_rising_rates_pay_for_moving_a_deal_to_where_more_is_sold(self):
        proof = proved(*RISING)
        moved = incentive(proof, "move_deal")
        assert (moved.gain, moved.at_most, moved.per_unit) == (2, 2, 0)
        assert moved.example_gain == 2
        assert kinds(proof.ruled_out) == ["split_deal", "join_deals", "hold_return"]

    def test_falling_rates_pay_for_moving_it_to_an_empty_span(self):
        proof = proved(*FALLING)
        assert gains(proof) == {"move_deal": 2}
        moved = incentive(proof, "move_deal")
        assert (moved.before, moved.after) == ((D(0), D(200)), (D(100), D(100)))

    def test_a_sale_that_comes_back_has_lifted_the_next_one(self):
        # the sham sale of 100 lifts the real one from 2 % to 4 %, and gives back what it paid itself
        found = incentive(proved(*RISING), "sell_and_return")
        assert (found.gain, found.is_exact, found.example_gain) == (2, True, 2)
        sham, real = sale("a", "01-01", 100), sale("b", "01-02", 100)
        assert pay_for(sham, real, back("c", "01-03", 100, "a")) - pay_for(real) == 2

    def test_where_it_sinks_the_next_one_nothing_is_gained(self):
        assert "sell_and_return" in kinds(proved(*FALLING).ruled_out)

    def test_a_return_in_the_next_span_takes_the_lowest_rate(self):
        # of a sale at 4 % only 2 % come back in a span in which nothing is sold
        proof = proved(*RISING, returns="current_measure")
        for kind in ("hold_return", "sell_and_return"):
            found = incentive(proof, kind)
            assert (found.gain, found.per_unit) == (None, D("0.02"))
        sales = sale("a", "01-01", 100), sale("b", "01-02", 100)
        honest = [*sales, back("c", "01-03", 100, "b")]
        held = [*sales, back("c", "04-01", 100, "b")]
        paid = [
            sum(pay_for(*sold, returns="current_measure", period=period) for period in ("2020-Q1", "2020-Q2"))
            for sold in (honest, held)
        ]
        assert paid[1] - paid[0] == 2

    def test_under_falling_rates_it_takes_less_where_much_is_sold(self):
        # a sale at 4 % of an empty span, taken back at 2 % of a full one; below zero nothing is to be gained
        proof = proved(*FALLING, returns="current_measure")
        assert gains(proof) == {"move_deal": 2, "hold_return": 2, "sell_and_return": 2}
        assert all(found.is_exact for found in proof.incentives)

    def test_what_is_never_paid_below_zero_bounds_what_is_held_back(self):
        # 100 are paid with the first sale and not taken back from an empty span, where the formula stays at them
        made = plan(component(FormulaTable(formula="amount * 0.1 + 100")), returns="current_measure")
        [proof] = prove_plan(made).curves
        held = incentive(proof, "hold_return")
        assert (held.gain, held.at_most, held.example_gain) == (200, 200, 200)
        assert (held.before, held.after) == ((D(0), D(0)), (D("0.01"), D("-0.01")))
        assert incentive(proof, "move_deal").gain == 100

    def test_behind_a_cap_nothing_is_taken_back(self):
        # 6 for 200 sold in an empty span; in one at 400 taking 200 back takes nothing
        proof = proved("0", "1%", "100", "5%", "200", "0%", returns="current_measure")
        held = incentive(proof, "hold_return")
        assert (held.gain, held.before, held.after) == (6, (D(0), D(400)), (D(200), D(200)))

    def test_between_two_limits(self):
        # convex up to the cap, flat behind it: apart gains 10 (all of a second cap), together 2
        cap = EarningsCap(id="cap", amount=money("10"), per="period")
        proof = proved(*RISING, modifiers=[cap])
        moved = incentive(proof, "move_deal")
        assert (moved.gain, moved.at_most, moved.is_exact) == (10, 12, False)
        assert kinds(proof.undecided) == ["sell_and_return"]

    def test_counting_from_what_an_empty_span_pays(self):
        # 5 are paid in an empty span too, so nothing is gained by using two spans
        bare = SpanCurve(
            segments=[
                Segment(tier=0, start=D(0), end=D(250), base=D(5), slope=D(0)),
                Segment(tier=0, start=D(250), end=None, base=D(5), slope=D("0.02")),
            ],
            sides=["lower"],
        )
        moved = incentive(prove_curve(bare), "move_deal")
        # convex: 250 below which nothing more is paid, in one span instead of two
        assert (moved.gain, moved.is_exact) == (5, True)

    def test_a_large_sham_sale_lifts_a_real_one_to_the_last_rate(self):
        # 3 % to 100, 1 % to 200, 2 % above: behind it a real sale of 100 at 100 pays 2 % instead of 1 %
        found = incentive(proved("0", "3%", "100", "1%", "200", "2%"), "sell_and_return")
        assert (found.gain, found.example_gain) == (1, 1)

    def test_lifted_only_by_some_sizes_is_undecided(self):
        # no two measures pay more together than apart, and none pays more at 2 %; but a sale at 100 is lifted to 200
        proof = proved("0", "5%", "100", "3%", "200", "4%", "300", "2%")
        assert gains(proof) == {"move_deal": 6}
        assert kinds(proof.undecided) == ["sell_and_return"]

    def test_modifiers_leave_the_sham_sale_undecided(self):
        gate = Gate(id="gate", component="pay", observe="measured", threshold=D(50))
        proof = proved(*RISING, modifiers=[gate])
        assert kinds(proof.undecided) == ["sell_and_return"]

    def test_bounds_below_zero_leave_returns_undecided(self):
        gate = Gate(id="gate", component="pay", observe="measured", threshold=D(-50))
        proof = proved(*RISING, modifiers=[gate], returns="current_measure")
        assert kinds(proof.undecided) == ["hold_return", "sell_and_return"]

    def test_across_columns_nothing_is_ruled_out(self):
        rates = BandTable(bands=[Band(start=0, value={"new": Rate.parse("2%")})])
        table = GridTable(mode="marginal", tiers=rates, across=AcrossAttribute(attribute="kind"))
        [proof] = prove_plan(plan(component(table))).curves
        assert proof.ruled_out == ()
        assert len(proof.undecided) == len(IncentiveKind)


class TestCounts:
    """A deal counts as one, so that two halves count as two."""

    def test_alone_every_deal_pays_the_same(self):
        bands = BandTable(bands=[Band(start=0, value=D(5))])
        made = plan(component(FixedTable(mode="fixed", tiers=bands), measure="count", accumulate="transaction"))
        [proof] = prove_plan(made).curves
        exact = {"gain": D(5), "at_most": D(5), "per_unit": D(5), "example_gain": D(5)}
        assert proof.incentives == (Incentive(kind="split_deal", before=[D(1)], after=[D(1), D(1)], **exact),)

    def test_over_a_span_one_more_is_counted(self):
        # 10 for each up to 5, 30 for each more: from the fifth on a split gains 30
        made = plan(component(by_amount("0", "1000%", "5", "3000%"), measure="count"))
        [proof] = prove_plan(made).curves
        split = incentive(proof, "split_deal")
        assert (split.gain, split.per_unit) == (30, 30)
        assert (split.example_gain, len(split.before)) == (30, 1)

    def test_over_a_cliff_one_less_is_counted(self):
        made = plan(component(by_amount("0", "1000%", "5", "500%", mode="whole_amount"), measure="count"))
        [proof] = prove_plan(made).curves
        joined = incentive(proof, "join_deals")
        assert (joined.gain, joined.before, joined.after) == (15, (D(5),), (D(4),))  # 40 for four, 25 for five
        assert incentive(proof, "split_deal").gain == 10

    def test_a_count_that_comes_back(self):
        bands = BandTable(bands=[Band(start=0, value=D(5))])
        table = FixedTable(mode="fixed", tiers=bands)
        made = plan(component(table, measure="count", accumulate="transaction"), returns="current_measure")
        [proof] = prove_plan(made).curves
        # below zero the first tier's amount is not paid back: nothing is taken
        assert gains(proof) == {"split_deal": 5, "sell_and_return": 5}


def pay_for(*transactions, accumulate="period", returns="original_terms", period="2020-Q1"):
    rules = policy(plan(component(by_amount(*RISING), accumulate=accumulate), returns=returns), carry_shortfall=False)
    known = [each for each in transactions if each.day < day("04-01") or period != "2020-Q1"]
    return pay(facts(*known), rules, period).earned.amount


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), MODES, st.data())
def test_no_move_gains_more_than_the_most(seed, mode, data):
    made, quota = random_plan(seed, mode=mode)
    [proof] = prove_plan(made, quota=quota).curves
    measures = st.one_of(
        st.sampled_from([Fraction(segment.start) for segment in proof.curve.segments if segment.start >= 0]),
        st.fractions(0, 2500),
    )
    one, other, third = (data.draw(measures) + data.draw(st.sampled_from([0, 0, Fraction(1, 100)])) for _ in range(3))
    most = {incentive.kind.value: incentive.at_most for incentive in proof.incentives}
    ruled_out = kinds(proof.ruled_out)

    def holds(kind, gain):
        assert kind not in ruled_out or gain <= 0
        assert most.get(kind) is None or gain <= most[kind]

    at = proof.curve.at
    pays = [Fraction(at(x)) for x in (one, other, one + other)]
    if made.components[0].accumulate == "transaction":
        if one and other:
            holds("split_deal", pays[0] + pays[1] - pays[2])
            holds("join_deals", pays[2] - pays[0] - pays[1])
        if one and made.returns == "current_measure":
            holds("sell_and_return", pays[0] + Fraction(at(-one)))
        return
    holds("move_deal", gain_from_deferring(proof.curve, one, other, third))
    if made.returns == "current_measure":
        held = Fraction(at(one + other)) - pays[0] + Fraction(at(third - other)) - Fraction(at(third))
        holds("hold_return", held)
        holds("sell_and_return", held)
    else:
        lifted = Fraction(at(one + other + third)) - Fraction(at(one + other)) - Fraction(at(one + third)) + pays[0]
        holds("sell_and_return", lifted)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), MODES)
def test_examples_are_what_they_say_and_come_near(seed, mode):
    made, quota = random_plan(seed, mode=mode, coarse=True)
    [proof] = prove_plan(made, quota=quota).curves
    steepest = max(abs(Fraction(segment.slope)) for segment in proof.curve.segments) + 1
    for found in proof.incentives:
        before, after = (sum(Fraction(proof.curve.at(x)) for x in each) for each in (found.before, found.after))
        assert after - before == found.example_gain
        assert all(Fraction(x) * 100 % 1 == 0 for x in (*found.before, *found.after))
        if found.gain is not None:
            assert found.example_gain <= found.gain <= found.at_most
            assert Fraction(found.gain) - Fraction(found.example_gain) <= steepest * Fraction(6, 100)


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_many_tiers_are_searched_as_few(count):
    cells = [cell for place in range(count) for cell in (str(place * 100), f"{1 + place * 7 % 5}%")]
    proof = prove_curve(PayoutCurve.of(tiers(*cells), RateMode.MARGINAL), accumulate="transaction")
    assert kinds(proof.ruled_out)
