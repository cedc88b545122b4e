"""What modifiers add to statements: adjustments whose parts lead back to lines and compute themselves again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import Money, Rounding, WordEnum, as_tuple

__all__ = ["Adjustment", "AdjustmentKind", "AdjustmentPart"]


class AdjustmentKind(WordEnum):
    """Which modifier changed commission; `returned` takes back a returned line's share of earlier ones."""

    GATE = "gate"
    KICKER = "kicker"
    MULTIPLIER = "multiplier"
    COEFFICIENT = "coefficient"
    CAP = "cap"
    FLOOR = "floor"
    CARRIED_IN = "carried_in"
    RETURNED = "returned"


@attrs.frozen(kw_only=True)
class AdjustmentPart:
    """What a modifier does to one line, or to the period (`line` empty).

    `base` is what the line had exactly come to, `value` what it comes to now: `base` times `factor`; or, under a limit,
    `before` and `base` together, held between `lower` and `upper`, less `given`, what the limit let through already.
    `amount` is the rounding of `running` and `value` together less `paid`, what was paid of that already.
    """

    line: str = ""
    base: Fraction
    factor: Fraction | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    before: Fraction = Fraction(0)
    given: Fraction = Fraction(0)
    value: Fraction
    running: Fraction = Fraction(0)
    paid: Decimal = Decimal(0)
    amount: Decimal


@attrs.frozen(kw_only=True)
class Adjustment:
    """What one modifier adds to a period's commission (below zero: takes); its parts sum to `amount`.

    `carried` is what a cap moves into the next period. `observed` is what a condition saw.
    """

    kind: AdjustmentKind
    policy: str
    plan: str
    parts: tuple[AdjustmentPart, ...] = attrs.field(converter=as_tuple)
    rounding: Rounding
    observed: Fraction | None = None
    carried: Money
    amount: Money

    def to_record(self) -> dict[str, Any]:
        """The adjustment as one flat row of plain values."""
        return {
            "kind": self.kind.value,
            "policy": self.policy,
            "plan": self.plan,
            "amount": self.amount.amount,
            "carried": self.carried.amount,
            "currency": self.amount.currency,
        }
