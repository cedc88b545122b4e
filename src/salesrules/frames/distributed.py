"""The kernel inside the partitions of Dask and Spark: they bring each payee's rows together, the job pays them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.core import InvalidDocument
from salesrules.frames.buckets import plain_schema
from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.gathered import check_parts, run_part
from salesrules.frames.job import BulkJob
from salesrules.frames.needed import needed_columns

__all__ = ["calculate_on_dask", "calculate_on_spark"]

#: The column that tells rows of statements from those of credits where both come out of one pass.
_TAG = "is_statement"


def calculate_on_dask(job: BulkJob, frame: Any, *, partitions: int | None = None) -> BulkResult:
    """Pay the rows of a Dask frame: a shuffle by payee, then the job in each partition; both results are lazy frames.

    `dask.compute(result.credits, result.statements)` runs it once for both. `partitions` is into how many the shuffle
    goes (as many as come in unless given); a partition has to fit into a worker's memory. Money comes out as Arrow
    decimals, days as Arrow dates.

    Raises `InvalidDocument` for refused features and missing columns at once, and for faults of rows when it is
    computed: those of the partition that fails first.
    """
    import dask.dataframe as dd
    from dask.delayed import delayed

    check_parts(job)
    names = needed_columns(job.plan, list(frame.columns), job.columns)
    chosen = frame[names]
    empty = pa.Table.from_pandas(chosen._meta, preserve_index=False)
    metas = [_to_pandas(table) for table in _run(job, empty)]
    payee = job.columns.get("payee", "payee")
    # Integers keep their order under this hash and partitions their size, however payees are numbered.
    parts = chosen.shuffle(on=payee, npartitions=partitions or frame.npartitions).to_delayed()
    shared = delayed(job, traverse=False)
    schemas = [pa.Schema.from_pandas(meta, preserve_index=False) for meta in metas]
    runs = [delayed(_run_pandas, nout=2, pure=True)(shared, part, empty.schema, schemas) for part in parts]
    frames = (
        dd.from_delayed([run[place] for run in runs], meta=meta, verify_meta=False) for place, meta in enumerate(metas)
    )
    return BulkResult(credits=next(frames), statements=next(frames))


def calculate_on_spark(job: BulkJob, frame: Any, *, partitions: int | None = None, cache: bool = True) -> BulkResult:
    """Pay the rows of a PySpark frame: repartitioned by payee, then the job in each partition; both results are lazy.

    Credits and statements come out of one pass; with `cache` Spark keeps it, so that the second of them costs nothing.
    `partitions` is into how many the rows go (Spark's own setting unless given); a partition has to fit into the memory
    of a Python worker.

    Raises `InvalidDocument` for refused features and missing columns at once. Faults of rows come when the result is
    computed, as Spark's error, whose message has their codes and sentences.
    """
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    check_parts(job)
    names = needed_columns(job.plan, frame.columns, job.columns)
    chosen = frame.select(*(f"`{name}`" for name in names))
    given = to_arrow_schema(chosen.schema)
    credits, statements = (table.schema for table in _run(job, given.empty_table()))
    tagged = pa.schema([*{field.name: field for field in (*credits, *statements)}.values(), pa.field(_TAG, pa.bool_())])
    payee = f"`{job.columns.get('payee', 'payee')}`"
    whole = chosen.repartition(payee) if partitions is None else chosen.repartition(partitions, payee)
    pass_ = whole.mapInArrow(partial(_run_batches, job, given, tagged), from_arrow_schema(tagged))
    if cache:
        pass_ = pass_.cache()
    return BulkResult(
        credits=pass_.filter(f"NOT {_TAG}").select(*(f"`{name}`" for name in credits.names)),
        statements=pass_.filter(_TAG).select(*(f"`{name}`" for name in statements.names)),
    )


def _run(job: BulkJob, credits: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The job over whole payees, with their quotas alone, and results without dictionaries."""
    quotas, payee = job.quotas, job.columns.get("payee", "payee")
    if isinstance(quotas, pa.Table) and {"payee"} <= {*quotas.column_names} and payee in credits.column_names:
        here = credits[payee].unique()
        if here.type != quotas["payee"].type:  # whole numbers count as their text
            here = here.cast(pa.string())
            quotas = quotas.set_column(quotas.column_names.index("payee"), "payee", quotas["payee"].cast(pa.string()))
        job = attrs.evolve(job, quotas=quotas.filter(pc.is_in(quotas["payee"], value_set=here)))
    paid, statements = run_part(job, credits)
    return paid.cast(plain_schema(paid.schema)), statements.cast(plain_schema(statements.schema))


def _run_pandas(job: BulkJob, part: Any, given: pa.Schema, made: list[pa.Schema]) -> tuple[Any, Any]:
    table = pa.Table.from_pandas(part, preserve_index=False)
    if not len(table):  # its columns of objects have no type
        table = given.empty_table()
    paid, statements = _run(job, table)
    return _to_pandas(paid.cast(made[0])), _to_pandas(statements.cast(made[1]))


def _to_pandas(table: pa.Table) -> Any:
    """A pandas frame in which decimals and dates stay exact and fast."""
    import pandas as pd  # type: ignore[import-untyped]  # it has no types

    def kept(kind: pa.DataType) -> Any:
        return pd.ArrowDtype(kind) if pa.types.is_decimal(kind) or pa.types.is_date(kind) else None

    return table.to_pandas(types_mapper=kept)


def _run_batches(
    job: BulkJob, given: pa.Schema, tagged: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """A partition of Spark's: its batches are put together, paid, and given back with their tag."""
    held = [batch for batch in batches if batch.num_rows]
    if not held:
        return
    try:
        results = _run(job, pa.Table.from_batches(held).cast(given))
    except InvalidDocument as error:
        error.add_note("codes: " + ", ".join(dict.fromkeys(fault.code for fault in error.faults)))
        raise
    for is_statement, table in zip((False, True), results, strict=True):
        columns = [
            table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(len(table), field.type)
            for field in tagged
            if field.name != _TAG
        ]
        whole = pa.table([*columns, pa.repeat(pa.scalar(is_statement), len(table))], schema=tagged)
        yield from whole.combine_chunks().to_batches(max_chunksize=1 << 20)
