"""Triggers: on which days a transaction is credited, whole or in parts, and what of it still waits."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import CreditPart, Payment, Transaction
from salesrules.commissions.policy import Trigger, TriggerTerms
from salesrules.core import Rounding, RoundingMode

__all__ = ["Occurrence", "find_occurrences", "safe_day"]


_WHOLE = Fraction(1)


class Occurrence(NamedTuple):
    """A share of a transaction and the day from which it is credited; no day where that is not known yet."""

    day: date | None
    share: Fraction
    part: CreditPart | None = None
    returned: Fraction | None = None


def safe_day(payment: Payment, terms: TriggerTerms) -> date:
    """The day on which a payment counts: when it was made or its cheque is due, and the safety days are over.

    Source: pay when cash is safe, as in OCA's `sale_commission_check_deposit`.
    """
    return max(payment.day, payment.due or payment.day) + timedelta(days=terms.safety_days)


def find_occurrences(transaction: Transaction, sale: Transaction, terms: TriggerTerms) -> tuple[Occurrence, ...]:
    """When a sale, or a return of `sale`, is credited; its shares sum to one, the last ones perhaps without a day.

    Nothing is credited before it is booked, and a return not before its sale. Under cash a sale is credited as its
    payments come in, and a return as it is paid back: one that only lowers what the customer still owes takes nothing
    back, since nothing was credited for that.
    """
    if terms.on is Trigger.CASH:
        return _paid(transaction, sale, terms)
    if terms.on is Trigger.BOOKING:
        return (Occurrence(max(transaction.day, sale.day), _WHOLE),)
    days = [_event(sale, terms.on)] if sale is transaction else [transaction.day, _event(sale, terms.on)]
    known = [day for day in days if day is not None]
    return (Occurrence(max(known) if len(known) == len(days) else None, _WHOLE),)


def _event(sale: Transaction, trigger: Trigger) -> date | None:
    day = sale.delivered if trigger is Trigger.DELIVERY else sale.invoiced
    return None if day is None else max(day, sale.day)


def _paid(transaction: Transaction, sale: Transaction, terms: TriggerTerms) -> tuple[Occurrence, ...]:
    whole = Fraction(transaction.amount.amount)
    if not whole:  # nothing will ever be paid
        return (Occurrence(transaction.day, Fraction(1)),)
    paid = sorted((max(safe_day(p, terms), transaction.day), Fraction(p.amount.amount)) for p in transaction.payments)
    rounding = Rounding(digits=terms.digits, mode=RoundingMode.HALF_UP)
    found: list[Occurrence] = []
    before = Fraction(0)
    for number, (day, amount) in enumerate(paid, start=1):
        after = before + amount / whole
        part = CreditPart(number=number, before=before, after=after, rounding=rounding)
        returned = None if sale is transaction else _refunded(amount, sale, terms, day)
        found.append(Occurrence(day, part.share, None if part.share == 1 else part, returned))
        before = after
    if before < 1:
        found.append(Occurrence(None, 1 - before))
    return tuple(found)


def _refunded(refund: Fraction, sale: Transaction, terms: TriggerTerms, day: date) -> Fraction:
    """The share of what had come in for a sale by a day that a refund pays back."""
    received = sum((Fraction(p.amount.amount) for p in sale.payments if safe_day(p, terms) <= day), Fraction(0))
    return -refund / received if received else Fraction(0)
