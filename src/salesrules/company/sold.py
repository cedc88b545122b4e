"""Everything that was sold, in columns: facts of a run in bulk, of which only some become objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.commissions import Payment, Split, Transaction, TransactionKind
from salesrules.company.columns import ColumnTable, UncleanTable
from salesrules.company.mapping import CompanyDocument, TransactionTable
from salesrules.company.reading import FolderReader
from salesrules.core import InvalidValue, Money, Rate, Reason

__all__ = ["SoldColumns", "read_sold"]

_NOTHING = Decimal(0)
_SALE, _RETURN = TransactionKind.SALE, TransactionKind.RETURN


@attrs.frozen(kw_only=True, eq=False)
class SoldColumns:
    """The transactions of a company, a list for each field with a value for each; `source` is file and line.

    `attributes` are by name, with `None` where a transaction does not have it; `splits` and `payments` are by the id of
    their transaction, in the given order.
    """

    id: Sequence[str]
    day: Sequence[date]
    payee: Sequence[str]
    kind: Sequence[TransactionKind]
    amount: Sequence[Decimal]
    currency: Sequence[str]
    cost: Sequence[Decimal | None]
    quantity: Sequence[Decimal]
    original: Sequence[str | None]
    delivered: Sequence[date | None]
    invoiced: Sequence[date | None]
    attributes: Mapping[str, Sequence[Any]]
    source: Sequence[tuple[str, int] | str]
    splits: Mapping[str, Sequence[Split]]
    payments: Mapping[str, Sequence[Payment]]

    def __len__(self) -> int:
        return len(self.id)

    @classmethod
    def of(cls, sold: Sequence[Transaction]) -> SoldColumns:
        """The columns of transactions."""
        names = sorted({name for each in sold for name in each.attributes})
        return cls(
            amount=[each.amount.amount for each in sold],
            currency=[each.amount.currency for each in sold],
            cost=[None if each.cost is None else each.cost.amount for each in sold],
            attributes={name: [each.attributes.get(name) for each in sold] for name in names},
            splits={each.id: each.splits for each in sold if each.splits},
            payments={each.id: each.payments for each in sold if each.payments},
            **{name: [getattr(each, name) for each in sold] for name in _PLAIN},
        )

    @property
    def sales(self) -> int:
        """How many of the transactions are sales."""
        return sum(1 for kind in self.kind if kind is _SALE)

    def transactions(self, rows: Iterable[int]) -> list[Transaction]:
        """Some rows as transactions."""
        return [self._transaction(row) for row in rows]

    def _transaction(self, row: int) -> Transaction:
        id, currency, cost, source = self.id[row], self.currency[row], self.cost[row], self.source[row]
        return Transaction(
            id=id,
            day=self.day[row],
            payee=self.payee[row],
            kind=self.kind[row],
            amount=Money(self.amount[row], currency),
            cost=None if cost is None else Money(cost, currency),
            quantity=self.quantity[row],
            original=self.original[row],
            attributes={name: value for name, values in self.attributes.items() if (value := values[row]) is not None},
            source=source if isinstance(source, str) else f"{source[0]}:{source[1]}",
            splits=self.splits.get(id, ()),
            delivered=self.delivered[row],
            invoiced=self.invoiced[row],
            payments=self.payments.get(id, ()),
        )


_PLAIN = ("id", "day", "payee", "kind", "quantity", "original", "delivered", "invoiced", "source")
_LISTS = (*_PLAIN, "amount", "currency", "cost")


def read_sold(
    reader: FolderReader, document: CompanyDocument, on_rows: Callable[[int], object] | None = None
) -> SoldColumns:
    """The transactions, splits and payments of a folder, as `read_transactions` reads them row by row.

    Raises `UncleanTable` for what that would refuse, and where nobody can be sure; nothing is noted in the reader then.
    """
    changes: list[Reason] = []
    parts: list[tuple[int, dict[str, list[Any]]]] = []
    names = sorted({name for table in document.transactions for name in table.attributes})
    for source in document.transactions:
        table = reader.column_table(source, (source.columns, source.attributes), on_rows)
        parts.append((len(table.lines), _sold(reader, table, source)))
        changes += table.changes()
    lists: dict[str, Any] = {name: [value for _, part in parts for value in part[name]] for name in _LISTS}
    attributes = {
        name: [value for count, part in parts for value in part.get(f"@{name}", [None] * count)] for name in names
    }
    kinds = dict(zip(lists["id"], lists["kind"], strict=True))
    splits: dict[str, list[Split]] = defaultdict(list)
    payments: dict[str, list[Payment]] = defaultdict(list)
    if document.splits is not None:
        table = reader.column_table(document.splits, document.splits.columns, on_rows)
        columns = document.splits.columns
        ids, payees = table.joined(columns.transaction), table.text(columns.payee)
        for id, payee, share in zip(ids, payees, table.made(columns.share, Rate.parse), strict=True):
            if kinds.get(id) is not _SALE:
                raise UncleanTable
            splits[id].append(_made(Split, payee=payee, share=share))
        changes += table.changes()
    if document.payments is not None:
        table = reader.column_table(document.payments, document.payments.columns, on_rows)
        paid = document.payments.columns
        ids, days, amounts = table.joined(paid.transaction), table.day(paid.day), table.number(paid.amount)
        currencies = _currencies(reader, table, paid.currency)
        dues = table.optional_day(paid.due) if paid.due else [None] * len(ids)
        for id, day, amount, currency, due in zip(ids, days, amounts, currencies, dues, strict=True):
            if id not in kinds:
                raise UncleanTable
            payments[id].append(_made(Payment, day=day, amount=Money(amount, currency), due=due))
        changes += table.changes()
    reader.changes += changes
    return SoldColumns(**lists, attributes=attributes, splits=splits, payments=payments)


def _sold(reader: FolderReader, table: ColumnTable, source: TransactionTable) -> dict[str, list[Any]]:
    """The fields of one table, attributes with an `@` before their names; read in the order of the cells of a row."""
    columns, count = source.columns, len(table.lines)
    found: dict[str, list[Any]] = {"id": table.joined(columns.id), "payee": table.text(columns.payee)}
    found["day"], found["amount"] = table.day(columns.day), table.number(columns.amount)
    found["cost"] = table.optional_number(columns.cost) if columns.cost else [None] * count
    quantities = table.optional_number(columns.quantity) if columns.quantity else [None] * count
    found["quantity"] = [each or _NOTHING for each in quantities]
    found["currency"] = _currencies(reader, table, columns.currency)
    for name, column in source.attributes.items():
        found[f"@{name}"] = table.text(column, optional=True)
    originals = table.joined(columns.original, optional=source.kind is None) if columns.original else [""] * count
    found["original"] = [each or None for each in originals]
    if source.kind is None:
        found["kind"] = [_RETURN if each else _SALE for each in originals]
    else:
        found["kind"] = [source.kind] * count
    for name, day in (("delivered", columns.delivered), ("invoiced", columns.invoiced)):
        found[name] = table.optional_day(day) if day else [None] * count
    found["source"] = [(source.file, line) for line in table.lines]
    _check_signs(found)
    return found


def _check_signs(found: Mapping[str, list[Any]]) -> None:
    """A sale is zero or more, a return zero or less; what is not is told by reading row by row."""
    is_sale = [kind is _SALE for kind in found["kind"]]
    for name in ("amount", "cost", "quantity"):
        for sale, number in zip(is_sale, found[name], strict=True):
            if number is not None and (number < 0 if sale else number > 0):
                raise UncleanTable


def _currencies(reader: FolderReader, table: ColumnTable, column: str | None) -> list[str]:
    if column is None:
        return [reader.own_currency] * len(table.lines)
    return table.made(column, _currency)


def _currency(text: str) -> str:
    return Money(_NOTHING, text).currency


def _made(make: Callable[..., Any], **values: Any) -> Any:
    try:
        return make(**values)
    except InvalidValue as error:
        raise UncleanTable from error
