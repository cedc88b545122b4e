"""What a credit earns in components: at once where pay is in proportion or deals stand alone, else as measures run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm

import attrs
import narwhals as nw

from salesrules.commissions import prorated, share_of_period
from salesrules.frames.compiled import CompiledComponent, CompiledCurve, CompiledPlan
from salesrules.frames.expressions.curves import earned_at, earned_at_nothing, is_proportional
from salesrules.frames.expressions.spans import Spans
from salesrules.frames.expressions.tracks import Track

__all__ = ["Earning"]


@attrs.frozen(kw_only=True, slots=False)
class Earning:
    """The components by their places; `quota_of` and `target_of` are columns by component.

    Where a plan has a cap, all curves are over a scale at which it is whole.
    """

    compiled: CompiledPlan
    tracks: Mapping[str, Track]
    statement: Spans
    quota_of: Mapping[str, str]
    target_of: Mapping[str, str]

    @property
    def components(self) -> Sequence[CompiledComponent]:
        """The components in the order of a credit's lines."""
        return self.compiled.components

    @property
    def adds_up(self) -> bool:
        """Whether pay depends on what the statement has earned so far."""
        return self.compiled.is_cumulative or self.compiled.plan.cap is not None

    @cached_property
    def caps(self) -> list[int]:
        """The cap in each pay period for the days on which the plan holds, in units of the rounding times the scale."""
        return [int(cap * self.factor) for cap in self._caps]

    @cached_property
    def factor(self) -> int:
        """What everything is multiplied by so that the caps are whole."""
        return lcm(*(cap.denominator for cap in self._caps))

    @cached_property
    def curves(self) -> list[CompiledCurve]:
        """The curve of each component."""
        return [_times(each.curve, self.factor) for each in self.components]

    @cached_property
    def running(self) -> list[int]:
        """The places of the components whose pay depends on what was measured before."""
        return [
            place
            for place, each in enumerate(self.components)
            if not self.tracks[each.id].is_alone and not is_proportional(each.curve)
        ]

    @cached_property
    def aligned(self) -> list[int]:
        """Those that run over the statement's own span, so that what they have earned adds up by itself."""
        keys = self.statement.keys
        return [place for place in self.running if self.track(place).spans.keys == keys]

    def track(self, place: int) -> Track:
        """What a component measures."""
        return self.tracks[self.components[place].id]

    def of_part(self, place: int) -> nw.Expr:
        """What a credit earns in a component that needs no running measure."""
        earned, nothing = self.at(place, self.track(place).part), self.at_nothing(place)
        return earned if nothing is None else earned - nothing

    def at(self, place: int, measure: str) -> nw.Expr:
        """What a component has earned at a measure."""
        id_ = self.components[place].id
        return earned_at(self.curves[place], measure, self.quota_of.get(id_, ""), self.target_of.get(id_, ""))

    def at_nothing(self, place: int) -> nw.Expr | None:
        """What a component pays for a measure of zero; none where that is nothing."""
        curve, id_ = self.curves[place], self.components[place].id
        level = earned_at_nothing(curve)
        if not level:
            return None
        found = nw.lit(level).cast(nw.Int64)
        for _ in range((2 if curve.squares else 1) if curve.by_quota else 0):
            found = found * nw.col(self.quota_of[id_])
        return found * nw.col(self.target_of[id_]) if curve.by_target else found

    def below(self, place: int) -> int | nw.Expr:
        """The denominator of a component: a number, or an expression where its quota is a part of it."""
        curve = self.curves[place]
        if not curve.over_quota:
            return curve.scale
        quota = nw.col(self.quota_of[self.components[place].id])
        return quota * quota * curve.scale if curve.power > 1 else quota * curve.scale

    @cached_property
    def _caps(self) -> list[Fraction]:
        cap, digits = self.compiled.plan.cap, self.compiled.rounding.digits
        if cap is None:
            return []
        found = []
        for period in self.statement.periods:
            held = self.compiled.plan.life.effective.intersection(period.span)
            parts = [] if held is None else [(held, self.compiled.plan)]
            amount = prorated(cap.amount, share_of_period(parts, period.span), digits).amount
            found.append(Fraction(amount) * Fraction(10) ** digits * self.components[0].curve.scale)
        return found


def _times(curve: CompiledCurve, factor: int) -> CompiledCurve:
    if factor == 1:
        return curve
    slopes, intercepts, squares = (
        [each * factor for each in numbers] for numbers in (curve.slopes, curve.intercepts, curve.squares)
    )
    return attrs.evolve(curve, scale=curve.scale * factor, slopes=slopes, intercepts=intercepts, squares=squares)
