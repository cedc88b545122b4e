"""Tables of what stood open when computing began: on the first day of a pay period, in place of what went before."""

from __future__ import annotations

import attrs

from salesrules.company.mapping.tables import TableSource
from salesrules.core import as_tuple

__all__ = [
    "OpeningBalanceColumns",
    "OpeningBalanceTable",
    "OpeningHoldColumns",
    "OpeningHoldTable",
    "OpeningMeasureColumns",
    "OpeningMeasureTable",
    "OpeningUseColumns",
    "OpeningUseTable",
]


@attrs.frozen(kw_only=True)
class OpeningBalanceColumns:
    """The columns of opening balances: what a payee owes on the first day of a pay period."""

    payee: str
    day: str
    owed: str
    currency: str | None = None


@attrs.frozen(kw_only=True)
class OpeningBalanceTable(TableSource):
    """What payees owe from before the first period."""

    columns: OpeningBalanceColumns


@attrs.frozen(kw_only=True)
class OpeningHoldColumns:
    """The columns of amounts held: of which `transaction`, by which `policy`, released on the day `due` or on an event.

    `policy` is the id of the rulebook's entry that holds it back; its event releases it where it waits for one.
    """

    payee: str
    day: str
    amount: str
    currency: str | None = None
    policy: str | None = None
    transaction: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    due: str | None = None


@attrs.frozen(kw_only=True)
class OpeningHoldTable(TableSource):
    """What is held for payees from before the first period."""

    columns: OpeningHoldColumns


@attrs.frozen(kw_only=True)
class OpeningUseColumns:
    """The columns of what a cap's span had `used` already and `carried` over; `policy` is the id of the cap.

    `by` is the customer, contract or what else the cap counts for itself.
    """

    payee: str
    day: str
    policy: str
    used: str
    carried: str | None = None
    currency: str | None = None
    by: str | None = None


@attrs.frozen(kw_only=True)
class OpeningUseTable(TableSource):
    """How much of caps was used before the first period."""

    columns: OpeningUseColumns


@attrs.frozen(kw_only=True)
class OpeningMeasureColumns:
    """The columns of what a `component` had `measured` before the day, in the span that holds it.

    `measure` is one of those that a formula speaks of, empty for the component's own; `column` is that of a table in
    two dimensions.
    """

    payee: str
    day: str
    component: str
    measured: str
    measure: str | None = None
    column: str | None = None


@attrs.frozen(kw_only=True)
class OpeningMeasureTable(TableSource):
    """What components had measured before the first period: attainment starts from it, and nothing is paid for it."""

    columns: OpeningMeasureColumns
