"""The guard: whether whole numbers of 64 bits hold all that a run will compute, decided before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import or_
from typing import Any

import attrs
import narwhals as nw

from salesrules.commissions import Accumulation
from salesrules.core import Fault, as_tuple
from salesrules.frames.compiled import LIMIT, CompiledComponent
from salesrules.frames.expressions.curves import is_unbroken
from salesrules.frames.expressions.engines import Engine, Lazy
from salesrules.frames.expressions.tracks import Track

__all__ = ["Guard", "Scope"]

#: So many payees, at most, are looked at one by one.
_CLOSELY = 1000
_SPANS = {Accumulation.MONTH: 12, Accumulation.QUARTER: 4}


@attrs.frozen(kw_only=True)
class Scope:
    """What bounds a payee's numbers, or all payees': sums without signs, how many credits, the least and most held."""

    sums: Mapping[int, int]
    rows: int
    held: Callable[[str], tuple[int, int]]
    taken_back: int = 0


@attrs.frozen(kw_only=True)
class Guard:
    """Says for which components a scope is too large.

    `factor` multiplies what is earned before a cap is applied, `limit` is that cap; `quota_of` and `target_of` name
    what each component needs of the quotas.
    """

    engine: Engine
    components: tuple[CompiledComponent, ...] = attrs.field(converter=as_tuple)
    tracks: Mapping[str, Track]
    factor: int
    limit: int
    adds_up: bool
    quota_of: Mapping[str, str]
    target_of: Mapping[str, str]

    def too_large(self, scope: Scope) -> list[str]:
        """The components of which some number would be too large, in the worst order of the credits."""
        found, total = [], 0
        for each in self.components:
            curve, measured = each.curve, scope.sums[self.tracks[each.id].number]
            least, quota = scope.held(self.quota_of[each.id]) if curve.by_quota else (1, 1)
            _, target = scope.held(self.target_of[each.id]) if curve.by_target else (1, 1)
            room = LIMIT // self.factor // (2 if curve.over_quota else 1)
            earned = self._earned(each, measured, quota, target)
            below = curve.scale * (quota**curve.power if curve.by_quota else 1)
            searched = 0 if is_unbroken(curve) else max(map(abs, curve.bounds), default=0) * quota
            fits = measured <= curve.largest(quota, target) and earned <= room and searched <= LIMIT
            fits = fits and below * self.factor <= LIMIT and self.limit * below // curve.scale <= LIMIT
            pay = 2 * self._earned(each, measured, quota, target, over=least**curve.power) // curve.scale + 1
            fits = fits and pay < self.engine.largest_quotient and pay * scope.taken_back <= LIMIT // 2
            times = scope.rows if each.accumulate is Accumulation.TRANSACTION else _SPANS.get(each.accumulate, 2)
            total += (
                2
                * self.factor
                * self._earned(each, measured, quota, target, times)
                // (1 if self.adds_up else curve.scale)
            )
            if not fits or total + scope.rows > LIMIT * (1 if self.adds_up else 3):
                found.append(each.id)
        return found

    @staticmethod
    def _earned(
        component: CompiledComponent, measured: int, quota: int, target: int, times: int = 1, over: int = 1
    ) -> int:
        """What so much can have earned at most, spread over so many spans, in units of the rounding times the scale.

        `over` is the least quota where that stands below the line.
        """
        curve = component.curve
        intercept, slope = max(map(abs, curve.intercepts)), max(map(abs, curve.slopes))
        if not curve.squares:
            level = intercept if over > 1 or not curve.by_quota else intercept * quota
            return (slope * measured // over + times * level) * target
        square = max(map(abs, curve.squares))
        return (square * measured**2 + slope * measured * quota + times * intercept * quota**2) * target // over

    def check(self, everything: Scope, credits: Lazy, held: Callable[[str, Any], tuple[int, int]]) -> list[Fault]:
        """Faults where a payee's numbers are too large; payees are looked at where all together are.

        `credits` have `payee` and the parts of each track; `held` gives what a payee holds of a need.
        """
        if not self.too_large(everything):
            return []
        numbers = sorted({track.number for track in self.tracks.values()})
        sizes = {f"sum_{number}": nw.col(f"part_{number}").abs().cast(nw.Decimal(38, 0)).sum() for number in numbers}
        if everything.taken_back:
            sizes["taken_back"] = nw.col("taken_back").cast(nw.Decimal(38, 0)).sum()
        by_payee = credits.group_by("payee").agg(rows=nw.len(), **sizes)
        [most] = self.engine.fetch(by_payee.select(rows=nw.col("rows").max(), **{n: nw.col(n).max() for n in sizes}))
        scope = self._scope(most, numbers, everything.held)
        if not self.too_large(scope):
            return []
        threshold = self._threshold(scope)
        worst = (
            by_payee.filter(reduce(or_, [nw.col(name) > threshold for name in sizes])).sort("payee").head(_CLOSELY + 1)
        )
        offenders: dict[str, list[str]] = {}
        rows = self.engine.fetch(worst)
        for row in rows:
            # Where they are too many to be looked at, each may be one.
            own = scope if len(rows) > _CLOSELY else self._scope(row, numbers, partial(_swapped, held, row["payee"]))
            for component in self.too_large(own):
                offenders.setdefault(component, []).append(str(row["payee"]))
        return [self._fault(component, payees) for component, payees in offenders.items()]

    def _scope(self, row: Mapping[str, Any], numbers: Sequence[int], held: Callable[[str], tuple[int, int]]) -> Scope:
        sums = {number: int(row[f"sum_{number}"] or 0) for number in numbers}
        return Scope(sums=sums, rows=int(row["rows"] or 0), held=held, taken_back=int(row.get("taken_back") or 0))

    def _threshold(self, scope: Scope) -> int:
        """The largest sum of anything at which every payee certainly fits; below zero for none."""
        low, high = -1, LIMIT
        while low < high:
            middle = (low + high + 1) // 2
            back = middle if scope.taken_back else 0
            same = attrs.evolve(scope, sums=dict.fromkeys(scope.sums, middle), taken_back=back)
            low, high = (low, middle - 1) if self.too_large(same) else (middle, high)
        return low

    def _fault(self, component: str, payees: Sequence[str]) -> Fault:
        count = f"{len(payees)} payee(s)" if len(payees) <= _CLOSELY else f"more than {_CLOSELY} payees"
        track = self.tracks[component]
        return Fault(
            code="frames.out_of_range",
            path=f"credits.{track.measure.value}",
            problem=f"{count} bring {component} where 64 bits are not exact",
            remedy="calculate those payees apart",
            value=", ".join(payees[:3]),
        )


def _swapped(held: Callable[[str, Any], tuple[int, int]], payee: Any, need: str) -> tuple[int, int]:
    return held(need, payee)
