"""Sorting keys: payee, day, sort, place and kind of a row side by side in one whole number."""

from __future__ import annotations

import attrs
import numpy as np

from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.kernel.kinds import Kinds

__all__ = ["BITS", "Packing", "bits_of"]

#: How many bits of a whole number are used, so that none is below zero.
BITS = 63
#: Rows that are packed at a time, so that they stay in the processor's cache.
_ROWS = 1 << 15


@attrs.frozen(eq=False)
class Packing:
    """How many bits days, places and kinds of credits take in a key; `kinds` where there is room for them.

    A key has the payee highest, then the day, one bit for returns, the row's place and its kind.
    """

    credits: Credits
    day: int
    place: int
    kinds: Kinds | None

    @classmethod
    def of(cls, credits: Credits) -> Packing | None:
        """The packing of some credits; `None` where too few bits are left."""
        day, place = bits_of(int(credits.days.max()) - credits.first_day + 1), bits_of(credits.rows)
        room = BITS - bits_of(credits.payees.size) - day - 1 - place
        if room < 0:
            return None
        kinds = credits.kinds
        return cls(credits, day, place, kinds if kinds.width <= room else None)

    @property
    def kind(self) -> int:
        """How many bits the kind takes."""
        return 0 if self.kinds is None else self.kinds.width

    @property
    def below_payee(self) -> int:
        """How many bits stand below the payee."""
        return self.day + 1 + self.place + self.kind

    def keys(self, rows: slice | Places, bounds: list[int]) -> list[list[Whole]]:
        """The keys of some rows in pieces, apart by codes of payees: those below the first bound, and so on."""
        count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        found: list[list[Whole]] = [[] for _ in range(len(bounds) + 1)]
        cuts = [bound << self.below_payee for bound in bounds]
        for begin in range(0, count, _ROWS):
            end = min(begin + _ROWS, count)
            if isinstance(rows, slice):
                first = rows.start + begin
                keys = self._keys(slice(first, rows.start + end), np.arange(first, rows.start + end))
            else:
                keys = self._keys(rows[begin:end], rows[begin:end])
            for pieces, cut in zip(found, cuts, strict=False):
                low = keys < cut
                pieces.append(keys[low])
                keys = keys[~low]
            found[-1].append(keys)
        return found

    def _keys(self, rows: slice | Places, places: Places) -> Whole:
        credits = self.credits
        keys = credits.payees.of(rows).astype(np.int64, copy=credits.payees.values is not None)
        keys <<= self.day
        keys |= credits.days[rows] - credits.first_day
        keys <<= 1
        keys |= credits.is_return[rows]
        keys <<= self.place
        keys |= places
        for name, width in {} if self.kinds is None else self.kinds.widths.items():
            keys <<= width
            keys |= credits.names_of(name).codes[rows]
        return keys

    def apart(self, keys: Whole) -> tuple[Places, Whole, Whole, Flags, Flags, Whole | None]:
        """What sorted keys hold: places, payees, days, which are returns, which tie with the row before, and kinds."""
        kind = None if self.kinds is None else keys & ((1 << self.kind) - 1)
        keys = keys >> self.kind if self.kind else keys
        places: Places = keys & ((1 << self.place) - 1)
        keys = keys >> self.place
        ties = np.zeros(len(keys), dtype=np.bool_)
        np.equal(keys[1:], keys[:-1], out=ties[1:])
        is_return = (keys & 1).astype(np.bool_)
        keys >>= 1
        days = keys & ((1 << self.day) - 1)
        keys >>= self.day
        return places, keys, days, is_return, ties, kind


def bits_of(size: int) -> int:
    """How many bits hold numbers below a size."""
    return max(size - 1, 1).bit_length()
