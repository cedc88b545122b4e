"""Tiers: the pieces of a payout curve, and what a credit earned in one of them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Protocol

import attrs

from salesrules.core import Exact, Parameters, WordEnum, as_parameters, minus, narrowed, times

__all__ = ["FormulaUse", "MultipleOf", "Segment", "SupportsPieces", "TableBase", "TierShare"]

_ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class Segment:
    """One piece of a payout curve: from `start` on, by d = measure − start, pay is base + slope·d + curvature·d²."""

    tier: int
    start: Exact
    end: Exact | None
    base: Exact
    slope: Exact
    curvature: Exact = _ZERO

    @property
    def line(self) -> tuple[Decimal, Decimal] | None:
        """Slope and intercept: a straight piece pays slope·measure + intercept; `None` where they are no decimals."""
        if self.curvature or type(self.slope) is not Decimal:
            return None
        intercept = minus(self.base, times(self.slope, self.start))
        return (self.slope, intercept) if type(intercept) is Decimal else None

    def at(self, measure: Exact) -> Exact:
        """What the piece pays at a measure, exactly; also at its end and beyond, where the next one may pay else."""
        distance = Fraction(measure) - Fraction(self.start)
        return narrowed(Fraction(self.base) + (Fraction(self.slope) + Fraction(self.curvature) * distance) * distance)


@attrs.frozen(kw_only=True)
class TierShare:
    """What a credit earned in one tier: the part of the measure that fell into it times the rate there, or an amount.

    `lower` and `upper` are the tier's bounds in the measure's unit; open where they are `None`. `whole` marks pieces of
    tables that pay everything at the reached rate: all taken back at the old rate, all paid at the new. `is_amount`
    marks an amount of its own, with neither measure nor rate. `rates` are those at the tier's bounds where the rate
    lies between them. `column` names the column of a table in two dimensions, `opening` is what the credit's own had
    measured before.
    """

    tier: int
    lower: Exact | None
    upper: Exact | None
    measure: Exact
    rate: Exact
    earned: Exact
    whole: bool = False
    is_amount: bool = False
    rates: tuple[Exact, Exact] | None = None
    column: str = ""
    opening: Exact | None = None


class SupportsPieces(Protocol):
    """What tells how a move of a measure falls across tiers: a payout curve."""

    def pieces(self, before: Decimal, after: Decimal, /) -> tuple[TierShare, ...]:
        """What the move earns in each tier."""
        ...


class MultipleOf(WordEnum):
    """What a table of multiples multiplies: a rate on the measure, a target times attainment, or a target itself."""

    BASE_RATE = "base_rate"
    TARGET_TIMES_ATTAINMENT = "target_times_attainment"
    TARGET = "target"


@attrs.frozen(kw_only=True)
class TableBase:
    """The rate or the target incentive that a table's multiples multiply."""

    of: MultipleOf = attrs.field(converter=MultipleOf)
    value: Decimal


@attrs.frozen(kw_only=True)
class FormulaUse:
    """A formula and the running measures that it was computed with, before a line and after it, by name."""

    formula: str
    before: Parameters = attrs.field(converter=as_parameters)
    after: Parameters = attrs.field(converter=as_parameters)
