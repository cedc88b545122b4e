"""A plan over a block: lines, what modifiers make of them, and what returns take back."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from salesrules.commissions import Measure
from salesrules.core import RoundingMode
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.lines import pay_lines
from salesrules.frames.kernel.modifiers import Adjusted, Modifying, adjust
from salesrules.frames.kernel.returns import completes, find_back, give_back
from salesrules.frames.kernel.whole import Whole

__all__ = ["Paid", "pay_block"]


@attrs.frozen
class Paid:
    """What each row of a block is paid in all, and by component where that was asked for, in units of the rounding.

    `adjusted` is what the plan's modifiers did, where it has any.
    """

    total: Whole
    by_component: tuple[Whole, ...] = ()
    adjusted: Adjusted | None = None


def pay_block(
    plan: CompiledPlan, block: Block, days: Whole, *, by_component: bool, modifying: Modifying | None = None
) -> Paid:
    """What a plan pays on a block, whose rows stand on `days`; `modifying` is what its modifiers look up.

    What rows lack is noted in the block. Raises `OutOfRange` with the rows that 64 bits cannot hold.
    """
    counts = None if block.has_counts else block.measures.get(Measure.COUNT)
    back = None
    if block.original is not None and (block.is_reversal is not None or counts is not None):
        amounts = block.measures.get(Measure.AMOUNT, np.zeros(block.rows, dtype=np.int64))
        back = find_back(block, amounts, block.measures.get(Measure.QUANTITY))
    if counts is not None:
        done = np.zeros(block.rows, dtype=np.bool_) if back is None else completes(back, block.rows)
        sign = np.where(block.is_return, -done.astype(np.int64), 1)
        block.measures = {**block.measures, Measure.COUNT: sign * counts}
    reverses = back is not None and block.is_reversal is not None
    lines = pay_lines(plan, block, by_component=by_component or reverses or modifying is not None)
    adjusted = None if modifying is None else adjust(modifying, block, lines)
    paid: Sequence[Whole] = lines.amounts if adjusted is None else adjusted.amounts
    if back is not None and reverses:
        mode = RoundingMode.FLOOR if plan.is_by_remainder else plan.rounding.mode  # as each line was rounded
        given = [give_back(lines.amounts, back, mode, days)]
        if adjusted is not None:  # what modifiers added to a line comes back rounded on its own
            added = [after - before for after, before in zip(paid, lines.amounts, strict=True)]
            given.append(give_back(added, back, mode, days))
        paid = [sum(each[1:], each[0]) for each in zip(paid, *given, strict=True)]
    elif adjusted is None:
        return Paid(lines.total, lines.amounts if by_component else ())
    total: Whole = sum(paid[1:], paid[0]) if paid else lines.total
    return Paid(total, tuple(paid) if by_component else (), adjusted)
