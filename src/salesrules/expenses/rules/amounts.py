"""Amounts of a claim in the currency in which it is paid: converted at a declared day's rate, rounded as declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

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

__all__ = [
    "Converted",
    "convert_line",
    "convert_lines",
    "find_amount_reasons",
    "has_more_digits",
    "rate_day",
    "round_claimed",
]

NO_RATES = ExchangeRates()
_DIGITS = CurrencyTable.iso().to_record()


class Converted(NamedTuple):
    """A line's amount in the currency of claims, exactly, and as it counts."""

    exact: Money
    rounded: Money


def rate_day(line: ClaimLine, claim: Claim, policy: ClaimPolicy) -> date:
    """The day whose rate converts a line; a claim that did not come in yet is converted at the expense's own."""
    if policy.rate_day is RateDay.SUBMISSION and claim.submitted_on is not None:
        return claim.submitted_on
    return line.day


_NOTHING, _WHOLE, _CENT = Decimal(0), Decimal(1), Decimal("0.01")


def round_claimed(money: Money, policy: ClaimPolicy) -> Money:
    """An amount as policy rounds it."""
    return money.with_amount(policy.rounding(money.amount)) if has_more_digits(money, policy.rounding.digits) else money


def has_more_digits(money: Money, digits: int) -> bool:
    """Whether an amount needs more digits after the point than these; noughts at its end are none."""
    amount = money.amount
    # Whole units and cents are told by a comparison, without taking the number apart.
    if (digits >= 0 and amount.same_quantum(_WHOLE)) or (digits >= 2 and amount.same_quantum(_CENT)):
        return False
    exponent: int = amount.as_tuple().exponent  # type: ignore[assignment]  # it is finite
    if exponent >= -digits:
        return False
    return -amount.normalize(EXACT).as_tuple().exponent > digits  # type: ignore[operator]  # as above


def convert_line(line: ClaimLine, claim: Claim, policy: ClaimPolicy, rates: ExchangeRates = NO_RATES) -> Converted:
    """A line's amount in the currency of claims; raises `MissingDay` or `AmbiguousDay` without exactly one rate."""
    exact = line.amount
    if exact.currency != policy.currency:
        exact = rates.convert(exact, policy.currency, rate_day(line, claim, policy))
    return Converted(exact, round_claimed(exact, policy))


def convert_lines(claim: Claim, policy: ClaimPolicy, rates: ExchangeRates) -> dict[str, Converted]:
    """The lines' amounts by id, so far as there is a rate and the amount is above zero: the rest is a finding."""
    amounts = {}
    for line in claim.lines:
        if line.amount.amount > _NOTHING:
            try:
                amounts[line.id] = convert_line(line, claim, policy, rates)
            except (MissingDay, AmbiguousDay):
                continue
    return amounts


def find_amount_reasons(
    line: ClaimLine, claim: Claim, policy: ClaimPolicy, rates: ExchangeRates, index: int
) -> Sequence[Reason]:
    """What is wrong with a line's amount: its sign, its currency, its decimals, its rate."""
    amount, digits = line.amount, _DIGITS.get(line.amount.currency)
    if (
        amount.currency == policy.currency
        and digits is not None
        and amount.amount > _NOTHING
        and not has_more_digits(amount, digits)
    ):
        return ()
    return [*_find_amount_reasons(line, claim, policy, rates, f"lines[{index}]")]


def _find_amount_reasons(
    line: ClaimLine, claim: Claim, policy: ClaimPolicy, rates: ExchangeRates, path: str
) -> Iterator[Reason]:
    amount = line.amount
    if amount.amount <= 0:
        yield codes.NOT_POSITIVE(amount=amount, path=f"{path}.amount")
    digits = _DIGITS.get(amount.currency)
    if digits is None:
        near = nearest_names(amount.currency, _DIGITS)
        yield codes.UNKNOWN_CURRENCY(currency=amount.currency, nearest=near, path=f"{path}.amount")
        return
    if has_more_digits(amount, digits):
        where, here = PolicyReference("ClaimPolicy", policy.id, "precision"), f"{path}.amount"
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
            where, here = PolicyReference("ClaimPolicy", policy.id, "rate_day"), f"{path}.amount"
            yield codes.RATE_MISSING(source=amount.currency, target=policy.currency, day=day, path=here, policy=where)
