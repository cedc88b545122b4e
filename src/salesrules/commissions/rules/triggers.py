"""Triggers: on which days a transaction is credited, whole or in parts, and what of it still waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
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


def find_occurrences(
    transaction: Transaction, sale: Transaction, terms: TriggerTerms, returns: Sequence[Transaction] = ()
) -> tuple[Occurrence, ...]:
    """When a sale, or a return of `sale`, is credited; its shares sum to one, the last ones perhaps without a day.

    Nothing is credited before it is booked, and a return not before its sale. Under cash a sale is credited as its
    payments come in, and a return as it is paid back, once as much has come in: one that only lowers what the customer
    still owes takes nothing back, since nothing was credited for that. `returns` are all returns of the sale, where
    there are others, since a refund takes a share of what earlier ones have left.
    """
    if terms.on is Trigger.CASH:
        return _paid(transaction, sale, terms, returns or (transaction,))
    if terms.on is Trigger.BOOKING:
        return (Occurrence(max(transaction.day, sale.day), _WHOLE),)
    days = [_event(sale, terms.on)] if sale is transaction else [transaction.day, _event(sale, terms.on)]
    known = [day for day in days if day is not None]
    return (Occurrence(max(known) if len(known) == len(days) else None, _WHOLE),)


def _event(sale: Transaction, trigger: Trigger) -> date | None:
    day = sale.delivered if trigger is Trigger.DELIVERY else sale.invoiced
    return None if day is None else max(day, sale.day)


def _paid(
    transaction: Transaction, sale: Transaction, terms: TriggerTerms, returns: Sequence[Transaction]
) -> tuple[Occurrence, ...]:
    whole = Fraction(transaction.amount.amount)
    if not whole:  # nothing will ever be paid
        return (Occurrence(transaction.day, Fraction(1)),)
    refunds = {} if sale is transaction else _refunds(returns, sale, terms)
    rounding = Rounding(digits=terms.digits, mode=RoundingMode.HALF_UP)
    found: list[Occurrence] = []
    before = Fraction(0)
    for number, (day, amount) in enumerate(_payments(transaction, terms), start=1):
        after = before + amount / whole
        part = CreditPart(number=number, before=before, after=after, rounding=rounding)
        refund = refunds.get((transaction.id, number), _Refund(day))
        found.append(Occurrence(refund.day, part.share, None if part.share == 1 else part, refund.share))
        before = after
    if before < 1:
        found.append(Occurrence(None, 1 - before))
    return tuple(found)


class _Refund(NamedTuple):
    """The day on which a refund takes commission back, and which share of what is still kept by then."""

    day: date
    share: Fraction | None = None


def _payments(transaction: Transaction, terms: TriggerTerms) -> list[tuple[date, Fraction]]:
    """What was paid for a transaction, in the order of the days on which it counts."""
    return sorted((max(safe_day(p, terms), transaction.day), Fraction(p.amount.amount)) for p in transaction.payments)


def _refunds(
    returns: Sequence[Transaction], sale: Transaction, terms: TriggerTerms
) -> Mapping[tuple[str, int], _Refund]:
    """Every refund of a sale, by the id of its return and its number; each counts once as much has come in."""
    received = _payments(sale, terms)
    nominal = [
        (day, back.id, number, -amount)
        for back in returns
        for number, (day, amount) in enumerate(_payments(back, terms), start=1)
    ]
    found: dict[tuple[str, int], _Refund] = {}
    refunded = Fraction(0)
    for day, id, number, amount in sorted(nominal):
        counts = max(day, _day_of(received, refunded + amount) or day)
        kept = sum((paid for on, paid in received if on <= counts), Fraction(0)) - refunded
        found[id, number] = _Refund(counts, amount / kept if kept > 0 else Fraction(0))
        refunded += amount
    return found


def _day_of(received: Sequence[tuple[date, Fraction]], amount: Fraction) -> date | None:
    """The day by which an amount had come in, `None` where it never did."""
    so_far = accumulate(paid for _, paid in received)
    return next((day for (day, _), reached in zip(received, so_far, strict=True) if reached >= amount), None)
