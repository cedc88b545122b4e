"""Returns at original terms: what one payee's lines have paid, and what comes back of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import Reversal, SalesCredit, StatementLine
from salesrules.core import EXACT, Money

__all__ = ["ReversalMaker"]


class ReversalMaker:
    """Makes the lines that take back what earlier lines of one payee paid, period after period.

    `originals` are the transactions that some return names; lines of others need not be kept.
    """

    def __init__(self, originals: Container[str]) -> None:
        self._originals = originals
        self._paid: dict[tuple[str, str], list[StatementLine]] = defaultdict(list)
        self._returned: dict[str, Fraction] = defaultdict(Fraction)

    def keep(self, lines: Iterable[StatementLine]) -> None:
        """Lines that returns may take back later."""
        for line in lines:
            if line.credit.transaction.id in self._originals:
                self._paid[line.credit.transaction.id, line.credit.role].append(line)

    def lines(self, credit: SalesCredit, share: Fraction) -> list[StatementLine]:
        """One line for each line of the original that was credited by the return's day.

        `share` is the share of the sale that comes back; a refund has its own (`credit.returned`), of what is still
        kept. What is taken back is rounded cumulatively, so that it sums to what was paid. An original that no
        component counted has no line, so nothing comes back.
        """
        found = []
        for line in self._paid.get((str(credit.transaction.original), credit.role), ()):
            if line.credit.day > credit.day:
                continue
            before = self._returned[line.id]
            after = before + (share if credit.returned is None else (1 - before) * credit.returned)
            self._returned[line.id] = after
            back = [line.rounding(Fraction(line.amount.amount) * part) for part in (before, after)]
            amount = Money(EXACT.subtract(*back), line.amount.currency)
            part = f"/{line.credit.part.number}" if line.credit.part else ""
            found.append(
                StatementLine(
                    id=f"{credit.key}/{line.component}/{credit.role}{part}",
                    credit=credit,
                    plan=line.plan,
                    component=line.component,
                    measured=Decimal(0),
                    earned=amount.amount,
                    payable=amount.amount,
                    rounding=line.rounding,
                    amount=amount,
                    reversal=Reversal(line=line.id, paid=line.amount, share_before=before, share_after=after),
                )
            )
        return found
