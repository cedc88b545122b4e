"""Sales credit: which person gets how much of a transaction, in which role, from when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model.facts import Transaction
from salesrules.core import EXACT, Rate, Rounding

__all__ = ["DIRECT", "CreditPart", "PendingCredit", "SalesCredit", "override_role"]

#: The role of the person who sold.
DIRECT = "direct"


def override_role(level: int) -> str:
    """The role of the manager `level` steps above the person who sold.

    >>> override_role(1)
    'override_1'
    """
    return f"override_{level}"


@attrs.frozen(kw_only=True)
class CreditPart:
    """The part of a transaction that one payment credits: from the share paid `before` it to that paid `after` it.

    What is measured is the rounded share after less the rounded share before, so that parts sum to the whole.

    >>> thirds = [CreditPart(number=n, before=Fraction(n - 1, 3), after=Fraction(n, 3),
    ...                      rounding=Rounding(digits=2, mode="half_up")) for n in (1, 2, 3)]
    >>> [str(part.of(Decimal(100))) for part in thirds]
    ['33.33', '33.34', '33.33']
    """

    number: int
    before: Fraction
    after: Fraction
    rounding: Rounding

    @property
    def share(self) -> Fraction:
        """The share of the transaction that this part is."""
        return self.after - self.before

    def of(self, whole: Decimal) -> Decimal:
        """This part of a measure of the whole transaction."""
        return EXACT.subtract(self.up_to(whole, self.after), self.up_to(whole, self.before))

    def up_to(self, whole: Decimal, share: Fraction) -> Decimal:
        """A share of a measure, rounded unless it is all of it."""
        return whole if share == 1 else self.rounding(Fraction(whole) * share)


@attrs.frozen(kw_only=True)
class SalesCredit:
    """A person's share of one transaction.

    `role` is `direct`, `override_N` or the role of an overlay; `rule` is the id of the crediting rule; a return is
    credited to those who were credited for its original. `day` is the day on which the rule's trigger fell, `part`
    what a part payment credits. `completes` marks the return by which the whole sale has come back.
    `returned` is the share of what is still kept of the sale that a refund takes back; `None` where the returns
    themselves say.
    `rate_day` is the day of the exchange rate where it is not the credit's own.
    """

    transaction: Transaction
    payee: str
    role: str
    share: Rate
    day: date
    rule: str
    part: CreditPart | None = None
    completes: bool = False
    returned: Fraction | None = None
    rate_day: date | None = None

    @property
    def key(self) -> str:
        """The transaction's id, with the number of the part where a payment credits only a part."""
        number = "" if self.part is None else f"#{self.part.number}"
        return f"{self.transaction.id}{number}"


@attrs.frozen(kw_only=True)
class PendingCredit:
    """A credit, or the unpaid part of one, whose trigger has not fallen yet: what it waits for and, if known, until."""

    transaction: Transaction
    payee: str
    role: str
    share: Rate
    rule: str
    trigger: str
    part: Fraction
    expected: date | None = None
