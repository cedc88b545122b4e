"""Rounding in whole numbers: one division of a dividend that was moved to where it rounds as it should.

Every mode is floor((n + p) / d) for a numerator of zero or more and floor((n + m) / d) below zero. Where division
rounds towards zero instead, m is lower by d − 1. Half up and its kin move by half of d, so that an odd or unknown d
takes twice of both; only an exact half to even looks at the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import narwhals as nw

from salesrules.core import RoundingMode
from salesrules.frames.expressions.engines import Engine, Lazy

__all__ = ["Ratio", "round_ratios"]


class Ratio(NamedTuple):
    """A column of numerators over a number or column of denominators above zero."""

    above: str
    below: int | str


def round_ratios(frame: Lazy, engine: Engine, ratios: Mapping[str, Ratio], mode: RoundingMode) -> Lazy:
    """Add columns of the whole numbers that ratios round to."""
    whole = {name: ratio.above for name, ratio in ratios.items() if ratio.below == 1}
    broken = {name: ratio for name, ratio in ratios.items() if ratio.below != 1}
    moved: dict[str, nw.Expr] = {name: nw.col(above) for name, above in whole.items()}
    quotients: dict[str, tuple[str, str | int]] = {}
    evened: dict[str, nw.Expr] = {}
    for name, ratio in broken.items():
        twice = isinstance(ratio.below, str) and _is_half(mode)
        moved[f"{name}_above"] = _moved(ratio, mode, engine.truncates)
        below: str | int = ratio.below
        if twice:
            below = f"{name}_below"
            moved[below] = nw.col(str(ratio.below)) * 2
        quotients[name] = (f"{name}_above", below)
        if mode is RoundingMode.HALF_EVEN and (twice or (isinstance(below, int) and below % 2 == 0)):
            evened[name] = _evened(name, below, ratio.above, engine.truncates)
    frame = engine.divide(frame.with_columns(**moved) if moved else frame, quotients)
    return frame.with_columns(**evened) if evened else frame


def _is_half(mode: RoundingMode) -> bool:
    return mode in (RoundingMode.HALF_UP, RoundingMode.HALF_DOWN, RoundingMode.HALF_EVEN)


def _moved(ratio: Ratio, mode: RoundingMode, truncates: bool) -> nw.Expr:
    """The numerator (twice, where the denominator is) moved so that a plain division rounds it."""
    number = nw.col(ratio.above)
    if isinstance(ratio.below, int):
        up, down = _moves(ratio.below, mode)
        down -= ratio.below - 1 if truncates else 0
        if up == down:
            return number + up if up else number
        return number + nw.when(number < 0).then(nw.lit(down)).otherwise(nw.lit(up))
    below = nw.col(ratio.below)
    if _is_half(mode):
        tie_down = nw.when(number > 0).then(below - 1).otherwise(below)
        tie_up = nw.when(number < 0).then(below - 1).otherwise(below)
        move = {RoundingMode.HALF_UP: tie_up, RoundingMode.HALF_DOWN: tie_down}.get(mode, below)
        back = below * 2 - 1
        number_moved = number * 2 + move
    else:
        nothing = below * 0
        most = below - 1
        ups = {RoundingMode.CEILING: (most, most), RoundingMode.UP: (most, nothing), RoundingMode.DOWN: (nothing, most)}
        up_by, down_by = ups.get(mode, (nothing, nothing))
        back = most
        number_moved = number + nw.when(number < 0).then(down_by).otherwise(up_by)
    return number_moved - nw.when(number < 0).then(back).otherwise(back * 0) if truncates else number_moved


def _moves(below: int, mode: RoundingMode) -> tuple[int, int]:
    """By how much numerators of zero or more, and below zero, are moved before they are divided down."""
    half, most = below // 2, below - 1
    match mode:
        case RoundingMode.FLOOR:
            return 0, 0
        case RoundingMode.CEILING:
            return most, most
        case RoundingMode.DOWN:
            return 0, most
        case RoundingMode.UP:
            return most, 0
    if below % 2 or mode is RoundingMode.HALF_EVEN:
        return half, half  # an odd denominator has no exact halves; even ones are looked at afterwards
    return (half, half - 1) if mode is RoundingMode.HALF_UP else (half - 1, half)


def _evened(name: str, below: str | int, above: str, truncates: bool) -> nw.Expr:
    """The quotient, one less where it came of an exact half and is odd.

    Halves were moved up; where division rounds towards zero, those below zero were moved back by `below` − 1, and an
    exact half leaves that rest.
    """
    quotient, divisor = nw.col(name), nw.col(below) if isinstance(below, str) else nw.lit(below)
    rest = nw.col(f"{name}_above") - quotient * divisor
    is_tie = rest == 0
    if truncates:
        is_tie = nw.when(nw.col(above) < 0).then(rest == 1 - divisor).otherwise(rest == 0)
    return quotient - (is_tie & (quotient % 2 == 1)).cast(nw.Int64)
