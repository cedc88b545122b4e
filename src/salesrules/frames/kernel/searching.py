"""Many bounds searched over whole columns: a table of buckets tells most of it, a few comparisons the rest."""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from salesrules.frames.kernel.whole import Whole

__all__ = ["count_reached"]

#: Buckets of a table, whose numbers fit into a cache of the second level.
_BUCKETS = 1 << 15
#: Where more bounds fall into one bucket, halving the bounds is no slower.
_FEW = 4
_NEVER = np.iinfo(np.int64).max


@attrs.frozen(eq=False)
class _Buckets:
    """How many bounds are reached where each bucket begins, and how many lie at most inside of one."""

    bounds: Whole
    low: int
    high: int
    shift: int
    reached: Whole
    inside: int

    @classmethod
    def of(cls, bounds: tuple[int, ...]) -> _Buckets:
        low, high, shift = bounds[0] - 1, bounds[-1], 0  # what is below the first bucket has reached nothing
        while (high - low) >> shift >= _BUCKETS:
            shift += 1
        numbers = np.array([*bounds, _NEVER], dtype=np.int64)
        starts = low + (np.arange(((high - low) >> shift) + 1, dtype=np.int64) << shift)
        reached = np.searchsorted(numbers[:-1], starts, side="right")
        inside = int(np.diff(np.append(reached, len(bounds))).max())
        return cls(numbers, low, high, shift, reached, inside)

    def count(self, values: Whole) -> Whole:
        """How many bounds each value reaches."""
        places = np.clip(values, self.low, self.high)
        places -= self.low
        places >>= self.shift
        found: Whole = self.reached.take(places)
        for _ in range(self.inside):
            found += values >= self.bounds.take(found)
        return found


_buckets = lru_cache(64)(_Buckets.of)


def count_reached(bounds: tuple[int, ...], values: Whole) -> Whole:
    """How many of ascending bounds each value reaches; one on a bound reaches it.

    >>> count_reached((10, 20), np.array([9, 10, 25])).tolist()
    [0, 1, 2]
    """
    table = _buckets(bounds)
    if table.inside > _FEW or len(values) < _FEW * len(bounds):
        return np.searchsorted(table.bounds[:-1], values, side="right")
    return table.count(values)
