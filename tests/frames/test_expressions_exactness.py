"""Whole crowds under drawn plans: what expressions pay in every engine is what paper and the kernel pay."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from crowds import enlarged, paid_by, paid_on_paper
from large_crowds import KINDS, cases, differences

from salesrules.commissions import Accumulation, Measure, RateMode
from salesrules.core import RoundingMode
from salesrules.frames import calculate_lazily
from salesrules.frames.expressions import curves, rounding


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


def test_ibis_pays_a_hundred_thousand_credits_as_the_kernel_does():
    found, same = differences(run_ibis, cases()[::3])
    assert found == []
    assert same > 100_000


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
