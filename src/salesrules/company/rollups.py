"""Sales and earnings of a period, rolled up by region (the line decides) and by manager (the person decides)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from salesrules.commissions import CommissionRun, Statement, StatementLine, Transaction
from salesrules.company.facts import CompanyFacts
from salesrules.core import exact_sum
from salesrules.org import Hierarchy
from salesrules.reports import RollUpKind, RollUpRow, RollUpTable

__all__ = ["roll_up_people", "roll_up_regions", "transactions_of"]

_OTHER = "—"


def transactions_of(facts: CompanyFacts, run: CommissionRun) -> tuple[Transaction, ...]:
    """The transactions of the run's period."""
    return tuple(t for t in facts.commissions.transactions if t.day in run.period.span)


def roll_up_regions(facts: CompanyFacts, run: CommissionRun, currency: str) -> RollUpTable:
    """By region and group of regions, following the region of each line; lines without one stand under a dash."""

    def region_of(transaction: Transaction) -> str:
        region = transaction.attributes.get("region", "")
        return f"region:{region}" if region in facts.regions else _OTHER

    groups = sorted({region.group for region in facts.regions.values() if region.group})
    parents: dict[str, str | None] = {f"group:{group}": None for group in groups}
    names = {f"group:{group}": group for group in groups}
    for region in facts.regions.values():
        parents[f"region:{region.id}"] = f"group:{region.group}" if region.group else None
        names[f"region:{region.id}"] = region.name
    sales = _sales(facts, run, currency, region_of)
    earned = _earned(run, currency, lambda statement, line: region_of(line.credit.transaction) if line else _OTHER)
    if _OTHER in sales or _OTHER in earned:
        parents[_OTHER], names[_OTHER] = None, _OTHER
    return _table(RollUpKind.REGION, currency, Hierarchy.from_parents(parents), names, sales, earned)


def roll_up_people(facts: CompanyFacts, run: CommissionRun, currency: str) -> RollUpTable:
    """By manager, following the person who sold (sales) or is paid (earnings), in the hierarchy of the last day."""
    last = run.period.span.last or run.period.span.start
    hierarchy = facts.commissions.hierarchies.at(last)
    names = {payee.id: payee.name for payee in facts.commissions.payees.values()}
    sales = _sales(facts, run, currency, lambda sale: sale.payee)
    earned = _earned(run, currency, lambda statement, line: statement.payee)
    return _table(RollUpKind.MANAGER, currency, hierarchy, names, sales, earned)


def _sales(
    facts: CompanyFacts, run: CommissionRun, currency: str, key: Callable[[Transaction], str]
) -> dict[str, Decimal]:
    """Net sales by key, returns taken off, each at the exchange rate of its day."""
    rates = facts.commissions.exchange_rates
    moneys = ((key(sale), rates.convert(sale.amount, currency, sale.day)) for sale in transactions_of(facts, run))
    return _sums((key, money.amount) for key, money in moneys)


def _earned(
    run: CommissionRun, currency: str, key: Callable[[Statement, StatementLine | None], str]
) -> dict[str, Decimal]:
    """What was earned in one currency, by key; statements in another are left to the table of that currency.

    An adjustment goes where the lines are that it changes; what it does to the period as a whole has no line.
    """
    lines = {(line.credit.payee, line.id): line for s in (*run.earlier, *run.statements) for line in s.lines}
    here = [statement for statement in run.statements if statement.currency == currency]
    amounts = [(key(statement, line), line.amount.amount) for statement in here for line in statement.lines]
    amounts += [
        (key(statement, lines.get((statement.payee, part.line))), part.amount)
        for statement in here
        for adjustment in statement.adjustments
        for part in adjustment.parts
    ]
    return _sums(amounts)


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for key, amount in amounts:
        found[key].append(amount)
    return {key: exact_sum(parts) for key, parts in found.items()}


def _table(
    kind: RollUpKind,
    currency: str,
    hierarchy: Hierarchy,
    names: Mapping[str, str],
    sales: Mapping[str, Decimal],
    earned: Mapping[str, Decimal],
) -> RollUpTable:
    sold, paid = hierarchy.roll_up(sales), hierarchy.roll_up(earned)
    rows = [
        RollUpRow(
            id=id,
            name=names.get(id, id),
            depth=hierarchy.depth(id),
            own_sales=sold.own(id),
            sales=sold.of(id),
            own_earned=paid.own(id),
            earned=paid.of(id),
        )
        for root in hierarchy.roots
        for id in hierarchy.subtree(root)
    ]
    return RollUpTable(kind=kind, currency=currency, rows=rows, sales=sold.total, earned=paid.total)
