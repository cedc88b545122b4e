"""Any credit of a bulk result is worked out again by the scalar rules; a wrong one is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
import polars as pl
import pyarrow as pa
import pytest
from bulk_cases import as_case, tables

from salesrules.commissions import PerUnitTable
from salesrules.core import Band, BandTable, InvalidValue
from salesrules.frames import BulkDisagreement, calculate
from salesrules.testing import simple_plan
from salesrules.testing.drawn_cases import seeded_cases

PLAN = simple_plan({0: "2%", 100: "4%"})


def test_any_credit_of_any_plan_is_explained_to_the_cent():
    explained = 0
    for drawn in seeded_cases(23, plans=40, credits=12):
        case = as_case(drawn)
        if case is None or case.credits[0].share != 1:
            continue
        given = tables(case, shuffle=5)
        result = calculate(case.plan, given.pop("credits"), wide=True, **given)
        paid = dict(zip(result.credits["id"].to_pylist(), result.credits["commission"].to_pylist(), strict=True))
        for id_ in sorted(paid)[::5]:
            found = result.explain(id_, "zoe")
            assert found.amount == paid[id_] == sum((line.amount.amount for line in found.lines), Decimal(0))
            assert sum((each.value for each in found.derivations), Decimal(0)) == paid[id_]
            explained += 1
    assert explained > 50


def test_numbers_that_name_things_and_roles_of_one_deal():
    plan = attrs.evolve(PLAN, components=[attrs.evolve(PLAN.components[0], credits=["direct", "override_1"])])
    rows = {
        "deal": [9, 10, 9],
        "rep": [1, 1, 1],
        "on": [date(2020, 1, 1)] * 3,
        "role": ["direct", "direct", "override_1"],
    }
    frame = pl.DataFrame({**rows, "amount": [5000, 8000, 1000]})
    names = {"id": "deal", "payee": "rep", "day": "on"}
    result = calculate(plan, frame, pay_period="quarter", columns=names)
    assert [str(each) for each in result.credits["commission"]] == ["1.00", "2.40", "0.20"]
    assert str(result.explain(9).amount) == "1.20"
    assert [str(line.before) for line in result.explain(10).lines] == ["60.00"]


def returns_of_no_sale():
    """Sales and returns of one person, on thresholds and beside them, some on the same day; no return names a sale."""
    amounts = [8000, -3000, 5000, -1, 1, -9999, 20_000, -20_000, 12_000, -500]
    days = [date(2020, 1, 1 + place // 2) for place in range(5)] + [date(2020, 4 + place, 1) for place in range(5)]
    return pa.table(
        {
            "id": [f"t{place}" for place in range(10)],
            "payee": ["ana"] * 10,
            "day": days,
            "amount": amounts,
            "cost": [amount // 2 for amount in amounts],
            "quantity": [amount // 500 for amount in amounts],
        }
    )


@pytest.mark.parametrize("measure", ["amount", "margin", "quantity"])
@pytest.mark.parametrize("accumulate", ["transaction", "period", "year"])
@pytest.mark.parametrize("mode", ["marginal", "whole_amount"])
def test_a_return_that_names_no_sale_is_explained(measure, accumulate, mode):
    [component] = PLAN.components
    if measure == "quantity":
        bands = [Band(start=start, value=Decimal(value)) for start, value in ((0, "0.5"), (10, "0.75"))]
        table = PerUnitTable(mode=mode, tiers=BandTable(bands=bands))
    else:
        table = attrs.evolve(component.table, mode=mode)
    plan = attrs.evolve(PLAN, components=[attrs.evolve(component, measure=measure, accumulate=accumulate, table=table)])
    result = calculate(plan, returns_of_no_sale(), pay_period="quarter")
    for id_, paid in zip(result.credits["id"].to_pylist(), result.credits["commission"].to_pylist(), strict=True):
        found = result.explain(id_)
        assert found.amount == paid
        assert len(found.lines) == 1


@pytest.mark.parametrize("changed", [{"returns": "original_terms"}, {"measure": "count"}])
def test_a_return_that_names_no_sale_is_refused_where_the_plan_goes_by_it(changed):
    [component] = PLAN.components
    plan = (
        attrs.evolve(PLAN, **changed)
        if "returns" in changed
        else attrs.evolve(
            PLAN,
            components=[
                attrs.evolve(
                    component,
                    measure="count",
                    table=PerUnitTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Decimal(5))])),
                )
            ],
        )
    )
    result = calculate(plan, returns_of_no_sale(), pay_period="quarter")
    with pytest.raises(InvalidValue, match="name the sale of each return"):
        result.explain("t0")


def test_who_is_meant_has_to_be_clear():
    table = pa.table({"id": ["a", "a"], "payee": ["ana", "bo"], "day": [date(2020, 1, 1)] * 2, "amount": [5000, 5000]})
    result = calculate(PLAN, table, pay_period="quarter")
    with pytest.raises(InvalidValue, match="ana, bo"):
        result.explain("a")
    with pytest.raises(InvalidValue, match="give the id of a credit"):
        result.explain("b")
    assert str(result.explain("a", "bo").amount) == "1.00"


def test_a_wrong_amount_is_told():
    table = pa.table({"id": ["a"], "payee": ["ana"], "day": [date(2020, 1, 1)], "amount": [5000]})
    result = calculate(PLAN, table, pay_period="quarter")
    wrong = result.credits.set_column(5, "commission", pa.array([Decimal("1.01")], pa.decimal128(38, 2)))
    with pytest.raises(BulkDisagreement, match=r"1\.01 in bulk, but the scalar rules pay 1\.00"):
        attrs.evolve(result, credits=wrong).explain("a")
