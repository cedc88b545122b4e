"""Returns beside their sales: a sale and what comes back of it share a key, over which windows look."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from salesrules.core import RoundingMode
from salesrules.frames.expressions.columns import SHOWN, Columns
from salesrules.frames.expressions.credits import Credits
from salesrules.frames.expressions.engines import Engine, Lazy, RunningSum
from salesrules.frames.expressions.rounding import Ratio, round_ratios

__all__ = ["find_lost_returns", "take_back", "with_sales"]


def _keys(credits: Credits) -> list[str]:
    return ["payee", *(["role"] if credits.has_roles else []), "sale"]


def _with_key(credits: Credits) -> Lazy:
    is_sale = nw.col("original") == ""
    sale = nw.when(is_sale).then(nw.col("id").cast(nw.String)).otherwise(nw.col("original"))
    return credits.frame.with_columns(sale=sale)


def find_lost_returns(credits: Credits, engine: Engine, columns: Columns) -> None:
    """Note a fault where returns name a sale that is not among the credits."""
    sales = credits.frame.select(original=nw.col("id").cast(nw.String))
    lost = credits.frame.filter(nw.col("original") != "").join(sales, on="original", how="anti").select("id")
    [found] = engine.fetch(lost.select(rows=nw.len()))
    if found["rows"]:
        problem = f"{found['rows']} return(s) name a sale that is not there"
        remedy = "add their sales to the credits, or leave the column empty where a return names none"
        shown = [row["id"] for row in engine.fetch(lost.sort("id").head(SHOWN))]
        columns.fault("unknown_original", "original", problem, remedy, shown)


def with_sales(credits: Credits, engine: Engine) -> Lazy:
    """Add how much of its sale has come back with and before each return: `back_after` and `back_before` of `whole`.

    That is by the amount; by the quantity where the sale was for nothing, and all of it where it has none.
    """
    keys = _keys(credits)
    is_sale = nw.col("original") == ""
    frame = _with_key(credits)
    numbers = [name for name in ("amount", "quantity") if name in frame.collect_schema().names()]
    frame = frame.with_columns(
        **{
            f"sold_{name}": nw.when(is_sale).then(nw.col(name)).otherwise(nw.lit(0)).sum().over(*keys).cast(nw.Int64)
            for name in numbers
        }
    )
    whole, back = nw.lit(1).cast(nw.Int64), nw.lit(1).cast(nw.Int64)
    for name in reversed(numbers):
        sold, value = nw.col(f"sold_{name}"), nw.col(name)
        whole = nw.when(sold != 0).then(sold.abs()).otherwise(whole)
        back = nw.when(sold > 0).then(-value).when(sold < 0).then(value).otherwise(back)
    frame = frame.with_columns(whole=whole, back=nw.when(is_sale).then(nw.lit(0)).otherwise(back).cast(nw.Int64))
    frame = engine.run_on(frame, [RunningSum("back_after", "back", keys)], credits.order)
    return frame.with_columns(back_before=nw.col("back_after") - nw.col("back"))


def take_back(frame: Lazy, credits: Credits, engine: Engine, paid: Sequence[str], mode: RoundingMode) -> Lazy:
    """Give returns, in each column of what is paid, the share of their sale's pay that has come back by now.

    What had come back before it is taken off. `paid` are in units of the rounding.
    """
    is_sale, keys = nw.col("original") == "", _keys(credits)
    made = {f"{name}_sale": nw.when(is_sale).then(nw.col(name)).otherwise(nw.lit(0)) for name in paid}
    # A running sum of the one sale: a return that comes before it takes nothing back.
    sums = [RunningSum(f"{name}_sold", f"{name}_sale", keys) for name in paid]
    frame = engine.run_on(frame.with_columns(**made), sums, credits.order)
    moments = [(name, moment) for name in paid for moment in ("after", "before")]
    frame = frame.with_columns(
        **{f"{name}_{moment}": nw.col(f"{name}_sold") * nw.col(f"back_{moment}") for name, moment in moments}
    )
    ratios = {f"{name}_gone_{moment}": Ratio(f"{name}_{moment}", "whole") for name, moment in moments}
    frame = round_ratios(frame, engine, ratios, mode)
    given = {name: nw.col(f"{name}_gone_before") - nw.col(f"{name}_gone_after") for name in paid}
    return frame.with_columns(
        **{name: nw.when(is_sale).then(nw.col(name)).otherwise(back) for name, back in given.items()}
    )
