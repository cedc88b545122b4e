"""What the rules find: a holder's quota over a span, attainment and pace, each with its derivation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import DateRange, Derivation, Operation, as_tuple, exact_sum
from salesrules.quotas.model.quotas import Measure, QuotaPiece

__all__ = ["Attainment", "HeldQuota", "Pace", "PacePart"]


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
    """How much of a quota was reached: what was achieved over the quota, as an exact fraction (1 is the quota).

    A quota of zero counts as reached in full.
    """

    quota: HeldQuota
    achieved: Decimal | Fraction

    @property
    def ratio(self) -> Fraction:
        """What was achieved over the quota."""
        quota = Fraction(self.quota.amount)
        return Fraction(self.achieved) / quota if quota else Fraction(1)

    @property
    def variance(self) -> Fraction:
        """What was achieved less the quota, in the quota's unit: negative below it."""
        return Fraction(self.achieved) - Fraction(self.quota.amount)

    def derivation(self) -> Derivation:
        """Attainment with what was achieved, the quota and its lines."""
        parameters = {"holder": self.quota.holder}
        if not self.quota.amount:
            return Derivation(
                label="quotas.label.attainment_of_zero", value=self.ratio, unit="rate", parameters=parameters
            )
        return Derivation(
            label="quotas.label.attainment",
            value=self.ratio,
            unit="rate",
            operation=Operation.QUOTIENT,
            terms=(_achieved(self), self.quota.derivation()),
            parameters=parameters,
        )


@attrs.frozen(kw_only=True)
class PacePart:
    """A part of a quota that is due evenly over its own days; `piece` is `None` where it is the whole quota."""

    piece: QuotaPiece | None
    amount: Decimal | Fraction
    elapsed: int
    days: int

    @property
    def expected(self) -> Fraction:
        """What of it should be there by now."""
        return Fraction(self.amount) * self.elapsed / self.days


@attrs.frozen(kw_only=True)
class Pace:
    """How fast a quota is being reached, at the end of a day.

    `elapsed` and `days` count the days gone and in all, calendar or working days as policy says; `parts` are what is
    expected by then.
    """

    quota: HeldQuota
    achieved: Decimal | Fraction
    as_of: date
    elapsed: int
    days: int
    parts: tuple[PacePart, ...] = attrs.field(converter=as_tuple)

    @property
    def expected(self) -> Fraction:
        """What should be achieved by now, in the quota's unit, exactly."""
        return sum((part.expected for part in self.parts), Fraction(0))

    @property
    def ratio(self) -> Fraction | None:
        """What was achieved over what was expected: 1 is on pace; `None` where nothing is expected yet."""
        return Fraction(self.achieved) / self.expected if self.expected else None

    @property
    def run_rate(self) -> Fraction | None:
        """What was achieved per day gone; `None` before the first, and for market shares, which do not add up."""
        is_share = self.quota.measure == Measure.MARKET_SHARE
        return None if is_share or not self.elapsed else Fraction(self.achieved) / self.elapsed

    @property
    def projected(self) -> Fraction | None:
        """Where the run rate leads by the end of the span; `None` where there is no run rate."""
        return None if self.run_rate is None else self.run_rate * self.days

    def derivation(self) -> Derivation:
        """The ratio with what was achieved and expected; what was expected, where that is nothing."""
        if self.ratio is None:
            return self._expected()
        return Derivation(
            label="quotas.label.pace",
            value=self.ratio,
            unit="rate",
            operation=Operation.QUOTIENT,
            terms=(_achieved(self), self._expected()),
            parameters={"holder": self.quota.holder, "as_of": self.as_of},
        )

    def _expected(self) -> Derivation:
        return Derivation(
            label="quotas.label.expected",
            value=self.expected,
            unit=self.quota.unit,
            operation=Operation.SUM,
            terms=[self._part(part) for part in self.parts],
            parameters={"as_of": self.as_of},
        )

    def _part(self, part: PacePart) -> Derivation:
        whole = self.quota.derivation() if part.piece is None else part.piece.derivation()
        share = Derivation(
            label="quotas.label.day_share",
            value=Fraction(part.elapsed, part.days),
            unit="rate",
            operation=Operation.QUOTIENT,
            terms=(
                Derivation(label="quotas.label.days_elapsed", value=Decimal(part.elapsed), unit="days"),
                Derivation(label="quotas.label.days_in_all", value=Decimal(part.days), unit="days"),
            ),
        )
        return Derivation(
            label="quotas.label.expected_part",
            value=part.expected,
            unit=self.quota.unit,
            operation=Operation.PRODUCT,
            terms=(whole, share),
        )


def _achieved(result: Attainment | Pace) -> Derivation:
    return Derivation(label="quotas.label.achieved", value=result.achieved, unit=result.quota.unit)
