"""A disagreement in words: how many rows and how much, the first ones, how the first came about, how to repeat it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from salesrules.core import Money
from salesrules.messages import format_list, format_money, render_derivation, text
from salesrules.testing.disagreement import Disagreement, PaidDifference

__all__ = ["report"]

_NONE = "—"


def report(found: Disagreement) -> str:
    """The message of a disagreement, in its locale."""
    return "\n".join(_lines(found))


def _lines(found: Disagreement) -> Iterator[str]:
    locale = found.locale
    if found.differences:
        yield text("testing.label.disagrees", locale, differing=len(found.differences), compared=found.compared)
        total, more, less = (_moneys(found, sign) for sign in (0, 1, -1))
        yield text("testing.label.by_how_much", locale, total=total, more=more, less=less)
        if found.missing:
            yield text("testing.label.missing", locale, count=len(found.missing))
        if found.surplus:
            yield text("testing.label.surplus", locale, count=len(found.surplus))
        yield from ("  " + line for line in _table(found))
    if found.faults:
        yield text("testing.label.unreadable", locale, count=len(found.faults))
        yield from (f"  {fault}" for fault in found.faults[: found.shown])
        yield from _left_over(found, len(found.faults))
    if not found.differences:
        return
    first = found.differences[0]
    yield ""
    if first.derivations:
        yield text("testing.label.first_derivation", locale, row=", ".join(first.key))
        for derivation in first.derivations:
            yield from ("  " + line for line in render_derivation(derivation, locale, found.currencies).splitlines())
    else:
        yield text("testing.label.no_line", locale, row=", ".join(first.key))
    yield ""
    yield text("testing.label.repeat", locale)
    yield from ("  " + line if line else "" for line in found.repeat.splitlines())


def _table(found: Disagreement) -> Iterator[str]:
    """The first differences in columns."""
    heads = [*found.names, "theirs", "ours", "difference"]
    rows = [[text(f"testing.label.{head}", found.locale) for head in heads]]
    for each in found.differences[: found.shown]:
        numbers = (each.theirs, each.ours, each.amount)
        rows.append([*each.key, *(_number(number, each, found) for number in numbers)])
    widths = [max(map(_width, column)) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        cells = [
            _padded(cell, width, to_the_right=place >= len(found.names))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    yield from _left_over(found, len(found.differences))


def _left_over(found: Disagreement, count: int) -> Iterator[str]:
    if count > found.shown:
        yield text("testing.label.more_rows", found.locale, count=count - found.shown)


def _number(number: Decimal | None, each: PaidDifference, found: Disagreement) -> str:
    if number is None:
        return _NONE
    return format_money(Money(number, each.currency), found.locale, found.currencies)


def _moneys(found: Disagreement, sign: int) -> str:
    """Sums by currency; nothing at all as zero."""
    moneys = found.total(sign) or {each.currency: Money.zero(each.currency) for each in found.differences[:1]}
    shown = [abs(money) if sign else money for money in moneys.values()]
    return format_list([format_money(money, found.locale, found.currencies) for money in shown], found.locale)


def _width(cell: str) -> int:
    """How many columns of a terminal a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in cell)


def _padded(cell: str, width: int, *, to_the_right: bool) -> str:
    gap = " " * (width - _width(cell))
    return gap + cell if to_the_right else cell + gap
