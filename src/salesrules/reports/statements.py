"""A statement as it is shown: head, components, every line, balance entries and totals that the lines sum to."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import attrs

from salesrules.commissions import Measurement, Restatement, Statement, StatementLine
from salesrules.core import Money, exact_sum, minus
from salesrules.messages import format_value, text
from salesrules.reports.content import ReportContent
from salesrules.reports.summaries import Attainment, attainments
from salesrules.reports.tier_words import tier_words
from salesrules.reports.words import Names, Words

__all__ = ["BalanceRow", "ComponentRow", "LineRow", "Measured", "StatementView", "statement_view"]


@attrs.frozen(kw_only=True)
class LineRow:
    """One line; amounts are exact, `amount` is what is paid. `seller` is empty where the payee sold."""

    day: str
    transaction: str
    source: str
    customer: str
    role: str
    seller: str
    component: str
    measured: str
    before: str
    after: str
    tiers: tuple[str, ...]
    earned: str
    capped: str
    amount: str


@attrs.frozen(kw_only=True)
class Measured:
    """A component's measure over one span, with its quota and attainment where it has one."""

    span: str
    measured: str
    quota: str
    attainment: Attainment | None


@attrs.frozen(kw_only=True)
class ComponentRow:
    """One component of a plan: what was measured, and what its lines paid."""

    plan: str
    component: str
    measures: tuple[Measured, ...]
    lines: str
    amount: str


@attrs.frozen(kw_only=True)
class BalanceRow:
    """A balance entry: why, by which policy entry, what it adds to the pay and to what is owed."""

    kind: str
    policy: str
    amount: str
    owed: str


@attrs.frozen(kw_only=True)
class StatementView:
    """One statement in words; the sums below the lines are exact, and `rounding` is what rounding added in all.

    `handed_over` is what is paid in the payee's own currency, and `rate` at which rate; empty where that is the plan's.
    """

    anchor: str
    name: str
    id: str
    position: str
    period: str
    currency: str
    plans: tuple[str, ...]
    components: tuple[ComponentRow, ...]
    lines: tuple[LineRow, ...]
    count: str
    exact: str
    capped: str
    rounding: str
    balances: tuple[BalanceRow, ...]
    earned: str
    earned_amount: str
    paid: str
    handed_over: str
    rate: str
    opening: str
    closing: str


def statement_view(content: ReportContent, statement: Statement, names: Names, anchor: str) -> StatementView:
    """A statement put in words."""
    words, currency, payment = names.words, statement.currency, statement.payment
    exact = exact_sum(line.earned for line in statement.lines)
    capped = exact_sum(line.capped for line in statement.lines)
    earned = exact_sum(line.amount.amount for line in statement.lines)  # what modifiers change is shown after it
    rounding = minus(earned, minus(exact, capped))
    return StatementView(
        anchor=anchor,
        name=names.person(statement.payee),
        id=statement.payee,
        position=content.positions.get(statement.payee, ""),
        period=words.period(statement.period.label),
        currency=currency,
        plans=tuple(names.plan(plan) for plan in statement.plans),
        components=_components(statement, names),
        lines=tuple(_line(line, names) for line in statement.lines),
        count=words.number(len(statement.lines)),
        exact=words.amount(exact, currency),
        capped=words.amount(minus(Decimal(0), capped), currency) if capped else "",
        rounding=words.amount(rounding, currency),
        balances=(
            *(_balance(e.kind, e.policy, e.amount, Money.zero(currency), words) for e in statement.adjustments),
            *(_restatement(entry, words) for entry in statement.restatements),
            *(_balance(entry.kind, entry.policy, entry.amount, entry.owed, words) for entry in statement.balances),
        ),
        earned=words.money(Money(earned, currency)),
        earned_amount=words.amount(earned, currency),
        paid=words.money(statement.paid),
        handed_over="" if payment is None else words.money(payment.amount),
        rate=""
        if payment is None
        else words.say("at_rate_of", rate=words.number(payment.rate), day=words.day(payment.day)),
        opening=words.money(statement.opening),
        closing=words.money(statement.closing),
    )


def _restatement(entry: Restatement, words: Words) -> BalanceRow:
    causes = format_value(entry.causes, words.locale)
    return BalanceRow(
        kind=text("commissions.label.restated", words.locale, period=entry.period.label, cause=causes),
        policy="",
        amount=words.money(entry.amount),
        owed=words.money(entry.owed),
    )


def _balance(kind: Enum, policy: str, amount: Money, owed: Money, words: Words) -> BalanceRow:
    return BalanceRow(kind=words.choice(kind), policy=policy, amount=words.money(amount), owed=words.money(owed))


def _components(statement: Statement, names: Names) -> tuple[ComponentRow, ...]:
    """One row for each component that was measured or paid, in the order of the plans."""
    words, currency = names.words, statement.currency
    measures: dict[tuple[str, str], list[Measurement]] = {}
    amounts: dict[tuple[str, str], list[Decimal]] = {}
    for measurement in statement.measurements:
        measures.setdefault((measurement.plan, measurement.component), []).append(measurement)
    for line in statement.lines:
        amounts.setdefault((line.plan, line.component), []).append(line.amount.amount)
    return tuple(
        ComponentRow(
            plan=names.plan(plan),
            component=component,
            measures=tuple(_measured(measurement, names) for measurement in measures.get((plan, component), ())),
            lines=words.number(len(amounts.get((plan, component), ()))),
            amount=words.amount(exact_sum(amounts.get((plan, component), ())), currency),
        )
        for plan, component in dict.fromkeys([*measures, *amounts])
    )


def _measured(measurement: Measurement, names: Names) -> Measured:
    words = names.words
    return Measured(
        span=words.period(measurement.label),
        measured=words.measure(measurement.measured, measurement.unit),
        quota="" if measurement.quota is None else words.measure(measurement.quota, measurement.unit),
        attainment=next(iter(attainments([measurement], names)), None),
    )


def _line(line: StatementLine, names: Names) -> LineRow:
    words, currency = names.words, line.amount.currency
    transaction = line.credit.transaction
    return LineRow(
        day=words.day(line.credit.day),
        transaction=transaction.id,
        source=transaction.source,
        customer=names.customer(str(transaction.attributes.get("customer", ""))),
        role=words.role(line.credit.role),
        seller="" if transaction.payee == line.credit.payee else names.person(transaction.payee),
        component=line.component,
        measured=words.measure(line.measured, line.unit),
        before=words.measure(line.before, line.unit),
        after=words.measure(line.after, line.unit),
        tiers=tier_words(line, words),
        earned=words.amount(line.earned, currency),
        capped=words.amount(minus(Decimal(0), line.capped), currency) if line.capped else "",
        amount=words.amount(line.amount.amount, currency),
    )
