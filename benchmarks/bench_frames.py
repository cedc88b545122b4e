"""The bulk engine beside the same plan written by hand for Polars and DuckDB, and beside a copy of the same bytes.

Every peer first pays the same cents as ours, row by row, and as the literal oracle on a sample of whole payees. Times
are the least of rounds that take turns. `python benchmarks/bench_frames.py --rows 1000000` measures less than `run.py`;
`SALESRULES_CLOCK=processor` counts the seconds of processors, where others use the machine meanwhile.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "2")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import polars as pl
from frames_peers import duckdb_peer, engine, oracle, polars_peer, tiers, workload

ROWS, ROUNDS = 10_000_000, 3
GROWTH = (100_000, 1_000_000, 10_000_000)
TIERS = (5, 6, 50, 500)
MUST = {
    "over_peers": 3.0,
    "over_copy": 16.0,
    "lazy_over_polars": 1.15,
    "lazy_over_duckdb": 1.3,
    "tiers_500_over_5": 3.0,
    "over_openfisca_6": 7.0,
    "over_openfisca_50": 50.0,
}


#: Seconds by the clock on the wall, or of processors: for a machine that others use meanwhile.
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "processor": time.process_time}


def least(contenders: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The least seconds of each, in rounds that take turns; what one made is dropped before the next begins."""
    clock = CLOCKS[os.environ.get("SALESRULES_CLOCK", "wall")]
    seconds = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, work in contenders.items():
            gc.collect()
            started = clock()
            made = work()
            seconds[name] = min(seconds[name], clock() - started)
            del made
    return seconds


def check(credits: pl.DataFrame, quotas: pl.DataFrame, found: Mapping[str, pl.DataFrame]) -> int:
    """Raise where two pay different cents, or where the oracle pays others on a sample; how many rows it judged."""
    sample = oracle.sample(credits)
    judged = oracle.pay(sample, quotas)
    names = list(found)
    for name in names:
        part = found[name].join(
            sample.select(pl.col("payee").unique()).cast(found[name].schema["payee"]), on="payee", how="semi"
        )
        if oracle.differences(part, judged):
            raise AssertionError(f"{name} does not pay what paper pays; nothing to compare")
    first = oracle.by_number(found[names[0]])
    for name in names[1:]:
        if not first.equals(oracle.by_number(found[name])):
            raise AssertionError(f"{name} and {names[0]} pay different cents; nothing to compare")
    return len(judged)


def columns_of(frame: pl.DataFrame) -> list[np.ndarray]:
    """The frame's bytes: numbers, days and the numbers of words."""
    return [frame[name].to_physical().to_numpy(allow_copy=True).copy() for name in frame.columns]


def in_memory(rows: int, rounds: int, *, shuffled: bool, text: bool = False) -> dict[str, Any]:
    """Seconds of ours, Polars by both of its engines, DuckDB, and of copying what comes in and what goes out."""
    credits = workload.make_credits(rows, shuffled=shuffled, text=text)
    quotas = workload.make_quotas(rows, text=text)
    connection = duckdb_peer.connect()

    def by_duckdb() -> None:
        duckdb_peer.pay(connection, credits, quotas)

    contenders: dict[str, Callable[[], Any]] = {
        "salesrules": lambda: engine.pay(credits, quotas),
        "ids checked": lambda: engine.pay(credits, quotas, trust_ids=False),
        "by component": lambda: engine.pay(credits, quotas, by_component=True),
        "Polars, streaming": lambda: polars_peer.pay(credits, quotas, "streaming"),
        "Polars, in memory": lambda: polars_peer.pay(credits, quotas, "in-memory"),
        "DuckDB SQL": by_duckdb,
    }
    by_duckdb()
    paid = {
        "salesrules": engine.read(engine.pay(credits, quotas))[0],
        "Polars": polars_peer.pay(credits, quotas)[0],
        "DuckDB": duckdb_peer.read(connection)[0],
    }
    judged = check(credits, quotas, paid)
    bytes_: list[np.ndarray] = []
    if not text:
        bytes_ = [*columns_of(credits), *columns_of(paid["Polars"])]
        contenders["copy"] = lambda: [each.copy() for each in bytes_]
    del paid
    seconds = least(contenders, rounds)
    connection.close()
    ours = seconds["salesrules"]
    polars = min(seconds["Polars, streaming"], seconds["Polars, in memory"])
    found = {
        "rows": len(credits),
        "salesrules_s": ours,
        "ids_checked_s": seconds["ids checked"],
        "by_component_s": seconds["by component"],
        "polars_streaming_s": seconds["Polars, streaming"],
        "polars_in_memory_s": seconds["Polars, in memory"],
        "duckdb_s": seconds["DuckDB SQL"],
        "over_polars": polars / ours,
        "over_duckdb": seconds["DuckDB SQL"] / ours,
        "judged_by_oracle": judged,
    }
    if bytes_:
        found |= {
            "copied_MB": sum(each.nbytes for each in bytes_) / 1e6,
            "copy_s": seconds["copy"],
            "over_copy": ours / seconds["copy"],
        }
        found["holds"] = (
            min(found["over_polars"], found["over_duckdb"]) >= MUST["over_peers"]
            and found["over_copy"] <= MUST["over_copy"]
        )
    return found


def lazily(rows: int, rounds: int) -> dict[str, Any]:
    """The expressions where the credits are, beside the same written by hand: a Polars lazy frame, a DuckDB table."""
    credits, quotas = workload.make_credits(rows, shuffled=True), workload.make_quotas(rows)
    connection = duckdb_peer.connect()
    connection.register("credits", credits.to_arrow())
    connection.register("quotas", quotas.to_arrow())

    def polars(how: str = "streaming", *, trust_ids: bool = True) -> list[pl.DataFrame]:
        result = engine.pay_lazily(credits.lazy(), quotas.lazy(), trust_ids=trust_ids)
        return pl.collect_all([result.credits, result.statements], engine=how)  # type: ignore[call-overload]  # its stubs know fewer engines

    def duckdb(*, trust_ids: bool = True) -> None:
        result = engine.pay_lazily(connection.table("credits"), connection.table("quotas"), trust_ids=trust_ids)
        connection.execute("DROP TABLE IF EXISTS lazily_paid")
        result.credits.create("lazily_paid")
        # As by hand the statements are added up from what was paid: `result.statements` would work it out once more.
        stated = (
            "SELECT payee, period, count(*) AS credits, sum(commission) AS commission FROM lazily_paid GROUP BY ALL"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE lazily_stated AS {stated}")

    duckdb()
    check(
        credits,
        quotas,
        {
            "Polars by hand": polars_peer.pay(credits, quotas)[0],
            "expressions on Polars": engine.in_cents(polars()[0]),
            "expressions on DuckDB": engine.in_cents(connection.sql("FROM lazily_paid").pl()),
        },
    )
    seconds = least(
        {
            "polars": polars,
            "polars_in_memory": partial(polars, "in-memory"),
            "polars_ids_checked": partial(polars, trust_ids=False),
            "polars_by_hand": lambda: polars_peer.pay(credits, quotas, "streaming"),
            "polars_by_hand_in_memory": lambda: polars_peer.pay(credits, quotas, "in-memory"),
            "duckdb": duckdb,
            "duckdb_ids_checked": partial(duckdb, trust_ids=False),
            "duckdb_by_hand": lambda: duckdb_peer.pay(connection, credits, quotas),
        },
        rounds,
    )
    connection.close()
    on_polars = min(seconds["polars"], seconds["polars_in_memory"])
    by_hand = min(seconds["polars_by_hand"], seconds["polars_by_hand_in_memory"])
    return {
        "on Polars": _beside(on_polars, seconds["polars_ids_checked"], by_hand, MUST["lazy_over_polars"]),
        "on DuckDB": _beside(
            seconds["duckdb"], seconds["duckdb_ids_checked"], seconds["duckdb_by_hand"], MUST["lazy_over_duckdb"]
        ),
    }


def _beside(ours: float, checked: float, by_hand: float, most: float) -> dict[str, Any]:
    """Ours with ids trusted, as by hand, and with doubled ids looked for."""
    ratio = ours / by_hand
    figures = {"salesrules_s": ours, "ids_checked_s": checked, "by_hand_s": by_hand}
    return {**figures, "ratio": ratio, "must": most, "holds": ratio <= most}


def growth(sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Seconds from few rows to many, shuffled in memory, and microseconds a row; Polars by its faster engine."""
    found = {}
    for rows in sizes:
        credits, quotas = workload.make_credits(rows, shuffled=True), workload.make_quotas(rows)
        with duckdb_peer.connect() as connection:
            contenders = {
                "salesrules_s": partial(engine.pay, credits, quotas),
                "polars_s": partial(polars_peer.pay, credits, quotas, "in-memory"),
                "duckdb_s": partial(duckdb_peer.pay, connection, credits, quotas),
            }
            seconds = least(contenders, rounds)
        a_row = {"us_per_row": seconds["salesrules_s"] / len(credits) * 1e6}
        found[f"{rows:,}"] = {"rows": len(credits), **seconds, **a_row}
    return found


def by_tiers(rows: int, rounds: int) -> dict[str, Any]:
    """Millions of credits a second through the tier step by how many tiers there are."""
    moves = tiers.moves_of(rows)
    found: dict[str, dict[str, Any]] = {}
    for count in TIERS:
        made = tiers.tiers_of(count)
        steps = {name: make(made, moves) for name, make in tiers.STEPS.items()}
        first = steps["salesrules"]()
        for name, step in steps.items():
            paid = step()
            if name.startswith("OpenFisca"):
                wrong = int((paid != first).sum())
            elif not (paid == first).all() and not (np.sort(paid) == np.sort(first)).all():
                raise AssertionError(f"{name} pays different cents; nothing to compare")
        seconds = least(steps, rounds)
        speeds = {name: rows / took / 1e6 for name, took in seconds.items()}
        found[str(count)] = {
            **{f"{name} M/s": speed for name, speed in speeds.items()},
            "over_openfisca": speeds["salesrules"] / speeds["OpenFisca"],
            "over_openfisca_in_slices": speeds["salesrules"] / speeds["OpenFisca in slices"],
            "openfisca_wrong": wrong,
        }
    return found


def run(rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, Any]:
    """All figures but those of a hundred million rows, which `bench_frames_large.py` measures."""
    found: dict[str, Any] = {
        "what": f"the workload of benchmarks/frames_peers at {rows:,} rows: seconds, and how many times as fast",
        "rounds": rounds,
        "clock": os.environ.get("SALESRULES_CLOCK", "wall"),
        "must": MUST,
    }
    found["in memory"] = {
        "in the order of days": in_memory(rows, rounds, shuffled=False),
        "shuffled": in_memory(rows, rounds, shuffled=True),
        "shuffled, ids and words as text": in_memory(rows, rounds, shuffled=True, text=True),
    }
    found["expressions"] = lazily(rows, rounds)
    found["growth"] = growth(tuple(size for size in GROWTH if size <= rows), rounds)
    found["tiers"] = by_tiers(min(rows, 250_000), max(rounds, 5))
    five, many = (found["tiers"][count]["salesrules M/s"] for count in ("5", "500"))
    found["tiers 500 over 5"] = {"ratio": five / many, "must": MUST["tiers_500_over_5"], "holds": five / many <= 3}
    return found


def draw(results: Path, folder: Path) -> None:
    """The pictures of the figures that are kept."""
    from frames_peers import pictures

    pictures.draw(results, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    print(json.dumps(run(given.rows, given.rounds), indent=2))
