"""Which modifiers of a plan the curve of one component can take up, and why the others are left out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesrules.commissions.model import CurveUnit, LeftOutReason
from salesrules.commissions.policy import (
    Component,
    EarningsCap,
    EarningsFloor,
    Excess,
    Gate,
    Kicker,
    LimitSpan,
    Multiplier,
    Observed,
)

__all__ = ["Composed", "Fit"]

#: The modifiers that a measure alone may decide.
Composed = Gate | Kicker | Multiplier | EarningsCap | EarningsFloor


@attrs.define(kw_only=True)
class Fit:
    """One component of several and its curve: what its numbers are, and the names of the span over which it pays,
    `transaction`, or `period`, `quarter`, … ; `has_amount` once an amount that belongs to no component is part of it.
    """

    component: Component
    components: Sequence[Component]
    measured_in: CurveUnit
    paid_in: CurveUnit
    spans: frozenset[str]
    has_amount: bool = False

    def of_modifier(self, modifier: Composed) -> LeftOutReason | None:
        """Why a modifier cannot be composed; `None` where it can."""
        if self.has_amount and modifier.applies_to:
            return LeftOutReason.AFTER_AMOUNT
        match modifier:
            case EarningsCap(by=by) if by:
                return LeftOutReason.NOT_MEASURED
            case EarningsCap(excess=Excess.CARRIED):
                return LeftOutReason.PAID_LATER
            case EarningsCap() | EarningsFloor():
                named = [each for each in self.components if each.id in modifier.applies_to]
                return self.of_limit(named or self.components, modifier.per)
            case _:
                return self._of_condition(modifier)

    def of_limit(self, components: Sequence[Component], per: LimitSpan) -> LeftOutReason | None:
        """Why a cap or a floor on some components cannot be composed; `None` where it can."""
        if list(components) != [self.component]:
            return LeftOutReason.OTHER_COMPONENTS
        if per.value not in self.spans:
            return LeftOutReason.OTHER_SPAN
        return None if self.paid_in is CurveUnit.MONEY else LeftOutReason.NEEDS_QUOTA

    def _of_condition(self, modifier: Gate | Kicker | Multiplier) -> LeftOutReason | None:
        if modifier.component != self.component.id:
            return LeftOutReason.OTHER_COMPONENTS
        # A fixed amount is settled by the whole span; all else looks at each pay period within it.
        is_amount = isinstance(modifier, Kicker) and modifier.share is None
        if "transaction" in self.spans or not (is_amount or "period" in self.spans):
            return LeftOutReason.OTHER_SPAN
        by_share = self.measured_in is CurveUnit.QUOTA and modifier.observe is Observed.MEASURED
        in_money = isinstance(modifier, Kicker) and modifier.amount is not None
        is_unknown = by_share or (in_money and self.paid_in is not CurveUnit.MONEY)
        return LeftOutReason.NEEDS_QUOTA if is_unknown else None
