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


def best(rounds: int, work: Callable[[], Any]) -> float:
    """Seconds of the fastest round; the collector rests meanwhile, so that neither side pays for the other's waste."""
    times = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        begin = time.perf_counter()
        kept = work()
        times.append(time.perf_counter() - begin)
        gc.enable()
        del kept
    return min(times)


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

    bare_build, our_build = best(rounds, build_bare), best(rounds, build_ours)
    bare_table, our_table = best(rounds, lambda: Bare(table)), best(rounds, lambda: Hierarchy.from_parents(table))
    bare, tree = build_bare(), build_ours()
    asked = random.Random(11).sample(list(table), 20_000)
    bare_chain = best(rounds, lambda: [bare.chain(id) for id in asked])
    our_chain = best(rounds, lambda: [tree.chain(id) for id in asked])
    amounts = {id: Decimal(number % 9_973).scaleb(-2) for number, id in enumerate(table)}
    sums = tree.roll_up(amounts)
    prefix = list(itertools.accumulate((amounts[id] for id in bare.order), initial=Decimal(0)))
    our_sum = best(rounds, lambda: [sums.of(id) for id in asked])
    bare_sum = best(rounds, lambda: [prefix[bare.exit[id]] - prefix[bare.entry[id]] for id in asked])
    assert sums.total == sum(amounts.values()) == sums.of(tree.root)
    assert all(sums.of(id) == prefix[bare.exit[id]] - prefix[bare.entry[id]] for id in asked)
    micro = 1_000_000 / len(asked)
    return {
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
        "subtree_sum_us": {"ours": our_sum * micro, "bare": bare_sum * micro, "limit": 2.0},
    }


if __name__ == "__main__":
    result = run()
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
