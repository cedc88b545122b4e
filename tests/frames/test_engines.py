"""The kernel over lazy frames of one machine: the same kind comes back, to the cent; only what is needed is read."""

from __future__ import annotations

from datetime import date

import duckdb
import ibis
import polars as pl
import pyarrow as pa
import pytest
from drawn_jobs import drawn_jobs, plain

from salesrules.core import InvalidDocument
from salesrules.frames import BulkJob, calculate_on_duckdb, calculate_on_ibis, calculate_on_polars
from salesrules.testing import simple_plan

JOB = BulkJob(plan=simple_plan({0: "2%", 100: "4%"}), pay_period="quarter", columns={"payee": 'the "rep"'})
SOLD = pa.table(
    {
        "id": ["a", "b"],
        'the "rep"': ["ana", "ana"],
        "day": pa.array([date(2020, 1, 1), date(2020, 1, 2)]),
        "amount": [8000, 8000],
        "other": [0.5, 0.5],
    }
)


def test_random_plans_pay_on_every_engine_what_they_pay_in_memory():
    compared = 0
    for job, table in drawn_jobs(8, plans=12):
        expected = [plain(each) for each in job.run(table)]
        of_duckdb = calculate_on_duckdb(job, duckdb.from_arrow(table))
        of_ibis = calculate_on_ibis(job, ibis.memtable(table))
        of_polars = calculate_on_polars(job, pl.from_arrow(table).lazy())
        for place, name in enumerate(("credits", "statements")):
            assert plain(getattr(of_duckdb, name).to_arrow_table()) == expected[place]
            assert plain(getattr(of_ibis, name).to_pyarrow()) == expected[place]
            assert plain(getattr(of_polars, name).collect().to_arrow()) == expected[place]
        compared += len(table)
    assert compared > 300


def test_results_join_with_what_they_came_from_in_the_same_connection():
    connection = duckdb.connect()
    connection.register("sold", SOLD)
    relation = connection.table("sold")
    found = calculate_on_duckdb(JOB, relation)
    assert isinstance(found.credits, duckdb.DuckDBPyRelation)
    joined = relation.set_alias("s").join(found.credits, "s.id = paid_credits.id").project("s.id, other, commission")
    assert [(id_, other, str(paid)) for id_, other, paid in joined.order("1").fetchall()] == [
        ("a", 0.5, "1.60"),
        ("b", 0.5, "2.80"),
    ]
    backend = ibis.duckdb.connect()
    backend.con.register("sold", SOLD)
    table = backend.table("sold")
    paid = calculate_on_ibis(JOB, table).credits
    both = backend.to_pyarrow(table.join(paid, "id").select("id", "other", "commission").order_by("id"))
    assert [str(each) for each in both["commission"].to_pylist()] == ["1.60", "2.80"]
    lazy = calculate_on_polars(JOB, pl.from_arrow(SOLD).lazy())
    assert isinstance(lazy.credits, pl.LazyFrame)


def test_columns_that_no_plan_reads_are_never_computed():
    relation = duckdb.from_arrow(SOLD).project("""*, error('read')::INT AS amount_text""")
    assert len(calculate_on_duckdb(JOB, relation).credits) == 2

    def never(_):
        raise AssertionError("the column was computed")

    lazy = pl.from_arrow(SOLD).lazy().with_columns(pl.col("other").map_batches(never, return_dtype=pl.Float64))
    assert calculate_on_polars(JOB, lazy).credits.collect().height == 2


@pytest.mark.parametrize(
    "run",
    [
        lambda sold: calculate_on_duckdb(JOB, duckdb.from_arrow(sold)),
        lambda sold: calculate_on_ibis(JOB, ibis.memtable(sold)),
        lambda sold: calculate_on_polars(JOB, pl.from_arrow(sold).lazy()),
    ],
    ids=["duckdb", "ibis", "polars"],
)
def test_faults_are_told_as_in_memory(run):
    with pytest.raises(InvalidDocument) as error:
        run(pa.concat_tables([SOLD, SOLD]).drop_columns(["amount"]))
    assert [(fault.code, fault.path) for fault in error.value.faults] == [("frames.missing_column", "credits.amount")]
    with pytest.raises(InvalidDocument, match="of another"):
        run(pa.concat_tables([SOLD, SOLD]))
