"""The order in which credits count: within a payee by day, sales before returns, then id and role."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.kernel.block import changes
from salesrules.frames.reading import Names

__all__ = ["Ordered", "ordered_blocks", "payee_bounds", "settle_ties"]

_BITS = 63


@attrs.frozen
class Ordered:
    """Rows of whole payees in their order, and what the sorting key tells of them; days count from the first of all.

    `riders` are the codes of `Credits.riders`, where the key had room for them.
    """

    rows: Places
    payee: Whole
    day: Whole
    is_return: Flags
    riders: tuple[Whole, ...] = ()


def payee_bounds(credits: Credits, parts: int) -> list[int]:
    """Codes of payees at which the rows fall into about equal parts, each with whole payees."""
    if parts < 2 or credits.rows < parts:
        return []
    sample = np.sort(credits.payees.codes[:: max(credits.rows // 10_000, 1)])
    return sorted({int(sample[len(sample) * part // parts]) for part in range(1, parts)})


def ordered_blocks(credits: Credits, rows: Places | None, first: int, size: int) -> Iterator[Ordered]:
    """Some rows (`None`: all) in the order in which they count, in blocks of whole payees of about a size.

    One sort of whole numbers that hold payee, day, kind and place, where 63 bits are enough for them; a few codes more
    ride along in the lowest bits, which spares looking them up row by row.
    """
    codes = credits.payees.codes, credits.days, credits.is_return
    payees, days, is_return = codes if rows is None else (each[rows] for each in codes)
    places = np.arange(credits.rows) if rows is None else rows
    widths = [_bits(credits.payees.size), _bits(int(credits.days.max()) - first + 1), 1, _bits(credits.rows)]
    riders = [names for _, names in credits.riders]
    if sum(widths) + sum(_bits(names.size) for names in riders) > _BITS:
        riders = []
    widths += [_bits(names.size) for names in riders]
    if sum(widths) <= _BITS:
        key = payees.astype(np.int64)
        others = [days - first, is_return, places]
        others += [names.codes if rows is None else names.codes[rows] for names in riders]
        for width, values in zip(widths[1:], others, strict=True):
            key <<= width
            key |= values
        key.sort()
        yield from _cut(key, widths, size)
        return
    order = np.lexsort((places, is_return, days, payees))
    whole = Ordered(places[order], payees[order], days[order].astype(np.int64) - first, is_return[order])
    starts = np.flatnonzero(changes(whole.payee))
    cuts = starts[np.unique(np.searchsorted(starts, np.arange(0, len(order), size)).clip(max=len(starts) - 1))]
    for begin, end in zip(cuts.tolist(), [*cuts[1:].tolist(), len(order)], strict=True):
        part = slice(begin, end)
        yield Ordered(whole.rows[part], whole.payee[part], whole.day[part], whole.is_return[part])


def _bits(size: int) -> int:
    """How many bits hold numbers below a size."""
    return max(size - 1, 1).bit_length()


def _cut(key: Whole, widths: list[int], size: int) -> Iterator[Ordered]:
    """Sorted keys apart, block by block; a payee's rows stay together."""
    below = sum(widths[1:])
    begin = 0
    while begin < len(key):
        last = min(begin + size, len(key)) - 1
        following = ((int(key[last]) >> below) + 1) << below
        end = len(key) if following > int(key[-1]) else int(np.searchsorted(key, following))
        yield _apart(key[begin:end], widths)
        begin = end


def _apart(key: Whole, widths: list[int]) -> Ordered:
    """What keys hold."""
    found = []
    for width in reversed(widths[1:]):
        found.append(key & ((1 << width) - 1))
        key = key >> width
    day, is_return, rows, *riders = reversed(found)
    return Ordered(rows, key, day, is_return.astype(np.bool_), tuple(riders))


def settle_ties(credits: Credits, ordered: Ordered) -> tuple[Ordered, Places]:
    """A block with the rows of one payee, day and kind by id and role, and the rows that stand in it twice.

    Most rows have their day for themselves, or are in order already.
    """
    rows, ids, roles = ordered.rows, credits.ids.codes[ordered.rows], credits.roles
    role = None if roles is None else credits.codes_of("", roles, ordered.rows, ordered.riders)
    part = None if credits.part is None else credits.part[rows]
    same = (ordered.payee[1:] == ordered.payee[:-1]) & (ordered.day[1:] == ordered.day[:-1])
    same &= ordered.is_return[1:] == ordered.is_return[:-1]
    if same.any():
        rank = _rank(credits.ids, ids, same)
        after = rank[:-1] > rank[1:]
        ranks = None if roles is None or role is None else roles.rank[role]
        if ranks is not None:
            after |= (rank[:-1] == rank[1:]) & (ranks[:-1] > ranks[1:])
        if part is not None:  # parts follow ids and roles
            after |= rank[:-1] == rank[1:]
        if (after & same).any():
            begins = np.ones(len(rows), dtype=np.bool_)
            begins[1:] = ~same
            keys = [np.cumsum(begins), rank, *([] if ranks is None else [ranks]), *([] if part is None else [part])]
            order = _sorted(keys, _sizes(credits, len(rows))[: len(keys)])
            rows, ids = rows[order], ids[order]
            role, part = (None if each is None else each[order] for each in (role, part))
            # Payee, day and kind are the same for all rows of a tie.
            ordered = attrs.evolve(ordered, rows=rows, riders=tuple(each[order] for each in ordered.riders))
    keys = [
        np.cumsum(changes(ordered.payee)),
        ids,
        *([] if role is None else [role]),
        *([] if part is None else [part]),
    ]
    return ordered, rows[_doubles(keys, _sizes(credits, len(rows))[: len(keys)])]


def _sizes(credits: Credits, rows: int) -> list[int]:
    """One more than the largest number of a group of rows, of an id and of a role."""
    parts = [] if credits.part is None else [int(credits.part.max(initial=0)) + 1]
    return [rows + 1, max(credits.ids.size, rows), 1 if credits.roles is None else credits.roles.size, *parts]


def _sorted(keys: list[Whole], sizes: list[int]) -> Places:
    """The places of rows in the order of keys; one sort of whole numbers where 63 bits are enough for them."""
    packed = _packed([*keys, np.arange(len(keys[0]))], [*sizes, len(keys[0])])
    if packed is None:
        return np.lexsort(keys[::-1])
    packed.sort()
    found: Places = packed & ((1 << max(len(packed) - 1, 1).bit_length()) - 1)
    return found


def _doubles(keys: list[Whole], sizes: list[int]) -> Places:
    """The places of rows whose keys stand at an earlier place too."""
    packed = _packed(keys, sizes)
    if packed is not None:
        in_order = np.sort(packed)
        if not (in_order[1:] == in_order[:-1]).any():
            return np.zeros(0, dtype=np.intp)
    order = np.lexsort(keys[::-1])
    same = np.ones(len(order) - 1, dtype=np.bool_)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    return order[1:][same]


def _packed(keys: list[Whole], sizes: list[int]) -> Whole | None:
    """Keys, each below its size, in one whole number, the first one highest; `None` where 63 bits are too few."""
    bits = [max(size - 1, 1).bit_length() for size in sizes]
    if sum(bits) > _BITS:
        return None
    packed = keys[0].astype(np.int64)
    for key, width in zip(keys[1:], bits[1:], strict=True):
        packed <<= width
        packed |= key
    return packed


def _rank(names: Names, codes: Whole, same: Flags) -> Whole:
    """Numbers that stand in the order of the names of those rows that share a day."""
    if names.values is None:
        return codes
    shares = np.zeros(len(codes), dtype=np.bool_)
    shares[1:] = same
    shares[:-1] |= same
    distinct, places = np.unique(codes[shares], return_inverse=True)
    texts = names.values.take(pa.array(distinct))
    rank = np.zeros(len(codes), dtype=np.int64)
    rank[shares] = pc.rank(texts, sort_keys="ascending", tiebreaker="first").to_numpy().astype(np.int64)[places] - 1
    return rank
