"""From what was measured to pay: running sums, the cap over what the statement has earned, and rounding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import attrs
import narwhals as nw

from salesrules.core import as_tuple
from salesrules.frames.expressions.earning import Earning
from salesrules.frames.expressions.engines import Engine, Lazy, RunningSum, add_columns
from salesrules.frames.expressions.rounding import Ratio, round_ratios
from salesrules.frames.expressions.tracks import Track
from salesrules.frames.expressions.trees import choose

__all__ = ["Lines", "Paid"]


class Paid(NamedTuple):
    """A frame with what each credit pays in units of the rounding: `paid`, and a column for each component if any."""

    frame: Lazy
    parts: list[str]


@attrs.frozen(kw_only=True)
class Lines:
    """How what credits add to the measures becomes pay; `order` is that of a payee's credits."""

    earning: Earning
    engine: Engine
    order: tuple[str, ...] = attrs.field(converter=as_tuple)
    by_component: bool

    def paid(self, frame: Lazy) -> Paid:
        """Add what each credit pays."""
        if not self.earning.adds_up:
            return self._each_by_itself(self._earned(frame, []))
        return self._in_turn(self._added_up(frame))

    @property
    def _places(self) -> range:
        return range(len(self.earning.components))

    @property
    def _is_apart(self) -> bool:
        """Whether what each component earned is needed, or only what all of them did."""
        return self.by_component or not self.earning.compiled.is_cumulative

    def _earned(self, frame: Lazy, also: Sequence[RunningSum]) -> Lazy:
        """Add `earned_N` of each component, and of those that run `got_N` and `had_N`; `also` are further sums."""
        earning = self.earning
        tracks = dict.fromkeys(earning.track(place) for place in earning.running)
        sums = [RunningSum(track.after, track.part, track.spans.keys) for track in tracks]
        frame = self.engine.run_along(frame, [*sums, *also], self.order)
        if not earning.running:
            return frame
        frame = self._moved(frame, tracks)
        apart = earning.running if self._is_apart else [each for each in earning.running if each not in earning.aligned]
        made = {f"earned_{place}": nw.col(f"got_{place}") - nw.col(f"had_{place}") for place in apart}
        return add_columns(frame, made)

    def _moved(self, frame: Lazy, tracks: Iterable[Track]) -> Lazy:
        """Add what the components that run have earned with each credit, and before it."""
        earning = self.earning
        got = {f"got_{place}": earning.at(place, earning.track(place).after) for place in earning.running}
        if not self.engine.sorts:
            frame = frame.with_columns(**{each.before: nw.col(each.after) - nw.col(each.part) for each in tracks})
            had = {f"had_{place}": earning.at(place, earning.track(place).before) for place in earning.running}
            return frame.with_columns(**got, **had)
        frame = frame.with_columns(**got)  # on the row before, unless that is another span's
        for track in tracks:
            own = [place for place in earning.running if earning.track(place) is track]
            frame = self.engine.before(frame, {f"had_{place}": f"got_{place}" for place in own}, track.spans.keys)
        first = {f"had_{place}": earning.at_nothing(place) for place in earning.running}
        zero = nw.lit(0).cast(nw.Int64)
        return frame.with_columns(
            **{
                name: nw.when(nw.col(name).is_null()).then(zero if nothing is None else nothing).otherwise(nw.col(name))
                for name, nothing in first.items()
            }
        )

    def _of_parts(self, places: Sequence[int]) -> dict[str, nw.Expr]:
        return {f"earned_{place}": self.earning.of_part(place) for place in places}

    def _each_by_itself(self, frame: Lazy) -> Paid:
        """Round what each component earned."""
        alone = [place for place in self._places if place not in self.earning.running]
        frame = add_columns(frame, self._of_parts(alone))
        names = [f"paid_{place}" for place in self._places]
        ratios, columns = {}, {}
        for place, name in enumerate(names):
            below = self.earning.below(place)
            if isinstance(below, nw.Expr):
                columns[f"below_{place}"] = below
            ratios[name] = Ratio(f"earned_{place}", f"below_{place}" if isinstance(below, nw.Expr) else below)
        frame = add_columns(frame, columns)
        return self._summed(round_ratios(frame, self.engine, ratios, self.earning.compiled.rounding.mode), names)

    def _added_up(self, frame: Lazy) -> Lazy:
        """Add `sum_0`, what the statement has earned before a credit, and after each of its lines, under the cap."""
        earning = self.earning
        rest = [place for place in self._places if place not in earning.aligned]
        frame = add_columns(frame, self._of_parts([place for place in rest if place not in earning.running]))
        names = [nw.col(f"earned_{place}") for place in rest]
        is_known = not set(rest) & set(earning.running)
        sums = [RunningSum("rest_after", "rest", earning.statement.keys)] if rest else []
        if is_known and rest:
            frame = frame.with_columns(rest=reduce(add, names))
        frame = self._earned(frame, sums if is_known else [])
        if not is_known:
            frame = self.engine.run_along(frame.with_columns(rest=reduce(add, names)), sums, self.order)
        before = [nw.col(f"had_{place}") for place in earning.aligned]
        after = [nw.col(f"got_{place}") for place in earning.aligned]
        for place in earning.aligned:
            nothing = earning.at_nothing(place)
            if nothing is not None:
                before.append(-nothing)
                after.append(-nothing)
        if rest:
            before.append(nw.col("rest_after") - nw.col("rest"))
            after.append(nw.col("rest_after"))
        last = f"sum_{len(self._places)}"
        made = {"sum_0": reduce(add, before), last: reduce(add, after)}
        if self._is_apart:
            earned = [nw.col(f"earned_{place}") for place in self._places]
            made |= {f"sum_{place}": reduce(add, [*before, *earned[:place]]) for place in range(1, len(self._places))}
        return self._capped(frame.with_columns(**made), list(made))

    def _capped(self, frame: Lazy, names: Sequence[str]) -> Lazy:
        caps = self.earning.caps
        if not caps:
            return frame
        limit = choose(nw.col(self.earning.statement.column), range(1, len(caps)), caps).cast(nw.Int64)
        curve = self.earning.curves[0]
        if curve.over_quota:
            quota = nw.col(self.earning.quota_of[self.earning.components[0].id])
            limit = limit * quota if curve.power == 1 else limit * quota * quota
        return frame.with_columns(**{name: nw.min_horizontal(nw.col(name), limit) for name in names})

    def _in_turn(self, frame: Lazy) -> Paid:
        """Round what each line adds to the statement, or the running total after it less the one before."""
        compiled, below = self.earning.compiled, self.earning.below(0)
        over: int | str = "below" if isinstance(below, nw.Expr) else below
        if isinstance(below, nw.Expr):
            frame = frame.with_columns(below=below)
        count, mode = len(self._places), compiled.rounding.mode
        names = [f"paid_{place}" for place in self._places]
        if not compiled.is_cumulative:
            lines = {f"line_{place}": nw.col(f"sum_{place + 1}") - nw.col(f"sum_{place}") for place in self._places}
            ratios = {name: Ratio(f"line_{place}", over) for place, name in enumerate(names)}
            return self._summed(round_ratios(frame.with_columns(**lines), self.engine, ratios, mode), names)
        steps = self.engine.sorts and not self._is_apart
        asked = range(count + 1) if self._is_apart else (count,) if steps else (0, count)
        ratios = {f"due_{place}": Ratio(f"sum_{place}", over) for place in asked}
        frame = round_ratios(frame, self.engine, ratios, mode)
        if steps:
            frame = self.engine.before(frame, {"due_0": f"due_{count}"}, self.earning.statement.keys, 0)
        made = {"paid": nw.col(f"due_{count}") - nw.col("due_0")}
        if not self._is_apart:
            return Paid(frame.with_columns(**made), [])
        made |= {name: nw.col(f"due_{place + 1}") - nw.col(f"due_{place}") for place, name in enumerate(names)}
        return Paid(frame.with_columns(**made), names)

    @staticmethod
    def _summed(frame: Lazy, names: list[str]) -> Paid:
        return Paid(frame.with_columns(paid=reduce(add, map(nw.col, names))), names)
