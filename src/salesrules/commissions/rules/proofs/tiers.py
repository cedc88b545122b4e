"""Tiers that pay nobody."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from salesrules.commissions.model import UnreachableReason, UnreachableTier
from salesrules.commissions.rules.proofs.elements import Element, Outline, from_zero
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.core import narrowed

__all__ = ["find_unreachable_tiers"]


def find_unreachable_tiers(table: Outline, outline: Outline, grid: Grid) -> Iterator[UnreachableTier]:
    """Every tier of a table in which no measure of the grid lies, or of which the outline has nothing left."""
    is_modified = outline is not table
    added, left = (_levels(table), _levels(outline)) if is_modified else ({}, {})
    for tier, elements in _by_tier(table).items():
        reason = None
        if all(grid.first_in(element, element.lo or Fraction(0)) is None for element in elements):
            reason = UnreachableReason.NO_MEASURE
        elif is_modified and len(added[tier]) > 1 and len(left[tier]) == 1:
            reason = UnreachableReason.NOTHING_ADDED
        if reason is not None:
            start, end = elements[0].lo or Fraction(0), elements[-1].hi
            yield UnreachableTier(
                tier=tier, start=narrowed(start), end=None if end is None else narrowed(end), reason=reason
            )


def _by_tier(outline: Outline) -> dict[int, list[Element]]:
    found: dict[int, list[Element]] = {}
    for element in from_zero(outline):
        found.setdefault(element.tier, []).append(element)
    return found


def _levels(outline: Outline) -> dict[int, set[Fraction]]:
    """By tier, what is paid before it and within it: a single amount where the tier adds nothing."""
    found: dict[int, set[Fraction]] = {}
    before: Fraction | None = None
    for element in from_zero(outline):
        levels = found.setdefault(element.tier, set() if before is None else {before})
        start, end = element.lo or Fraction(0), element.hi
        before = element.pay.at(start + 1 if end is None else end)
        levels |= {element.pay.at(start), before}
    return found
