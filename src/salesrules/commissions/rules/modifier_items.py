"""Items that modifiers work on: what a line has come to, exactly and in money, and how a change of it is rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.commissions.model import AdjustmentPart, StatementLine, TransactionKind
from salesrules.commissions.policy import ModifierBase, RoundingLevel
from salesrules.core import EXACT, Parameters, Rounding, Side

__all__ = ["Item", "clamp", "reaches", "rescale"]


@attrs.define(kw_only=True, eq=False)
class Item:
    """A line, or an amount beside the lines (`id` empty): its exact `value`, and what is `paid` of it so far."""

    id: str = ""
    component: str = ""
    transaction: str = ""
    role: str = ""
    kind: TransactionKind = TransactionKind.SALE
    attributes: Mapping[str, Any] = attrs.field(factory=Parameters)
    attribute: str = ""
    value: Fraction
    paid: Decimal
    base: ModifierBase = ModifierBase.UNROUNDED

    @classmethod
    def of(cls, line: StatementLine, base: ModifierBase) -> Item:
        """The item of a line, before any modifier."""
        credit = line.credit
        return cls(
            id=line.id,
            component=line.component,
            transaction=credit.transaction.id,
            role=credit.role,
            kind=credit.transaction.kind,
            attributes=credit.transaction.attributes,
            value=Fraction(line.payable if base is ModifierBase.UNROUNDED else line.amount.amount),
            paid=line.amount.amount,
            base=base,
        )

    def by(self, attribute: str) -> str:
        """The value that tells apart what has a limit of its own; empty where nothing does."""
        if self.transaction:
            return str(self.attributes.get(attribute, "")) if attribute else ""
        return self.attribute

    def add(self, value: Fraction, amount: Decimal) -> None:
        """Something more was earned and paid."""
        self.settle(self.value + value, EXACT.add(self.paid, amount))

    def settle(self, value: Fraction, paid: Decimal) -> None:
        """The item has come to a new value; where modifiers work on rounded amounts, to what is paid."""
        self.paid = paid
        self.value = value if self.base is ModifierBase.UNROUNDED else Fraction(paid)


def clamp(value: Fraction, lower: Fraction | None, upper: Fraction | None) -> Fraction:
    """A value held between limits, each open where it is `None`."""
    if lower is not None and value < lower:
        return lower
    return upper if upper is not None and value > upper else value


def reaches(value: Fraction, threshold: Decimal, side: Side) -> bool:
    """Whether a value reaches a threshold: `lower` lets the threshold itself count, `upper` only what is above.

    >>> reaches(Fraction(100), Decimal(100), Side.LOWER), reaches(Fraction(100), Decimal(100), Side.UPPER)
    (True, False)
    """
    return value > threshold or (value == threshold and side is Side.LOWER)


def rescale(
    items: Iterable[Item],
    level: RoundingLevel,
    rounding: Rounding,
    change: Callable[[Item], Mapping[str, Any]],
) -> list[tuple[Item, AdjustmentPart]]:
    """The parts that bring items to the values that `change` gives, in order, and the items brought there.

    Where each line is rounded alone, a line that does not change has no part; where the total is rounded, none has one
    if no line changes.
    """
    changes = [(item, change(item)) for item in items]
    if all(new["value"] == item.value for item, new in changes):
        return []
    found = []
    running, paid = Fraction(0), Decimal(0)
    for item, new in changes:
        if level is not RoundingLevel.CUMULATIVE and new["value"] == item.value:
            continue
        before = EXACT.add(paid, item.paid)
        amount = EXACT.subtract(rounding(running + new["value"]), before)
        part = AdjustmentPart(line=item.id, base=item.value, running=running, paid=before, amount=amount, **new)
        found.append((item, part))
        if level is RoundingLevel.CUMULATIVE:
            running, paid = running + new["value"], EXACT.add(before, amount)
        item.settle(new["value"], EXACT.add(item.paid, amount))
    return found
