"""Tables in the terminal: what was paid, how sales add up, what was found."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
from rich.console import Console
from rich.table import Table
from rich.text import Text

from salesrules.cli import output
from salesrules.commissions import Statement
from salesrules.company import CompanyResult, PayComparison
from salesrules.core import CurrencyTable, Fault, Money, RoundingMode, round_exactly, total
from salesrules.messages import format_money, format_period, format_rate, render, render_change, text
from salesrules.reports import RollUpTable

__all__ = ["show_comparison", "show_faults", "show_result"]

#: What a narrow terminal goes without, first of all the plan; the files have everything.
_WITHOUT = ((), ("plan",), ("plan", "attainment"), ("plan", "attainment", "earned", "balances"))
_ROLL_UP_WITHOUT = ((), ("earned",))
#: Wider than any terminal, to ask what a table would need.
_UNBOUNDED = 100_000
_HEADING = 10
_LEFT = frozenset({"payee", "plan", "region", "manager"})


def show_result(result: CompanyResult, locale: str) -> None:
    """Print who is paid what, sales by region and by manager, and the findings."""
    screen = output.console()
    run = result.commissions
    screen.print(_text(f"{result.content.company} · {format_period(run.period.label, locale)}", "bold"))
    screen.print(_text(f"{result.content.rulebook} · {result.version[:12]}", "dim"))
    _print_fitting(screen, "pay", locale, [_pay_table(result, locale, without) for without in _WITHOUT])
    for roll_up in result.content.tables:
        tables = [_roll_up_table(roll_up, run.currencies, locale, without) for without in _ROLL_UP_WITHOUT]
        _print_fitting(screen, f"by_{roll_up.kind.value}", locale, tables)
    for finding in result.content.findings():
        screen.print(_text("· " + render(finding, locale, run.currencies)))


def _print_fitting(screen: Console, title: str, locale: str, tables: Sequence[Table]) -> None:
    """Print a title and the first table that fits without breaking an amount or a word, or else the last."""
    screen.print(Text(text(f"cli.label.{title}", locale), style="italic"))
    unbounded = screen.options.update(width=_UNBOUNDED)
    fitting = (table for table in tables if screen.measure(table, options=unbounded).minimum <= screen.width)
    screen.print(next(fitting, tables[-1]))


def _text(text: str, style: str = "") -> Text:
    return Text(output.visible(text), style=style)


def _table(columns: Iterable[str], locale: str) -> Table:
    """An empty table with words above its columns; amounts are never broken over two lines."""
    table = Table()
    for name in columns:
        heading = Text(textwrap.fill(text(f"cli.label.{name}", locale), _HEADING, break_long_words=False))
        if name in _LEFT:
            table.add_column(heading, overflow="fold")
        else:
            table.add_column(heading, justify="right", no_wrap=True, overflow="ellipsis")
    return table


def _pay_table(result: CompanyResult, locale: str, without: Sequence[str]) -> Table:
    run = result.commissions
    converted = any(statement.payment is not None for statement in run.statements)
    names = ["payee", "plan", "attainment", "earned", "balances", "paid", *(["handed_over"] if converted else [])]
    columns = [name for name in names if name not in without]
    table = _table(columns, locale)

    def add_row(cells: Mapping[str, Text]) -> None:
        table.add_row(*(cells.get(name, Text()) for name in columns))

    def money(value: Money) -> Text:
        return _money(value, run.currencies, locale)

    for statement in run.statements:
        attained = [m.attainment for m in statement.measurements if m.attainment is not None]
        plans = [result.content.plans.get(plan, {}) for plan in statement.plans]
        add_row(
            {
                "payee": _text(result.content.people.get(statement.payee, statement.payee)),
                "plan": _text(", ".join(name.get(locale, name.get("en", "")) for name in plans)),
                "attainment": Text(_attainment(attained[-1], locale) if attained else ""),
                "earned": money(statement.earned),
                "balances": money(_balance(statement)) if statement.balances or statement.restatements else Text(),
                "paid": money(statement.paid),
                "handed_over": money(statement.payable),
            }
        )
    for currency, paid in run.totals().items():
        here = [statement for statement in run.statements if statement.currency == currency]
        table.add_section()
        add_row(
            {
                "payee": Text(text("cli.label.total", locale), style="bold"),
                "earned": money(total([statement.earned for statement in here], currency)),
                "balances": money(total([_balance(statement) for statement in here], currency)),
                "paid": money(paid),
                "handed_over": Text("\n").join(map(money, attrs.evolve(run, statements=here).payments().values())),
            }
        )
    return table


def _attainment(share: Fraction, locale: str) -> str:
    """To a tenth of a per cent, cut off, so that nobody seems to have reached a quota before they have."""
    return format_rate(round_exactly(share, 3, RoundingMode.FLOOR), locale)


def _balance(statement: Statement) -> Money:
    return total([statement.restated, *(entry.amount for entry in statement.balances)])


def _roll_up_table(roll_up: RollUpTable, currencies: CurrencyTable, locale: str, without: Sequence[str]) -> Table:
    kind = roll_up.kind.value
    columns = [name for name in (kind, "sales", "earned") if name not in without]
    table = _table(columns, locale)

    def add_row(name: Text, sales: Decimal, earned: Decimal) -> None:
        table.add_row(*(name, amount(sales), amount(earned))[: len(columns)])

    def amount(value: Decimal) -> Text:
        return _money(Money(value, roll_up.currency), currencies, locale)

    for row in roll_up.rows:
        add_row(_text("  " * row.depth + row.name), row.sales, row.earned)
    table.add_section()
    add_row(Text(text("cli.label.total", locale), style="bold"), roll_up.sales, roll_up.earned)
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


def show_comparison(found: PayComparison, locale: str) -> None:
    """Print what a payee is paid in two periods, and each reason for the difference."""
    before, after = found.paid
    head = text(
        "cli.label.pay_compared",
        locale,
        payee=found.payee,
        before=format_money(before, locale, found.currencies),
        after=format_money(after, locale, found.currencies),
        earlier_period=found.earlier_period.label,
        period=found.period.label,
    )
    lines = [render_change(change.reason, locale, found.currencies) for change in found.changes]
    output.write("".join(f"{line}\n" for line in (head, *(lines or [text("cli.label.no_change", locale)]))))
