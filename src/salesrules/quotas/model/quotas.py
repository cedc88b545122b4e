"""A quota line: what a holder promised to sell in a span of days, and its parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import (
    EXACT,
    ApprovalEvidence,
    DateRange,
    Derivation,
    InvalidValue,
    Operation,
    Rate,
    Rounding,
    WordEnum,
    as_tuple,
    exact_sum,
    is_day,
    is_named,
    to_decimal,
)

__all__ = [
    "Measure",
    "Quota",
    "QuotaOrigin",
    "QuotaPiece",
    "QuotaRevision",
    "closed_span",
    "not_negative",
]


class Measure(WordEnum):
    """What a quota counts: an amount of money, a quantity, or a share of the market."""

    AMOUNT = "amount"
    QUANTITY = "quantity"
    MARKET_SHARE = "market_share"


def closed_span(instance: object, attribute: attrs.Attribute[DateRange], value: DateRange) -> None:
    """Refuse a span without an end."""
    if value.end is None:
        raise InvalidValue(f"{attribute.name}.end", None, "what is promised ends on a day; give the day after the last")


def not_negative(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    """Refuse an amount below zero."""
    if value < 0:
        raise InvalidValue(attribute.name, value, "what is promised is zero or more")


@attrs.frozen(kw_only=True)
class QuotaRevision:
    """A dated change of one quota line to a new amount, with the approval behind it.

    `day` is the day from which the new amount is known; `amount` is that of the whole line, in its unit. It holds for
    the whole line, or from `effective_from` on: then the line is cut there, and each part has its days' share of the
    amount that holds. `evidence` names this revision's id as its subject.
    """

    id: str = attrs.field(validator=is_named)
    quota: str = attrs.field(validator=is_named)
    amount: Decimal = attrs.field(converter=to_decimal, validator=not_negative)
    day: date = attrs.field(validator=is_day)
    reason: str = attrs.field(validator=is_named)
    effective_from: date | None = attrs.field(default=None, validator=attrs.validators.optional(is_day))
    evidence: ApprovalEvidence | None = None


@attrs.frozen(kw_only=True)
class Quota:
    """One quota line: a holder (person or unit), a closed span of days, and what to sell in it.

    `unit` is a currency code for amounts, what is counted for quantities (`"count"`, `"t"`), `"share"` for market
    shares, whose amount is a fraction (`0.12` for 12 %). `measure` is one of `Measure`, or a firm's own word.
    `origin` is set where a ramp or a cut made the amount, `revision` where a revision did.
    Raises `InvalidValue` for an open span, an empty name or a negative amount.

    >>> from datetime import date
    >>> july = DateRange(date(2017, 7, 1), date(2017, 8, 1))
    >>> Quota(id="q1", holder="ana", span=july, amount="500000", unit="USD").measure
    'amount'
    """

    id: str = attrs.field(validator=is_named)
    holder: str = attrs.field(validator=is_named)
    span: DateRange = attrs.field(validator=closed_span)
    amount: Decimal = attrs.field(converter=to_decimal, validator=not_negative)
    unit: str = attrs.field(validator=is_named)
    measure: str = attrs.field(default=Measure.AMOUNT.value, converter=str, validator=is_named)
    origin: QuotaOrigin | None = None
    revision: QuotaRevision | None = None

    def derivation(self) -> Derivation:
        """The amount: given, as revised, or what it was made from by a ramp or a cut."""
        names: dict[str, object] = {
            "quota": self.id,
            "holder": self.holder,
            "start": self.span.start,
            "end": self.span.end,
        }
        if self.origin is not None:
            return self.origin.derivation(self, names)
        if self.revision is None:
            return Derivation(label="quotas.label.quota", value=self.amount, unit=self.unit, parameters=names)
        revision = self.revision
        approver = revision.evidence.approver if revision.evidence else ""
        names |= {"revision": revision.id, "day": revision.day, "approver": approver}
        return Derivation(label="quotas.label.revised_quota", value=self.amount, unit=self.unit, parameters=names)


@attrs.frozen(kw_only=True)
class QuotaPiece:
    """The part of a quota line that lies in a span.

    `before` and `through` count the line's days before the piece and up to its end, `days` all of them: calendar or
    working days as policy says. The piece is
    the line's rounded amount through its end less the rounded amount before it: so the pieces of any cutting sum to
    the line. A market share holds on each of its days, therefore its pieces keep it whole.
    """

    quota: Quota
    span: DateRange
    before: int
    through: int
    days: int
    rounding: Rounding

    @property
    def is_whole(self) -> bool:
        """Whether the piece has the whole amount of its line."""
        return self.quota.measure == Measure.MARKET_SHARE or (self.before == 0 and self.through == self.days)

    @property
    def amount(self) -> Decimal:
        """The piece's amount in the line's unit."""
        if self.is_whole:
            return self.quota.amount
        return EXACT.subtract(self._cumulated(self.through), self._cumulated(self.before))

    def _exact(self, days: int) -> Fraction:
        return Fraction(self.quota.amount) * days / self.days

    def _cumulated(self, days: int) -> Decimal:
        # A line finer than the smallest unit could otherwise be passed by its own rounded part.
        return self.quota.amount if days == self.days else min(self.rounding(self._exact(days)), self.quota.amount)

    def derivation(self) -> Derivation:
        """The piece with the line, the days and the rounding that it came from."""
        if self.is_whole:
            return self.quota.derivation()
        days = (self.through, self.before) if self.before else (self.through,)
        return Derivation(
            label="quotas.label.piece",
            value=self.amount,
            unit=self.quota.unit,
            operation=Operation.DIFFERENCE,
            terms=[self._cumulated_derivation(count) for count in days],
            parameters={"holder": self.quota.holder, "start": self.span.start, "end": self.span.end},
        )

    def to_quota(self, id: str) -> Quota:
        """The piece as a line of its own."""
        line = self.quota
        return Quota(
            id=id,
            holder=line.holder,
            span=self.span,
            amount=self.amount,
            unit=line.unit,
            measure=line.measure,
            origin=QuotaOrigin(ramp=None, share=Rate(1), base=(self,), rounding=self.rounding),
            revision=line.revision,
        )

    def _cumulated_derivation(self, days: int) -> Derivation:
        if days == self.days:
            return self.quota.derivation()
        share = Derivation(
            label="quotas.label.day_share",
            value=Fraction(days, self.days),
            unit="rate",
            operation=Operation.QUOTIENT,
            terms=(
                Derivation(label="quotas.label.days_counted", value=Decimal(days), unit="days"),
                Derivation(label="quotas.label.days_of_line", value=Decimal(self.days), unit="days"),
            ),
        )
        exact = Derivation(
            label="quotas.label.prorated_quota",
            value=self._exact(days),
            unit=self.quota.unit,
            operation=Operation.PRODUCT,
            terms=(self.quota.derivation(), share),
        )
        rounded = _rounded("quotas.label.rounded_quota", self.rounding(self._exact(days)), exact, self.rounding)
        if rounded.value <= self.quota.amount:
            return rounded
        return Derivation(
            label="quotas.label.capped_quota",
            value=self.quota.amount,
            unit=self.quota.unit,
            operation=Operation.MINIMUM,
            terms=(rounded, self.quota.derivation()),
        )


@attrs.frozen(kw_only=True)
class QuotaOrigin:
    """How a line's amount was made: by which ramp (`None`: it was only cut), its share, of what, and the rounding."""

    ramp: str | None
    share: Rate
    base: tuple[QuotaPiece, ...] = attrs.field(converter=as_tuple)
    rounding: Rounding

    @property
    def exact_amount(self) -> Decimal:
        """The share of the base before rounding."""
        return self.share.of(exact_sum(piece.amount for piece in self.base))

    @property
    def amount(self) -> Decimal:
        """The amount of the line: rounded, except for market shares and for what is taken whole, which stay exact."""
        is_share = any(piece.quota.measure == Measure.MARKET_SHARE for piece in self.base)
        return self.exact_amount if is_share or self.share.value == 1 else self.rounding(self.exact_amount)

    def derivation(self, quota: Quota, names: dict[str, object]) -> Derivation:
        """The amount of the line that this is the origin of."""
        if self.ramp is None:
            return self.base[0].derivation()
        base = Derivation(
            label="quotas.label.ramp_base",
            value=exact_sum(piece.amount for piece in self.base),
            unit=quota.unit,
            operation=Operation.SUM,
            terms=[piece.derivation() for piece in self.base],
        )
        share = Derivation(label="quotas.label.ramp_share", value=self.share.value, unit="rate")
        exact = Derivation(
            label="quotas.label.ramped_quota",
            value=self.exact_amount,
            unit=quota.unit,
            operation=Operation.PRODUCT,
            terms=(share, base),
            parameters={**names, "ramp": self.ramp},
        )
        if self.amount == self.exact_amount:
            return exact
        return _rounded("quotas.label.rounded_quota", self.amount, exact, self.rounding)


def _rounded(label: str, value: Decimal, exact: Derivation, rounding: Rounding) -> Derivation:
    return Derivation(
        label=label,
        value=value,
        unit=exact.unit,
        operation=Operation.ROUND,
        terms=(exact,),
        parameters={"digits": rounding.digits, "mode": rounding.mode.value},
    )
