"""Sales and returns, with who shared them and what was paid for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

import attrs

from salesrules.commissions import Payment, Split, Transaction, TransactionKind
from salesrules.company.mapping import CompanyDocument, PaymentTable, SplitTable, TransactionTable
from salesrules.company.reading import FolderReader
from salesrules.core import InvalidValue, Money, Rate

__all__ = ["read_transactions"]

_UNKNOWN = "no transaction has this id"


def read_transactions(reader: FolderReader, document: CompanyDocument) -> list[Transaction]:
    """The transactions of all tables; splits and payments of what is not among them are faults."""
    found = [t for table in document.transactions for t in _transactions(reader, table)]
    if document.splits is None and document.payments is None:
        return found
    by_id = {transaction.id: transaction for transaction in found}
    splits = _splits(reader, document.splits, by_id)
    payments = _payments(reader, document.payments, by_id)
    return [
        attrs.evolve(t, splits=splits.get(t.id, ()), payments=payments.get(t.id, ()))
        if t.id in splits or t.id in payments
        else t
        for t in found
    ]


def _transactions(reader: FolderReader, table: TransactionTable) -> Iterator[Transaction]:
    columns = table.columns
    for cells, line, row in reader.rows(table, (columns, table.attributes)):
        id, payee = cells.joined(row, line, columns.id), cells.text(row, line, columns.payee)
        day, amount = cells.day(row, line, columns.day), cells.number(row, line, columns.amount)
        cost = cells.number(row, line, columns.cost, optional=True) if columns.cost else None
        quantity = cells.number(row, line, columns.quantity, optional=True) if columns.quantity else None
        currency = reader.currency(cells, line, row, columns.currency)
        attributes = {name: cells.text(row, line, column, optional=True) for name, column in table.attributes.items()}
        original = cells.joined(row, line, columns.original, optional=table.kind is None) or None
        kind = table.kind or (TransactionKind.RETURN if original else TransactionKind.SALE)
        delivered = cells.day(row, line, columns.delivered, optional=True) if columns.delivered else None
        invoiced = cells.day(row, line, columns.invoiced, optional=True) if columns.invoiced else None
        price = None if amount is None else reader.made(cells, line, columns, Money, amount, currency)
        if day is None or price is None:
            continue
        transaction = reader.made(
            cells,
            line,
            columns,
            Transaction,
            id=id,
            day=day,
            payee=payee,
            kind=kind,
            amount=price,
            cost=None if cost is None else Money(cost, currency),
            quantity=quantity or Decimal(0),
            original=original,
            attributes=attributes,
            source=f"{table.file}:{line}",
            delivered=delivered,
            invoiced=invoiced,
        )
        if transaction is not None:
            yield transaction


def _splits(reader: FolderReader, table: SplitTable | None, known: Mapping[str, Transaction]) -> dict[str, list[Split]]:
    found: dict[str, list[Split]] = defaultdict(list)
    if table is None:
        return found
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        id, payee = cells.joined(row, line, columns.transaction), cells.text(row, line, columns.payee)
        share = reader.made(cells, line, columns, _share, cells.text(row, line, columns.share))
        place = columns.transaction[0]
        if not reader.known(cells, line, place, id, known, _UNKNOWN) or share is None:
            continue
        if known[id].kind is TransactionKind.RETURN:
            cells.fault(line, place, "a return follows the splits of its original", id, "remove the row")
            continue
        found[id].append(Split(payee=payee, share=share))
    return found


def _share(text: str) -> Rate:
    try:
        return Rate.parse(text)
    except InvalidValue as error:
        raise InvalidValue("share", text, error.remedy) from None


def _payments(
    reader: FolderReader, table: PaymentTable | None, known: Mapping[str, Transaction]
) -> dict[str, list[Payment]]:
    found: dict[str, list[Payment]] = defaultdict(list)
    if table is None:
        return found
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        id, day = cells.joined(row, line, columns.transaction), cells.day(row, line, columns.day)
        amount, currency = cells.number(row, line, columns.amount), reader.currency(cells, line, row, columns.currency)
        due = cells.day(row, line, columns.due, optional=True) if columns.due else None
        is_known = reader.known(cells, line, columns.transaction[0], id, known, _UNKNOWN)
        money = None if amount is None else reader.made(cells, line, columns, Money, amount, currency)
        if is_known and day is not None and money is not None:
            found[id].append(Payment(day=day, amount=money, due=due))
    return found
