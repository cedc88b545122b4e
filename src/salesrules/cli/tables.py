"""Tables in the terminal: what was paid, how sales add up, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from salesrules.cli import output
from salesrules.company import CompanyResult
from salesrules.core import CurrencyTable, Fault, Money, RoundingMode, round_exactly, total
from salesrules.messages import format_money, format_period, format_rate, render, text
from salesrules.reports import RollUpTable

__all__ = ["show_faults", "show_result"]


def show_result(result: CompanyResult, locale: str) -> None:
    """Print who is paid what, sales by region and by manager, and the findings."""
    screen = output.console()
    run = result.commissions
    screen.print(Text(f"{result.content.company} · {format_period(run.period.label, locale)}", style="bold"))
    screen.print(Text(f"{result.content.rulebook} · {result.version[:12]}", style="dim"))
    screen.print(_pay_table(result, locale))
    for table in result.content.tables:
        screen.print(_roll_up_table(table, run.currencies, locale))
    for finding in result.content.findings():
        screen.print(Text("· " + render(finding, locale)))


def _table(title: str, *headings: tuple[str, str]) -> Table:
    table = Table(title=Text(title), title_justify="left", show_footer=False)
    for heading, side in headings:
        table.add_column(Text(heading), justify="right" if side == "right" else "left")
    return table


def _pay_table(result: CompanyResult, locale: str) -> Table:
    run = result.commissions

    def words(code: str) -> str:
        return text(f"cli.label.{code}", locale)

    table = _table(
        words("pay"),
        (words("payee"), "left"),
        (words("plan"), "left"),
        (words("attainment"), "right"),
        (words("earned"), "right"),
        (words("balances"), "right"),
        (words("paid"), "right"),
    )
    for statement in run.statements:
        attained = [m.attainment for m in statement.measurements if m.attainment is not None]
        names = [result.content.plans.get(plan, {}) for plan in statement.plans]
        held_back = total([entry.amount for entry in statement.balances], statement.currency)
        table.add_row(
            Text(result.content.people.get(statement.payee, statement.payee)),
            Text(", ".join(name.get(locale, name.get("en", "")) for name in names)),
            Text(format_rate(round_exactly(attained[-1], 3, RoundingMode.DOWN), locale) if attained else ""),
            _money(statement.earned, run.currencies, locale),
            _money(held_back, run.currencies, locale) if statement.balances else Text(""),
            _money(statement.paid, run.currencies, locale),
        )
    for currency, paid in run.totals().items():
        here = [s for s in run.statements if s.currency == currency]
        table.add_section()
        table.add_row(
            Text(words("total"), style="bold"),
            Text(""),
            Text(""),
            _money(total([s.earned for s in here], currency), run.currencies, locale),
            _money(total([e.amount for s in here for e in s.balances], currency), run.currencies, locale),
            _money(paid, run.currencies, locale),
        )
    return table


def _roll_up_table(roll_up: RollUpTable, currencies: CurrencyTable, locale: str) -> Table:
    table = _table(
        text(f"cli.label.by_{roll_up.kind.value}", locale),
        (text(f"cli.label.{roll_up.kind.value}", locale), "left"),
        (text("cli.label.sales", locale), "right"),
        (text("cli.label.earned", locale), "right"),
    )

    def amount(value: Decimal) -> Text:
        return _money(Money(value, roll_up.currency), currencies, locale)

    for row in roll_up.rows:
        table.add_row(Text("  " * row.depth + row.name), amount(row.sales), amount(row.earned))
    table.add_section()
    table.add_row(Text(text("cli.label.total", locale), style="bold"), amount(roll_up.sales), amount(roll_up.earned))
    return table


def _money(money: Money, currencies: CurrencyTable, locale: str) -> Text:
    return Text(format_money(money, locale, currencies))


def show_faults(faults: Iterable[Fault], name: str) -> None:
    """Print faults and warnings, or that there are none."""
    found = tuple(faults)
    for fault in found:
        output.write(f"{fault.severity}: {fault}\n")
    errors = sum(1 for fault in found if fault.severity == "error")
    output.write(f"{name}: {errors} error(s), {len(found) - errors} warning(s)\n")
