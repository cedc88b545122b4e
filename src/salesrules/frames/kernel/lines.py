"""What a plan's lines earn and pay on a block: components, cap and rounding."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from salesrules.commissions import RoundingLevel
from salesrules.frames.compiled import LIMIT, CompiledPlan
from salesrules.frames.features import adds_up
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.capping import capped, is_same, limits_over
from salesrules.frames.kernel.components import Moved, move_component, pieces_of
from salesrules.frames.kernel.rounding import round_by_remainder, round_cumulatively
from salesrules.frames.kernel.together import pay_together
from salesrules.frames.kernel.whole import OutOfRange, Runs, Whole, bound_of, guard, is_wide, round_ratio

__all__ = ["Lines", "pay_lines"]


@attrs.frozen
class Lines:
    """What the rows are paid, in units of the rounding: `amounts` by component, where they were asked for.

    `payable` is what they earned under the cap, each component's over its of `denominators`; one for all where a
    statement's lines are added up.
    """

    moved: tuple[Moved, ...]
    payable: tuple[Whole, ...]
    denominators: tuple[Whole | int, ...]
    amounts: tuple[Whole, ...]
    total: Whole


def pay_lines(plan: CompiledPlan, block: Block, *, by_component: bool) -> Lines:
    """The lines of a block; raises `OutOfRange` with the rows that 64 bits cannot hold."""
    if adds_up(plan.plan) and plan.is_cumulative and not (by_component or plan.is_by_remainder):
        total = pay_together(plan, block)
        if total is not None:
            return Lines((), (), (), (), total)
    moved: list[Moved] = []
    for component in plan.components:
        moved.append(move_component(component, block, moved, plan.rounding.digits))
    if not moved:
        return Lines((), (), (), (), np.zeros(block.rows, dtype=np.int64))
    earned: Sequence[Whole] = [each.earned.numerator for each in moved]
    denominators = [each.earned.denominator for each in moved]
    if adds_up(plan.plan):
        earned, below = _over_one(earned, denominators, block)
        denominators = [below] * len(earned)
    try:
        payable = _under_cap(block, earned, denominators[0])
        amounts = _paid(plan, block, moved, earned, payable, denominators)
    except OutOfRange as error:  # of lines, of which a row has as many as there are components
        raise OutOfRange(np.unique(error.rows // len(moved))) from None
    return Lines(tuple(moved), tuple(payable), tuple(denominators), tuple(amounts), _sum(amounts))


def _under_cap(block: Block, earned: Sequence[Whole], below: Whole | int) -> Sequence[Whole]:
    if block.limits is None:
        return earned
    count = len(earned)
    limits = np.repeat(limits_over(block, below), count)
    return _apart(capped(_together(earned), limits, _lines_of(block.statements, count)), count)


def _paid(
    plan: CompiledPlan,
    block: Block,
    moved: Sequence[Moved],
    earned: Sequence[Whole],
    payable: Sequence[Whole],
    denominators: Sequence[Whole | int],
) -> Sequence[Whole]:
    mode, count = plan.rounding.mode, len(payable)
    if plan.is_by_remainder or plan.is_cumulative:
        below = denominators[0]
        spread = round_by_remainder if plan.is_by_remainder else round_cumulatively
        each_below = below if isinstance(below, int) else np.repeat(below, count)
        runs = _lines_of(block.statements, count)
        amounts = _apart(spread(_together(payable), each_below, runs, mode), count)
    else:
        amounts = [round_ratio(top, below, mode) for top, below in zip(payable, denominators, strict=True)]
    if plan.level is RoundingLevel.TIER and not plan.is_by_remainder:
        for place, each in enumerate(moved):
            by_tier = pieces_of(each, mode)
            if by_tier is not None:  # a line that the cap cut is rounded as a line
                amounts[place] = np.where(payable[place] == earned[place], by_tier, amounts[place])
    return amounts


def _over_one(
    numerators: Sequence[Whole], denominators: Sequence[Whole | int], block: Block
) -> tuple[Sequence[Whole], Whole | int]:
    """The same ratios over one denominator, which stays the same throughout a statement and holds the cap.

    Where several quotas stand below the line of a statement, Python's own numbers hold their common multiple.
    """
    statements, first = block.statements, denominators[0]
    if isinstance(first, int):
        if all(isinstance(each, int) for each in denominators):
            return numerators, first  # compiled to one scale
    elif len(denominators) == 1 and not is_wide(first) and is_same(first, statements):
        return numerators, first
    below = np.full(statements.rows, block.limits_over, dtype=object)
    for each in denominators:
        below = np.lcm(below, each if isinstance(each, int) else each.astype(object))
    if len(below):
        below = statements.spread(np.lcm.reduceat(below, statements.starts))
    return [top.astype(object) * (below // each) for top, each in zip(numerators, denominators, strict=True)], below


def _sum(values: Sequence[Whole]) -> Whole:
    """The sum of each row; raises `OutOfRange` before it could leave 64 bits."""
    if len(values) == 1:
        return values[0]
    if not any(map(is_wide, values)) and sum(map(bound_of, values)) > LIMIT:
        guard(np.sum([np.abs(each).astype(np.float64) for each in values], axis=0) > LIMIT)
    total = values[0] + values[1]
    for each in values[2:]:
        total = total + each
    return total


def _together(values: Sequence[Whole]) -> Whole:
    """The lines of a statement in their order: row by row, of each the components."""
    return values[0] if len(values) == 1 else np.stack(values, axis=1).reshape(-1)


def _apart(values: Whole, count: int) -> list[Whole]:
    return [values] if count == 1 else list(values.reshape(-1, count).T)


def _lines_of(statements: Runs, count: int) -> Runs:
    return Runs(statements.starts * count, statements.rows * count)
