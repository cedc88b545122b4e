"""What the engines do not agree on: whole division, and how a small answer is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import narwhals as nw

from salesrules.core import InvalidValue
from salesrules.frames.compiled import LIMIT
from salesrules.frames.expressions.trees import choose

__all__ = ["Engine", "Lazy", "RunningSum", "add_columns", "as_lazy", "engine_of"]

Lazy = nw.LazyFrame[Any]

#: Below this a quotient of two whole numbers that divide evenly is exact after a division through doubles and rounding.
_THROUGH_DOUBLES = 2**51
_KINDS = "a Polars, DuckDB, Ibis or PySpark frame, or one of pandas or PyArrow where Polars is installed"


class RunningSum(NamedTuple):
    """A column to be made: the sum of another so far, for each value of the keys."""

    name: str
    column: str
    keys: list[str]


def add_columns(frame: Lazy, made: Mapping[str, nw.Expr]) -> Lazy:
    """The frame with more columns, if any."""
    return frame.with_columns(**made) if made else frame


@attrs.frozen(kw_only=True)
class Engine:
    """One engine: whether its whole division rounds towards zero, and the largest quotient that it finds exactly.

    `keeps_order` asks for the rows in the order in which they were given.
    """

    name: str
    truncates: bool = False
    keeps_order: bool = False
    largest_quotient: int = LIMIT

    def divide(self, frame: Lazy, quotients: Mapping[str, tuple[str, str | int]]) -> Lazy:
        """Add columns that are whole quotients of a column and a column or number above zero.

        They are rounded towards zero where the engine truncates, else down. Written in the engine's own words where
        those of narwhals would go through doubles, or test for cases that do not occur here.
        """
        if not quotients:
            return frame
        if self.name == "duckdb":
            made = ", ".join(f"{above} // {below} AS {name}" for name, (above, below) in quotients.items())
            found: Lazy = nw.from_native(frame.to_native().project(f"*, {made}"))
            return found
        if self.name == "pyspark":
            from pyspark.sql import functions

            parts = {name: functions.expr(f"{above} div {below}") for name, (above, below) in quotients.items()}
            found = frame.to_native().withColumns(parts)
            return nw.from_native(found)
        return frame.with_columns(**{name: self._quotient(above, below) for name, (above, below) in quotients.items()})

    def _quotient(self, above: str, below: str | int) -> nw.Expr:
        dividend, divisor = nw.col(above), nw.col(below) if isinstance(below, str) else nw.lit(below)
        if self.name == "polars":
            return dividend // divisor
        return ((dividend - dividend % divisor) / divisor).round().cast(nw.Int64)

    @property
    def sorts(self) -> bool:
        """Whether credits are sorted once, so that one running sum over all of them tells that of every payee."""
        return self.name == "polars" and not self.keeps_order

    def run_along(self, frame: Lazy, sums: Sequence[RunningSum], order: Sequence[str]) -> Lazy:
        """Add running sums of the columns over spans of payees, credit by credit in an order.

        Where credits are sorted, what stood at a span's first row is taken off a sum over all rows; should that leave
        64 bits, the difference is exact all the same.
        """
        if not (self.sorts and sums):
            return self.run_on(frame, sums, order)
        import polars as pl

        begins = {tuple(each.keys): _begins(each.keys) for each in sums}
        names = {keys: f"begins_{'_'.join(keys)}" for keys in begins}
        native = frame.to_native().with_columns(**{names[keys]: made for keys, made in begins.items()})
        native = native.with_columns(**{each.name: pl.col(each.column).cum_sum() for each in sums})
        within = {}
        for each in sums:
            so_far = pl.col(each.name)
            first = pl.when(names[tuple(each.keys)]).then(so_far - pl.col(each.column)).forward_fill()
            within[each.name] = so_far - first
        found: Lazy = nw.from_native(native.with_columns(**within).drop(names.values()))
        return found

    def before(self, frame: Lazy, made: Mapping[str, str], keys: Sequence[str], first: int | None = None) -> Lazy:
        """Add columns of what others are on the row before, and `first` on the first row of the keys.

        The rows are sorted.
        """
        import polars as pl

        earlier = {
            name: pl.when(_begins(keys)).then(first).otherwise(pl.col(column).shift(1)) for name, column in made.items()
        }
        found: Lazy = nw.from_native(frame.to_native().with_columns(**earlier))
        return found

    def run_on(self, frame: Lazy, sums: Sequence[RunningSum], order: Sequence[str]) -> Lazy:
        """Add running sums of the columns, credit by credit in an order."""
        if not sums:
            return frame
        return frame.with_columns(
            **{
                each.name: nw.col(each.column).cum_sum().over(*each.keys, order_by=list(order)).cast(nw.Int64)
                for each in sums
            }
        )

    def look_up(self, frame: Lazy, name: str, column: str, words: Sequence[str]) -> Lazy:
        """Add a column of words by their numbers in another."""
        if self.name != "polars" or len(words) == 1:
            return frame.with_columns(**{name: choose(nw.col(column), range(1, len(words)), words)})
        import polars as pl

        found: Lazy = nw.from_native(
            frame.to_native().with_columns(pl.lit(pl.Series(words)).gather(pl.col(column)).alias(name))
        )
        return found

    def join(self, frame: Lazy, held: Lazy, keys: list[str]) -> Lazy:
        """Add what is held by the keys to rows; their order stays where it is needed."""
        if not (self.keeps_order or self.sorts):
            return frame.join(held, on=keys, how="left")
        joined: Lazy = nw.from_native(
            frame.to_native().join(held.to_native(), on=keys, how="left", maintain_order="left")
        )
        return joined

    def sorted_by(self, frame: Lazy, columns: Sequence[str]) -> Lazy:
        """Tell the engine that rows which it has sorted are in the order of some numbers made since."""
        if not columns:
            return frame
        native = frame.to_native()
        for column in columns:
            native = native.set_sorted(column)
        found: Lazy = nw.from_native(native)
        return found

    def count(self, rows: nw.Expr) -> nw.Expr:
        """How many rows a condition marks."""
        return rows.sum() if self.name == "polars" else rows.cast(nw.Int64).sum()

    def fetch(self, frame: Lazy) -> list[dict[str, Any]]:
        """The rows of a small answer."""
        options: dict[str, Any] = {"engine": "streaming"} if self.name == "polars" else {}
        return [dict(row) for row in frame.collect(**options).iter_rows(named=True)]


def _begins(keys: Sequence[str]) -> Any:
    """Whether a row of a sorted Polars frame is the first one of its keys."""
    import polars as pl

    return pl.any_horizontal([pl.col(key) != pl.col(key).shift(1) for key in keys]).fill_null(value=True)


_ENGINES = {
    nw.Implementation.POLARS: Engine(name="polars"),
    nw.Implementation.DUCKDB: Engine(name="duckdb", truncates=True),
    nw.Implementation.PYSPARK: Engine(name="pyspark", truncates=True),
    nw.Implementation.PYSPARK_CONNECT: Engine(name="pyspark", truncates=True),
    nw.Implementation.IBIS: Engine(name="ibis", largest_quotient=_THROUGH_DOUBLES),
}


def as_lazy(frame: Any, name: str) -> tuple[Lazy, nw.Implementation | None]:
    """The frame as a lazy one, and where it was in memory what it is to become again.

    What is in memory runs through Polars' lazy frames. Raises `InvalidValue` for any other kind of frame.
    """
    kind = type(frame).__name__
    try:
        given = nw.from_native(frame)
    except TypeError:
        raise InvalidValue(name, kind, f"give {_KINDS}") from None
    if isinstance(given, nw.DataFrame):
        try:
            return given.lazy(backend="polars"), given.implementation
        except ModuleNotFoundError:
            raise InvalidValue(name, kind, "install polars, or use salesrules.frames.calculate") from None
    if given.implementation not in _ENGINES:
        raise InvalidValue(name, kind, f"give {_KINDS}; salesrules.frames.calculate takes others")
    return given, None


def engine_of(frame: Lazy, keeps_order: bool) -> Engine:
    """The engine that a lazy frame runs on."""
    return attrs.evolve(_ENGINES[frame.implementation], keeps_order=keeps_order)
