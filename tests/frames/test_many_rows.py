"""Drawn crowds copied until there are many rows: each is paid to the cent what the literal oracle pays its original.

`nox -s campaign` copies them until there are ten million (`SALESRULES_BULK_ROWS`).
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from campaign import ROWS
from crowds import credits_of, draw_crowds, paid_on_paper, quotas_of
from large_crowds import KINDS
from pyarrow import compute as pc

from salesrules.core import InvalidDocument
from salesrules.frames import calculate, calculate_lazily, find_refusals
from salesrules.frames.kernel import curves

PLANS = 24
_DECIMAL = pa.decimal128(38, 9)


def by_kernel(plan, credits, quotas, **options):
    return calculate(plan, credits, quotas=quotas, **options).credits


def by_polars(plan, credits, quotas, **options):
    given = [pl.from_arrow(table).lazy() for table in (credits, quotas)]
    return calculate_lazily(plan, given[0], quotas=given[1], **options).credits.collect().to_arrow()


def by_duckdb(plan, credits, quotas, **options):
    with duckdb.connect() as connection:
        given = [connection.from_arrow(table) for table in (credits, quotas)]
        return calculate_lazily(plan, given[0], quotas=given[1], **options).credits.to_arrow_table()


@cache
def crowds():
    """Crowds whose plans every target takes, and that 64 bits hold, with what the oracle pays."""
    found = []
    for crowd in draw_crowds(31, plans=2 * PLANS, people=6, credits=36, kinds=KINDS):
        if len(found) == PLANS or find_refusals(crowd.case.plan, target="expressions"):
            continue
        options = {"pay_period": crowd.case.pay_period, "calendar": crowd.case.calendar}
        try:
            calculate(crowd.case.plan, credits_of(crowd), quotas=quotas_of(crowd), **options)
        except InvalidDocument:
            continue  # yen with cents, or numbers beyond 64 bits: that enough are left is asserted below
        found.append((crowd, options, paid_on_paper(crowd)))
    return found


def copied(table, rows, copies):
    """Rows of a table as those of other people, one for each number of `copies`."""
    suffix = pa.array(copies).cast(pa.string())
    names = {"id", "payee", "original"} & {*table.column_names}
    found = table.take(pa.array(rows)).combine_chunks()
    return pa.table(
        {
            name: pc.binary_join_element_wise(found[name], suffix, "/") if name in names else found[name]
            for name in table.column_names
        }
    )


def wrong_rows(run, rows, plans=PLANS):
    """The plans of rows that a target pays otherwise than the oracle pays their originals, and how many it paid."""
    wrong, paid = [], 0
    each = rows // plans
    for number, (crowd, options, paper) in enumerate(crowds()[:plans]):
        base, held = credits_of(crowd), quotas_of(crowd)
        times = max(each // len(base), 1)
        places = np.random.default_rng(number).permutation(len(base) * times)
        row, copy = places % len(base), places // len(base)
        given = copied(base, row, copy)
        others = np.arange(len(held) * times)
        quotas = copied(held, others % max(len(held), 1), others // max(len(held), 1))
        found = run(crowd.case.plan, given, quotas, **options)
        assert len(found) == len(given)
        theirs, ours = (pc.sort_indices(table["id"]) for table in (found, given))
        assert found["id"].take(theirs).equals(given["id"].take(ours).cast(found["id"].type))
        names = [component.id for component in crowd.case.plan.components]
        keys = list(zip(base["payee"].to_pylist(), base["id"].to_pylist(), strict=True))
        for name in names:
            column = f"commission:{name}" if len(names) > 1 else "commission"
            on_paper = pa.array([paper.get((*key, name), Decimal(0)) for key in keys], _DECIMAL)
            wanted = on_paper.take(pa.array(row).take(ours))
            same = pc.equal(found[column].take(theirs).cast(_DECIMAL), wanted)
            wrong += [crowd.case.plan.id] * pc.sum(pc.invert(same)).as_py()
        paid += len(given)
    return wrong, paid


@pytest.mark.parametrize("run", [by_kernel, by_polars, by_duckdb])
def test_each_of_many_rows_is_paid_as_on_paper(run):
    wrong, paid = wrong_rows(run, ROWS)
    assert wrong == []
    assert paid > 0.85 * ROWS


def test_an_off_by_one_is_caught_here_too(monkeypatch):
    real = curves.tiers_of
    monkeypatch.setattr(
        curves, "tiers_of", lambda curve, measures, quotas, *bound: real(curve, measures - 1, quotas, *bound)
    )
    wrong, _ = wrong_rows(by_kernel, 5_000)
    assert wrong
