"""One denominator for all that modifiers do to a statement, and the lines over it."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm, prod

import numpy as np

from salesrules.commissions import ModifierBase
from salesrules.frames.compiled import LIMIT
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.lines import Lines
from salesrules.frames.kernel.modifiers.grid import Grid
from salesrules.frames.kernel.modifiers.items import Items
from salesrules.frames.kernel.modifiers.setting import Modifying
from salesrules.frames.kernel.whole import Places, Whole

__all__ = ["items_of", "touched"]


def items_of(setting: Modifying, block: Block, lines: Lines, grid: Grid) -> Items:
    """The lines that a plan's components make, over denominators that no modifier leaves.

    Every factor's denominator is folded in, each once for each modifier, so that each of them divides exactly. Where
    64 bits could not hold what may come of it, the numbers are Python's own.
    """
    count = max(len(lines.payable), 1)
    place = _places(lines, block)
    row, component = np.divmod(place, count)
    statement = grid.of_row[row]
    tops, paid = _flat(lines.payable, place), _flat(lines.amounts, place)
    if setting.base is ModifierBase.ROUNDED:
        below: Whole | int = 1
        tops = paid
    else:
        below = lines.denominators[0] if lines.denominators else 1
    common = _common(setting, grid, block, below)
    own = below if isinstance(below, int) else below[row]
    is_wide = not _fits(setting, grid, statement, tops, own, common)
    if is_wide:
        tops, paid = tops.astype(object), paid.astype(object)
    elif not isinstance(common, int):
        common = common.astype(np.int64)
        own = own if isinstance(own, int) else own.astype(np.int64)
        tops, paid = tops.astype(np.int64), paid.astype(np.int64)
    return Items(
        statement=statement,
        place=place,
        row=row,
        component=component,
        by=np.zeros(len(place), dtype=np.int64),
        maker=np.full(len(place), -1, dtype=np.int64),
        value=tops * ((common if isinstance(common, int) else common[statement]) // own),
        paid=paid * setting.fine,
        denominators=common,
        level=setting.level,
        mode=setting.mode,
        fine=setting.fine,
        is_rounded=setting.base is ModifierBase.ROUNDED,
    )


def touched(lines: Lines, block: Block) -> list[Whole]:
    """Which rows move each component: those that it counts, and those of the component that names its column."""
    counted = [np.ones(block.rows, dtype=np.bool_) if each.counted is None else each.counted for each in lines.moved]
    number = {each.component.id: place for place, each in enumerate(lines.moved)}
    found = []
    for each, own in zip(lines.moved, counted, strict=True):
        across = getattr(each.component.table, "across", None)
        observed = number.get(getattr(across, "component", ""))
        found.append(own if observed is None else own | counted[observed])
    return found


def _places(lines: Lines, block: Block) -> Places:
    """The places of lines, row by row, of each the components in their order."""
    if not lines.moved:
        return np.zeros(0, dtype=np.intp)
    marks = np.stack(touched(lines, block), axis=1).reshape(-1)
    return np.flatnonzero(marks)


def _flat(values: Sequence[Whole], place: Places) -> Whole:
    if not values:
        return np.zeros(0, dtype=np.int64)
    found: Whole = (values[0] if len(values) == 1 else np.stack(values, axis=1).reshape(-1))[place]
    return found


def _common(setting: Modifying, grid: Grid, block: Block, below: Whole | int) -> Whole | int:
    """The denominator of each statement; of all of a payee's where a cap runs on between them."""
    factors = prod(setting.denominators)
    if isinstance(below, int) and not setting.standing:
        return int(np.lcm(below, setting.whole, dtype=object)) * factors
    found = np.full(grid.size, setting.whole, dtype=object)
    starts = block.statements.starts
    each = np.full(len(starts), below, dtype=object) if isinstance(below, int) else below[starts].astype(object)
    found[grid.of_row[starts]] = np.lcm(each, setting.whole)
    begins = np.flatnonzero(~grid.continues)
    if setting.standing and grid.size:
        stood = [
            lcm(*(cap.denominator(code) for cap in setting.standing.values())) for code in grid.payee[begins].tolist()
        ]
        found = np.lcm(found, np.repeat(np.array(stood, dtype=object), np.diff(begins, append=grid.size)))
    if setting.runs_on and grid.size:
        found = np.repeat(np.lcm.reduceat(found, begins), np.diff(begins, append=grid.size))
    return found * factors


def _fits(
    setting: Modifying, grid: Grid, statement: Whole, tops: Whole, below: Whole | int, common: Whole | int
) -> bool:
    """Whether 64 bits hold all that may come of the lines: what a payee's lines, lifts and kickers grow to in all."""
    if not grid.size:
        return True
    if setting.standing:
        return False
    sizes = np.abs(tops.astype(np.float64)) / np.asarray(below, dtype=np.float64) + 2
    payees = int(grid.number[-1]) + 1
    limits = sum(float(np.abs(limit).max(initial=0)) for limit in setting.limits.values()) / setting.whole
    amounts = sum(map(abs, setting.amounts.values())) / setting.fine * 60
    lines = np.bincount(grid.number[statement], minlength=payees)
    most = np.bincount(grid.number[statement], weights=sizes, minlength=payees).astype(np.float64)
    most += (
        setting.largest_opened
        + limits * (lines + 1)
        + (limits + amounts + 2) * np.bincount(grid.number, minlength=payees)
    )
    largest = common if isinstance(common, int) else max(common.tolist())
    return float(most.max()) * setting.growth * 8 * float(largest) < LIMIT
