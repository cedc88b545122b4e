"""Rankings with a declared rule for equal amounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from salesrules.analytics.model import Ranked, Ranking, RankTies
from salesrules.analytics.rules.amounts import Amount, read_named_amounts, read_order
from salesrules.core import InvalidValue

__all__ = ["rank"]


def rank(
    amounts: Mapping[str, Amount],
    *,
    ties: RankTies,
    order: Iterable[str] | None = None,
    lowest_first: bool = False,
) -> Ranking:
    """Ranks by amount, the highest first unless told otherwise; `ties` declares which ranks equal amounts get.

    `order` names the keys in the order for equal amounts: it decides ordinal ranks, which need it, and else only how
    equals are listed (by their text unless given).

    Raises `InvalidValue` where an ordinal ranking lacks its order or `order` does not name every key once, and
    `CurrencyMismatch` for mixed currencies.

    >>> [entry.rank for entry in rank({"a": 9, "b": 7, "c": 7, "d": 5}, ties=RankTies.COMPETITION)]
    [1, 2, 2, 4]
    """
    rule = RankTies(ties)
    if rule is RankTies.ORDINAL and order is None:
        raise InvalidValue("order", order, "declare the order of equal amounts for an ordinal ranking")
    numbers, unit = read_named_amounts(amounts)
    places = read_order(numbers, order)

    def position(key: str) -> tuple[Decimal, int]:
        number = numbers[key]
        return number if lowest_first else number.copy_negate(), places[key]

    entries: list[Ranked] = []
    for place, key in enumerate(sorted(numbers, key=position), start=1):
        before = entries[-1] if entries else None
        if before is None or rule is RankTies.ORDINAL:
            own = place
        elif before.amount == numbers[key]:
            own = before.rank
        else:
            own = before.rank + 1 if rule is RankTies.DENSE else place
        entries.append(Ranked(rank=own, key=key, amount=numbers[key]))
    return Ranking(unit=unit, entries=entries, ties=rule)
