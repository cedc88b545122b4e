"""Exposure from documents: quantities decide, never counters, so that closing, reopening and copying change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from salesrules.core import EXACT, ExchangeRates, Money, exact_product, exact_sum
from salesrules.credit.model import (
    Component,
    CreditLimit,
    CreditOrder,
    CreditRequest,
    CreditStanding,
    CustomerAccount,
    Exposure,
    ExposurePart,
    OpenItem,
    OrderStatus,
    OverdueProfile,
)
from salesrules.credit.policy import CreditPolicy
from salesrules.credit.rules.accounts import check_documents, open_items
from salesrules.credit.rules.exchange import OWN_CURRENCY

__all__ = ["calculate_exposure", "calculate_request", "calculate_standing"]

#: The pieces of each line of each order.
Pieces = dict[tuple[str, str], Decimal]

_NONE = Decimal(0)


def calculate_exposure(
    account: CustomerAccount, policy: CreditPolicy, as_of: date, *, rates: ExchangeRates = OWN_CURRENCY
) -> Exposure:
    """How much we lend a customer on a day, every component counted once, in the policy's currency.

    Of each line of an order: what was delivered and not billed, whatever became of the order; and, while the order is
    open and not prepaid, what was neither delivered nor billed. An invoice releases at most what was ordered. Then the
    open items and what is lent besides, less payments on account and collateral. Documents of later days do not count.

    Raises `InvalidDocument` for documents that do not fit together, `MissingDay` where a rate is missing.
    """
    check_documents(account)
    items = tuple(open_items(account, as_of))
    return _exposure(account, items, policy, as_of, rates)


def calculate_standing(
    account: CustomerAccount,
    policy: CreditPolicy,
    as_of: date,
    *,
    grade: str = "",
    limit: CreditLimit | None = None,
    rates: ExchangeRates = OWN_CURRENCY,
) -> CreditStanding:
    """How a customer stands on a day, for `check_credit`; raises as `calculate_exposure` does."""
    check_documents(account)
    items = tuple(open_items(account, as_of))
    exposure = _exposure(account, items, policy, as_of, rates)
    worth = [(item.due, exact_product(item.amount.amount, exposure.rates[item.amount.currency])) for item in items]
    spans = [*(other.effective for other in account.others), *(one.effective for one in account.collaterals)]
    days = [day for span in spans for day in (span.start, span.end) if day is not None and day > as_of]
    return CreditStanding(
        customer=account.customer,
        grade=grade,
        limit=limit,
        exposure=exposure.amount,
        by_order=exposure.by_document(Component.OPEN_ORDERS),
        overdue=OverdueProfile.of(worth, policy.ageing.margin_days),
        dunning_level=max((item.dunning_level for item in items), default=0),
        changes_at=min(days, default=None),
    )


def calculate_request(
    order: CreditOrder,
    account: CustomerAccount,
    policy: CreditPolicy,
    as_of: date,
    *,
    requested_by: str,
    rates: ExchangeRates = OWN_CURRENCY,
) -> CreditRequest:
    """What an order would still lend if it were open: for a new one all of it, for one reopened what is left.

    Raises `MissingDay` where a rate is missing.
    """
    delivered, billed = _pieces(account, as_of)
    worth = exact_sum(
        exact_product(amount.amount, rates.rate(amount.currency, policy.currency, as_of))
        for amount in _undelivered(order, delivered, billed)
    )
    return CreditRequest(
        order=order.id,
        customer=order.customer,
        amount=Money(worth, policy.currency),
        requested_by=requested_by,
        is_prepaid=order.is_prepaid,
    )


def _exposure(
    account: CustomerAccount, items: Iterable[OpenItem], policy: CreditPolicy, as_of: date, rates: ExchangeRates
) -> Exposure:
    parts = [*_from_orders(account, as_of), *_beside(account, items, as_of)]
    known = {policy.currency: Decimal(1)}
    for part in parts:
        if part.amount.currency not in known:
            known[part.amount.currency] = rates.rate(part.amount.currency, policy.currency, as_of)
    parts += _prepayments(account, parts, policy, as_of, rates)
    return Exposure(customer=account.customer, as_of=as_of, currency=policy.currency, parts=parts, rates=known)


def _pieces(account: CustomerAccount, as_of: date) -> tuple[Pieces, Pieces]:
    """The pieces delivered and billed by a day; returns and credit notes take theirs back."""
    delivered: Pieces = {}
    billed: Pieces = {}
    for delivery in account.deliveries:
        if delivery.day <= as_of:
            for line in delivery.lines:
                _add(delivered, (line.order, line.line), line.quantity, delivery.is_return)
    for invoice in account.invoices:
        if invoice.day <= as_of and not invoice.is_cancelled:
            for part in invoice.lines:
                if part.order is not None and part.line is not None and part.quantity is not None:
                    _add(billed, (part.order, part.line), part.quantity, invoice.is_credit_note)
    return delivered, billed


def _add(pieces: Pieces, line: tuple[str, str], quantity: Decimal, is_back: bool) -> None:
    pieces[line] = (EXACT.subtract if is_back else EXACT.add)(pieces.get(line, _NONE), quantity)


def _from_orders(account: CustomerAccount, as_of: date) -> Iterator[ExposurePart]:
    delivered, billed = _pieces(account, as_of)
    for order in account.orders:
        if order.day > as_of or order.status is OrderStatus.DRAFT:
            continue
        for line in order.lines:
            key = (order.id, line.id)
            unbilled = EXACT.subtract(delivered.get(key, _NONE), max(billed.get(key, _NONE), _NONE))
            if unbilled > 0:
                worth = line.unit_price * unbilled
                yield ExposurePart(component=Component.DELIVERIES, document=order.id, amount=worth)
        if order.status is OrderStatus.OPEN and not order.is_prepaid:
            for worth in _undelivered(order, delivered, billed):
                yield ExposurePart(component=Component.OPEN_ORDERS, document=order.id, amount=worth)


def _undelivered(order: CreditOrder, delivered: Pieces, billed: Pieces) -> Iterator[Money]:
    """What of each line is neither delivered nor billed; never below zero, however much was."""
    for line in order.lines:
        key = (order.id, line.id)
        done = max(delivered.get(key, _NONE), billed.get(key, _NONE), _NONE)
        rest = EXACT.subtract(line.quantity, done)
        if rest > 0:
            yield line.unit_price * rest


def _beside(account: CustomerAccount, items: Iterable[OpenItem], as_of: date) -> Iterator[ExposurePart]:
    for item in items:
        yield ExposurePart(component=Component.OPEN_ITEMS, document=item.id, amount=item.amount)
    for other in account.others:
        if as_of in other.effective:
            yield ExposurePart(component=Component.OTHER, document=other.id, amount=other.amount)
    for receipt in account.receipts:
        if receipt.day <= as_of and receipt.order is None and receipt.rest:
            yield ExposurePart(component=Component.ON_ACCOUNT, document=receipt.id, amount=receipt.rest)
    for collateral in account.collaterals:
        if as_of in collateral.effective:
            yield ExposurePart(component=Component.COLLATERAL, document=collateral.id, amount=collateral.amount)


def _prepayments(
    account: CustomerAccount, parts: Iterable[ExposurePart], policy: CreditPolicy, as_of: date, rates: ExchangeRates
) -> Iterator[ExposurePart]:
    """What was paid for single orders, as far as the exposure has these orders: it makes no room for others."""
    given = [receipt for receipt in account.receipts if receipt.order is not None and receipt.day <= as_of]
    if not given:
        return
    lent: dict[str, Decimal] = {}
    for part in parts:
        if part.component is Component.OPEN_ORDERS or part.component is Component.DELIVERIES:
            rate = rates.rate(part.amount.currency, policy.currency, as_of)
            worth = exact_product(part.amount.amount, rate)
            lent[part.document] = EXACT.add(lent.get(part.document, _NONE), worth)
    for receipt in given:
        order = receipt.order or ""
        rate = rates.rate(receipt.amount.currency, policy.currency, as_of)
        covered = min(exact_product(receipt.rest.amount, rate), lent.get(order, _NONE))
        if covered:
            lent[order] = EXACT.subtract(lent[order], covered)
            amount = Money(covered, policy.currency)
            yield ExposurePart(component=Component.ON_ACCOUNT, document=receipt.id, amount=amount)
