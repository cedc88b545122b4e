"""A plan as one query of SQL, for people whose data never leaves the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs
from sqlglot import exp

from salesrules.commissions import Plan
from salesrules.core import CurrencyTable, DateRange, FiscalCalendar, InvalidValue, PeriodKind
from salesrules.frames.compiling import compile_plan
from salesrules.frames.reasons import Target
from salesrules.frames.sql.checks import check_query
from salesrules.frames.sql.dialects import find_dialect
from salesrules.frames.sql.naming import CREDIT_COLUMNS, QUOTA_COLUMNS, read_columns, table_of
from salesrules.frames.sql.paying import in_all, pay_stages
from salesrules.frames.sql.returns import reversal_stages
from salesrules.frames.sql.setting import Setting, check_days, parts_of
from salesrules.frames.sql.stages import Stages, held_stages, measure_stages, move_stages
from salesrules.frames.sql.tree import case, column, named, select
from salesrules.frames.sql.words import head_of

__all__ = ["checks_of", "sql_of"]

_CALENDAR = FiscalCalendar()

Amounts = Literal["decimal", "least_units"]


def sql_of(
    plan: Plan,
    *,
    dialect: str = "duckdb",
    pay_period: PeriodKind | str,
    days: DateRange | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    credits: str = "credits",
    quotas: str = "quotas",
    columns: Mapping[str, str] | None = None,
    quota_columns: Mapping[str, str] | None = None,
    amounts: Amounts | str | None = None,
    ids: Literal["text", "numbers"] | str = "text",
    output: Literal["credits", "statements"] | str = "credits",
    by_component: bool = True,
) -> str:
    """The query that pays a table of credits by a plan version, equal to `calculate` to the cent.

    It pays the credits of `days`, which begin with a period and lie where the plan holds (all of these where the plan
    has an end). `credits` and `quotas` are tables as `calculate` reads them; `columns` and `quota_columns` give columns
    their own names there, an empty one where there is no `role`, `original` or `measure`. `role` is read where the plan
    credits others than the seller, `original` where returns are paid at original terms or counted, `measure` where the
    plan needs quotas of more than `amount`. `amounts` are decimals, or whole numbers of the currency's least unit (in
    SQLite always), and pay is given alike. `ids` say whether credits are told by texts or numbers, which matters for
    the order on one day. Without `by_component` only what a credit pays in all is given, which is faster. Run
    `checks_of` first: the query itself trusts what it reads.

    Raises `InvalidDocument` with every feature of the plan that SQL does not do, and `InvalidValue`.

    >>> from datetime import date
    >>> from salesrules.testing import simple_plan
    >>> days = DateRange(date(2020, 1, 1), date(2020, 7, 1))
    >>> query = sql_of(simple_plan({0: "2%", 100: "4%"}), pay_period="quarter", days=days, output="statements")
    >>> import duckdb
    >>> sold = "(VALUES ('a', 'ana', DATE '2020-01-01', 80.00), ('b', 'ana', DATE '2020-01-02', 80.00))"
    >>> made = duckdb.execute(f"CREATE TABLE credits AS FROM {sold} AS t(id, payee, day, amount)")
    >>> duckdb.sql(query).fetchall()
    [('ana', '2020-Q1', 2, Decimal('4.40'))]
    """
    if output not in ("credits", "statements"):
        raise InvalidValue("output", output, "ask for credits or statements")
    setting = _setting(
        plan, dialect, pay_period, days, calendar, currencies, credits, quotas, columns, quota_columns, amounts, ids
    )
    setting = attrs.evolve(setting, by_component=by_component and output == "credits")
    stages = Stages()
    held_stages(setting, stages)
    measure_stages(setting, stages)
    move_stages(setting, stages)
    pay_stages(setting, stages)
    if setting.plan.reverses and setting.has_original:
        reversal_stages(setting, stages)
    found = _statements(setting, stages) if output == "statements" else _credits(setting, stages)
    return head_of(setting, output) + found.sql(dialect=setting.dialect.name, pretty=True, copy=False) + ";\n"


def checks_of(
    plan: Plan,
    *,
    dialect: str = "duckdb",
    pay_period: PeriodKind | str,
    days: DateRange | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    credits: str = "credits",
    quotas: str = "quotas",
    columns: Mapping[str, str] | None = None,
    quota_columns: Mapping[str, str] | None = None,
    amounts: Amounts | str | None = None,
    ids: Literal["text", "numbers"] | str = "text",
) -> str:
    """The query that finds what `sql_of` must not be given; the arguments are the same.

    It has a row for each kind of fault: `finding`, `concerns` (a column or component), `found` (how many) and an
    `example`; no row where all is well. It finds what is missing, given twice, on days outside, finer than the least
    unit, or so large that 64 bits might not hold what is worked out from it.
    """
    setting = _setting(
        plan, dialect, pay_period, days, calendar, currencies, credits, quotas, columns, quota_columns, amounts, ids
    )
    query = check_query(setting, starts_and_ends=days is None)
    return head_of(setting, "checks") + query.sql(dialect=setting.dialect.name, pretty=True, copy=False) + ";\n"


def _setting(
    plan: Plan,
    dialect: str,
    pay_period: PeriodKind | str,
    days: DateRange | None,
    calendar: FiscalCalendar,
    currencies: CurrencyTable | None,
    credits: str,
    quotas: str,
    columns: Mapping[str, str] | None,
    quota_columns: Mapping[str, str] | None,
    amounts: str | None,
    ids: str,
) -> Setting:
    made = find_dialect(dialect)
    kind = PeriodKind(pay_period)
    compiled = compile_plan(plan, currencies, target=Target.SQL)
    if not compiled.components:
        raise InvalidValue("components", (), f"give {plan.id} a component, so that there is something to pay")
    if amounts not in (None, "decimal", "least_units"):
        raise InvalidValue("amounts", amounts, "say decimal or least_units")
    if amounts == "decimal" and not made.has_decimals:
        raise InvalidValue("amounts", amounts, f"{made.name} has no decimals; keep whole numbers of the least unit")
    if ids not in ("text", "numbers"):
        raise InvalidValue("ids", ids, "say text or numbers")
    effective = plan.life.effective
    if (days is None and effective.end is None) or (days is not None and days.end is None):
        raise InvalidValue("days", None, f"{plan.id} holds from {effective.start} on; say which days to pay")
    attributes = {each.attribute for component in plan.components for each in component.filters}
    setting = Setting(
        plan=compiled,
        dialect=made,
        pay_period=kind,
        days=effective if days is None else days,
        calendar=calendar,
        parts=parts_of(compiled, kind),
        credits=table_of(credits, made.name, "credits"),
        quotas=table_of(quotas, made.name, "quotas"),
        columns=read_columns(columns, CREDIT_COLUMNS, "columns", others=attributes),
        quota_columns=read_columns(quota_columns, QUOTA_COLUMNS, "quota_columns"),
        is_decimal=made.has_decimals and amounts != "least_units",
        has_numbers=ids == "numbers",
        by_component=True,
    )
    check_days(setting)
    return setting


def _money(setting: Setting, units: exp.Expression) -> exp.Expression:
    return setting.dialect.decimal(units, setting.plan.rounding.digits) if setting.is_decimal else units


def _credits(setting: Setting, stages: Stages) -> exp.Select:
    columns: list[exp.Expression] = [column(name) for name in ("id", "payee", "day", "role", "period")]
    columns.append(named(_money(setting, in_all(setting, "paid")), "commission"))
    if len(setting.parts) > 1 and setting.by_component:
        columns += [named(_money(setting, part.made("paid")), part.name("commission")) for part in setting.parts]
    return stages.query(select(columns, stages.last))


def _statements(setting: Setting, stages: Stages) -> exp.Select:
    stages.extend("paid_in_all", [(in_all(setting, "paid"), "paid_for_credit")], "what each credit is paid in all")
    known, all_rows = exp.Count(this=column("paid_for_credit")), exp.Count(this=exp.Star())
    is_whole = exp.EQ(this=known, expression=all_rows)
    is_whole.add_comments(["else a quota is missing, and nothing is said"])
    paid = case((is_whole, setting.dialect.whole(exp.Sum(this=column("paid_for_credit")))))
    columns = [column("payee"), column("period"), named(exp.Count(this=exp.Star()), "credits")]
    key = ("payee", "period")
    order = [setting.dialect.ordered(column(name)) for name in key]
    group = [column(name) for name in key]
    columns.append(named(_money(setting, paid), "commission"))
    return stages.query(select(columns, stages.last, group=group, order=order))
