"""How much would still pass: the largest order, and the exposure that a limit bears."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from salesrules.core import EXACT, Money, Outcome, RoundingMode, Side, round_exactly
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
    """The largest amount, in units of the last digit, that a rule allows above `less`; `None` for any amount.

    Below zero where it allows nothing. Of a limit of nothing, whatever is above zero is beyond.
    """
    bands = rule.levels.bands
    place = next((index for index, band in enumerate(bands) if band.value in _REFUSING), None)
    if place is None:
        return None
    step = Decimal((0, (1,), -digits))
    if place == 0:
        return -step
    rest = Fraction(bands[place].start or 0) * unit - less
    amount = round_exactly(rest, digits, RoundingMode.FLOOR)
    belongs = (bands[place].side or rule.levels.side) is Side.LOWER
    return EXACT.subtract(amount, step) if unit and belongs and Fraction(amount) == rest else amount


_REFUSING = frozenset({Outcome.REFER, Outcome.DENY})
