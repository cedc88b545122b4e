"""One engine from Parquet to Parquet in a process of its own: `python -m frames_peers.parquet_run ENGINE FOLDER`.

Prints seconds and the peak of resident memory in MiB as JSON; the interpreter and the imports are not timed, but count
as memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from frames_peers import workload

BENCHMARKS = Path(__file__).resolve().parents[1]
ENGINES = ("salesrules", "DuckDB", "Polars")


def _engine(name: str) -> Callable[[Path], Any]:
    if name == "DuckDB":
        from frames_peers import duckdb_peer

        return duckdb_peer.pay_files
    if name == "Polars":
        from frames_peers import polars_peer

        return polars_peer.pay_files
    from frames_peers import engine

    return engine.pay_files


def measure(name: str, folder: Path) -> dict[str, float]:
    """Run an engine in a new process over `credits.parquet` and `quotas.parquet` of a folder."""
    command = [sys.executable, "-m", "frames_peers.parquet_run", name, str(folder)]
    allowed = {"POLARS_MAX_THREADS": str(workload.THREADS), "OMP_NUM_THREADS": str(workload.THREADS)}
    done = subprocess.run(
        command, cwd=BENCHMARKS, env={**os.environ, **allowed}, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak_MiB() -> float:  # noqa: N802  # the unit is written so
    """The most memory that this process had resident; Linux tells it apart from what was there before its start."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor() -> float:
    """Seconds of processors that this process and its children have had."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(found.ru_utime + found.ru_stime for found in map(resource.getrusage, kinds))


def main(name: str, folder: Path) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: workload.THREADS])
    pay = _engine(name)
    began, started = processor(), time.perf_counter()
    pay(folder)
    seconds = time.perf_counter() - started
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "processor_s": processor() - began, "peak_MiB": peak_MiB() + children}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
