"""What the first pages show: totals, payees, roll-ups, curves, findings; every sum exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions import CommissionRun, Measurement, Statement
from salesrules.core import Money, Severity, exact_sum, total
from salesrules.reports.content import ReportContent, RollUpTable
from salesrules.reports.words import Names

__all__ = [
    "Attainment",
    "Finding",
    "PayeeRow",
    "RollUp",
    "RollUpLine",
    "Totals",
    "attainments",
    "findings",
    "outside_territory",
    "payee_rows",
    "roll_ups",
    "ties",
    "totals",
]

#: The bar of an attainment ends here; what is above is shown as full.
_FULL = Fraction(3, 2)


@attrs.frozen(kw_only=True)
class Attainment:
    """An attainment with its exact share and the width of its bar in per cent, of which two thirds are the quota."""

    component: str
    span: str
    figure: str
    exact: str
    width: int


@attrs.frozen(kw_only=True)
class PayeeRow:
    """One statement in the table of payees; `anchor` is the id of its section, if it has one.

    `handed_over` is empty where nobody is paid in another currency than their plan's.
    """

    anchor: str
    name: str
    id: str
    position: str
    plans: tuple[str, ...]
    lines: str
    attainments: tuple[Attainment, ...]
    earned: str
    balance: str
    paid: str
    handed_over: str
    closing: str


@attrs.frozen(kw_only=True)
class Totals:
    """The sums of all statements in one currency; `handed_over` in each currency, where somebody is paid in another."""

    currency: str
    statements: str
    lines: str
    earned: str
    balance: str
    paid: str
    handed_over: tuple[str, ...]
    closing: str


@attrs.frozen(kw_only=True)
class RollUpLine:
    """A region or person of a roll-up."""

    name: str
    depth: int
    own_sales: str
    sales: str
    own_earned: str
    earned: str


@attrs.frozen(kw_only=True)
class RollUp:
    """A roll-up in words."""

    kind: str
    title: str
    currency: str
    rows: tuple[RollUpLine, ...]
    sales: str
    earned: str


@attrs.frozen(kw_only=True)
class Finding:
    """A finding in words; `severity` is empty for what is only told."""

    severity: str
    sentence: str


def attainments(measurements: Iterable[Measurement], names: Names) -> tuple[Attainment, ...]:
    """The attainments of a statement: one for each component with a quota and each of its spans."""
    words = names.words
    return tuple(
        Attainment(
            component=measurement.component,
            span=words.period(measurement.label),
            figure=words.attainment(share),
            exact=words.rate(share),
            width=int(100 * min(max(share, Fraction(0)), _FULL) / _FULL),
        )
        for measurement in measurements
        if (share := measurement.attainment) is not None
    )


def payee_rows(content: ReportContent, names: Names) -> tuple[PayeeRow, ...]:
    """Every statement as a row, in the order of the run."""
    words = names.words
    converted, shown = _is_converted(content.run), len(content.shown())
    return tuple(
        PayeeRow(
            anchor=f"statement-{number}" if number <= shown else "",
            name=names.person(statement.payee),
            id=statement.payee,
            position=content.positions.get(statement.payee, ""),
            plans=tuple(names.plan(plan) for plan in statement.plans),
            lines=words.number(len(statement.lines)),
            attainments=attainments(statement.measurements, names),
            earned=words.money(statement.earned),
            balance=words.money(balance_of(statement)),
            paid=words.money(statement.paid),
            handed_over=words.money(statement.payable) if converted else "",
            closing=words.money(statement.closing),
        )
        for number, statement in enumerate(content.run.statements, 1)
    )


def balance_of(statement: Statement) -> Money:
    """What balance entries add to a statement's pay, or take from it."""
    return total([statement.restated, *(entry.amount for entry in statement.balances)])


def totals(content: ReportContent, names: Names) -> tuple[Totals, ...]:
    """The sums of the table of payees, one for each currency."""
    words = names.words
    found = []
    for currency, paid in content.run.totals().items():
        statements = _of_currency(content, currency)
        payments = attrs.evolve(content.run, statements=statements).payments().values()
        found.append(
            Totals(
                currency=currency,
                statements=words.number(len(statements)),
                lines=words.number(sum(len(statement.lines) for statement in statements)),
                earned=words.money(total([s.earned for s in statements], currency)),
                balance=words.money(total([balance_of(s) for s in statements], currency)),
                paid=words.money(paid),
                handed_over=tuple(map(words.money, payments)) if _is_converted(content.run) else (),
                closing=words.money(total([s.closing for s in statements], currency)),
            )
        )
    return tuple(found)


def _is_converted(run: CommissionRun) -> bool:
    """Whether anybody is paid in another currency than their plan's."""
    return any(statement.payment is not None for statement in run.statements)


def _of_currency(content: ReportContent, currency: str) -> list[Statement]:
    return [statement for statement in content.run.statements if statement.currency == currency]


def roll_ups(content: ReportContent, names: Names) -> tuple[RollUp, ...]:
    """The roll-ups, each row with its own amounts and those of all below."""
    return tuple(_roll_up(table, names) for table in content.tables)


def _roll_up(table: RollUpTable, names: Names) -> RollUp:
    words, currency = names.words, table.currency
    return RollUp(
        kind=words.choice(table.kind),
        title=words.say(f"roll_up_by_{table.kind.value}"),
        currency=currency,
        rows=tuple(
            RollUpLine(
                name=row.name,
                depth=row.depth,
                own_sales=words.amount(row.own_sales, currency),
                sales=words.amount(row.sales, currency),
                own_earned=words.amount(row.own_earned, currency),
                earned=words.amount(row.earned, currency),
            )
            for row in table.rows
        ),
        sales=words.amount(table.sales, currency),
        earned=words.amount(table.earned, currency),
    )


def ties(content: ReportContent, names: Names) -> tuple[Finding, ...]:
    """Whether the roll-ups add up to the same sales and to what the statements earned, for each currency."""
    words = names.words
    found = []
    for currency in dict.fromkeys(table.currency for table in content.tables):
        tables = [table for table in content.tables if table.currency == currency]
        statements = _of_currency(content, currency)  # roll-ups are of lines; modifiers change a plan's pay as a whole
        earned = total([line.amount for statement in statements for line in statement.lines], currency)
        if _agree(tables, earned.amount):
            sales = Money(tables[0].sales, currency)
            sentence = words.say("roll_ups_tie", sales=words.money(sales), earned=words.money(earned))
            found.append(Finding(severity="", sentence=sentence))
        else:
            sentence = words.say("roll_ups_differ", currency=currency)
            found.append(Finding(severity=words.choice(Severity.WARNING), sentence=sentence))
    return tuple(found)


def _agree(tables: Sequence[RollUpTable], earned: Decimal) -> bool:
    return all(
        table.sales == tables[0].sales == exact_sum(row.own_sales for row in table.rows)
        and table.earned == earned == exact_sum(row.own_earned for row in table.rows)
        for table in tables
    )


def outside_territory(content: ReportContent, names: Names) -> str:
    """How many of all sales lie outside the territories of those who sold them; empty where none does."""
    lines = sum(r.parameters["lines"] for r in content.run.findings if r.code == "commissions.outside_territory")
    words = names.words
    if not lines or not content.sales:
        return ""
    return words.say("outside_territory", lines=words.number(lines), of=words.number(content.sales))


def findings(content: ReportContent, names: Names) -> tuple[Finding, ...]:
    """The run's findings in words, with their severity where they warn."""
    return tuple(
        Finding(
            severity="" if reason.severity is Severity.INFO else names.words.choice(reason.severity),
            sentence=names.sentence(reason),
        )
        for reason in content.run.findings
    )
