"""A plan over a block: lines, what modifiers make of them, and what returns take back."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from salesrules.commissions import Measure
from salesrules.core import RoundingMode
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.lines import Lines, pay_lines
from salesrules.frames.kernel.returns import completes, find_back, give_back
from salesrules.frames.kernel.whole import Whole

__all__ = ["Paid", "pay_block"]


@attrs.frozen
class Paid:
    """What each row of a block is paid in all, and by component where that was asked for, in units of the rounding."""

    total: Whole
    by_component: tuple[Whole, ...] = ()


def pay_block(plan: CompiledPlan, block: Block, days: Whole, *, by_component: bool) -> Paid:
    """What a plan pays on a block, whose rows stand on `days`.

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
    lines = pay_lines(plan, block, by_component=by_component or reverses)
    if back is None or not reverses:
        return Paid(lines.total, lines.amounts if by_component else ())
    mode = RoundingMode.FLOOR if plan.is_by_remainder else plan.rounding.mode  # as each line was rounded
    amounts_in_all = _added(lines, give_back(lines.amounts, back, mode, days))
    return Paid(sum(amounts_in_all[1:], amounts_in_all[0]), tuple(amounts_in_all) if by_component else ())


def _added(lines: Lines, given: Sequence[Whole]) -> list[Whole]:
    return [paid + back for paid, back in zip(lines.amounts, given, strict=True)]
