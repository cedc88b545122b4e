"""The plan as somebody who knows Polars well writes it by hand: lazy, in stages, in whole numbers.

Rates have the common denominator 2,000 and bounds of attainment 20. A rate table is its straight lines, so what a
credit earns is the running total after it less that before it; the flat rates are added up in one running sum of their
own. One sort, two running sums over all rows, and what stood at the first row of a payee and quarter taken off: faster
than windows, which would group anew for each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import polars as pl

Engine = Literal["streaming", "in-memory"]
GROUP = ["payee", "quarter"]
CAP = 150_000 * 2_000


def earned_by_attainment(sold: pl.Expr, quota: pl.Expr) -> pl.Expr:
    """Six marginal tiers and the rate on all, in two-thousandths of a cent."""
    reached = sold * 20
    tiers = (
        pl.when(reached < quota * 10)
        .then(sold * 20)
        .when(reached < quota * 16)
        .then(sold * 40 - quota * 10)
        .when(reached < quota * 20)
        .then(sold * 60 - quota * 26)
        .when(reached < quota * 24)
        .then(sold * 90 - quota * 56)
        .when(reached < quota * 30)
        .then(sold * 120 - quota * 92)
        .otherwise(sold * 60 - quota * 2)
    )
    on_all = pl.when(reached < quota * 16).then(0).when(reached < quota * 20).then(5).when(reached < quota * 25)
    return tiers + on_all.then(10).otherwise(20).cast(pl.Int64) * sold


def half_up(numerator: pl.Expr) -> pl.Expr:
    """Whole cents, halves away from zero; only what is not below zero is divided."""
    return pl.when(numerator >= 0).then((numerator + 1000) // 2000).otherwise(-((1000 - numerator) // 2000))


def within(column: str) -> pl.Expr:
    """A running sum over all rows less what it was before the first row of a payee and quarter."""
    running = pl.col(f"running_{column}")
    return (running - pl.when("begins").then(running - pl.col(column)).forward_fill()).alias(column)


def paid(credits: pl.LazyFrame, quotas: pl.LazyFrame, *, packed: bool) -> pl.LazyFrame:
    """What each credit pays; `packed` sorts payee, day and returns as one number."""
    amount, role = pl.col("amount"), pl.col("role")
    day = pl.col("day").to_physical().cast(pl.Int64) * 2 + (amount < 0).cast(pl.Int64)
    order = ["order", "id", "role"] if packed else ["payee", "order", "id", "role"]
    flat = (
        pl.when(role == "override_1").then(5).when(role == "override_2").then(2)
        .when(pl.col("class").is_in(["new", "strategic"])).then(30).otherwise(0).cast(pl.Int64)
    )  # fmt: skip
    held = quotas.select(
        "payee", pl.col("period").str.tail(1).cast(pl.Int8).alias("quarter"), pl.col("amount").alias("quota")
    )
    begins = (pl.col("payee") != pl.col("payee").shift(1)) | (pl.col("quarter") != pl.col("quarter").shift(1))
    return (
        credits.with_columns(quarter=pl.col("day").dt.quarter(), order=pl.col("payee") * 2**20 + day if packed else day)
        .sort(order)
        .join(held, on=GROUP, how="left", maintain_order="left")
        .with_columns(
            begins=begins.fill_null(True),
            quota=pl.col("quota").fill_null(1),
            sold=pl.when(role == "direct").then(amount).otherwise(0),
            flat=amount * flat,
        )
        .with_columns(running_sold=pl.col("sold").cum_sum(), running_flat=pl.col("flat").cum_sum())
        .with_columns(within("sold"), within("flat"))
        .with_columns(earned=earned_by_attainment(pl.col("sold"), pl.col("quota")) + pl.col("flat"))
        .with_columns(paid=half_up(pl.min_horizontal("earned", pl.lit(CAP))))
        .with_columns(commission=pl.col("paid") - pl.when("begins").then(0).otherwise(pl.col("paid").shift(1)))
        .select("id", "payee", "day", "role", "quarter", "commission")
    )


def stated(lines: pl.LazyFrame) -> pl.LazyFrame:
    return lines.group_by(GROUP).agg(pl.len().cast(pl.Int64).alias("credits"), pl.col("commission").sum())


def pay(credits: pl.DataFrame, quotas: pl.DataFrame, engine: Engine = "streaming") -> tuple[pl.DataFrame, pl.DataFrame]:
    """What each credit pays, and the statements, in cents."""
    lines = paid(credits.lazy(), quotas.lazy(), packed=credits.schema["payee"].is_integer())
    found = pl.collect_all([lines, stated(lines)], engine=engine)
    return found[0], found[1]


def pay_files(folder: Path) -> None:
    """The same from Parquet to Parquet."""
    lines = paid(pl.scan_parquet(folder / "credits.parquet"), pl.scan_parquet(folder / "quotas.parquet"), packed=True)
    sinks: list[Any] = [
        lines.sink_parquet(folder / "paid.parquet", lazy=True),
        stated(lines).sink_parquet(folder / "statements.parquet", lazy=True),
    ]
    pl.collect_all(sinks, engine="streaming")
