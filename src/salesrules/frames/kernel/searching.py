"""Many bounds searched over whole columns: a table of buckets tells most of it, a search the rest."""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from salesrules.frames.kernel.whole import Whole

__all__ = ["count_reached"]

#: Buckets of a table for each bound, and at most: so that few values fall into a bucket with a bound, and its numbers
#: into a cache of the first or second level.
_EACH, _MOST = 64, 1 << 15
#: Where more bounds fall into one bucket, halving the bounds is no slower.
_FEW = 4


@attrs.frozen(eq=False)
class _Buckets:
    """How many bounds the values of each bucket reach, below zero where a bound lies in it; at most how many do.

    The first bucket holds all that reaches no bound, the last one all that is beyond them.
    """

    bounds: Whole
    first: int
    shift: int
    reached: Whole
    inside: int

    @classmethod
    def of(cls, bounds: tuple[int, ...]) -> _Buckets:
        shift = 0
        while (bounds[-1] >> shift) - (bounds[0] >> shift) >= min(_EACH * len(bounds), _MOST):
            shift += 1
        numbers = np.array(bounds, dtype=np.int64)
        first, last = (bounds[0] >> shift) - 1, (bounds[-1] >> shift) + 1
        held = np.bincount((numbers >> shift) - first, minlength=last - first + 1)
        reached = np.where(held > 0, -1, np.cumsum(held))
        return cls(numbers, first, shift, reached, int(held.max()))

    def count(self, values: Whole) -> Whole:
        """How many bounds each value reaches."""
        places = values >> self.shift
        places -= self.first
        found: Whole = self.reached.take(places, mode="clip")
        open_ = np.flatnonzero(found < 0)
        found[open_] = np.searchsorted(self.bounds, values[open_], side="right")
        return found


_buckets = lru_cache(64)(_Buckets.of)


def count_reached(bounds: tuple[int, ...], values: Whole) -> Whole:
    """How many of ascending bounds each value reaches; one on a bound reaches it.

    >>> count_reached((10, 20), np.array([9, 10, 25])).tolist()
    [0, 1, 2]
    """
    table = _buckets(bounds)
    if table.inside > _FEW or len(values) < _FEW * len(bounds):
        return np.searchsorted(table.bounds, values, side="right")
    return table.count(values)
