"""What must be true of splits and payments before anybody is credited: every fault with its transaction's place."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from decimal import Decimal

from salesrules.commissions.model import CommissionFacts, Transaction, TransactionKind
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.rules.fact_checks import place_of
from salesrules.core import EXACT, Fault, Money, Rate, exact_sum

__all__ = ["check_credit_facts"]

_WHOLE = Rate(1)


def check_credit_facts(facts: CommissionFacts, policy: CommissionPolicy) -> tuple[Fault, ...]:
    """Every fault of splits and payments.

    Splits name known payees, each once, with shares above zero that total 100 %, or up to what policy allows. Payments
    are in the currency of their transaction, of its sign, and total at most its amount; what is paid back for the
    returns of a sale is at most what came in for it.
    """
    found: list[Fault] = []
    for t in facts.transactions:
        if t.splits:
            found += _splits(t, facts, policy)
        if t.payments:
            found += _payments(t)
    return (*found, *_refunds(facts))


def _fault(transaction: Transaction, code: str, problem: str, remedy: str, value: object) -> Fault:
    path = place_of(transaction)
    return Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=str(value))


def _splits(t: Transaction, facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    names = [split.payee for split in t.splits]
    for index, split in enumerate(t.splits):
        if split.payee not in facts.payees:
            near = difflib.get_close_matches(split.payee, facts.payees, n=1)
            remedy = f"add the person{f', or did you mean {near[0]!r}' if near else ''}"
            yield _fault(t, "unknown_payee", "a split names nobody among the people", remedy, split.payee)
        if split.payee in names[:index]:
            yield _fault(t, "split_twice", "two splits name this payee", "keep one with both shares", split.payee)
        if not Rate(0) < split.share:
            yield _fault(t, "split_share", "the share of a split is above zero", "leave the split out", split.share)
    whole = sum((split.share for split in t.splits), Rate(0))
    if whole < _WHOLE:
        missing = _WHOLE - whole
        yield _fault(t, "splits_under", "its splits total less than 100%", f"give {missing} more", whole)
    if policy.maximum_split < whole:
        problem = f"its splits total more than {policy.maximum_split}"
        yield _fault(t, "splits_over", problem, f"take {whole - policy.maximum_split} away", whole)


def _payments(t: Transaction) -> Iterator[Fault]:
    is_sale = t.kind is TransactionKind.SALE
    paid: list[Decimal] = []
    for payment in t.payments:
        if payment.amount.currency != t.amount.currency:
            remedy = f"state what it settles in {t.amount.currency}"
            yield _fault(
                t, "payment_currency", f"a payment of {payment.day} is in another currency", remedy, payment.amount
            )
        elif payment.amount.amount <= 0 if is_sale else payment.amount.amount >= 0:
            problem = f"a payment of {payment.day} is {'not above' if is_sale else 'not below'} zero"
            remedy = "enter what was paid back with the return that it is paid back for"
            yield _fault(t, "payment_sign", problem, remedy, payment.amount)
        else:
            paid.append(payment.amount.amount)
    whole = exact_sum(paid)
    if whole.copy_abs() > t.amount.amount.copy_abs():
        remedy = "lower the payment, or enter the rest with another sale"
        yield _fault(t, "overpaid", f"more was paid than {t.amount}", remedy, Money(whole, t.amount.currency))


def _refunds(facts: CommissionFacts) -> Iterator[Fault]:
    sales = {t.id: t for t in facts.transactions if t.kind is TransactionKind.SALE}
    refunded: dict[str, Decimal] = {}
    for t in sorted(facts.transactions, key=lambda t: (t.day, t.id)):
        sale = sales.get(t.original or "")
        if sale is None or not t.payments:
            continue
        before = refunded.get(sale.id, Decimal(0))
        back = refunded[sale.id] = exact_sum([before, *(payment.amount.amount for payment in t.payments)])
        came = exact_sum(payment.amount.amount for payment in sale.payments)
        if EXACT.add(came, back) < 0:
            problem = f"more is paid back than the {Money(came, sale.amount.currency)} that came in for {sale.id}"
            yield _fault(t, "refunded_too_much", problem, "correct the payments", Money(back, sale.amount.currency))
