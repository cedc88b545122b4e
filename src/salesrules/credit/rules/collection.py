"""Collection: how much of what was owed came in, by the age of the items, beside the targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from salesrules.core import (
    EXACT,
    DateRange,
    Decision,
    ExchangeRates,
    InvalidValue,
    Money,
    PolicyReference,
    check_life,
    decide,
    exact_product,
)
from salesrules.credit import reasons as codes
from salesrules.credit.model import Collection, CollectionClass, CollectionLine, CustomerAccount
from salesrules.credit.policy import CreditPolicy
from salesrules.credit.rules.accounts import check_documents
from salesrules.credit.rules.exchange import OWN_CURRENCY
from salesrules.credit.rules.life import demand

__all__ = ["calculate_collection", "check_collection"]


def calculate_collection(
    accounts: Iterable[CustomerAccount],
    year: DateRange,
    policy: CreditPolicy,
    as_of: date,
    *,
    rates: ExchangeRates = OWN_CURRENCY,
) -> Collection:
    """What of each class was owed and came in, from the first day of a year up to a day, that day included.

    Last year's are the items issued before the year, as they stood on its first day. Of those issued in it, the
    matured ones were due by the day, the others are current. Everything is in the policy's currency at the rates of
    the day; credit notes lessen what is owed.

    Raises `InvalidValue` for a day outside the year, `InvalidDocument` for documents that do not fit together and
    `MissingDay` where a rate is missing.
    """
    if as_of not in year:
        raise InvalidValue("as_of", as_of, f"give a day of the year {year}")
    rule = demand(policy.collection, "collection")
    owed = dict.fromkeys(CollectionClass, Decimal(0))
    collected = dict.fromkeys(CollectionClass, Decimal(0))
    for account in accounts:
        check_documents(account)
        classes = {
            invoice.id: _class(invoice.day, invoice.due, year, as_of)
            for invoice in account.invoices
            if invoice.corrects is None and not invoice.is_cancelled
        }
        for invoice, amount, day, is_receipt in _moves(account):
            if day > as_of or invoice not in classes:
                continue
            kind = classes[invoice]
            worth = exact_product(amount.amount, rates.rate(amount.currency, policy.currency, as_of))
            if is_receipt and day >= year.start:
                collected[kind] = EXACT.subtract(collected[kind], worth)
            else:
                owed[kind] = EXACT.add(owed[kind], worth)
    targets = {
        CollectionClass.LAST_YEAR: rule.last_year,
        CollectionClass.MATURED: rule.matured,
        CollectionClass.CURRENT: rule.current,
    }
    return Collection(
        lines=[
            CollectionLine(
                kind=kind,
                owed=Money(owed[kind], policy.currency),
                collected=Money(collected[kind], policy.currency),
                target=target,
            )
            for kind, target in targets.items()
        ]
    )


def _moves(account: CustomerAccount) -> Iterator[tuple[str, Money, date, bool]]:
    """What changes how much is owed of each invoice: amounts above zero owe more, and whether it is a receipt."""
    for invoice in account.invoices:
        if not invoice.is_cancelled:
            amount = -invoice.amount if invoice.is_credit_note else invoice.amount
            yield invoice.corrects or invoice.id, amount, invoice.day, False
    for receipt in account.receipts:
        for part in receipt.allocations:
            yield part.invoice, -part.amount, receipt.day, True


def _class(issued: date, due: date, year: DateRange, as_of: date) -> CollectionClass:
    if issued < year.start:
        return CollectionClass.LAST_YEAR
    return CollectionClass.MATURED if due <= as_of else CollectionClass.CURRENT


def check_collection(collection: Collection, policy: CreditPolicy, as_of: date) -> Decision:
    """Whether the targets are met; each class that is not warns, with what is missing."""
    life = check_life(policy.life, as_of, "CreditPolicy")
    if not life.is_allowed:
        return life
    rule = demand(policy.collection, "collection")
    below = [
        codes.BELOW_TARGET(
            kind=line.kind.value,
            ratio=line.ratio,
            target=line.target,
            missing=line.missing,
            path=f"collection.{line.kind.value}",
            policy=PolicyReference("CollectionPolicy", rule.id, line.kind.value),
        )
        for line in collection.lines
        if not line.is_met
    ]
    return decide([*life.reasons, *below])
