"""Ours, through the public door alone, brought to the columns that the peers give."""

from __future__ import annotations

from typing import Any

import polars as pl

from frames_peers import workload
from salesrules.commissions import Plan
from salesrules.frames import BulkResult, calculate


def pay(credits: Any, quotas: Any, plan: Plan | None = None) -> BulkResult:
    """What `salesrules.frames.calculate` gives for the plan."""
    return calculate(plan or workload.plan(), credits, pay_period="quarter", quotas=quotas)


def read(result: BulkResult) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The result as the peers give theirs: the quarter as a number, cents."""
    return tuple(
        pl.DataFrame(frame).with_columns(
            quarter=pl.col("period").cast(pl.String).str.tail(1).cast(pl.Int64),
            commission=(pl.col("commission") * 100).cast(pl.Int64),
        )
        for frame in (result.credits, result.statements)
    )  # type: ignore[return-value]
