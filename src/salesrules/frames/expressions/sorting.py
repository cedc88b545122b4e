"""Credits in their order, for engines that sort them once: by as few whole numbers as their columns fit into."""

from __future__ import annotations

import narwhals as nw

from salesrules.frames.expressions.credits import Credits
from salesrules.frames.expressions.engines import Engine, Lazy
from salesrules.frames.expressions.ranking import day_number, joined, ranks_of, runs_of

__all__ = ["in_order"]


def in_order(frame: Lazy, credits: Credits, engine: Engine) -> Lazy:
    """The credits payee by payee in their order, where the engine sorts them."""
    if not engine.sorts:
        return frame
    days = day_number(credits.first), day_number(credits.last)
    ranks = ranks_of(frame, {**credits.extents, "day": days})
    runs = runs_of(["payee", *credits.order], ranks)
    made = {f"order_{place}": joined(run, ranks) for place, run in enumerate(runs) if len(run) > 1}
    by = [run[0] if len(run) == 1 else f"order_{place}" for place, run in enumerate(runs)]
    found: Lazy = nw.from_native(frame.to_native().with_columns(**made).sort(by).drop(made))
    return found
