"""Money beside py-moneyed's: one addition, and the sum of a thousand; minima over rounds that take turns."""

from __future__ import annotations

import json
import timeit
from pathlib import Path
from typing import Any

import moneyed

from salesrules.core import Money, total

RESULT = Path(__file__).parent / "results" / "money.json"
ROUNDS = 15
LIMITS = {"addition": 1.2, "sum_of_1000": 5.0}


def best(statements: dict[str, str], names: dict[str, Any], number: int) -> dict[str, float]:
    """Nanoseconds of the fastest round of each statement; they take turns, so that a slow spell hits all alike."""
    timers = {side: timeit.Timer(statement, globals=names) for side, statement in statements.items()}
    seconds = dict.fromkeys(timers, float("inf"))
    for _ in range(ROUNDS):
        for side, timer in timers.items():
            seconds[side] = min(seconds[side], timer.timeit(number))
    return {side: least / number * 1e9 for side, least in seconds.items()}


def run() -> dict[str, Any]:
    """How many times faster than py-moneyed; every limit is a least ratio."""
    amounts = [f"{n * 37 % 10_000}.{n % 100:02}" for n in range(1000)]
    names = {
        "a": Money("1234.50", "CNY"),
        "b": Money("0.75", "CNY"),
        "ours": [Money(amount, "CNY") for amount in amounts],
        "x": moneyed.Money("1234.50", "CNY"),
        "y": moneyed.Money("0.75", "CNY"),
        "theirs": [moneyed.Money(amount, "CNY") for amount in amounts],
        "total": total,
    }
    if total(names["ours"]).amount != sum(names["theirs"]).amount:
        raise AssertionError("the sums differ; nothing to compare")
    figures = {
        "addition": best({"ours": "a + b", "peer": "x + y"}, names, 20_000),
        "sum_of_1000": best({"ours": "total(ours)", "peer": "sum(theirs)"}, names, 20),
    }
    return {
        name: {
            "ours_ns": round(times["ours"], 1),
            "py_moneyed_ns": round(times["peer"], 1),
            "ratio": times["peer"] / times["ours"],
            "least_ratio": LIMITS[name],
            "holds": times["peer"] / times["ours"] >= LIMITS[name],
        }
        for name, times in figures.items()
    }


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
