"""Rate tables of every mode, from sales to explained pay; figures by hand or from the sources that are named."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    amounts,
    back,
    by_amount,
    component,
    days,
    explain_line,
    explain_statement,
    facts,
    money,
    pay,
    payout_curve,
    payout_curves,
    plan,
    policy,
    quota,
    run,
    sale,
    tiers,
    why_changed,
)

from salesrules.commissions import (
    AcrossAttribute,
    AcrossComponent,
    AcrossNumber,
    AttainmentTable,
    Filter,
    FixedTable,
    FormulaTable,
    GridTable,
    MultiplierTable,
    OpeningMeasure,
    PerUnitTable,
)
from salesrules.core import Band, BandTable, InvalidDocument, InvalidValue, Rate

#: The labels of derivations that tables other than plain rates show.
TABLE_LABELS = (
    "base_rate",
    "column_measure",
    "column_tier",
    "formula_after",
    "formula_before",
    "formula_name",
    "formula_number",
    "formula_credited",
    "formula_measure",
    "formula_running",
    "formula_step",
    "multiple",
    "rate_at_end",
    "rate_at_start",
    "rate_between",
    "rate_grown",
    "rate_rise",
    "target_incentive",
    "target_per_unit",
    "tier_amount",
    "tier_filled",
    "tier_part",
    "tier_width",
)


def by_amounts(*cells, side="lower"):
    """`by_amounts("0", "10", "1000", "40")`: bounds and amounts by turns."""
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return BandTable(bands=[Band(start=Decimal(start), value=Decimal(value)) for start, value in pairs], side=side)


def grid(*rows, side="lower"):
    """`grid(("0", {"a": "1%"}))`: rows of a bound and the rates of its columns."""
    bands = [
        Band(start=Decimal(start), value={name: Rate.parse(rate) for name, rate in rates.items()})
        for start, rates in rows
    ]
    return BandTable(bands=bands, side=side)


def named(*cells):
    """`named("0", "small", "100", "large")`: bands that name columns."""
    return BandTable(bands=[Band(start=Decimal(a), value=b) for a, b in zip(cells[::2], cells[1::2], strict=True)])


def paid(table, *sales, returns="current_measure", level="line", **options):
    """What each sale is paid by one component with a table; every number computes itself again."""
    given = {name: options.pop(name) for name in ("quotas", "openings_measured") if name in options}
    known = facts(*sales, quotas=given.get("quotas", ()))
    known = attrs.evolve(known, opening_measures=given.get("openings_measured", ()))
    rules = policy(plan(component(table, **options), returns=returns, level=level))
    statement = pay(known, rules)
    assert explain_statement(statement).recompute() == statement.paid.amount
    for line in statement.lines:
        assert sum((Fraction(piece.earned) for piece in line.pieces), Fraction(0)) == line.earned or line.formula
    return amounts(statement)


def sold(*given, **options):
    """Sales of amounts, in order; a negative one returns the first."""
    found = []
    for number, amount in enumerate(given, start=1):
        id, day = f"s{number}", f"01-{number:02}"
        if Decimal(amount) < 0:
            found.append(back(id, day, amount.lstrip("-"), "s1", **options))
        else:
            found.append(sale(id, day, amount, **options))
    return found


QUARTER = days("01-01", "04-01")
Q1 = quota("1000", QUARTER)
STEPS = by_amounts("0", "10", "1000", "40", "3000", "100")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # 400 stands in the first tier, 999.99 still does, 1,000 is the second one's, 3,500 the third one's
        ("fixed", ["10.00", "0.00", "30.00", "60.00"]),
        ("cumulative_fixed", ["10.00", "0.00", "40.00", "100.00"]),
    ],
)
def test_amounts_of_reached_tiers_alone_or_added_up(mode, expected):
    table = FixedTable(mode=mode, tiers=STEPS)
    assert paid(table, *sold("400", "599.99", "0.01", "2500")) == expected


@pytest.mark.parametrize("mode", ["fixed", "cumulative_fixed", "interpolated_amount"])
def test_by_amounts_nothing_is_left_when_all_has_come_back(mode):
    lines = paid(FixedTable(mode=mode, tiers=STEPS), *sold("2000", "-2000"))
    assert Decimal(lines[0]) > 0
    assert sum(map(Decimal, lines)) == 0


def test_the_side_owns_the_bound_of_a_fixed_amount():
    table = FixedTable(mode="fixed", tiers=by_amounts("0", "10", "1000", "40", side="upper"))
    assert paid(table, *sold("1000", "0.01")) == ["10.00", "30.00"]


def test_amounts_between_bounds():
    # 80 % pays 500, 100 % pays 1,000, 150 % pays 3,000 and nothing more is earned above; of a quota of 1,000
    table = FixedTable(
        mode="interpolated_amount",
        basis="attainment",
        tiers=by_amounts("0", "0", "0.8", "500", "1", "1000", "1.5", "3000"),
    )
    lines = paid(table, *sold("400", "400", "100", "100", "125", "375", "1000"), quotas=[Q1])
    assert lines == ["250.00", "250.00", "250.00", "250.00", "500.00", "1500.00", "0.00"]


def test_amounts_in_proportion_to_what_is_filled_may_be_thirds():
    table = FixedTable(mode="proportional_amount", tiers=by_amounts("0", "100", "300", "50", "600", "0"))
    assert paid(table, *sold("100", "100", "100"), level="cumulative") == ["33.33", "33.34", "33.33"]
    assert paid(table, *sold("900")) == ["150.00"]


def test_a_rate_between_bounds_pays_on_the_whole_amount():
    table = AttainmentTable(mode="interpolated_rate", tiers=tiers("0", "0%", "0.5", "0%", "1", "5%"))
    # at 75 % of 1,000 the rate is 2.5 %: 18.75; at 100 % it is 5 %: 50; above it stays 5 %
    assert paid(table, *sold("500", "250", "250", "100"), quotas=[Q1]) == ["0.00", "18.75", "31.25", "5.00"]


def test_amounts_per_unit_by_slices_or_on_all_units():
    rows = [sale(f"s{n}", f"01-0{n}", "1", quantity=n * 4) for n in (1, 2)]
    per = by_amounts("0", "2", "10", "3.50")
    assert paid(PerUnitTable(mode="marginal", tiers=per), *rows, measure="quantity") == ["8.00", "19.00"]
    assert paid(PerUnitTable(mode="whole_amount", tiers=per), *rows, measure="quantity") == ["8.00", "34.00"]


def test_multiples_of_a_base_rate():
    table = MultiplierTable(
        mode="marginal", basis="amount", tiers=tiers("0", "0.5", "100", "1", "200", "1.5"), base_rate=Rate.parse("4%")
    )
    assert paid(table, *sold("100", "100", "100")) == ["2.00", "4.00", "6.00"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # revopsmasters.com, accelerators and decelerators: 40 % of a target of 100,000 at half pay is 20,000
        ("whole_amount", ["20000.00", "50000.00", "80000.00"]),
        ("marginal", ["20000.00", "25000.00", "30000.00"]),
    ],
)
def test_multiples_of_a_target_times_attainment(mode, expected):
    table = MultiplierTable(mode=mode, tiers=tiers("0", "50%", "0.5", "100%", "1", "150%"), target=money("100000"))
    found = paid(table, *sold("400", "300", "300"), quotas=[Q1])
    assert found == expected


def test_multiples_of_the_payees_own_target():
    # 80 % of the quota pays half of the target, 100 % all of it
    table = MultiplierTable(
        mode="interpolated_amount",
        tiers=tiers("0", "0%", "0.8", "50%", "1", "100%"),
        target_measure="target_incentive",
    )
    held = [Q1, quota("2000", QUARTER, measure="target_incentive")]
    assert paid(table, *sold("800", "100", "100"), quotas=held) == ["1000.00", "500.00", "500.00"]


def test_a_formula_of_measures():
    table = FormulaTable(formula="amount * 0.1 + max(0, margin - 50) * 0.5")
    rows = [sale("s1", "01-01", "200", cost="160"), sale("s2", "01-02", "100", cost="70")]
    # margins of 40 and 70: 20; then 30 + 10
    assert paid(table, *rows) == ["20.00", "20.00"]


def test_a_formula_pays_nothing_where_nothing_was_measured():
    table = FormulaTable(formula="100 + amount * 0.1")
    assert paid(table, *sold("50", "50", "-50")) == ["105.00", "5.00", "-5.00"]
    assert sum(map(Decimal, paid(table, *sold("50", "-50")))) == 0


def test_what_a_formula_measured_before_may_be_told_of_one_measure_alone():
    table = FormulaTable(formula="amount * 0.1 + margin * 0.5")
    before = [
        OpeningMeasure(payee="ana", day=sale("x", "01-01", "1").day, component="pay", measure="margin", measured="20")
    ]
    # 10 for a margin of 20 stands already; of the sale, 10 for the amount and 15 for its margin
    assert paid(table, sale("s1", "01-01", "100", cost="70"), openings_measured=before) == ["25.00"]


def test_a_formula_of_attainment():
    table = FormulaTable(formula="min(1.5, attainment) * 2000")
    assert paid(table, *sold("500", "1500"), quotas=[Q1]) == ["1000.00", "2000.00"]


ROWS = (("0", {"new": "2%", "old": "1%"}), ("100", {"new": "4%", "old": "2%"}))


def test_a_grid_by_attribute_pays_each_slice_at_its_columns_rate():
    table = GridTable(mode="marginal", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    rows = [
        sale("s1", "01-01", "80", business="old"),
        sale("s2", "01-02", "40", business="new"),
        sale("s3", "01-03", "100", business="old"),
    ]
    # 80 at 1 %; 20 at 2 % and 20 at 4 %; 100 at 2 %
    assert paid(table, *rows) == ["0.80", "1.20", "2.00"]


def test_a_grid_on_the_whole_amount_pays_what_each_column_measured_at_the_reached_row():
    table = GridTable(mode="whole_amount", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    rows = [
        sale("s1", "01-01", "80", business="old"),
        sale("s2", "01-02", "40", business="new"),
        sale("s3", "01-03", "100", business="old"),
    ]
    # 80 × 1 %; then (80 × 2 % + 40 × 4 %) − 0.80; then 100 × 2 %
    assert paid(table, *rows) == ["0.80", "2.40", "2.00"]
    assert sum(map(Decimal, paid(table, *rows))) == Decimal(180) * Decimal("0.02") + Decimal(40) * Decimal("0.04")


def test_a_grid_by_a_number_of_the_transaction():
    # xtuple: the rate by the line's discount
    table = GridTable(
        mode="marginal",
        tiers=grid(("0", {"none": "10%", "some": "8%"})),
        across=AcrossNumber(attribute="discount", columns=named("0", "none", "0.01", "some")),
    )
    rows = [sale("s1", "01-01", "100", discount="0"), sale("s2", "01-02", "100", discount="2.5")]
    assert paid(table, *rows) == ["10.00", "8.00"]


def test_a_grid_by_the_size_of_the_deal():
    table = GridTable(
        mode="marginal",
        tiers=grid(("0", {"small": "1%", "large": "3%"})),
        across=AcrossNumber(columns=named("0", "small", "100", "large")),
    )
    assert paid(table, *sold("99.99", "100")) == ["1.00", "3.00"]


def by_margin(observe="measured"):
    revenue = component(
        GridTable(
            mode="whole_amount",
            tiers=grid(("0", {"thin": "1%", "fat": "2%"}), ("100", {"thin": "2%", "fat": "4%"})),
            across=AcrossComponent(component="margin", observe=observe, columns=named("0", "thin", "50", "fat")),
        ),
        id="revenue",
    )
    margin = component(AttainmentTable(mode="marginal", tiers=tiers("0", "0%")), id="margin", measure="margin")
    return policy(plan(revenue, margin, returns="current_measure"))


def test_a_grid_by_another_component_pays_the_whole_span_by_the_column_that_is_reached():
    rows = [sale("s1", "01-01", "80", cost="60"), sale("s2", "01-02", "80", cost="20")]
    statement = pay(facts(*rows, quotas=[Q1]), by_margin())
    lines = {line.id: str(line.amount.amount) for line in statement.lines if line.component == "revenue"}
    # margin of 20: 80 × 1 %; then margin of 80 and a measure of 160: 160 × 4 % − 0.80
    assert lines == {"s1/revenue/direct": "0.80", "s2/revenue/direct": "5.60"}
    assert explain_statement(statement).recompute() == statement.paid.amount


def test_a_value_without_a_column_is_a_fault_and_not_paid_as_zero():
    table = GridTable(mode="marginal", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    with pytest.raises(InvalidDocument) as caught:
        run(facts(sale("s1", "01-01", "80", business="other")), policy(plan(component(table))))
    [fault] = caught.value.faults
    assert "business" in fault.problem
    assert "new, old" in fault.problem


def test_attainment_starts_from_what_was_measured_before():
    table = AttainmentTable(mode="marginal", tiers=tiers("0", "1%", "1", "5%"))
    before = [OpeningMeasure(payee="ana", day=sale("x", "01-01", "1").day, component="pay", measured="900")]
    assert paid(table, *sold("200"), quotas=[Q1], openings_measured=before) == ["6.00"]
    assert paid(table, *sold("200"), quotas=[Q1]) == ["2.00"]


def labels(derivation):
    found = {derivation.label.removeprefix("commissions.label.")}
    return found.union(*map(labels, derivation.terms))


def test_every_label_of_tables_is_shown_somewhere():
    rates = tiers("0", "1%", "0.5", "3%", "1", "5%")
    business = AcrossAttribute(attribute="business")
    tables = [
        AttainmentTable(mode="interpolated_rate", tiers=rates),
        MultiplierTable(mode="interpolated_rate", tiers=rates, target=money("100")),
        MultiplierTable(mode="marginal", tiers=rates, target=money("100")),
        MultiplierTable(mode="fixed", tiers=rates, target=money("100")),
        MultiplierTable(mode="marginal", basis="amount", tiers=rates, base_rate=Rate.parse("5%")),
        FixedTable(mode="fixed", tiers=STEPS),
        FormulaTable(formula="-5 + max(amount * 2, 3) + quota"),
        GridTable(mode="whole_amount", tiers=grid(*ROWS), across=business),
    ]
    version = plan(*(component(table, id=f"c{number}") for number, table in enumerate(tables)))
    rows = [sale("s1", "01-01", "80", business="old"), sale("s2", "01-02", "720", business="new")]
    statement = pay(facts(*rows, quotas=[Q1]), policy(version))
    derivation = explain_statement(statement)
    assert derivation.recompute() == statement.paid.amount
    assert set(TABLE_LABELS) <= labels(derivation)


RISING = tiers("0", "0%", "0.5", "2%", "1", "5%")


@pytest.mark.parametrize(
    ("table", "amounts_before", "amounts_after", "quota_after", "code"),
    [
        # a rate between bounds differs with the measure; the table is the same
        (AttainmentTable(mode="interpolated_rate", tiers=RISING), ["600"], ["700"], "1000", "why_average"),
        (AttainmentTable(mode="interpolated_rate", tiers=RISING), ["400"], ["700"], "1000", "why_tier"),
        (FixedTable(mode="fixed", tiers=STEPS), ["400"], ["1500"], "1000", "why_tier"),
        (FixedTable(mode="interpolated_amount", tiers=STEPS), ["400"], ["500"], "1000", "why_average"),
        # a target's rate on the measure differs with the quota alone
        (MultiplierTable(mode="marginal", tiers=RISING, target=money("900")), ["600"], ["600"], "900", "why_quota"),
        (FormulaTable(formula="max(10, amount * 0.1)"), ["50"], ["200"], "1000", "why_average"),
    ],
)
def test_why_pay_differs_is_not_laid_at_a_table_that_stayed(table, amounts_before, amounts_after, quota_after, code):
    rules = policy(plan(component(table)))
    before, after = (
        pay(facts(*sold(*given), quotas=[quota(held, QUARTER)]), rules)
        for given, held in ((amounts_before, "1000"), (amounts_after, quota_after))
    )
    told = [change.reason.code.removeprefix("commissions.") for change in why_changed(before, after)]
    assert code in told
    assert "why_rates" not in told


def test_why_pay_differs_names_a_table_that_changed():
    for one, other in (
        (FixedTable(mode="fixed", tiers=STEPS), FixedTable(mode="fixed", tiers=by_amounts("0", "12", "1000", "40"))),
        (FormulaTable(formula="amount * 0.1"), FormulaTable(formula="amount * 0.2")),
        (
            AttainmentTable(mode="interpolated_rate", tiers=RISING),
            AttainmentTable(mode="interpolated_rate", tiers=tiers("0", "0%", "0.5", "2%", "1", "6%")),
        ),
    ):
        before, after = (
            pay(facts(*sold("600"), quotas=[Q1]), policy(plan(component(table)))) for table in (one, other)
        )
        assert [change.reason.code for change in why_changed(before, after)] == ["commissions.why_rates"]


def test_a_grid_may_measure_each_transaction_alone():
    table = GridTable(mode="whole_amount", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    rows = [sale("s1", "01-01", "80", business="old"), sale("s2", "01-02", "100", business="new")]
    assert paid(table, *rows, accumulate="transaction") == ["0.80", "4.00"]


def test_a_formula_may_measure_each_transaction_alone():
    table = FormulaTable(formula="min(amount, 60) * 0.1")
    assert paid(table, *sold("50", "70"), accumulate="transaction") == ["5.00", "6.00"]


def test_each_transaction_alone_pays_its_own_amount():
    table = FixedTable(mode="fixed", tiers=by_amounts("0", "10", "100", "25"))
    assert paid(table, *sold("99.99", "100"), accumulate="transaction") == ["10.00", "25.00"]


def test_columns_and_measures_start_from_what_was_measured_before():
    def opening(measured, **options):
        day = sale("x", "01-01", "1").day
        return OpeningMeasure(payee="ana", day=day, component="pay", measured=measured, **options)

    table = GridTable(mode="whole_amount", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    rows = [sale("s1", "01-01", "20", business="new")]
    # 80 measured as old before: with 20 more all pay the second row's rates, the 80 only what they had not been paid
    before = [opening("80", column="old")]
    assert paid(table, *rows, openings_measured=before) == [str(80 * Decimal("0.01") + 20 * Decimal("0.04"))]
    formula = FormulaTable(formula="max(0, margin - 100)")
    known = [opening("500"), opening("90", measure="margin")]
    assert paid(formula, sale("s1", "01-01", "50", cost="20"), openings_measured=known) == ["20.00"]


def test_what_another_component_had_measured_before_does_not_count():
    day = sale("x", "01-01", "1").day
    before = [OpeningMeasure(payee="ana", day=day, component="other", measured="900")]
    table = AttainmentTable(mode="marginal", tiers=tiers("0", "1%", "1", "5%"))
    known = attrs.evolve(facts(*sold("200"), quotas=[Q1]), opening_measures=before)
    statement = pay(known, policy(plan(component(table), component(table, id="other"))))
    assert amounts(statement) == ["2.00", "6.00"]


def test_a_column_may_be_named_by_the_attainment_of_another_component():
    revenue = component(
        GridTable(
            mode="marginal",
            tiers=grid(("0", {"thin": "1%", "fat": "2%"})),
            across=AcrossComponent(component="units", observe="attainment", columns=named("0", "thin", "0.5", "fat")),
        ),
        id="revenue",
    )
    units = component(
        AttainmentTable(mode="marginal", tiers=tiers("0", "0%"), quota_measure="units"), id="units", measure="quantity"
    )
    held = [quota("10", QUARTER, unit="pieces", measure="units")]
    rows = [sale("s1", "01-01", "100", quantity=4), sale("s2", "01-02", "100", quantity=1)]
    statement = pay(facts(*rows, quotas=held), policy(plan(revenue, units)))
    lines = {line.id: str(line.amount.amount) for line in statement.lines if line.component == "revenue"}
    assert lines == {"s1/revenue/direct": "1.00", "s2/revenue/direct": "3.00"}


def test_a_sale_of_the_observed_component_alone_moves_the_column():
    table = GridTable(
        mode="marginal",
        tiers=grid(("0", {"few": "1%", "many": "2%"})),
        across=AcrossComponent(component="services", observe="measured", columns=named("0", "few", "50", "many")),
    )
    goods = component(table, id="goods", filters=[Filter(attribute="kind", one_of=["goods"])])
    services = component(by_amount("0", "0%"), id="services", filters=[Filter(attribute="kind", one_of=["service"])])
    rows = [sale("s1", "01-01", "100", kind="goods"), sale("s2", "01-02", "50", kind="service")]
    statement = pay(facts(*rows), policy(plan(goods, services)))
    lines = {line.id: str(line.amount.amount) for line in statement.lines if line.component == "goods"}
    assert lines == {"s1/goods/direct": "1.00", "s2/goods/direct": "1.00"}
    assert explain_statement(statement).recompute() == statement.paid.amount


def test_what_a_formula_needs_and_a_sale_lacks_is_a_fault():
    table = FormulaTable(formula="margin * 0.5")
    with pytest.raises(InvalidDocument) as caught:
        run(facts(sale("s1", "01-01", "80"), sale("s2", "01-02", "80")), policy(plan(component(table))))
    assert [fault.value for fault in caught.value.faults] == ["s1", "s2"]
    assert "cost" in caught.value.faults[0].problem


def test_a_formula_that_divides_by_zero_is_a_fault():
    table = FormulaTable(formula="100 / (amount - 80)")
    with pytest.raises(InvalidDocument) as caught:
        run(facts(sale("s1", "01-01", "80")), policy(plan(component(table))))
    [fault] = caught.value.faults
    assert "divides by zero" in fault.problem


@pytest.mark.parametrize("discount", ["2,5", ""])
def test_an_attribute_that_is_no_number_is_a_fault(discount):
    table = GridTable(
        mode="marginal",
        tiers=grid(("0", {"none": "10%"})),
        across=AcrossNumber(attribute="discount", columns=named("0", "none")),
    )
    with pytest.raises(InvalidDocument) as caught:
        run(facts(sale("s1", "01-01", "80", discount=discount)), policy(plan(component(table))))
    assert "discount" in caught.value.faults[0].problem


@pytest.mark.parametrize(
    "table",
    [
        FormulaTable(formula="amount"),
        GridTable(mode="marginal", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business")),
    ],
)
def test_a_formula_and_a_table_in_two_dimensions_have_no_one_curve(table):
    with pytest.raises(InvalidValue, match="one dimension"):
        payout_curve(table)


def test_each_column_has_its_curve():
    curves = payout_curves(GridTable(mode="marginal", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business")))
    assert {name: curve.at(Decimal(200)) for name, curve in curves.items()} == {"new": 6, "old": 3}


def test_a_tier_without_end_is_never_filled():
    with pytest.raises(InvalidValue, match="never filled"):
        payout_curve(FixedTable(mode="proportional_amount", tiers=by_amounts("0", "5")))


def derived(line):
    """The labels and values of a line's derivation, indented, without their prefix."""
    return str(explain_line(line)).replace("commissions.label.", "").splitlines()


def lines_of(table, *sales, **options):
    quotas = options.pop("quotas", ())
    rules = policy(plan(component(table, **options), returns="current_measure"))
    return pay(facts(*sales, quotas=quotas), rules).lines


def test_a_rate_between_bounds_is_told_from_both_of_them():
    [line] = lines_of(AttainmentTable(mode="interpolated_rate", tiers=RISING), *sold("700"), quotas=[Q1])
    shares = ["                quota = 1000 USD", "                tier_share = 0.5 rate"]
    assert derived(line)[13:] == [
        "      rate_between = 0.0320000 rate [sum]",
        "        rate_at_start = 0.020000 rate",
        "        rate_grown = 0.0120000 rate [product]",
        "          rate_rise = 0.030000 rate [difference]",
        "            rate_at_end = 0.050000 rate",
        "            rate_at_start = 0.020000 rate",
        "          tier_part = 0.4 rate [quotient]",
        "            tier_filled = 200.00 USD [difference]",
        "              tier_reached = 700.00 USD",
        "              tier_from = 500.0 USD [product]",
        *shares,
        "            tier_width = 500.0 USD [difference]",
        "              tier_to = 1000 USD [product]",
        "                quota = 1000 USD",
        "                tier_share = 1 rate",
        "              tier_from = 500.0 USD [product]",
        *shares,
    ]
    numbers = {node.parameters.get("tier") for node in walk(explain_line(line)) if "tier" in node.parameters}
    assert numbers == {2}


def walk(derivation):
    yield derivation
    for term in derivation.terms:
        yield from walk(term)


def test_multiples_lead_back_to_what_they_are_of():
    halves = tiers("0", "50%", "0.5", "150%")
    [line] = lines_of(MultiplierTable(mode="marginal", tiers=halves, target=money("900")), *sold("400"), quotas=[Q1])
    assert derived(line)[-5:] == [
        "      rate = 0.450 rate [product]",
        "        target_per_unit = 0.9 [quotient]",
        "          target_incentive = 900 USD",
        "          quota = 1000 USD",
        "        multiple = 0.5 rate",
    ]
    _, second = lines_of(
        MultiplierTable(mode="fixed", tiers=halves, target=money("900")), *sold("400", "200"), quotas=[Q1]
    )
    assert derived(second) == [
        "line = 900.00 USD [round]",
        "  earned = 900.00 USD [sum]",
        "    tier_amount = -450.00 USD [product]",
        "      target_incentive = 900 USD",
        "      multiple = -0.5 rate",
        "    tier_amount = 1350.00 USD [product]",
        "      target_incentive = 900 USD",
        "      multiple = 1.5 rate",
    ]
    based = MultiplierTable(
        mode="marginal", basis="amount", tiers=tiers("0", "50%", "100", "150%"), base_rate=Rate.parse("4%")
    )
    [third] = lines_of(based, *sold("50"))
    assert derived(third)[-3:] == [
        "      rate = 0.0200 rate [product]",
        "        base_rate = 0.04 rate",
        "        multiple = 0.5 rate",
    ]


def test_amounts_are_told_by_their_tiers():
    lines = lines_of(FixedTable(mode="cumulative_fixed", tiers=STEPS), *sold("50", "3000"))
    assert derived(lines[1])[2:] == ["    tier_amount = 40 USD", "    tier_amount = 100 USD"]
    amounts_of = [node for node in walk(explain_line(lines[1])) if node.label.endswith("tier_amount")]
    assert [node.parameters["tier"] for node in amounts_of] == [2, 3]


def test_a_formula_leads_back_to_the_transaction():
    first, second = lines_of(FormulaTable(formula="10 + amount * 2"), *sold("50", "60"))
    assert derived(first) == [
        "line = 110.00 USD [round]",
        "  earned = 110.00 USD [difference]",
        "    formula_after = 110.00 USD [sum]",
        "      formula_step = 110.00 [sum]",
        "        formula_number = 10",
        "        formula_step = 100.00 [product]",
        "          formula_measure = 50.00 [sum]",
        "            formula_running = 0",
        "            formula_credited = 50.00",
        "          formula_number = 2",
        "    nothing = 0 USD",
    ]
    assert derived(second)[-6:] == [
        "    formula_before = 110.00 USD [sum]",
        "      formula_step = 110.00 [sum]",
        "        formula_number = 10",
        "        formula_step = 100.00 [product]",
        "          formula_running = 50.00",
        "          formula_number = 2",
    ]
    nodes = {node.label.rpartition(".")[2]: node.parameters for node in walk(explain_line(second))}
    assert nodes["formula_credited"] == {"name": "amount", "transaction": "s2"}
    assert nodes["formula_after"] == nodes["formula_before"] == {"formula": "10 + amount * 2"}
    assert nodes["formula_measure"] == nodes["formula_running"] == {"name": "amount"}


def test_a_column_of_a_table_in_two_dimensions_is_told_with_what_it_had_before():
    table = GridTable(mode="whole_amount", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    rows = [
        sale("s1", "01-01", "60", business="old"),
        sale("s2", "01-02", "20", business="new"),
        sale("s3", "01-03", "40", business="new"),
    ]
    *_, last = lines_of(table, *rows)
    assert derived(last)[2:] == [
        "    column_tier = -0.6000 USD [product]",
        "      column_measure = -60.00 USD",
        "      rate = 0.01 rate",
        "    column_tier = -0.4000 USD [product]",
        "      column_measure = -20.00 USD",
        "      rate = 0.02 rate",
        "    column_tier = 1.2000 USD [product]",
        "      column_measure = 60.00 USD",
        "      rate = 0.02 rate",
        "    column_tier = 2.4000 USD [product]",
        "      tier_measure = 60.00 USD [sum]",
        "        column_measure = 20.00 USD",
        "        credited = 40.00 USD [product]",
        "          transaction = 40 USD",
        "          share = 1.00 rate",
        "      rate = 0.04 rate",
    ]
    columns = [node.parameters for node in walk(explain_line(last)) if node.label.endswith("column_tier")]
    assert [(each["tier"], each["column"]) for each in columns] == [(1, "old"), (1, "new"), (2, "old"), (2, "new")]


def test_a_column_that_is_empty_again_has_no_piece():
    table = GridTable(mode="whole_amount", tiers=grid(*ROWS), across=AcrossAttribute(attribute="business"))
    rows = [
        sale("s1", "01-01", "60", business="old"),
        sale("s2", "01-02", "50", business="new"),
        back("r1", "01-03", "50", "s2", business="new"),
    ]
    # 60 × 1 %; then 60 × 2 % + 50 × 4 % − 0.60; then 60 × 1 % again
    assert paid(table, *rows) == ["0.60", "2.60", "-2.60"]
    *_, last = lines_of(table, *rows)
    assert [(piece.column, piece.measure) for piece in last.pieces] == [("old", -60), ("new", -50), ("old", 60)]
