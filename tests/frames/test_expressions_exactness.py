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
#: Each third plan has so many times the people: enough rows for two engines, and the others for plans alone.
TIMES = 85


@cache
def cases():
    """Crowds that the engine takes, with their frames, and what paper pays the first of each enlarged crowd."""
    found = []
    for crowd in draw_crowds(23, plans=40, people=6, credits=36, kinds=KINDS):
        if find_refusals(crowd.case.plan, target="expressions"):
            continue
        times = 4 if len(found) % 3 else TIMES
        credits, quotas = enlarged(credits_of(crowd), times), enlarged(quotas_of(crowd), times)
        options = {"pay_period": crowd.case.pay_period, "calendar": crowd.case.calendar}
        try:
            paid = calculate(crowd.case.plan, credits, quotas=quotas, **options)
        except InvalidDocument:
            continue  # yen with cents, or numbers beyond 64 bits: whether the rest suffices is asserted below
        found.append((crowd, credits, quotas, options, paid))
    return found


def in_order(table, *keys):
    """A table whatever the order of its rows."""
    return table.sort_by([(key, "ascending") for key in keys]).combine_chunks()


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

    given = [ibis.memtable(table) for table in (credits, quotas)]
    result = calculate_lazily(plan, given[0], quotas=given[1], **options)
    return result.credits.to_pyarrow(), result.statements.to_pyarrow()


def differences(run, cases):
    """The lines on which an engine differs from the kernel, of those that it does not refuse; and how many agree."""
    found, same = [], 0
    for crowd, credits, quotas, options, paid in cases:
        try:
            lines, statements = run(crowd.case.plan, credits, quotas, **options)
        except InvalidDocument as error:
            if {fault.code for fault in error.faults} != {"frames.out_of_range"}:
                raise
            continue
        for given, wanted, keys in (
            (lines, paid.credits, ("payee", "id")),
            (statements, paid.statements, ("payee", "period")),
        ):
            assert given.column_names == wanted.column_names
            given, wanted = in_order(given, *keys), in_order(wanted, *keys)
            for name in given.column_names:
                one, other = given[name].cast(wanted[name].type), wanted[name]
                found += [(name, *pair) for pair in zip(one, other, strict=True) if one != other and pair[0] != pair[1]]
        same += len(lines)
    return found, same


def test_polars_pays_every_crowd_as_the_kernel_does():
    found, same = differences(run_polars, cases())
    assert found == []
    assert same > 100_000


def test_duckdb_pays_a_hundred_thousand_credits_as_the_kernel_does():
    found, same = differences(run_duckdb, cases()[::3])
    assert found == []
    assert same > 100_000


def test_the_first_of_each_crowd_are_paid_as_on_paper():
    compared = 0
    for crowd, *_, paid in cases():
        first = {
            (payee.removesuffix("/x1"), id_.removesuffix("/x1"), name): amount
            for (payee, id_, name), amount in paid_by(paid.credits, crowd).items()
            if payee.endswith("/x1")
        }
        paper = paid_on_paper(crowd)
        assert [key for key, amount in first.items() if amount != paper.get(key, Decimal(0))] == []
        compared += len(paper)
    assert compared > 2000


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
    found, same = differences(run_ibis, cases()[1:3])
    assert found == []
    assert same > 1000


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

    found, same = differences(run, cases()[1:2])
    assert found == []
    assert same > 500


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
    found, _ = differences(run_polars, [case for place, case in enumerate(cases()) if place % 3])
    assert found


def test_enlarged_tables_are_larger():
    table = pa.table({"id": ["a"], "amount": pa.array([Decimal("1.5")], pa.decimal128(18, 4))})
    assert enlarged(table, 2).to_pydict() == {"id": ["a/x1", "a/x2"], "amount": [Decimal("1.5"), Decimal("3.0")]}
