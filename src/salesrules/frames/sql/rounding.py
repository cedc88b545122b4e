"""Rounding a ratio of whole numbers in each mode, by divisions of numbers that are not below zero."""

from __future__ import annotations

from sqlglot import exp

from salesrules.core import RoundingMode
from salesrules.frames.sql.dialects import Dialect
from salesrules.frames.sql.tree import Made, all_of, bracketed, case, literal, minus, plain_number

__all__ = ["rounded"]

_OPPOSITE = {RoundingMode.FLOOR: RoundingMode.UP, RoundingMode.CEILING: RoundingMode.DOWN}
_OF_POSITIVE = {RoundingMode.FLOOR: RoundingMode.DOWN, RoundingMode.CEILING: RoundingMode.UP}


def rounded(dialect: Dialect, top: Made, below: Made, mode: RoundingMode) -> exp.Expression:
    """The whole number that `top` over `below` rounds to; `below` is above zero.

    Dialects cut a quotient below zero in two ways, so what lies below zero is rounded as its opposite.
    """
    if plain_number(below()) == 1:
        return top()

    def negated() -> exp.Expression:
        return exp.Neg(this=bracketed(top()))

    under = _size(dialect, negated, below, _OPPOSITE.get(mode, mode))
    above = _size(dialect, top, below, _OF_POSITIVE.get(mode, mode))
    is_below = exp.LT(this=top(), expression=literal(0))
    return case((is_below, exp.Neg(this=bracketed(under))), default=above)


def _size(dialect: Dialect, top: Made, below: Made, mode: RoundingMode) -> exp.Expression:
    """Rounds a ratio that is not below zero: down, up, or to the nearer with halves as the mode says."""
    if mode is RoundingMode.DOWN:
        return dialect.quotient(top(), below())
    if mode is RoundingMode.UP:
        return dialect.quotient(_plus(top(), below(), -1), below())
    number = plain_number(below())
    if number is not None and number % 2 == 0:
        divisor = below

        def raised(less: int = 0) -> exp.Expression:
            return exp.Add(this=top(), expression=literal(number // 2 - less)) if number // 2 - less else top()
    else:

        def divisor() -> exp.Expression:
            return literal(2 * number) if number is not None else exp.Mul(this=literal(2), expression=below())

        def raised(less: int = 0) -> exp.Expression:
            return _plus(exp.Mul(this=literal(2), expression=bracketed(top())), below(), -less)

    if mode is RoundingMode.HALF_DOWN:
        return dialect.quotient(raised(1), divisor())
    nearest = dialect.quotient(raised(), divisor())
    if mode is RoundingMode.HALF_UP:
        return nearest
    rest = exp.Mod(this=bracketed(raised()), expression=bracketed(divisor()))
    odd = exp.Mod(this=bracketed(nearest.copy()), expression=literal(2))
    is_tie = all_of([exp.EQ(this=rest, expression=literal(0)), exp.EQ(this=odd, expression=literal(1))])
    return minus(nearest, case((is_tie, literal(1)), default=literal(0)))


def _plus(left: exp.Expression, right: exp.Expression, more: int) -> exp.Expression:
    """A sum with a constant of zero or less."""
    found = exp.Add(this=left, expression=bracketed(right))
    return exp.Sub(this=found, expression=literal(-more)) if more else found
