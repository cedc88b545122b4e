"""Formulas as somebody with a calculator works them out: brackets first, times before plus, from left to right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from salesrules.core import InvalidValue

__all__ = ["work_out"]

_PIECES = re.compile(r"\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z_]+|[-+*/(),])")


def work_out(formula: str, values: Mapping[str, Fraction]) -> Fraction:
    """What a formula comes to with the values of its names.

    Raises `InvalidValue` for what is no formula, and where it divides by zero.

    >>> work_out("amount * 0.02 + max(0, margin - 50) / 2", {"amount": Fraction(100), "margin": Fraction(70)})
    Fraction(12, 1)
    """
    reading = _Reading(formula, values)
    found = reading.sum()
    if reading.waiting:
        raise reading.wrong()
    return found


class _Reading:
    """A formula cut into numbers, names and signs, of which the ones that were read are gone."""

    def __init__(self, formula: str, values: Mapping[str, Fraction]) -> None:
        self.formula, self.values = formula, values
        self.waiting: list[str] = _PIECES.findall(formula)
        if re.sub(r"\s", "", "".join(self.waiting)) != re.sub(r"\s", "", formula):
            raise self.wrong()

    def wrong(self) -> InvalidValue:
        return InvalidValue("formula", self.formula, "write arithmetic such as 'amount * 0.1 + max(0, margin - 50)'")

    def next(self) -> str:
        return self.waiting[0] if self.waiting else ""

    def take(self, *wanted: str) -> str:
        """Read the next piece, which must be one of those wanted where any are."""
        if not self.waiting or (wanted and self.waiting[0] not in wanted):
            raise self.wrong()
        return self.waiting.pop(0)

    def sum(self) -> Fraction:
        """Products, added and subtracted from left to right."""
        found = self.product()
        while self.next() in ("+", "-"):
            found = found + self.product() if self.take() == "+" else found - self.product()
        return found

    def product(self) -> Fraction:
        """Parts, multiplied and divided from left to right."""
        found = self.part()
        while self.next() in ("*", "/"):
            sign, part = self.take(), self.part()
            if sign == "/" and not part:
                raise InvalidValue("formula", self.formula, "it divides by zero here; let it not, as with max(1, …)")
            found = found * part if sign == "*" else found / part
        return found

    def part(self) -> Fraction:
        """A number, a name's value, what stands in brackets, the least or greatest of several, or less than nothing."""
        piece = self.take()
        if piece == "-":
            return -self.part()
        if piece == "(":
            found = self.sum()
            self.take(")")
            return found
        if piece in ("min", "max"):
            return self.choice(min if piece == "min" else max)
        if piece in self.values:
            return self.values[piece]
        if piece[0].isdigit() or piece[0] == ".":
            return Fraction(piece)
        raise self.wrong()

    def choice(self, choose: Callable[[list[Fraction]], Fraction]) -> Fraction:
        """The least or the greatest of the values in the brackets."""
        self.take("(")
        found = [self.sum()]
        while self.take(",", ")") == ",":
            found.append(self.sum())
        return choose(found)
