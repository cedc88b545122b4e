"""A period's pay in bulk: the engine pays everything ever sold, and the period's lines must come to the same cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

import attrs

from salesrules.commissions import (
    BalanceKind,
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    FormulaTable,
    GridTable,
    OpeningBalance,
    PayoutStanding,
    Plan,
    Statement,
    TransactionKind,
    calculate_commissions,
    payout_places,
    report_outside_territory_lines,
    report_owed,
    report_statements,
)
from salesrules.company.sold import SoldColumns
from salesrules.company.window import rows_within_reach
from salesrules.core import (
    EXACT,
    DateRange,
    Fault,
    InvalidDocument,
    InvalidValue,
    Money,
    Period,
    Reason,
    exact_sum,
)
from salesrules.quotas import QuotaPolicy
from salesrules.rulebook import Rulebook

__all__ = ["BULK_REMEDY", "BULK_ROWS", "RefusedInBulk", "find_bulk_faults", "pay_in_bulk"]

#: Transactions above which a run takes the bulk path by itself.
BULK_ROWS: Final = 200_000

#: What helps where a run in bulk does not do something.
BULK_REMEDY: Final = "run it with --no-bulk, which does all of it"
_COLUMNS = frozenset({"id", "day", "payee", "amount", "cost", "quantity", "original", "delivered", "invoiced"})
_ZERO = Decimal(0)


class RefusedInBulk(InvalidDocument):
    """What a run in bulk does not do, each by name."""


def find_bulk_faults(facts: CommissionFacts, policy: CommissionPolicy, sold: SoldColumns) -> tuple[Fault, ...]:
    """Everything that a company's bulk run does not do, each by name; nothing where it does all."""
    found: list[Fault] = []
    currencies = {plan.currency for plan in policy.plans} | {pool.currency for pool in policy.pools}
    currencies |= {*sold.currency, *(opening.owed.currency for opening in facts.opening_balances)}
    currencies |= {hold.amount.currency for hold in facts.opening_holds}
    if len(currencies) > 1:
        found.append(_fault("currencies", "several currencies", ", ".join(sorted(currencies))))
    plans = [plan.id for plan in policy.plans if _takes_turns(plan)]
    if plans:
        found.append(_fault("payouts", "payouts whose components take turns on one credit", ", ".join(plans)))
    opened = {opening.component for opening in facts.opening_measures}
    parts = [part for plan in policy.plans for part in plan.components if part.id in opened]
    several = sorted({part.id for part in parts if isinstance(part.table, FormulaTable | GridTable)})
    if several:
        found.append(_fault("opening_measures", "opening measures of formulas and of grids", ", ".join(several)))
    clashes = sorted(_COLUMNS & sold.attributes.keys())
    if clashes:
        found.append(_fault("attributes", "attributes with the names of fields", ", ".join(clashes)))
    return tuple(found)


def _fault(code: str, what: str, value: str) -> Fault:
    problem = f"a run in bulk does not do {what}"
    return Fault(code=f"company.bulk_{code}", path=f"bulk.{code}", problem=problem, remedy=BULK_REMEDY, value=value)


def _takes_turns(plan: Plan) -> bool:
    """Whether, in the order of a credit's lines, one payout may stand on both sides of another one.

    Which of them comes first is then known line by line alone.
    """
    blocks = [place for place, _ in groupby(payout_places(plan))]
    return len({*blocks}) < len(blocks)


def pay_in_bulk(
    facts: CommissionFacts,
    sold: SoldColumns,
    rulebook: Rulebook,
    period: Period,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[CommissionRun, CommissionFacts]:
    """Everybody's pay for a period, and the facts with those of the transactions that its lines come from.

    `facts` have the quotas that hold, with ramps, and no transactions: these are `sold`. The bulk engine pays all of
    them, up to the end of the period; what is owed and held when the period begins comes from there. The lines of the
    period are then written by the scalar rules, and every credit and statement must come to what the bulk engine paid.

    Raises `RefusedInBulk` with everything that the bulk engine does not do, `InvalidDocument` with faults of the facts,
    `InvalidValue` for a kind of period that the plans do not pay by.
    """
    policy = rulebook.policy(CommissionPolicy)
    if period.kind is not policy.pay_period:
        raise InvalidValue("period", period.label, f"give a {policy.pay_period.value}, by which the plans pay")
    faults = find_bulk_faults(facts, policy, sold)
    if faults:
        raise RefusedInBulk(faults)
    paid = _Paid(facts, sold, rulebook, period)
    rows = rows_within_reach(
        policy, rulebook.calendar, period, sold, filter(None, (event.transaction for event in facts.pay_events))
    )
    near = attrs.evolve(facts, transactions=sold.transactions(rows), opening_balances=paid.openings())
    run = calculate_commissions(
        near,
        policy,
        period=period,
        quota_policy=rulebook.policy(QuotaPolicy),
        calendar=rulebook.calendar,
        currencies=rulebook.currencies,
        working_time=rulebook.working_time,
        version=rulebook.version,
        standings=paid.standings,
        on_progress=on_progress,
    )
    statements = paid.with_openings(run.statements)
    findings = tuple(_findings(run, statements, near, sold, paid))
    run = attrs.evolve(run, statements=statements, earlier=(), findings=findings)
    paid.check(run)
    return run, near


class _Paid:
    """What the bulk engine paid up to the end of a period."""

    def __init__(self, facts: CommissionFacts, sold: SoldColumns, rulebook: Rulebook, period: Period) -> None:
        try:
            from salesrules.frames import calculate, fact_tables, score_table, settle_in_bulk
        except ImportError as error:
            problem, remedy = f"a run in bulk needs {error.name}", f"pip install 'salesrules[frames]', or {BULK_REMEDY}"
            fault = Fault(code="company.missing_extra", path="bulk", problem=problem, remedy=remedy)
            raise RefusedInBulk((fault,)) from None
        policy = rulebook.policy(CommissionPolicy)
        self._facts, self._period = facts, period
        self.standings: dict[str, PayoutStanding] = {}
        self._calendar, self._currency = rulebook.calendar, policy.plans[0].currency if policy.plans else ""
        tables = fact_tables(*_until(facts, sold, period))
        _refuse_unless_credited(policy, tables.transactions)
        found = calculate(
            policy,
            tables.transactions,
            hierarchy=facts.hierarchies,
            payees=tables.payees,
            splits=tables.splits,
            payments=tables.payments,
            quotas=list(facts.quotas),
            quota_policy=rulebook.policy(QuotaPolicy),
            calendar=rulebook.calendar,
            currencies=rulebook.currencies,
            working_time=rulebook.working_time,
            scores=score_table(facts.appraisal_scores, _periods_of_scores(facts, policy, sold, rulebook, period)),
            until=period.span.last or period.start,
            opening_measures=facts.opening_measures,
            opening_uses=facts.opening_uses,
        )
        _refuse_unless_credited(policy, found.credits)
        settled = settle_in_bulk(
            policy,
            found.statements,
            until=period.span.last or period.start,
            credits=found.credits,
            payees=tables.payees,
            owed=tables.owed,
            events=facts.pay_events,
            holds=facts.opening_holds,
            calendar=rulebook.calendar,
            currencies=rulebook.currencies,
            on_last=self.standings.__setitem__,
        )
        self._rows = settled.to_pylist()
        self._credits = found.credits

    def openings(self) -> list[OpeningBalance]:
        """What each payee owes when the period begins."""
        last: dict[str, Decimal] = {}
        for row in self._rows:  # of each payee in the order of the periods
            last[row["payee"]] = row["opening" if row["period"] == self._period.label else "closing"]
        return [
            OpeningBalance(payee=payee, day=self._period.start, owed=Money(owed, self._currency))
            for payee, owed in last.items()
        ]

    def with_openings(self, statements: Iterable[Statement]) -> list[Statement]:
        """The statements; those that only pools made have what is still owed and held from earlier ones."""
        last = {row["payee"]: row for row in self._rows}
        found = []
        for each in statements:
            row = last.get(each.payee)
            if row is not None and _is_of_pools(each):
                owed, held = Money(row["closing"], self._currency), Money(row["held"], self._currency)
                each = attrs.evolve(each, opening=owed, closing=owed, held=held if held else None)
            found.append(each)
        return found

    def owed_by_others(self, here: Iterable[str]) -> Iterator[tuple[str, Money]]:
        """What those owe who have no statement in the period, in the order of their first statements."""
        places = {payee: place for place, payee in enumerate(self._facts.payees)}
        starts = {label: self._calendar.period(label).start for label in {row["period"] for row in self._rows}}
        rows = sorted(self._rows, key=lambda row: (starts[row["period"]], places[row["payee"]]))
        last = {row["payee"]: Money(row["closing"], self._currency) for row in rows}
        present = {*here}
        return ((payee, owed) for payee, owed in last.items() if payee not in present)

    def check(self, run: CommissionRun) -> None:
        """Raise `BulkDisagreement` where a credit or a statement of the run is another than the bulk engine's."""
        from salesrules.frames import BulkDisagreement

        scalar: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        keys: dict[tuple[str, str], tuple[str, str, str]] = {}
        for line in run.lines():
            key = line.credit.transaction.id, line.credit.payee, line.credit.role
            scalar[key] = EXACT.add(scalar[key], line.amount.amount)
            keys[line.credit.payee, line.id] = key
        for statement in run.statements:
            for part in (part for adjustment in statement.adjustments for part in adjustment.parts if part.line):
                key = keys[statement.payee, part.line]
                scalar[key] = EXACT.add(scalar[key], part.amount)
        bulk: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for row in self._of_period():
            bulk[row["id"], row["payee"], row["role"]] += row["commission"]
        for key in scalar.keys() | bulk.keys():
            if scalar.get(key, _ZERO) != bulk.get(key, _ZERO):
                raise BulkDisagreement(key[0], bulk.get(key, _ZERO), scalar.get(key, _ZERO))
        label = self._period.label
        settled = {
            row["payee"]: {**row, "paid": row["paid"] - row.get("pools", _ZERO)}
            for row in self._rows
            if row["period"] == label
        }
        missing = sorted(settled.keys() - {statement.payee for statement in run.statements})
        if missing:
            raise BulkDisagreement(f"{missing[0]} in {label}", settled[missing[0]]["paid"], _ZERO)
        for statement in run.statements:
            held = _ZERO if statement.held is None else statement.held.amount
            found = settled.get(statement.payee, {"paid": _ZERO, "closing": statement.opening.amount, "held": held})
            amounts = (("paid", _without_pools(statement)), ("closing", statement.closing.amount), ("held", held))
            for name, amount in amounts:
                if found[name] != amount:
                    raise BulkDisagreement(f"{statement.payee} in {label} ({name})", found[name], amount)

    def _of_period(self) -> list[Mapping[str, Any]]:
        label = self._period.label
        found: list[Mapping[str, Any]] = []
        for batch in self._credits.select(["id", "payee", "role", "period", "commission"]).to_batches():
            periods = batch.column("period").to_pylist()
            places = [place for place, each in enumerate(periods) if each == label]
            if places:
                found += batch.take(places).to_pylist()
        return found


def _refuse_unless_credited(policy: CommissionPolicy, rows: Sized) -> None:
    """Modifiers pay where nothing is credited, as floors do; the engine pays nothing where nothing ever was."""
    adjusted = [plan.id for plan in policy.plans if plan.modifiers]
    if adjusted and not len(rows):
        raise RefusedInBulk((_fault("modifiers", "modifiers before anything is credited", ", ".join(adjusted)),))


def _periods_of_scores(
    facts: CommissionFacts, policy: CommissionPolicy, sold: SoldColumns, rulebook: Rulebook, until: Period
) -> Sequence[Period]:
    """The pay periods for which there may be scores: from the first score, assignment or sale to one."""
    first = min((score.span.start for score in facts.appraisal_scores), default=until.end)
    first = max(first, min([*(each.effective.start for each in policy.assignments), *sold.day], default=until.end))
    return rulebook.calendar.periods(until.kind, DateRange(first, until.end)) if first < until.end else ()


def _is_of_pools(statement: Statement) -> bool:
    """Whether only parts of team pools stand on it."""
    kinds = {entry.kind for entry in statement.balances}
    return not statement.plans and not statement.lines and kinds == {BalanceKind.POOL_PART}


def _without_pools(statement: Statement) -> Decimal:
    """What is paid beside parts of team pools."""
    pools = [entry.amount.amount for entry in statement.balances if entry.kind is BalanceKind.POOL_PART]
    return statement.paid.amount - exact_sum(pools)


def _until(facts: CommissionFacts, sold: SoldColumns, period: Period) -> tuple[Any, ...]:
    """Columns, payees, splits, payments and openings: what happened before the end of a period."""
    end = period.end
    rows = [row for row, day in enumerate(sold.day) if day < end]
    columns: dict[str, Sequence[Any]] = {
        name: [values[row] for row in rows]
        for name, values in (
            ("id", sold.id),
            ("day", sold.day),
            ("payee", sold.payee),
            ("amount", sold.amount),
            ("cost", sold.cost),
            ("quantity", sold.quantity),
            ("original", sold.original),
            *sold.attributes.items(),
        )
    }
    for name, days in (("delivered", sold.delivered), ("invoiced", sold.invoiced)):
        columns[name] = [None if day is None or day >= end else day for day in map(days.__getitem__, rows)]
    kept = {*columns["id"]}
    splits = [(id, split) for id, found in sold.splits.items() if id in kept for split in found]
    payments = [
        (id, payment)
        for id, found in sold.payments.items()
        if id in kept
        for payment in found
        if max(payment.day, payment.due or payment.day) < end
    ]
    return columns, facts.payees.values(), splits, payments, [o for o in facts.opening_balances if o.day < end]


def _findings(
    run: CommissionRun, statements: Sequence[Statement], facts: CommissionFacts, sold: SoldColumns, paid: _Paid
) -> Iterator[Reason]:
    """The findings of a run over some of what was sold, as a run over everything finds them."""
    regions = sold.attributes.get("region") or [None] * len(sold)
    sales = zip(sold.kind, sold.payee, regions, sold.amount, sold.currency, strict=True)
    yield from report_outside_territory_lines(
        (
            (payee, region, Money(amount, currency))
            for kind, payee, region, amount, currency in sales
            if kind is TransactionKind.SALE
        ),
        facts.payees,
    )
    own = {*report_statements(run.statements)}  # said again below, with what those owe whom no plan pays
    others = ("commissions.outside_territory", "commissions.balance_owed")
    yield from (finding for finding in run.findings if finding.code not in others and finding not in own)
    yield from report_statements(statements)
    yield from report_owed(paid.owed_by_others(statement.payee for statement in statements))
