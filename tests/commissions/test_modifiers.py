"""Gates, kickers, multipliers, coefficients, caps and floors: each at its edges, in order, with returns."""

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    YEAR,
    assign,
    back,
    by_amount,
    by_quota,
    component,
    days,
    explain_statement,
    facts,
    money,
    plan,
    policy,
    quota,
    run,
    sale,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import (
    AppraisalScore,
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Filter,
    Gate,
    Kicker,
    Multiplier,
    OpeningUse,
)
from salesrules.core import Band, BandTable, InvalidDocument, Rate, total

TEN = by_amount("0", "10%")
CENT = Decimal("0.01")


def rate(text):
    return Rate.parse(text)


def bands(*cells):
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return BandTable(bands=[Band(start=Decimal(start), value=rate(value)) for start, value in pairs])


def statements(rows, *modifiers, components=None, period="2020-M01", pay_period="month", more=None, **options):
    """The statements up to a period by label, of a plan that pays 10 % of the amount."""
    terms = {"modifier_base": "unrounded"} | {k: options.pop(k) for k in ("modifier_base",) if k in options}
    parts = components or [component(TEN)]
    held = attrs.evolve(plan(*parts, **options), modifiers=modifiers, **terms)
    rules = policy(held, pay_period=pay_period, assignments=[assign()])
    given_facts = attrs.evolve(facts(*rows, quotas=[quota(1200, YEAR)]), **(more or {}))
    result = run(given_facts, rules, period)
    found = {s.period.label: s for s in (*result.earlier, *result.statements)}
    for statement in found.values():
        ties(statement)
    return found


def ties(statement):
    """Lines and adjustments sum to what is earned, parts to adjustments, and all computes itself again."""
    currency = statement.currency
    lines = [line.amount for line in statement.lines]
    assert total([*lines, *(a.amount for a in statement.adjustments)], currency) == statement.earned
    for adjustment in statement.adjustments:
        assert sum((part.amount for part in adjustment.parts), Decimal(0)) == adjustment.amount.amount
    explained = explain_statement(statement)
    assert check(explained) == statement.paid.amount


def check(node):
    assert node.recompute() == Fraction(node.value), node.label
    for term in node.terms:
        check(term)
    return node.value


def changes(statement):
    return [(a.kind.value, str(a.amount.amount)) for a in statement.adjustments]


def gate(threshold="100", side="lower", otherwise="0%", observe="measured", of="pay", applies_to=()):
    return Gate(
        id="gate",
        component=of,
        observe=observe,
        threshold=Decimal(threshold),
        side=side,
        otherwise=rate(otherwise),
        applies_to=applies_to,
    )


def kicker(threshold="100", side="lower", amount=None, share=None, observe="measured", of="pay"):
    return Kicker(
        id="kicker",
        component=of,
        observe=observe,
        threshold=Decimal(threshold),
        side=side,
        amount=None if amount is None else money(amount),
        share=None if share is None else rate(share),
    )


def cap(amount, per="period", excess="forfeited", by="", applies_to=()):
    return EarningsCap(id="cap", amount=money(amount), per=per, excess=excess, by=by, applies_to=applies_to)


def floor(amount, per="period"):
    return EarningsFloor(id="floor", amount=money(amount), per=per)


# --- gates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "side", "found"),
    [
        ("99.99", "lower", [("gate", "-10.00")]),
        ("100.00", "lower", []),
        ("100.01", "lower", []),
        ("99.99", "upper", [("gate", "-10.00")]),
        ("100.00", "upper", [("gate", "-10.00")]),
        ("100.01", "upper", []),
    ],
)
def test_a_gate_opens_at_its_threshold_or_above_it_as_its_side_says(amount, side, found):
    statement = statements([sale("s", "01-10", amount)], gate(side=side))["2020-M01"]
    assert changes(statement) == found
    assert statement.paid == money("0" if found else "10.00")


def test_a_closed_gate_pays_the_share_declared():
    statement = statements([sale("s", "01-10", "99.99")], gate(otherwise="25%"))["2020-M01"]
    assert statement.paid.amount == Decimal("2.50")


def test_a_gate_looks_at_one_component_and_closes_another():
    parts = [component(TEN, id="pay"), component(by_amount("0", "1%"), id="extra")]
    rows = [sale("s", "01-10", "50")]
    statement = statements(rows, gate(applies_to=("extra",)), components=parts)["2020-M01"]
    assert changes(statement) == [("gate", "-0.50")]
    assert statement.paid.amount == 5


def test_a_gate_by_attainment_sees_the_quota_of_the_span():
    parts = [component(by_quota("0", "10%"), accumulate="year")]
    for amount, found in (("1199.99", [("gate", "-120.00")]), ("1200", []), ("1200.01", [])):
        statement = statements([sale("s", "01-10", amount)], gate("1", observe="attainment"), components=parts)
        assert changes(statement["2020-M01"]) == found


def test_a_gate_sees_nothing_of_a_component_that_has_no_quota_and_no_credit():
    parts = [
        component(TEN, id="pay"),
        component(
            by_quota("0", "1%", quota_measure="other"),
            id="none",
            credits=("direct",),
            filters=(Filter(attribute="category", one_of=("nothing",)),),
        ),
    ]
    statement = statements(
        [sale("s", "01-10", "50")], gate("0.5", observe="attainment", of="none", applies_to=("pay",)), components=parts
    )["2020-M01"]
    assert changes(statement) == [("gate", "-5.00")]


# --- kickers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "found"), [("99.99", []), ("100", [("kicker", "7.50")]), ("100.01", [("kicker", "7.50")])]
)
def test_a_fixed_kicker_is_paid_on_reaching_the_threshold(amount, found):
    assert changes(statements([sale("s", "01-10", amount)], kicker(amount="7.50"))["2020-M01"]) == found


def test_a_fixed_amount_is_a_part_of_its_own():
    [adjustment] = statements([sale("s", "01-10", "100")], kicker(amount="7.50"))["2020-M01"].adjustments
    [part] = adjustment.parts
    assert (part.line, part.base, part.factor, part.value, part.amount) == (
        "",
        Fraction(15, 2),
        1,
        Fraction(15, 2),
        Decimal("7.50"),
    )


def test_a_fixed_kicker_is_paid_once_in_the_span_and_taken_back_when_a_return_undoes_it():
    rows = [
        sale("a", "01-10", "100"),
        sale("b", "02-10", "50"),
        back("c", "03-10", "60", "a"),
        sale("d", "04-10", "100"),
    ]
    found = statements(
        rows,
        kicker(amount="7"),
        components=[component(TEN, accumulate="quarter")],
        returns="current_measure",
        period="2020-M04",
    )
    assert [changes(found[f"2020-M0{n}"]) for n in (1, 2, 3, 4)] == [
        [("kicker", "7")],
        [],
        [("kicker", "-7")],
        [("kicker", "7")],
    ]


def test_a_kicker_of_an_old_version_stays_paid_and_the_new_one_begins_anew():
    """100 to mid-February pay the old version's 7; the new one's measure begins at zero, and 110 pay its own 8."""
    parts = [component(TEN, accumulate="quarter")]
    old, new = (
        attrs.evolve(plan(*parts, id=id, family="f", effective=span, status=status), modifiers=[kicker(amount=amount)])
        for id, span, status, amount in (
            ("old", days("01-01", "02-15"), "superseded", "7"),
            ("new", days("02-15"), "in_force", "8"),
        )
    )
    rows = [sale("a", "01-10", "100"), sale("b", "02-20", "50"), sale("c", "03-20", "60")]
    result = run(facts(*rows), policy(old, new, pay_period="month"), "2020-M03")
    found = [(s.period.label, changes(s)) for s in (*result.earlier, *result.statements)]
    assert found == [("2020-M01", [("kicker", "7")]), ("2020-M02", []), ("2020-M03", [("kicker", "8")])]


def test_a_kicker_stays_paid_where_its_plan_pauses_within_the_span():
    held = attrs.evolve(plan(component(TEN, accumulate="quarter")), modifiers=[kicker(amount="7")])
    parts = [assign(effective=days("01-01", "02-01")), assign(effective=days("03-01"))]
    rows = [sale("a", "01-10", "100"), sale("b", "03-20", "50")]
    result = run(facts(*rows), policy(held, pay_period="month", assignments=parts), "2020-M03")
    assert [changes(s) for s in (*result.earlier, *result.statements)] == [[("kicker", "7")], []]


def test_a_share_and_an_amount_together_and_a_share_below_the_threshold():
    assert changes(statements([sale("s", "01-10", "100")], kicker(amount="1", share="50%"))["2020-M01"]) == [
        ("kicker", "5.00"),  # of the commission, not of the amount
        ("kicker", "1"),
    ]
    assert changes(statements([sale("s", "01-10", "99")], kicker(share="50%"))["2020-M01"]) == []


@pytest.mark.parametrize(
    ("base", "level", "found"),
    [
        ("unrounded", "line", "27.87"),
        ("rounded", "line", "27.88"),
        ("unrounded", "cumulative", "27.87"),
        ("rounded", "cumulative", "27.88"),
    ],
)
def test_a_share_is_of_the_exact_or_the_rounded_commission_as_the_plan_declares(base, level, found):
    parts = [component(by_amount("0", "5%"))]
    statement = statements(
        [sale("s", "01-10", "1114.95")], kicker("1000", share="50%"), components=parts, modifier_base=base, level=level
    )["2020-M01"]
    assert changes(statement) == [("kicker", found)]


def test_a_share_over_many_lines_is_rounded_by_line_or_in_all():
    rows = [sale(f"s{n}", "01-10", "0.90") for n in range(3)]  # 0.09 each, half of it 0.045
    by_line = statements(rows, kicker("0", share="50%"))["2020-M01"]
    in_all = statements(rows, kicker("0", share="50%"), level="cumulative")["2020-M01"]
    assert changes(by_line) == [("kicker", "0.15")]
    assert changes(in_all) == [("kicker", "0.14")]  # 0.135


def test_a_fixed_amount_is_paid_in_the_digits_in_which_the_plan_states_it():
    statement = statements([sale("s", "01-10", "100")], kicker(amount="0.125"))["2020-M01"]
    assert changes(statement) == [("kicker", "0.125")]
    assert statement.adjustments[0].to_record() == {
        "kind": "kicker",
        "policy": "kicker",
        "plan": "plan",
        "amount": Decimal("0.125"),
        "carried": 0,
        "currency": "USD",
    }


# --- multipliers and coefficients ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "paid"), [("99.99", "8.00"), ("100", "12.00"), ("100.01", "12.00")])
def test_a_multiplier_takes_its_factor_from_bands(amount, paid):
    factor = Multiplier(id="m", component="pay", observe="measured", factors=bands("0", "80%", "100", "120%"))
    statement = statements([sale("s", "01-10", amount)], factor)["2020-M01"]
    assert statement.paid.amount == Decimal(paid)
    assert statement.adjustments[0].observed == Fraction(Decimal(amount))


def score(value, span=YEAR, payee="ana", subject="performance"):
    return AppraisalScore(payee=payee, span=span, score=Decimal(value), subject=subject)


def test_a_coefficient_is_the_score_or_what_its_bands_make_of_it():
    rows = [sale("s", "01-10", "100")]
    plain = Coefficient(id="c")
    banded = Coefficient(id="c", factors=bands("0", "0%", "60", "100%", "90", "120%"))
    for modifier, value, paid in [
        (plain, "1.15", "11.50"),
        (plain, "1", "10.00"),
        (banded, "59", "0"),
        (banded, "60", "10.00"),
        (banded, "90", "12.00"),
    ]:
        statement = statements(rows, modifier, more={"appraisal_scores": [score(value)]})["2020-M01"]
        assert statement.paid.amount == Decimal(paid)


def test_scores_of_other_subjects_days_and_people_do_not_count_and_a_missing_one_is_a_fault():
    rows = [sale("s", "01-10", "100")]
    others = [
        score("2", subject="english"),
        score("2", days("02-01", "03-01")),
        score("2", days("2019-12-01", "01-01")),
        score("2", days("01-02", "02-01")),
    ]
    with pytest.raises(InvalidDocument) as raised:
        statements(rows, Coefficient(id="c"), more={"appraisal_scores": others})
    assert [fault.code for fault in raised.value.faults] == ["commissions.no_score"]
    on_the_day = [*others, score("1.5", days("01-01", "01-02"))]
    found = statements(rows, Coefficient(id="c"), more={"appraisal_scores": on_the_day})
    assert found["2020-M01"].paid.amount == 15
    assert statements([], Coefficient(id="c"))["2020-M01"].paid.amount == 0  # nothing earned: no score needed


# --- caps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "paid"), [("49.9", "4.99"), ("50", "5.00"), ("50.1", "5.00"), ("500", "5.00")])
@pytest.mark.parametrize("per", ["transaction", "period", "quarter", "year", "plan"])
def test_a_cap_holds_at_its_limit(per, amount, paid):
    statement = statements([sale("s", "01-10", amount)], cap(5, per))["2020-M01"]
    assert statement.paid.amount == Decimal(paid)


def test_each_span_of_a_cap_begins_again_and_a_plan_lasts():
    rows = [sale(f"s{n}", f"{day}", "40") for n, day in enumerate(("01-10", "02-10", "04-10", "2021-01-10"))]
    paid = {}
    for per in ("period", "quarter", "year", "plan"):
        found = statements(rows, cap(5, per), period="2021-M01")
        paid[per] = [str(found[label].paid.amount) for label in ("2020-M01", "2020-M02", "2020-M04", "2021-M01")]
    assert paid == {
        "period": ["4.00", "4.00", "4.00", "4.00"],
        "quarter": ["4.00", "1.00", "4.00", "4.00"],
        "year": ["4.00", "1.00", "0.00", "4.00"],
        "plan": ["4.00", "1.00", "0.00", "0.00"],
    }


def test_a_cap_per_transaction_counts_its_components_together_and_limits_returns_alike():
    parts = [component(TEN, id="a"), component(TEN, id="b")]
    rows = [sale("s", "01-10", "40"), sale("t", "01-11", "20"), back("r", "02-10", "40", "s")]
    found = statements(rows, cap(5, "transaction"), components=parts, returns="current_measure", period="2020-M02")
    assert [line.amount.amount for line in found["2020-M01"].lines] == [4, 4, 2, 2]
    assert changes(found["2020-M01"]) == [("cap", "-3.00")]
    assert found["2020-M02"].paid.amount == 0  # a shortfall of 5, carried
    assert found["2020-M02"].earned.amount == -5


def test_a_cap_by_an_attribute_holds_for_each_of_its_values():
    rows = [
        sale("s", "01-10", "60", contract="x"),
        sale("t", "01-10", "60", contract="y"),
        sale("u", "01-11", "60", contract="x"),
    ]
    statement = statements(rows, cap(8, "year", by="contract"))["2020-M01"]
    assert [(p.line, str(p.amount)) for p in statement.adjustments[0].parts] == [("u/pay/direct", "-4.00")]


def test_excess_that_is_carried_is_earned_anew_under_the_same_cap():
    rows = [sale("a", "01-10", "130"), sale("b", "02-10", "20"), sale("c", "04-10", "10")]
    found = statements(rows, cap(5, excess="carried"), period="2020-M04")
    assert [str(found[f"2020-M0{n}"].paid.amount) for n in (1, 2, 3, 4)] == ["5.00", "5.00", "5.00", "1.00"]
    assert [(k, a) for k, a in changes(found["2020-M02"])] == [("carried_in", "8.00"), ("cap", "-5.00")]
    assert found["2020-M02"].adjustments[-1].carried == money("5.00")
    assert found["2020-M03"].adjustments[-1].amount.amount == 5


def test_excess_that_waits_for_a_plan_that_does_not_hold_is_told_until_it_is_earned():
    held = attrs.evolve(plan(component(TEN)), modifiers=[cap(5, excess="carried")])
    parts = [assign(effective=days("01-01", "02-01")), assign(effective=days("04-01"))]
    rules = policy(held, pay_period="month", assignments=parts)
    told = {}
    for month in (1, 2, 3, 4):
        result = run(facts(sale("a", "01-10", "90")), rules, f"2020-M0{month}")
        told[month] = [(r.code, dict(r.parameters), r.policy.id) for r in result.findings if r.policy]
    waiting = ("commissions.excess_waiting", {"payee": "ana", "cap": "cap", "amount": money("4.00")}, "cap")
    cut = ("commissions.capped", {"payee": "ana", "cap": "cap", "amount": money("4.00")}, "cap")
    assert told == {1: [cut], 2: [waiting], 3: [waiting], 4: []}
    assert result.statements[0].paid == money("4.00")


def test_excess_carried_within_the_year_is_paid_in_the_next_and_by_contract():
    rows = [sale("a", "12-10", "130", contract="x"), sale("b", "12-10", "100", contract="y")]
    found = statements(rows, cap(9, "year", excess="carried", by="contract"), period="2021-M01")
    assert str(found["2020-M12"].paid.amount) == "18.00"
    assert str(found["2021-M01"].paid.amount) == "5.00"


def test_a_cap_opens_with_what_was_earned_and_carried_before():
    use = OpeningUse(payee="ana", day=days("01-01").start, policy="cap", used=money(3), carried=money(1))
    other = attrs.evolve(use, policy="wide", used=money(100), carried=None)
    wide = EarningsCap(id="wide", amount=money(1000), per="year")
    later = attrs.evolve(use, day=days("02-01").start, carried=None, used=money(9))
    rows = [sale("s", "01-10", "30"), sale("t", "02-10", "30")]
    found = statements(rows, cap(10, "year"), wide, more={"opening_uses": [use, other, later]}, period="2020-M02")
    assert changes(found["2020-M01"]) == [("carried_in", "1")]
    assert found["2020-M01"].paid.amount == 4
    assert found["2020-M02"].paid.amount == 1


@pytest.mark.parametrize(
    ("per", "paid"), [("period", "5.16"), ("quarter", "10.00"), ("year", "10.00"), ("plan", "10.00")]
)
def test_only_a_cap_per_period_shrinks(per, paid):
    """The plan begins on 16 January: 16 of 31 days."""
    held = statements([sale("s", "01-20", "200")], cap(10, per), effective=days("01-16"), proration="by_days")
    assert str(held["2020-M01"].paid.amount) == paid


def test_what_was_used_before_counts_from_its_day_and_once():
    """3 of 10 were used when January began: 4 and 3 are left for January and February, and nothing for March."""
    use = OpeningUse(payee="ana", day=days("01-01").start, policy="cap", used=money(3))
    rows = [sale(f"s{month}", f"0{month}-10", "40") for month in (1, 2, 3)]
    found = statements(rows, cap(10, "year"), more={"opening_uses": [use]}, period="2020-M03")
    assert [str(found[f"2020-M0{n}"].paid.amount) for n in (1, 2, 3)] == ["4.00", "3.00", "0.00"]


def test_a_return_is_taken_of_what_was_carried_first():
    """130 under a cap of 100 a year: 30 are carried; 50 less leave 80, and 10 more 90."""
    rows = [sale("a", "01-10", "1300"), back("r", "02-10", "500", "a"), sale("b", "03-10", "100")]
    found = statements(
        rows,
        cap(100, "year", "carried"),
        components=[component(TEN, accumulate="year")],
        returns="current_measure",
        period="2020-M03",
    )
    assert [str(found[f"2020-M0{n}"].earned.amount) for n in (1, 2, 3)] == ["100.00", "-20.00", "10.00"]


def test_a_cap_per_period_shrinks_with_the_days_of_a_plan_that_prorates():
    half = {"effective": days("01-01", "01-16"), "family": "plan"}  # 15 of 31 days
    rows = [sale("s", "01-10", "200")]
    whole = statements(rows, cap(31), **half, proration="none")["2020-M01"]
    part = statements(rows, cap(31), **half)["2020-M01"]
    assert (whole.paid.amount, part.paid.amount) == (20, 15)


def test_a_capped_adjustment_is_a_finding():
    held = attrs.evolve(plan(component(TEN)), modifiers=[cap(5)])
    result = run(facts(sale("s", "01-10", "100")), policy(held, pay_period="month"), "2020-M01")
    assert [(f.code, str(f.parameters["amount"])) for f in result.findings] == [("commissions.capped", "USD 5.00")]
    open_cap = attrs.evolve(plan(component(TEN)), modifiers=[cap(5, excess="carried")])
    later = run(facts(sale("s", "01-10", "60")), policy(open_cap, pay_period="month"), "2020-M02")
    assert later.findings == ()


# --- floors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "paid"), [("49.9", "5.00"), ("50", "5.00"), ("50.1", "5.01"), ("0", "5.00")])
def test_a_floor_lifts_what_is_below_it(amount, paid):
    for per in ("period", "transaction"):
        statement = statements([sale("s", "01-10", amount)], floor(5, per))["2020-M01"]
        assert statement.paid.amount == Decimal(paid)
        assert len(statement.adjustments) == (0 if statement.lines[0].amount == statement.paid else 1)


def test_a_floor_per_transaction_needs_one_and_counts_its_lines_together_and_its_returns_below_zero():
    parts = [component(TEN, id="a"), component(TEN, id="b")]
    rows = [sale("s", "01-10", "20"), sale("t", "01-11", "100"), back("r", "02-10", "20", "s")]
    found = statements(rows, floor(5, "transaction"), components=parts, returns="current_measure", period="2020-M03")
    assert changes(found["2020-M01"]) == [("floor", "1.00")]
    assert found["2020-M02"].earned.amount == -5
    assert found["2020-M03"].earned.amount == 0


def test_a_floor_per_period_holds_without_a_sale_and_later_modifiers_see_it():
    found = statements([], floor(5), cap(3))["2020-M01"]
    assert changes(found) == [("floor", "5.00"), ("cap", "-2.00")]


# --- order, rounding, returns ----------------------------------------------------------------------------------------


def test_modifiers_work_in_their_order():
    rows = [sale("s", "01-10", "100")]
    double = Multiplier(id="m", component="pay", observe="measured", factors=bands("0", "200%"))
    assert statements(rows, double, cap(15))["2020-M01"].paid.amount == 15
    assert statements(rows, cap(8), double)["2020-M01"].paid.amount == 16


@pytest.mark.parametrize("mode", ["half_up", "ceiling", "floor", "up", "down"])
@pytest.mark.parametrize("level", ["line", "cumulative"])
def test_a_closed_gate_leaves_not_a_cent_whatever_the_rounding(mode, level):
    rows = [sale(f"s{n}", "01-10", f"0.{n}3") for n in range(1, 6)]
    assert statements(rows, gate("1000"), mode=mode, level=level)["2020-M01"].paid.amount == 0


def test_a_return_at_original_terms_takes_back_what_modifiers_added_and_no_more():
    rows = [
        sale("s", "01-10", "100"),
        sale("t", "01-11", "100"),
        back("r1", "02-10", "33", "s"),
        back("r2", "03-10", "67", "s"),
    ]
    double = Multiplier(id="m", component="pay", observe="measured", factors=bands("0", "100%", "150", "133.33%"))
    found = statements(rows, double, kicker("150", share="5%"), period="2020-M03")
    earned = [found[f"2020-M0{n}"].earned.amount for n in (1, 2, 3)]
    assert earned[0] == Decimal("28.00")  # twice 10.00, 3.33 and 0.67 (of 13.333)
    assert earned[1] + earned[2] == Decimal("-14.00")
    assert [kind for kind, _ in changes(found["2020-M02"])] == ["returned"]


def test_a_return_of_a_line_that_a_gate_closed_takes_back_nothing():
    rows = [
        sale("s", "01-10", "50"),
        back("r", "02-10", "50", "s"),
        sale("t", "02-10", "100"),
        back("u", "02-11", "1", "t"),
    ]
    found = statements(rows, gate(), period="2020-M02")
    assert [str(found[f"2020-M0{n}"].earned.amount) for n in (1, 2)] == ["0.00", "9.90"]


def test_a_return_too_small_to_change_a_cent_has_no_adjustment():
    rows = [sale("s", "01-10", "100"), back("r", "02-10", "0.01", "s")]
    found = statements(rows, kicker(share="1%"), period="2020-M02")
    assert changes(found["2020-M02"]) == []


AMOUNTS = st.lists(st.integers(0, 30_000).map(lambda n: n * CENT), max_size=6)
MODIFIERS = st.lists(
    st.sampled_from(
        [
            gate(otherwise="50%"),
            kicker(share="7.5%"),
            kicker(amount="3.33"),
            Multiplier(id="m", component="pay", observe="measured", factors=bands("0", "85%", "100", "117.3%")),
            cap("12.34"),
            attrs.evolve(cap("20", "quarter", "carried"), id="carry"),
            attrs.evolve(cap("5", "transaction"), id="each"),
            floor("4"),
        ]
    ),
    unique_by=lambda m: (m.id, m.kind),
    max_size=5,
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(AMOUNTS, min_size=3, max_size=3),
    MODIFIERS,
    st.sampled_from(["line", "cumulative"]),
    st.sampled_from(["unrounded", "rounded"]),
    st.sampled_from(["half_up", "down", "ceiling"]),
)
def test_lines_and_adjustments_tie_for_any_modifiers_in_any_order(months, modifiers, level, base, mode):
    modifiers = [attrs.evolve(m, id=f"{m.id}-{n}") for n, m in enumerate(modifiers)]
    rows = [
        sale(f"s{month}-{n}", f"0{month}-10", amount)
        for month, amounts in enumerate(months, start=1)
        for n, amount in enumerate(amounts)
    ]
    found = statements(rows, *modifiers, period="2020-M03", level=level, modifier_base=base, mode=mode)
    assert {"2020-M01", "2020-M02", "2020-M03"} <= set(found)  # `statements` checks each of them
