"""The inverse of a curve: the smallest measure that reaches a pay, and the next threshold."""

from __future__ import annotations

from decimal import Decimal

from salesrules.commissions.model import NextThreshold, Solution, SpanCurve
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.core import Exact

__all__ = ["find_next_threshold", "solve_measure"]


def solve_measure(
    curve: PayoutCurve | SpanCurve, pay: Exact, *, digits: int = 2, measured: Decimal = Decimal(0)
) -> Solution:
    """The smallest measure on the grid of so many digits, from `measured` on, that pays at least `pay` in all."""
    raise NotImplementedError


def find_next_threshold(curve: PayoutCurve | SpanCurve, measured: Decimal, *, digits: int = 2) -> NextThreshold | None:
    """The next bound above a measure and what reaching it is worth; `None` where there is none."""
    raise NotImplementedError
