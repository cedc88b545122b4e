"""Crediting: which person gets how much of each transaction, and what lies outside a person's territory."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from salesrules.commissions.model import (
    DIRECT,
    CommissionFacts,
    SalesCredit,
    Transaction,
    TransactionKind,
    override_role,
)
from salesrules.commissions.policy import CommissionPolicy, DirectCredit, OverrideCredit
from salesrules.commissions.reasons import OUTSIDE_TERRITORY, UNCREDITED
from salesrules.commissions.rules.fact_checks import place_of
from salesrules.core import Fault, InvalidDocument, Money, Period, Reason, SalesRulesError, total

__all__ = ["credit_transactions", "report_outside_territory", "report_uncredited"]


def credit_transactions(facts: CommissionFacts, policy: CommissionPolicy) -> tuple[SalesCredit, ...]:
    """All sales credits, in the order of day, kind (sales before returns), transaction and role.

    A sale is credited by the rules in force on its day, along the hierarchy of its day. A return goes to those who
    were credited for its original, by the original's rules, on the return's own day.

    The facts are those in which `check_facts` finds no fault. Raises `InvalidDocument` with each sale that an override
    rule applies to while no hierarchy, or more than one, covers its day or its seller.
    """
    faults: dict[str, Fault] = {}
    sales = {t.id: t for t in facts.transactions if t.kind is TransactionKind.SALE}

    @functools.cache
    def chain(payee: str, day: date) -> tuple[str, ...]:
        return facts.hierarchies.at(day).chain(payee)

    credits: list[SalesCredit] = []
    for t in facts.transactions:
        try:
            credits += (
                SalesCredit(transaction=t, payee=payee, role=role, share=rule.share, day=t.day, rule=rule.id)
                for payee, role, rule in _receivers(sales[t.original] if t.original else t, policy, chain)
            )
        except SalesRulesError as error:
            faults.setdefault(str(error), _unranked(t, error))
    if faults:
        raise InvalidDocument(tuple(faults.values()))
    return tuple(sorted(credits, key=_order))


def _unranked(transaction: Transaction, error: SalesRulesError) -> Fault:
    return Fault(
        code="commissions.unknown_manager",
        path=place_of(transaction),
        problem=str(error),
        value=transaction.payee,
        remedy="let one table of reporting lines cover this day and person",
    )


def _order(credit: SalesCredit) -> tuple[date, bool, str, str]:
    return credit.day, credit.transaction.kind is TransactionKind.RETURN, credit.transaction.id, credit.role


def _receivers(
    sale: Transaction, policy: CommissionPolicy, chain: Callable[[str, date], tuple[str, ...]]
) -> Iterator[tuple[str, str, DirectCredit | OverrideCredit]]:
    for rule in policy.crediting:
        if sale.day not in rule.effective:
            continue
        if isinstance(rule, DirectCredit):
            yield sale.payee, DIRECT, rule
        else:
            managers = chain(sale.payee, sale.day)
            if len(managers) >= rule.level:
                yield managers[rule.level - 1], override_role(rule.level), rule


def report_uncredited(facts: CommissionFacts, policy: CommissionPolicy, period: Period) -> tuple[Reason, ...]:
    """One finding where sales of a period are credited to nobody, since no crediting rule holds on their days."""
    lines = sum(
        1
        for t in facts.transactions
        if t.kind is TransactionKind.SALE
        and t.day in period
        and not any(t.day in rule.effective for rule in policy.crediting)
    )
    return (UNCREDITED(lines=lines, period=period.label),) if lines else ()


def report_outside_territory(facts: CommissionFacts, attribute: str = "region") -> tuple[Reason, ...]:
    """One finding per payee and currency whose sales lie outside the territories listed for them.

    A payee without listed territories is not bound to any. `attribute` names the territory of a transaction. What
    lies outside is still credited: the finding tells how many lines and how much, it takes nothing away.
    """
    outside: dict[tuple[str, str], list[Money]] = defaultdict(list)
    lines: dict[str, int] = defaultdict(int)
    for transaction in facts.transactions:
        if transaction.kind is TransactionKind.RETURN:
            continue
        payee = facts.payees[transaction.payee]
        lines[payee.id] += 1
        if payee.territories and transaction.attributes.get(attribute) not in payee.territories:
            outside[payee.id, transaction.amount.currency].append(transaction.amount)
    return tuple(
        OUTSIDE_TERRITORY(payee=payee, lines=len(moneys), of=lines[payee], amount=total(moneys))
        for (payee, _), moneys in sorted(outside.items())
    )
