"""From running measures to pay: what each credit earned in each component, the cap, and rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property, reduce
from math import lcm
from operator import add

import attrs
import narwhals as nw

from salesrules.commissions import prorated, share_of_period
from salesrules.core import as_tuple
from salesrules.frames.compiled import CompiledComponent, CompiledPlan
from salesrules.frames.expressions.curves import earned_at, earned_at_nothing
from salesrules.frames.expressions.engines import Engine, Lazy
from salesrules.frames.expressions.rounding import Ratio, round_ratios
from salesrules.frames.expressions.spans import Spans, choose
from salesrules.frames.expressions.tracks import Track

__all__ = ["Lines"]


@attrs.frozen(kw_only=True, slots=False)
class Lines:
    """How the running measures of credits become pay; `quota_of` and `target_of` are columns by component."""

    compiled: CompiledPlan
    engine: Engine
    tracks: Mapping[str, Track]
    statement: Spans
    order: tuple[str, ...] = attrs.field(converter=as_tuple)
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
    def caps(self) -> list[Fraction]:
        """The cap in each pay period, for the days on which the plan holds, in units of the rounding times the scale.

        They need not be whole. Empty where there is no cap.
        """
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

    @property
    def factor(self) -> int:
        """What everything is multiplied by so that the caps are whole."""
        return lcm(*(cap.denominator for cap in self.caps))

    @property
    def limit(self) -> int:
        """The largest cap in whole numbers; zero where there is none."""
        return max((int(cap * self.factor) for cap in self.caps), default=0)

    @property
    def _is_aligned(self) -> bool:
        """Whether every measure runs over the statement's own span, so that what they earned adds up by itself."""
        return all(not track.is_alone and track.spans.keys == self.statement.keys for track in self.tracks.values())

    def paid(self, frame: Lazy) -> tuple[Lazy, list[str]]:
        """Add what each component pays, in units of the rounding: the frame, and a column for each component."""
        frame = frame.with_columns(**self._earned())
        below, frame = self._below(frame)
        paid = [f"paid_{place}" for place in range(len(self.components))]
        if not self.adds_up:
            ratios = {name: Ratio(f"earned_{place}", below[place]) for place, name in enumerate(paid)}
            return round_ratios(frame, self.engine, ratios, self.compiled.rounding.mode), paid
        frame = self._added_up(frame)
        sums = [f"sum_{place}" for place in range(len(paid) + 1)]
        mode = self.compiled.rounding.mode
        if self.compiled.is_cumulative:
            due = {f"due_{place}": Ratio(name, below[0]) for place, name in enumerate(sums)}
            frame = round_ratios(frame, self.engine, due, mode)
            made = {name: nw.col(f"due_{place + 1}") - nw.col(f"due_{place}") for place, name in enumerate(paid)}
            return frame.with_columns(**made), paid
        lines = {f"line_{place}": nw.col(f"sum_{place + 1}") - nw.col(f"sum_{place}") for place in range(len(paid))}
        frame = frame.with_columns(**lines)
        ratios = {name: Ratio(f"line_{place}", below[0]) for place, name in enumerate(paid)}
        return round_ratios(frame, self.engine, ratios, mode), paid

    def in_all(self, paid: Sequence[str]) -> nw.Expr:
        """What a credit pays in all its components, in units of the rounding."""
        if self.compiled.is_cumulative and len(paid) > 1 and not self.compiled.reverses:
            return nw.col(f"due_{len(paid)}") - nw.col("due_0")
        return reduce(add, map(nw.col, paid))

    def _earned(self) -> dict[str, nw.Expr]:
        """What each component earned by each credit, and where sums are needed what it had earned before."""
        found: dict[str, nw.Expr] = {}
        for place, each in enumerate(self.components):
            track = self.tracks[each.id]
            quota, target = self.quota_of.get(each.id, ""), self.target_of.get(each.id, "")
            after = earned_at(each.curve, track.after, quota, target)
            before = self._nothing(each) if track.is_alone else earned_at(each.curve, track.before, quota, target)
            factor = self.factor if self.adds_up else 1
            earned = after if before is None else after - before
            found[f"earned_{place}"] = earned * factor if factor != 1 else earned
            if self.adds_up and self._is_aligned and before is not None:
                nothing = self._nothing(each)
                had = before if nothing is None else before - nothing
                found[f"had_{place}"] = had * factor if factor != 1 else had
        return found

    def _nothing(self, component: CompiledComponent) -> nw.Expr | None:
        """What a component pays for a measure of zero; none where that is nothing."""
        curve, level = component.curve, earned_at_nothing(component.curve)
        if not level:
            return None
        found = nw.lit(level).cast(nw.Int64)
        for _ in range((2 if curve.squares else 1) if curve.by_quota else 0):
            found = found * nw.col(self.quota_of[component.id])
        return found * nw.col(self.target_of[component.id]) if curve.by_target else found

    def _below(self, frame: Lazy) -> tuple[list[int | str], Lazy]:
        """The denominator of each component: a number, or a column where its quota is a part of it."""
        factor = self.factor if self.adds_up else 1
        found: list[int | str] = []
        for place, each in enumerate(self.components):
            curve = each.curve
            if not curve.over_quota:
                found.append(curve.scale * factor)
                continue
            quota = nw.col(self.quota_of[each.id])
            below = quota * (curve.scale * factor)
            frame = frame.with_columns(**{f"below_{place}": below * quota if curve.power > 1 else below})
            found.append(f"below_{place}")
        return found, frame

    def _added_up(self, frame: Lazy) -> Lazy:
        """Add what the statement has earned before a credit's first line and after each, as far as the cap allows."""
        places = range(len(self.components))
        earned = [nw.col(f"earned_{place}") for place in places]
        if self._is_aligned:
            first = reduce(add, [nw.col(f"had_{place}") for place in places])
        else:
            frame = frame.with_columns(in_all=reduce(add, earned))
            running = nw.col("in_all").cum_sum().over(*self.statement.keys, order_by=list(self.order)).cast(nw.Int64)
            frame = frame.with_columns(run_on=running)
            first = nw.col("run_on") - nw.col("in_all")
        frame = frame.with_columns(sum_0=first)
        for place in places:
            frame = frame.with_columns(**{f"sum_{place + 1}": nw.col(f"sum_{place}") + nw.col(f"earned_{place}")})
        if not self.caps:
            return frame
        limits = [int(cap * self.factor) for cap in self.caps]
        limit = choose(nw.col(self.statement.column), range(1, len(limits)), limits).cast(nw.Int64)
        curve = self.components[0].curve
        if curve.over_quota:
            quota = nw.col(self.quota_of[self.components[0].id])
            limit = quota * limit if curve.power == 1 else quota * quota * limit
        names = [f"sum_{place}" for place in range(len(earned) + 1)]
        return frame.with_columns(**{name: nw.min_horizontal(nw.col(name), limit) for name in names})
