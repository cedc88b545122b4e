"""Plans as SQL, run by DuckDB, SQLite and PostgreSQL: what the query pays is what paper says, to the cent."""

from __future__ import annotations

import random
import sqlite3
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import attrs
import duckdb
import psycopg
import pyarrow as pa
import pytest

from salesrules.commissions import Accumulation, Measure, Plan, RateMode, RoundingLevel, needed_quota
from salesrules.core import CurrencyTable, DateRange, PeriodKind, RoundingMode
from salesrules.frames import checks_of, find_refusals, sql_of
from salesrules.testing import pay_literally
from salesrules.testing.chooser import SeededChooser
from salesrules.testing.drawn_cases import seeded_cases
from salesrules.testing.drawn_credits import CreditDrawing

BACKENDS = ("duckdb", "sqlite", "postgres")
KINDS = ("amount", "attainment", "fixed", "per_unit", "multiplier")
#: People with the same credits, so that a big table costs the oracle little; each of its rows is compared.
FEW, MANY = 2, 2300
NAMES = ("id", "payee", "day", "role", "amount", "cost", "quantity", "original", "category")
ISO = CurrencyTable.iso()


class Sold(NamedTuple):
    """A plan, the rows of its table, what its payees hold, and what paper says of each row and component."""

    plan: Plan
    case: Any
    rows: list[tuple[Any, ...]]
    held: list[tuple[str, str, str, Decimal]]
    expected: dict[tuple[str, str], dict[str, Decimal]]
    days: DateRange

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "pay_period": self.case.pay_period,
            "days": self.days,
            "calendar": self.case.calendar,
            "columns": {"quantity": "quantity", "role": "role"},
            "quota_columns": {"measure": "measure"},
        }


def days_of(case: Any) -> DateRange:
    """All fiscal years that 2020 lies in."""
    first, last = (case.calendar.at(PeriodKind.YEAR, day) for day in (date(2020, 1, 1), date(2020, 12, 31)))
    return DateRange(first.start, last.end)


def sold_by_many(case: Any, number: int, copies: int = FEW, streams: int = 2) -> Sold | None:
    """A table of the plan of a case: several streams of credits, each of several people, in any order."""
    if find_refusals(case.plan, target="sql"):
        plan = attrs.evolve(case.plan, cap=None, rounding=attrs.evolve(case.plan.rounding, level="line"))
        if find_refusals(plan, target="sql"):
            return None
        case = attrs.evolve(case, plan=plan)
    case = attrs.evolve(case, openings=(), credits=[attrs.evolve(each, share=Decimal(1)) for each in case.credits])
    if not case.credits:
        return None
    unit = Decimal(1).scaleb(-ISO.digits(case.plan.currency))  # a payee's quota is whole least units
    quotas = [attrs.evolve(each, amount=max(each.amount // unit, Decimal(1)) * unit) for each in case.quotas]
    case = attrs.evolve(case, quotas=quotas)
    days = days_of(case)
    calendar, plan = case.calendar, case.plan
    rows: list[tuple[Any, ...]] = []
    held: set[tuple[str, str, str, Decimal]] = set()
    expected: dict[tuple[str, str], dict[str, Decimal]] = {}
    for stream in range(streams):
        credits = case.credits
        if stream:
            chooser = SeededChooser(f"{number}/{stream}")
            drawing = CreditDrawing(chooser, plan, case.pay_period, calendar, case.quotas, (), Decimal(1))
            credits = drawing.draw(date(2020, 1, 1), len(case.credits))
        lines = pay_literally(
            plan,
            credits,
            pay_period=case.pay_period,
            quotas=case.quotas,
            digits=ISO.digits(plan.currency),
            span_of=lambda word, day: (
                calendar.at(PeriodKind(word), day).start,
                calendar.at(PeriodKind(word), day).end,
            ),
        )
        paid: dict[str, dict[str, Decimal]] = {}
        for line in lines:
            paid.setdefault(line.transaction, {})[line.component] = line.amount
        for copy in range(copies):
            payee = f"p{stream}/{copy:04}"
            for each in credits:
                id_ = f"{each.id}"
                values = (each.amount, each.cost or Decimal(0), each.quantity)
                category = each.attributes.get("category")
                rows.append((id_, payee, each.day, each.role, *values, each.original or None, category))
                expected[id_, payee] = paid.get(each.id, {})
            for quota in {(quota.measure, quota.span.start) for quota in case.quotas}:
                for kind in ("month", "quarter", "year", case.pay_period.value):
                    period = calendar.at(PeriodKind(kind), quota[1])
                    inside = [
                        q.amount
                        for q in case.quotas
                        if q.measure == quota[0] and period.start <= q.span.start < period.end
                    ]
                    held.add((payee, quota[0], period.label, sum(inside, Decimal(0))))
    random.Random(number).shuffle(rows)
    return Sold(plan, case, rows, sorted(held), expected, days)


def in_units(rows: list[tuple[Any, ...]], digits: int) -> list[tuple[Any, ...]]:
    """Rows of credits as SQLite keeps them: days as text, money in least units."""
    factor = 10**digits
    return [
        (id_, payee, day.isoformat(), role, int(amount * factor), int(cost * factor), int(quantity), *others)
        for id_, payee, day, role, amount, cost, quantity, *others in rows
    ]


def is_money(plan: Plan, measure: str) -> bool:
    wanted = {Measure(c.measure) for c in plan.components if needed_quota(c.table) == measure}
    return measure == "target_incentive" or bool(wanted & {Measure.AMOUNT, Measure.MARGIN})


class Backend:
    """One engine with a table of credits and one of what payees hold."""

    def __init__(self, name: str, connection: Any) -> None:
        self.name, self.connection = name, connection

    def fill(self, sold: Sold) -> None:
        digits = ISO.digits(sold.plan.currency)
        run = self.connection.execute
        run("DROP TABLE IF EXISTS credits")
        run("DROP TABLE IF EXISTS quotas")
        if self.name == "duckdb":
            money = pa.decimal128(18, max(digits, 1))
            columns = list(zip(*sold.rows, strict=True))
            kinds = [
                pa.string(),
                pa.string(),
                pa.date32(),
                pa.string(),
                money,
                money,
                pa.decimal128(18, 0),
                pa.string(),
                pa.string(),
            ]
            arrays = {n: pa.array(c, k) for n, c, k in zip(NAMES, columns, kinds, strict=True)}
            given = pa.table(arrays)  # noqa: F841 - DuckDB finds it by its name
            run("CREATE TABLE credits AS SELECT * FROM given")
            run("CREATE TABLE quotas (payee VARCHAR, measure VARCHAR, period VARCHAR, amount DECIMAL(18, 3))")
            if sold.held:
                columns = list(zip(*sold.held, strict=True))
                amounts = pa.array(columns[3], pa.decimal128(18, 3))
                held = pa.table({"payee": columns[0], "measure": columns[1], "period": columns[2], "amount": amounts})  # noqa: F841 - likewise
                run("INSERT INTO quotas SELECT * FROM held")
        elif self.name == "sqlite":
            numbers = "amount INTEGER, cost INTEGER, quantity INTEGER"
            run(f"CREATE TABLE credits (id, payee, day, role, {numbers}, original, category)")
            run("CREATE TABLE quotas (payee, measure, period, amount INTEGER)")
            self.connection.executemany(
                f"INSERT INTO credits VALUES ({','.join('?' * 9)})", in_units(sold.rows, digits)
            )
            units = [
                (payee, measure, period, int(amount * (10**digits if is_money(sold.plan, measure) else 1)))
                for payee, measure, period, amount in sold.held
            ]
            self.connection.executemany("INSERT INTO quotas VALUES (?, ?, ?, ?)", units)
        else:
            run(
                "CREATE TEMP TABLE credits (id text, payee text, day date, role text, amount numeric, cost numeric,"
                " quantity numeric, original text, category text)"
            )
            run("CREATE TEMP TABLE quotas (payee text, measure text, period text, amount numeric)")
            with self.connection.cursor() as cursor:
                for table, rows in (("credits", sold.rows), ("quotas", sold.held)):
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
            run("ANALYZE credits")
            run("ANALYZE quotas")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def money(self, value: Any, digits: int) -> Decimal:
        """Pay as it comes out of the engine: SQLite's in units."""
        assert type(value) is (int if self.name == "sqlite" else Decimal), value
        return Decimal(value).scaleb(-digits) if self.name == "sqlite" else value


@pytest.fixture(scope="module")
def backends(postgres):
    with (
        duckdb.connect() as in_duckdb,
        sqlite3.connect(":memory:") as in_sqlite,
        psycopg.connect(host=postgres.folder, user="postgres", dbname="postgres", autocommit=True) as in_postgres,
    ):
        in_duckdb.execute("SET threads = 2")
        found = zip(BACKENDS, (in_duckdb, in_sqlite, in_postgres), strict=True)
        yield {name: Backend(name, connection) for name, connection in found}


def differences(backend: Backend, sold: Sold, change: Any = None) -> tuple[list[Any], int]:
    """The rows on which the engine and paper differ, and how many were compared; nothing for what checks refuse."""
    backend.fill(sold)
    arguments = sold.arguments | {"dialect": backend.name}
    findings = backend.rows(checks_of(sold.plan, **arguments))
    if findings:
        assert {finding[0] for finding in findings} == {"out_of_range"}, findings
        return [], 0
    query = sql_of(sold.plan, **arguments)
    query = query if change is None else change(query)
    digits = sold.plan.rounding.digits
    digits = ISO.digits(sold.plan.currency) if digits is None else digits
    names = [component.id for component in sold.plan.components]
    wrong, totals = [], {}
    paid = backend.rows(query)
    if len(paid) != len(sold.rows):
        wrong.append(("rows", len(paid), len(sold.rows)))
    for id_, payee, _, _, period, commission, *parts in paid:
        expected = sold.expected[id_, payee]
        amounts = [backend.money(value, digits) for value in (parts or [commission])]
        for name, amount in zip(names, amounts, strict=True):
            if amount != expected.get(name, 0):
                wrong.append((id_, payee, name, amount, expected.get(name, 0)))
        assert sum(amounts) == backend.money(commission, digits)
        count, total = totals.get((payee, period), (0, Decimal(0)))
        totals[payee, period] = (count + 1, total + sum(expected.values(), Decimal(0)))
    if backend.name != "duckdb" and len(sold.rows) < 10_000:  # what is added up there is added up everywhere
        return wrong, len(sold.rows)
    query = sql_of(sold.plan, **arguments, output="statements")
    statements = backend.rows(query if change is None else change(query))
    found = {(payee, period): (count, backend.money(sum_, digits)) for payee, period, count, sum_ in statements}
    if found != totals:
        wrong.append(("statements", len(found)))
    return wrong, len(sold.rows)


def campaign(seed: int, plans: int) -> list[Sold]:
    cases = seeded_cases(seed, plans=plans, credits=24, kinds=KINDS)
    return [found for number, case in enumerate(cases) if (found := sold_by_many(case, number)) is not None]


@pytest.fixture(scope="module")
def sales() -> list[Sold]:
    return campaign(21, plans=36)


@pytest.fixture(scope="module")
def many(sales) -> Sold:
    """Four and a half thousand people under a capped plan that is rounded by the running total."""
    number, sold = next(
        (number, sold)
        for number, sold in enumerate(sales)
        if sold.plan.cap and sold.plan.rounding.level == "cumulative" and sold.plan.returns == "current_measure"
    )
    found = sold_by_many(sold.case, number, copies=MANY)
    assert found is not None
    return found


@pytest.mark.parametrize("name", BACKENDS)
def test_any_plan_pays_on_an_engine_what_it_pays_on_paper(name, backends, sales):
    compared = 0
    for sold in sales:
        wrong, rows = differences(backends[name], sold)
        assert wrong == [], (sold.plan, wrong[:5])
        compared += rows
    assert compared > 3000


@pytest.mark.parametrize("name", BACKENDS)
def test_a_hundred_thousand_rows_pay_what_they_pay_on_paper(name, backends, many):
    wrong, rows = differences(backends[name], many)
    assert wrong == [], (many.plan, wrong[:5])
    assert rows >= 100_000


def test_the_plans_have_every_mode_rounding_and_span(sales):
    plans = [sold.plan for sold in sales]
    parts = [part for plan in plans for part in plan.components]
    assert {plan.rounding.mode for plan in plans} == set(RoundingMode)
    assert {plan.rounding.level for plan in plans} == {RoundingLevel.LINE, RoundingLevel.CUMULATIVE}
    assert {part.table.mode for part in parts} == set(RateMode)
    assert {part.accumulate for part in parts} == set(Accumulation)
    assert {part.measure for part in parts} == set(Measure)
    assert {plan.returns.value for plan in plans} == {"original_terms", "current_measure"}
    assert any(plan.cap for plan in plans)
    assert any(part.filters for part in parts)
    assert any(len(plan.components) == 3 for plan in plans)
    assert any(needed_quota(part.table) for part in parts)
    assert any(getattr(part.table, "target_measure", "") for part in parts)


@pytest.mark.parametrize(
    ("old", "new"),
    [(">= ", "> "), ("is_return, id", "id"), (" < 0\n", " <= -1000\n")],
    ids=["owner of a bound", "order", "rounding below zero"],
)
def test_a_planted_fault_is_caught(old, new, backends, sales):
    found = (differences(backends["duckdb"], sold, lambda query: query.replace(old, new))[0] for sold in sales)
    assert any(found)
