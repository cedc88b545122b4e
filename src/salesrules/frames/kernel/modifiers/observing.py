"""What conditions see: components' measures and quotas as they stand at the end of each pay period."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import attrs
import numpy as np

from salesrules.commissions import Observed
from salesrules.frames.compiled import LIMIT, CompiledComponent
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.modifiers.grid import Grid
from salesrules.frames.kernel.modifiers.setting import Observing
from salesrules.frames.kernel.whole import Flags, Whole

__all__ = ["Ratios", "Sight"]


@attrs.frozen
class Ratios:
    """Exact ratios over denominators above zero."""

    numerator: Whole
    denominator: Whole | int


@attrs.frozen(eq=False, slots=False)
class Sight:
    """A component as it stands at the end of each statement: one row for each of its spans that touch the period.

    `touched` marks the rows that move it, so that the measure exists; where it needs a quota, one that is held does
    the same.
    """

    component: CompiledComponent
    observing: Observing
    grid: Grid
    block: Block
    touched: Flags

    @cached_property
    def spans(self) -> list[Whole]:
        """The numbers of the spans that touch each statement's period, below zero where there are no more."""
        return [np.where(self.grid.active, each[self.grid.kind], -1) for each in self.observing.spans]

    @cached_property
    def _edges(self) -> list[tuple[Whole, Whole]]:
        """Between which of the block's rows each span lies, up to the end of the statement's period."""
        grid, block = self.grid, self.block
        own = block.spans.get(self.component.accumulate, block.period)
        width = max(int(each.max(initial=0)) for each in (own, *self.spans)) + 1
        number = block.payees.spread(np.arange(len(block.payees.starts)))
        keys = number * width + own
        ends = np.searchsorted(grid.of_row, np.arange(grid.size), side="right")
        found = []
        for span in self.spans:
            wanted = grid.number * width + np.maximum(span, 0)
            edges = (np.searchsorted(keys, wanted, side=side) for side in ("left", "right"))
            start, end = (np.minimum(edge, ends) for edge in edges)
            found.append((start, np.where(span >= 0, end, start)))
        return found

    @cached_property
    def measured(self) -> list[Whole]:
        """What each span has measured by the end of the period; what was measured before counts once it is moved."""
        found = [_between(self.block.measured(self.component), *edges) for edges in self._edges]
        opening = self.block.openings.get(self.component.id)
        if opening is None or not len(opening):
            return found
        starts = [np.minimum(start, len(opening) - 1) for start, _ in self._edges]
        moved = [_between(self.touched.astype(np.int64), *edges) > 0 for edges in self._edges]
        return [each + np.where(has, opening[at], 0) for each, has, at in zip(found, moved, starts, strict=True)]

    @cached_property
    def quotas(self) -> list[Whole]:
        """The quota over each span, 0 for none."""
        held = self.observing.quotas
        if held is None:
            return [np.zeros(self.grid.size, dtype=np.int64) for _ in self.spans]
        return [np.where(span >= 0, held.at(self.grid.payee, np.maximum(span, 0)), 0) for span in self.spans]

    @cached_property
    def exists(self) -> list[Flags]:
        """Whether there is a measure to look at."""
        if self.observing.quotas is None:
            return [span >= 0 for span in self.spans]
        counts = [_between(self.touched.astype(np.int64), *edges) > 0 for edges in self._edges]
        return [count | (quota > 0) for count, quota in zip(counts, self.quotas, strict=True)]

    def together(self, observed: Observed) -> Ratios:
        """What a condition sees over all spans that touch the period."""
        return self._ratios(_total(self.measured), _total(self.quotas), observed)

    def each(self, observed: Observed) -> list[Ratios]:
        """What a condition sees in each span alone."""
        pairs = zip(self.measured, self.quotas, strict=True)
        return [self._ratios(measured, quota, observed) for measured, quota in pairs]

    def _ratios(self, measured: Whole, quota: Whole, observed: Observed) -> Ratios:
        if observed is Observed.MEASURED:
            return Ratios(measured, 10**self.component.digits)
        return Ratios(np.where(quota > 0, measured, 0), np.where(quota > 0, quota, 1))


def _total(values: Sequence[Whole]) -> Whole:
    total = values[0]
    for each in values[1:]:
        total = total + each
    return total


def _between(values: Whole, start: Whole, end: Whole) -> Whole:
    """The sums of the rows from one to another."""
    if values.dtype != object and np.abs(values).astype(np.float64).sum() > LIMIT:
        values = values.astype(object)
    sums = np.concatenate((np.zeros(1, dtype=values.dtype), np.cumsum(values)))
    found: Whole = sums[end] - sums[start]
    return found
