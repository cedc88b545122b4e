"""The literal oracle: a payee's plan worked out credit by credit, as a careful person would on paper.

It reads the plan's own words (its policy) and rows of plain values, and shares nothing with the rules that pay: no
curve, no account, no rounding of theirs. Numbers are fractions from the first row to the last; only pay is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from salesrules.core import InvalidValue
from salesrules.testing.literal_credits import PlainCredit, find_completing, share_returned
from salesrules.testing.literal_earnings import Earnings
from salesrules.testing.literal_spans import civil_span, money_of, whole_cents

if TYPE_CHECKING:
    from salesrules.commissions import OpeningMeasure, Plan
    from salesrules.quotas import Quota

__all__ = ["LiteralLine", "pay_literally"]

_ZERO = Fraction(0)
_UNKNOWN = ("modifiers", "payouts", "clawbacks", "minimum_payment")


class LiteralLine(NamedTuple):
    """What one credit earned in one component, exactly, and what of it is paid."""

    transaction: str
    component: str
    role: str
    earned: Fraction
    amount: Decimal


def pay_literally(
    plan: Plan,
    credits: Iterable[PlainCredit],
    *,
    pay_period: str,
    quotas: Sequence[Quota] = (),
    openings: Sequence[OpeningMeasure] = (),
    digits: int = 2,
    span_of: Callable[[str, date], tuple[date, date]] = civil_span,
) -> list[LiteralLine]:
    """Every line that a plan version pays one payee, who has it on all of the days; period after period.

    `quotas` are the payee's own, which fill each span over which the plan accumulates; `openings` what was measured
    before computing begins. `digits` are those of the currency. `span_of` gives the first day of the month, quarter,
    half-year or year that holds a day, and the first day after it; civil ones where none is given.

    Raises `InvalidValue` for a plan with modifiers, payouts, clawbacks or a minimum payment, which begin where this
    ends; for a missing quota; and for a return without its sale.

    >>> from salesrules.testing import simple_plan
    >>> sold = [PlainCredit(id=f"s{n}", day=date(2020, 1, n), amount=Decimal(80)) for n in (1, 2)]
    >>> lines = pay_literally(simple_plan({0: "2%", 100: "4%"}), sold, pay_period="quarter")
    >>> [str(line.amount) for line in lines]
    ['1.60', '2.80']
    """
    for name in _UNKNOWN:
        if getattr(plan, name):
            raise InvalidValue(name, plan.id, "leave it out: the oracle works out tiers, caps, returns and rounding")
    if plan.rounding.level == "tier" or plan.rounding.residual == "largest_remainder":
        raise InvalidValue("rounding", plan.id, "round by line, or cumulatively with a running residual")
    in_order = sorted(credits, key=lambda credit: (credit.day, bool(credit.original), credit.id, credit.role))
    sales = {credit.id: credit for credit in in_order if not credit.original}
    earnings = Earnings(
        plan,
        pay_period=pay_period,
        quotas=quotas,
        openings=openings,
        completing=find_completing(in_order, sales),
        span_of=span_of,
    )
    paper = _Paper(plan, earnings, digits if plan.rounding.digits is None else plan.rounding.digits)
    lines: list[LiteralLine] = []
    for _, credits_of_period in groupby(in_order, key=lambda credit: span_of(pay_period, credit.day)):
        found = list(credits_of_period)
        back = [credit for credit in found if credit.original and plan.returns == "original_terms"]
        lines += paper.pay([credit for credit in found if credit not in back])
        for credit in back:
            lines += paper.take_back(credit, share_returned(credit, sales))
    return lines


class _Paper:
    """What each line was paid, and which share of it has come back since."""

    def __init__(self, plan: Plan, earnings: Earnings, digits: int) -> None:
        self.plan, self.earnings, self.digits = plan, earnings, digits
        self.paid: dict[tuple[str, str], list[LiteralLine]] = {}
        self.returned: dict[tuple[str, str, str], Fraction] = {}

    def pay(self, credits: Sequence[PlainCredit]) -> list[LiteralLine]:
        """The lines of one pay period: what each credit earns, how much of it the cap leaves, and that in cents."""
        lines = []
        earned = payable = _ZERO
        paid = 0
        for credit in credits:
            for component in self.earnings.components():
                if not self.earnings.concerns(component, credit):
                    continue
                new = self.earnings.earned(component, credit)
                left = self.under_cap(earned + new) - self.under_cap(earned)
                cents = self.cents(left) if self.plan.rounding.level == "line" else self.cents(payable + left) - paid
                earned, payable, paid = earned + new, payable + left, paid + cents
                line = LiteralLine(credit.id, component.id, credit.role, new, money_of(cents, self.digits))
                self.paid.setdefault((credit.id, credit.role), []).append(line)
                lines.append(line)
        return lines

    def take_back(self, credit: PlainCredit, share: Fraction) -> list[LiteralLine]:
        """For each line of the sale: the share of it returned by now, in cents, less what was taken back before."""
        found = []
        for line in self.paid.get((credit.original, credit.role), []):
            key = (line.transaction, line.component, line.role)
            before, paid = self.returned.get(key, _ZERO), Fraction(line.amount)
            self.returned[key] = before + share
            gone = self.cents(paid * (before + share)) - self.cents(paid * before)
            back = money_of(-gone, self.digits)
            found.append(LiteralLine(credit.id, line.component, line.role, Fraction(back), back))
        return found

    def under_cap(self, earned: Fraction) -> Fraction:
        """What the plan pays in a period for all that was earned in it so far: no more than its cap."""
        return earned if self.plan.cap is None else min(earned, Fraction(self.plan.cap.amount.amount))

    def cents(self, number: Fraction) -> int:
        """Pay in whole cents, rounded once as the plan says."""
        return whole_cents(number, self.digits, self.plan.rounding.mode)
