"""Ours, through the public doors alone, brought to the columns that the peers give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from frames_peers import workload
from salesrules.frames import BulkJob, BulkResult, calculate


def pay(credits: Any, quotas: Any, *, by_component: bool = False, trust_ids: bool = True) -> BulkResult:
    """What `salesrules.frames.calculate` gives for the plan: as the peers do, what a credit pays in all.

    Without `trust_ids` doubled ids are looked for, which no peer does.
    """
    plan = workload.plan()
    return calculate(
        plan,
        credits,
        pay_period="quarter",
        quotas=quotas,
        by_component=by_component,
        trust_ids=trust_ids,
        threads=workload.THREADS,
    )


def pay_lazily(credits: Any, quotas: Any, *, trust_ids: bool = False) -> BulkResult:
    """What the expressions give, in all: frames that their engine computes when they are asked for.

    Without `trust_ids` doubled ids are looked for first, which no peer does.
    """
    from salesrules.frames import calculate_lazily

    return calculate_lazily(
        workload.plan(), credits, pay_period="quarter", quotas=quotas, by_component=False, trust_ids=trust_ids
    )


def pay_files(folder: Path) -> None:
    """From Parquet to Parquet, by buckets of payees."""
    from salesrules.frames.streams import calculate_to_parquet

    calculate_to_parquet(
        BulkJob(plan=workload.plan(), pay_period="quarter", by_component=False, trust_ids=True, threads=1),
        folder / "credits.parquet",
        quotas=folder / "quotas.parquet",
        credits_to=folder / "paid.parquet",
        statements_to=folder / "statements.parquet",
        workers=workload.THREADS,
    )


def read(result: BulkResult) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The result as the peers give theirs: the quarter as a number, cents."""
    return in_cents(pl.DataFrame(result.credits)), in_cents(pl.DataFrame(result.statements))


def in_cents(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        quarter=pl.col("period").cast(pl.String).str.tail(1).cast(pl.Int64),
        commission=(pl.col("commission") * 100).cast(pl.Int64),
    )
