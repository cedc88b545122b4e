"""A rate: an exact share, written as a per cent, a per mille or a plain decimal."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import final

import attrs

from salesrules.core.errors import InvalidValue
from salesrules.core.exact import EXACT, exact_product, read_numeral, to_decimal

__all__ = ["Rate"]


def _rate_value(value: object) -> Decimal:
    return to_decimal(value, "rate")


@final
@functools.total_ordering
@attrs.frozen(order=False, repr=False)
class Rate:
    """An exact rate; `Rate(Decimal("0.015"))` is shown as `1.5%`.

    >>> Rate.parse("15‰") == Rate(Decimal("0.015"))
    True
    """

    value: Decimal = attrs.field(converter=_rate_value)

    @classmethod
    def parse(cls, text: str) -> Rate:
        """The rate that `"1.5%"`, `"15‰"` or `"0.015"` stands for; raises `InvalidValue` for anything else."""
        if not isinstance(text, str):
            raise InvalidValue("rate", text, "write a rate as '1.5%', '15‰' or '0.015'")
        body = text.strip()
        shift = -2 if body.endswith("%") else -3 if body.endswith("‰") else 0
        try:  # the bounds of a number hold for the rate, not for its per cent
            return cls(read_numeral(body[:-1].rstrip() if shift else body).scaleb(shift, context=EXACT))
        except InvalidValue:
            raise InvalidValue("rate", text, "write a rate as '1.5%', '15‰' or '0.015'") from None

    def __lt__(self, other: Rate) -> bool:
        if type(other) is not Rate:
            return NotImplemented
        return self.value < other.value

    def __add__(self, other: Rate) -> Rate:
        if type(other) is not Rate:
            return NotImplemented
        return _made(EXACT.add(self.value, other.value))

    def __sub__(self, other: Rate) -> Rate:
        if type(other) is not Rate:
            return NotImplemented
        return _made(EXACT.subtract(self.value, other.value))

    def times(self, other: Rate) -> Rate:
        """This rate of another one, exactly: half of 30 % is 15 %."""
        return _made(exact_product(self.value, other.value))

    def of(self, number: Decimal) -> Decimal:
        """This rate of a plain number, exactly."""
        return exact_product(self.value, number)

    def __str__(self) -> str:
        percent = self.value.scaleb(2, context=EXACT).normalize(EXACT)
        return f"{percent:f}%"

    def __repr__(self) -> str:
        return f"Rate('{self}')"


_new = object.__new__
_set_value = Rate.value.__set__  # type: ignore[attr-defined]  # the slot's descriptor


def _made(value: Decimal) -> Rate:
    """The private constructor: a number that our own arithmetic made needs no check."""
    rate = _new(Rate)
    _set_value(rate, value)
    return rate
