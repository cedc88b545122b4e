"""What the life of commission periods is kept in."""

from __future__ import annotations

import attrs

from salesrules.commissions.model import CalculatedVersion, CommissionBook, PaymentOrder, PeriodRecord
from salesrules.commissions.rules.closing import CommissionInputs
from salesrules.core import AggregateStore, Journal, is_identifier

__all__ = ["PeriodStores"]


@attrs.frozen(kw_only=True)
class PeriodStores:
    """The stores of commission periods, all of one unit of work; `salesrules.storage.commission_stores` gives them.

    `book` names the periods that follow each other; a firm that closes two countries apart has a book for each. `runs`
    holds every version, `inputs` those of each period's latest.
    """

    books: AggregateStore[CommissionBook]
    periods: AggregateStore[PeriodRecord]
    runs: AggregateStore[CalculatedVersion]
    inputs: AggregateStore[CommissionInputs]
    payments: Journal[PaymentOrder]
    book: str = attrs.field(default="commissions", validator=is_identifier)
