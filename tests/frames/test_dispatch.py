"""What comes in comes out on every engine, paid where the target says, and explained from there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
import polars as pl
import pyarrow as pa
import pytest

from salesrules.core import InvalidDocument, InvalidValue
from salesrules.frames import calculate
from salesrules.testing import simple_plan

PLAN = simple_plan({0: "2%", 100: "4%"})
ROWS = pa.table(
    {
        "id": ["a", "b"],
        "payee": ["ana", "ana"],
        "day": pa.array([date(2020, 1, 1), date(2020, 1, 2)], pa.date32()),
        "amount": pa.array([8000, 8000], pa.int64()),
    }
)
PAID = [("a", Decimal("1.60")), ("b", Decimal("2.80"))]
TIER = attrs.evolve(PLAN, rounding=attrs.evolve(PLAN.rounding, level="tier"))


def of_polars(frame):
    return sorted(frame.lazy().collect().select("id", "commission").iter_rows())


@pytest.mark.parametrize("target", [None, "kernel", "expressions"])
def test_polars_lazy_frames_stay_lazy(target):
    result = calculate(PLAN, pl.from_arrow(ROWS).lazy(), pay_period="quarter", target=target)
    assert isinstance(result.credits, pl.LazyFrame)
    assert of_polars(result.credits) == PAID
    assert str(result.explain("b").amount) == "2.80"


@pytest.mark.parametrize("target", [None, "expressions"])
def test_frames_in_memory_come_back_in_memory(target):
    result = calculate(PLAN, pl.from_arrow(ROWS), pay_period="quarter", target=target)
    assert isinstance(result.credits, pl.DataFrame)
    assert of_polars(result.credits) == PAID


@pytest.mark.parametrize("target", [None, "kernel"])
def test_duckdb_relations(target):
    import duckdb

    with duckdb.connect() as connection:
        result = calculate(PLAN, connection.from_arrow(ROWS), pay_period="quarter", target=target)
        found = result.credits.project("id, commission").order("id").fetchall()
        assert [(id, Decimal(str(paid))) for id, paid in found] == PAID
        assert str(result.explain("b").amount) == "2.80"


@pytest.mark.parametrize("target", [None, "kernel"])
def test_ibis_tables(target):
    import ibis

    connection = ibis.duckdb.connect()
    connection.con.register("sold", ROWS)  # Ibis 12 cannot make a table with the newest sqlglot
    result = calculate(PLAN, connection.table("sold"), pay_period="quarter", target=target)
    found = result.credits.select("id", "commission").to_pyarrow().sort_by("id")
    assert list(zip(*found.to_pydict().values(), strict=True)) == PAID


def test_what_a_target_does_not_do_is_refused_and_not_left_to_another():
    with pytest.raises(InvalidDocument, match="rounding by tier"):
        calculate(TIER, pl.from_arrow(ROWS).lazy(), pay_period="quarter")
    assert of_polars(calculate(TIER, pl.from_arrow(ROWS).lazy(), pay_period="quarter", target="kernel").credits) == PAID
    with pytest.raises(InvalidValue, match="sql_of"):
        calculate(PLAN, ROWS, pay_period="quarter", target="sql")
    with pytest.raises(InvalidValue, match="only the kernel takes it"):
        calculate(PLAN, pl.from_arrow(ROWS).lazy(), pay_period="quarter", wide=True)
