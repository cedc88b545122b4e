"""A whole policy over a frame of transactions: who is credited, by which plan each is paid, and what."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import (
    Accumulation,
    CommissionPolicy,
    Measure,
    OpeningMeasure,
    OpeningUse,
    Plan,
)
from salesrules.core import (
    CurrencyTable,
    Dated,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    Reason,
    as_parameters,
)
from salesrules.frames.assigning import Assigned, assign_in_bulk
from salesrules.frames.blocks import Run, Statements, pay_credits
from salesrules.frames.compiled import CompiledComponent, CompiledPlan
from salesrules.frames.compiling import compile_plan
from salesrules.frames.crediting import Credited, credit_in_bulk
from salesrules.frames.credits import Credits, read_credits
from salesrules.frames.faults import find_faults
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.modified_policies import PolicyModifiers, finer, in_order, span_of, whole_periods
from salesrules.frames.opened import OpenedMeasures, find_unopened
from salesrules.frames.payouts import TAKES_BACK, PayoutColumns, pays_by_sale
from salesrules.frames.periods import EPOCH, Periods, kind_of
from salesrules.frames.policy_limits import find_part_returns, limits_of_rows
from salesrules.frames.pool_parts import add_pool_parts
from salesrules.frames.pooling import pool_in_bulk
from salesrules.frames.quoting import BulkQuotas
from salesrules.frames.reading import Names, Reader
from salesrules.frames.results import money, period_labels, statements_table
from salesrules.org import Hierarchy
from salesrules.quotas import CountsWorkingDays, Quota, QuotaPolicy

__all__ = ["PolicyJob", "PolicyOutcome"]

_CALENDAR = FiscalCalendar()


@attrs.frozen(kw_only=True, eq=False)
class PolicyOutcome:
    """What each credit pays, the statements, and what is worth telling."""

    credits: pa.Table
    statements: pa.Table
    findings: tuple[Reason, ...]


@attrs.frozen(kw_only=True, eq=False)
class PolicyJob:
    """A commission policy with all that it needs but the transactions; the arguments are those of `calculate`."""

    policy: CommissionPolicy
    hierarchy: Dated[Hierarchy] | Hierarchy | pa.Table | None = None
    payees: pa.Table | None = None
    splits: pa.Table | None = None
    payments: pa.Table | None = None
    quotas: pa.Table | Sequence[Quota] = ()
    quota_policy: QuotaPolicy | None = None
    working_time: CountsWorkingDays | None = None
    columns: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    calendar: FiscalCalendar = _CALENDAR
    currencies: CurrencyTable | None = None
    by_component: bool = False
    wide: bool = False
    threads: int | None = None
    scores: pa.Table | None = None
    until: date | None = None
    opening_measures: Sequence[OpeningMeasure] = ()
    opening_uses: Sequence[OpeningUse] = ()

    def check(self) -> None:
        """Raise `InvalidDocument` with every feature of every plan that the kernel does not do."""
        faults: list[Fault] = []
        for place, plan in enumerate(self.policy.plans):
            path = f"policy.plans[{place}]"
            try:
                compile_plan(plan, self.currencies, wide=self.wide)
            except InvalidDocument as error:
                faults += [attrs.evolve(fault, path=fault.path.replace("plan", path, 1)) for fault in error.faults]
        faults += find_unopened(self.policy, self.opening_measures)
        if faults:
            raise InvalidDocument(tuple(faults))

    def run(self, transactions: pa.Table) -> PolicyOutcome:
        """Credit, assign and pay; raises as `calculate` does."""
        self.check()
        credited = credit_in_bulk(
            self.policy,
            transactions,
            hierarchy=self.hierarchy,
            payees=self.payees,
            splits=self.splits,
            payments=self.payments,
            columns=self.columns,
            currencies=self.currencies,
        )
        span = span_of(self.policy, credited.credits, self.calendar, self.until)
        assigned = assign_in_bulk(self.policy, credited.credits, payees=self.payees, calendar=self.calendar, span=span)
        faults = (*assigned.faults, *find_part_returns(credited.credits, assigned))
        if faults:
            raise InvalidDocument(faults)
        return _Paying(self, credited, assigned, span).outcome()


class _Paying:
    """One run over the credits: plan by plan, each over the rows that it pays or paid the sale of."""

    def __init__(self, job: PolicyJob, credited: Credited, assigned: Assigned, span: DateRange | None) -> None:
        self._job, self._credited, self._assigned = job, credited, assigned
        self._table = credited.credits
        self._held: BulkQuotas | None = None
        self._faults: list[Fault] = []
        days = self._days = np.asarray(self._table["day"].cast(pa.int32()))
        first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
        if span is not None:
            first, last = whole_periods(job.policy, job.calendar, first, last, job.until)
        kinds = {each: kind_of(each, job.policy.pay_period) for each in Accumulation}
        found = {kind: Periods.of(job.calendar, kind, first, last) for kind in set(kinds.values())}
        self._periods = {each: found[kind] for each, kind in kinds.items()}
        self._opened = OpenedMeasures(job.opening_measures, assigned, self._table, days, self._periods, self._faults)
        self._modifiers: PolicyModifiers | None = None
        if span is not None:
            self._modifiers = PolicyModifiers.of(
                job.policy,
                self._table,
                assigned,
                self._periods,
                span,
                payees=job.payees,
                scores=job.scores,
                calendar=job.calendar,
                currencies=job.currencies,
                opened=job.opening_uses,
            )
        self._paid_digits = max([_digits_of(plan, job.currencies) for plan in job.policy.plans], default=2)
        by_sale = any(map(pays_by_sale, job.policy.plans))
        self._by_payout = PayoutColumns(job.policy.plans, self._table.num_rows) if by_sale else None
        self._digits = {**credited.digits, Measure.MARGIN: credited.digits.get(Measure.AMOUNT, 0)}

    def outcome(self) -> PolicyOutcome:
        """Pay every plan, and put the results together."""
        whose = self._plans()
        rows_in_all = self._table.num_rows
        pay = self._periods[Accumulation.PERIOD]
        paid: list[tuple[CompiledPlan, Whole, list[Statements]]] = []
        credits: Credits | None = None
        for number in in_order(self._job.policy.plans):
            plan = self._job.policy.plans[number]
            rows = np.flatnonzero(whose == number)
            if len(rows) or (plan.modifiers and self._modifiers is not None):
                compiled, found, amounts, made = self._pay(plan, rows)
                credits = found or credits
                paid.append((compiled, amounts, made))
        if self._faults:
            raise InvalidDocument(tuple(dict.fromkeys(self._faults)))
        digits = self._paid_digits
        finest = max([digits, *(compiled.statement_digits for compiled, _, _ in paid)])
        total = np.zeros(rows_in_all, dtype=np.int64)
        statements: list[Statements] = []
        for compiled, amounts, parts in paid:
            total += amounts * 10 ** (digits - compiled.rounding.digits)
            statements += [finer(each, compiled, finest) for each in parts]
        days = np.asarray(self._table["day"].cast(pa.int32()))
        plans = pa.array([plan.id for plan in self._job.policy.plans], pa.string())
        columns = {name: self._table[name] for name in ("id", "payee", "day", "role")}
        columns |= {
            "plan": pa.DictionaryArray.from_arrays(pa.array(whose, pa.int32(), mask=whose < 0), plans),
            "period": period_labels(pay, pay.at(days) if rows_in_all else days),
            "commission": money(total, digits),
        }
        if self._by_payout is not None:
            original = self._table["original"] if "original" in self._table.column_names else None
            columns |= self._by_payout.columns(digits, self._table["id"], original)
            columns[TAKES_BACK] = pa.array(self._assigned.takes_back)
        plans_ = self._job.policy.plans
        by_plan = [plan.id for plan in plans_ if plan.modifiers and self._by_payout is not None]
        adjusted = any(plan.modifiers for plan in plans_)
        names = Names(np.zeros(0, dtype=np.int64), pa.array([], pa.string())) if credits is None else credits.payees
        table = statements_table(finest, names, pay, statements, adjusted=adjusted, by_plan=by_plan)
        table = self._with_pools(table, pay)
        return PolicyOutcome(credits=pa.table(columns), statements=table, findings=self._findings(pay))

    def _plans(self) -> Whole:
        """The plan that each row belongs to: of a return that takes back, that which paid its sale, if any did."""
        whose = self._assigned.plan.astype(np.int64)
        back = np.flatnonzero(self._assigned.takes_back)
        if len(back):
            names = ("id", "payee", "role", "original")
            ids, payees, roles, original = (self._table[name].combine_chunks() for name in names)
            sales = np.asarray(original.indices.fill_null(-1))
            own, payee, role = (np.asarray(each.indices).astype(np.int64) for each in (ids, payees, roles))
            group = payee * len(roles.dictionary) + role
            keys = group * len(ids.dictionary) + own
            candidates = np.flatnonzero((sales < 0) & np.isin(own, sales[back]))
            order = candidates[np.argsort(keys[candidates], kind="stable")]
            sought = group[back] * len(ids.dictionary) + sales[back]
            at = np.minimum(np.searchsorted(keys[order], sought), max(len(order) - 1, 0))
            found = np.full(len(back), -1, dtype=np.int64)
            if len(order):
                hit = keys[order[at]] == sought
                found[hit] = whose[order[at[hit]]]
            whose[back] = found
        return whose

    def _pay(self, plan: Plan, rows: Places) -> tuple[CompiledPlan, Credits | None, Whole, list[Statements]]:
        job, table = self._job, self._table
        compiled = compile_plan(plan, job.currencies, digits=_named(self._digits), wide=job.wide)
        reader = Reader(table, "credits", {})
        credits = read_credits(reader, compiled)
        if credits is None:
            self._faults += reader.faults
            return compiled, None, np.zeros(0, dtype=np.int64), []
        credits = self._told(credits)
        modifying = idle = None
        own = self._assigned.run.astype(np.int64)
        if self._modifiers is not None:
            credits = self._modifiers.credits(credits)
            if plan.modifiers:
                held = self._quotas_held(compiled.currency) if any(map(_needs_quota, compiled.components)) else None
                modifying, idle = self._modifiers.prepared(compiled, credits, rows, held, self._faults)
                if modifying is None and idle is None:
                    return compiled, credits, np.zeros(credits.rows, dtype=np.int64), []
                own = self._modifiers.run
        quotas, targets = self._quotas(compiled, credits, rows)
        limits, over = limits_of_rows(compiled, rows, self._assigned, self._periods[Accumulation.PERIOD], self._days)
        run = Run(
            plan=compiled,
            periods=self._periods,
            quotas=quotas,
            targets=targets,
            openings=self._opened.of_rows(compiled, rows, own),
            limits=limits,
            limits_over=over,
            limits_by_row=True,
            run=own + 1,
            runs=len(self._assigned.runs) + 1,
            modifying=modifying or idle,
            idle=idle,
            by_component=self._by_payout is not None,
            wide=job.wide,
        )
        outcome = pay_credits(run, credits, rows, threads=job.threads or os.cpu_count() or 1)
        if self._modifiers is not None and (used := modifying or idle) is not None:
            self._modifiers.keep(compiled, used, outcome)
        self._faults += find_faults(outcome, run, credits, Reader(table, "credits", {}))
        if self._by_payout is not None:
            self._by_payout.add(compiled, credits, outcome, rows, self._paid_digits)
        return compiled, credits, outcome.total, outcome.statements

    def _told(self, credits: Credits) -> Credits:
        """What crediting knows of the rows: what returns take back, and parts."""
        table = self._table
        names = table.column_names
        changes: dict[str, Any] = {"has_counts": True, "is_reversal": self._assigned.takes_back}
        if "count" in names and Measure.COUNT in credits.digits:
            changes["measures"] = {**credits.measures, Measure.COUNT: _ints(table["count"])}
        if "returned" in names:
            changes |= {"returned": _ints(table["returned"]), "returned_of": _ints(table["returned_of"])}
            if credits.original is None:
                changes["original"] = _codes(credits, table["original"])
        else:
            changes["is_reversal"] = None
        if "part" in names:
            changes["part"] = _ints(table["part"])
        return attrs.evolve(credits, **changes)

    def _quotas(self, plan: CompiledPlan, credits: Credits, rows: Places) -> tuple[dict[str, Whole], dict[str, Whole]]:
        """The quota and the target of each row, over the days of its span on which the plan version holds."""
        found: tuple[dict[str, Whole], dict[str, Whole]] = ({}, {})
        if not any(each.quota_measure or each.target_measure for each in plan.components):
            return found
        held = self._quotas_held(plan.currency)
        for component in plan.components:
            unit = plan.currency if component.measure in (Measure.AMOUNT, Measure.MARGIN) else ""
            for place, (measure, own, digits) in enumerate(
                (
                    (component.quota_measure, unit, component.digits),
                    (component.target_measure, plan.currency, plan.digits[Measure.AMOUNT]),
                )
            ):
                if measure:
                    counted = credits.counted(component, rows) & ~self._assigned.takes_back[rows]
                    needs, places = self._needs(component.accumulate, rows, counted)
                    quoted = held.over(needs, measure=measure, unit=own, digits=digits)
                    self._faults += quoted.faults
                    values = np.ones(credits.rows, dtype=np.int64)
                    values[rows] = np.append(quoted.amounts, 1)[places]
                    found[place][component.id] = values
        return found

    def _quotas_held(self, currency: str) -> BulkQuotas:
        job = self._job
        if self._held is None:
            self._held = BulkQuotas(
                job.quotas,
                currency=currency,
                money_digits=(job.currencies or CurrencyTable.iso()).digits(currency),
                quota_policy=job.quota_policy,
                calendar=job.calendar,
                working_time=job.working_time,
            )
        return self._held

    def _with_pools(self, statements: pa.Table, periods: Periods) -> pa.Table:
        """The statements with the parts of team pools, which stand beside what plans pay."""
        policy, job = self._job.policy, self._job
        if not policy.pools or not periods.found or not self._table.num_rows:
            return statements
        pooled = pool_in_bulk(
            policy,
            self._credited,
            until=periods.found[-1],
            payees=job.payees,
            quotas=self._quotas_held(policy.pools[0].currency),
            calendar=job.calendar,
            currencies=job.currencies,
            wide=job.wide,
        )
        if pooled.faults:
            raise InvalidDocument(pooled.faults)
        return add_pool_parts(statements, pooled)

    def _needs(self, accumulate: Accumulation, rows: Places, counted: Flags) -> tuple[pa.Table, Places]:
        """Whose quotas are needed over which days, and the place among them of each row, the last for none."""
        periods, runs = self._periods[accumulate], self._assigned.runs
        payee = self._table["payee"].combine_chunks()
        payees, names = np.asarray(payee.indices).astype(np.int64)[rows], payee.dictionary
        number = periods.at(np.asarray(self._table["day"].cast(pa.int32()))[rows])
        run = self._assigned.run[rows].astype(np.int64) + 1
        keys = (payees * len(periods.found) + number) * (len(runs) + 1) + run
        distinct, first, places = np.unique(keys, return_index=True, return_inverse=True)
        is_needed = np.zeros(len(distinct), dtype=np.bool_)
        is_needed[places[counted]] = True
        is_needed &= run[first] > 0
        asked = first[is_needed]
        start = np.array([(period.start - EPOCH).days for period in periods.found])[number[asked]]
        end = np.array([(period.end - EPOCH).days for period in periods.found])[number[asked]]
        begins = np.array([(each.span.start - EPOCH).days for each in runs])[run[asked] - 1]
        ends = np.array([2**31 - 1 if each.span.end is None else (each.span.end - EPOCH).days for each in runs])
        needs = pa.table(
            {
                "payee": pa.DictionaryArray.from_arrays(pa.array(payees[asked]), names),
                "start": pa.array(np.maximum(start, begins).astype(np.int32)).view(pa.date32()),
                "end": pa.array(np.minimum(end, ends[run[asked] - 1]).astype(np.int32)).view(pa.date32()),
            }
        )
        order = np.full(len(distinct), len(asked))
        order[is_needed] = np.arange(len(asked))
        return needs, order[places]

    def _findings(self, periods: Periods) -> tuple[Reason, ...]:
        """What waits at the end, and by period who is paid by no plan, and sales that are credited to nobody."""
        found: list[Reason] = []
        for period in periods.found:
            found += self._credited.report_uncredited(period)
            found += self._assigned.report_without_plan(period)
        return (*found, *self._credited.report_pending(periods.found[-1].end)) if periods.found else ()


def _needs_quota(component: CompiledComponent) -> bool:
    return bool(component.quota_measure)


def _digits_of(plan: Plan, currencies: CurrencyTable | None) -> int:
    digits = plan.rounding.digits
    return (currencies or CurrencyTable.iso()).digits(plan.currency) if digits is None else digits


def _named(digits: Mapping[Measure, int]) -> dict[str, int]:
    return {measure.value: number for measure, number in digits.items()}


def _ints(column: pa.ChunkedArray) -> Whole:
    array = column.combine_chunks()
    found: Whole = array.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _codes(credits: Credits, column: pa.ChunkedArray) -> Whole:
    return credits.ids.find(column.combine_chunks().dictionary_decode())
