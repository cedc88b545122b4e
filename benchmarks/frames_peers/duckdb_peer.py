"""The plan as somebody who knows DuckDB well writes it by hand: one window, whole numbers, sums cast back at once.

Rates have the common denominator 2,000 and bounds of attainment 20. Both running sums stand over the same window, so
that the credits are sorted once; what was earned before a credit is worked out from the sums less the credit, which is
cheaper than a second window that looks back. Day and returns are one key of the order, payee and quarter one of the
group.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from frames_peers import workload

SQL = """
WITH flow AS (
    SELECT
        c.id, c.payee, c.day, c.role, quarter(c.day) AS quarter,
        {group} AS grouped,
        (c.day - DATE '1970-01-01')::BIGINT * 2 + (c.amount < 0)::BIGINT AS ordered,
        coalesce(q.amount, 1) AS quota,
        CASE WHEN c.role = 'direct' THEN c.amount ELSE 0 END AS sold,
        c.amount * CASE
            WHEN c.role = 'override_1' THEN 5
            WHEN c.role = 'override_2' THEN 2
            WHEN c.class IN ('new', 'strategic') THEN 30
            ELSE 0
        END AS flat
    FROM {credits} AS c
    LEFT JOIN {quotas} AS q ON q.payee = c.payee AND right(q.period, 1)::BIGINT = quarter(c.day)
),
running AS (
    SELECT *, (sum(sold) OVER until_here)::BIGINT AS all_sold, (sum(flat) OVER until_here)::BIGINT AS all_flat
    FROM flow
    WINDOW until_here AS (PARTITION BY grouped ORDER BY ordered, id, role ROWS UNBOUNDED PRECEDING)
),
earned AS (
    SELECT
        id, payee, day, role, quarter,
        least(@after + all_flat, 300000000) AS after,
        least(@before + all_flat - flat, 300000000) AS before
    FROM running
)
SELECT
    id, payee, day, role, quarter,
    CASE WHEN after >= 0 THEN (after + 1000) // 2000 ELSE -((1000 - after) // 2000) END
    - CASE WHEN before >= 0 THEN (before + 1000) // 2000 ELSE -((1000 - before) // 2000) END AS commission
FROM earned
"""

#: Six marginal tiers and the rate on all, of what was sold until a credit or with it.
BY_ATTAINMENT = """(
        CASE
            WHEN 20 * {sold} < 10 * quota THEN 20 * {sold}
            WHEN 20 * {sold} < 16 * quota THEN 40 * {sold} - 10 * quota
            WHEN 20 * {sold} < 20 * quota THEN 60 * {sold} - 26 * quota
            WHEN 20 * {sold} < 24 * quota THEN 90 * {sold} - 56 * quota
            WHEN 20 * {sold} < 30 * quota THEN 120 * {sold} - 92 * quota
            ELSE 60 * {sold} - 2 * quota
        END
        + {sold} * CASE
            WHEN 20 * {sold} < 16 * quota THEN 0
            WHEN 20 * {sold} < 20 * quota THEN 5
            WHEN 20 * {sold} < 25 * quota THEN 10
            ELSE 20
        END)"""

STATEMENTS = """
SELECT payee, quarter, count(*) AS credits, sum(commission)::BIGINT AS commission FROM {paid} GROUP BY payee, quarter
"""


def sql(credits: str, quotas: str, *, text: bool = False) -> str:
    """The query over two relations; `text` where payees are no numbers."""
    written = SQL.replace("@after", BY_ATTAINMENT.format(sold="all_sold"))
    written = written.replace("@before", BY_ATTAINMENT.format(sold="(all_sold - sold)"))
    group = "(c.payee, quarter(c.day))" if text else "c.payee * 4 + quarter(c.day)"
    return written.format(group=group, credits=credits, quotas=quotas)


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET threads = {workload.THREADS}; SET preserve_insertion_order = false")
    return connection


def pay(connection: duckdb.DuckDBPyConnection, credits: pl.DataFrame, quotas: pl.DataFrame) -> None:
    """Make the tables `paid` and `statements`, in cents, from Arrow: the result stays in DuckDB, its fastest way."""
    connection.register("credits", credits.to_arrow())
    connection.register("quotas", quotas.to_arrow())
    text = not credits.schema["payee"].is_integer()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE paid AS {sql('credits', 'quotas', text=text)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE statements AS {STATEMENTS.format(paid='paid')}")


def read(connection: duckdb.DuckDBPyConnection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `pay` has made, as frames."""
    return connection.sql("FROM paid").pl(), connection.sql("FROM statements").pl()


def pay_files(folder: Path) -> None:
    """The same from Parquet to Parquet; the statements are added up from what was just written."""
    connection = connect()
    connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
    query = sql(f"'{folder / 'credits.parquet'}'", f"'{folder / 'quotas.parquet'}'")
    target = folder / "paid.parquet"
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    found = STATEMENTS.format(paid=f"'{target}'")
    connection.execute(f"COPY ({found}) TO '{folder / 'statements.parquet'}' (FORMAT parquet)")
