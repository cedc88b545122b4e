"""Amounts summed up a tree: one subtraction of prefix sums per question, exact, tying to the total."""

from __future__ import annotations

import decimal
import itertools
from array import array
from collections.abc import Iterator, Mapping
from decimal import Decimal

import attrs

from salesrules.core import EXACT, InvalidValue, PrecisionExceeded, UnknownName

__all__ = ["RollUp"]


@attrs.frozen(repr=False, eq=False)
class RollUp(Mapping[str, Decimal]):
    """For each id of a tree the sum of its own amount and of all amounts below it; made by `Hierarchy.roll_up`.

    >>> from salesrules.org import Hierarchy
    >>> sums = Hierarchy.from_parents({"a": None, "b": "a"}).roll_up({"a": Decimal(1), "b": Decimal(2)})
    >>> sums.of("a"), sums.own("a"), sums.total
    (Decimal('3'), Decimal('1'), Decimal('3'))
    """

    _amounts: dict[str, Decimal]
    _entry: dict[str, int]
    _exits: array[int]
    _sums: list[Decimal]

    @classmethod
    def of_amounts(
        cls, amounts: Mapping[str, Decimal], order: list[str], entry: dict[str, int], exits: array[int]
    ) -> RollUp:
        """The sums over a tree given in order of entry; raises `InvalidValue` and `PrecisionExceeded`."""
        own = dict(amounts)
        for id, amount in own.items():
            if type(amount) is not Decimal or not amount.is_finite():
                raise InvalidValue(f"amounts[{id}]", amount, "give a finite Decimal")
        zero = Decimal(0)
        in_order = [own.get(id, zero) for id in order]
        with decimal.localcontext(EXACT):
            try:
                sums = list(itertools.accumulate(in_order, initial=zero))
            except decimal.Inexact:
                raise PrecisionExceeded("a roll-up", EXACT.prec) from None
        return cls(own, entry, exits, sums)

    def of(self, id: str) -> Decimal:
        """The sum over the id and all below it; raises `UnknownName`."""
        try:
            start = self._entry[id]
        except KeyError:
            raise UnknownName("id", id) from None
        return _subtract(self._sums[self._exits[start]], self._sums[start])

    def own(self, id: str) -> Decimal:
        """The id's own amount, zero where none was given; raises `UnknownName`."""
        if id not in self._entry:
            raise UnknownName("id", id)
        return self._amounts.get(id, Decimal(0))

    @property
    def total(self) -> Decimal:
        """The sum of all amounts, which is the sum of what the roots have."""
        return self._sums[-1]

    def __getitem__(self, id: str) -> Decimal:
        start = self._entry[id]
        return _subtract(self._sums[self._exits[start]], self._sums[start])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entry)

    def __len__(self) -> int:
        return len(self._entry)

    def __repr__(self) -> str:
        return f"<RollUp of {len(self._entry)} ids, total {self.total}>"


_subtract = EXACT.subtract
