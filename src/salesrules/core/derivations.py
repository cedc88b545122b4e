"""Derivations: how a number came about, as data that prints, serialises and computes itself again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core.converters import as_parameters, as_tuple
from salesrules.core.errors import InvalidValue
from salesrules.core.parameters import Parameters
from salesrules.core.rounding import RoundingMode, round_exactly
from salesrules.core.word_enum import WordEnum

__all__ = ["Derivation", "Operation"]

Number = Decimal | Fraction


class Operation(WordEnum):
    """How a value follows from its terms."""

    GIVEN = "given"
    SUM = "sum"
    DIFFERENCE = "difference"
    PRODUCT = "product"
    QUOTIENT = "quotient"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    ROUND = "round"


@attrs.frozen(kw_only=True)
class Derivation:
    """A value, the code of its label, and the terms that it was computed from.

    `unit` is a currency code, `"rate"`, `"count"` or empty; `parameters` carry what the label's sentence needs and,
    for `ROUND`, `digits` and `mode`. A `GIVEN` value has no terms: it comes from the facts or the policy.

    >>> half = Derivation(label="rate", value=Decimal("0.5"), unit="rate")
    >>> base = Derivation(label="credit", value=Decimal(10), unit="USD")
    >>> pay = Derivation(label="earning", value=Decimal(5), unit="USD", operation="product", terms=(half, base))
    >>> pay.recompute() == pay.value
    True
    """

    label: str
    value: Number
    unit: str = ""
    operation: Operation = attrs.field(default=Operation.GIVEN, converter=Operation)
    terms: tuple[Derivation, ...] = attrs.field(default=(), converter=as_tuple)
    parameters: Parameters = attrs.field(factory=Parameters, converter=as_parameters)

    def recompute(self) -> Fraction:
        """The value computed anew from the given values at the leaves, exactly.

        Raises `InvalidValue` where an operation lacks its terms, divides by zero, or rounds without its mode.
        """
        if self.operation is Operation.GIVEN:
            return Fraction(self.value)
        values = [term.recompute() for term in self.terms]
        if not values:
            raise InvalidValue("terms", self.label, f"a {self.operation.value} needs terms")
        first, *others = values
        match self.operation:
            case Operation.SUM:
                return sum(others, first)
            case Operation.DIFFERENCE:
                return first - sum(others, Fraction(0))
            case Operation.PRODUCT:
                for other in others:
                    first *= other
                return first
            case Operation.QUOTIENT:
                for other in others:
                    if not other:
                        raise InvalidValue("terms", self.label, "a quotient needs divisors other than zero")
                    first /= other
                return first
            case Operation.MINIMUM:
                return min(values)
            case Operation.MAXIMUM:
                return max(values)
            case _:
                if others or not {"digits", "mode"} <= self.parameters.keys():
                    raise InvalidValue("terms", self.label, "a round needs one term, digits and mode")
                mode, digits = RoundingMode(self.parameters["mode"]), self.parameters["digits"]
                return Fraction(round_exactly(first, digits, mode))

    def to_record(self) -> dict[str, Any]:
        """The derivation as plain data: strings, numbers as strings, and lists."""
        return {
            "label": self.label,
            "value": str(self.value),
            "unit": self.unit,
            "operation": self.operation.value,
            "parameters": {
                name: value if isinstance(value, int) else str(value) for name, value in self.parameters.items()
            },
            "terms": [term.to_record() for term in self.terms],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> list[str]:
        sign = "" if self.operation is Operation.GIVEN else f" [{self.operation.value}]"
        lines = [f"{'  ' * depth}{self.label} = {self.value} {self.unit}".rstrip() + sign]
        for term in self.terms:
            lines += term._lines(depth + 1)
        return lines
