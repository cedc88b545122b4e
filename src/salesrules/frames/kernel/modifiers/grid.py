"""The statements of a block: each payee's pay periods from the first credited one to the last of the run."""

from __future__ import annotations

import attrs
import numpy as np

from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.whole import Whole

__all__ = ["Grid"]


@attrs.frozen(eq=False)
class Grid:
    """Statements by payee and period, in order: `number` tells payees apart within the block, `payee` names them.

    `of_row` is the statement of each row.
    """

    number: Whole
    payee: Whole
    period: Whole
    of_row: Whole

    @classmethod
    def of(cls, block: Block, last: int) -> Grid:
        """The statements up to the last pay period."""
        starts = block.payees.starts
        first = block.period[starts].astype(np.int64)
        lengths = last - first + 1
        begins = np.cumsum(lengths) - lengths
        number = np.repeat(np.arange(len(starts)), lengths)
        period = np.arange(len(number)) - begins[number] + first[number]
        of_row = block.payees.spread(begins - first) + block.period
        return cls(number, block.payee[starts][number], period, of_row)

    @property
    def size(self) -> int:
        """How many statements there are."""
        return len(self.period)

    @property
    def continues(self) -> Whole:
        """Which statements follow one of the same payee."""
        found = np.zeros(self.size, dtype=np.bool_)
        found[1:] = self.number[1:] == self.number[:-1]
        return found
