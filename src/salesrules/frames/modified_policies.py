"""Modifiers in a whole policy: everybody who can be paid, the periods in which they have a plan, and what is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import Accumulation, CommissionPolicy, EarningsCap, OpeningUse, Plan
from salesrules.core import CurrencyTable, DateRange, Fault, FiscalCalendar, InvalidDocument, PeriodKind
from salesrules.frames.assigning import Assigned, assign_in_bulk
from salesrules.frames.blocks import Outcome, Statements
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.compiling import compile_plan
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Places, Whole
from salesrules.frames.kernel.modifiers import Modifying
from salesrules.frames.modifying import prepare_modifiers
from salesrules.frames.periods import EPOCH, Periods
from salesrules.frames.quoting import BulkQuotas
from salesrules.frames.reading import Names
from salesrules.frames.rosters import Rostering
from salesrules.frames.scores import read_scores
from salesrules.frames.standing import StandingCaps

__all__ = ["PolicyModifiers", "finer", "in_order", "span_of", "whole_periods"]


def span_of(
    policy: CommissionPolicy, credits: pa.Table, calendar: FiscalCalendar, until: date | None
) -> DateRange | None:
    """The fiscal years from the first assignment or credit to the last credit, or to the day `until`; `None` for none.

    Only where plans have modifiers, which pay where nothing is credited, do statements begin with assignments.
    """
    if not credits.num_rows or not any(plan.modifiers for plan in policy.plans):
        return None
    days = [EPOCH + timedelta(days=int(day)) for name in ("day", "sold") for day in _edges(credits[name])]
    first = min([*days, *(each.effective.start for each in policy.assignments)])
    ends = [calendar.at(PeriodKind.YEAR, day) for day in (first, max([*days, until or date.min]))]
    return DateRange(ends[0].start, ends[1].end)


def whole_periods(
    policy: CommissionPolicy, calendar: FiscalCalendar, first: int, last: int, until: date | None
) -> tuple[int, int]:
    """The days of whole pay periods from the first assignment or credit to the last credit, or to `until`."""
    days = [EPOCH + timedelta(days=day) for day in (first, last)]
    start = calendar.at(policy.pay_period, min([days[0], *(each.effective.start for each in policy.assignments)]))
    end = calendar.at(policy.pay_period, max(days[1], until or days[1]))
    return (start.start - EPOCH).days, (end.end - EPOCH).days - 1


def _edges(days: pa.ChunkedArray) -> tuple[int, int]:
    found = np.asarray(days.cast(pa.int32()))
    return int(found.min()), int(found.max())


@attrs.define(kw_only=True, eq=False)
class PolicyModifiers:
    """Prepares what modifiers look up, plan by plan.

    `assigned` are the rows' plans; `names` and `groups` are those of everybody who can be paid, as `everybody` is
    assigned over the same days.
    """

    assigned: Assigned
    everybody: Assigned
    names: pa.Array
    payees: Whole
    days: Whole
    periods: Mapping[Accumulation, Periods]
    scores: pa.Table | None
    calendar: FiscalCalendar
    standing: Mapping[str, StandingCaps] = attrs.field(factory=dict)
    opened: Sequence[OpeningUse] = ()

    @classmethod
    def of(
        cls,
        policy: CommissionPolicy,
        table: pa.Table,
        assigned: Assigned,
        periods: Mapping[Accumulation, Periods],
        span: DateRange,
        *,
        payees: pa.Table | None,
        scores: pa.Table | None,
        calendar: FiscalCalendar,
        currencies: CurrencyTable | None,
        opened: Sequence[OpeningUse] = (),
    ) -> PolicyModifiers:
        """For the credits of a table within the days of `span`."""
        column = table["payee"].combine_chunks()
        known = column.dictionary.cast(pa.string()).to_pylist()
        named = [id for each in policy.assignments for id in each.payees]
        if payees is not None:
            named = [str(id) for id in payees["payee"].to_pylist()]
        names = pa.array(dict.fromkeys((*known, *named)), pa.string())
        roles = pa.array([""] * len(names), pa.string())  # nobody's credit, so that no plan is no fault
        rows = {"payee": names, "day": pa.array([span.start] * len(names), pa.date32()), "role": roles}
        everybody = assign_in_bulk(policy, pa.table(rows), payees=payees, calendar=calendar, span=span)
        if everybody.faults:
            raise InvalidDocument(everybody.faults)
        return cls(
            assigned=assigned,
            everybody=everybody,
            names=names,
            payees=np.asarray(column.indices).astype(np.int64),
            days=np.asarray(table["day"].cast(pa.int32())),
            periods=periods,
            scores=scores,
            calendar=calendar,
            standing=_standing(policy, currencies),
            opened=opened,
        )

    def credits(self, credits: Credits) -> Credits:
        """The credits with the names of everybody."""
        return attrs.evolve(credits, payees=Names(credits.payees.codes, self.names))

    @property
    def run(self) -> Whole:
        """The run of each row; of one that takes back what was paid when none held any more, the last before it."""
        found = self.assigned.run.astype(np.int64)
        for row in np.flatnonzero(found < 0).tolist():
            runs = self.assigned.runs_of_group[self.assigned.group[row]]
            started = [run for run in runs if (self.assigned.runs[run].span.start - EPOCH).days <= self.days[row]]
            found[row] = (started or [*runs[:1], -1])[-1 if started else 0]
        return found

    def prepared(
        self, plan: CompiledPlan, credits: Credits, rows: Places, held: BulkQuotas | None, faults: list[Fault]
    ) -> tuple[Modifying | None, Modifying | None]:
        """What a plan's modifiers look up for those who have credits under it, and for those who have none."""
        rostering = Rostering(names=self.names, periods=self.periods, held=held)
        payees, first = np.unique(self.payees[rows], return_index=True)
        groups = self.assigned.group[rows[first]].astype(np.int64)
        others = np.setdiff1d(np.arange(len(self.names)), payees)
        holdings = (
            rostering.holding(plan, self.assigned, payees, groups),
            rostering.holding(
                plan, self.everybody, others, self.everybody.group[others].astype(np.int64), is_idle=True
            ),
        )
        pay, standing = self.periods[Accumulation.PERIOD], self.standing.get(plan.plan.family)
        scores = read_scores(self.scores, plan, credits.payees, pay, faults)
        first_, second = (
            None
            if holding is None
            else prepare_modifiers(
                plan,
                credits,
                holding,
                periods=pay,
                scores=scores,
                calendar=self.calendar,
                standing=standing,
                opened=self.opened,
            )
            for holding in holdings
        )
        return first_, second

    def keep(self, plan: CompiledPlan, modifying: Modifying, outcome: Outcome) -> None:
        """Keep what a plan's caps have come to for its later versions."""
        standing = self.standing.get(plan.plan.family)
        if standing is not None:
            pay = self.periods[Accumulation.PERIOD]
            standing.keep(plan, modifying.names, outcome.kept, pay, self.calendar, modifying.fine)


def in_order(plans: Sequence[Plan]) -> list[int]:
    """The places of plans: versions of one after the other, as they hold."""
    return sorted(range(len(plans)), key=lambda place: plans[place].life.effective.start)


def _standing(policy: CommissionPolicy, currencies: CurrencyTable | None) -> dict[str, StandingCaps]:
    """What runs on between versions of each plan family of which several have caps."""
    families: dict[str, list[Plan]] = {}
    for plan in policy.plans:
        if any(isinstance(each, EarningsCap) for each in plan.modifiers):
            families.setdefault(plan.family, []).append(plan)
    return {
        family: StandingCaps(max(compile_plan(plan, currencies, wide=True).statement_digits for plan in plans))
        for family, plans in families.items()
        if len(plans) > 1
    }


def finer(statements: Statements, plan: CompiledPlan, digits: int) -> Statements:
    """Statements of a plan in units of 10^-`digits`."""
    factor = 10 ** (digits - plan.rounding.digits) // statements.fine
    adjustments = None if statements.adjustments is None else statements.adjustments * factor
    return attrs.evolve(statements, total=statements.total * factor, adjustments=adjustments, plan=plan.id)
