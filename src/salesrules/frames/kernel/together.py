"""What statements pay in all where nobody asks for their lines: running totals, without what each line adds to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from itertools import groupby
from operator import add

import attrs
import numpy as np

from salesrules.commissions import Accumulation, GridTable
from salesrules.frames.compiled import LIMIT, CompiledComponent, CompiledCurve, CompiledPlan, add_curves
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.capping import is_same, limits_over
from salesrules.frames.kernel.components import move_component, needed
from salesrules.frames.kernel.curves import At, Earned, earn, move
from salesrules.frames.kernel.whole import OutOfRange, Places, Runs, Whole, is_wide, round_ratio, steps_of

__all__ = ["pay_together"]


def pay_together(plan: CompiledPlan, block: Block) -> Whole | None:
    """What each row is paid in all where the running total of its statement is rounded.

    A component that runs over the statement gives its total as it is, worked out where it moves; what all others earn
    is added up once, and one rate on everything is one factor of each kind of rows. `None` where lines have to be
    looked at: for formulas, tables in two dimensions, quotas below the line, and where numbers might be too large.
    """
    components = plan.components
    if not components or not all(map(_is_plain, components)) or any(map(is_wide, block.measures.values())):
        return None
    if block.limits is not None and not is_same(block.limits, block.statements):
        return None
    if any(_is_one_rate(each) and _largest(block, each) > each.curve.largest() for each in components):
        return None
    seen, below = len(block.unmet), components[0].curve.scale
    try:
        paid = _running(plan, block)
        if paid is not None and block.limits is not None:
            paid = np.minimum(paid, limits_over(block, below))
    except OutOfRange:
        paid = None
    if paid is None:
        del block.unmet[seen:]  # the lines note them again, and say which rows are too large
        return None
    return steps_of(round_ratio(paid, below, plan.rounding.mode), block.statements)


def _is_plain(component: CompiledComponent) -> bool:
    """Whether a component has one curve over one scale."""
    is_curve = not component.formula and not isinstance(component.table, GridTable)
    return is_curve and not component.curve.over_quota


def _is_one_rate(component: CompiledComponent) -> bool:
    """Whether one rate pays everything, whoever it is."""
    return component.curve.is_flat and not (component.quota_measure or component.target_measure)


def _runs_along(component: CompiledComponent, block: Block) -> bool:
    """Whether a component's measure runs over the statement."""
    is_single = component.accumulate is Accumulation.TRANSACTION or component.curve.is_flat
    return not is_single and block.spans_of(component.accumulate) is block.statements


def _largest(block: Block, component: CompiledComponent) -> int:
    """One that no row measures more than; `pay_together` has seen that there is one."""
    found = block.largest(component.measure)
    assert found is not None
    return found


def _running(plan: CompiledPlan, block: Block) -> Whole | None:
    """What each statement has earned up to each row; `None` where that might be too large."""
    flat = [each for each in plan.components if _is_one_rate(each)]
    along = [each for each in plan.components if _runs_along(each, block)]
    others = [each for each in plan.components if each not in flat and each not in along]
    reached = [
        _reached(block, list(group)) for _, group in groupby(along, lambda each: (each.measure, *_rows_of(each)))
    ]
    moved = [move_component(each, block, [], plan.rounding.digits).earned for each in others]
    bounds = [each.bound for each in reached] + [each.bound for each in moved]
    bounds += [_largest(block, each) * abs(each.curve.slopes[0]) for each in flat]
    known = [each for each in bounds if each is not None]
    if len(known) < len(bounds) or sum(known) * max(block.statements.longest, 1) > LIMIT:
        return None
    lines = [each.numerator for each in moved]
    measures = dict.fromkeys(each.measure for each in flat)
    lines += [_earn_flat(block, [each for each in flat if each.measure is measure]) for measure in measures]
    found = [each.spread(block.rows) for each in reached[1:]]
    if not lines:
        return _sum([reached[0].spread(block.rows), *found])
    # Sums over all rows may wrap, but what statements have beyond their first rows is exact all the same.
    statements, earned = block.statements, _sum(lines)
    sums = np.cumsum(earned)
    earlier = sums[statements.starts] - earned[statements.starts]
    if not reached:
        return sums - statements.spread(earlier)
    first = reached[0]
    return _sum([sums, attrs.evolve(first, total=first.total - first.runs.spread(earlier)).spread(block.rows), *found])


def _rows_of(component: CompiledComponent) -> tuple[object, ...]:
    """What tells which rows a component counts."""
    return component.credits, component.filters


@attrs.frozen(eq=False)
class _Reached:
    """What the rows that are counted (`None`: all) have earned up to each of them, and a bound where one is known.

    `runs` are the rows of each statement among them; its first row is always there.
    """

    total: Whole
    bound: int | None
    runs: Runs
    rows: Places | None

    def spread(self, count: int) -> Whole:
        """The totals on all rows, of which there are so many."""
        return self.total if self.rows is None else np.repeat(self.total, np.diff(self.rows, append=count))


def _reached(block: Block, group: Sequence[CompiledComponent]) -> _Reached:
    """What components that count the same rows have earned together.

    Raises `OutOfRange`; its rows are not those of the block.
    """
    counted, statements = block.counted(group[0]), block.statements
    rows: Places | None = None
    runs, measures = statements, block.measures[group[0].measure]
    if counted is not None:  # a statement has moved by nothing where it begins, also by a row that is not counted
        moves = counted.copy()
        moves[statements.starts] = True
        rows = np.flatnonzero(moves)
        runs = Runs(np.searchsorted(rows, statements.starts), len(rows))
        measures = np.where(counted[rows], measures[rows], 0)
    moved = move(measures, runs, block.largest(group[0].measure))
    curves: dict[tuple[int, int], tuple[At, list[CompiledCurve]]] = {}  # of the same quotas and targets
    for component in group:
        at = needed(component, block)
        curves.setdefault((id(at.quota), id(at.target)), (at, []))[1].append(component.curve)
    found: list[Earned] = []
    for at, own in curves.values():
        if rows is not None:
            at = At(*(None if each is None else each[rows] for each in at))
        found += [earn(curve, moved, runs, at) for curve in _added_up(tuple(own))]
    bounds = [each.bound for each in found if each.bound is not None]
    total = _sum(each.reached for each in found if each.reached is not None)
    return _Reached(total, sum(bounds) if len(bounds) == len(found) else None, runs, rows)


@lru_cache(64)
def _added_up(curves: tuple[CompiledCurve, ...]) -> tuple[CompiledCurve, ...]:
    """Curves as one, so that the tier is looked for once; as they are where they cannot be added."""
    one = add_curves(curves)
    return curves if one is None else (one,)


def _earn_flat(block: Block, flat: Sequence[CompiledComponent]) -> Whole:
    """What components with one rate earn together, all of the same measure."""
    kinds, measures = block.kinds, block.measures[flat[0].measure]
    lets = [None if kinds is None or block.kind is None else kinds.lets(each) for each in flat]
    known = [each.astype(np.int64) for each in lets if each is not None]
    if len(known) < len(flat) or block.kind is None or block.is_reversal is not None:
        return _sum(block.measured(each) * each.curve.slopes[0] for each in flat)
    rates = _sum(each * component.curve.slopes[0] for each, component in zip(known, flat, strict=True))
    earned: Whole = measures * rates.take(block.kind)
    return earned


def _sum(values: Iterable[Whole]) -> Whole:
    return reduce(add, values)
