"""Results on receivables: ageing, allowance, dunning notices, collection; and the facts of revenue postings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import Derivation, Money, Operation, Rate, WordEnum, as_tuple, exact_sum, is_day, is_named, total
from salesrules.credit.model.documents import positive_money

__all__ = [
    "Ageing",
    "AgeingBucket",
    "Allowance",
    "AllowanceLine",
    "Collection",
    "CollectionClass",
    "CollectionLine",
    "DunningNotice",
    "RevenueEntry",
]


@attrs.frozen(kw_only=True)
class AgeingBucket:
    """How many items are in a bucket, and what they amount to; the current bucket is not overdue."""

    name: str
    is_overdue: bool
    count: int
    amount: Money


@attrs.frozen(kw_only=True)
class Ageing:
    """Open items by age; the buckets sum to all items."""

    as_of: date
    currency: str
    buckets: tuple[AgeingBucket, ...] = attrs.field(converter=as_tuple)

    @property
    def total(self) -> Money:
        """All items."""
        return total((bucket.amount for bucket in self.buckets), self.currency)

    @property
    def overdue(self) -> Money:
        """What is overdue."""
        return total((bucket.amount for bucket in self.buckets if bucket.is_overdue), self.currency)

    def to_records(self) -> Sequence[Mapping[str, Any]]:
        """One row per bucket, with plain values."""
        return [
            {
                "bucket": bucket.name,
                "is_overdue": bucket.is_overdue,
                "count": bucket.count,
                "amount": bucket.amount.amount,
                "currency": self.currency,
            }
            for bucket in self.buckets
        ]


@attrs.frozen(kw_only=True)
class AllowanceLine:
    """The items of one age band: what they amount to, the rate, and what is set aside."""

    band: int
    amount: Money
    rate: Rate
    allowance: Money
    derivation: Derivation = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Allowance:
    """What is set aside for doubtful items, by age band."""

    as_of: date
    currency: str
    lines: tuple[AllowanceLine, ...] = attrs.field(converter=as_tuple)

    @property
    def amount(self) -> Money:
        """What is set aside in all."""
        return total((line.allowance for line in self.lines), self.currency)

    def derivation(self) -> Derivation:
        """The allowance as the sum of its bands."""
        return Derivation(
            label="credit.label.allowance",
            value=exact_sum(line.allowance.amount for line in self.lines),
            unit=self.currency,
            operation=Operation.SUM if self.lines else Operation.GIVEN,
            terms=[line.derivation for line in self.lines],
            parameters={"as_of": self.as_of},
        )


@attrs.frozen(kw_only=True)
class DunningNotice:
    """The next step of the ladder for an item: from which level to which, what is done, and its fee."""

    item: str
    customer: str
    days_overdue: int
    level_before: int
    level: int
    action: str
    fee: Money | None


class CollectionClass(WordEnum):
    """What is to be collected: items of the years before, those of this year that matured, and its others."""

    LAST_YEAR = "last_year"
    MATURED = "matured"
    CURRENT = "current"


@attrs.frozen(kw_only=True)
class CollectionLine:
    """One class: what was owed, what came in, and the target."""

    kind: CollectionClass
    owed: Money
    collected: Money
    target: Rate

    @property
    def ratio(self) -> Fraction | None:
        """What came in over what was owed, `None` where nothing was."""
        return self.collected.ratio(self.owed) if self.owed else None

    @property
    def is_met(self) -> bool:
        """Whether the target is reached; nothing owed, nothing missed."""
        return self.ratio is None or self.ratio >= Fraction(self.target.value)

    @property
    def missing(self) -> Money:
        """What is still to come in for the target; nothing below zero."""
        rest = self.owed * self.target - self.collected
        return rest if rest.amount > 0 else Money(Decimal(0), self.owed.currency)


@attrs.frozen(kw_only=True)
class Collection:
    """How much of what was owed came in, by class."""

    lines: tuple[CollectionLine, ...] = attrs.field(converter=as_tuple)

    def line(self, kind: CollectionClass) -> CollectionLine:
        """The line of a class."""
        return next(line for line in self.lines if line.kind is kind)


@attrs.frozen(kw_only=True)
class RevenueEntry:
    """A reported sale, an invoice or a receipt, by the reference that all of one sale share (a contract, an order)."""

    id: str = attrs.field(validator=is_named)
    reference: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    amount: Money = attrs.field(validator=positive_money)
