"""Amounts summed up a tree: exact, tying to the total, one look-up per question."""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import attrs

from salesrules.core import EXACT, InvalidValue, PrecisionExceeded, UnknownName, nearest_names

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
    _sums: dict[str, Decimal]
    #: The sum of all amounts, which is the sum of what the roots have.
    total: Decimal

    @classmethod
    def of_amounts(
        cls,
        amounts: Mapping[str, Decimal],
        order: Sequence[str],
        children: Mapping[str | None, Sequence[str]],
        roots: Sequence[str],
    ) -> RollUp:
        """The sums over a tree whose `order` has each parent before its children.

        Raises `InvalidValue` for what is not a finite Decimal and `PrecisionExceeded`.
        """
        own = dict(amounts)
        for id in _unusable(own):
            raise InvalidValue(f"amounts[{id}]", own[id], "give a finite Decimal")
        zero = Decimal(0)
        sums = {id: own.get(id, zero) for id in order}
        with decimal.localcontext(EXACT):
            try:
                for id in reversed([id for id in order if id in children]):
                    sums[id] = sum([sums[child] for child in children[id]], sums[id])
                total = sum([sums[root] for root in roots], zero)
            except decimal.Inexact:
                raise PrecisionExceeded("a roll-up", EXACT.prec) from None
        return cls(own, sums, total)

    def of(self, id: str) -> Decimal:
        """The sum over the id and all below it; raises `UnknownName`."""
        try:
            return self._sums[id]
        except KeyError:
            raise self._unknown(id) from None

    def own(self, id: str) -> Decimal:
        """The id's own amount, zero where none was given; raises `UnknownName`."""
        if id not in self._sums:
            raise self._unknown(id)
        return self._amounts.get(id, Decimal(0))

    def __getitem__(self, id: str) -> Decimal:
        return self._sums[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sums)

    def __len__(self) -> int:
        return len(self._sums)

    def __repr__(self) -> str:
        return f"<RollUp of {len(self._sums)} ids, total {self.total}>"

    def _unknown(self, id: str) -> UnknownName:
        return UnknownName("id", id, nearest_names(id, self._sums))


def _unusable(amounts: dict[str, Decimal]) -> Iterator[str]:
    """The ids whose amounts are not finite Decimals; a million sound ones are passed without a Python loop."""
    if not ({*map(type, amounts.values())} <= {Decimal} and all(map(Decimal.is_finite, amounts.values()))):
        yield from (id for id, amount in amounts.items() if type(amount) is not Decimal or not amount.is_finite())
