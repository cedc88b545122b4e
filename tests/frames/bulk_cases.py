"""Cases of the literal oracle as frames, and what bulk and paper pay of them: one harness for every target."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pyarrow as pa

from salesrules.commissions import AcrossNumber, GridTable, MultiplierTable, RoundingLevel, needed_quota
from salesrules.core import CurrencyTable, InvalidDocument, PeriodKind
from salesrules.frames import calculate as _in_memory
from salesrules.testing.cases import PlanCase

#: Two people with the same credits and quotas: neither may touch the other's measure.
PAYEES = ("ana", "zoe")
_DECIMAL = pa.decimal128(38, 9)
Paid = dict[tuple[str, str], Decimal]


def as_case(case: PlanCase) -> PlanCase | None:
    """The case without what a single frame cannot tell: no openings; whole deals where their size names a column."""
    if not case.credits:
        return None
    by_size = any(
        isinstance(part.table, GridTable)
        and isinstance(part.table.across, AcrossNumber)
        and not part.table.across.attribute
        for part in case.plan.components
    )
    share = Decimal(1) if by_size else case.credits[0].share
    credits = [attrs.evolve(credit, share=share) for credit in case.credits]
    return attrs.evolve(case, credits=credits, openings=())


def tables(case: PlanCase, shuffle: int = 0) -> dict[str, Any]:
    """The arguments of `calculate` for both people, the rows shuffled."""
    rows = [(payee, row) for row in case.credits for payee in PAYEES]
    rows = random.Random(shuffle).sample(rows, len(rows))
    names = sorted({name for credit in case.credits for name in credit.attributes})
    columns = {
        "id": pa.array([row.id for _, row in rows], pa.string()),
        "payee": pa.array([payee for payee, _ in rows], pa.string()),
        "day": pa.array([row.day for _, row in rows], pa.date32()),
        "amount": pa.array([row.amount * row.share for _, row in rows], _DECIMAL),
        "cost": pa.array([(row.cost or Decimal(0)) * row.share for _, row in rows], _DECIMAL),
        "quantity": pa.array([row.quantity * row.share for _, row in rows], _DECIMAL),
        "role": pa.array([row.role for _, row in rows], pa.string()),
        "share": pa.array([row.share for _, row in rows], _DECIMAL),
        "original": pa.array([row.original or None for _, row in rows], pa.string()),
    }
    for name in names:
        values = [row.attributes.get(name) for _, row in rows]
        if name in _numbers(case):
            columns[name] = pa.array([None if value is None else Decimal(value) for value in values], _DECIMAL)
        else:
            columns[name] = pa.array(values, pa.string())
    return {
        "credits": pa.table(columns),
        "quotas": _quotas(case),
        "pay_period": case.pay_period,
        "calendar": case.calendar,
        "digits": _digits(case),
    }


def _digits(case: PlanCase) -> dict[str, int]:
    """As many digits as the credits have, and quotas with them."""
    money = max(_places(value * row.share) for row in case.credits for value in (row.amount, row.cost or Decimal(0)))
    pieces = max(_places(row.quantity * row.share) for row in case.credits)
    quotas = [quota for quota in case.quotas if quota.unit != case.plan.currency]
    pieces = max([pieces, *(_places(quota.amount) for quota in quotas)])
    money = max([money, money_digits(case), *(_places(quota.amount) for quota in case.quotas)])
    counts = max(_places(row.share) for row in case.credits)
    counts = max([counts, *(_places(quota.amount) for quota in quotas)])
    return {"amount": money, "margin": money, "quantity": pieces, "count": counts}


def _places(number: Decimal) -> int:
    return max(-int(number.normalize().as_tuple().exponent), 0) if number else 0


def _numbers(case: PlanCase) -> set[str]:
    """The attributes by whose size columns are named."""
    tables = [part.table for part in case.plan.components if isinstance(part.table, GridTable)]
    return {table.across.attribute for table in tables if isinstance(table.across, AcrossNumber)}


def _quotas(case: PlanCase) -> pa.Table:
    found = set()
    for part in case.plan.components:
        wanted = {needed_quota(part.table)} - {None}
        if isinstance(part.table, MultiplierTable) and part.table.target_measure:
            wanted.add(part.table.target_measure)
        word = part.accumulate.value
        span = case.pay_period if word in ("transaction", "period") else PeriodKind(word)
        for measure in wanted:
            held = [quota for quota in case.quotas if quota.measure == measure]
            for day in {row.day for row in case.credits}:
                period = case.calendar.at(span, day)
                inside = [quota.amount for quota in held if period.start <= quota.span.start < period.end]
                found.add((measure, period.label, sum(inside, Decimal(0))))
    rows = sorted(found)
    return pa.table(
        {
            "payee": pa.array([payee for payee in PAYEES for _ in rows], pa.string()),
            "measure": pa.array([each[0] for each in rows] * 2, pa.string()),
            "period": pa.array([each[1] for each in rows] * 2, pa.string()),
            "amount": pa.array([each[2] for each in rows] * 2, _DECIMAL),
        }
    )


def paid_in_bulk(case: PlanCase, shuffle: int = 0, calculate: Callable[..., Any] = _in_memory, **options: Any) -> Paid:
    """What a target pays each credit of a case in each component; asserts all that holds of every result."""
    given = tables(case, shuffle)
    credits = given.pop("credits")
    result = calculate(case.plan, credits, **given, **options)
    found = result.credits
    assert found["id"].to_pylist() == credits["id"].to_pylist()
    names = [component.id for component in case.plan.components]
    columns = {name: f"commission:{name}" if len(names) > 1 else "commission" for name in names}
    payees = credits["payee"].to_pylist()
    paid = {
        (payee, id_, name): amount
        for name, column in columns.items()
        for payee, id_, amount in zip(payees, found["id"].to_pylist(), found[column].to_pylist(), strict=True)
    }
    total = sum(found["commission"].to_pylist(), Decimal(0))
    assert total == sum(paid.values(), Decimal(0)) == sum(result.statements["commission"].to_pylist(), Decimal(0))
    if calculate is _in_memory and case.plan.rounding.level is RoundingLevel.CUMULATIVE:  # a way of its own
        together = calculate(case.plan, credits, **given, **{**options, "by_component": False})
        assert together.credits["commission"].to_pylist() == found["commission"].to_pylist()
        assert together.statements.equals(result.statements)
    first, second = ({key[1:]: amount for key, amount in paid.items() if key[0] == payee} for payee in PAYEES)
    assert first == second
    return first


def paid_on_paper(case: PlanCase) -> Paid:
    """What the literal oracle pays."""
    return {(line.transaction, line.component): line.amount for line in case.literal()}


def paid_by_the_rules(case: PlanCase) -> Paid:
    """What the scalar rules pay, whose lines of one credit and component are added up."""
    run, paid = case.run(), {}
    for statement in (*run.earlier, *run.statements):
        for line in statement.lines:
            key = (line.credit.transaction.id, line.component)
            paid[key] = paid.get(key, Decimal(0)) + line.amount.amount
    return paid


def differences(
    case: PlanCase, shuffle: int = 0, *, expected: Callable[[PlanCase], Paid] = paid_on_paper, **options: Any
) -> list[tuple[tuple[str, str], Decimal, Decimal]] | None:
    """The lines on which bulk differs from what is expected; `None` where bulk refuses the size of the numbers."""
    wanted = expected(case)
    try:
        paid = paid_in_bulk(case, shuffle, **options)
    except InvalidDocument as error:  # refused out loud; how much is compared all the same is asserted by the tests
        if {fault.code for fault in error.faults} <= {"frames.out_of_range", "frames.numbers_too_fine"}:
            return None
        raise
    zero = Decimal(0)
    return [(key, wanted.get(key, zero), amount) for key, amount in paid.items() if wanted.get(key, zero) != amount]


def money_digits(case: PlanCase) -> int:
    """How many digits the plan's money has."""
    return CurrencyTable.iso().digits(case.plan.currency)
