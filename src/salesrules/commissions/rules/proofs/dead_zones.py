"""Dead zones: the intervals in which every measure pays less than some smaller one does."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from salesrules.commissions.model import DeadZone
from salesrules.commissions.rules.proofs.elements import Element
from salesrules.commissions.rules.proofs.grid import Grid, Height, first_rise
from salesrules.core import narrowed

__all__ = ["find_dead_zones"]


@attrs.define
class _Sweep:
    """The zone that is open, and the most that smaller measures pay or come up to."""

    peak: Fraction
    start: Fraction | None = None
    lowest: Fraction | None = None
    found: list[DeadZone] = attrs.field(factory=list)

    def sink(self, start: Fraction, pay: Fraction | None) -> None:
        """Pay is below the peak from `start` on, down to `pay` (`None`: without end)."""
        is_lower = self.start is None or self.lowest is None or pay is None or pay < self.lowest
        self.start = start if self.start is None else self.start
        self.lowest = pay if is_lower else self.lowest

    def close(self, end: Fraction | None) -> None:
        """Pay is at the peak again."""
        if self.start is not None:
            lowest = None if self.lowest is None else narrowed(self.lowest)
            ends = narrowed(self.start), None if end is None else narrowed(end)
            self.found.append(DeadZone(start=ends[0], end=ends[1], peak=narrowed(self.peak), lowest=lowest))
            self.start = None


def find_dead_zones(elements: Sequence[Element], heights: Sequence[Height], grid: Grid) -> list[DeadZone]:
    """Every longest such interval of elements that only rise, fall or stay, from zero on."""
    sweep = _Sweep(elements[0].pay.constant)
    for element, height in zip(elements, heights, strict=True):
        lo, hi, pay, _ = element
        assert lo is not None  # elements from zero on
        start = pay.at(lo)
        if not element.is_point and pay.rate_at(element.sample) < 0:
            sweep.peak = max(sweep.peak, start)  # what is paid just behind the bound is a peak at once
            sweep.sink(lo, None if hi is None else pay.at(hi))
            continue
        if start < sweep.peak:
            sweep.sink(lo, start)
            if height < (False, sweep.peak, True):
                continue
            exact, near = first_rise(element, sweep.peak, grid)
            sweep.close(near if exact is None else exact)
        else:
            sweep.close(lo)
        is_open, top, _ = height
        if not is_open:
            sweep.peak = max(sweep.peak, top)
    sweep.close(None)
    return sweep.found
