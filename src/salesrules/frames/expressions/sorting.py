"""Credits in their order, for engines that sort them once: by one whole number where payees are numbers."""

from __future__ import annotations

from salesrules.frames.expressions.credits import Credits
from salesrules.frames.expressions.engines import Engine, Lazy

__all__ = ["in_order"]

_BITS = 63


def in_order(frame: Lazy, credits: Credits, engine: Engine) -> Lazy:
    """The credits payee by payee in their order, where the engine sorts them."""
    if not engine.sorts:
        return frame
    if credits.payees is None:
        return frame.sort("payee", *credits.order)
    import narwhals as nw
    import polars as pl

    least, most = credits.payees
    width = (2 * (credits.last - credits.first).days + 1).bit_length()
    if (most - least).bit_length() + width > _BITS:
        return frame.sort("payee", *credits.order)
    day = pl.col("day").to_physical().cast(pl.Int64) - pl.lit(credits.first).to_physical()
    key = (pl.col("payee").cast(pl.Int64) - least) * 2**width + day * 2
    others = [name for name in credits.order if name != "day"]
    if others[0] == "is_return":
        key, others = key + pl.col("is_return").cast(pl.Int64), others[1:]
    found: Lazy = nw.from_native(
        frame.to_native().with_columns(in_order=key).sort("in_order", *others).drop("in_order")
    )
    return found
