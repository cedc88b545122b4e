"""Shares of a whole and cumulative shares, exact and rounded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from salesrules.analytics.model import CumulativeShare, CumulativeShares, Share, Shares
from salesrules.analytics.rules.amounts import Amount, read_named_amounts, read_order
from salesrules.core import (
    EXACT,
    InvalidValue,
    Rate,
    Rounding,
    RoundingMode,
    TieOrder,
    allocate_units,
    exact_sum,
)

__all__ = ["calculate_cumulative_shares", "calculate_shares"]


def calculate_shares(amounts: Mapping[str, Amount], *, digits: int = 2, ties: TieOrder = TieOrder.FIRST) -> Shares:
    """Each amount's share of the whole: exact, and rounded to `digits` of a per cent so that all make 100 %.

    Largest remainder: every share is cut off, and the steps that are then missing go to those that lost most by it,
    equals in the order that `ties` declares. Amounts may be negative (a region with more returns than sales).

    Raises `InvalidValue` where the whole is zero or `digits` is not from 0 to 12, `CurrencyMismatch` for mixed
    currencies.
    Source: Hamilton's method.

    >>> [str(share.rounded) for share in calculate_shares({"a": 1, "b": 1, "c": 1}, digits=0)]
    ['34%', '33%', '33%']
    """
    numbers, unit = read_named_amounts(amounts)
    if type(digits) is not int or not 0 <= digits <= 12:
        raise InvalidValue("digits", digits, "give a whole number from 0 to 12")
    whole = _whole(numbers)
    exact = {key: Fraction(number) / Fraction(whole) for key, number in numbers.items()}
    steps = {key: share * 100 * 10**digits for key, share in exact.items()}
    cut = {key: math.floor(step) for key, step in steps.items()}
    given = 100 * 10**digits - sum(cut.values())
    if given:
        order = _in_order(numbers, TieOrder(ties))
        lost = [steps[key] - cut[key] for key in order]
        for key, more in zip(order, allocate_units(given, lost), strict=True):
            cut[key] += more
    return Shares(
        unit=unit,
        entries=[
            Share(key=key, amount=number, exact=exact[key], rounded=_rate(Decimal(cut[key]), digits + 2))
            for key, number in numbers.items()
        ],
        total=whole,
    )


def calculate_cumulative_shares(
    amounts: Mapping[str, Amount], *, rounding: Rounding | None = None, order: Iterable[str] | None = None
) -> CumulativeShares:
    """The share of each amount together with all larger ones, the largest first; the last one is the whole.

    `rounding` rounds the per cent (2 digits half up unless given); `order` names the keys in the order for equal
    amounts (the order of their text unless given). With negative amounts the shares rise above 100 % before they
    come back to it.

    Raises `InvalidValue` where the whole is zero or `order` does not name every key once, `CurrencyMismatch` for
    mixed currencies.

    >>> [str(entry.rounded) for entry in calculate_cumulative_shares({"a": 1, "b": 6, "c": 3})]
    ['60%', '90%', '100%']
    """
    numbers, unit = read_named_amounts(amounts)
    places = read_order(numbers, order)
    whole = _whole(numbers)
    keys = sorted(numbers, key=lambda key: (numbers[key].copy_negate(), places[key]))
    declared = rounding or Rounding(digits=2, mode=RoundingMode.HALF_UP)
    entries = []
    for key, reached in zip(keys, accumulate((numbers[key] for key in keys), EXACT.add), strict=True):
        exact = Fraction(reached) / Fraction(whole)
        entries.append(
            CumulativeShare(
                key=key,
                amount=numbers[key],
                cumulative_amount=reached,
                exact=exact,
                rounded=_rate(declared(exact * 100), 2),
            )
        )
    return CumulativeShares(unit=unit, entries=entries, total=whole)


def _whole(numbers: Mapping[str, Decimal]) -> Decimal:
    whole = exact_sum(numbers.values())
    if not whole:
        raise InvalidValue("amounts", dict(numbers), "shares need amounts whose sum is not zero")
    return whole


def _in_order(numbers: Mapping[str, Decimal], ties: TieOrder) -> list[str]:
    """The keys in the order in which equal remainders are served."""
    match ties:
        case TieOrder.FIRST:
            return list(numbers)
        case TieOrder.LAST:
            return list(numbers)[::-1]
        case TieOrder.LARGEST_WEIGHT:
            return sorted(numbers, key=lambda key: numbers[key].copy_negate())
        case _:
            return sorted(numbers, key=lambda key: numbers[key])


def _rate(number: Decimal, digits: int) -> Rate:
    """The rate that a whole number of its smallest steps, `digits` behind the point, amounts to."""
    return Rate(number.scaleb(-digits, context=EXACT))
