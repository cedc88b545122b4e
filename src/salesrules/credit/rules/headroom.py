"""How much would still pass: the largest order, and the exposure that a limit bears."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from salesrules.core import EXACT, BandTable, Money, Outcome, RoundingMode, Side, round_exactly
from salesrules.credit.model import CreditLimit
from salesrules.credit.policy import CreditMeasure, CreditPolicy, CreditRule
from salesrules.credit.rules.measures import Asked

__all__ = ["calculate_ceiling", "calculate_headroom"]


def calculate_ceiling(limit: CreditLimit, grade: str, policy: CreditPolicy) -> Money | None:
    """The most that a customer may owe by the rules on the limit, to the last digit; `None` where none bounds it.

    These rules are taken as they are on the first day of the limit.
    """
    rules = [
        rule
        for rule in policy.rules_for(grade)
        if rule.measure is CreditMeasure.LIMIT and limit.effective.start in rule.effective
    ]
    bounds = [_within(rule, Fraction(limit.amount.amount), policy.rounding.digits) for rule in rules]
    found = [bound for bound in bounds if bound is not None]
    return limit.amount.with_amount(min(found)) if found else None


def calculate_headroom(asked: Asked, rules: tuple[CreditRule, ...], digits: int) -> Money | None:
    """The largest order that the rules on the limit and on the order itself would allow; `None` where none bounds it.

    The others say nothing of the amount: where one of them does not allow, nothing would pass.
    """
    free = list(_free(asked, rules, digits))
    return None if not free else asked.request.amount.with_amount(max(min(free), Decimal(0)))


def _free(asked: Asked, rules: tuple[CreditRule, ...], digits: int) -> Iterator[Decimal]:
    for rule in rules:
        if asked.as_of not in rule.effective:
            continue
        if rule.measure is CreditMeasure.LIMIT:
            bound = _within(rule, Fraction(asked.limit.amount.amount), digits, Fraction(asked.before))
        elif rule.measure is CreditMeasure.ORDER_AMOUNT:
            bound = _within(rule, Fraction(1), digits)
        else:
            continue
        if bound is not None:
            yield bound


def _within(rule: CreditRule, unit: Fraction, digits: int, less: Fraction = Fraction(0)) -> Decimal | None:
    """The largest amount, in units of the last digit, that a rule allows above `less`; `None` for any amount."""
    bound = _first_refusing(rule.levels)
    if bound is None:
        return None
    start, includes_start = bound
    rest = Fraction(start) * unit - less
    amount = round_exactly(rest, digits, RoundingMode.FLOOR)
    if includes_start and Fraction(amount) == rest:
        return EXACT.subtract(amount, Decimal((0, (1,), -digits)))
    return amount


def _first_refusing(levels: BandTable[Outcome]) -> tuple[Decimal | Fraction | int, bool] | None:
    """Where values begin that are referred or denied, and whether that value itself is."""
    for band in levels.bands:
        if band.value is Outcome.REFER or band.value is Outcome.DENY:
            return band.start or 0, (band.side or levels.side) is Side.LOWER
    return None
