"""Jobs with credits of many payees, drawn by seed, and results as plain values that can be compared."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import attrs
import pyarrow as pa

from salesrules.commissions import Measure, RateMode, needed_quota
from salesrules.core import InvalidDocument, PeriodKind
from salesrules.frames import BulkJob, find_refusals
from salesrules.testing import seeded_cases

KINDS = ("amount", "attainment", "fixed", "per_unit", "multiplier")
MODES = tuple(mode for mode in RateMode if mode is not RateMode.INTERPOLATED_RATE)
PRECISE = pa.decimal128(38, 9)


def drawn_jobs(seed: int, plans: int, payees: int = 9, credits: int = 12) -> Iterator[tuple[BulkJob, pa.Table]]:
    """Jobs that pay without fault, with shuffled credits: each payee has some of the case's, and its quotas."""
    for number, case in enumerate(seeded_cases(seed, plans=plans, credits=credits, kinds=KINDS, modes=MODES)):
        chance = random.Random(f"{seed}/{number}")
        plan = runnable(case.plan)
        rows = [attrs.evolve(row, share=Decimal(1)) for row in case.credits if row.quantity % 1 == 0]
        if plan is None or not rows:
            continue
        names = [f"payee {index} é" for index in range(payees)]
        given = [(name, row) for name in names for row in rows if chance.random() < 0.7 or not row.original]
        chance.shuffle(given)
        job = BulkJob(
            plan=plan, pay_period=case.pay_period, quotas=quotas_of(case, plan, names), calendar=case.calendar
        )
        table = table_of(given)
        try:
            job.run(table)
        except InvalidDocument as error:
            if {fault.code for fault in error.faults} != {"frames.out_of_range"}:
                raise
            continue
        yield job, table


def runnable(plan):
    """The plan without what the bulk engine may refuse; `None` if it refuses it all the same."""
    components = [
        attrs.evolve(part, filters=(), measure=Measure.QUANTITY if part.measure is Measure.COUNT else part.measure)
        for part in plan.components
    ]
    plan = attrs.evolve(plan, cap=None, returns="current_measure", components=components)
    if find_refusals(plan):
        plan = attrs.evolve(plan, rounding=attrs.evolve(plan.rounding, level="line"))
    return None if find_refusals(plan) else plan


def table_of(given) -> pa.Table:
    """Credits of payees as a table, with a column that no plan reads."""
    return pa.table(
        {
            "note": [f"note {index}" for index in range(len(given))],
            "id": [row.id for _, row in given],
            "payee": [name for name, _ in given],
            "day": pa.array([row.day for _, row in given], pa.date32()),
            "amount": pa.array([row.amount for _, row in given], PRECISE),
            "cost": pa.array([row.cost or Decimal(0) for _, row in given], PRECISE),
            "quantity": pa.array([row.quantity for _, row in given], PRECISE),
            "role": [row.role for _, row in given],
        }
    )


def quotas_of(case, plan, names) -> pa.Table:
    """Every payee's quotas of the spans in which there are credits, each payee's a cent apart."""
    found = {}
    for component in plan.components:
        measure = needed_quota(component.table)
        if measure is None:
            continue
        word = component.accumulate.value
        span = case.pay_period if word in ("transaction", "period") else word
        held = [quota for quota in case.quotas if quota.measure == measure]
        for day in {row.day for row in case.credits}:
            period = case.calendar.at(PeriodKind(span), day)
            inside = [quota.amount for quota in held if period.start <= quota.span.start < period.end]
            found[measure, period.label] = sum(inside, Decimal(0))
    rows = [
        (name, measure, label, amount + index)
        for index, name in enumerate(names)
        for (measure, label), amount in sorted(found.items())
    ]
    return pa.table(
        {
            "payee": pa.array([row[0] for row in rows], pa.string()),
            "measure": pa.array([row[1] for row in rows], pa.string()),
            "period": pa.array([row[2] for row in rows], pa.string()),
            "amount": pa.array([row[3] for row in rows], PRECISE),
        }
    )


def plain(table: pa.Table) -> list[tuple[str, ...]]:
    """Rows as texts in an order of their own: two tables are equal to the cent where these are."""
    rows = [{name: str(value) for name, value in row.items()} for row in table.to_pylist()]
    return sorted(tuple(sorted(row.items())) for row in rows)
