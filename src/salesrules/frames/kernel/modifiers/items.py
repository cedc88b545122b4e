"""What modifiers work on: lines and amounts beside them, statement by statement, and how a change is rounded."""

from __future__ import annotations

import attrs
import numpy as np

from salesrules.commissions import RoundingLevel
from salesrules.core import RoundingMode
from salesrules.frames.kernel.block import changes
from salesrules.frames.kernel.whole import Flags, Places, Runs, Whole, round_ratio

__all__ = ["Items", "sums"]


@attrs.define(eq=False, kw_only=True)
class Items:
    """Lines and amounts beside them, by statement, in each the lines first; `place` is below zero beside the lines.

    `value` is what each has come to, over the statement's `denominators`; `paid` what is paid of it, in fine units.
    `row` and `component` are those of a line, `by` the name that tells limits apart, of an amount beside them; `maker`
    the place of the modifier that paid it.
    """

    statement: Whole
    place: Whole
    row: Whole
    component: Whole
    by: Whole
    maker: Whole
    value: Whole
    paid: Whole
    denominators: Whole | int
    level: RoundingLevel
    mode: RoundingMode
    fine: int
    is_rounded: bool

    def like(self, numbers: Whole) -> Whole:
        """Numbers of the kind that values have, so that no product of both wraps."""
        return numbers.astype(self.value.dtype, copy=False)

    def below(self, chosen: Places) -> Whole | int:
        """What the values of items stand over."""
        return self.over(self.statement[chosen])

    def over(self, statements: Whole) -> Whole | int:
        """What values stand over in statements."""
        return self.denominators if isinstance(self.denominators, int) else self.denominators[statements]

    def add(self, statement: Whole, value: Whole, paid: Whole, maker: int, by: Whole | None = None) -> None:
        """Amounts beside the lines, after all else in their statements."""
        count = len(statement)
        if not count:
            return
        none = np.full(count, -1, dtype=np.int64)
        names = np.zeros(count, dtype=np.int64) if by is None else by
        joined = np.concatenate((self.statement, statement))
        order = np.argsort(joined, kind="stable")
        self.statement = joined[order]
        for name, new in (
            ("place", none), ("row", none), ("component", none), ("by", names), ("maker", none * 0 + maker),
            ("value", value.astype(self.value.dtype)), ("paid", paid.astype(self.paid.dtype)),
        ):  # fmt: skip
            setattr(self, name, np.concatenate((getattr(self, name), new))[order])

    def rescale(self, chosen: Places, values: Whole) -> tuple[Places, Whole]:
        """Bring items to new values; those that were rounded anew, and how much less is paid of them.

        Where each line is rounded alone, one that does not change stays as it is; where the total is rounded, none of a
        statement is if none of it changes.
        """
        differs = (values != self.value[chosen]).astype(np.bool_)
        if not differs.any():
            return chosen[:0], self.paid[:0]
        if self.level is RoundingLevel.CUMULATIVE:
            runs = Runs.of(changes(self.statement[chosen]))
            differs = runs.spread(np.logical_or.reduceat(differs, runs.starts))
        chosen, values = chosen[differs], values[differs]
        paid = self._rounded(chosen, values)
        less = self.paid[chosen] - paid
        self._settle(chosen, values, paid)
        return chosen, less

    def on_top(self, chosen: Places, values: Whole) -> None:
        """Earn something more on items, which is rounded on its own."""
        if len(chosen):
            paid = self._rounded(chosen, values)
            self._settle(chosen, self.value[chosen] + values, self.paid[chosen] + paid)

    def _rounded(self, chosen: Places, values: Whole) -> Whole:
        below = self.below(chosen)
        if self.level is not RoundingLevel.CUMULATIVE:
            return round_ratio(values, below, self.mode) * self.fine
        runs = Runs.of(changes(self.statement[chosen]))
        totals = round_ratio(sums(values, runs), below, self.mode)
        paid = totals.copy()
        paid[1:] -= totals[:-1]
        paid[runs.starts] = totals[runs.starts]
        return paid * self.fine

    def _settle(self, chosen: Places, values: Whole, paid: Whole) -> None:
        if self.is_rounded:  # modifiers work on the rounded amounts of lines
            values = np.where(self.place[chosen] >= 0, paid * (self.below(chosen) // self.fine), values)
        self.value[chosen] = values
        self.paid[chosen] = paid

    def by_statement(self, values: Whole, chosen: Places, size: int) -> Whole:
        """The sums of items by statement."""
        found = np.zeros(size, dtype=values.dtype)
        if len(chosen):
            statement = self.statement[chosen]
            starts = np.flatnonzero(changes(statement))
            found[statement[starts]] = np.add.reduceat(values, starts)
        return found

    @property
    def is_line(self) -> Flags:
        """Which items are lines."""
        found: Flags = self.place >= 0
        return found


def sums(values: Whole, runs: Runs) -> Whole:
    """The sum of each run up to each row; the caller knows that no sum leaves 64 bits."""
    if not len(values):
        return values
    running = np.cumsum(values)  # may wrap over many runs, but the difference within one of them is exact
    return running - runs.spread(running[runs.starts] - values[runs.starts])
