"""Crediting: which person gets how much of each transaction, and what lies outside a person's territory."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from salesrules.commissions.model import (
    DIRECT,
    CommissionFacts,
    SalesCredit,
    Transaction,
    TransactionKind,
    override_role,
)
from salesrules.commissions.policy import CommissionPolicy, DirectCredit, OverrideCredit
from salesrules.commissions.reasons import OUTSIDE_TERRITORY
from salesrules.core import Reason, exact_sum

__all__ = ["credit_transactions", "report_outside_territory"]


def credit_transactions(facts: CommissionFacts, policy: CommissionPolicy) -> tuple[SalesCredit, ...]:
    """All sales credits, in the order of day, kind (sales before returns), transaction and role.

    A sale is credited by the rules in force on its day, along the hierarchy of its day. A return goes to those who
    were credited for its original, by the original's rules, on the return's own day.

    Raises `MissingDay` where no hierarchy covers the day of a sale that an override rule applies to.
    """
    sales = {t.id: t for t in facts.transactions if t.kind is TransactionKind.SALE}

    @functools.cache
    def chain(payee: str, day: date) -> tuple[str, ...]:
        return facts.hierarchies.at(day).chain(payee)

    credits = [
        SalesCredit(transaction=t, payee=payee, role=role, share=rule.share, day=t.day, rule=rule.id)
        for t in facts.transactions
        for payee, role, rule in _receivers(sales[t.original] if t.original else t, policy, chain)
    ]
    return tuple(sorted(credits, key=_order))


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


def report_outside_territory(facts: CommissionFacts, attribute: str = "region") -> tuple[Reason, ...]:
    """One finding per payee whose transactions lie outside the territories listed for them, with lines and amount.

    A payee without listed territories is not bound to any. `attribute` names the territory of a transaction. What
    lies outside is still credited: the finding tells, it does not take away.
    """
    outside: dict[str, list[Decimal]] = defaultdict(list)
    lines: dict[str, int] = defaultdict(int)
    for transaction in facts.transactions:
        payee = facts.payees[transaction.payee]
        lines[payee.id] += 1
        if payee.territories and transaction.attributes.get(attribute) not in payee.territories:
            outside[payee.id].append(transaction.amount.amount)
    return tuple(
        OUTSIDE_TERRITORY(payee=payee, lines=len(amounts), of=lines[payee], amount=exact_sum(amounts))
        for payee, amounts in sorted(outside.items())
    )
