"""What the rules find: a holder's quota over a span, attainment and pace, each with its derivation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import DateRange, Derivation, Operation, as_tuple, exact_sum
from salesrules.quotas.model.quotas import Measure, QuotaPiece

__all__ = ["Attainment", "HeldQuota", "Pace"]


@attrs.frozen(kw_only=True)
class HeldQuota:
    """What a holder has to sell over a span: the sum of the pieces of their quota lines, in one unit and measure.

    Market shares do not add up over time: theirs is the mean of the pieces, weighted by days, as an exact fraction.
    """

    holder: str
    span: DateRange
    measure: str
    unit: str
    pieces: tuple[QuotaPiece, ...] = attrs.field(converter=as_tuple)

    @property
    def amount(self) -> Decimal | Fraction:
        """The quota in `unit`: a `Decimal`; for market shares the exact mean, a `Fraction`."""
        if self.measure == Measure.MARKET_SHARE:
            weighted = sum((Fraction(piece.quota.amount) * piece.span.days for piece in self.pieces), Fraction(0))
            return weighted / self.span.days
        return exact_sum(piece.amount for piece in self.pieces)

    def derivation(self) -> Derivation:
        """The quota with its lines, days and roundings."""
        parameters = {"holder": self.holder, "start": self.span.start, "end": self.span.end}
        if self.measure == Measure.MARKET_SHARE:
            terms = tuple(self._weighted(piece) for piece in self.pieces)
            label, operation = "quotas.label.mean_share", Operation.SUM
        else:
            terms = tuple(piece.derivation() for piece in self.pieces)
            label, operation = "quotas.label.held_quota", Operation.SUM
        return Derivation(
            label=label, value=self.amount, unit=self.unit, operation=operation, terms=terms, parameters=parameters
        )

    def _weighted(self, piece: QuotaPiece) -> Derivation:
        weight = Fraction(piece.span.days, self.span.days)
        return Derivation(
            label="quotas.label.weighted_share",
            value=Fraction(piece.quota.amount) * weight,
            unit=self.unit,
            operation=Operation.PRODUCT,
            terms=(piece.derivation(), Derivation(label="quotas.label.day_share", value=weight, unit="rate")),
        )


@attrs.frozen(kw_only=True)
class Attainment:
    """How much of a quota was reached: `achieved` over the quota, exactly."""

    quota: HeldQuota
    achieved: Decimal | Fraction
    zero_quota_counts_as_full: bool = False

    @property
    def ratio(self) -> Fraction:
        """Attainment as an exact fraction: 1 is the quota."""
        quota = Fraction(self.quota.amount)
        return Fraction(self.achieved) / quota if quota else Fraction(1)

    @property
    def variance(self) -> Fraction:
        """What was achieved less the quota, in the quota's unit: negative below it."""
        return Fraction(self.achieved) - Fraction(self.quota.amount)

    def derivation(self) -> Derivation:
        """Attainment with what was achieved, the quota and its lines."""
        label, parameters = "quotas.label.attainment", {"holder": self.quota.holder}
        if not self.quota.amount:
            return Derivation(label="quotas.label.attainment_of_zero", value=self.ratio, unit="rate")
        achieved = Derivation(label="quotas.label.achieved", value=self.achieved, unit=self.quota.unit)
        return Derivation(
            label=label,
            value=self.ratio,
            unit="rate",
            operation=Operation.QUOTIENT,
            terms=(achieved, self.quota.derivation()),
            parameters=parameters,
        )


@attrs.frozen(kw_only=True)
class Pace:
    """How fast a quota is being reached at a day.

    `elapsed` and `days` count the days gone and in all; `expected` is what should be there by now.
    """

    quota: HeldQuota
    achieved: Decimal | Fraction
    as_of: date
    elapsed: int
    days: int
    expected: Fraction

    @property
    def run_rate(self) -> Fraction | None:
        """What was achieved per elapsed day; `None` before the first day is over."""
        return Fraction(self.achieved) / self.elapsed if self.elapsed else None

    @property
    def projected(self) -> Fraction | None:
        """Where the run rate leads at the end of the span; `None` before the first day is over."""
        return Fraction(self.achieved) * self.days / self.elapsed if self.elapsed else None

    @property
    def ratio(self) -> Fraction | None:
        """What was achieved over what was expected: 1 is on pace; `None` where nothing is expected yet."""
        return Fraction(self.achieved) / self.expected if self.expected else None
