"""The stores of commission periods in a unit of work, their values stored by their types."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from salesrules.core import StoredKind, UnitOfWork

if TYPE_CHECKING:
    from salesrules.commissions import PeriodStores

__all__ = ["commission_stores"]


def commission_stores(work: UnitOfWork, *, book: str = "commissions") -> PeriodStores:
    """The stores of commission periods of one unit of work, for `salesrules.commissions.close_version` and its kin.

    `book` names the periods that follow each other. In memory, or in a database: whatever the unit of work is of.
    """
    from salesrules.commissions import PeriodStores  # a storage is used without the room of commissions too

    books, periods, runs, inputs, payments = _kinds()
    return PeriodStores(
        books=work.aggregates(books),
        periods=work.aggregates(periods),
        runs=work.aggregates(runs),
        inputs=work.aggregates(inputs),
        payments=work.journal(payments),
        book=book,
    )


@functools.cache
def _kinds() -> tuple[StoredKind[Any], ...]:
    from salesrules.commissions import (
        CalculatedVersion,
        CommissionBook,
        CommissionInputs,
        PaymentOrder,
        PeriodRecord,
    )
    from salesrules.wire import stored_kind

    return (
        stored_kind(CommissionBook, name="commission book"),
        stored_kind(PeriodRecord, name="commission period"),
        stored_kind(CalculatedVersion, name="commission run"),
        stored_kind(CommissionInputs, name="commission inputs"),
        stored_kind(PaymentOrder, name="commission payment"),
    )
