"""What is proved of a plan, in words: one sentence for each thing that an author must know."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    by_amount,
    by_quota,
    component,
    money,
    plan,
    prove_plan,
    report_curve,
    report_left_out,
    tiers,
)
from commissions.test_tables import ROWS, by_amounts, grid

from salesrules.commissions import (
    AcrossAttribute,
    AmountTable,
    EarningsCap,
    FixedTable,
    FormulaTable,
    GridTable,
    Holdback,
    PerUnitTable,
)
from salesrules.core import Band, BandTable, Rate, Severity
from salesrules.messages import render


def told(*components, quota=None, **options):
    """The sentences about the first curve of a plan."""
    proof = prove_plan(
        with_(plan(*components, returns=options.pop("returns", "original_terms")), **options), quota=quota
    )
    return [render(reason) for reason in report_curve(proof.curves[0], "USD")]


def with_(version, **changes):
    return attrs.evolve(version, **changes)


def whole(*cells, side="lower"):
    return component(by_amount(*cells, mode="whole_amount", side=side))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            whole("0", "8%", "200000", "7.5%"),
            "At $200,000.00 pay falls from $16,000.00 to $15,000.00 and returns only at $213,333.34.",
        ),
        (
            whole("0", "8%", "200000", "7.5%", side="upper"),
            "Above $200,000.00 pay falls from $16,000.00 to $15,000.00 and returns only at $213,333.34.",
        ),
        (whole("0", "8%", "100", "0%"), "At $100.00 pay falls from $8.00 to $0.00 and never returns."),
        (whole("0", "8%", "100", "0%", side="upper"), "Above $100.00 pay falls from $8.00 to $0.00 and never returns."),
    ],
)
def test_a_fall_is_told_with_the_side_that_owns_the_bound(table, sentence):
    assert sentence in told(table)
    assert "Pay never falls." not in told(table)


def test_pay_that_sinks_along_a_bend():
    bent = component(AmountTable(mode="interpolated_rate", tiers=tiers("0", "10%", "100", "0%", "200", "10%")))
    [sinks] = [sentence for sentence in told(bent) if "every sale more pays less" in sentence]
    # x·(10 % − 0.1 % x) is greatest at 50, where it is 2.50; from 100 on x·(x − 100)·0.1 % is 2.50 at 50 + 50·√2
    assert sinks == "From $50.00 to $120.72 every sale more pays less than $2.50."
    for_good = component(AmountTable(mode="interpolated_rate", tiers=tiers("0", "10%", "100", "0%")))
    assert "From $50.00 on every sale more pays less than $2.50, without end." in told(for_good)


def test_a_plan_without_surprises():
    assert told(component())[:2] == ["Pay never falls.", "Pay has no upper limit."]


def test_the_most_that_is_paid():
    rising = by_amounts("0", "0", "100", "50")
    assert "At most $50.00 is paid, from $100.00 on." in told(component(FixedTable(mode="fixed", tiers=rising)))
    above = by_amounts("0", "0", "100", "50", side="upper")
    said = told(component(FixedTable(mode="fixed", tiers=above)))
    # 100 itself still pays nothing
    assert "At most $50.00 is paid, for everything above $100.00." in said
    assert "Above $100.00 pay rises at once from $0.00 to $50.00." in said
    nearly = whole("0", "8%", "100", "0%")
    assert "Less than $8.00 is paid; pay comes near it at $100.00." in told(nearly)


def test_jumps_and_stretches():
    steps = component(FixedTable(mode="fixed", tiers=by_amounts("0", "0", "100", "50", "200", "70")))
    said = told(steps)
    assert "At $100.00 pay rises at once from $0.00 to $50.00." in said
    assert "From $100.00 to $200.00 more sales pay nothing more than $50.00." in said
    assert "From $200.00 on more sales pay nothing more than $70.00." in said


def test_a_tier_that_pays_nobody():
    cap = EarningsCap(id="cap", amount=money("5"), per="period")
    capped = told(component(by_amount("0", "10%", "100", "20%")), modifiers=[cap])
    assert "Tier 2 pays nobody: caps and gates leave nothing of what it adds." in capped
    bands = [Band(start=Decimal(0), value=Decimal(1)), Band(start=Decimal("1.2"), value=Decimal(2))]
    bands.append(Band(start=Decimal("1.8"), value=Decimal(3)))
    units = component(PerUnitTable(mode="marginal", tiers=BandTable(bands=bands)), measure="count")
    assert "Tier 2 pays nobody: no sales figure lies in it." in told(units)


def test_shares_of_the_quota_are_per_cents():
    assert "At 100% pay rises at once from 2% to 4%." in told(
        component(by_quota("0", "2%", "1", "4%", mode="whole_amount"))
    )
    assert "At $500.00 pay rises at once from $10.00 to $20.00." in told(
        component(by_quota("0", "2%", "1", "4%", mode="whole_amount")), quota=Decimal(500)
    )


def test_moves_that_pay():
    alone = component(by_amount("0", "5%", "100", "2%"), accumulate="transaction")
    [split] = [sentence for sentence in told(alone) if "booking one deal as two" in sentence and "up to" in sentence]
    # two deals of 100 at 5 % pay 10, one of 200 pays 7
    assert split.startswith("booking one deal as two can pay up to $3.00 more: ")
    assert "never pays more" not in split.lower()


def test_moves_that_are_ruled_out():
    [ruled_out] = [sentence for sentence in told(component()) if sentence.startswith("Never pays more: ")]
    assert "booking one deal as two" in ruled_out


def test_moves_that_gain_without_bound():
    # a return that waits for a span without sales is taken back at 2 %, though its sale was paid 4 %
    held = told(component(by_amount("0", "2%", "100", "4%")), returns="current_measure")
    [endless] = [sentence for sentence in held if sentence.startswith("holding a return back")]
    assert endless.startswith(
        "holding a return back until the next period can pay more without bound, 2% for every further unit: "
    )
    units = component(PerUnitTable(mode="marginal", tiers=by_amounts("0", "2", "10", "5")), measure="quantity")
    [per_unit] = [s for s in told(units, returns="current_measure") if s.startswith("holding a return back")]
    assert "without bound, $3.00 for every further unit" in per_unit


def test_a_column_of_a_table_in_two_dimensions_rules_nothing_out():
    table = GridTable(mode="marginal", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    said = told(component(table))
    assert not [sentence for sentence in said if sentence.startswith("Never pays more")]
    assert any(sentence.startswith("Not proved either way: ") for sentence in said)


def test_what_is_not_in_the_proof():
    version = with_(
        plan(component(), component(FormulaTable(formula="amount + margin"), id="both")),
        payouts=[Holdback(id="hold", share=Rate.parse("10%"), after_periods=1)],
    )
    assert [render(reason) for reason in report_left_out(prove_plan(version))] == [
        "Not in the proof: hold (it says when pay is paid, not how much).",
        "Not in the proof of both: both (a formula of several measures).",
    ]


@pytest.mark.parametrize("locale", ["zh_CN", "zh_TW"])
def test_every_sentence_is_there_in_chinese(locale):
    curves = [whole("0", "8%", "200000", "7.5%"), component(FixedTable(mode="fixed", tiers=by_amounts("0", "9")))]
    for one in curves:
        proof = prove_plan(plan(one, returns="current_measure"))
        for reason in report_curve(proof.curves[0], "USD"):
            said = render(reason, locale)
            assert "commissions." not in said
            assert "佣金" in said or "得" in said or "档" in said or "級" in said or "仍" in said


def test_warnings_are_what_an_author_should_look_at():
    proof = prove_plan(plan(whole("0", "8%", "200000", "7.5%")))
    severities = {
        reason.code.removeprefix("commissions."): reason.severity for reason in report_curve(proof.curves[0], "USD")
    }
    assert severities["proof_falls"] is Severity.WARNING
    assert severities["proof_unbounded"] is Severity.INFO
