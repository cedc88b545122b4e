"""One run in bulk, apart from its credits: what is sent to where they are, in a thread, a process or a cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta
from math import lcm

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import DIRECT, Accumulation, Plan
from salesrules.core import CurrencyTable, Fault, FiscalCalendar, InvalidDocument, PeriodKind, as_parameters
from salesrules.frames.blocks import Run, pay_credits
from salesrules.frames.compiled import LIMIT, CompiledPlan
from salesrules.frames.compiling import compile_plan
from salesrules.frames.credits import Credits, read_credits
from salesrules.frames.faults import find_faults
from salesrules.frames.kernel import Whole
from salesrules.frames.modifying import hold_throughout, limits_of, parts_of, prepare_modifiers
from salesrules.frames.payouts import PayoutColumns, pays_by_sale
from salesrules.frames.periods import EPOCH, Periods, kind_of
from salesrules.frames.quotas import read_quotas
from salesrules.frames.reading import Reader
from salesrules.frames.results import credits_table, statements_table
from salesrules.frames.scores import read_scores

__all__ = ["BulkJob"]

_CALENDAR = FiscalCalendar()


@attrs.frozen(kw_only=True, eq=False)
class BulkJob:
    """A plan with all that it needs but the credits; it can be pickled, and `run` touches nothing outside.

    The arguments are those of `calculate`; `quotas` and `scores` are PyArrow tables. Where a plan with modifiers runs
    in several parts, `until` lets the statements of all of them end on the same pay period.
    """

    plan: Plan
    pay_period: PeriodKind = attrs.field(converter=PeriodKind)
    quotas: pa.Table | None = None
    scores: pa.Table | None = None
    columns: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    calendar: FiscalCalendar = _CALENDAR
    currencies: CurrencyTable | None = None
    digits: Mapping[str, int] = attrs.field(factory=dict, converter=as_parameters)
    by_component: bool = True
    trust_ids: bool = False
    wide: bool = False
    threads: int | None = None
    until: date | None = None

    def compiled(self) -> CompiledPlan:
        """The compiled plan; raises `InvalidDocument` with every feature that the kernel does not do."""
        return compile_plan(self.plan, self.currencies, digits=self.digits, wide=self.wide)

    def run(self, credits: pa.Table, *, views: bool = False) -> tuple[pa.Table, pa.Table]:
        """What each credit pays, in the given order, and the statements; the table has all credits of its payees.

        With `views` texts are made as views.

        Raises as `calculate` does.
        """
        compiled = self.compiled()
        reader = Reader(credits, "credits", self.columns)
        threads = self.threads or os.cpu_count() or 1
        found = read_credits(reader, compiled, threads=threads)
        if found is None:
            raise InvalidDocument(tuple(reader.faults))
        first, last = (int(found.days.min()), int(found.days.max())) if found.rows else (0, 0)
        _check_days(self.plan, found, reader, first, last)
        periods = self._periods(*(self._whole_periods(first, last) if self.plan.modifiers else (first, last)))
        spans = {each.id: periods[each.accumulate] for each in compiled.components}
        faults: list[Fault] = []
        held, targets = read_quotas(self.quotas, compiled, found.payees, spans, faults)
        pay = periods[Accumulation.PERIOD]
        limits, over = _limits(compiled, pay)
        modifying = prepare_modifiers(
            compiled,
            found,
            hold_throughout(compiled, pay, spans, held),
            periods=pay,
            scores=read_scores(self.scores, compiled, found.payees, pay, faults),
            calendar=self.calendar,
        )
        run = Run(
            plan=compiled,
            periods=periods,
            quotas=held,
            targets=targets,
            limits=limits,
            limits_over=over,
            modifying=modifying,
            by_component=self.by_component or pays_by_sale(self.plan),
            trust_ids=self.trust_ids,
            wide=self.wide,
        )
        outcome = pay_credits(run, found, threads=threads)
        faults = [*reader.faults, *faults, *find_faults(outcome, run, found, Reader(credits, "credits", self.columns))]
        if faults:
            raise InvalidDocument(tuple(faults))
        given = _given(credits, reader, found.rows)
        paid = credits_table(compiled, found, given, pay, outcome, views=views, threads=threads)
        if pays_by_sale(self.plan):
            by_payout = PayoutColumns((self.plan,), found.rows)
            by_payout.add(compiled, found, outcome, np.arange(found.rows), compiled.rounding.digits)
            original = credits[reader.own_name("original")] if reader.has("original") else None
            for name, column in by_payout.columns(compiled.rounding.digits, given["id"][1], original).items():
                paid = paid.append_column(name, column)
        return (
            paid,
            statements_table(
                compiled.statement_digits,
                found.payees,
                pay,
                [attrs.evolve(each, plan=self.plan.id) for each in outcome.statements],
                adjusted=bool(self.plan.modifiers),
                by_plan=[self.plan.id] if self.plan.modifiers and pays_by_sale(self.plan) else (),
            ),
        )

    def _whole_periods(self, first: int, last: int) -> tuple[int, int]:
        """The days of whole pay periods from a day to another, or to `until`, while the plan holds."""
        days = [EPOCH + timedelta(days=day) for day in (first, last)]
        days[1] = max(days[1], min(self.until or days[1], self.plan.life.effective.last or date.max))
        start, end = (self.calendar.at(self.pay_period, day) for day in days)
        return (start.start - EPOCH).days, (end.end - EPOCH).days - 1

    def _periods(self, first: int, last: int) -> dict[Accumulation, Periods]:
        """The periods of days over which measures accumulate; those of one kind are the same."""
        kinds = {accumulate: kind_of(accumulate, self.pay_period) for accumulate in Accumulation}
        found = {kind: Periods.of(self.calendar, kind, first, last) for kind in set(kinds.values())}
        return {accumulate: found[kind] for accumulate, kind in kinds.items()}


def _given(credits: pa.Table, reader: Reader, rows: int) -> dict[str, tuple[pa.Field, pa.ChunkedArray]]:
    """The columns of ids, payees, days and roles as they came, with what libraries note of them."""
    found = {}
    for name in ("id", "payee", "day", "role"):
        if name != "role" or reader.has(name):
            own = reader.own_name(name)
            found[name] = credits.schema.field(own), credits[own]
    field, days = found["day"]
    if field.type != pa.date32():
        found["day"] = pa.field(field.name, pa.date32()), days.cast(pa.date32())
    if "role" not in found:
        direct = pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int8), pa.array([DIRECT]))
        found["role"] = pa.field("role", pa.string()), pa.chunked_array([direct.dictionary_decode()])
    return found


def _check_days(plan: Plan, credits: Credits, reader: Reader, first: int, last: int) -> None:
    effective = plan.life.effective
    start = (effective.start - EPOCH).days
    end = last + 1 if effective.end is None else (effective.end - EPOCH).days
    if credits.rows and (first < start or last >= end):
        outside = np.flatnonzero((credits.days < start) | (credits.days >= end))
        remedy = "run each plan version over the credits of its own days"
        problem = "the plan version does not hold on the day of {count} row(s)"
        reader.rows("frames.not_in_force", "day", problem, remedy, outside, "id")


def _limits(plan: CompiledPlan, periods: Periods) -> tuple[Whole | None, int]:
    """The cap in each pay period for the days on which the plan holds, over a common denominator."""
    cap = plan.plan.cap
    if cap is None or not plan.components:
        return None, 1
    amounts = limits_of(plan, cap.amount, parts_of(plan.plan, periods.found), is_prorated=True)
    over = lcm(*(amount.denominator for amount in amounts))
    found = [int(amount * over) for amount in amounts]
    return np.array(found, dtype=np.int64 if max(found, default=0) <= LIMIT else object), over
