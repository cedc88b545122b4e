"""The kernel over lazy frames of one machine: DuckDB relations, Ibis tables, Polars lazy frames, and back into them."""

from __future__ import annotations

from typing import Any

from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.gathered import run_part
from salesrules.frames.job import BulkJob
from salesrules.frames.needed import needed_columns

__all__ = ["calculate_on_duckdb", "calculate_on_ibis", "calculate_on_polars"]


def calculate_on_duckdb(job: BulkJob, relation: Any) -> BulkResult:
    """Pay the rows of a DuckDB relation; the results are relations of the same connection, over Arrow tables in memory.

    The relation runs once, for the needed columns alone. Raises `InvalidDocument` as `job.run` does.

    >>> import duckdb
    >>> from salesrules.testing import simple_plan
    >>> sold = duckdb.sql("SELECT 's1' AS id, 'ana' AS payee, DATE '2020-01-31' AS day, 15000 AS amount")
    >>> job = BulkJob(plan=simple_plan({0: "2%", 100: "4%"}), pay_period="quarter")
    >>> calculate_on_duckdb(job, sold).statements.fetchall()
    [('ana', '2020-Q1', 1, Decimal('4.00'))]
    """
    names = needed_columns(job.plan, relation.columns, job.columns)
    quoted = ('"{}"'.format(name.replace('"', '""')) for name in names)
    chosen = relation.project(", ".join(quoted)) if names else relation.limit(0)
    paid, statements = run_part(job, chosen.to_arrow_table())
    return BulkResult(
        credits=_beside(relation, paid, "paid_credits"), statements=_beside(relation, statements, "statements")
    )


def _beside(relation: Any, made: Any, name: str) -> Any:
    """A table as a relation of the same connection, so that the two can be joined; DuckDB finds `made` by its name."""
    return relation.query(f"{name}_given", "SELECT * FROM made").set_alias(name)


def calculate_on_ibis(job: BulkJob, table: Any) -> BulkResult:
    """Pay the rows of an Ibis table of any backend; the results are tables in memory that join with those of any.

    The query runs once, for the needed columns alone. Raises `InvalidDocument` as `job.run` does.
    """
    import ibis  # type: ignore[import-untyped]  # it has no types

    chosen = table.select(needed_columns(job.plan, table.columns, job.columns))
    paid, statements = run_part(job, chosen.to_pyarrow())
    return BulkResult(credits=ibis.memtable(paid), statements=ibis.memtable(statements))


def calculate_on_polars(job: BulkJob, frame: Any) -> BulkResult:
    """Pay the rows of a Polars lazy frame, collected once by the streaming engine; the results are lazy frames.

    Only the needed columns are collected. Raises `InvalidDocument` as `job.run` does.
    """
    import polars

    names = needed_columns(job.plan, frame.collect_schema().names(), job.columns)
    paid, statements = run_part(job, frame.select(names).collect(engine="streaming").to_arrow())
    results = (polars.from_arrow(each).lazy() for each in (paid, statements))  # type: ignore[union-attr]  # a frame
    return BulkResult(credits=next(results), statements=next(results))
