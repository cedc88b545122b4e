"""What is proved is what is paid: the composed curve beside one sale that is calculated, and what is in no curve."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    back,
    by_amount,
    by_quota,
    component,
    days,
    facts,
    money,
    pay,
    plan,
    policy,
    prove_plan,
    quota,
    sale,
    tiers,
)
from differential.random_plans import AMOUNT_MODES, PARABOLAS, RATE_MODES, random_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import (
    AcrossAttribute,
    Clawback,
    Coefficient,
    CurveUnit,
    Deferral,
    DeferredPart,
    EarningsCap,
    EarningsFloor,
    FixedTable,
    FormulaTable,
    Gate,
    GridTable,
    Holdback,
    Kicker,
    Multiplier,
    MultiplierTable,
    PerUnitTable,
)
from salesrules.core import Band, BandTable, InvalidValue, PeriodKind, Rate

D = Decimal
MODES = st.sampled_from([*RATE_MODES, *AMOUNT_MODES, PARABOLAS])


def proved(made, **options):
    [proof] = prove_plan(made, **options).curves
    return proof


def reasons(made, **options):
    return [(left.component, left.part, left.reason.value) for left in prove_plan(made, **options).left_out]


def earned(made, measure, quotas=()):
    sold = facts(sale("s", "01-10", measure), quotas=quotas)
    return pay(sold, policy(made)).earned.amount


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), MODES, st.data())
def test_the_curve_is_what_one_sale_is_paid(seed, mode, data):
    made, base = random_plan(seed, mode=mode)
    curve = proved(made, quota=base, pay_period=PeriodKind.QUARTER).curve
    bounds = [D(math.floor(Fraction(segment.start) * 100)) / 100 for segment in curve.segments]
    measure = data.draw(st.sampled_from(bounds)) + data.draw(st.sampled_from([D("-0.01"), D(0), D("0.01"), D(40)]))
    measure = max(measure, D("0.01"))
    held = [] if base is None else [quota(base, days("01-01", "04-01"))]
    assert earned(made, measure, held) == round(curve.at(measure), 12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), MODES, st.integers(1, 2000))
def test_below_zero_it_is_what_a_return_alone_takes_back(seed, mode, measure):
    made, base = random_plan(seed, mode=mode)
    component = attrs.evolve(made.components[0], accumulate="transaction")
    limits = [each for each in made.modifiers if getattr(each, "per", None) == "transaction"]
    made = attrs.evolve(made, components=[component], modifiers=limits, cap=None, returns="current_measure")
    quarters = days("01-01", "04-01"), days("04-01", "07-01")
    held = [] if base is None else [quota(base, quarter) for quarter in quarters]
    gone = facts(sale("s", "01-10", measure), back("r", "04-10", measure, "s"), quotas=held)
    taken = pay(gone, policy(made, carry_shortfall=False), "2020-Q2").earned.amount
    assert taken == round(proved(made, quota=base).curve.at(D(-measure)), 12)


def test_modifiers_are_composed_in_their_order():
    gate = Gate(id="gate", component="pay", observe="measured", threshold=D(500), otherwise=Rate.parse("50%"))
    kicker = Kicker(id="kicker", component="pay", observe="measured", threshold=D(1000), amount=money("7"))
    cap = EarningsCap(id="cap", amount=money("60"), per="period")
    curve = proved(attrs.evolve(plan(component()), modifiers=[gate, kicker, cap])).curve
    # 10 %, half of it below 500; 7 more from 1,000 on; 60 at most
    assert [curve.at(D(x)) for x in ("499.99", "500", "599.99", "600", "999.99", "1000")] == [
        D("24.9995"),
        50,
        D("59.999"),
        60,
        60,
        60,
    ]
    curve = proved(attrs.evolve(plan(component()), modifiers=[cap, kicker, gate])).curve
    assert [curve.at(D(x)) for x in ("999.99", "1000")] == [60, 67]
    assert reasons(attrs.evolve(plan(component()), modifiers=[gate, kicker, cap])) == []


@pytest.mark.parametrize(("accumulate", "period", "is_taken"), [("quarter", None, False), ("quarter", "quarter", True)])
def test_a_span_is_a_pay_period_where_the_policy_says_so(accumulate, period, is_taken):
    made = plan(component(accumulate=accumulate), cap=50)
    given_period = None if period is None else PeriodKind(period)
    assert proved(made, pay_period=given_period).is_bounded is is_taken
    assert reasons(made, pay_period=given_period) == ([] if is_taken else [("pay", "plan-cap", "other_span")])


def test_a_cap_over_the_same_span_is_composed_whatever_is_paid_when():
    caps = [EarningsCap(id=per, amount=money("50"), per=per) for per in ("transaction", "period", "quarter", "year")]
    made = attrs.evolve(plan(component(accumulate="year")), modifiers=caps)
    assert reasons(made) == [("pay", per, "other_span") for per in ("transaction", "period", "quarter")]
    assert proved(made).is_bounded
    made = attrs.evolve(plan(component(accumulate="transaction")), modifiers=caps)
    assert reasons(made) == [("pay", per, "other_span") for per in ("period", "quarter", "year")]


def test_a_fixed_amount_is_settled_by_the_whole_span_a_share_by_the_period():
    seen = {"component": "pay", "observe": "measured", "threshold": D(100)}
    kickers = [Kicker(id="amount", amount=money("7"), **seen), Kicker(id="share", share=Rate.parse("10%"), **seen)]
    made = attrs.evolve(plan(component(accumulate="year")), modifiers=kickers)
    assert reasons(made) == [("pay", "share", "other_span")]
    assert proved(made).curve.at(D(100)) == 17
    made = attrs.evolve(plan(component(accumulate="transaction")), modifiers=kickers)
    assert reasons(made) == [("pay", "amount", "other_span"), ("pay", "share", "other_span")]


def test_what_no_curve_speaks_of_is_named():
    other = {"component": "more", "observe": "measured"}
    seen = {"component": "pay", "observe": "measured", "threshold": D(100)}
    modifiers = [
        Gate(id="gate", threshold=D(1), **other),
        Coefficient(id="score"),
        EarningsCap(id="both", amount=money("50"), per="period"),
        EarningsCap(id="mine", amount=money("50"), per="period", applies_to=("pay",)),
        EarningsCap(id="by", amount=money("50"), per="period", by="contract", applies_to=("pay",)),
        EarningsCap(id="carried", amount=money("50"), per="period", excess="carried", applies_to=("pay",)),
        Kicker(id="kicker", amount=money("7"), **seen),
        Gate(id="late", applies_to=("pay",), **seen),
        EarningsFloor(id="theirs", amount=money("5"), per="period", applies_to=("more",)),
    ]
    made = attrs.evolve(
        plan(component(), component(id="more"), cap=10),
        modifiers=modifiers,
        payouts=[
            Deferral(id="later", parts=[DeferredPart(share=Rate(1), after_months=1)], applies_to=("pay",)),
            Holdback(id="held", share=Rate.parse("10%"), after_periods=1),
        ],
        clawbacks=[Clawback(id="back", events=("lapse",), shares=tiers("0", "100%"), tenure="months")],
        minimum_payment=money("1"),
    )
    found = reasons(made)
    assert found[:4] == [
        ("pay", "later", "paid_later"),
        ("", "held", "paid_later"),
        ("", "back", "not_measured"),
        ("", "plan", "paid_later"),
    ]
    assert [each[1:] for each in found if each[0] == "pay" and each[1] != "later"] == [
        ("plan-cap", "other_components"),
        ("gate", "other_components"),
        ("score", "not_measured"),
        ("both", "other_components"),
        ("by", "not_measured"),
        ("carried", "paid_later"),
        ("late", "after_amount"),
    ]
    assert [each[1:] for each in found if each[0] == "more"] == [
        ("plan-cap", "other_components"),
        ("score", "not_measured"),
        ("both", "other_components"),
        ("kicker", "other_components"),
    ]


def test_rounded_amounts_are_told():
    gate = Gate(id="gate", component="pay", observe="measured", threshold=D(500))
    made = attrs.evolve(plan(component()), modifiers=[gate], modifier_base="rounded")
    assert reasons(made) == [("pay", "gate", "rounded")]


class TestShares:
    """Without a quota curves are in shares of it."""

    table = by_quota("0", "2%", "1", "4%")

    def test_pay_is_a_share_of_the_quota(self):
        proof = proved(plan(component(self.table)))
        assert (proof.measured_in, proof.paid_in, proof.digits) == (CurveUnit.QUOTA, CurveUnit.QUOTA, 6)
        assert proof.curve.at(D("1.5")) == D("0.04")  # 2 % and half of 4 %

    def test_with_a_quota_it_is_money(self):
        proof = proved(plan(component(self.table), cap=50), quota=D(1000))
        assert (proof.measured_in, proof.paid_in, proof.digits) == (CurveUnit.MONEY, CurveUnit.MONEY, 2)
        assert proof.curve.at(D(1500)) == 40
        assert proof.bound.at == 1750

    def test_money_needs_a_quota(self):
        seen = {"component": "pay", "observe": "attainment", "threshold": D("0.8")}
        modifiers = [
            Gate(id="gate", **seen),
            Gate(id="measured", component="pay", observe="measured", threshold=D(100)),
            Kicker(id="amount", amount=money("7"), **seen),
            Kicker(id="share", share=Rate.parse("10%"), **seen),
        ]
        made = attrs.evolve(plan(component(self.table), cap=50), modifiers=modifiers)
        assert reasons(made) == [(("pay"), part, "needs_quota") for part in ("plan-cap", "measured", "amount")]
        curve = proved(made).curve
        assert [curve.at(D(at)) for at in ("0.799999", "0.8")] == [0, D("0.0176")]

    def test_fixed_amounts_are_money_at_any_quota(self):
        bands = BandTable(bands=[Band(start=0, value=D(0)), Band(start=D("0.8"), value=D(500))])
        table = FixedTable(mode="fixed", basis="attainment", tiers=bands)
        proof = proved(plan(component(table), cap=400))
        assert (proof.measured_in, proof.paid_in) == (CurveUnit.QUOTA, CurveUnit.MONEY)
        assert proof.curve.at(D("0.8")) == 400

    def test_multiples_of_a_target_are_shares_of_it(self):
        table = MultiplierTable(mode="marginal", tiers=tiers("0", "50%", "1", "100%"), target_measure="target")
        proof = proved(plan(component(table)))
        assert (proof.paid_in, proof.curve.at(D(2))) == (CurveUnit.TARGET, D("1.5"))
        held = proved(plan(component(table)), target=D(1000), quota=D(100))
        assert (held.paid_in, held.curve.at(D(200))) == (CurveUnit.MONEY, 1500)
        own = proved(plan(component(attrs.evolve(table, target=money("1000"), target_measure=""))))
        assert (own.paid_in, own.curve.at(D(2))) == (CurveUnit.MONEY, 1500)

    def test_units_are_whole(self):
        bands = BandTable(bands=[Band(start=0, value=D(5))])
        proof = proved(plan(component(PerUnitTable(mode="marginal", tiers=bands), measure="quantity")))
        assert (proof.measured_in, proof.paid_in, proof.digits) == (CurveUnit.UNITS, CurveUnit.MONEY, 0)

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_a_quota_is_above_zero(self, amount):
        with pytest.raises(InvalidValue, match="above zero"):
            prove_plan(plan(component(self.table)), quota=D(amount))


def test_factors_outside_their_table_are_those_of_its_nearest_band():
    bands = [Band(start=D(10), value=Rate.parse("50%")), Band(start=D(20), value=Rate.parse("200%"))]
    multiplier = Multiplier(
        id="multiplier", component="pay", observe="measured", factors=BandTable(bands=bands, end=D(30))
    )
    table = by_amount("0", "10%", "100", "10%")
    curve = proved(attrs.evolve(plan(component(table)), modifiers=[multiplier])).curve
    assert [curve.at(D(x)) for x in (5, 15, 25, 40, 100)] == [D("0.25"), D("0.75"), 5, 8, 20]


def test_each_column_has_a_curve():
    rates = [{"new": Rate.parse("1%"), "old": Rate.parse("3%")}, {"new": Rate.parse("2%"), "old": Rate.parse("1%")}]
    bands = [Band(start=bound, value=value) for bound, value in zip((0, 100), rates, strict=True)]
    table = GridTable(mode="whole_amount", tiers=BandTable(bands=bands), across=AcrossAttribute(attribute="kind"))
    new, old = prove_plan(plan(component(table), cap=50)).curves
    assert (new.column, old.column) == ("new", "old")
    assert new.is_monotone
    assert [(cliff.before, cliff.after, cliff.returns_at) for cliff in old.cliffs] == [(3, 1, 300)]
    assert old.bound.pay == 50


def test_a_cap_at_a_root_is_exact_on_the_grid():
    # 8 % to 100, then down to 2 % at 200: 0.14·x − 0.0006·x² passes 8.1 at 106.12574… and at 127.20759…
    table = by_amount("0", "8%", "100", "8%", "200", "2%", mode="interpolated_rate")
    made = plan(component(table), cap="8.1")
    assert reasons(made) == [("pay", "plan-cap", "on_grid")]
    proof = proved(made)
    plain = proved(plan(component(table))).curve
    for measure in ("106.11", "106.12", "106.13", "106.14", "127.20", "127.21", "127.22", "150"):
        assert proof.curve.at(D(measure)) == min(D("8.1"), plain.at(D(measure)))
    assert proof.cliffs == proof.jumps == ()
    assert proof.bound.pay == D("8.1")


def test_a_cap_at_a_fraction_is_exact_everywhere():
    # 0.0001·x² + 0.01·x passes 2 at 100
    table = by_amount("0", "1%", "1000", "11%", mode="interpolated_rate")
    made = plan(component(table), cap=2)
    assert reasons(made) == []
    assert proved(made).bound.at == 100


class TestFormulas:
    @staticmethod
    def of(formula, measure="amount"):
        return plan(component(FormulaTable(formula=formula), measure=measure))

    def test_a_formula_of_one_measure_is_a_curve(self):
        made = self.of("min(amount * 0.05, 500) + max(0, (amount - 20000) / 4) - -1 * 7")
        curve = proved(made).curve
        assert [curve.at(D(x)) for x in (0, "0.01", 10_000, 20_000, 20_004)] == [0, D("7.0005"), 507, 507, 508]
        assert [segment.start for segment in curve.segments[1:]] == [0, 0, 10_000, 20_000]

    @settings(max_examples=40, deadline=None)
    @given(st.integers(1, 40_000))
    def test_it_pays_what_is_calculated(self, measure):
        made = self.of("max(amount * 0.05, min(amount * 0.1, 900), 2 * amount / 10 - 100) - max(3, amount / 100)")
        assert earned(made, measure) == round(proved(made).curve.at(D(measure)), 2)

    def test_quota_and_attainment_are_known_where_the_quota_is(self):
        made = self.of("attainment * 1000 + max(0, amount - quota)")
        assert proved(made, quota=D(100)).curve.at(D(150)) == 1550
        assert reasons(made) == [("pay", "pay", "needs_quota")]
        alone = proved(self.of("max(0, attainment - 0.5) * 1000"))
        assert (alone.measured_in, alone.paid_in, alone.curve.at(D(1))) == (CurveUnit.QUOTA, CurveUnit.MONEY, 500)

    def test_lines_that_cross_beyond_a_bound_do_not_count(self):
        # 2·x and 100 cross at 50, but behind 30 it is x + 30 and 100, which cross at 70
        curve = proved(self.of("min(min(amount * 2, amount + 30), amount + 31, 100)")).curve
        assert [segment.start for segment in curve.segments[1:]] == [30, 70]
        assert [curve.at(D(x)) for x in (20, 50, 80)] == [40, 80, 100]

    @pytest.mark.parametrize(
        ("formula", "reason"),
        [
            ("amount * 0.1 + margin * 0.1", "several_measures"),
            ("quantity * 5", "several_measures"),
            ("amount * amount", "not_piecewise"),
            ("100 / max(1, amount)", "not_piecewise"),
            ("amount / 0", "not_piecewise"),
        ],
    )
    def test_any_other_is_left_out(self, formula, reason):
        made = self.of(formula)
        assert prove_plan(made).curves == ()
        assert reasons(made) == [("pay", "pay", reason)]
