"""A plan over a whole frame of credits: read, check, sort, run the kernel, and give the same kind of frame back."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from math import lcm
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pyarrow as pa

from salesrules.commissions import DIRECT, Accumulation, Plan
from salesrules.core import CurrencyTable, Fault, FiscalCalendar, InvalidDocument, PeriodKind
from salesrules.frames.blocks import Run, pay_credits
from salesrules.frames.compiled import LIMIT, CompiledPlan
from salesrules.frames.compiling import compile_plan
from salesrules.frames.credits import Credits, read_credits
from salesrules.frames.faults import find_faults
from salesrules.frames.kernel import Whole
from salesrules.frames.modifying import limits_of, prepare_modifiers
from salesrules.frames.periods import EPOCH, Periods, kind_of
from salesrules.frames.quotas import read_quotas
from salesrules.frames.reading import Reader, as_table
from salesrules.frames.results import credits_table, statements_table
from salesrules.frames.scores import read_scores

__all__ = ["BulkResult", "calculate", "calculate_table"]

_CALENDAR = FiscalCalendar()


@attrs.frozen(kw_only=True)
class BulkResult:
    """Two frames of the kind that came in: what each credit pays, in the given order, and a statement per payee.

    `credits` has `id`, `payee`, `day`, `role`, `period`, `commission` and, for a plan of several components, one
    column `commission:ID` for each; `statements` has `payee`, `period`, `credits` (how many) and `commission`. Pay is
    decimal, in the plan's currency.

    Where the plan has modifiers, what they change of a line stands with its credit. What they pay beside the lines
    (amounts of kickers, lifts to floors per period, what caps carried over) is in `adjustments` of the statement, and
    in its `commission`; statements run without a gap from each payee's first credited pay period to the last of all.
    """

    credits: Any
    statements: Any


def calculate(
    plan: Plan,
    credits: Any,
    *,
    pay_period: PeriodKind | str,
    quotas: Any = None,
    scores: Any = None,
    columns: Mapping[str, str] | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    digits: Mapping[str, int] | None = None,
    by_component: bool = True,
    wide: bool = False,
    threads: int | None = None,
    until: date | None = None,
) -> BulkResult:
    """What a plan version pays everybody who has it on all of the days of their credits.

    `credits` has `id`, `payee`, `day`, and what the plan measures: `amount` and, for a margin, `cost`, in the plan's
    currency as decimals or as whole numbers of its least unit; `quantity` in whole pieces; returns below zero, which
    may name the sale that they take back as `original`. `role` is `direct` where there is no such column; what filters
    and tables name as attributes are columns too. Credits count by day, sales before returns, then by id and role;
    ids that are numbers stand in the order of the numbers.
    `quotas` has `payee`, `period` (a label of the span over which the component accumulates, such as `2020-Q1`),
    `measure` (`amount` where there is no such column) and `amount`; target incentives are held alike. `columns` gives
    the credits' own names. `scores` has `payee`, `period` (a label of the pay period), `subject` (`performance` where
    there is no such column) and `score`, for coefficients. `digits` are those of measures whose least unit is finer than a cent or a piece, as where
    shares are credited. Without `by_component` only what a credit pays in all is given, which is faster. `wide`
    calculates in Python's own whole numbers, which nothing is too large for, some twenty times as slowly. As many
    `threads` work as there are processors, where they are not given. A plan with modifiers has statements up to the pay
    period of the day `until`, or of the last credit where that is later or no day is given.

    Raises `InvalidDocument` with every feature of the plan that it cannot do, before a row is read; then with every
    fault of the frames, with counts and the first offenders.
    """
    backend = _backend(credits)
    found = calculate_table(
        plan,
        as_table(credits, "credits"),
        pay_period=pay_period,
        quotas=None if quotas is None else as_table(quotas, "quotas"),
        scores=None if scores is None else as_table(scores, "scores"),
        columns=columns,
        calendar=calendar,
        currencies=currencies,
        digits=digits,
        by_component=by_component,
        wide=wide,
        threads=threads,
        until=until,
    )
    return (
        found if backend is None else BulkResult(credits=backend(found.credits), statements=backend(found.statements))
    )


def _backend(frame: Any) -> Callable[[pa.Table], Any] | None:
    """What turns a table into a frame of the kind that came in; nothing where it is a table itself."""
    if isinstance(frame, pa.Table):
        return None
    try:
        backend = nw.from_native(frame, eager_only=True).implementation
    except TypeError:
        return None  # reading refuses it
    return lambda table: nw.from_arrow(table, backend=backend).to_native()


def calculate_table(
    plan: Plan,
    credits: pa.Table,
    *,
    pay_period: PeriodKind | str,
    quotas: pa.Table | None = None,
    scores: pa.Table | None = None,
    columns: Mapping[str, str] | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    digits: Mapping[str, int] | None = None,
    by_component: bool = True,
    wide: bool = False,
    threads: int | None = None,
    until: date | None = None,
) -> BulkResult:
    """As `calculate`, from tables to tables."""
    compiled = compile_plan(plan, currencies, digits=digits, wide=wide)
    reader = Reader(credits, "credits", columns or {})
    found = read_credits(reader, compiled)
    if found is None:
        raise InvalidDocument(tuple(reader.faults))
    kind = PeriodKind(pay_period)
    first, last = (int(found.days.min()), int(found.days.max())) if found.rows else (0, 0)
    _check_days(plan, found, reader, first, last)
    if plan.modifiers:  # conditions look at all of each pay period
        first, last = _whole_periods(plan, calendar, kind, first, last, until)
    periods = {
        accumulate: Periods.of(calendar, kind_of(accumulate, kind), first, last)
        for accumulate in {Accumulation.PERIOD, *(each.accumulate for each in compiled.components)}
    }
    spans = {each.id: periods[each.accumulate] for each in compiled.components}
    faults: list[Fault] = []
    held, targets = read_quotas(quotas, compiled, found.payees, spans, faults)
    pay = periods[Accumulation.PERIOD]
    limits, over = _limits(compiled, pay)
    modifying = prepare_modifiers(
        compiled,
        found,
        periods=pay,
        spans=spans,
        quotas=held,
        scores=read_scores(scores, compiled, found.payees, pay, faults),
        calendar=calendar,
    )
    run = Run(
        plan=compiled,
        periods=periods,
        quotas=held,
        targets=targets,
        limits=limits,
        limits_over=over,
        modifying=modifying,
        by_component=by_component,
        wide=wide,
    )
    outcome = pay_credits(run, found, threads=threads or os.cpu_count() or 1)
    faults = [*reader.faults, *faults, *find_faults(outcome, run, found, Reader(credits, "credits", columns or {}))]
    if faults:
        raise InvalidDocument(tuple(faults))
    own = reader.columns
    given = [credits[own("id")], credits[own("payee")], credits[own("day")].cast(pa.date32())]
    direct = pa.chunked_array(
        [pa.DictionaryArray.from_arrays(np.zeros(found.rows, np.int8), [DIRECT]).dictionary_decode()]
    )
    given.append(credits[own("role")] if reader.has("role") else direct)
    return BulkResult(
        credits=credits_table(compiled, found, given, pay, outcome),
        statements=statements_table(compiled, found, pay, outcome.statements),
    )


def _check_days(plan: Plan, credits: Credits, reader: Reader, first: int, last: int) -> None:
    effective = plan.life.effective
    start = (effective.start - EPOCH).days
    end = last + 1 if effective.end is None else (effective.end - EPOCH).days
    if credits.rows and (first < start or last >= end):
        outside = np.flatnonzero((credits.days < start) | (credits.days >= end))
        remedy = "run each plan version over the credits of its own days"
        problem = "the plan version does not hold on the day of {count} row(s)"
        reader.rows("not_in_force", "day", problem, remedy, outside, "id")


def _whole_periods(
    plan: Plan, calendar: FiscalCalendar, kind: PeriodKind, first: int, last: int, until: date | None
) -> tuple[int, int]:
    """The first day of the first pay period and the last one of the last that is asked for, while the plan holds."""
    days = [EPOCH + timedelta(days=day) for day in (first, last)]
    days[1] = max(days[1], min(until or days[1], plan.life.effective.last or date.max))
    start, end = calendar.at(kind, days[0]).start, calendar.at(kind, days[1]).end
    return (start - EPOCH).days, (end - EPOCH).days - 1


def _limits(plan: CompiledPlan, periods: Periods) -> tuple[Whole | None, int]:
    """The cap in each pay period for the days on which the plan holds, over a common denominator."""
    cap = plan.plan.cap
    if cap is None or not plan.components:
        return None, 1
    amounts = limits_of(plan, cap.amount, periods.found, is_prorated=True)
    over = lcm(*(amount.denominator for amount in amounts))
    found = [int(amount * over) for amount in amounts]
    return np.array(found, dtype=np.int64 if max(found, default=0) <= LIMIT else object), over
