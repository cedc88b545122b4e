"""How a customer stands when an order is checked, and what is asked: an order, and maybe a release."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import EXACT, ApprovalEvidence, Money, as_parameters, as_tuple, days_after, is_named
from salesrules.credit.model.documents import no_negative_money, positive_money
from salesrules.credit.model.grading import CreditLimit

__all__ = ["CreditRelease", "CreditRequest", "CreditStanding", "OrderCredit", "OverdueProfile"]


@attrs.frozen(kw_only=True)
class OverdueProfile:
    """The open items by due day, as far as days matter: `sums[n]` is what the first n + 1 amount to.

    An item is overdue once more than `margin_days` calendar days have passed since it was due.
    """

    dues: tuple[date, ...] = attrs.field(default=(), converter=as_tuple)
    sums: tuple[Decimal, ...] = attrs.field(default=(), converter=as_tuple, repr=False)
    margin_days: int = 0

    @classmethod
    def of(cls, items: Iterable[tuple[date, Decimal]], margin_days: int) -> OverdueProfile:
        """The profile of items given by due day and amount, in any order; what is not above zero is left out."""
        dues: list[date] = []
        sums: list[Decimal] = []
        whole = Decimal(0)
        for due, amount in sorted(item for item in items if item[1] > 0):
            whole = EXACT.add(whole, amount)
            dues.append(due)
            sums.append(whole)
        return cls(dues=dues, sums=sums, margin_days=margin_days)

    @property
    def total(self) -> Decimal:
        """All open items together."""
        return self.sums[-1] if self.sums else Decimal(0)

    def overdue(self, as_of: date) -> Decimal:
        """What is overdue on a day."""
        count = bisect.bisect_left(self.dues, days_after(as_of, -self.margin_days))
        return self.sums[count - 1] if count else Decimal(0)

    def days_late(self, as_of: date) -> int:
        """The calendar days since the oldest overdue item was due; 0 where none is overdue."""
        days = (as_of - self.dues[0]).days if self.dues else 0
        return days if days > self.margin_days else 0

    def overdue_from(self, index: int) -> date:
        """The first day on which an item, by its place, is overdue."""
        return days_after(self.dues[index], self.margin_days + 1)


@attrs.frozen(kw_only=True)
class CreditStanding:
    """How a customer stands: grade, limit, exposure, what each open order has in it, and the open items by due day.

    `changes_at` is the next day on which the exposure itself changes, since a collateral or another exposure begins or
    ends. Made by `calculate_standing`; a service that keeps exposure elsewhere may make its own.
    """

    customer: str = attrs.field(validator=is_named)
    grade: str = ""
    limit: CreditLimit | None = None
    exposure: Money
    by_order: Mapping[str, Money] = attrs.field(factory=dict, converter=as_parameters, repr=False)
    overdue: OverdueProfile = OverdueProfile()
    dunning_level: int = 0
    changes_at: date | None = None


@attrs.frozen(kw_only=True)
class CreditRequest:
    """An order that wants credit: what of it is not billed yet, in the policy's currency, and who asks.

    For an order that is reopened or changed it is the whole again, not the difference: what the standing has of the
    same order is counted once.
    """

    order: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=no_negative_money)
    requested_by: str = attrs.field(validator=is_named)
    is_prepaid: bool = False


@attrs.frozen(kw_only=True)
class CreditRelease:
    """An approval to go on with one order of an amount in spite of what was referred, and no more than was approved."""

    order: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=positive_money)
    evidence: ApprovalEvidence


@attrs.frozen(kw_only=True)
class OrderCredit:
    """What an order holds on the ledger: its open reservation, if any, and the postings of each invoice."""

    order: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    reservation: str | None = None
    billed: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=as_parameters)
