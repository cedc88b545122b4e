"""Returns that name their sale: what share of it has come back, and what its lines give back of what they paid."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from salesrules.core import RoundingMode
from salesrules.frames.compiled import LIMIT
from salesrules.frames.kernel.block import Block, changes
from salesrules.frames.kernel.whole import Flags, Places, Runs, Whole, guard, is_wide, round_ratio, running

__all__ = ["Back", "completes", "find_back", "give_back"]


@attrs.frozen
class Back:
    """Rows that take a sale back, in order, the row of each one's sale, and its share that had and has come back.

    The shares are whole numbers over `of`. A sale that is not among the rows has none (below zero).
    """

    rows: Places
    sales: Places
    before: Whole
    after: Whole
    of: Whole


def find_back(block: Block, amounts: Whole, quantities: Whole | None) -> Back:
    """Match the returns of a block with the sales of the same payee in the same role.

    The share that comes back is that of the amounts; where the sale's is zero, that of the quantities, else all of it.
    """
    assert block.original is not None
    assert block.identity is not None
    rows = np.flatnonzero(block.original >= 0)
    if block.has_counts and block.is_reversal is not None:
        rows = rows[block.is_reversal[rows]]
    sales = _sales(block, rows)
    order = np.lexsort((rows, sales))  # the returns of one sale follow each other in their order
    rows, sales = rows[order], sales[order]
    if block.returned is not None and block.returned_of is not None:
        back, of = block.returned[rows], block.returned_of[rows]
    else:
        back, of = _told(rows, np.maximum(sales, 0), amounts, quantities)
    runs = Runs.of(changes(sales)) if len(rows) else Runs(rows, 0)
    after = running(back, runs)
    return Back(rows, sales, after - back, after, of)


def _told(rows: Places, found: Places, amounts: Whole, quantities: Whole | None) -> tuple[Whole, Whole]:
    """The share that comes back as the measures of return and sale tell it."""
    back, of = -amounts[rows], amounts[found]
    if quantities is not None:
        by_quantity = (of == 0) & (quantities[found] != 0)
        back, of = np.where(by_quantity, -quantities[rows], back), np.where(by_quantity, quantities[found], of)
    return np.where(of == 0, 1, back), np.where(of == 0, 1, of)


def _sales(block: Block, rows: Places) -> Places:
    """The row of the sale of each return, below zero where there is none by its day."""
    assert block.original is not None
    assert block.identity is not None
    codes = block.codes_of("")
    roles = np.zeros(block.rows, dtype=np.int64) if codes is None else codes.astype(np.int64)
    number = np.cumsum(changes(block.payee)) * (int(roles.max(initial=0)) + 1) + roles
    names, places = np.unique(np.concatenate((block.identity, block.original[rows])), return_inverse=True)
    own, wanted = places[: block.rows], places[block.rows :]
    keys = number * len(names) + own  # a block has far fewer rows than would fill 64 bits
    candidates = np.flatnonzero(~block.is_return & np.isin(own, wanted))
    order = candidates[np.argsort(keys[candidates], kind="stable")]
    sought = number[rows] * len(names) + wanted
    at = np.searchsorted(keys[order], sought)
    if not len(order):
        return np.full(len(rows), -1, dtype=np.intp)
    place = np.minimum(at, len(order) - 1)
    hit = keys[order[place]] == sought
    return np.where(hit, order[place], -1)


def completes(back: Back, rows: int) -> Flags:
    """The returns by which all of their sale has come back."""
    found = np.zeros(rows, dtype=np.bool_)
    found[back.rows] = (back.sales >= 0) & (back.before < back.of) & (back.after >= back.of)
    return found


def give_back(paid: Sequence[Whole], back: Back, mode: RoundingMode, days: Whole) -> list[Whole]:
    """What each return gives back of what its sale's lines were paid: rounded in all, so that it sums to what was paid.

    A sale that was credited later than the return has no line by then. Raises `OutOfRange`.
    """
    has_line = (back.sales >= 0) & (days[np.maximum(back.sales, 0)] <= days[back.rows])
    found = []
    for amounts in paid:
        given = np.zeros_like(amounts)
        was = amounts[np.maximum(back.sales, 0)]
        if not is_wide(was):
            largest = np.abs(was).astype(np.float64) * np.maximum(np.abs(back.before), np.abs(back.after))
            bad = np.zeros(len(amounts), dtype=np.bool_)
            bad[back.rows] = largest > LIMIT
            guard(bad)
        before, after = (round_ratio(was * share, back.of, mode) for share in (back.before, back.after))
        given[back.rows] = np.where(has_line, before - after, 0)
        found.append(given)
    return found
