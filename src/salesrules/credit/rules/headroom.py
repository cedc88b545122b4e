"""How much would still pass: the largest order, and the exposure that a limit bears."""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from salesrules.core import EXACT, Money
from salesrules.credit.model import CreditLimit
from salesrules.credit.policy import CreditMeasure, CreditPolicy, CreditRule
from salesrules.credit.rules.measures import Asked

__all__ = ["calculate_ceiling", "calculate_headroom"]

_ONE, _ZERO = Decimal(1), Decimal(0)
#: A member that is looked up through its class takes as long as a call.
_LIMIT = CreditMeasure.LIMIT


def calculate_ceiling(limit: CreditLimit, grade: str, policy: CreditPolicy, as_of: date | None = None) -> Money | None:
    """The most that a customer may owe by the rules on the limit, to the last digit; `None` where none bounds it.

    These rules are taken as they are on the day `as_of`, but not before the first day of the limit.
    """
    day = limit.effective.start if as_of is None else max(as_of, limit.effective.start)
    held = [rule for rule in policy.rules_for(grade) if rule.measure is _LIMIT and day in rule.effective]
    bounds = [_within(rule, limit.amount.amount, _ZERO, policy.rounding.digits) for rule in held]
    least = min((bound for bound in bounds if bound is not None), default=None)
    return None if least is None else limit.amount.with_amount(least)


def calculate_headroom(asked: Asked, bounding: Iterable[CreditRule], digits: int) -> Money | None:
    """The largest order that the rules on the limit and on the order itself would allow; `None` where none bounds it.

    `bounding` are these rules, so far as they hold on the day. The others say nothing of the amount: where one of them
    does not allow, nothing would pass.
    """
    least: Decimal | None = None
    for rule in bounding:
        is_of_limit = rule.measure is _LIMIT
        unit, less = (asked.ceiling, asked.before) if is_of_limit else (_ONE, _ZERO)
        bound = _within(rule, unit, less, digits)
        if bound is not None and (least is None or bound < least):
            least = bound
    return None if least is None else asked.request.amount.with_amount(least if least > 0 else _ZERO)


def _within(rule: CreditRule, unit: Decimal, less: Decimal, digits: int) -> Decimal | None:
    """The largest amount, in units of the last digit, that a rule allows above `less`; `None` for any amount.

    Below zero where it allows nothing. Of a limit of nothing, whatever is above zero is beyond.
    """
    place = rule.refuses_from
    if place is None:
        return None
    if place == 0:
        return Decimal(-1)
    step = rule.steps[place]
    rest = _subtract(_multiply(step.start, unit), less)
    least = _UNITS[digits]
    amount = rest.quantize(least, context=_FLOOR)
    return _subtract(amount, least) if step.owns_start and unit and amount == rest else amount


#: One unit of the last digit, by digits; and a context that rounds down to it, which `round_exactly` would do as well.
_UNITS = {digits: Decimal((0, (1,), -digits)) for digits in range(-12, 13)}
_FLOOR = decimal.Context(prec=EXACT.prec, rounding=decimal.ROUND_FLOOR, Emin=EXACT.Emin, Emax=EXACT.Emax)
_subtract, _multiply = EXACT.subtract, EXACT.multiply
