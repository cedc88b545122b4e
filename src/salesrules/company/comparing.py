"""Why pay differs between two periods of a company."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs

from salesrules.commissions import CommissionRun, PayChange, Statement, why_changed
from salesrules.core import CurrencyTable, FiscalCalendar, Money, Period, UnknownName, as_tuple
from salesrules.wire import dump

__all__ = ["PayComparison", "compare_pay"]


@attrs.frozen(kw_only=True)
class PayComparison:
    """One payee's pay in two periods, and the reasons for the difference.

    A statement is `None` where there is none; per currency, the amounts of `changes` sum to the difference in pay.
    """

    payee: str
    period: Period
    earlier_period: Period
    before: Statement | None
    after: Statement | None
    changes: tuple[PayChange, ...] = attrs.field(converter=as_tuple)
    currencies: CurrencyTable

    @property
    def paid(self) -> tuple[Money, Money]:
        """What is paid before and after; where there is no statement, nothing."""
        known = [s.paid for s in (self.before, self.after) if s is not None]
        before, after = (s.paid if s is not None else Money.zero(known[0].currency) for s in (self.before, self.after))
        return before, after

    def to_document(self) -> dict[str, Any]:
        """The comparison as plain data."""
        before, after = self.paid
        return {
            "format": "salesrules.why/1",
            "payee": self.payee,
            "period": self.period.label,
            "earlier_period": self.earlier_period.label,
            "before": dump(before),
            "after": dump(after),
            "changes": [
                {
                    "code": change.reason.code,
                    "amount": dump(change.amount),
                    "parameters": {name: _plain(value) for name, value in change.reason.parameters.items()},
                }
                for change in self.changes
            ],
        }


def compare_pay(
    run: Callable[[str], CommissionRun], calendar: FiscalCalendar, period: str, payee: str, against: str | None
) -> PayComparison:
    """Why a payee's pay for a period differs from that of another, the one before where none is given.

    `run` gives the run of a period with the statements of those before it. Raises `UnknownName` for a payee who has a
    statement in neither period.
    """
    this = calendar.period(period)
    other = calendar.previous(this) if against is None else calendar.period(against)
    found = run(max(this, other, key=lambda each: each.start).label)
    statements = [s for s in (*found.earlier, *found.statements) if s.period in (this, other)]
    own = {s.period: s for s in statements if s.payee == payee}
    if not own:
        known = list(dict.fromkeys(s.payee for s in statements))
        raise UnknownName("payee", payee, tuple(difflib.get_close_matches(payee, known)) or tuple(known[:3]))
    before, after = own.get(other), own.get(this)
    return PayComparison(
        payee=payee,
        period=this,
        earlier_period=other,
        before=before,
        after=after,
        changes=why_changed(before, after),
        currencies=found.currencies,
    )


def _plain(value: Any) -> Any:
    """A value of a reason as plain data; an average rate as the fraction that it is."""
    return str(value) if isinstance(value, Fraction) else dump(value)
