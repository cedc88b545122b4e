"""Measures times shares in whole numbers: how many digits that needs, and which rows would leave 64 bits."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from salesrules.commissions import Measure
from salesrules.frames.compiled import LIMIT
from salesrules.frames.crediting.columns import Flags, Whole
from salesrules.frames.crediting.occurrences import Occurrences
from salesrules.frames.crediting.transactions import Transactions

__all__ = ["Measured", "cut", "measure", "times"]


@attrs.frozen(eq=False)
class Measured:
    """The measures of whole transactions, in units of 10^-`digits`; `no_margin` marks those without a cost."""

    values: Mapping[Measure, Whole]
    digits: Mapping[Measure, int]
    no_margin: Flags | None = None


def measure(found: Transactions, *, counts: bool) -> Measured:
    """The measures that the transactions have columns for, and their count where it is wanted.

    A sale counts one; a return minus one where all of its sale has come back by it, else nothing.
    """
    money = max(found.amount.digits, found.cost.digits if found.cost else 0)
    values = {Measure.AMOUNT: found.amount.values * 10 ** (money - found.amount.digits)}
    digits = {Measure.AMOUNT: money}
    no_margin = None
    if found.cost is not None:
        values[Measure.MARGIN] = values[Measure.AMOUNT] - found.cost.values * 10 ** (money - found.cost.digits)
        digits[Measure.MARGIN] = money
        no_margin = found.cost.empty
    if found.quantity is not None:
        values[Measure.QUANTITY], digits[Measure.QUANTITY] = found.quantity.values, found.quantity.digits
    if counts:
        count = np.ones(found.rows, dtype=np.int64)
        if found.shares is not None:
            count[found.returns] = -found.shares.completes.astype(np.int64)
        values[Measure.COUNT], digits[Measure.COUNT] = count, 0
    return Measured(values, digits, no_margin)


def cut(values: Whole, digits: int, parts: Occurrences, rounded: int, wanted: int) -> Whole:
    """The parts of measures in units of 10^-`wanted`: what is paid up to one, rounded half up to `rounded` digits,
    less what was paid up to the one before; all of a measure is not rounded.
    """
    whole = values[parts.row]
    if rounded >= digits:
        up, down = 10 ** (rounded - digits), 1
    else:
        up, down = 1, 10 ** (digits - rounded)
    exact: Whole = whole * 10 ** (wanted - digits)

    def up_to(share: Whole) -> Whole:
        is_whole = share == parts.of
        found: Whole = exact.copy()
        todo = np.flatnonzero(~is_whole)
        found[todo] = _half_up(whole[todo], share[todo], up, parts.of[todo], down) * 10 ** (wanted - rounded)
        return found

    found: Whole = up_to(parts.after) - up_to(parts.before)
    return found


def _half_up(values: Whole, share: Whole, up: int, of: Whole, down: int) -> Whole:
    """The values times share · up / (of · down), half away from zero; in Python's numbers where 64 bits are short."""
    largest = np.abs(values).astype(np.float64) * share * (2 * up)
    wide = (largest > LIMIT) | (of.astype(np.float64) * (2 * down) > LIMIT)
    found = np.zeros(len(values), dtype=np.int64)
    for rows, kind in ((np.flatnonzero(~wide), np.int64), (np.flatnonzero(wide), object)):
        if len(rows):
            size, below = np.abs(values[rows]).astype(kind), of[rows].astype(kind) * down
            rounded = (2 * size * share[rows].astype(kind) * up + below) // (2 * below)
            found[rows] = np.sign(values[rows]) * rounded.astype(np.int64)
    return found


def times(values: Whole, factors: Whole | int) -> Whole | None:
    """Values times factors, `None` where a product could be larger than `LIMIT`; factors are zero or more."""
    largest = int(np.abs(values).max(initial=0))
    most = factors if isinstance(factors, int) else int(factors.max(initial=0))
    is_wide = largest * most > LIMIT
    if is_wide and (isinstance(factors, int) or (np.abs(values).astype(np.float64) * factors > LIMIT).any()):
        return None
    return values if isinstance(factors, int) and factors == 1 else values * factors
