"""The order in which credits count: within a payee by day, sales before returns, then id and role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.commissions import Measure
from salesrules.frames.carrying import Carrying
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.kernel.block import changes
from salesrules.frames.packing import BITS, Packing, bits_of
from salesrules.frames.reading import Names

__all__ = ["Ordered", "Part", "settle_ties", "split_by_payee"]

#: What runs a function over parts, in the order of the parts: `map`, or that of a pool of threads.
_Spread = Callable[..., Iterable[Any]]


@attrs.frozen
class Ordered:
    """Rows of whole payees in their order; days count from the first of all.

    `ties` marks the rows that stand on the day of the row before them and are of its sort, both sales or both returns.
    `kind` is the number of each row's kind, where the kinds of `Credits.kinds` had room in the sorting key, `carried`
    what each row carries along, where `carrying` says what that is.
    """

    rows: Places
    payee: Whole
    day: Whole
    is_return: Flags
    ties: Flags
    kind: Whole | None = None
    carried: Whole | None = None
    carrying: Carrying | None = None

    def ids(self, credits: Credits) -> Whole:
        """The codes of ids."""
        if self.carried is None or self.carrying is None:
            return credits.ids.of(self.rows)
        return self.carrying.id_codes(self.carried)

    def measured(self, credits: Credits) -> Mapping[Measure, Whole]:
        """What the rows measure."""
        if self.carried is None or self.carrying is None:
            return {name: values.take(self.rows) for name, values in credits.measures.items()}
        return self.carrying.measured(self.carried)


#: The rows of some payees: gives them in order, in blocks of whole payees of about a size.
Part = Callable[[int], Iterator[Ordered]]


def split_by_payee(credits: Credits, rows: Places | None, parts: int, spread: _Spread = map) -> list[Part]:
    """Some rows (`None`: all) apart by payee, in about so many parts.

    Payee, day, sort, place and kind of a row are packed into one whole number where 63 bits are enough for them, so
    that sorting is one sort of such keys.
    """
    bounds = _payee_bounds(credits, parts)
    packing = Packing.of(credits)
    if packing is None:
        return [_Plain(credits, rows, *each) for each in zip([None, *bounds], [*bounds, None], strict=True)]
    count = credits.rows if rows is None else len(rows)
    cuts = [count * part // parts for part in range(parts + 1)]
    slices = [slice(*cut) if rows is None else rows[slice(*cut)] for cut in pairwise(cuts)]
    carrying = Carrying.of(credits.ids, credits.measures) if rows is None else None

    def pack(own: slice | Places) -> list[list[Whole]]:
        if carrying is not None and isinstance(own, slice):
            carrying.fill(own)
        return packing.keys(own, bounds)

    found = list(spread(pack, slices))
    parted = ([keys for each in found for keys in each[part]] for part in range(len(bounds) + 1))
    return [_Packed(packing, pieces, carrying) for pieces in parted]


def _payee_bounds(credits: Credits, parts: int) -> list[int]:
    """Codes of payees at which the rows fall into about equal parts, each with whole payees."""
    if parts < 2 or credits.rows < parts:
        return []
    sample = np.sort(credits.payees.of(slice(None, None, max(credits.rows // 10_000, 1))))
    return sorted({int(sample[len(sample) * part // parts]) for part in range(1, parts)})


@attrs.frozen(eq=False)
class _Packed:
    """The packed keys of whole payees, in pieces."""

    packing: Packing
    pieces: list[Whole]
    carrying: Carrying | None

    def __call__(self, size: int) -> Iterator[Ordered]:
        keys = np.concatenate(self.pieces) if len(self.pieces) > 1 else self.pieces[0] if self.pieces else None
        self.pieces.clear()
        if keys is None or not len(keys):
            return
        keys.sort()
        begin, last, below = 0, int(keys[-1]), self.packing.below_payee
        while begin < len(keys):
            following = ((int(keys[min(begin + size, len(keys)) - 1]) >> below) + 1) << below
            end = len(keys) if following > last else int(np.searchsorted(keys, following))
            found = Ordered(*self.packing.apart(keys[begin:end]))
            if self.carrying is not None:
                carried = self.carrying.numbers.take(found.rows)
                found = attrs.evolve(found, carried=carried, carrying=self.carrying)
            yield found
            begin = end


@attrs.frozen(eq=False)
class _Plain:
    """The rows of some payees, from a code up to another, which sorting has to look at column by column."""

    credits: Credits
    rows: Places | None
    first: int | None
    end: int | None

    def __call__(self, size: int) -> Iterator[Ordered]:
        credits = self.credits
        codes = credits.payees.of(slice(None) if self.rows is None else self.rows)
        own = np.ones(len(codes), dtype=np.bool_)
        if self.first is not None:
            own &= codes >= self.first
        if self.end is not None:
            own &= codes < self.end
        rows = np.flatnonzero(own) if self.rows is None else self.rows[own]
        if not len(rows):
            return
        order = np.lexsort((rows, credits.is_return[rows], credits.days[rows], credits.payees.codes[rows]))
        rows = rows[order]
        payees, is_return = credits.payees.codes[rows], credits.is_return[rows]
        days = credits.days[rows].astype(np.int64) - credits.first_day
        ties = ~(changes(payees) | changes(days) | changes(is_return))
        starts = np.flatnonzero(changes(payees))
        cuts = starts[np.unique(np.searchsorted(starts, np.arange(0, len(rows), size)).clip(max=len(starts) - 1))]
        for begin, end in zip(cuts.tolist(), [*cuts[1:].tolist(), len(rows)], strict=True):
            part = slice(begin, end)
            yield Ordered(rows[part], payees[part], days[part], is_return[part], ties[part])


def settle_ties(credits: Credits, ordered: Ordered, *, trust_ids: bool = False) -> tuple[Ordered, Places]:
    """A block with the rows of one payee, day and sort by id and role, and the rows that stand in it twice.

    Most rows have their day for themselves, or are in order already. With `trust_ids` nobody looks for doubled rows.
    """
    part = None if credits.part is None else credits.part[ordered.rows]
    if ordered.ties.any():
        tied = ordered.ties.copy()
        tied[:-1] |= ordered.ties[1:]
        some = np.flatnonzero(tied)
        keys = [np.cumsum(~ordered.ties[some]), _rank(credits.ids, ordered.ids(credits)[some])]
        role = _roles(credits, ordered)
        if credits.roles is not None and role is not None:
            keys.append(_rank(credits.roles, role[some]))
        keys += [] if part is None else [part[some]]  # parts follow ids and roles
        order = _order(keys, _sizes(credits, len(some))[: len(keys)])
        if order is not None:  # payee, day and sort are the same for all rows of a tie
            moved = np.arange(len(ordered.rows))
            moved[some] = some[order]
            kind, carried, part = (
                None if each is None else each.take(moved) for each in (ordered.kind, ordered.carried, part)
            )
            ordered = attrs.evolve(ordered, rows=ordered.rows.take(moved), kind=kind, carried=carried)
    if trust_ids:
        return ordered, np.zeros(0, dtype=np.intp)
    role = _roles(credits, ordered)
    keys = [
        ordered.payee - ordered.payee[0],
        ordered.ids(credits),
        *([] if role is None else [role]),
        *([] if part is None else [part]),
    ]
    sizes = [int(keys[0][-1]) + 1, *_sizes(credits, len(ordered.rows))[1 : len(keys)]]
    return ordered, ordered.rows[_doubles(keys, sizes)]


def _roles(credits: Credits, ordered: Ordered) -> Whole | None:
    """The codes of the roles of some rows; `None` where all are direct."""
    if credits.roles is None:
        return None
    found = None if ordered.kind is None or credits.kinds is None else credits.kinds.codes("", ordered.kind)
    return credits.roles.codes[ordered.rows] if found is None else found


def _sizes(credits: Credits, rows: int) -> list[int]:
    """One more than the largest number of a group of rows, of an id and of a role."""
    parts = [] if credits.part is None else [int(credits.part.max(initial=0)) + 1]
    return [rows + 1, max(credits.ids.size, rows), 1 if credits.roles is None else credits.roles.size, *parts]


def _order(keys: list[Whole], sizes: list[int]) -> Places | None:
    """The places of rows in the order of keys, `None` where they are in it already.

    One sort of whole numbers where 63 bits are enough for keys and places.
    """
    count = len(keys[0])
    packed = _packed(keys, sizes)
    if packed is None:
        return np.lexsort(keys[::-1])
    if not (packed[1:] < packed[:-1]).any():
        return None
    places = bits_of(count)
    if sum(map(bits_of, sizes)) + places > BITS:
        return np.argsort(packed, kind="stable")
    packed <<= places
    packed |= np.arange(count)
    packed.sort()
    packed &= (1 << places) - 1
    return packed


def _doubles(keys: list[Whole], sizes: list[int]) -> Places:
    """The places of rows whose keys stand at an earlier place too."""
    packed = _packed(keys, sizes)
    if packed is not None:
        in_order = np.sort(packed)
        if not (in_order[1:] == in_order[:-1]).any():
            return np.zeros(0, dtype=np.intp)
        keys = [packed]
    order = np.lexsort(keys[::-1])
    same = np.ones(len(order) - 1, dtype=np.bool_)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    return order[1:][same]


def _packed(keys: list[Whole], sizes: list[int]) -> Whole | None:
    """Keys, each below its size, in one whole number, the first one highest; `None` where 63 bits are too few."""
    bits = list(map(bits_of, sizes))
    if sum(bits) > BITS:
        return None
    packed = keys[0].astype(np.int64)
    for key, width in zip(keys[1:], bits[1:], strict=True):
        packed <<= width
        packed |= key
    return packed


def _rank(names: Names, codes: Whole) -> Whole:
    """Numbers that stand in the order of the names of some rows."""
    if names.values is None:
        return codes
    if len(names.values) < len(codes):
        return codes if names.is_in_order else names.rank[codes]
    distinct, places = np.unique(codes, return_inverse=True)
    rank = pc.rank(names.values.take(pa.array(distinct)), sort_keys="ascending", tiebreaker="first")
    found: Whole = rank.to_numpy().astype(np.int64)[places] - 1
    return found
