"""Tables of what was sold and taken back, who sold it together, and what was paid for it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesrules.commissions import TransactionKind
from salesrules.company.mapping.tables import TableSource, not_empty
from salesrules.core import InvalidValue, Parameters, as_parameters, as_tuple

__all__ = [
    "PaymentColumns",
    "PaymentTable",
    "SplitColumns",
    "SplitTable",
    "TransactionColumns",
    "TransactionTable",
]


@attrs.frozen(kw_only=True)
class TransactionColumns:
    """The columns of transactions; several columns joined by `/` make an id, and the `original` of a return.

    `delivered` and `invoiced` hold days, empty where that has not happened yet.
    """

    id: tuple[str, ...] = attrs.field(converter=as_tuple, validator=not_empty)
    day: str
    payee: str
    amount: str
    cost: str | None = None
    quantity: str | None = None
    currency: str | None = None
    original: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    delivered: str | None = None
    invoiced: str | None = None


@attrs.frozen(kw_only=True)
class TransactionTable(TableSource):
    """Sales, or returns, which name their original; `attributes` name the columns that plans may filter on.

    Without a `kind`, a row that names an original is a return, and any other a sale.
    """

    kind: TransactionKind | None = attrs.field(default=None, converter=attrs.converters.optional(TransactionKind))
    columns: TransactionColumns
    attributes: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)

    def __attrs_post_init__(self) -> None:
        original = self.columns.original
        if self.kind is None and not original:
            remedy = "write sale or return, or name the columns of the original, by which rows of both kinds differ"
            raise InvalidValue("kind", None, remedy)
        if self.kind is TransactionKind.RETURN and not original:
            raise InvalidValue("columns.original", None, "name the columns that hold the id of the sale taken back")
        if self.kind is TransactionKind.SALE and original:
            raise InvalidValue("columns.original", original, "leave it out; only a return has an original")


@attrs.frozen(kw_only=True)
class SplitColumns:
    """The columns of splits; `transaction` is its id, made as there, and `share` a share such as `60%` or `0.6`."""

    transaction: tuple[str, ...] = attrs.field(converter=as_tuple, validator=not_empty)
    payee: str
    share: str


@attrs.frozen(kw_only=True)
class SplitTable(TableSource):
    """Who sold a transaction together, one row for each."""

    columns: SplitColumns


@attrs.frozen(kw_only=True)
class PaymentColumns:
    """The columns of payments; `due` is the day on which a cheque can be cashed, empty for other payments."""

    transaction: tuple[str, ...] = attrs.field(converter=as_tuple, validator=not_empty)
    day: str
    amount: str
    currency: str | None = None
    due: str | None = None


@attrs.frozen(kw_only=True)
class PaymentTable(TableSource):
    """What customers paid, one row for each payment; below zero what was paid back for a return."""

    columns: PaymentColumns
