"""Whole crowds under drawn plans: what expressions pay in every engine is what paper and the kernel pay."""

from __future__ import annotations

import os
import shutil
from decimal import Decimal
from functools import cache

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from crowds import credits_of, draw_crowds, enlarged, paid_by, paid_on_paper, quotas_of

from salesrules.commissions import Accumulation, Measure, RateMode
from salesrules.core import InvalidDocument, RoundingMode
from salesrules.frames import calculate, calculate_lazily, find_refusals
from salesrules.frames.expressions import curves, rounding

KINDS = ("amount", "attainment", "fixed", "per_unit", "multiplier")
TIMES = 14


@cache
def cases():
    """Crowds that the engine takes, with their frames, and what paper pays the first of each enlarged crowd."""
    found = []
    for crowd in draw_crowds(4, plans=70, people=9, credits=36, kinds=KINDS):
        if find_refusals(crowd.case.plan, target="expressions"):
            continue
        credits, quotas = enlarged(credits_of(crowd), TIMES), enlarged(quotas_of(crowd), TIMES)
        options = {"pay_period": crowd.case.pay_period, "calendar": crowd.case.calendar}
        try:
            paid = calculate(crowd.case.plan, credits, quotas=quotas, **options)
        except InvalidDocument:
            continue  # yen with cents, or numbers beyond 64 bits: whether the rest suffices is asserted below
        found.append((crowd, credits, quotas, options, paid))
    return found


def rows_of(table):
    """What each credit is paid, whatever the order."""
    names = [name for name in table.column_names if name != "day"]
    return table.select(names).sort_by([("payee", "ascending"), ("id", "ascending")]).to_pydict()


def run_polars(plan, credits, quotas, **options):
    result = calculate_lazily(plan, pl.from_arrow(credits).lazy(), quotas=pl.from_arrow(quotas).lazy(), **options)
    assert isinstance(result.credits, pl.LazyFrame)
    lines, statements = pl.collect_all([result.credits, result.statements])
    return lines.to_arrow(), statements.to_arrow()


def run_duckdb(plan, credits, quotas, **options):
    with duckdb.connect() as connection:
        given = [connection.from_arrow(table) for table in (credits, quotas)]
        result = calculate_lazily(plan, given[0], quotas=given[1], **options)
        assert isinstance(result.credits, duckdb.DuckDBPyRelation)
        return result.credits.to_arrow_table(), result.statements.to_arrow_table()


def run_ibis(plan, credits, quotas, **options):
    import ibis

    connection = ibis.duckdb.connect()
    given = [connection.create_table(name, table) for name, table in (("credits", credits), ("quotas", quotas))]
    result = calculate_lazily(plan, given[0], quotas=given[1], **options)
    return result.credits.to_pyarrow(), result.statements.to_pyarrow()


def differences(run, cases):
    """The lines on which an engine differs from the kernel, of those that it does not refuse; and how many agree."""
    found, same = [], 0
    for crowd, credits, quotas, options, paid in cases:
        try:
            lines, statements = run(crowd.case.plan, credits, quotas, **options)
        except InvalidDocument as error:
            assert {fault.code for fault in error.faults} <= {"frames.out_of_range"}
            continue
        wanted, given = rows_of(paid.credits), rows_of(lines)
        assert given.keys() == wanted.keys()
        for name, column in given.items():
            found += [pair for pair in zip(column, wanted[name], strict=True) if pair[0] != pair[1]]
        in_all = sorted(zip(*(statements[name].to_pylist() for name in statements.column_names), strict=True))
        names = statements.column_names
        assert in_all == sorted(zip(*(paid.statements[name].to_pylist() for name in names), strict=True))
        same += len(lines)
    return found, same


@pytest.mark.parametrize("run", [run_polars, run_duckdb], ids=["polars", "duckdb"])
def test_a_hundred_thousand_credits_are_paid_as_by_the_kernel(run):
    found, same = differences(run, cases())
    assert found == []
    assert same > 100_000


def test_the_first_of_each_crowd_are_paid_as_on_paper():
    compared = 0
    for crowd, *_, paid in cases()[:25]:
        first = {
            (payee.removesuffix("/x1"), id_.removesuffix("/x1"), name): amount
            for (payee, id_, name), amount in paid_by(paid.credits, crowd).items()
            if payee.endswith("/x1")
        }
        paper = paid_on_paper(crowd)
        assert [key for key, amount in first.items() if amount != paper.get(key, Decimal(0))] == []
        compared += len(paper)
    assert compared > 3000


def test_the_drawn_plans_have_all_that_is_covered():
    plans = [crowd.case.plan for crowd, *_ in cases()]
    parts = [part for plan in plans for part in plan.components]
    assert {plan.rounding.mode for plan in plans} == set(RoundingMode)
    assert {plan.rounding.level.value for plan in plans} == {"line", "cumulative"}
    assert {plan.returns.value for plan in plans} == {"original_terms", "current_measure"}
    assert {part.table.mode for part in parts} == set(RateMode)
    assert {part.table.kind for part in parts} == set(KINDS)
    assert {part.accumulate for part in parts} == set(Accumulation)
    assert {part.measure for part in parts} == set(Measure)
    assert any(part.filters for part in parts)
    assert any(plan.cap for plan in plans)
    assert {crowd.case.calendar.first_month for crowd, *_ in cases()} > {1}


def test_ibis_pays_the_same():
    found, same = differences(run_ibis, cases()[:4])
    assert found == []
    assert same > 5000


@pytest.mark.skipif(shutil.which("java") is None, reason="PySpark needs Java, which was not found")
def test_pyspark_pays_the_same(monkeypatch):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("SPARK_LOCAL_IP", os.environ.get("SPARK_LOCAL_IP", "127.0.0.1"))
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()

    def run(plan, credits, quotas, **options):
        given = [session.createDataFrame(table) for table in (credits, quotas)]
        result = calculate_lazily(plan, given[0], quotas=given[1], trust_ids=True, **options)
        return result.credits.toArrow(), result.statements.toArrow()

    found, same = differences(run, [case for case in cases() if len(case[0].case.plan.components) == 2][:1])
    assert found == []
    assert same > 1000


@pytest.mark.parametrize("spoil", ["tiers", "halves"])
def test_an_off_by_one_is_caught(monkeypatch, spoil):
    if spoil == "tiers":
        real = curves.choose
        monkeypatch.setattr(
            curves, "choose", lambda value, starts, results: real(value, [start + 1 for start in starts], results)
        )
    else:
        real_moves = rounding._moves
        monkeypatch.setattr(rounding, "_moves", lambda below, mode: tuple(move + 1 for move in real_moves(below, mode)))
    found, _ = differences(run_polars, cases()[:12])
    assert found


def test_enlarged_tables_are_larger():
    table = pa.table({"id": ["a"], "amount": pa.array([Decimal("1.5")], pa.decimal128(18, 4))})
    assert enlarged(table, 2).to_pydict() == {"id": ["a/x1", "a/x2"], "amount": [Decimal("1.5"), Decimal("3.0")]}
