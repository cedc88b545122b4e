"""Plain cases: frames in and out, faults all at once, refusals by name, and the guard on both sides of its bound."""

from __future__ import annotations

import operator
import subprocess
import sys
from datetime import date
from decimal import Decimal

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from salesrules.commissions import AcrossAttribute, AttainmentTable, Clawback, FormulaTable, GridTable
from salesrules.core import Band, BandTable, DateRange, InvalidDocument, InvalidValue, Rate, RoundingMode
from salesrules.frames import Feature, calculate, compile_plan, find_refusals
from salesrules.frames.compiled import LIMIT
from salesrules.frames.kernel import OutOfRange, Runs
from salesrules.frames.kernel.curves import At, earn, move
from salesrules.frames.kernel.whole import round_ratio, running
from salesrules.testing import simple_plan

PLAN = simple_plan({0: "2%", 100: "4%"})
ROWS = {
    "id": ["c", "a", "b", "r"],
    "payee": ["bo", "ana", "ana", "ana"],
    "day": [date(2020, 1, 3), date(2020, 1, 1), date(2020, 1, 2), date(2020, 2, 1)],
    "amount": [Decimal("10.00"), Decimal("80.00"), Decimal("80.00"), Decimal("-100.00")],
}


def with_table(table, **changes):
    [part] = PLAN.components
    return attrs.evolve(PLAN, components=[attrs.evolve(part, table=table)], **changes)


def by_attainment():
    tiers = BandTable(bands=[Band(start=0, value=Rate.parse("1%")), Band(start=1, value=Rate.parse("5%"))])
    return with_table(AttainmentTable(mode="whole_amount", tiers=tiers))


def codes(error):
    return [fault.code for fault in error.value.faults]


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table], ids=["polars", "pandas", "pyarrow"])
def test_what_comes_in_comes_out(make):
    given = make(ROWS)
    result = calculate(PLAN, given, pay_period="quarter")
    assert type(result.credits) is type(result.statements) is type(given)
    assert [str(Decimal(str(amount))) for amount in result.credits["commission"]] == ["0.20", "1.60", "2.80", "-3.20"]
    assert [str(label) for label in result.credits["period"]] == ["2020-Q1"] * 4
    assert [str(payee) for payee in result.statements["payee"]] == ["ana", "bo"]
    assert [str(Decimal(str(amount))) for amount in result.statements["commission"]] == ["1.20", "0.20"]


def test_whole_numbers_are_least_units_and_columns_have_any_name():
    frame = pl.DataFrame({**ROWS, "sum": [1000, 8000, 8000, -10000]}).drop("amount")
    result = calculate(PLAN, frame, pay_period="quarter", columns={"amount": "sum"})
    assert result.credits["commission"].to_list() == [
        Decimal("0.20"),
        Decimal("1.60"),
        Decimal("2.80"),
        Decimal("-3.20"),
    ]


def test_a_frame_without_rows_pays_nothing():
    result = calculate(PLAN, pl.DataFrame(ROWS).clear(), pay_period="quarter")
    assert len(result.credits) == len(result.statements) == 0


def test_a_role_that_no_component_counts_is_paid_nothing():
    frame = pl.DataFrame({**ROWS, "role": ["override_1", "direct", "direct", "direct"]})
    assert calculate(PLAN, frame, pay_period="quarter").credits["commission"].to_list()[0] == 0


def test_quotas_reach_the_rate_exactly_at_one_hundred_per_cent():
    quotas = pl.DataFrame({"payee": ["ana", "bo"], "period": "2020-Q1", "amount": [16000, 1001]})
    paid = calculate(by_attainment(), pl.DataFrame(ROWS), pay_period="quarter", quotas=quotas).credits
    # ana: 1 % of 80, then 5 % of 160 less that, then 1 % of 60 less that; bo is a cent short of the quota
    assert paid["commission"].to_list() == [Decimal("0.10"), Decimal("0.80"), Decimal("7.20"), Decimal("-7.40")]
    renamed = pl.DataFrame(ROWS).rename({"amount": "sum", "payee": "who"})
    names = {"amount": "sum", "payee": "who"}  # of the credits alone: quotas keep theirs
    again = calculate(by_attainment(), renamed, pay_period="quarter", quotas=quotas, columns=names).credits
    assert again.equals(paid)


def test_missing_doubled_and_empty_quotas_are_refused():
    with pytest.raises(InvalidDocument, match="2 payee") as error:
        calculate(by_attainment(), pl.DataFrame(ROWS), pay_period="quarter")
    assert codes(error) == ["frames.missing_quota"]
    quotas = pl.DataFrame({"payee": ["ana", "ana", "bo"], "period": "2020-Q1", "amount": [5, 5, 0]})
    with pytest.raises(InvalidDocument) as error:
        calculate(by_attainment(), pl.DataFrame(ROWS), pay_period="quarter", quotas=quotas)
    assert codes(error) == ["frames.duplicate_quota", "frames.out_of_range"]


def test_all_faults_of_columns_come_at_once_with_counts():
    frame = pl.DataFrame({"id": ["a", None], "payee": [1.5, 2.5], "amount": [0.5, 1.0]})
    with pytest.raises(InvalidDocument) as error:
        calculate(PLAN, frame, pay_period="quarter")
    found = {fault.path: fault.code for fault in error.value.faults}
    assert found == {
        "credits.id": "frames.null",
        "credits.payee": "frames.wrong_type",
        "credits.day": "frames.missing_column",
        "credits.amount": "frames.wrong_type",
    }


def test_trusted_ids_pay_the_same_and_are_not_looked_at():
    frame = pl.DataFrame(ROWS)
    trusted = calculate(PLAN, frame, pay_period="quarter", trust_ids=True)
    assert trusted.credits.equals(calculate(PLAN, frame, pay_period="quarter").credits)
    doubled = pl.DataFrame({name: [*values, values[0]] for name, values in ROWS.items()})
    with pytest.raises(InvalidDocument) as error:
        calculate(PLAN, doubled, pay_period="quarter")
    assert codes(error) == ["frames.duplicate_id"]
    assert len(calculate(PLAN, doubled, pay_period="quarter", trust_ids=True).credits) == 5


def test_words_that_a_type_lists_come_back_as_they_came():
    roles = pl.Series(["direct"] * 4, dtype=pl.Enum(["direct", "overlay"]))
    found = calculate(PLAN, pl.DataFrame(ROWS).with_columns(role=roles), pay_period="quarter").credits
    assert found.schema["role"] == roles.dtype
    assert found.schema["period"] == pl.String
    assert found["period"].to_list() == ["2020-Q1"] * 4


def test_doubled_ids_days_out_of_force_and_fractions_of_cents_are_refused():
    life = attrs.evolve(PLAN.life, effective=DateRange(date(2020, 1, 2)))
    doubled = {name: [*values, values[1]] for name, values in ROWS.items()}
    with pytest.raises(InvalidDocument) as error:
        calculate(attrs.evolve(PLAN, life=life), pl.DataFrame(doubled), pay_period="quarter")
    assert codes(error) == ["frames.not_in_force", "frames.duplicate_id"]
    assert "2 row(s)" in str(error.value)
    with pytest.raises(InvalidDocument, match="1 number") as error:
        calculate(PLAN, pl.DataFrame({**ROWS, "amount": [Decimal("0.005"), *ROWS["amount"][1:]]}), pay_period="quarter")
    assert codes(error) == ["frames.out_of_range"]


def test_times_of_day_and_what_is_no_frame_are_refused():
    noon = pd.DataFrame({**ROWS, "day": pd.to_datetime(["2020-01-01 12:00"] * 4)})
    with pytest.raises(InvalidDocument, match="times of day"):
        calculate(PLAN, noon, pay_period="quarter")
    with pytest.raises(InvalidValue, match="give a Polars, pandas or PyArrow frame"):
        calculate(PLAN, ROWS, pay_period="quarter")
    with pytest.raises(InvalidValue, match="say for which periods"):
        calculate(PLAN, pl.DataFrame(ROWS))
    midnight = pd.DataFrame({**ROWS, "day": pd.to_datetime(ROWS["day"])})
    assert len(calculate(PLAN, midnight, pay_period="quarter").credits) == 4


def test_all_features_that_a_target_does_not_do_are_named_at_once():
    tiers = BandTable(bands=[Band(start=0, value=Rate(1)), Band(start=1, value=Rate(2))])
    table = FormulaTable(formula="amount * 0.01")
    grid = GridTable(
        mode="marginal", tiers=BandTable(bands=[Band(start=0, value={"a": Rate(1)})]),
        across=AcrossAttribute(attribute="class"),
    )  # fmt: skip
    plan = with_table(
        table, clawbacks=[Clawback(id="back", events=["lapse"], tenure="months", shares=tiers)],
        rounding=attrs.evolve(PLAN.rounding, level="tier"),
    )  # fmt: skip
    plan = attrs.evolve(plan, components=[*plan.components, attrs.evolve(plan.components[0], id="grid", table=grid)])
    wanted = ["clawbacks", "formula", "grid"]
    found = [reason.parameters["feature"] for reason in find_refusals(plan, target="sql")]
    assert [feature for feature in found if feature in wanted] == wanted
    assert set(found) <= set(map(str, Feature))
    with pytest.raises(InvalidDocument) as error:
        compile_plan(plan, target="sql")
    assert codes(error) == [f"frames.{feature}" for feature in found]
    places = [(fault.path, fault.value) for fault in error.value.faults if fault.code != "frames.rounding_by_tier"]
    assert places == [
        ("plan", plan.id), ("plan.components[0]", plan.components[0].id), ("plan.components[1]", "grid")
    ]  # fmt: skip


def test_numbers_that_are_too_fine_are_named():
    plan = simple_plan({0: "0.0000000000000000000001%"})
    assert [reason.parameters["feature"] for reason in find_refusals(plan)] == ["numbers_too_fine"]
    assert find_refusals(plan, wide=True) == ()
    upwards = attrs.evolve(plan, rounding=attrs.evolve(plan.rounding, mode="up"))
    assert (
        str(calculate(upwards, pl.DataFrame(ROWS), pay_period="quarter", wide=True).credits["commission"][0]) == "0.01"
    )


def test_the_guard_stands_exactly_at_the_bound():
    [component] = compile_plan(PLAN).components
    curve, runs = component.curve, Runs(np.array([0]), 2)
    largest = curve.largest()

    def paid(amount):
        return earn(curve, move(np.array([0, amount]), runs), runs, At()).numerator.tolist()

    for sign in (1, -1):
        assert paid(sign * largest) == [0, 2 * largest - 10_000 if sign > 0 else -largest]
        with pytest.raises(OutOfRange) as error:
            paid(sign * (largest + 1))
        assert error.value.rows.tolist() == [1]
    one, apart = Runs(np.array([0]), 2), Runs(np.array([0, 1]), 2)
    assert running(np.array([LIMIT, LIMIT]), apart).tolist() == [LIMIT, LIMIT]
    with pytest.raises(OutOfRange):
        running(np.array([LIMIT + 1, 0]), apart)
    with pytest.raises(OutOfRange):
        running(np.array([LIMIT, LIMIT]), one)


def test_what_is_out_of_range_is_refused_with_the_row():
    with pytest.raises(InvalidDocument, match=r"3 row.*found 'a, b, r'") as error:
        calculate(PLAN, pl.DataFrame({**ROWS, "amount": [1, 1, LIMIT, 1]}), pay_period="quarter")
    assert codes(error) == ["frames.out_of_range"]


@pytest.mark.parametrize("mode", list(RoundingMode))
def test_every_rounding_is_that_of_core_below_zero_too(mode):
    from fractions import Fraction

    from salesrules.core import round_exactly

    numbers = np.arange(-12, 13)
    for denominator in (1, 2, 3, 4):
        wanted = [int(round_exactly(Fraction(int(n), denominator), 0, mode)) for n in numbers]
        assert round_ratio(numbers, denominator, mode).tolist() == wanted


def test_digits_before_the_point_are_paid_in_tens():
    plan = attrs.evolve(PLAN, rounding=attrs.evolve(PLAN.rounding, digits=-1))
    frame = pl.DataFrame({**ROWS, "amount": [60000, 0, 0, 0]})
    assert calculate(plan, frame, pay_period="quarter").credits["commission"].to_list()[0] == 20


def test_the_door_loads_nothing_heavy():
    code = "import sys, salesrules.frames as f; print(sorted({'numpy', 'narwhals', 'pyarrow'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    import salesrules.frames

    assert all(getattr(salesrules.frames, name) for name in dir(salesrules.frames))
    with pytest.raises(AttributeError):
        operator.attrgetter("nothing")(salesrules.frames)
