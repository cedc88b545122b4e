"""The cap of statements: its limit on each row, and what is left of lines under it."""

from __future__ import annotations

import numpy as np

from salesrules.frames.compiled import LIMIT
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.whole import Runs, Whole, guard, is_wide, running

__all__ = ["capped", "is_same", "limits_over"]


def is_same(values: Whole, runs: Runs) -> bool:
    """Whether each run has one value."""
    if not any(values.strides):  # one value, laid out over all rows
        return True
    return bool((values == runs.spread(values[runs.starts])).all())


def limits_over(block: Block, below: Whole | int) -> Whole:
    """The cap of each row over a denominator; raises `OutOfRange`."""
    assert block.limits is not None
    if isinstance(below, int) and below == block.limits_over:
        return block.limits
    if isinstance(below, int) and not any(block.limits.strides) and block.rows:  # one limit for all
        one = int(block.limits[0]) * (below // block.limits_over)
        guard(np.broadcast_to(np.bool_(one > LIMIT), block.rows))
        return np.broadcast_to(np.asarray(one), block.rows)
    limits = block.limits.astype(object) if is_wide(np.asarray(below)) else block.limits
    factor = below // block.limits_over
    if not is_wide(limits):
        guard(np.abs(limits).astype(np.float64) * factor > LIMIT)
    found: Whole = limits * factor
    return found


def capped(lines: Whole, limits: Whole, runs: Runs) -> Whole:
    """What is left under a limit that lines fill in their order; one below zero gives capped pay back."""
    after = running(lines, runs)
    kept: Whole = np.minimum(limits, after) - np.minimum(limits, after - lines)
    return kept
