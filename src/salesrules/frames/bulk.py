"""A plan over a whole frame of credits: read, check, sort, run the kernel, and give the same kind of frame back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw
import pyarrow as pa

from salesrules.commissions import CommissionPolicy, OpeningMeasure, OpeningUse, Plan
from salesrules.core import CurrencyTable, Dated, FiscalCalendar, InvalidValue, PeriodKind
from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.dispatch import engine_for
from salesrules.frames.job import BulkJob
from salesrules.frames.policies import PolicyJob
from salesrules.frames.reading import as_table
from salesrules.frames.reasons import Target
from salesrules.org import Hierarchy
from salesrules.quotas import CountsWorkingDays, QuotaPolicy

__all__ = ["calculate"]

_CALENDAR = FiscalCalendar()


def calculate(
    plan: Plan | CommissionPolicy,
    credits: Any,
    *,
    pay_period: PeriodKind | str | None = None,
    quotas: Any = None,
    hierarchy: Any = None,
    payees: Any = None,
    splits: Any = None,
    payments: Any = None,
    quota_policy: QuotaPolicy | None = None,
    working_time: CountsWorkingDays | None = None,
    scores: Any = None,
    columns: Mapping[str, str] | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    digits: Mapping[str, int] | None = None,
    by_component: bool = True,
    trust_ids: bool = False,
    wide: bool = False,
    threads: int | None = None,
    until: date | None = None,
    opening_measures: Sequence[OpeningMeasure] = (),
    opening_uses: Sequence[OpeningUse] = (),
    target: Target | str | None = None,
) -> BulkResult:
    """What a plan version pays everybody for a frame of credits, or a policy for one of transactions.

    For a plan, `credits` has `id`, `payee`, `day`, and what the plan measures: `amount` and, for a margin, `cost`, in
    the plan's currency as decimals or as whole numbers of its least unit; `quantity` in whole pieces; returns below
    zero, which may name the sale that they take back as `original`. `role` is `direct` where there is no such column;
    what filters and tables name as attributes are columns too. Everybody has the plan on all of the days. Credits count
    by day, sales before returns, then by id and role; ids that are numbers stand in the order of the numbers.
    `quotas` has `payee`, `period` (a label of the span over which the component accumulates, such as `2020-Q1`),
    `measure` (`amount` where there is no such column) and `amount`; target incentives are held alike.

    For a policy, `credits` are transactions, credited along `splits` (`transaction`, `payee`, `share`) and `hierarchy`
    (reporting lines, or a frame with `employee`, `manager`, `start`, `end`), when `delivered`, `invoiced` or paid
    (`payments`: `transaction`, `day`, `amount`, `due`), to `payees` (`payee`, `position`), whom assignments give their
    plans. `quotas` may also be `Quota` facts, of which `quota_policy` and `working_time` take parts.

    `scores` has `payee`, `period` (a label of the pay period), `subject` (`performance` where there is no such column)
    and `score`, for coefficients. `columns` gives the credits' own names. `digits` are those of measures whose least
    unit is finer than a cent or a piece. Without `by_component` only what a credit pays in all is given, which is
    faster; `trust_ids` spares the search for doubled ids, where a key of the table rules them out. `wide` calculates in
    Python's own whole numbers, which nothing is too large for, some twenty times as slowly. As many `threads` work as
    there are processors, where they are not given. Where there are modifiers, statements run up to the pay period of
    the day `until`, or of the last credit where that is later or no day is given; in a policy they begin with the first
    assignment, also of those without a credit, where there is any credit. `opening_measures` are what components of a
    policy had measured before computing began, `opening_uses` what its caps had come to.

    What comes in comes out: Polars, pandas and PyArrow frames are paid in memory; Polars lazy frames, DuckDB relations
    and Ibis tables stay lazy, paid by expressions of their own; Dask and PySpark frames run the kernel inside their
    partitions. `target="kernel"` brings a lazy frame into memory, `target="expressions"` pays by expressions what would
    go through the kernel.

    Raises `InvalidDocument` with every feature of the plan that it cannot do, before a row is read; then with every
    fault of the frames, with counts and the first offenders.
    """
    backend = _implementation(credits)
    job: BulkJob | PolicyJob
    if isinstance(plan, CommissionPolicy):
        job = PolicyJob(
            policy=plan,
            hierarchy=_table_or_given(hierarchy, "hierarchy", (Dated, Hierarchy)),
            payees=_table_or_given(payees, "payees"),
            splits=_table_or_given(splits, "splits"),
            payments=_table_or_given(payments, "payments"),
            quotas=() if quotas is None else _table_or_given(quotas, "quotas", (list, tuple)),
            quota_policy=quota_policy,
            working_time=working_time,
            columns=columns or {},
            calendar=calendar,
            currencies=currencies,
            wide=wide,
            threads=threads,
            scores=_table_or_given(scores, "scores"),
            until=until,
            opening_measures=opening_measures,
            opening_uses=opening_uses,
        )
        job.check()
        table = as_table(credits, "transactions")
        outcome = job.run(table)
        paid, statements, findings = outcome.credits, outcome.statements, outcome.findings
    else:
        if opening_measures or opening_uses:
            raise InvalidValue("openings", len(opening_measures) + len(opening_uses), "give them with a policy")
        if pay_period is None:
            raise InvalidValue("pay_period", None, "say for which periods statements are made, such as 'quarter'")
        job = BulkJob(
            plan=plan,
            pay_period=PeriodKind(pay_period),
            quotas=_in_memory(quotas, "quotas"),
            scores=_table_or_given(scores, "scores"),
            columns=columns or {},
            calendar=calendar,
            currencies=currencies,
            digits=digits or {},
            by_component=by_component,
            trust_ids=trust_ids,
            wide=wide,
            threads=threads,
            until=until,
        )
        elsewhere = engine_for(credits, None if target is None else Target(target))
        if elsewhere is not None:
            return elsewhere(job, credits, quotas)
        job.compiled()  # what it cannot do is said before a frame is looked at
        table = as_table(credits, "credits")
        paid, statements = job.run(table, views=backend is nw.Implementation.POLARS)
        findings = ()
    if backend is not None:
        paid, statements = (_as_frame(each, backend) for each in (paid, statements))
    return BulkResult(credits=paid, statements=statements, findings=findings, job=job, given=table)


def _in_memory(frame: Any, name: str) -> Any:
    """A frame as a table, collected where it is a lazy one; quotas are few."""
    found = frame if frame is None else nw.from_native(frame, pass_through=True)
    return found.collect().to_arrow() if isinstance(found, nw.LazyFrame) else _table_or_given(frame, name)


def _table_or_given(frame: Any, name: str, kinds: tuple[type, ...] = ()) -> Any:
    """A frame as a table; nothing, and values of some kinds, as they are."""
    return frame if frame is None or isinstance(frame, kinds) else as_table(frame, name)


def _implementation(frame: Any) -> nw.Implementation | None:
    """The library of a frame in memory; nothing for a table, and for what reading refuses."""
    if isinstance(frame, pa.Table):
        return None
    try:
        found: nw.Implementation = nw.from_native(frame, eager_only=True).implementation
    except TypeError:
        return None
    return found


def _as_frame(table: pa.Table, backend: Any) -> Any:
    """A table as a frame of a library."""
    return nw.from_arrow(table, backend=backend).to_native()
