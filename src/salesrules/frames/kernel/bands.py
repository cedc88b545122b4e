"""Bands looked up over arrays of exact ratios."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np

from salesrules.core import BandTable, Side
from salesrules.frames.kernel.whole import Flags, Whole

__all__ = ["band_of", "reaches"]


def reaches(numerator: Whole, denominator: Whole | int, threshold: Fraction, side: Side) -> Flags:
    """Which ratios reach a threshold: `lower` lets the threshold itself count, `upper` only what is above.

    Denominators are above zero. Where they differ, the numbers are Python's own, so that nothing wraps.
    """
    if isinstance(denominator, int):
        bound = threshold * denominator
        above: Flags = (numerator >= ceil(bound)) if side is Side.LOWER else (numerator > floor(bound))
        return above
    left = numerator.astype(object) * threshold.denominator
    right = threshold.numerator * denominator.astype(object)
    found: Flags = (left >= right) if side is Side.LOWER else (left > right)
    return found


def band_of(table: BandTable[Any], numerator: Whole, denominator: Whole | int) -> Whole:
    """The position of the band that owns each ratio; below zero outside the table."""
    found = np.zeros(len(numerator), dtype=np.int64)
    for band in table.bands[1:]:
        assert band.start is not None  # only the first band may be open
        found += reaches(numerator, denominator, Fraction(band.start), band.side or table.side)
    first = table.bands[0]
    if first.start is not None:
        inside = reaches(numerator, denominator, Fraction(first.start), first.side or table.side)
        found = np.where(inside, found, -1)
    if table.end is not None:
        outside = reaches(numerator, denominator, Fraction(table.end), table.side)
        found = np.where(outside, -1, found)
    return found
