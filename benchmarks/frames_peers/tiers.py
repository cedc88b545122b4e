"""The tier step alone: what each of many credits earns of n marginal tiers, F(after) less F(before), in cents.

Payees have 25 credits each; the running measures before and after each credit are given to the peers. Ours is given
the credits, adds them up itself, guards its range and rounds exactly, in blocks as the engine does, on one thread.
OpenFisca, on one thread too, is given floats, all at once as its simulations give them (in parts where a table of rows
by tiers would not fit into memory), and once more in slices that fit the cache; its result is rounded to cents. Polars
finds the tier by a binary search, DuckDB in a tree of CASE or by an ASOF join; Polars and DuckDB have two threads.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl
from openfisca_core.taxscales import MarginalRateTaxScale

from salesrules.core import RoundingMode
from salesrules.frames import compile_plan
from salesrules.frames.compiled import CompiledCurve
from salesrules.frames.kernel.curves import At, earn, move
from salesrules.frames.kernel.whole import Runs, bound_of, round_ratio
from salesrules.testing import simple_plan

PER_PAYEE = 25
BLOCK = 64_000
#: Rows times tiers that OpenFisca is given at once: so that they fit into memory, or into the cache.
CELLS, FEW_CELLS = 20_000_000, 120_000
HIGHEST = 9_000_000


class Tiers(NamedTuple):
    """Bounds in cents, rates in hundredths of a per cent, and what the tiers below each bound pay in all."""

    bounds: list[int]
    rates: list[int]
    bases: list[int]


class Moves(NamedTuple):
    """Each credit's amount, and the running measure before and after it, in cents."""

    amounts: np.ndarray
    begins: np.ndarray
    before: np.ndarray
    after: np.ndarray


def tiers_of(count: int) -> Tiers:
    """So many tiers over the measures that 25 credits reach, rates rising by a hundredth of a per cent."""
    bounds = [HIGHEST * place // count for place in range(count)]
    rates = [100 + place for place in range(count)]
    bases = [0]
    for place in range(1, count):
        bases.append(bases[-1] + (bounds[place] - bounds[place - 1]) * rates[place - 1])
    return Tiers(bounds, rates, bases)


def moves_of(rows: int) -> Moves:
    amounts = np.random.default_rng(3).integers(100, 400_000, rows, dtype=np.int64)
    begins = np.arange(rows) % PER_PAYEE == 0
    after = np.cumsum(amounts.reshape(-1, PER_PAYEE), axis=1).reshape(-1)
    return Moves(amounts, begins, after - amounts, after)


def curve_of(tiers: Tiers) -> CompiledCurve:
    rates = {
        Decimal(bound) / 100: f"{Decimal(rate) / 100}%" for bound, rate in zip(tiers.bounds, tiers.rates, strict=True)
    }
    [component] = compile_plan(simple_plan(rates)).components
    return component.curve


def by_engine(tiers: Tiers, moves: Moves) -> Callable[[], np.ndarray]:
    curve = curve_of(tiers)
    blocks = [slice(start, start + BLOCK) for start in range(0, len(moves.amounts), BLOCK)]

    def paid(block: slice) -> np.ndarray:
        runs = Runs.of(moves.begins[block])
        amounts = moves.amounts[block]
        earned = earn(curve, move(amounts, runs, bound_of(amounts)), runs, At())
        return round_ratio(earned.numerator, earned.denominator, RoundingMode.HALF_UP)

    return lambda: np.concatenate([paid(block) for block in blocks])


def by_openfisca(tiers: Tiers, moves: Moves, cells: int = CELLS) -> Callable[[], np.ndarray]:
    """OpenFisca over as many rows at once as make so many cells with the tiers."""
    scale = MarginalRateTaxScale()
    for bound, rate in zip(tiers.bounds, tiers.rates, strict=True):
        scale.add_bracket(bound / 100, rate / 10_000)
    before, after = moves.before / 100, moves.after / 100
    step_of = max(1_000, cells // len(tiers.bounds))

    def step() -> np.ndarray:
        parts = []
        for start in range(0, len(after), step_of):
            part = slice(start, start + step_of)
            parts.append(scale.calc(after[part]) - scale.calc(before[part]))
        return np.round(np.concatenate(parts) * 100).astype(np.int64)

    return step


def by_polars(tiers: Tiers, moves: Moves) -> Callable[[], np.ndarray]:
    frame = pl.DataFrame({"before": moves.before, "after": moves.after})
    bounds, rates, bases = (pl.Series(values, dtype=pl.Int64) for values in tiers)

    def earned(name: str) -> pl.Expr:
        tier = pl.col(f"{name}_tier")
        rate, base, bound = (pl.lit(each).gather(tier) for each in (rates, bases, bounds))
        return base + (pl.col(name) - bound) * rate

    found = (
        frame.lazy()
        .with_columns(
            (pl.lit(bounds).search_sorted(pl.col(name), side="right") - 1).alias(f"{name}_tier")
            for name in ("before", "after")
        )
        .with_columns(earned=earned("after") - earned("before"))
        .select((pl.col("earned") + 5_000) // 10_000)
    )
    return lambda: found.collect(engine="in-memory").to_series().to_numpy()


def by_duckdb(tiers: Tiers, moves: Moves) -> Callable[[], np.ndarray]:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.register("moves", pl.DataFrame({"before": moves.before, "after": moves.after}).to_arrow())
    pieces = list(zip(tiers.bounds, tiers.rates, tiers.bases, strict=True))

    def tree(low: int, high: int, name: str) -> str:
        """A balanced tree of CASE: a binary search as SQL can say it."""
        if high - low == 1:
            bound, rate, base = pieces[low]
            return f"{base} + ({name} - {bound}) * {rate}"
        middle = (low + high) // 2
        below, above = tree(low, middle, name), tree(middle, high, name)
        return f"CASE WHEN {name} < {pieces[middle][0]} THEN {below} ELSE {above} END"

    after, before = (tree(0, len(pieces), name) for name in ("after", "before"))
    query = f"SELECT ({after} - ({before}) + 5000) // 10000 AS paid FROM moves"
    return lambda: connection.sql(query).fetchnumpy()["paid"]


def by_duckdb_asof(tiers: Tiers, moves: Moves) -> Callable[[], np.ndarray]:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.register("moves", pl.DataFrame({"before": moves.before, "after": moves.after}).to_arrow())
    bounds, rates, bases = tiers
    connection.register("tiers", pl.DataFrame({"bound": bounds, "rate": rates, "base": bases}).to_arrow())
    query = """
        SELECT (a.base + (m.after - a.bound) * a.rate - b.base - (m.before - b.bound) * b.rate + 5000) // 10000 AS paid
        FROM moves AS m
        ASOF JOIN tiers AS a ON m.after >= a.bound
        ASOF JOIN tiers AS b ON m.before >= b.bound
    """
    return lambda: connection.sql(query).fetchnumpy()["paid"]


STEPS: dict[str, Callable[[Tiers, Moves], Callable[[], np.ndarray]]] = {
    "salesrules": by_engine,
    "OpenFisca": by_openfisca,
    "OpenFisca in slices": partial(by_openfisca, cells=FEW_CELLS),
    "Polars": by_polars,
    "DuckDB CASE": by_duckdb,
    "DuckDB ASOF": by_duckdb_asof,
}
