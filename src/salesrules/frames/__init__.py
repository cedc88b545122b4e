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
    from salesrules.frames.bulk import BulkResult, calculate
    from salesrules.frames.distributed import calculate_on_dask, calculate_on_spark
    from salesrules.frames.engines import calculate_on_duckdb, calculate_on_ibis, calculate_on_polars
    from salesrules.frames.job import BulkJob
    from salesrules.frames.streams import StreamSummary, calculate_to_parquet, calculate_to_stream

__all__ = [
    "BulkJob",
    "BulkResult",
    "CompiledComponent",
    "CompiledCurve",
    "CompiledPlan",
    "Feature",
    "StreamSummary",
    "Target",
    "calculate",
    "calculate_on_dask",
    "calculate_on_duckdb",
    "calculate_on_ibis",
    "calculate_on_polars",
    "calculate_on_spark",
    "calculate_to_parquet",
    "calculate_to_stream",
    "compile_plan",
    "find_refusals",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """What needs NumPy loads when it is first asked for."""
        match name:
            case "BulkResult" | "calculate":
                from salesrules.frames import bulk as module
            case "BulkJob":
                from salesrules.frames import job as module
            case "calculate_on_dask" | "calculate_on_spark":
                from salesrules.frames import distributed as module
            case "calculate_on_duckdb" | "calculate_on_ibis" | "calculate_on_polars":
                from salesrules.frames import engines as module
            case "StreamSummary" | "calculate_to_parquet" | "calculate_to_stream":
                from salesrules.frames import streams as module
            case _:
                raise AttributeError(f"module 'salesrules.frames' has no attribute {name!r}")
        return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
