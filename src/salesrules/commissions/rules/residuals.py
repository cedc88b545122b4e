"""What rounding leaves over: the units by which rounded lines fall short of their rounded total, handed out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model import StatementLine
from salesrules.core import EXACT, Rounding, RoundingMode, exact_sum, round_exactly

__all__ = ["spread_residual"]

_ZERO = Decimal(0)


def spread_residual(lines: Sequence[StatementLine], rounding: Rounding) -> list[StatementLine]:
    """The lines with amounts that sum to the rounding of their total, by largest remainder.

    Each line is rounded down; the units that are missing go to those that lost most, among equals to the earlier one.
    Source: the largest-remainder method.
    """
    if not lines:
        return []
    unit = Decimal(1).scaleb(-rounding.digits, EXACT)
    floors = [round_exactly(line.payable, rounding.digits, RoundingMode.FLOOR) for line in lines]
    whole = rounding(exact_sum(line.payable for line in lines))
    missing = int(EXACT.divide(EXACT.subtract(whole, exact_sum(floors)), unit))
    lost = [Fraction(line.payable) - Fraction(floor) for line, floor in zip(lines, floors, strict=True)]
    order = sorted(range(len(lines)), key=lambda place: (-lost[place], place))
    spares = dict.fromkeys(order[:missing], unit)
    down = Rounding(digits=rounding.digits, mode=RoundingMode.FLOOR)
    return [
        attrs.evolve(
            line,
            rounding=down,
            running=_ZERO,
            running_paid=_ZERO,
            spare=spares.get(place, _ZERO),
            amount=line.amount.with_amount(EXACT.add(floor, spares.get(place, _ZERO))),
        )
        for place, (line, floor) in enumerate(zip(lines, floors, strict=True))
    ]
