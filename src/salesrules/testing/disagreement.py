"""What `assert_agrees` raises: every difference as data, and a message that leads to the first one's cause."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.commissions import Adjustment, StatementLine, explain_adjustment, explain_line
from salesrules.core import CurrencyTable, Derivation, Fault, Money, SalesRulesError, as_tuple, exact_sum

__all__ = ["Disagreement", "PaidDifference"]


@attrs.frozen(kw_only=True)
class PaidDifference:
    """One row in which two systems differ.

    `key` is what names the row: the transaction, then payee, component and role as far as the rows tell them apart.
    `theirs` is `None` where no row has it, `ours` where the plan has no line for it; that counts as nothing paid.
    `place` is where their row stands; `lines` and `adjustments` are what we pay it by.
    """

    key: tuple[str, ...] = attrs.field(converter=as_tuple)
    currency: str
    theirs: Decimal | None
    ours: Decimal | None
    place: str = ""
    lines: tuple[StatementLine, ...] = attrs.field(default=(), converter=as_tuple, repr=False)
    adjustments: tuple[Adjustment, ...] = attrs.field(default=(), converter=as_tuple, repr=False)

    @property
    def amount(self) -> Decimal:
        """How much more they paid; below zero: less."""
        return exact_sum([self.theirs or Decimal(0), -(self.ours or Decimal(0))])

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """How ours came about: each line, then what modifiers added to it."""
        return (*map(explain_line, self.lines), *map(explain_adjustment, self.adjustments))


@attrs.define
class Disagreement(SalesRulesError, AssertionError):
    """Two systems pay differently, or rows of one of them cannot be read.

    `differences` stand in the order of days, `faults` name what could not be read; of `compared` rows in all. `names`
    are the words for the parts of a key, `repeat` the code that repeats the first difference alone.
    """

    differences: tuple[PaidDifference, ...]
    faults: tuple[Fault, ...]
    compared: int
    names: tuple[str, ...]
    repeat: str
    locale: str
    shown: int
    currencies: CurrencyTable

    @property
    def missing(self) -> tuple[PaidDifference, ...]:
        """What the plan pays, and no row of theirs has."""
        return tuple(each for each in self.differences if each.theirs is None)

    @property
    def surplus(self) -> tuple[PaidDifference, ...]:
        """What they paid, though no line of the plan does."""
        return tuple(each for each in self.differences if each.ours is None)

    def total(self, sign: int = 0) -> dict[str, Money]:
        """How much more they paid in all, by currency; only where they paid more (1) or less (-1) where a sign asks."""
        found: dict[str, list[Decimal]] = {}
        for each in self.differences:
            if not sign or each.amount * sign > 0:
                found.setdefault(each.currency, []).append(each.amount)
        return {currency: Money(exact_sum(amounts), currency) for currency, amounts in sorted(found.items())}

    def __str__(self) -> str:
        from salesrules.testing.disagreement_report import report

        return report(self)
