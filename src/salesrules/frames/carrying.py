"""What rows carry along: ids and measures side by side in one whole number, so that one look-up of a row finds all."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from salesrules.commissions import Measure
from salesrules.frames.kernel import Whole
from salesrules.frames.packing import BITS, bits_of
from salesrules.frames.reading import Names

__all__ = ["Carrying"]

#: Rows that are put together at a time, so that they stay in the processor's cache.
_ROWS = 1 << 15


@attrs.frozen(eq=False)
class Carrying:
    """Numbers of rows, each with the id's code highest and each measure, less the least of it, below.

    `least` and `widths` are of each measure, the last one lowest.
    """

    ids: Names
    measures: Mapping[Measure, Whole]
    least: Mapping[Measure, int]
    widths: Mapping[Measure, int]
    numbers: Whole

    @classmethod
    def of(cls, ids: Names, measures: Mapping[Measure, Whole]) -> Carrying | None:
        """What some rows can carry, to be filled; `None` where 63 bits are too few, or where there is nothing."""
        if not measures or not len(ids.given) or any(values.dtype != np.int64 for values in measures.values()):
            return None
        least = {name: int(values.min()) for name, values in measures.items()}
        widths = {name: bits_of(int(values.max()) - least[name] + 1) for name, values in measures.items()}
        if bits_of(ids.size) + sum(widths.values()) > BITS or (ids.values is not None and int(ids.given.min()) < 0):
            return None
        return cls(ids, measures, least, widths, np.empty(len(ids.given), dtype=np.int64))

    def fill(self, rows: slice) -> None:
        """Put the numbers of some rows together."""
        for begin in range(rows.start, rows.stop, _ROWS):
            own = slice(begin, min(begin + _ROWS, rows.stop))
            numbers = self.numbers[own]
            numbers[:] = self.ids.of(own)
            for name, width in self.widths.items():
                numbers <<= width
                numbers += self.measures[name][own]
                numbers -= self.least[name]

    def id_codes(self, numbers: Whole) -> Whole:
        """The codes of ids in some numbers."""
        return numbers >> sum(self.widths.values())

    def measured(self, numbers: Whole) -> dict[Measure, Whole]:
        """What some numbers measure."""
        found: dict[Measure, Whole] = {}
        below = sum(self.widths.values())
        for name, width in self.widths.items():
            below -= width
            own = numbers >> below
            own &= (1 << width) - 1
            own += self.least[name]
            found[name] = own
        return found
