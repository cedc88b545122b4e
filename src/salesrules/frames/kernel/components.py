"""One component on a block: which rows it counts, how its measure runs, and what that earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import attrs
import numpy as np

from salesrules.commissions import Accumulation, AcrossComponent, GridTable
from salesrules.core import RoundingMode
from salesrules.frames.compiled import CompiledComponent
from salesrules.frames.kernel.block import Block, Unmet
from salesrules.frames.kernel.curves import At, Earned, Moves, earn, earn_flat, move, pieces
from salesrules.frames.kernel.formulas import earn_formula
from salesrules.frames.kernel.grids import Grid, earn_grid, grid_pieces
from salesrules.frames.kernel.whole import Flags, Runs, Whole

__all__ = ["Moved", "move_component", "needed", "pieces_of"]


@attrs.frozen(eq=False, slots=False)
class Moved:
    """How a component's measure ran: the rows that it counts (`None`: all), its moves and what they earned.

    `runs` are the rows over which the measure runs on (`None`: each row alone), `spans` those of the same span
    whatever the table does with them.
    """

    component: CompiledComponent
    counted: Flags | None
    measures: Whole
    runs: Runs | None
    spans: Runs
    at: At
    earned: Earned
    grid: Grid | None = None
    opening: Whole | None = None

    @cached_property
    def moves(self) -> Moves:
        """The running measure around each row; a flat rate never asks for it."""
        return _from(None if self.runs is None else self.opening, move(self.measures, self.runs))


def move_component(component: CompiledComponent, block: Block, before: Sequence[Moved], digits: int) -> Moved:
    """Move a component's measure by all rows; `before` are the components before it, `digits` those of pay.

    What rows lack is noted in the block. Raises `OutOfRange`.
    """
    counted = block.counted(component)
    measures = block.measured(component)
    spans = block.spans_of(component.accumulate)
    runs = None if component.accumulate is Accumulation.TRANSACTION else spans
    at = needed(component, block)
    if component.formula:
        earned = earn_formula(component, block, counted, runs, at, digits)
        return Moved(component, counted, measures, runs, spans, at, earned)
    if isinstance(component.table, GridTable):
        across = component.table.across
        if isinstance(across, AcrossComponent):
            runs = spans  # the column that it has reached pays the whole span
            other = next(each for each in before if each.component.id == across.component)
            grid = Grid.reached(across, component, block, _along(other, spans), other.at, other.component.digits)
        else:
            grid = Grid.of_rows(block, component, counted)
        earned = earn_grid(component, grid, block.moves(component, runs), runs, at)
        return Moved(component, counted, measures, runs, spans, at, earned, grid)
    opening = block.openings.get(component.id)
    if component.curve.is_flat:
        earned = earn_flat(component.curve, measures, at, block.largest(component.measure))
    else:
        moves = _from(None if runs is None else opening, block.moves(component, runs))
        earned = earn(component.curve, moves, runs, at)
    return Moved(component, counted, measures, runs, spans, at, earned, None, opening)


def _along(other: Moved, spans: Runs) -> Moves:
    """The running measure of another component, also where it pays each row alone."""
    return _from(other.opening, move(other.measures, spans)) if other.runs is None else other.moves


def _from(opening: Whole | None, moves: Moves) -> Moves:
    """The running measure that begins with what was measured before; a transaction alone begins with nothing."""
    return moves if opening is None else Moves(moves.after + opening, moves.by)


def pieces_of(moved: Moved, mode: RoundingMode) -> Whole | None:
    """What each row earns, each tier's part rounded alone; `None` where there are no parts."""
    if moved.component.formula:
        return None
    if moved.grid is not None:
        return grid_pieces(moved.component, moved.grid, moved.moves, moved.runs, moved.at, mode)
    return pieces(moved.component.curve, moved.moves, moved.at, mode)


def needed(component: CompiledComponent, block: Block) -> At:
    """The quota and the target of each row; what rows lack is noted in the block, and one stands in for it."""
    counted, spans = block.counted(component), block.spans_of(component.accumulate)
    return At(
        _needed(block, component, block.quotas, counted, spans, "missing_quota"),
        _needed(block, component, block.targets, counted, spans, "missing_target"),
    )


def _needed(
    block: Block,
    component: CompiledComponent,
    held: Mapping[str, Whole],
    counted: Flags | None,
    spans: Runs,
    code: str,
) -> Whole | None:
    """The quota or target of each row; one stands in for what is missing, so that all of it is found."""
    values = held.get(component.id)
    if values is None or not block.rows:
        return values
    missing = values <= 0
    if not missing.any():
        return values
    counts = np.ones(block.rows, dtype=np.bool_) if counted is None else counted
    lacks = missing[spans.starts] & np.logical_or.reduceat(counts, spans.starts)
    if lacks.any():
        block.unmet.append(Unmet(code, component.id, spans.starts[lacks]))
    return np.where(missing, 1, values)
