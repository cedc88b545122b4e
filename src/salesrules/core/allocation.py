"""Largest-remainder allocation of whole units: the parts always sum to the whole, ties in a declared order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from salesrules.core.errors import InvalidValue

__all__ = ["TieOrder", "allocate_units"]


class TieOrder(StrEnum):
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
    exact = [_weight(weight, index) for index, weight in enumerate(weights)]
    whole = sum(exact, Fraction(0))
    if not whole:
        raise InvalidValue("weights", list(weights), "give at least one weight above zero")
    quotas = [abs(units) * weight / whole for weight in exact]
    parts = [quota.numerator // quota.denominator for quota in quotas]
    order = sorted(
        (index for index, weight in enumerate(exact) if weight),
        key=lambda index: (-(quotas[index] - parts[index]), *_tie_key(ties, index, exact[index])),
    )
    for index in order[: abs(units) - sum(parts)]:
        parts[index] += 1
    return tuple(-part for part in parts) if units < 0 else tuple(parts)


def _weight(weight: Decimal | Fraction | int, index: int) -> Fraction:
    usable = isinstance(weight, int | Fraction) or (isinstance(weight, Decimal) and weight.is_finite())
    if isinstance(weight, bool) or not usable or weight < 0:
        raise InvalidValue(f"weights[{index}]", weight, "give an exact number that is zero or more")
    return Fraction(weight)


def _tie_key(ties: TieOrder, index: int, weight: Fraction) -> tuple[Fraction | int, int]:
    match ties:
        case TieOrder.FIRST:
            return (0, index)
        case TieOrder.LAST:
            return (0, -index)
        case TieOrder.LARGEST_WEIGHT:
            return (-weight, index)
        case TieOrder.SMALLEST_WEIGHT:
            return (weight, index)
