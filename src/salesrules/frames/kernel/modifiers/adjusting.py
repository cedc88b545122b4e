"""A plan's modifiers over a block: in their order, for all statements at once, or period by period where need be."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from salesrules.commissions import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Kicker,
    LimitSpan,
    Multiplier,
)
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.lines import Lines
from salesrules.frames.kernel.modifiers.conditions import Conditions
from salesrules.frames.kernel.modifiers.grid import Grid
from salesrules.frames.kernel.modifiers.items import Items
from salesrules.frames.kernel.modifiers.limits import Kept, Limits
from salesrules.frames.kernel.modifiers.scale import items_of, touched
from salesrules.frames.kernel.modifiers.setting import Modifier, Modifying
from salesrules.frames.kernel.whole import Flags, Places, Whole

__all__ = ["Adjusted", "Lacking", "adjust"]


@attrs.frozen(eq=False)
class Lacking:
    """What a modifier lacks in statements: a code, its id, and their payees and pay periods by number."""

    code: str
    modifier: str
    payee: Whole
    period: Whole


@attrs.frozen(eq=False)
class Adjusted:
    """What rows are paid by component after all modifiers, and the statements: what stands on no row.

    That is in fine units, so many to one of the rounding; `has_beside` tells where there is such, be it nothing in all.
    """

    amounts: tuple[Whole, ...]
    grid: Grid
    beside: Whole
    has_beside: Flags
    fine: int
    lacking: tuple[Lacking, ...]
    kept: tuple[Kept, ...] = ()


def adjust(setting: Modifying, block: Block, lines: Lines) -> Adjusted:
    """Let modifiers work on the lines of a block."""
    grid = Grid.of(block, setting.last) if setting.roster is None else Grid.among(block, setting.roster)
    moves = touched(lines, block)
    run = _Run(setting, block, lines, grid, Conditions(setting, block, grid, lines, moves))
    items = items_of(setting, block, lines, grid)
    count = len(lines.moved)
    amounts = np.zeros(block.rows * count, dtype=items.paid.dtype)
    beside, has_beside = np.zeros(grid.size, dtype=items.paid.dtype), np.zeros(grid.size, dtype=np.bool_)
    for active, part in _parts(setting, grid, items):
        run.work(part, active)
        is_line = part.is_line
        amounts[part.place[is_line]] = part.paid[is_line] // setting.fine
        extra = np.flatnonzero(~is_line)
        beside += part.by_statement(part.paid[extra], extra, grid.size)
        has_beside[part.statement[extra]] = True
    by_component = tuple(amounts.reshape(-1, count).T) if count else ()
    kept = tuple(run.limits.kept(items)) if setting.keeps else ()
    return Adjusted(by_component, grid, beside, has_beside, setting.fine, tuple(run.lacking), kept)


def _parts(setting: Modifying, grid: Grid, items: Items) -> Iterator[tuple[Places, Items]]:
    """All statements with their items; one pay period after the other where what a cap cuts off is carried over."""
    if not setting.carries or not grid.size:
        yield np.flatnonzero(grid.active), items
        return
    period = grid.period[items.statement]
    for number in range(int(grid.period.min()), setting.last + 1):
        own = period == number
        arrays = {name: getattr(items, name)[own] for name in _ARRAYS}
        yield np.flatnonzero((grid.period == number) & grid.active), attrs.evolve(items, **arrays)


_ARRAYS = ("statement", "place", "row", "component", "by", "maker", "value", "paid")


class _Run:
    """The modifiers of a plan at work on parts of a block, in the order of time."""

    def __init__(self, setting: Modifying, block: Block, lines: Lines, grid: Grid, conditions: Conditions) -> None:
        self._setting, self._grid, self._conditions = setting, grid, conditions
        self.limits = Limits(setting, grid, block)
        self._components = [each.component.id for each in lines.moved]
        self.lacking: list[Lacking] = []

    def work(self, items: Items, active: Places) -> None:
        """Let all modifiers work on some statements, in their order."""
        for place, modifier in enumerate(self._setting.modifiers):
            match modifier:
                case Kicker():
                    self._kick(items, modifier, active, place)
                case EarningsCap():
                    self.limits.open(items, modifier, active)
                    self.limits.carry_in(items, modifier, place, active)
                    self.limits.cap(items, modifier, self._scope(items, modifier, place))
                case EarningsFloor():
                    chosen = self._scope(items, modifier)
                    if modifier.per is LimitSpan.TRANSACTION:
                        self.limits.floor_of_transactions(items, modifier, chosen)
                    else:
                        self.limits.floor_of_periods(items, modifier, chosen, active, place)
                case _:
                    self._scale(items, modifier, active, place)

    def _scope(self, items: Items, modifier: Modifier, maker: int | None = None) -> Places:
        """The items that a modifier works on: those of its components, and what it has just paid itself."""
        if not modifier.applies_to:
            return np.arange(len(items.value))
        wanted = np.array([id in modifier.applies_to for id in self._components] + [False])  # -1: beside the lines
        found = wanted[items.component]
        if maker is not None:
            found |= items.maker == maker
        return np.flatnonzero(found)

    def _scale(self, items: Items, modifier: Gate | Multiplier | Coefficient, active: Places, place: int) -> None:
        chosen = self._scope(items, modifier)
        factors, known, code = self._conditions.factors(modifier, place)
        lacks = active[~known[active]]
        if code == "missing_score":
            lacks = np.intersect1d(lacks, items.statement[chosen])
        self._note(code, modifier, lacks)
        statement, below = items.statement[chosen], self._setting.denominators[place]
        items.rescale(chosen, items.value[chosen] // below * factors[statement])

    def _kick(self, items: Items, modifier: Kicker, active: Places, place: int) -> None:
        if modifier.share is not None:
            due = self._conditions.reached(modifier)
            chosen = self._scope(items, modifier)
            chosen = chosen[due[items.statement[chosen]]]
            below = self._setting.denominators[place]
            items.on_top(chosen, items.value[chosen] // below * self._conditions.share(modifier, place))
        if modifier.amount is None:
            return
        is_active: Flags = np.zeros(self._grid.size, dtype=np.bool_)
        is_active[active] = True
        statement, sign = self._conditions.changes(modifier)
        own = is_active[statement]
        statement, paid = statement[own], items.like(sign[own]) * self._setting.amounts[modifier.id]
        items.add(statement, paid * (items.over(statement) // items.fine), paid, place)

    def _note(self, code: str, modifier: Modifier, statements: Places) -> None:
        if len(statements):
            grid = self._grid
            self.lacking.append(Lacking(code, modifier.id, grid.payee[statements], grid.period[statements]))
