"""The same plan in bulk: a frame of credits in, the same kind of frame out, equal to the scalar rules to the cent.

Needs the extra `frames` (NumPy, narwhals, PyArrow), which loads when `calculate` is first asked for.

>>> import polars as pl
>>> from datetime import date
>>> from salesrules.frames import calculate
>>> from salesrules.testing import simple_plan
>>> sold = pl.DataFrame({"id": ["a", "b"], "payee": "ana", "day": [date(2020, 1, 1), date(2020, 1, 2)],
...                      "amount": [8000, 8000]})
>>> result = calculate(simple_plan({0: "2%", 100: "4%"}), sold, pay_period="quarter")
>>> [str(amount) for amount in result.credits["commission"]]
['1.60', '2.80']
"""

from typing import TYPE_CHECKING

from salesrules.frames.compiled import CompiledComponent, CompiledCurve, CompiledPlan
from salesrules.frames.compiling import compile_plan, find_refusals
from salesrules.frames.reasons import Feature, Target

if TYPE_CHECKING:
    from salesrules.frames.assigning import Assigned, assign_in_bulk
    from salesrules.frames.balances import settle_in_bulk
    from salesrules.frames.bulk import calculate
    from salesrules.frames.bulk_result import BulkResult
    from salesrules.frames.company_tables import FactTables, fact_tables, score_table, tables_of
    from salesrules.frames.crediting import Credited, credit_in_bulk
    from salesrules.frames.distributed import calculate_on_dask, calculate_on_spark
    from salesrules.frames.engines import calculate_on_duckdb, calculate_on_ibis, calculate_on_polars
    from salesrules.frames.explaining import BulkDisagreement, BulkExplanation
    from salesrules.frames.expressions import calculate_lazily
    from salesrules.frames.job import BulkJob
    from salesrules.frames.parquet import parquet_as_codes, parquet_as_csv
    from salesrules.frames.policies import PolicyJob
    from salesrules.frames.pooling import Pooled, pool_in_bulk
    from salesrules.frames.quoting import BulkQuotas, Quoted
    from salesrules.frames.sql import checks_of, sql_of
    from salesrules.frames.streams import StreamSummary, calculate_to_parquet, calculate_to_stream

__all__ = [
    "Assigned",
    "BulkDisagreement",
    "BulkExplanation",
    "BulkJob",
    "BulkQuotas",
    "BulkResult",
    "CompiledComponent",
    "CompiledCurve",
    "CompiledPlan",
    "Credited",
    "FactTables",
    "Feature",
    "PolicyJob",
    "Pooled",
    "Quoted",
    "StreamSummary",
    "Target",
    "assign_in_bulk",
    "calculate",
    "calculate_lazily",
    "calculate_on_dask",
    "calculate_on_duckdb",
    "calculate_on_ibis",
    "calculate_on_polars",
    "calculate_on_spark",
    "calculate_to_parquet",
    "calculate_to_stream",
    "checks_of",
    "compile_plan",
    "credit_in_bulk",
    "fact_tables",
    "find_refusals",
    "parquet_as_codes",
    "parquet_as_csv",
    "pool_in_bulk",
    "score_table",
    "settle_in_bulk",
    "sql_of",
    "tables_of",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """What needs NumPy, and what needs an engine besides, loads when it is first asked for."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.frames' has no attribute {name!r}")
        if name in (
            "checks_of",
            "sql_of",
        ):
            from salesrules.frames import sql

            return getattr(sql, name)
        if name in ("calculate_lazily",):
            from salesrules.frames import expressions

            return getattr(expressions, name)
        from salesrules.frames import (
            assigning,
            balances,
            bulk,
            bulk_result,
            company_tables,
            crediting,
            distributed,
            engines,
            explaining,
            job,
            parquet,
            policies,
            pooling,
            quoting,
            streams,
        )

        shelves = (
            assigning,
            balances,
            bulk,
            bulk_result,
            company_tables,
            crediting,
            distributed,
            engines,
            explaining,
            job,
            parquet,
            policies,
            pooling,
            quoting,
            streams,
        )
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)


def __dir__() -> list[str]:
    return sorted(__all__)
