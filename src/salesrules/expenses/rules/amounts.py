"""Amounts of a claim in the currency in which it is paid: converted at a declared day's rate, rounded as declared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from salesrules.core import (
    EXACT,
    AmbiguousDay,
    CurrencyTable,
    ExchangeRates,
    MissingDay,
    Money,
    PolicyReference,
    Reason,
    Severity,
    nearest_names,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import Claim, ClaimLine
from salesrules.expenses.policy import ClaimPolicy, Precision, RateDay

__all__ = ["Converted", "convert_line", "find_amount_reasons", "rate_day", "round_claimed"]

NO_RATES = ExchangeRates()
_ISO = CurrencyTable.iso()


@attrs.frozen(kw_only=True)
class Converted:
    """A line's amount in the currency of claims, exactly, and as it counts."""

    exact: Money
    rounded: Money


def rate_day(line: ClaimLine, claim: Claim, policy: ClaimPolicy) -> date:
    """The day whose rate converts a line; a claim that did not come in yet is converted at the expense's own."""
    if policy.rate_day is RateDay.SUBMISSION and claim.submitted_on is not None:
        return claim.submitted_on
    return line.day


def round_claimed(money: Money, policy: ClaimPolicy) -> Money:
    """An amount as policy rounds it."""
    return Money(policy.rounding(money.amount), money.currency)


def convert_line(line: ClaimLine, claim: Claim, policy: ClaimPolicy, rates: ExchangeRates = NO_RATES) -> Converted:
    """A line's amount in the currency of claims; raises `MissingDay` or `AmbiguousDay` without exactly one rate."""
    exact = rates.convert(line.amount, policy.currency, rate_day(line, claim, policy))
    return Converted(exact=exact, rounded=round_claimed(exact, policy))


def find_amount_reasons(
    line: ClaimLine, claim: Claim, policy: ClaimPolicy, rates: ExchangeRates, path: str
) -> Iterator[Reason]:
    """What is wrong with a line's amount: its sign, its currency, its decimals, its rate."""
    amount, here = line.amount, f"{path}.amount"
    if amount.amount <= 0:
        yield codes.NOT_POSITIVE(amount=amount, path=here)
    if amount.currency not in _ISO:
        near = nearest_names(amount.currency, _ISO.to_record())
        yield codes.UNKNOWN_CURRENCY(currency=amount.currency, nearest=near, path=here)
        return
    digits = _ISO.digits(amount.currency)
    if -amount.amount.normalize(EXACT).as_tuple().exponent > digits:  # type: ignore[operator]  # it is finite
        where = PolicyReference("ClaimPolicy", policy.id, "precision")
        if policy.precision is Precision.REFUSE:
            yield codes.TOO_PRECISE(amount=amount, digits=digits, path=here, policy=where)
        else:
            rounded = Money(policy.rounding(amount.amount), amount.currency)
            severity = Severity.WARNING
            yield codes.AMOUNT_ROUNDED(amount=amount, rounded=rounded, path=here, policy=where, severity=severity)
    if amount.currency != policy.currency:
        day = rate_day(line, claim, policy)
        try:
            rates.rate(amount.currency, policy.currency, day)
        except (MissingDay, AmbiguousDay):
            where = PolicyReference("ClaimPolicy", policy.id, "rate_day")
            yield codes.RATE_MISSING(source=amount.currency, target=policy.currency, day=day, path=here, policy=where)
