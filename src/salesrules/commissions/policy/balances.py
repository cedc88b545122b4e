"""Caps and draws: what limits pay in a period, and what is advanced and recovered across periods."""

from __future__ import annotations

import attrs

from salesrules.core import DateRange, Money, Rate

__all__ = ["Cap", "Draw"]

_WHOLE = Rate(1)


@attrs.frozen(kw_only=True)
class Cap:
    """The most that a plan version pays in a period, handed out to lines in order; what is above is forfeited."""

    id: str
    amount: Money


@attrs.frozen(kw_only=True)
class Draw:
    """An advance that lifts pay to `amount` in each period that starts within `effective`.

    It never advances more than `amount`, so a shortfall that is charged at once stays with the payee. What a
    recoverable draw advanced is held back from later earnings: at most `maximum_recovery` of what a period earned above
    the draw (above zero once the draw has ended), and at most `recovery_limit`. A draw that is not recoverable is a
    guarantee.

    Recovery starts in the draw's period number `recovery_starts` (1: at once) and goes on for `recovery_periods`
    periods (`None`: until nothing is owed); what is owed after that stays owed.
    """

    id: str
    amount: Money
    recoverable: bool
    effective: DateRange
    maximum_recovery: Rate = _WHOLE
    recovery_limit: Money | None = None
    recovery_starts: int = 1
    recovery_periods: int | None = None
