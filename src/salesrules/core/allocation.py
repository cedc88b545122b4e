"""Largest-remainder allocation of whole units: the parts always sum to the whole, ties in a declared order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from salesrules.core.errors import InvalidValue
from salesrules.core.exact import to_decimal
from salesrules.core.word_enum import WordEnum

__all__ = ["TieOrder", "allocate_units"]


class TieOrder(WordEnum):
    """Who gets the last unit when remainders are equal."""

    FIRST = "first"
    LAST = "last"
    LARGEST_WEIGHT = "largest_weight"
    SMALLEST_WEIGHT = "smallest_weight"


def allocate_units(
    units: int, weights: Sequence[Decimal | Fraction | int], ties: TieOrder = TieOrder.FIRST
) -> tuple[int, ...]:
    """Whole units split by weights: each gets its quota's whole part, the rest go to the largest remainders.

    A negative number of units is split as its positive twin, then negated. Equal weights (in the last two tie
    orders) fall back to the earlier position.

    Raises `InvalidValue` where a weight is negative or not finite, or where all are zero.
    Source: Hamilton's method with the Hare quota.

    >>> allocate_units(10, [1, 1, 1])
    (4, 3, 3)
    """
    if type(units) is not int:
        raise InvalidValue("units", units, "give a whole number")
    exact = [_weight(weight, index) for index, weight in enumerate(weights)]
    common = math.lcm(*(weight.denominator for weight in exact))
    scaled = [weight.numerator * (common // weight.denominator) for weight in exact]
    whole = sum(scaled)
    if not whole:
        raise InvalidValue("weights", list(weights), "give at least one weight above zero")
    parts = [abs(units) * weight // whole for weight in scaled]
    order = sorted(
        (index for index, weight in enumerate(scaled) if weight),
        key=lambda index: (-(abs(units) * scaled[index] % whole), *_tie_key(ties, index, scaled[index])),
    )
    for index in order[: abs(units) - sum(parts)]:
        parts[index] += 1
    return tuple(-part for part in parts) if units < 0 else tuple(parts)


def _weight(weight: Decimal | Fraction | int, index: int) -> Fraction:
    field = f"weights[{index}]"
    exact = weight if isinstance(weight, Fraction) else Fraction(to_decimal(weight, field))
    if exact < 0:
        raise InvalidValue(field, weight, "give a number that is zero or more")
    return exact


def _tie_key(ties: TieOrder, index: int, weight: int) -> tuple[int, int]:
    match ties:
        case TieOrder.FIRST:
            return (0, index)
        case TieOrder.LAST:
            return (0, -index)
        case TieOrder.LARGEST_WEIGHT:
            return (-weight, index)
        case _:
            return (weight, index)
