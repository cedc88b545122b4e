"""Trees of a million people: ours beside plain Python code that does the same, in one run; minima over rounds.

The peer is what a careful programmer writes without a library: a dictionary of parents, a dictionary of children, an
iterative walk that notes entry and exit, and prefix sums in a list. It checks nothing.
"""

from __future__ import annotations

import gc
import itertools
import json
import pathlib
import platform
import random
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from salesrules.org import Hierarchy

RESULT = pathlib.Path(__file__).parent / "results" / "org.json"


def make_table(size: int, span: int) -> dict[str, str | None]:
    """A tree with `span` reports each, listed in random order."""
    ids = [f"P{number:07d}" for number in range(size)]
    rows: list[tuple[str, str | None]] = [(ids[n], ids[(n - 1) // span] if n else None) for n in range(size)]
    random.Random(7).shuffle(rows)
    return dict(rows)


class Bare:
    """A bare parent dictionary with an interval index beside it."""

    def __init__(self, table: dict[str, str | None]) -> None:
        self.parents = dict(table)

    def index(self) -> None:
        children: dict[str, list[str]] = {}
        roots = []
        for node, above in self.parents.items():
            if above is None:
                roots.append(node)
            elif above in children:
                children[above].append(node)
            else:
                children[above] = [node]
        self.entry: dict[str, int] = {}
        self.exit: dict[str, int] = {}
        self.order: list[str] = []
        stack = [(root, False) for root in roots]
        while stack:
            node, is_leaving = stack.pop()
            if is_leaving:
                self.exit[node] = len(self.order)
                continue
            self.entry[node] = len(self.order)
            self.order.append(node)
            stack.append((node, True))
            stack += [(child, False) for child in children.get(node, ())]

    def chain(self, node: str) -> list[str]:
        found = []
        above = self.parents[node]
        while above is not None:
            found.append(above)
            above = self.parents[above]
        return found


def best(rounds: int, ours: Callable[[], Any], bare: Callable[[], Any]) -> tuple[float, float]:
    """Processor seconds of the fastest round of each, taken in turns, so that a busy machine bears on both alike.

    The collector rests meanwhile, so that neither side pays for the other's waste.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, taken in zip((ours, bare), times, strict=True):
            gc.collect()
            gc.disable()
            begin = time.process_time()
            kept = work()
            taken.append(time.process_time() - begin)
            gc.enable()
            del kept
    return min(times[0]), min(times[1])


def run(size: int = 1_000_000, span: int = 8, rounds: int = 5) -> dict[str, Any]:
    """Measure build, chain and subtree sum; times in seconds per build and microseconds per question."""
    table = make_table(size, span)

    def build_bare() -> Bare:
        bare = Bare(table)
        bare.index()
        return bare

    def build_ours() -> Hierarchy:
        tree = Hierarchy.from_parents(table)
        tree.roots  # noqa: B018 - the first question builds the index
        return tree

    our_build, bare_build = best(rounds, build_ours, build_bare)
    our_table, bare_table = best(rounds, lambda: Hierarchy.from_parents(table), lambda: Bare(table))
    bare, tree = build_bare(), build_ours()
    asked = random.Random(11).sample(list(table), 20_000)
    our_chain, bare_chain = best(
        rounds, lambda: [tree.chain(id) for id in asked], lambda: [bare.chain(id) for id in asked]
    )
    amounts = {id: Decimal(number % 9_973).scaleb(-2) for number, id in enumerate(table)}

    def sum_bare() -> list[Decimal]:
        return list(itertools.accumulate((amounts[id] for id in bare.order), initial=Decimal(0)))

    our_rollup, bare_rollup = best(rounds, lambda: tree.roll_up(amounts), sum_bare)
    sums, prefix = tree.roll_up(amounts), sum_bare()
    our_sum, bare_sum = best(
        rounds,
        lambda: [sums.of(id) for id in asked],
        lambda: [prefix[bare.exit[id]] - prefix[bare.entry[id]] for id in asked],
    )
    assert sums.total == sum(amounts.values()) == sums.of(tree.root)
    assert all(sums.of(id) == prefix[bare.exit[id]] - prefix[bare.entry[id]] for id in asked)
    micro = 1_000_000 / len(asked)
    return {
        "what": "a tree of a million people beside plain Python code; seconds per build, microseconds per question",
        "size": size,
        "span": span,
        "python": platform.python_version(),
        "build_with_index_s": {"ours": our_build, "bare": bare_build, "ratio": our_build / bare_build, "limit": 1.5},
        "table_only_s": {"ours": our_table, "bare": bare_table, "ratio": our_table / bare_table},
        "chain_us": {
            "ours": our_chain * micro,
            "bare": bare_chain * micro,
            "ratio": our_chain / bare_chain,
            "limit": 2.0,
        },
        "roll_up_s": {"ours": our_rollup, "bare": bare_rollup, "ratio": our_rollup / bare_rollup},
        "subtree_sum_us": {"ours": our_sum * micro, "bare": bare_sum * micro, "limit": 2.0},
    }


if __name__ == "__main__":
    result = {"name": "org", **run()}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
