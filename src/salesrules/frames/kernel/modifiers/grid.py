"""The statements of a block: the pay periods of each payee."""

from __future__ import annotations

import attrs
import numpy as np

from salesrules.frames.kernel.block import Block, changes
from salesrules.frames.kernel.whole import Flags, Whole

__all__ = ["Grid", "Roster"]


@attrs.frozen(eq=False)
class Roster:
    """The pay periods in which payees have a plan version, by payee and period as numbers, in order.

    `kind` numbers those who look up the same. One that `is_idle` is of payees without a credit.
    """

    payee: Whole
    period: Whole
    kind: Whole
    is_idle: bool = False


@attrs.frozen(eq=False)
class Grid:
    """Statements by payee and period, in order: `number` tells payees apart within the block, `payee` names them.

    `of_row` is the statement of each row, `kind` tells by what number its limits and spans are looked up. In those
    that are not `active` there is only what takes back what was paid, and modifiers do nothing.
    """

    number: Whole
    payee: Whole
    period: Whole
    of_row: Whole
    kind: Whole
    active: Flags

    @classmethod
    def among(cls, block: Block, roster: Roster) -> Grid:
        """The statements of a roster, and those of other rows."""
        payees = np.unique(roster.payee) if roster.is_idle else block.payee[block.payees.starts]
        low, high = 0, len(roster.payee)
        if len(payees):
            low = int(np.searchsorted(roster.payee, payees[0]))
            high = int(np.searchsorted(roster.payee, payees[-1], side="right"))
        own = low + np.flatnonzero(np.isin(roster.payee[low:high], payees))
        starts = block.statements.starts
        width = int(max(roster.period.max(initial=0), block.period.max(initial=0))) + 1
        held = np.searchsorted(payees, roster.payee[own]) * width + roster.period[own]
        rows = (np.cumsum(changes(block.payee)) - 1)[starts] * width + block.period[starts]
        keys = np.union1d(held, rows)
        number, period = np.divmod(keys, width)
        kind, active = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.bool_)
        places = np.searchsorted(keys, held)
        kind[places], active[places] = roster.kind[own], True
        of_row = block.statements.spread(np.searchsorted(keys, rows))
        return cls(number, payees[number], period, of_row, kind, active)

    @classmethod
    def of(cls, block: Block, last: int) -> Grid:
        """Each payee's from the first credited pay period to the last, looked up by the number of the period."""
        starts = block.payees.starts
        first = block.period[starts].astype(np.int64)
        lengths = last - first + 1
        begins = np.cumsum(lengths) - lengths
        number = np.repeat(np.arange(len(starts)), lengths)
        period = np.arange(len(number)) - begins[number] + first[number]
        of_row = block.payees.spread(begins - first) + block.period
        active = np.ones(len(number), dtype=np.bool_)
        return cls(number, block.payee[starts][number], period, of_row, period, active)

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
