"""Where a frame is paid: by the kind of frame that it is, and the target that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import narwhals as nw

from salesrules.commissions import Measure
from salesrules.core import InvalidValue
from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.job import BulkJob
from salesrules.frames.reasons import Target

__all__ = ["engine_for"]

Engine = Callable[[BulkJob, Any, Any], BulkResult]


def engine_for(frame: Any, target: Target | None) -> Engine | None:
    """What pays a frame elsewhere than in memory; `None` for the kernel over a frame in memory.

    Raises `InvalidValue` for SQL, which is text, and where Dask is asked for expressions.
    """
    if target is Target.SQL:
        raise InvalidValue("target", target.value, "print the plan with `sql_of`, and run it where the credits are")
    found = nw.from_native(frame, pass_through=True)
    implementation: Any = found.implementation if isinstance(found, nw.LazyFrame) else None
    if implementation is nw.Implementation.DASK:
        if target is Target.EXPRESSIONS:
            raise InvalidValue("target", target.value, "Dask has no ordered windows; leave the target out")
        return _on_dask
    if implementation in (nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT):
        return _lazily if target is Target.EXPRESSIONS else _on_spark
    if target is Target.EXPRESSIONS or (implementation is not None and target is None):
        return _lazily
    local = {
        nw.Implementation.POLARS: _on_polars,
        nw.Implementation.DUCKDB: _on_duckdb,
        nw.Implementation.IBIS: _on_ibis,
    }
    return None if implementation is None else local.get(implementation)


def _lazily(job: BulkJob, frame: Any, quotas: Any) -> BulkResult:
    from salesrules.frames.expressions import calculate_lazily

    for name, value in (("scores", job.scores), ("wide", job.wide), ("until", job.until)):
        if value:
            raise InvalidValue(name, "given", "only the kernel takes it; ask for target='kernel'")
    result = calculate_lazily(
        job.plan,
        frame,
        pay_period=job.pay_period,
        quotas=quotas,
        columns=job.columns,
        calendar=job.calendar,
        currencies=job.currencies,
        digits={Measure(name): number for name, number in job.digits.items()},
        by_component=job.by_component,
        trust_ids=job.trust_ids,
    )
    return _known(result, job, frame)


def _on_dask(job: BulkJob, frame: Any, quotas: Any) -> BulkResult:
    from salesrules.frames.distributed import calculate_on_dask

    return _known(calculate_on_dask(job, frame), job, frame)


def _on_spark(job: BulkJob, frame: Any, quotas: Any) -> BulkResult:
    from salesrules.frames.distributed import calculate_on_spark

    return _known(calculate_on_spark(job, frame), job, frame)


def _on_polars(job: BulkJob, frame: Any, quotas: Any) -> BulkResult:
    from salesrules.frames.engines import calculate_on_polars

    return _known(calculate_on_polars(job, frame), job, frame)


def _on_duckdb(job: BulkJob, frame: Any, quotas: Any) -> BulkResult:
    from salesrules.frames.engines import calculate_on_duckdb

    return _known(calculate_on_duckdb(job, frame), job, frame)


def _on_ibis(job: BulkJob, frame: Any, quotas: Any) -> BulkResult:
    from salesrules.frames.engines import calculate_on_ibis

    return _known(calculate_on_ibis(job, frame), job, frame)


def _known(result: BulkResult, job: BulkJob, frame: Any) -> BulkResult:
    """The result with what it was calculated from, so that it can be explained."""
    return attrs.evolve(result, job=job, given=frame)
