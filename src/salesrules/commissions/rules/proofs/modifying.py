"""A plan's modifiers composed into the curve of one component, as far as its measure alone decides them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model import CurveUnit, LeftOut, LeftOutReason
from salesrules.commissions.policy import (
    Coefficient,
    Component,
    EarningsCap,
    EarningsFloor,
    Excess,
    Gate,
    Kicker,
    LimitSpan,
    Modifier,
    ModifierBase,
    Multiplier,
    Observed,
    Plan,
)
from salesrules.commissions.rules.modifier_items import reaches
from salesrules.commissions.rules.proofs.clipping import clipped
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.outline import Outline, changed, split_at
from salesrules.core import BandTable, Rate

__all__ = ["Composition"]

_ONE = Fraction(1)


@attrs.define(kw_only=True)
class Composition:
    """The curve of a component as it takes up modifier after modifier, and what it could not take up.

    `scale` is the measure at an attainment of one; `spans` are the names of the span over which the curve pays:
    `transaction`, or `period`, `quarter`, … .
    """

    plan: Plan
    component: Component
    outline: Outline
    grid: Grid
    scale: Fraction
    measured_in: CurveUnit
    paid_in: CurveUnit
    spans: frozenset[str]
    left_out: list[LeftOut] = attrs.field(factory=list)
    is_modified: bool = False
    _has_amount: bool = False

    def compose(self) -> None:
        """Take up the plan's cap, then its modifiers in their order."""
        cap = self.plan.cap
        if cap is not None:
            reason = self._why_not_limit(self.plan.components, LimitSpan.PERIOD)
            if reason is None:
                self._clip(Fraction(cap.amount.amount), cap.id, "cap", above=True)
            else:
                self._leave(cap.id, "cap", reason)
        for modifier in self.plan.modifiers:
            if self.component.id in modifier.applies_to or not modifier.applies_to:
                reason = self._why_not(modifier)
                if reason is not None:
                    self._leave(modifier.id, modifier.kind, reason)
                    continue
                self._apply(modifier)
                self.is_modified = True
                if self.plan.modifier_base is ModifierBase.ROUNDED:
                    self._leave(modifier.id, modifier.kind, LeftOutReason.ROUNDED)

    def _leave(self, part: str, kind: str, reason: LeftOutReason) -> None:
        self.left_out.append(LeftOut(component=self.component.id, part=part, kind=kind, reason=reason))

    def _why_not(self, modifier: Modifier) -> LeftOutReason | None:
        """Why a modifier cannot be composed; `None` where it can."""
        if self._has_amount and modifier.applies_to:
            return LeftOutReason.AFTER_AMOUNT
        match modifier:
            case Coefficient():
                return LeftOutReason.NOT_MEASURED
            case EarningsCap(by=by) if by:
                return LeftOutReason.NOT_MEASURED
            case EarningsCap(excess=Excess.CARRIED):
                return LeftOutReason.PAID_LATER
            case EarningsCap() | EarningsFloor():
                named = [each for each in self.plan.components if each.id in modifier.applies_to]
                return self._why_not_limit(named or self.plan.components, modifier.per)
            case _:
                return self._why_not_condition(modifier)

    def _why_not_limit(self, components: Sequence[Component], per: LimitSpan) -> LeftOutReason | None:
        if list(components) != [self.component]:
            return LeftOutReason.OTHER_COMPONENTS
        if per.value not in self.spans:
            return LeftOutReason.OTHER_SPAN
        return None if self.paid_in is CurveUnit.MONEY else LeftOutReason.NEEDS_QUOTA

    def _why_not_condition(self, modifier: Gate | Kicker | Multiplier) -> LeftOutReason | None:
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

    def _apply(self, modifier: Modifier) -> None:
        match modifier:
            case Gate(threshold=threshold, side=side, otherwise=otherwise):
                shut = Fraction(otherwise.value)
                self._scale(modifier, [threshold], lambda seen: _ONE if reaches(seen, threshold, side) else shut)
            case Multiplier(factors=factors):
                bounds = [band.start for band in factors.bands if band.start is not None]
                self._scale(modifier, bounds, lambda seen: _factor(factors, seen))
            case Kicker():
                self._kick(modifier)
            case EarningsCap():
                limit = Fraction(modifier.amount.amount)
                self._clip(limit, modifier.id, modifier.kind, above=True)
                if modifier.per is LimitSpan.TRANSACTION:  # it limits returns alike
                    self._clip(-limit, modifier.id, modifier.kind, above=False)
            case EarningsFloor():
                self._lift(modifier)

    def _unit(self, modifier: Gate | Kicker | Multiplier) -> Fraction:
        """The measure at which a condition sees one."""
        return self.scale if modifier.observe is Observed.ATTAINMENT else _ONE

    def _scale(
        self,
        modifier: Gate | Kicker | Multiplier,
        bounds: Sequence[Decimal | Fraction | int],
        factor: Callable[[Fraction], Fraction],
    ) -> None:
        unit = self._unit(modifier)
        places = [Fraction(bound) * unit for bound in bounds]
        self.outline = changed(
            split_at(self.outline, places), lambda element: element.pay.scaled(factor(element.sample / unit))
        )

    def _kick(self, kicker: Kicker) -> None:
        def is_due(seen: Fraction) -> bool:
            return reaches(seen, kicker.threshold, kicker.side)

        share = _ONE + (Fraction(0) if kicker.share is None else Fraction(kicker.share.value))
        self._scale(kicker, [kicker.threshold], lambda seen: share if is_due(seen) else _ONE)
        if kicker.amount is not None:
            unit, amount = self._unit(kicker), Fraction(kicker.amount.amount)
            self.outline = changed(
                self.outline, lambda each: each.pay.plus(amount if is_due(each.sample / unit) else Fraction(0))
            )
            self._has_amount = True

    def _lift(self, floor: EarningsFloor) -> None:
        limit = Fraction(floor.amount.amount)
        if floor.per is not LimitSpan.TRANSACTION:
            self._clip(limit, floor.id, floor.kind, above=False)
            self._has_amount = True
            return
        # A return takes back at least what a sale gets at least.
        zero = next(place for place, each in enumerate(self.outline) if each.is_point and each.lo == 0)
        outline = self.outline
        self.outline = outline[:zero]
        self._clip(-limit, floor.id, floor.kind, above=True)
        returns, self.outline = self.outline, outline[zero:]
        self._clip(limit, floor.id, floor.kind, above=False)
        self.outline = [*returns, *self.outline]

    def _clip(self, limit: Fraction, part: str, kind: str, *, above: bool) -> None:
        self.outline, is_exact = clipped(self.outline, limit, self.grid, above=above)
        if not is_exact:
            self._leave(part, kind, LeftOutReason.ON_GRID)


def _factor(factors: BandTable[Rate], seen: Fraction) -> Fraction:
    """The factor of what was seen; outside the table that of its nearest band."""
    first, last = factors.bands[0], factors.bands[-1]
    if first.start is not None and seen <= first.start:
        return Fraction(first.value.value)
    if factors.end is not None and seen >= factors.end:
        return Fraction(last.value.value)
    return Fraction(factors.at(seen).value)
