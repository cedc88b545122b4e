"""SQL on plain cases: what is read, what is refused and what the checks find, the guard, other dialects, names."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import duckdb
import psycopg
import pytest
import sqlglot

from salesrules.commissions import AttainmentTable, Cap, Clawback, Filter, FormulaTable, StatementRounding
from salesrules.core import Band, BandTable, DateRange, FiscalCalendar, InvalidDocument, InvalidValue, Money, Rate
from salesrules.frames import checks_of, find_refusals, sql_of
from salesrules.frames.compiled import LIMIT
from salesrules.frames.sql.dialects import DIALECTS
from salesrules.testing import PlainCredit, pay_literally, simple_plan
from salesrules.testing.drawn_cases import seeded_cases

EXECUTED = ("duckdb", "sqlite", "postgres")
PRINTED = tuple(name for name, dialect in DIALECTS.items() if not dialect.is_executed)
DAYS = DateRange(date(2020, 1, 1), date(2020, 7, 1))
PLAN = simple_plan({0: "2%", 100: "4%"})
ASKED = {"pay_period": "quarter", "days": DAYS}
SOLD = [("c", "bo", "2020-01-03", 1000), ("a", "ana", "2020-01-01", 8000), ("b", "ana", "2020-01-02", 8000)]


def by_attainment(mode="whole_amount", **changes):
    tiers = BandTable(bands=[Band(start=0, value=Rate.parse("1%")), Band(start=1, value=Rate.parse("5%"))])
    [part] = PLAN.components
    component = attrs.evolve(part, table=AttainmentTable(mode=mode, tiers=tiers), accumulate="quarter")
    return attrs.evolve(PLAN, components=[component], **changes)


def with_cap(plan, amount, **changes):
    return attrs.evolve(plan, cap=Cap(id="cap", amount=Money(Decimal(amount), plan.currency)), **changes)


class Table:
    """Tables of credits and quotas in cents on one engine."""

    def __init__(self, name: str, connection: Any) -> None:
        self.name, self.connection = name, connection

    def fill(self, rows, columns="id text, payee text, day date, amount bigint", quotas=()):
        run = self.connection.execute
        for table in ("credits", "quotas"):
            run(f"DROP TABLE IF EXISTS {table}")
        run(f"CREATE TABLE credits ({columns})")
        run("CREATE TABLE quotas (payee text, period text, amount bigint)")
        mark = "%s" if self.name == "postgres" else "?"
        for table, given in (("credits", rows), ("quotas", quotas)):
            for row in given:
                run(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(row))})", row)

    def query(self, plan, **changes):
        arguments = ASKED | {"dialect": self.name, "amounts": "least_units"} | changes
        return self.connection.execute(sql_of(plan, **arguments)).fetchall()

    def checks(self, plan, **changes):
        arguments = ASKED | {"dialect": self.name, "amounts": "least_units"} | changes
        return sorted(self.connection.execute(checks_of(plan, **arguments)).fetchall())

    def paid(self, plan, **changes):
        return {row[0]: int(row[5]) for row in self.query(plan, **changes)}


@pytest.fixture(params=EXECUTED)
def table(request):
    if request.param == "duckdb":
        with duckdb.connect() as connection:
            yield Table("duckdb", connection)
    elif request.param == "sqlite":
        connection = sqlite3.connect(":memory:")
        yield Table("sqlite", connection)
        connection.close()
    else:
        folder = request.getfixturevalue("postgres").folder
        with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute("SET search_path = pg_temp")
            yield Table("postgres", connection)


def test_credits_and_statements_in_least_units(table):
    table.fill(SOLD)
    assert table.checks(PLAN) == []
    assert table.paid(PLAN) == {"a": 160, "b": 280, "c": 20}
    first = sorted(table.query(PLAN))[0]
    assert (first[0], first[1], str(first[2]), first[3:5]) == ("a", "ana", "2020-01-01", ("direct", "2020-Q1"))
    assert table.query(PLAN, output="statements") == [("ana", "2020-Q1", 2, 440), ("bo", "2020-Q1", 1, 20)]


def test_days_outside_are_not_paid(table):
    table.fill([*SOLD, ("d", "ana", "2020-06-30", 100), ("e", "ana", "2020-07-01", 100), ("f", "bo", "2019-12-31", 1)])
    assert table.paid(PLAN) == {"a": 160, "b": 280, "c": 20, "d": 2}
    assert table.checks(PLAN) == []


def test_the_plans_own_days_are_all_that_may_be_there(table):
    plan = attrs.evolve(PLAN, life=attrs.evolve(PLAN.life, effective=DateRange(date(2020, 1, 2), date(2020, 7, 1))))
    table.fill(SOLD)
    assert table.checks(plan, days=None) == [("not_in_force", "day", 1, "a")]
    assert table.paid(plan, days=None) == {"b": 160, "c": 20}


def test_every_fault_is_found_with_its_number_and_an_example(table):
    plan = by_attainment()
    rows = [
        *SOLD,
        ("a", "ana", "2020-01-01", 8000),
        (None, "ana", "2020-01-01", 5),
        ("n", None, "2020-01-01", 5),
        ("o", "ana", None, 5),
        ("p", "ana", "2020-01-01", None),
        ("q", "cy", "2020-01-01", 5),
    ]
    quotas = [("ana", "2020-Q1", 5), ("ana", "2020-Q1", 5), ("bo", "2020-Q1", 0), ("n", "2020-Q2", 1)]
    table.fill(rows, quotas=quotas)
    assert table.checks(plan) == [
        ("duplicate_id", "id", 1, "a"),
        ("duplicate_quota", "amount", 1, "ana"),
        ("missing_quota", "sales", 2, "cy"),
        ("missing_value", "amount", 1, "p"),
        ("missing_value", "day", 1, "o"),
        ("missing_value", "id", 1, "ana"),
        ("missing_value", "payee", 1, "n"),
        ("not_above_zero", "amount", 1, "bo"),
    ]


def test_what_is_finer_than_the_least_unit_is_found(table):
    table.fill([("a", "ana", "2020-01-01", Decimal("1.5") if table.name != "sqlite" else 1.5)],
               "id text, payee text, day date, amount numeric(9, 3)")  # fmt: skip
    assert table.checks(PLAN) == [("too_fine", "amount", 1, "a")]


@pytest.mark.parametrize("name", ["duckdb", "postgres"])
def test_decimals_come_and_go(name, request):
    if name == "duckdb":
        connection = duckdb.connect()
    else:
        folder = request.getfixturevalue("postgres").folder
        connection = psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True)
        connection.execute("SET search_path = pg_temp")
    with connection:
        connection.execute("CREATE TABLE credits (id text, payee text, day date, amount numeric(38, 3))")
        connection.execute(
            "INSERT INTO credits VALUES ('a', 'ana', '2020-01-01', 80), ('b', 'ana', '2020-01-02', 0.25)"
        )
        paid = connection.execute(sql_of(PLAN, dialect=name, **ASKED)).fetchall()
        assert {row[0]: str(row[5]) for row in paid} == {"a": "1.60", "b": "0.01"}
        assert connection.execute(checks_of(PLAN, dialect=name, **ASKED)).fetchall() == []
        connection.execute("INSERT INTO credits VALUES ('c', 'ana', '2020-01-02', 0.255)")
        assert connection.execute(checks_of(PLAN, dialect=name, **ASKED)).fetchall() == [("too_fine", "amount", 1, "c")]


def test_a_missing_quota_pays_nothing_rather_than_something(table):
    table.fill(SOLD, quotas=[("ana", "2020-Q1", 16000)])
    found = {row[0]: row[5] for row in table.query(by_attainment())}
    assert (int(found["a"]), int(found["b"]), found["c"]) == (80, 720, None)
    statements = {row[0]: row[3] for row in table.query(by_attainment(), output="statements")}
    assert statements["bo"] is None
    assert int(statements["ana"]) == 800


@pytest.mark.parametrize("level", ["line", "cumulative"])
def test_who_sold_nothing_that_counts_needs_no_quota(level, table):
    plan = by_attainment(rounding=StatementRounding(level=level, mode="half_up"))
    [part] = PLAN.components
    flat = simple_plan({0: "1%"}).components[0].table
    over = attrs.evolve(part, id="over", credits=["override_1"], table=flat)
    plan = with_cap(attrs.evolve(plan, components=[*plan.components, over]), 1000)
    rows = [("a", "ana", "2020-01-01", 8000, "direct"), ("a", "bo", "2020-01-01", 8000, "override_1")]
    table.fill(rows, "id text, payee text, day date, amount bigint, role text", [("ana", "2020-Q1", 8000)])
    assert table.checks(plan) == []
    paid = {row[1]: [int(each) for each in row[5:]] for row in table.query(plan)}
    assert paid == {"ana": [400, 400, 0], "bo": [80, 0, 80]}
    assert {row[1]: int(row[5]) for row in table.query(plan, by_component=False)} == {"ana": 400, "bo": 80}


def test_the_guard_stands_where_64_bits_might_not_hold(table):
    widest = LIMIT // 2 // 2  # a slope of two over 50, one component
    table.fill([("a", "ana", "2020-01-01", widest - 10**9)])
    assert table.checks(PLAN) == []
    assert table.paid(PLAN) == {"a": ((widest - 10**9) * 2 - 10000 + 25) // 50}
    table.fill([("a", "ana", "2020-01-01", widest), ("b", "ana", "2020-06-30", -(10**9))])
    assert table.checks(PLAN) == [("out_of_range", "sales", 1, "ana")]


def test_what_sqlite_would_pass_over_is_found_by_the_checks():
    connection = sqlite3.connect(":memory:")
    table = Table("sqlite", connection)
    table.fill([("a", "ana", "2020-01-01", 2**62)])
    assert table.checks(PLAN) == [("out_of_range", "sales", 1, "ana")]
    assert not isinstance(table.query(PLAN)[0][5], int)  # it went over to floating point in silence
    connection.close()


def test_a_quota_beyond_the_bound_is_out_of_range(table):
    table.fill(SOLD[:1], quotas=[("bo", "2020-Q1", 2**61)])
    assert table.checks(by_attainment()) == [("out_of_range", "sales", 1, "bo")]


def test_columns_and_tables_have_the_names_that_they_have(table):
    columns = 'sale text, "who sold" text, day date, "order" bigint'
    table.fill(SOLD, columns)
    if table.name == "duckdb":
        table.connection.execute("CREATE SCHEMA sales; ALTER TABLE credits RENAME TO deals")
        table.connection.execute("CREATE TABLE sales.deals AS FROM deals")
        where = "sales.deals"
    else:
        where = '"credits"'
    names = {"id": "sale", "payee": "who sold", "amount": "order"}
    if table.name == "postgres":
        names["amount"] = "order"
    try:
        paid = table.paid(PLAN, columns=names, credits=where)
    except Exception:  # a word of SQL as a name must be said in quotes
        table.connection.execute(f'ALTER TABLE {where} RENAME COLUMN "order" TO "order value"')
        paid = table.paid(PLAN, columns=names | {"amount": "order value"}, credits=where)
    assert paid == {"a": 160, "b": 280, "c": 20}


def test_a_name_cannot_break_out(table):
    table.fill(SOLD, 'id text, payee text, day date, "x"" FROM credits; DROP TABLE credits; --" bigint')
    assert table.paid(PLAN, columns={"amount": 'x" FROM credits; DROP TABLE credits; --'}) == {
        "a": 160, "b": 280, "c": 20,
    }  # fmt: skip
    part = attrs.evolve(PLAN.components[0], filters=[Filter(attribute="payee", none_of=["o'; DROP TABLE credits; --"])])
    plan = attrs.evolve(PLAN, name="a\n*/ DROP TABLE credits; --", components=[part])
    assert table.paid(plan, columns={"amount": 'x" FROM credits; DROP TABLE credits; --'})["a"] == 160
    assert "\n*/" not in sql_of(plan, dialect=table.name, **ASKED)


@pytest.mark.parametrize("name", ["credits; DROP TABLE x", "", "SELECT 1", "a b c", "credits AS c"])
def test_what_is_no_table_is_refused(name):
    with pytest.raises(InvalidValue, match="give the name of a table"):
        sql_of(PLAN, credits=name, **ASKED)


def test_credits_of_a_day_stand_in_the_order_of_their_code_points(table):
    rows = [("B", "ana", "2020-01-01", 8000), ("a", "ana", "2020-01-01", 8000), ("ä", "ana", "2020-01-01", 100)]
    rows.append(("r", "ana", "2020-01-01", -100))
    table.fill(rows, "id text, payee text, day date, amount bigint")
    assert table.paid(PLAN) == {"B": 160, "a": 280, "ä": 4, "r": -4}
    if table.name == "postgres":  # whose usual order is that of a language
        assert 'id AS TEXT) COLLATE "C"' in sql_of(PLAN, dialect="postgres", **ASKED)


def test_ids_that_are_numbers_stand_in_their_order(table):
    table.fill(
        [(10, "ana", "2020-01-01", 8000), (9, "ana", "2020-01-01", 8000)],
        "id bigint, payee text, day date, amount bigint",
    )
    assert table.paid(PLAN, ids="numbers") == {9: 160, 10: 280}


def test_returns_take_back_what_their_sale_was_paid(table):
    plan = attrs.evolve(PLAN, returns="original_terms")
    rows = [
        ("a", "ana", "2020-01-01", 10000, None),
        ("b", "ana", "2020-01-02", 3333, None),
        ("r1", "ana", "2020-04-02", -1111, "b"),
        ("r2", "ana", "2020-04-03", -2222, "b"),
        ("early", "ana", "2020-01-01", -1, "b"),
    ]
    table.fill(rows, "id text, payee text, day date, amount bigint, original text")
    paid = table.paid(plan)
    assert (paid["a"], paid["b"], paid["early"]) == (200, 133, 0)
    assert paid["r1"] + paid["r2"] == -133
    assert paid["r1"] == -44
    table.fill(
        [*rows, ("r3", "bo", "2020-04-03", -2222, "b")], "id text, payee text, day date, amount bigint, original text"
    )
    assert table.checks(plan) == [("unknown_original", "original", 1, "r3")]
    assert table.paid(plan, columns={"original": ""})["r1"] == -22  # without the column it is a return like any other


def test_many_tiers_are_searched_by_halves(table):
    starts = {10 * number: f"{number % 7 + 1}%" for number in range(40)}
    plan = simple_plan(starts, mode="whole_amount", side="upper")
    chance = random.Random(5)
    credits = [
        PlainCredit(id=f"s{number:03}", day=DAYS.start + timedelta(days=number), amount=Decimal(amount))
        for number, amount in enumerate(chance.choice((10, 10, 5, -10, 17)) for _ in range(180))
    ]
    table.fill([(each.id, "ana", each.day.isoformat(), int(each.amount * 100)) for each in credits])
    expected = {line.transaction: int(line.amount * 100) for line in pay_literally(plan, credits, pay_period="quarter")}
    assert table.paid(plan) == expected
    tiers = by_attainment().components[0]
    bands = BandTable(bands=[Band(start=Decimal(k) / 20, value=Rate.parse(r)) for k, r in enumerate(starts.values())])
    held = attrs.evolve(plan, components=[attrs.evolve(tiers, table=AttainmentTable(mode="marginal", tiers=bands))])
    straight = simple_plan({10 * k: rate for k, rate in enumerate(starts.values())})
    quotas = [("ana", label, 20000) for label in ("2020-Q1", "2020-Q2")]
    table.fill([(each.id, "ana", each.day.isoformat(), int(each.amount * 100)) for each in credits], quotas=quotas)
    lines = pay_literally(straight, credits, pay_period="quarter")
    assert table.paid(held) == {line.transaction: int(line.amount * 100) for line in lines}
    table.fill(SOLD)
    assert {row[5] for row in table.query(held)} == {None}


def test_a_cap_shrinks_with_the_days_of_the_plan(table):
    life = attrs.evolve(PLAN.life, effective=DateRange(date(2020, 2, 16), date(2020, 7, 1)))
    plan = with_cap(PLAN, "9.10", life=life, proration="by_days")
    rows = [
        ("a", "ana", "2020-02-16", 100_000),
        ("b", "ana", "2020-04-01", 100_000),
        ("c", "ana", "2020-04-02", -90_000),
    ]
    table.fill(rows)
    # 45 of 91 days; in the second quarter the return gives back what lies under the cap alone
    assert table.paid(plan, days=None) == {"a": 450, "b": 910, "c": -710}


def test_weeks_of_four_four_five(table):
    calendar = FiscalCalendar(pattern="4-4-5", week_rule="last_day")
    days = calendar.period("2020").span
    end = calendar.period("2020-M01").end
    table.fill([(str(n), "ana", (end + timedelta(days=n)).isoformat(), 10_000) for n in (-1, 0)])
    found = table.query(PLAN, calendar=calendar, pay_period="month", days=days)
    assert {row[0]: (row[4], int(row[5])) for row in found} == {"-1": ("2020-M01", 200), "0": ("2020-M02", 200)}


@pytest.mark.parametrize("name", PRINTED)
def test_other_dialects_are_printed_and_say_so(name):
    for case in seeded_cases(3, plans=3, credits=2, kinds=("amount", "attainment", "fixed", "multiplier")):
        if find_refusals(case.plan, target="sql"):
            continue
        asked = {"pay_period": case.pay_period, "dialect": name, "days": DateRange(date(2020, 1, 1), date(2021, 1, 1))}
        for query in (sql_of(case.plan, **asked), checks_of(case.plan, **asked)):
            head, _, _ = query.partition("WITH ")
            assert "printed only, not executed here" in head
            assert all(line.startswith("-- ") for line in head.splitlines())
            plain = sqlglot.parse_one(query, dialect=name).sql(dialect=name, comments=False)
            again = sqlglot.parse_one(plain, dialect=name).sql(dialect=name, comments=False)
            assert plain == again


@pytest.mark.parametrize("name", list(DIALECTS))
def test_no_division_goes_through_floating_point(name):
    query = sql_of(
        attrs.evolve(PLAN, rounding=StatementRounding(level="line", mode="half_even")), dialect=name, **ASKED
    )
    assert not any(word in query.upper() for word in ("DOUBLE", "FLOAT", "REAL"))
    if not DIALECTS[name].is_executed and name in ("snowflake", "oracle"):
        assert "MOD(" in query.upper() or " % " in query  # the rest is taken away before the division


def test_executed_dialects_do_not_say_that_they_are_not():
    for name in EXECUTED:
        assert "not executed" not in sql_of(PLAN, dialect=name, **ASKED)


def test_features_are_refused_by_name_before_anything_is_printed():
    [part] = PLAN.components
    plan = attrs.evolve(
        PLAN,
        clawbacks=[
            Clawback(
                id="back", events=["left"], tenure="months", shares=BandTable(bands=[Band(start=0, value=Rate(1))])
            )
        ],
        rounding=StatementRounding(level="tier", mode="half_up"),
        components=[part, attrs.evolve(part, id="formula", table=FormulaTable(formula="amount * 2"))],
    )
    for make in (sql_of, checks_of):
        with pytest.raises(InvalidDocument) as error:
            make(plan, **ASKED)
        codes = [fault.code for fault in error.value.faults]
        assert codes == ["frames.clawbacks", "frames.rounding_by_tier", "frames.formula"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dialect": "duckd"}, "did you mean duckdb"),
        ({"dialect": "cobol"}, "there are: duckdb"),
        ({"days": None}, "say which days to pay"),
        ({"days": DateRange(date(2020, 1, 1))}, "say which days to pay"),
        (
            {"days": DateRange(date(2020, 1, 2), date(2020, 7, 1))},
            "begin with 2020-01-01, the first day of the quarter",
        ),
        ({"days": DateRange(date(1969, 1, 1), date(2020, 7, 1))}, "give days on which the plan holds"),
        ({"amounts": "cents"}, "say decimal or least_units"),
        ({"amounts": "decimal", "dialect": "sqlite"}, "has no decimals"),
        ({"ids": "uuids"}, "say text or numbers"),
        ({"output": "everything"}, "ask for credits or statements"),
        ({"pay_period": "moon"}, "moon"),
    ],
)
def test_what_is_asked_must_make_sense(changes, words):
    with pytest.raises(InvalidValue, match=words):
        sql_of(PLAN, **(ASKED | changes))


def test_a_plan_without_components_is_refused():
    with pytest.raises(InvalidValue, match="give plan a component"):
        sql_of(attrs.evolve(PLAN, components=[]), **ASKED)


def test_all_names_that_mean_nothing_are_told_at_once():
    with pytest.raises(InvalidDocument) as error:
        sql_of(PLAN, columns={"sum": "x", "payee": ""}, **ASKED)
    assert [fault.path for fault in error.value.faults] == ["columns.sum", "columns.payee"]


def test_components_of_like_names_keep_their_own_columns():
    [part] = PLAN.components
    parts = [attrs.evolve(part, id=name) for name in ("new business", "new-business", "奖金")]
    query = sql_of(attrs.evolve(PLAN, components=parts), **ASKED)
    for name in ("commission_new_business", "commission_new_business_2", "commission_part_3"):
        assert f" AS {name}\n" in query or f" AS {name}," in query


def test_a_role_that_nobody_has_pays_nothing(table):
    [part] = PLAN.components
    plan = attrs.evolve(PLAN, components=[attrs.evolve(part, credits=["override_1"])])
    table.fill(SOLD)
    assert set(table.paid(plan, columns={"role": ""}).values()) == {0}


def test_the_door_loads_no_sqlglot():
    code = "import salesrules.frames, sys; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
