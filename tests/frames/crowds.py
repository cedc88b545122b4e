"""Many people under one drawn plan, as a frame of any engine, and what each of them is paid on paper."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import attrs
import pyarrow as pa
from pyarrow import compute as pc

from salesrules.commissions import MultiplierTable, needed_quota
from salesrules.core import CurrencyTable, PeriodKind
from salesrules.quotas import Quota
from salesrules.testing import pay_literally
from salesrules.testing.cases import PlanCase
from salesrules.testing.chooser import SeededChooser
from salesrules.testing.drawn_cases import draw_case
from salesrules.testing.drawn_credits import CreditDrawing
from salesrules.testing.literal_credits import PlainCredit
from salesrules.testing.literal_spans import civil_span

_DECIMAL = pa.decimal128(18, 4)
#: How much larger or smaller somebody's quota is than the drawn one.
_FACTORS = (1, 1, 2, 50)
Paid = dict[tuple[str, str, str], Decimal]


class Person(NamedTuple):
    """Somebody with credits and quotas of their own."""

    name: str
    credits: tuple[PlainCredit, ...]
    quotas: tuple[Quota, ...]


class Crowd(NamedTuple):
    """A case's plan, and everybody whom it pays."""

    case: PlanCase
    people: tuple[Person, ...]


def draw_crowds(seed: int, plans: int, people: int, credits: int = 40, **drawn: Any) -> Iterator[Crowd]:
    """So many plans with so many people each; the same whenever the seed is."""
    for number in range(plans):
        case = draw_case(SeededChooser(f"{seed}/{number}"), credits=1, **drawn)
        crowd = []
        for place in range(people):
            chooser = SeededChooser(f"{seed}/{number}/{place}")
            factor = chooser.pick(_FACTORS)
            quotas = tuple(attrs.evolve(quota, amount=quota.amount * factor) for quota in case.quotas)
            drawing = CreditDrawing(chooser, case.plan, case.pay_period, case.calendar, quotas, (), Decimal(1))
            found = drawing.draw(date(2020, 1, 1), credits if place else 1)  # somebody has one credit alone
            crowd.append(Person(f"p{place:03}", tuple(found), quotas))
        yield Crowd(attrs.evolve(case, credits=(), openings=()), tuple(crowd))


def credits_of(crowd: Crowd, shuffle: int = 0) -> pa.Table:
    """Everybody's credits as a table, the rows shuffled; ids are told apart by the person."""
    rows = [(person.name, row) for person in crowd.people for row in person.credits]
    rows = random.Random(shuffle).sample(rows, len(rows))
    names = sorted({name for _, row in rows for name in row.attributes})
    return pa.table(
        {
            "id": pa.array([f"{name}/{row.id}" for name, row in rows], pa.string()),
            "payee": pa.array([name for name, _ in rows], pa.string()),
            "day": pa.array([row.day for _, row in rows], pa.date32()),
            "amount": pa.array([row.amount for _, row in rows], _DECIMAL),
            "cost": pa.array([row.cost or Decimal(0) for _, row in rows], _DECIMAL),
            "quantity": pa.array([int(row.quantity) for _, row in rows], pa.int64()),
            "role": pa.array([row.role for _, row in rows], pa.string()),
            "original": pa.array(
                [f"{name}/{row.original}" if row.original else None for name, row in rows], pa.string()
            ),
            **{each: pa.array([row.attributes.get(each) for _, row in rows], pa.string()) for each in names},
        }
    )


def quotas_of(crowd: Crowd) -> pa.Table:
    """What everybody holds in the spans that their components need."""
    found = set()
    for person in crowd.people:
        for part in crowd.case.plan.components:
            wanted = {needed_quota(part.table)} - {None}
            if isinstance(part.table, MultiplierTable) and part.table.target_measure:
                wanted.add(part.table.target_measure)
            word = part.accumulate.value
            kind = crowd.case.pay_period if word in ("transaction", "period") else PeriodKind(word)
            for measure in wanted:
                for row in person.credits:
                    period = crowd.case.calendar.at(kind, row.day)
                    held = [q for q in person.quotas if q.measure == measure and q.span.start in period.span]
                    found.add((person.name, measure, period.label, sum((q.amount for q in held), Decimal(0))))
    rows = sorted(found)
    names = ("payee", "measure", "period")
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    return pa.table({**columns, "amount": pa.array([row[3] for row in rows], _DECIMAL)})


def paid_on_paper(crowd: Crowd) -> Paid:
    """What the literal oracle pays each line."""
    digits = CurrencyTable.iso().digits(crowd.case.plan.currency)
    return {
        (person.name, f"{person.name}/{line.transaction}", line.component): line.amount
        for person in crowd.people
        for line in pay_literally(
            crowd.case.plan,
            person.credits,
            pay_period=crowd.case.pay_period,
            quotas=person.quotas,
            digits=digits,
            span_of=partial(civil_span, first_month=crowd.case.calendar.first_month),
        )
    }


def paid_by(found: pa.Table, crowd: Crowd) -> Paid:
    """What a result's credits say, in the same form."""
    names = [component.id for component in crowd.case.plan.components]
    columns = {name: f"commission:{name}" if len(names) > 1 else "commission" for name in names}
    keys = list(zip(found["payee"].to_pylist(), found["id"].to_pylist(), strict=True))
    return {
        (payee, id_, name): amount
        for name, column in columns.items()
        for (payee, id_), amount in zip(keys, found[column].to_pylist(), strict=True)
    }


def enlarged(table: pa.Table, times: int) -> pa.Table:
    """The table so many times over: other people each time, whose numbers are that many times as large."""
    parts = []
    for number in range(1, times + 1):
        columns = {}
        for name in table.column_names:
            column = table[name]
            if name in ("id", "payee", "original"):
                column = pc.binary_join_element_wise(column, pa.scalar(f"x{number}"), "/")
            elif name in ("amount", "cost", "quantity"):
                factor = pa.scalar(number) if pa.types.is_integer(column.type) else pa.scalar(Decimal(number))
                column = pc.multiply(column, factor).cast(column.type)
            columns[name] = column
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)
