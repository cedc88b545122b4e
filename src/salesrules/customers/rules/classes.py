"""Classes by cumulative share: A for those who make up most of what is sold, B for the next, C for the rest."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from salesrules.analytics import calculate_cumulative_shares, calculate_totals
from salesrules.core import Money, demand
from salesrules.customers.model import CustomerClass
from salesrules.customers.policy import AbcPolicy, CumulativeBasis, CustomerPolicy, EqualAmounts

__all__ = ["classify_by_share"]


def classify_by_share(
    amounts: Mapping[str, Money | Decimal | int], policy: CustomerPolicy
) -> tuple[CustomerClass, ...]:
    """The class of every customer by cumulative share of what was bought, the largest first.

    Who bought nothing, or brought back more than was bought, is of the class `rest`, and is no part of the whole: it
    would raise the shares of all others above it. Of customers with equal amounts that stand at a bound, policy says
    whether they stay together, in the better class. Raises `CurrencyMismatch` for mixed currencies.
    """
    rule = demand(policy.abc, "customers.abc")
    total = calculate_totals(amounts.items(), amount=_amount, by={"customer": _customer})
    bought = {entry.key[0]: entry.amount for entry in total if entry.amount > 0}
    others = sorted((entry for entry in total if entry.amount <= 0), key=lambda entry: (-entry.amount, entry.key))
    return (
        *(_classes(bought, rule) if bought else ()),
        *(
            CustomerClass(customer=entry.key[0], amount=entry.amount, share=None, customer_class=rule.rest)
            for entry in others
        ),
    )


def _amount(row: tuple[str, Money | Decimal | int]) -> Money | Decimal | int:
    return row[1]


def _customer(row: tuple[str, Money | Decimal | int]) -> str:
    return row[0]


def _classes(bought: Mapping[str, Decimal], rule: AbcPolicy) -> list[CustomerClass]:
    entries = calculate_cumulative_shares(bought).entries
    found = []
    before = Fraction(0)
    for _, group in itertools.groupby(entries, key=lambda entry: entry.amount):
        equals = list(group)
        first = before if rule.basis is CumulativeBasis.BEFORE_OWN else equals[0].exact
        for entry in equals:
            share = before if rule.basis is CumulativeBasis.BEFORE_OWN else entry.exact
            placed = first if rule.equal_amounts is EqualAmounts.TOGETHER else share
            found.append(
                CustomerClass(
                    customer=entry.key, amount=entry.amount, share=placed, customer_class=rule.classes.at(placed)
                )
            )
            before = entry.exact
    return found
