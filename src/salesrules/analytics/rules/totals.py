"""Sums by any key functions, and whether parts tie to a total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from salesrules.analytics.model import Total, Totals
from salesrules.analytics.reasons import DOES_NOT_TIE
from salesrules.analytics.rules.amounts import Amount, read_amounts
from salesrules.core import ALLOW, EXACT, Decision, InvalidValue, Money, decide, exact_sum

__all__ = ["calculate_totals", "check_tie_out"]

Row = TypeVar("Row")
_COLUMNS = frozenset({"amount", "count", "unit"})


def calculate_totals(
    rows: Iterable[Row], *, amount: Callable[[Row], Amount], by: Mapping[str, Callable[[Row], str]]
) -> Totals:
    """The exact sum and the count of rows for each key, in the order of the keys; it ties to the sum of all rows.

    `amount` gives a row's money (all of one currency) or number; `by` names the columns of the key and gives each
    one's text for a row. No column makes one sum of everything.

    Raises `InvalidValue` for a key that is not text, an amount that is not exact or a column named as one of the
    sums, and `CurrencyMismatch` for mixed currencies.

    >>> rows = [("north", 5), ("south", 2), ("north", 1)]
    >>> calculate_totals(rows, amount=lambda row: row[1], by={"region": lambda row: row[0]}).of("north").amount
    Decimal('6')
    """
    taken = _COLUMNS.intersection(by)
    if taken:
        raise InvalidValue("by", sorted(taken), f"the records have {sorted(_COLUMNS)} already; name it otherwise")
    given = list(rows)
    numbers, unit = read_amounts((f"rows[{place}].amount", amount(row)) for place, row in enumerate(given))
    groups: dict[tuple[str, ...], list[Decimal]] = {}
    for place, row in enumerate(given):
        key = tuple(read(row) for read in by.values())
        for column, text in zip(by, key, strict=True):
            if not isinstance(text, str):
                raise InvalidValue(f"rows[{place}].{column}", text, "give the key as text")
        groups.setdefault(key, []).append(numbers[place])
    return Totals(
        unit=unit,
        entries=[
            Total(key=key, amount=exact_sum(group), count=len(group)) for key, group in sorted(groups.items(), key=_key)
        ],
        columns=by,
        total=exact_sum(numbers),
        count=len(numbers),
    )


def _key(group: tuple[tuple[str, ...], list[Decimal]]) -> tuple[str, ...]:
    return group[0]


def check_tie_out(parts: Iterable[Amount], total: Amount) -> Decision:
    """Allow where the parts add up to the total exactly, else deny with the difference.

    Raises `CurrencyMismatch` and `InvalidValue` where parts and total are not of one unit.

    >>> check_tie_out([1, 2], 4).reasons[0].parameters["difference"]
    Decimal('-1')
    """
    fields = ((f"parts[{place}]", part) for place, part in enumerate(parts))
    (whole, *numbers), unit = read_amounts([("total", total), *fields])
    found = exact_sum(numbers)
    if found == whole:
        return ALLOW
    difference = EXACT.subtract(found, whole)
    if unit:
        reason = DOES_NOT_TIE(parts=Money(found, unit), total=Money(whole, unit), difference=Money(difference, unit))
    else:
        reason = DOES_NOT_TIE(parts=found, total=whole, difference=difference)
    return decide([reason])
