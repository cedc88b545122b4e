"""Tables in two dimensions: the column of each row, and what rows earn by the curves of columns."""

from __future__ import annotations

import attrs
import numpy as np

from salesrules.commissions import AcrossComponent, AcrossNumber, GridTable, Observed, RateMode
from salesrules.core import RoundingMode
from salesrules.frames.compiled import CompiledComponent
from salesrules.frames.kernel.bands import band_of
from salesrules.frames.kernel.block import Block, Unmet
from salesrules.frames.kernel.curves import At, Earned, Moves, check_range, denominator_of, pay, pieces, tiers_of
from salesrules.frames.kernel.whole import Flags, Runs, Whole, round_ratio, running, steps_of

__all__ = ["Grid", "columns_by_size", "earn_grid", "grid_pieces"]


@attrs.frozen
class Grid:
    """The column of each row, by its number; `is_reached` where another component decides it for the whole span."""

    column: Whole
    is_reached: bool = False

    @classmethod
    def of_rows(cls, block: Block, component: CompiledComponent, counted: Flags | None) -> Grid:
        """The columns that the rows themselves fall into; a counted row without one is noted."""
        column = block.columns.get(component.id)
        if column is None:  # by the size of a deal that counts as one, or as none where part of it comes back
            assert isinstance(component.table, GridTable)
            assert isinstance(component.table.across, AcrossNumber)
            column = columns_by_size(component, component.table.across, np.sign(np.abs(block.measured(component))), 1)
        lacks = column < 0
        if lacks.any():
            lacks = lacks if counted is None else lacks & counted
            if lacks.any():
                block.unmet.append(Unmet("unknown_column", component.id, np.flatnonzero(lacks)))
            column = np.maximum(column, 0)
        return cls(column)

    @classmethod
    def reached(
        cls, across: AcrossComponent, component: CompiledComponent, block: Block, moves: Moves, at: At, digits: int
    ) -> Grid:
        """The columns that another component's running measure or attainment names."""
        if across.observe is Observed.ATTAINMENT and at.quota is not None:
            place = band_of(across.columns, moves.after, at.quota)
        else:
            place = band_of(across.columns, moves.after, 10**digits)
        outside = place < 0
        if outside.any():
            block.unmet.append(Unmet("unknown_column", component.id, np.flatnonzero(outside)))
        number = {name: index for index, name in enumerate(component.columns)}
        return cls(np.array([number[band.value] for band in across.columns.bands])[np.maximum(place, 0)], True)


def columns_by_size(component: CompiledComponent, across: AcrossNumber, sizes: Whole, unit: int) -> Whole:
    """The column of each row by the bands of a number in `unit`ths, -1 outside them."""
    number = {name: index for index, name in enumerate(component.columns)}
    known = np.array([number[band.value] for band in across.columns.bands] + [-1], dtype=np.int64)
    found: Whole = known[band_of(across.columns, sizes, unit)]
    return found


def earn_grid(component: CompiledComponent, grid: Grid, moves: Moves, runs: Runs | None, at: At) -> Earned:
    """What each row earns; raises `OutOfRange`."""
    for curve in component.curves:
        check_range(curve, moves, at)
    below = denominator_of(component.curves[0], at)
    if grid.is_reached:
        assert runs is not None
        nothing = np.zeros_like(moves.after)
        worth = _pay(component, grid.column, moves.after, at) - _pay(component, grid.column, nothing, at)
        return Earned(steps_of(worth, runs), below)
    if runs is None or component.curves[0].mode is RateMode.MARGINAL:
        earned = _pay(component, grid.column, moves.after, at) - _pay(component, grid.column, moves.before, at)
        return Earned(earned, below)
    return Earned(steps_of(_worth(component, grid, moves, runs, at), runs), below)


def _pay(component: CompiledComponent, columns: Whole, measures: Whole, at: At) -> Whole:
    """F of each row's own column."""
    found = np.zeros_like(measures)
    for number, curve in enumerate(component.curves):
        rows = np.flatnonzero(columns == number)
        if len(rows):
            own = At(*(None if each is None else each[rows] for each in at))
            found[rows] = pay(curve, measures[rows], own)
    return found


def _worth(component: CompiledComponent, grid: Grid, moves: Moves, runs: Runs, at: At) -> Whole:
    """What all columns together have earned: each one's measure at the rate of the row that has been reached."""
    measures = moves.after - moves.before
    worth = np.zeros_like(measures)
    for number, curve in enumerate(component.curves):
        own = running(np.where(grid.column == number, measures, 0), runs)
        rates = np.array(curve.slopes, dtype=measures.dtype)
        worth = worth + own * rates[tiers_of(curve, moves.after, at.quota)]
    return worth


def grid_pieces(
    component: CompiledComponent, grid: Grid, moves: Moves, runs: Runs | None, at: At, mode: RoundingMode
) -> Whole:
    """What each row earns, the parts of tiers and columns rounded alone."""
    if grid.is_reached:
        assert runs is not None
        return _reached_pieces(component, grid, moves, runs, at, mode)
    if runs is None or component.curves[0].mode is RateMode.MARGINAL:
        return _pieces(component, grid.column, moves, at, mode)
    return _whole_pieces(component, grid, moves, runs, at, mode)


def _pieces(component: CompiledComponent, columns: Whole, moves: Moves, at: At, mode: RoundingMode) -> Whole:
    found = np.zeros_like(moves.after)
    for number, curve in enumerate(component.curves):
        rows = np.flatnonzero(columns == number)
        if len(rows):
            own = At(*(None if each is None else each[rows] for each in at))
            found[rows] = pieces(curve, Moves(moves.after[rows], moves.by[rows]), own, mode)
    return found


def _reached_pieces(
    component: CompiledComponent, grid: Grid, moves: Moves, runs: Runs, at: At, mode: RoundingMode
) -> Whole:
    """Where another column is reached, all is taken back by the old one and paid by the new one."""
    old = np.concatenate((grid.column[:1], grid.column[:-1]))
    old[runs.starts] = grid.column[runs.starts]
    zero = np.zeros_like(moves.after)
    stays = _pieces(component, grid.column, moves, at, mode)
    gone = _pieces(component, old, Moves(zero, -moves.before), at, mode)
    made = _pieces(component, grid.column, Moves(moves.after, moves.after), at, mode)
    return np.where(old == grid.column, stays, gone + made)


def _whole_pieces(
    component: CompiledComponent, grid: Grid, moves: Moves, runs: Runs, at: At, mode: RoundingMode
) -> Whole:
    """Where another row is reached, each column's measure is taken back at the old rate and paid at the new one."""
    below = denominator_of(component.curves[0], at)
    measures = moves.by
    apart = np.zeros_like(measures)
    for number, curve in enumerate(component.curves):
        own = np.where(grid.column == number, measures, 0)
        after = running(own, runs)
        rates = np.array(curve.slopes, dtype=measures.dtype)
        old, new = (rates[tiers_of(curve, each, at.quota)] for each in moves.around)
        apart = apart + round_ratio(-(after - own) * old, below, mode) + round_ratio(after * new, below, mode)
    tiers = [tiers_of(component.curves[0], each, at.quota) for each in moves.around]
    return np.where(tiers[0] == tiers[1], _pieces(component, grid.column, moves, at, mode), apart)
