"""What modifiers make of what they see: factors, thresholds reached, and kickers that fall due or are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from salesrules.commissions import Coefficient, Gate, Kicker, Multiplier
from salesrules.frames.kernel.bands import band_of, reaches
from salesrules.frames.kernel.block import Block
from salesrules.frames.kernel.lines import Lines
from salesrules.frames.kernel.modifiers.grid import Grid
from salesrules.frames.kernel.modifiers.observing import Sight
from salesrules.frames.kernel.modifiers.setting import Modifying
from salesrules.frames.kernel.whole import Flags, Places, Whole

__all__ = ["Conditions"]


class Conditions:
    """Answers for all statements of a block; each component is looked at once."""

    def __init__(self, setting: Modifying, block: Block, grid: Grid, lines: Lines, touched: Sequence[Flags]) -> None:
        self._setting, self._grid = setting, grid
        self._sights = {
            each.component.id: Sight(each.component, setting.observing[each.component.id], grid, block, rows)
            for each, rows in zip(lines.moved, touched, strict=True)
            if each.component.id in setting.observing
        }

    def factors(self, modifier: Gate | Multiplier | Coefficient, place: int) -> tuple[Whole, Flags, str]:
        """The factor of each statement over the modifier's denominator, where it is known, and what is wrong if not.

        An unknown factor is 1.
        """
        one = self._setting.denominators[place]
        if isinstance(modifier, Coefficient):
            return self._by_score(modifier, one)
        sight = self._sights[modifier.component].together(modifier.observe)
        if isinstance(modifier, Multiplier):
            band = band_of(modifier.factors, sight.numerator, sight.denominator)
            found = _numbers([int(Fraction(each.value.value) * one) for each in modifier.factors.bands] + [one])
            return found[band], band >= 0, "outside_bands"  # -1 is the last
        otherwise = int(Fraction(modifier.otherwise.value) * one)
        is_open = self.reached(modifier)
        return np.where(is_open, one, otherwise), np.ones(self._grid.size, dtype=np.bool_), ""

    def _by_score(self, modifier: Coefficient, one: int) -> tuple[Whole, Flags, str]:
        scores = self._setting.scores[modifier.id]
        which = scores.held.at(self._grid.payee, self._grid.period) - 1  # -1, the last, is none
        if scores.outside[which].any():
            return scores.factors[which], ~scores.outside[which], "outside_bands"
        return scores.factors[which], which >= 0, "missing_score"

    def reached(self, modifier: Gate | Kicker) -> Flags:
        """In which statements a condition holds."""
        sight = self._sights[modifier.component].together(modifier.observe)
        return reaches(sight.numerator, sight.denominator, Fraction(modifier.threshold), modifier.side)

    def share(self, modifier: Kicker, place: int) -> int:
        """What a kicker adds, over its denominator."""
        assert modifier.share is not None
        return int(Fraction(modifier.share.value) * self._setting.denominators[place])

    def changes(self, modifier: Kicker) -> tuple[Places, Whole]:
        """The statements in which an amount falls due (1) or is taken back (-1), by span in their order."""
        sight = self._sights[modifier.component]
        due = [
            exists & reaches(ratios.numerator, ratios.denominator, Fraction(modifier.threshold), modifier.side)
            for ratios, exists in zip(sight.each(modifier.observe), sight.exists, strict=True)
        ]
        continues = self._grid.continues
        found, signs = [], []
        for span, now in zip(sight.spans, due, strict=True):
            before = np.zeros(len(now), dtype=np.bool_)
            for its, was in zip(sight.spans, due, strict=True):
                before[1:] |= (its[:-1] == span[1:]) & was[:-1]
            before &= continues & (span >= 0)
            changed = np.flatnonzero(now != before)
            found.append(changed)
            signs.append(np.where(now[changed], 1, -1))
        statement, sign = np.concatenate(found), np.concatenate(signs)
        order = np.argsort(statement, kind="stable")
        return statement[order], sign[order]


def _numbers(values: list[int]) -> Whole:
    fits = max(map(abs, values)) < 2**62
    return np.array(values, dtype=np.int64 if fits else object)
