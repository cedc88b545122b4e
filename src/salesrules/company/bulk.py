"""A period's pay by the bulk engine: the files of a run for more transactions than are worth explaining one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any, Final

import attrs

from salesrules.commissions import CommissionFacts, CommissionPolicy
from salesrules.company.results import COLUMNS, write_files
from salesrules.core import CurrencyTable, Fault, InvalidDocument, InvalidValue, Money, Period, Reason, exact_sum
from salesrules.quotas import Quota, QuotaPolicy
from salesrules.rulebook import Rulebook
from salesrules.wire import dump, render_csv, render_json

__all__ = ["BULK_ROWS", "BulkCompanyResult", "find_bulk_faults", "pay_in_bulk"]

#: Transactions above which a run takes the bulk path by itself.
BULK_ROWS: Final = 200_000

_BALANCES = {"draws": "draw_paid", "shortfalls": "shortfall_carried", "recovered": "balance_recovered"}
_REMEDY = "run it with --no-bulk, which does all of it"


@attrs.frozen(kw_only=True, repr=False)
class BulkCompanyResult:
    """One period's pay from the bulk engine: what each credit pays, and what each payee earned, owes and is paid.

    `records` are the rows of `statements.csv`, `statements` one row for each payee, `findings` those of crediting and
    of assignments; `version` is the content hash of the rulebook that decided.
    """

    company: str
    rulebook: str
    version: str
    period: Period
    currency: str
    currencies: CurrencyTable = attrs.field(repr=False)
    records: tuple[Mapping[str, Any], ...]
    statements: tuple[Mapping[str, Any], ...]
    findings: tuple[Reason, ...]

    def __repr__(self) -> str:
        head = f"{self.company} {self.period.label}"
        return f"<BulkCompanyResult {head}: {len(self.statements)} statements, paid {self.total()}>"

    def total(self) -> Money:
        """What all payees are paid."""
        return Money(exact_sum(row["paid"] for row in self.statements), self.currency)

    def to_document(self) -> dict[str, Any]:
        """The head, the total, and a row for each payee, as plain data."""
        return {
            "format": "salesrules.bulk-statements/1",
            "company": self.company,
            "period": self.period.label,
            "rulebook": {"name": self.rulebook, "version": self.version},
            "totals": {self.currency: dump(self.total().amount)},
            "statements": [{name: dump(value) for name, value in row.items()} for row in self.statements],
        }

    def write(self, folder: str | PathLike[str]) -> tuple[Path, ...]:
        """Write `statements.csv` and `statements.json` into a folder, both or none; the paths written.

        Raises `InvalidValue` where the folder cannot be written.
        """
        texts = {
            "statements.csv": render_csv(COLUMNS, self.records),
            "statements.json": render_json(self.to_document()),
        }
        return write_files(folder, texts)


def find_bulk_faults(facts: CommissionFacts, policy: CommissionPolicy) -> tuple[Fault, ...]:
    """Everything that a company's bulk run does not do, each by name; nothing where it does all."""
    found: list[Fault] = []
    currencies = {plan.currency for plan in policy.plans}
    currencies |= {transaction.amount.currency for transaction in facts.transactions}
    currencies |= {payee.currency for payee in facts.payees.values() if payee.currency is not None}
    if len(currencies) > 1:
        found.append(_fault("currencies", "several currencies", ", ".join(sorted(currencies))))
    if policy.pools:
        found.append(_fault("pools", "team pools", ", ".join(pool.id for pool in policy.pools)))
    for name in ("modifiers", "payouts", "clawbacks", "minimum_payment"):
        plans = [plan.id for plan in policy.plans if getattr(plan, name) not in ((), None)]
        if plans:
            found.append(_fault(name, name.replace("_", " "), ", ".join(plans)))
    openings = ("opening_balances", "opening_holds", "opening_uses", "opening_measures")
    held = {name: len(getattr(facts, name)) for name in ("pay_events", *openings)}
    found += [_fault(name, name.replace("_", " "), str(count)) for name, count in held.items() if count]
    paid = sum(bool(transaction.payments) for transaction in facts.transactions)
    if paid:
        found.append(_fault("payments", "payments of customers", str(paid)))
    return tuple(found)


def _fault(code: str, what: str, value: str) -> Fault:
    problem = f"a run in bulk does not do {what}"
    return Fault(code=f"company.bulk_{code}", path=f"bulk.{code}", problem=problem, remedy=_REMEDY, value=value)


def pay_in_bulk(
    facts: CommissionFacts, rulebook: Rulebook, period: Period, quotas: Sequence[Quota], *, company: str
) -> BulkCompanyResult:
    """Everybody's pay for a period by `salesrules.frames`; `quotas` are those that hold, with ramps.

    Raises `InvalidDocument` with everything that the bulk engine does not do, or every fault of the facts;
    `InvalidValue` for a kind of period that the plans do not pay by.
    """
    policy = rulebook.policy(CommissionPolicy)
    if period.kind is not policy.pay_period:
        raise InvalidValue("period", period.label, f"give a {policy.pay_period.value}, by which the plans pay")
    faults = find_bulk_faults(facts, policy)
    if faults:
        raise InvalidDocument(faults)
    try:
        from salesrules.frames import calculate, settle_in_bulk, tables_of
    except ImportError as error:
        problem, remedy = f"a run in bulk needs {error.name}", f"pip install 'salesrules[frames]', or {_REMEDY}"
        raise InvalidDocument(
            (Fault(code="company.missing_extra", path="bulk", problem=problem, remedy=remedy),)
        ) from None
    tables = tables_of(facts)
    paid = calculate(
        policy,
        tables.transactions,
        hierarchy=facts.hierarchies,
        payees=tables.payees,
        splits=tables.splits,
        quotas=list(quotas),
        quota_policy=rulebook.policy(QuotaPolicy),
        calendar=rulebook.calendar,
        currencies=rulebook.currencies,
        working_time=rulebook.working_time,
    )
    settled = settle_in_bulk(
        policy,
        paid.statements,
        until=period.end,
        payees=tables.payees,
        calendar=rulebook.calendar,
        currencies=rulebook.currencies,
    )
    lines: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in paid.credits.to_pylist():
        if row["period"] == period.label and row["plan"] is not None:
            lines[row["payee"]].append(row)
    currency = policy.plans[0].currency
    statements = [
        {
            "name": facts.payees[row["payee"]].name,
            "currency": currency,
            "lines": len(lines[row["payee"]]),
            **row,
            "payable": row["paid"],
            "payable_currency": currency,
        }
        for row in settled.to_pylist()
        if row["period"] == period.label
    ]
    return BulkCompanyResult(
        company=company,
        rulebook=rulebook.name,
        version=rulebook.version,
        period=period,
        currency=currency,
        currencies=rulebook.currencies,
        records=tuple(_records(facts, statements, lines)),
        statements=tuple(statements),
        findings=tuple(f for f in paid.findings if f.parameters.get("period", period.label) == period.label),
    )


def _records(
    facts: CommissionFacts, statements: Sequence[Mapping[str, Any]], lines: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """The rows of `statements.csv`: one for each credit, balance entry and payment."""
    sold = {transaction.id: transaction for transaction in facts.transactions}
    for statement in statements:
        empty = dict.fromkeys(COLUMNS)
        head = {**empty, **{name: statement[name] for name in ("period", "payee", "name", "currency")}}
        for row in lines[statement["payee"]]:
            transaction = sold[row["id"]]
            yield {
                **head,
                "entry": "line",
                "transaction": row["id"],
                "kind": transaction.kind.value,
                "day": row["day"],
                "role": row["role"],
                "plan": row["plan"],
                "amount": row["commission"],
                "source": transaction.source,
            }
        for name, kind in _BALANCES.items():
            if statement[name]:
                yield {**head, "entry": kind, "amount": statement[name]}
        if statement["paid"]:
            payable = {name: statement[name] for name in ("payable", "payable_currency")}
            yield {**head, "entry": "payment", "amount": Decimal(0), **payable}
