"""Rounding a ratio of whole numbers in each mode, by divisions of numbers that are not below zero."""

from __future__ import annotations

from sqlglot import exp

from salesrules.core import RoundingMode
from salesrules.frames.sql.curves import Made
from salesrules.frames.sql.dialects import Dialect, literal, plain_number

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
        return exp.Neg(this=exp.paren(top(), copy=False) if isinstance(top(), exp.Binary) else top())

    under = _size(dialect, negated, below, _OPPOSITE.get(mode, mode))
    above = _size(dialect, top, below, _OF_POSITIVE.get(mode, mode))
    is_below = exp.LT(this=top(), expression=literal(0))
    return exp.Case(ifs=[exp.If(this=is_below, true=exp.Neg(this=_closed(under)))], default=above)


def _size(dialect: Dialect, top: Made, below: Made, mode: RoundingMode) -> exp.Expression:
    """Rounds a ratio that is not below zero: down, up, or to the nearer with halves as the mode says."""
    if mode is RoundingMode.DOWN:
        return dialect.quotient(top(), below())
    if mode is RoundingMode.UP:
        return dialect.quotient(exp.Sub(this=_sum(top(), below()), expression=literal(1)), below())
    twice = _twice(below)
    doubled = _sum(exp.Mul(this=literal(2), expression=_closed(top())), below())
    if mode is RoundingMode.HALF_DOWN:
        return dialect.quotient(exp.Sub(this=doubled, expression=literal(1)), twice())
    nearest = dialect.quotient(doubled, twice())
    if mode is RoundingMode.HALF_UP:
        return nearest
    rest = exp.Mod(this=exp.paren(doubled.copy(), copy=False), expression=_closed(twice()))
    odd = exp.Mod(this=exp.paren(nearest.copy(), copy=False), expression=literal(2))
    is_tie = exp.and_(exp.EQ(this=rest, expression=literal(0)), exp.EQ(this=odd, expression=literal(1)))
    to_even = exp.Case(ifs=[exp.If(this=is_tie, true=literal(1))], default=literal(0))
    return exp.Sub(this=nearest, expression=to_even)


def _twice(below: Made) -> Made:
    number = plain_number(below())
    if number is not None:
        return lambda: literal(2 * number)
    return lambda: exp.Mul(this=literal(2), expression=_closed(below()))


def _sum(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    return exp.Add(this=left, expression=_closed(right))


def _closed(value: exp.Expression) -> exp.Expression:
    return exp.paren(value, copy=False) if isinstance(value, exp.Binary | exp.Neg) else value
