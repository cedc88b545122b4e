"""The kernel in streams and on clusters: how time and memory grow with rows, and what a second worker brings.

Streams go from Parquet to Parquet: scattered (credits in the order of their days), by ranges (sorted by payee), from a
stream of record batches, and with ids and payees as text. Dask and Spark run the same job over the same file with one
worker and with two; what they make is counted and dropped. `bound` is the least ratio that two processors allow: what
two workers took of processors, halved, over the seconds of one worker, who keeps more than one processor busy. Every
run has a process of its own; start-up, and a first small run that loads and compiles everything, are not counted.

`python benchmarks/bench_frames_scaling.py --rows 100000000 --only streams` measures more than `run.py` does.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from salesrules.frames import BulkJob, calculate_on_dask, calculate_on_spark, calculate_to_parquet
from salesrules.testing import simple_plan

ROWS, GROWTH, ROUNDS = 10_000_000, (1_000_000, 10_000_000), 2
#: Two workers finish in so much of one worker's time; ten times the rows take at most so many times the time.
MUST, MUST_GROWTH = 0.65, 11.0
KINDS = ("scattered", "sorted", "batches", "text")
PARTS = 8
TIERS: dict[int | str | Any, str] = {0: "1%", 5000: "2%", 10000: "3%", 20000: "4.5%", 30000: "6%", 50000: "3%"}


def make_job() -> BulkJob:
    """Six marginal tiers of what a payee sells in a quarter."""
    return BulkJob(plan=simple_plan(TIERS), pay_period="quarter")


def rows_of(rows: int, kind: str, step: int = 1 << 20) -> Iterator[pa.Table]:
    """Credits of 2020, a hundred for each payee, one of twenty a return, with a column that nobody reads."""
    payees = max(rows // 100, 1)
    for start in range(0, rows, step):
        number = np.arange(start, min(start + step, rows))
        mixed = (number * 0x9E3779B97F4A7C1 >> 16) & 0x7FFFFFFF
        if kind == "sorted":
            payee, day = number // 100, number % 100 * 366 // 100
        else:
            payee, day = mixed % payees, number * 366 // rows
        amount = 1000 + mixed % 500_000
        amount = np.where(mixed % 20 == 0, -amount, amount)
        names = {"id": pa.array(number), "payee": pa.array(payee)}
        if kind == "text":
            names = {
                name: pc.binary_join_element_wise(name, each.cast(pa.string()), "-") for name, each in names.items()
            }
        days = pa.array((18262 + day).astype(np.int32)).cast(pa.date32())
        yield pa.table({**names, "day": days, "amount": pa.array(amount), "note": pa.array(mixed)})


def write(rows: int, kind: str, path: Path) -> None:
    """The credits as Parquet."""
    parts = rows_of(rows, kind)
    first = next(parts)
    with pq.ParquetWriter(path, first.schema) as writer:
        for part in itertools.chain([first], parts):
            writer.write_table(part)


def run_stream(kind: str, path: Path) -> dict[str, Any]:
    """One run from Parquet to Parquet, and the most memory that the process ever had."""
    given: Any = pads.dataset(path).scanner().to_reader() if kind == "batches" else path
    before = _peak()
    started = time.perf_counter()
    summary = calculate_to_parquet(
        make_job(), given, credits_to=path.with_name("paid"), statements_to=path.with_name("stated")
    )
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_MB": _peak(), "peak_before_MB": before, "parts": summary.parts}


def _peak() -> int:
    """The most that was resident, of this process alone; what `getrusage` says, a child has from its parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    [line] = [line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


def run_dask(workers: int, path: Path, small: Path) -> dict[str, Any]:
    """The least seconds of a run on a local cluster whose workers have one thread each."""
    import dask
    import dask.dataframe as dd
    from dask.distributed import Client, LocalCluster

    def pay(file: Path) -> None:
        result = calculate_on_dask(make_job(), dd.read_parquet(file, split_row_groups=1), partitions=PARTS)
        dask.compute(*(each.map_partitions(len).sum() for each in (result.credits, result.statements)))

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        return _least(pay, path, small)


def run_spark(workers: int, path: Path, small: Path) -> dict[str, Any]:
    """The least seconds of a run on so many local task slots."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "6g",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
        "spark.sql.adaptive.enabled": "false",
    }
    spark = SparkSession.builder.master(f"local[{workers}]").config(map=options).getOrCreate()

    def pay(file: Path) -> None:
        frame = spark.read.parquet(str(file))
        result = calculate_on_spark(make_job(), frame, partitions=PARTS, cache=False)
        result.credits.write.format("noop").mode("overwrite").save()

    try:
        return _least(pay, path, small)
    finally:
        spark.stop()


def _least(pay: Callable[[Path], None], path: Path, small: Path) -> dict[str, Any]:
    """The least seconds of the rounds, and what all processes together took of processors in that round."""
    pay(small)
    found = []
    for _ in range(ROUNDS):
        started, processors = time.perf_counter(), _processor_seconds()
        pay(path)
        found.append((time.perf_counter() - started, _processor_seconds() - processors))
    seconds, processors = min(found)
    return {"seconds": seconds, "processor_s": processors}


def _processor_seconds() -> float:
    """What this process and those that it started, which are still there, have taken of processors."""
    own = psutil.Process()
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def apart(*arguments: object) -> dict[str, Any]:
    """What a run in a process of its own measures."""
    command = [sys.executable, __file__, "--inside", *map(str, arguments)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def streams(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Each kind of input at each size, and how many times the seconds of the size before."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        before: tuple[int, float] | None = None
        for rows in sizes:
            with tempfile.TemporaryDirectory() as name:
                path = Path(name) / "in.parquet"
                write(rows, kind, path)
                measured = apart("stream", kind, path)
            if before is not None:
                grown = measured["seconds"] / before[1] * 10 * before[0] / rows
                measured |= {"tenfold": grown, "must": MUST_GROWTH, "holds": grown <= MUST_GROWTH}
            before = (rows, measured["seconds"])
            found[f"{kind}, {rows:,}"] = {"us_per_row": measured["seconds"] / rows * 1e6, **measured}
    return found


def clusters(rows: int, engines: tuple[str, ...] = ("dask", "spark")) -> dict[str, Any]:
    """One worker and two of each engine."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        path, small = Path(name) / "in.parquet", Path(name) / "small.parquet"
        write(rows, "scattered", path)
        write(min(rows, 200_000), "scattered", small)
        for engine in engines:
            one, two = (apart(engine, workers, path, small) for workers in (1, 2))
            ratio = two["seconds"] / one["seconds"]
            found[engine] = {
                "one_s": one["seconds"],
                "two_s": two["seconds"],
                "ratio": ratio,
                "must": MUST,
                "holds": ratio <= MUST,
                "one_processor_s": one["processor_s"],
                "two_processor_s": two["processor_s"],
                # With the work of two workers, two processors cannot finish sooner than this.
                "bound": two["processor_s"] / 2 / one["seconds"],
            }
    return found


def run(sizes: tuple[int, ...] = GROWTH, rows: int = ROWS) -> dict[str, Any]:
    """Streams and clusters."""
    return {
        "what": "streams from Parquet to Parquet with their peaks, and Dask and Spark with one worker and two",
        "streams": streams(sizes),
        "workers": clusters(rows),
    }


def inside(engine: str, *arguments: str) -> dict[str, Any]:
    """The run of one process."""
    if engine == "stream":
        return run_stream(arguments[0], Path(arguments[1]))
    pay = {"dask": run_dask, "spark": run_spark}[engine]
    return pay(int(arguments[0]), Path(arguments[1]), Path(arguments[2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, nargs="*", default=list(GROWTH))
    parser.add_argument("--only", choices=["streams", "dask", "spark"])
    given = parser.parse_args()
    if given.inside:
        found = inside(*given.inside)
    elif given.only == "streams":
        found = streams(tuple(given.rows))
    elif given.only:
        found = clusters(max(given.rows), (given.only,))
    else:
        found = run(tuple(given.rows), max(given.rows))
    print(json.dumps(found, indent=None if given.inside else 2))


if __name__ == "__main__":
    main()
