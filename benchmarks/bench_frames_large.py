"""A hundred million credits from Parquet to Parquet on two cores, each engine in a process of its own.

`python benchmarks/run.py frames_large` and `nox -s bench-large` run it; `run.py` alone does not. It needs some 12 GB of
disk in the folder for temporary files, which it empties. Sizes by argument: `python benchmarks/bench_frames_large.py
1000000 10000000`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import polars as pl
from frames_peers import duckdb_peer, engine, oracle, parquet_run, workload

SIZES = (1_000_000, 10_000_000, 100_000_000)
MUST = {"over_duckdb": 0.6, "peak_MiB": 3 * 1024}
#: So many rows are compared one by one before anything is timed.
COMPARED = 1_000_000


def checked() -> int:
    """Raise where ours and DuckDB pay different cents from Parquet to Parquet; how many credits were compared."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workload.write_parquet(COMPARED, folder)
        engine.pay_files(folder)
        ours = oracle.by_number(engine.in_cents(pl.read_parquet(folder / "paid.parquet")))
        duckdb_peer.pay_files(folder)
        theirs = oracle.by_number(pl.read_parquet(folder / "paid.parquet"))
    if not ours.equals(theirs):
        raise AssertionError("the engines pay different cents; nothing to compare")
    return len(ours)


def sized(rows: int, engines: tuple[str, ...]) -> dict[str, Any]:
    """Seconds and peak memory of each engine over the same files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = workload.write_parquet(rows, folder)
        found: dict[str, Any] = {"rows": written, "file_MB": (folder / "credits.parquet").stat().st_size / 1e6}
        totals = {}
        for each in engines:
            print(f"  {each}, {rows:,} rows …", file=sys.stderr)
            measured = parquet_run.measure(each, folder)
            found |= {f"{each}_{what}": value for what, value in measured.items()}
            totals[each] = commission(folder)
            for made in ("paid.parquet", "statements.parquet"):
                (folder / made).unlink()
    if len(set(totals.values())) != 1:
        raise AssertionError(f"the engines pay different totals: {totals}")
    return found


def commission(folder: Path) -> int:
    """What was paid in all, in cents, and the statements agree."""
    paid, stated = (
        pl.scan_parquet(folder / name).select(pl.col("commission").sum()).collect().item()
        for name in ("paid.parquet", "statements.parquet")
    )
    if paid != stated:
        raise AssertionError("credits and statements pay different totals")
    return paid if isinstance(paid, int) else int(paid * 100)


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Each size with ours and DuckDB."""
    compared = checked()
    found = {f"{rows:,}": sized(rows, ("salesrules", "DuckDB")) for rows in sizes}
    for figures in found.values():
        figures["over_duckdb"] = figures["salesrules_seconds"] / figures["DuckDB_seconds"]
        figures["us_per_row"] = figures["salesrules_seconds"] / figures["rows"] * 1e6
        figures["holds"] = (
            figures["over_duckdb"] <= MUST["over_duckdb"] and figures["salesrules_peak_MiB"] <= MUST["peak_MiB"]
        )
    return {
        "what": "Parquet to Parquet on two cores: seconds, peak of resident memory, and ours over DuckDB SQL by hand",
        "compared_row_by_row": compared,
        "must": MUST,
        **found,
    }


def draw(results: Path, folder: Path) -> None:
    """The pictures of the figures that are kept."""
    from frames_peers import pictures

    pictures.draw(results, folder)


if __name__ == "__main__":
    print(json.dumps(run(tuple(map(int, sys.argv[1:])) or SIZES), indent=2))
