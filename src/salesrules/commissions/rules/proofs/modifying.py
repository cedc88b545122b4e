"""A plan's modifiers composed into the curve of one component, as far as its measure alone decides them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model import LeftOut, LeftOutReason
from salesrules.commissions.policy import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Kicker,
    LimitSpan,
    ModifierBase,
    Multiplier,
    Observed,
    Plan,
)
from salesrules.commissions.rules.modifier_items import reaches
from salesrules.commissions.rules.proofs.clipping import clipped
from salesrules.commissions.rules.proofs.elements import Outline, changed, split_at
from salesrules.commissions.rules.proofs.fitting import Composed, Fit
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.core import BandTable, Rate

__all__ = ["Composition"]

_ONE = Fraction(1)


@attrs.define(kw_only=True)
class Composition:
    """The curve of a component as it takes up modifier after modifier, and what it could not take up.

    `scale` is the measure at an attainment of one.
    """

    plan: Plan
    fit: Fit
    outline: Outline
    grid: Grid
    scale: Fraction
    left_out: list[LeftOut] = attrs.field(factory=list)
    is_modified: bool = False

    def compose(self) -> None:
        """Take up the plan's cap, then its modifiers in their order."""
        cap = self.plan.cap
        if cap is not None:
            reason = self.fit.of_limit(self.fit.components, LimitSpan.PERIOD)
            if reason is None:
                self._clip(Fraction(cap.amount.amount), cap.id, "cap", above=True)
            else:
                self._leave(cap.id, "cap", reason)
        for modifier in self.plan.modifiers:
            if self.fit.component.id in modifier.applies_to or not modifier.applies_to:
                if isinstance(modifier, Coefficient):
                    self._leave(modifier.id, modifier.kind, LeftOutReason.NOT_MEASURED)
                    continue
                reason = self.fit.of_modifier(modifier)
                if reason is not None:
                    self._leave(modifier.id, modifier.kind, reason)
                    continue
                self._apply(modifier)
                self.is_modified = True
                if self.plan.modifier_base is ModifierBase.ROUNDED:
                    self._leave(modifier.id, modifier.kind, LeftOutReason.ROUNDED)

    def _leave(self, part: str, kind: str, reason: LeftOutReason) -> None:
        self.left_out.append(LeftOut(component=self.fit.component.id, part=part, kind=kind, reason=reason))

    def _apply(self, modifier: Composed) -> None:
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
            case _:
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
            self.fit.has_amount = True

    def _lift(self, floor: EarningsFloor) -> None:
        limit = Fraction(floor.amount.amount)
        if floor.per is not LimitSpan.TRANSACTION:
            self._clip(limit, floor.id, floor.kind, above=False)
            self.fit.has_amount = True
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
