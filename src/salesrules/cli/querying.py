"""`salesrules sql`: a plan as a query for a warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from salesrules import frames
from salesrules.cli import output, solving
from salesrules.cli.options import FINE, UNREADABLE
from salesrules.commissions import CommissionPolicy, Plan
from salesrules.core import DateRange, InvalidValue, PeriodKind
from salesrules.wire import load_rulebook

__all__ = ["sql"]


def sql(
    rulebook: Path,
    *,
    dialect: str,
    plan: str = "",
    pay_period: str = "",
    start: Annotated[date | None, Parameter(name="--from")] = None,
    last: Annotated[date | None, Parameter(name="--to")] = None,
    credits: str = "credits",
    quotas: str = "quotas",
    column: tuple[str, ...] = (),
    quota_column: tuple[str, ...] = (),
    least_units: Annotated[bool, Parameter(negative="")] = False,
    numeric_ids: Annotated[bool, Parameter(negative="")] = False,
    statements: Annotated[bool, Parameter(negative="")] = False,
    checks: Annotated[bool, Parameter(negative="")] = False,
    file: Annotated[Path | None, Parameter(name="--output")] = None,
) -> int:
    """Print a plan as one query of SQL, equal to the cent, for data that stay in their warehouse.

    Parameters
    ----------
    rulebook
        A rulebook in TOML, JSON or YAML.
    dialect
        duckdb, sqlite or postgres, which the tests of salesrules run; or, printed only, snowflake, bigquery, redshift,
        spark, databricks, tsql, mysql, trino or oracle.
    plan
        The id of a plan, or its family where that has one version; needed where the rulebook has several plans.
    pay_period
        The kind of period in which is paid, such as quarter; without it the rulebook's own.
    start
        The first day that is paid, with which a period begins; without it the first on which the plan holds.
    last
        The last day that is paid; without it the last on which the plan holds.
    credits
        The table of credits: id, payee, day, what the plan measures (amount, cost, quantity), and role, original and
        attributes where the plan asks for them.
    quotas
        The table of quotas and target incentives: payee, period, amount, and measure where there are several.
    column
        A column of the credits that has another name, as payee=rep_id; give it once for each. `role=` and `original=`
        say that there is none.
    quota_column
        A column of the quotas that has another name, as amount=goal.
    least_units
        Money is whole numbers of the least unit (cents) in the tables, and comes out alike; so it always is in SQLite.
    numeric_ids
        The ids of credits are numbers, and count in their order.
    statements
        What each payee is paid in each period, instead of what each credit pays.
    checks
        Instead of the query the one to run before it, which finds what it must not be given.
    file
        Where to write the query instead of printing it.
    """
    if statements and checks:
        raise InvalidValue("--statements", "--checks", "ask for one of them at a time")
    book = load_rulebook(rulebook)
    policy = book.policy(CommissionPolicy)
    found = _plan(policy, plan)
    kind = PeriodKind(pay_period) if pay_period else policy.pay_period
    arguments: dict[str, Any] = {
        "dialect": dialect,
        "pay_period": kind,
        "days": _days(found, start, last),
        "calendar": book.calendar,
        "currencies": book.currencies,
        "credits": credits,
        "quotas": quotas,
        "columns": _names(column, "--column"),
        "quota_columns": _names(quota_column, "--quota-column"),
        "amounts": "least_units" if least_units else None,
        "ids": "numbers" if numeric_ids else "text",
    }
    try:
        made = frames.checks_of if checks else frames.sql_of
    except ModuleNotFoundError as error:
        output.error(f"SQL needs {error.name}; install it with: pip install 'salesrules[frames]'")
        return UNREADABLE
    if not checks:
        arguments["output"] = "statements" if statements else "credits"
    written = made(found, **arguments)
    if file is None:
        output.write(written)
    else:
        file.write_text(written, "utf-8")
        output.write(f"{file}\n")
    return FINE


def _plan(policy: CommissionPolicy, name: str) -> Plan:
    if name:
        return solving.find_plan(policy, name)
    if len(policy.plans) != 1:
        known = ", ".join(plan.id for plan in policy.plans)
        raise InvalidValue("--plan", None, f"name one of {known}" if known else "the rulebook has no plans")
    return policy.plans[0]


def _days(plan: Plan, start: date | None, last: date | None) -> DateRange | None:
    """The days that are asked for; none where the plan's own are meant."""
    if start is None and last is None:
        return None
    effective = plan.life.effective
    end = effective.end if last is None else last + timedelta(days=1)
    return DateRange(effective.start if start is None else start, end)


def _names(given: Iterable[str], option: str) -> dict[str, str]:
    found = {}
    for each in given:
        name, sign, theirs = each.partition("=")
        if not sign or not name:
            raise InvalidValue(option, each, "write it as payee=rep_id: the name here, then that in the table")
        found[name.strip()] = theirs.strip()
    return found
