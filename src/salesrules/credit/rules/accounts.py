"""Whether the documents of an account fit together, and the open items that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from salesrules.core import EXACT, Fault, InvalidDocument
from salesrules.credit.model import BilledLine, CustomerAccount, DeliveredLine, OpenItem

__all__ = ["calculate_open_items", "check_documents", "find_document_faults", "open_items"]


def check_documents(account: CustomerAccount) -> None:
    """Nothing where the documents of an account fit together; raises `InvalidDocument` with all faults otherwise."""
    faults = tuple(find_document_faults(account))
    if faults:
        raise InvalidDocument(faults)


def find_document_faults(account: CustomerAccount) -> Iterator[Fault]:
    """Documents given twice or of another customer, and references that lead nowhere, each with its path.

    An open item that has the id of an invoice is that invoice twice.
    """
    for kind in ("orders", "deliveries", "invoices", "receipts", "items", "others", "collaterals"):
        yield from _doubled(kind, [one.id for one in getattr(account, kind)])
        for index, one in enumerate(getattr(account, kind)):
            if getattr(one, "customer", account.customer) != account.customer:
                yield _fault(
                    "credit.other_customer",
                    f"{kind}[{index}].customer",
                    f"the account is that of {account.customer}",
                    "put it into the account of its customer",
                    one.customer,
                )
    for index, order in enumerate(account.orders):
        yield from _doubled(f"orders[{index}].lines", [line.id for line in order.lines])
    yield from _astray(account)


def _doubled(kind: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, id in enumerate(ids):
        first = seen.setdefault(id, index)
        if first != index:
            yield _fault(
                "credit.duplicate_document",
                f"{kind}[{index}].id",
                f"{kind}[{first}] has the same id",
                "give each document once; a copy has an id of its own",
                id,
            )


def _astray(account: CustomerAccount) -> Iterator[Fault]:
    lines = {(order.id, line.id) for order in account.orders for line in order.lines}
    invoices = {invoice.id: invoice for invoice in account.invoices}
    referring: list[tuple[str, DeliveredLine | BilledLine]] = []
    for index, delivery in enumerate(account.deliveries):
        referring += [(f"deliveries[{index}].lines[{place}]", line) for place, line in enumerate(delivery.lines)]
    for index, invoice in enumerate(account.invoices):
        referring += [(f"invoices[{index}].lines[{place}]", part) for place, part in enumerate(invoice.lines)]
    for path, line in referring:
        if line.order is not None and (line.order, line.line) not in lines:
            yield _unknown(path, "line of an order", f"{line.order}/{line.line}")
    for index, invoice in enumerate(account.invoices):
        if invoice.corrects is None:
            continue
        corrected = invoices.get(invoice.corrects)
        if corrected is None:
            yield _unknown(f"invoices[{index}].corrects", "invoice", invoice.corrects)
        elif corrected.amount.currency != invoice.amount.currency:
            yield _currency(f"invoices[{index}].lines", corrected.amount.currency, str(invoice.amount))
    for index, receipt in enumerate(account.receipts):
        for place, part in enumerate(receipt.allocations):
            path, paid = f"receipts[{index}].allocations[{place}]", invoices.get(part.invoice)
            if paid is None:
                yield _unknown(f"{path}.invoice", "invoice", part.invoice)
            elif paid.amount.currency != part.amount.currency:
                yield _currency(f"{path}.amount", paid.amount.currency, str(part.amount))
        if receipt.order is not None and receipt.order not in {order for order, _ in lines}:
            yield _unknown(f"receipts[{index}].order", "order", receipt.order)
    for index, item in enumerate(account.items):
        if item.id in invoices:
            yield _fault(
                "credit.duplicate_document",
                f"items[{index}].id",
                "it is among the invoices already, and would count twice",
                "give it as an invoice or as an open item, not as both",
                item.id,
            )


def _unknown(path: str, what: str, value: str) -> Fault:
    return _fault("credit.unknown_document", path, f"there is no such {what}", "add it, or name a known one", value)


def _currency(path: str, expected: str, value: str) -> Fault:
    return _fault("credit.other_currency", path, f"the invoice is in {expected}", f"give it in {expected}", value)


def _fault(code: str, path: str, problem: str, remedy: str, value: str) -> Fault:
    return Fault(code=code, path=path, problem=problem, remedy=remedy, value=value)


def calculate_open_items(account: CustomerAccount, as_of: date) -> tuple[OpenItem, ...]:
    """What is open of each invoice on a day, after credit notes that correct it and receipts by then.

    What was paid or credited beyond the invoice is an item below zero. Raises `InvalidDocument` for documents that do
    not fit together.

    >>> from salesrules.core import Money
    >>> from salesrules.credit import Allocation, BilledLine, Invoice, Receipt
    >>> cny, day = lambda amount: Money(amount, "CNY"), date(2026, 5, 1)
    >>> bill = Invoice(id="i1", customer="c", day=day, due=date(2026, 5, 31), lines=[BilledLine(amount=cny(100))])
    >>> part = Allocation(invoice="i1", amount=cny(30))
    >>> paid = Receipt(id="r1", customer="c", day=day, amount=cny(30), allocations=[part])
    >>> account = CustomerAccount(customer="c", invoices=[bill], receipts=[paid])
    >>> [str(item.amount) for item in calculate_open_items(account, day)]
    ['CNY 70']
    """
    check_documents(account)
    return tuple(open_items(account, as_of))


def open_items(account: CustomerAccount, as_of: date) -> Iterator[OpenItem]:
    """The open items of an account whose documents fit together."""
    settled: dict[str, Decimal] = {}
    for receipt in account.receipts:
        if receipt.day <= as_of:
            for part in receipt.allocations:
                settled[part.invoice] = EXACT.add(settled.get(part.invoice, Decimal(0)), part.amount.amount)
    for invoice in account.invoices:
        if invoice.corrects is not None and invoice.day <= as_of and not invoice.is_cancelled:
            settled[invoice.corrects] = EXACT.add(settled.get(invoice.corrects, Decimal(0)), invoice.amount.amount)
    for invoice in account.invoices:
        if invoice.day > as_of or invoice.is_cancelled or invoice.corrects is not None:
            continue
        signed = invoice.amount.amount.copy_negate() if invoice.is_credit_note else invoice.amount.amount
        rest = EXACT.subtract(signed, settled.get(invoice.id, Decimal(0)))
        if rest:
            yield OpenItem(
                id=invoice.id,
                customer=account.customer,
                amount=invoice.amount.with_amount(rest),
                issued=invoice.day,
                due=invoice.due,
                dunning_level=invoice.dunning_level,
                dunned_on=invoice.dunned_on,
                is_disputed=invoice.is_disputed,
            )
    yield from (item for item in account.items if item.issued <= as_of)
