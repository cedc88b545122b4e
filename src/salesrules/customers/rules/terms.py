"""Trade terms: which hold on a day, what they mean for an invoice, and whether somebody must approve them."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from salesrules.core import (
    Dated,
    DatedValue,
    Decision,
    InvalidValue,
    Money,
    Outcome,
    PolicyReference,
    Rate,
    Reason,
    RequiredApproval,
    demand,
)
from salesrules.customers import reasons as codes
from salesrules.customers.model import Customer, TermsBasis, TradeTerms
from salesrules.customers.policy import CustomerPolicy, TermsRule
from salesrules.customers.rules.life import decide_by

__all__ = ["calculate_due_day", "calculate_payable", "check_terms", "find_terms"]


def find_terms(customer: str, terms: Iterable[TradeTerms], as_of: date) -> TradeTerms:
    """The terms of a customer on a day; raises `MissingDay` or `AmbiguousDay` where there are none, or several."""
    own = [DatedValue(effective=one.effective, value=one) for one in terms if one.customer == customer]
    return Dated[TradeTerms](subject=f"terms of {customer}", entries=own).at(as_of)


def calculate_due_day(terms: TradeTerms, invoiced: date) -> date:
    """The last day on which an invoice can be paid in time: so many calendar days after its own, or its month's end.

    >>> from salesrules.core import DateRange
    >>> terms = TradeTerms(customer="c", effective=DateRange(date(2024, 1, 1)), payment_days=30, basis="month_end")
    >>> calculate_due_day(terms, date(2024, 2, 3))
    datetime.date(2024, 3, 30)
    """
    start = invoiced
    if terms.basis is TermsBasis.MONTH_END:
        start = invoiced.replace(day=calendar.monthrange(invoiced.year, invoiced.month)[1])
    return start + timedelta(days=terms.payment_days)


def calculate_payable(terms: TradeTerms, amount: Money, invoiced: date, paid: date) -> Money:
    """What is owed of a list amount when it is paid on a day, exactly: less the discount, and that for early payment.

    The discount for early payment is of what the other one leaves; the last of the early days counts. Raises
    `InvalidValue` where it is paid before it is invoiced.
    """
    if paid < invoiced:
        raise InvalidValue("paid", paid, f"give a day from {invoiced} on")
    net = amount * (Rate(1) - terms.discount)
    if terms.early_days is not None and paid <= invoiced + timedelta(days=terms.early_days):
        net = net * (Rate(1) - terms.early_discount)
    return net


def check_terms(terms: TradeTerms, customer: Customer, policy: CustomerPolicy, as_of: date) -> Decision:
    """Whether terms may be given to a customer: within the limits for its class, else referred for approval.

    Days and discounts equal to a limit pass. Denied where no rule is for the class. Raises `InvalidValue` where the
    terms are another customer's.
    """
    if terms.customer != customer.id:
        raise InvalidValue("terms.customer", terms.customer, f"give the terms of {customer.id}")
    rules = demand(policy.terms, "customers.terms")
    rule = next((one for one in rules if customer.customer_class in one.classes), None)
    if rule is None:
        code = codes.TERMS_WITHOUT_RULE
        found = [code(customer=customer.id, customer_class=customer.customer_class, path="customer_class")]
        return decide_by(policy, as_of, found)
    excesses = tuple(_excesses(terms, rule))
    decision = decide_by(policy, as_of, excesses)
    if not excesses or not set(excesses) <= set(decision.reasons):
        return decision
    approval = RequiredApproval(approver=rule.approver, act=rule.approval_act)
    return attrs.evolve(decision, outcome=Outcome.REFER, approvals=(approval,))


def _excesses(terms: TradeTerms, rule: TermsRule) -> Iterator[Reason]:
    limits: tuple[tuple[str, int | Rate, int | Rate, bool], ...] = (
        ("payment_days", terms.payment_days, rule.payment_days, terms.payment_days > rule.payment_days),
        ("discount", terms.discount, rule.discount, terms.discount > rule.discount),
        ("early_discount", terms.early_discount, rule.early_discount, terms.early_discount > rule.early_discount),
    )
    for field, value, limit, is_above in limits:
        if is_above:
            yield codes.TERMS_ABOVE_LIMIT(
                customer=terms.customer,
                field=field,
                value=value,
                limit=limit,
                path=field,
                policy=PolicyReference("TermsRule", rule.id, field),
            )
