"""Who has a plan version in which pay periods, as assignments say, and what its modifiers' conditions see there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import Accumulation, Gate, Kicker, Measure, Multiplier, Plan
from salesrules.core import DateRange, Period
from salesrules.frames.assigning import Assigned
from salesrules.frames.compiled import CompiledComponent, CompiledPlan
from salesrules.frames.kernel import Whole
from salesrules.frames.kernel.modifiers import Observing, Roster
from salesrules.frames.modifying import Holding
from salesrules.frames.periods import EPOCH, Periods
from salesrules.frames.quotas import HeldAmounts
from salesrules.frames.quoting import BulkQuotas

__all__ = ["Rostering"]


@attrs.frozen(kw_only=True, eq=False)
class Rostering:
    """Makes rosters of plan versions: `names` are all people by number, `held` their quotas."""

    names: pa.Array
    periods: Mapping[Accumulation, Periods]
    held: BulkQuotas | None

    def holding(
        self, plan: CompiledPlan, assigned: Assigned, payees: Whole, groups: Whole, *, is_idle: bool = False
    ) -> Holding | None:
        """Where a plan version holds for payees, by number in order, who are assigned alike in groups.

        `None` where it holds for none of them.
        """
        kinds = _Kinds(plan.plan, assigned, self.periods[Accumulation.PERIOD])
        own = [kinds.of(group) for group in range(len(assigned.runs_of_group))]
        counts = np.array([len(each) for each in own] + [0], dtype=np.int64)[groups]
        if not counts.sum():
            return None
        starts = np.cumsum([0, *(len(each) for each in own)])
        who = np.repeat(np.arange(len(payees)), counts)
        kind = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts) + starts[groups[who]]
        period = np.array([number for each in own for number, _ in each], dtype=np.int64)[kind]
        roster = Roster(payees[who].astype(np.int64), period, kind, is_idle)
        found = self.periods[Accumulation.PERIOD].found
        parts = [(found[number], [(days, plan.plan) for _, days in runs]) for each in own for number, runs in each]
        runs_of_kind = [runs for each in own for _, runs in each]
        return Holding(roster, parts, dict(self._observing(plan, assigned, roster, runs_of_kind)))

    def _observing(
        self, plan: CompiledPlan, assigned: Assigned, roster: Roster, kinds: list[list[tuple[int, DateRange]]]
    ) -> Iterator[tuple[str, Observing]]:
        wanted = {each.component for each in plan.plan.modifiers if isinstance(each, Gate | Kicker | Multiplier)}
        stride = len(assigned.runs) + 1
        for component in plan.components:
            if component.id in wanted:
                labels = self.periods[component.accumulate]
                found = [[*_spans(labels, runs, stride)] for runs in kinds]
                most = max(map(len, found))
                spans = np.array([each + [-1] * (most - len(each)) for each in found], dtype=np.int64).reshape(-1, most)
                quotas = None
                if component.quota_measure:
                    quotas = self._quotas(plan, component, assigned, roster, spans)
                yield component.id, Observing(tuple(spans.T), quotas)

    def _quotas(
        self, plan: CompiledPlan, component: CompiledComponent, assigned: Assigned, roster: Roster, spans: Whole
    ) -> HeldAmounts:
        """The quotas of all payees over all spans that conditions look at; one that is missing does no harm here."""
        assert self.held is not None
        stride, labels = len(assigned.runs) + 1, self.periods[component.accumulate].found
        width = len(labels) * stride
        keys = np.unique((roster.payee[:, None] * width + spans[roster.kind])[spans[roster.kind] >= 0])
        payee, span = np.divmod(keys, width)
        distinct, where = np.unique(span, return_inverse=True)
        days = [_common(labels[each // stride], assigned.runs[each % stride - 1].span) for each in distinct.tolist()]
        start = np.array([(each.start - EPOCH).days for each in days], dtype=np.int32)[where]
        end = np.array([((each.end or date.max) - EPOCH).days for each in days], dtype=np.int32)[where]
        needs = pa.table(
            {
                "payee": pa.DictionaryArray.from_arrays(pa.array(payee), self.names),
                "start": pa.array(start).view(pa.date32()),
                "end": pa.array(end).view(pa.date32()),
            }
        )
        unit = plan.currency if component.measure in (Measure.AMOUNT, Measure.MARGIN) else ""
        quoted = self.held.over(needs, measure=component.quota_measure, unit=unit, digits=component.digits)
        return HeldAmounts(payee, span, np.where(quoted.is_held, quoted.amounts, 0), width)


class _Kinds:
    """The pay periods in which a plan version holds for those who are assigned alike, with its runs in each."""

    def __init__(self, plan: Plan, assigned: Assigned, periods: Periods) -> None:
        self._plan, self._assigned, self._periods = plan, assigned, periods

    def of(self, group: int) -> list[tuple[int, list[tuple[int, DateRange]]]]:
        """The numbers of the periods, and in each the runs (from 1) with their days in it."""
        found: dict[int, list[tuple[int, DateRange]]] = {}
        for run in self._assigned.runs_of_group[group]:
            held = self._assigned.runs[run]
            if held.plan is self._plan:
                for number, period in enumerate(self._periods.found):
                    days = held.span.intersection(period.span)
                    if days is not None:
                        found.setdefault(number, []).append((run + 1, days))
        return sorted(found.items())


def _spans(labels: Periods, runs: list[tuple[int, DateRange]], stride: int) -> Iterator[int]:
    """The numbers of the spans that touch the days of runs, in order."""
    for run, days in runs:
        assert days.last is not None  # within a period
        first, last = ((day - EPOCH).days for day in (days.start, days.last))
        for label in range(int(labels.number[first - labels.first]), int(labels.number[last - labels.first]) + 1):
            yield label * stride + run


def _common(period: Period, days: DateRange) -> DateRange:
    both = period.span.intersection(days)
    assert both is not None  # the span touches the run
    return both
