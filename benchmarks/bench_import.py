"""The first small calculation in a fresh process, beside importing the libraries it stands on; minima over rounds.

Each process times itself from its first import on; what the interpreter needs to start is in neither figure.
On a busy machine the processor's time is the one to trust.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "import.json"
ROUNDS = 12
LIMIT = 2.5

PEER = "import attrs, cattrs, dateutil, babel.core"
OURS = """
from salesrules import commissions
from decimal import Decimal
from salesrules.core import Band, BandTable, Rate
tiers = BandTable(bands=(Band(start=0, value=Rate.parse("5%")), Band(start=200_000, value=Rate.parse("8%"))))
curve = commissions.PayoutCurve.of(tiers, commissions.RateMode.MARGINAL)
assert curve.at(Decimal(260_000)) == Decimal("14800.00")
"""
CLOCK = """
import time
wall, processor = time.perf_counter(), time.process_time()
{work}
print(time.process_time() - processor, time.perf_counter() - wall)
"""


def seconds(work: str, cache: str) -> tuple[float, float]:
    """Processor and wall time of the work in a process of its own, its bytecode cached like that of installed code."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", CLOCK.format(work=work)],
        env={**settings, "PYTHONPYCACHEPREFIX": cache},
        capture_output=True,
        check=True,
        text=True,
    )
    processor, wall = map(float, done.stdout.split())
    return processor, wall


def run() -> dict[str, Any]:
    """Milliseconds of both, and how many times the peer's time ours is; the limit is a greatest ratio."""
    sides = {"ours": OURS, "bare_imports": PEER}
    measured: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as cache:
        for work in sides.values():
            seconds(work, cache)  # fills the cache
        for _ in range(ROUNDS):
            for side, work in sides.items():
                measured[side].append(seconds(work, cache))
    figures: dict[str, Any] = {}
    for place, clock in enumerate(("processor", "wall")):
        least = {side: min(times[place] for times in rounds) for side, rounds in measured.items()}
        ratio = least["ours"] / least["bare_imports"]
        figures[clock] = {
            **{f"{side}_ms": round(time * 1e3, 1) for side, time in least.items()},
            "ratio": ratio,
            "greatest_ratio": LIMIT,
            "holds": ratio <= LIMIT,
        }
    return {"first_calculation": figures}


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
