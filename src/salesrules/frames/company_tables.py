"""Facts of commissions as the tables that the bulk engine reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import pyarrow as pa

from salesrules.commissions import AppraisalScore, CommissionFacts, OpeningBalance, Payee, Payment, Split
from salesrules.core import Period

__all__ = ["FactTables", "fact_tables", "score_table", "tables_of"]

_KINDS = {"id": pa.string(), "payee": pa.string(), "original": pa.string(), "day": pa.date32()}
_KINDS |= {"delivered": pa.date32(), "invoiced": pa.date32()}
_NUMBERS = ("amount", "cost", "quantity")


@attrs.frozen(kw_only=True, eq=False)
class FactTables:
    """Transactions, those who can be paid, splits and payments, as `calculate` takes them for a policy.

    `owed` is what stands open from before, as `settle_in_bulk` takes it.
    """

    transactions: pa.Table
    payees: pa.Table
    splits: pa.Table | None
    payments: pa.Table | None = None
    owed: pa.Table | None = None


def tables_of(facts: CommissionFacts) -> FactTables:
    """The tables of facts in one currency; a column that nothing has is left out."""
    sold = facts.transactions
    columns: dict[str, list[Any]] = {
        "id": [each.id for each in sold],
        "day": [each.day for each in sold],
        "payee": [each.payee for each in sold],
        "amount": [each.amount.amount for each in sold],
        "cost": [None if each.cost is None else each.cost.amount for each in sold],
        "quantity": [each.quantity for each in sold],
    }
    for name in ("original", "delivered", "invoiced"):
        columns[name] = [getattr(each, name) for each in sold]
    for name in sorted({name for each in sold for name in each.attributes}):
        columns[name] = [each.attributes.get(name) for each in sold]
    splits = [(each.id, split) for each in sold for split in each.splits]
    payments = [(each.id, payment) for each in sold for payment in each.payments]
    return fact_tables(columns, facts.payees.values(), splits, payments, facts.opening_balances)


def fact_tables(
    sold: Mapping[str, Sequence[Any]],
    payees: Iterable[Payee],
    splits: Sequence[tuple[str, Split]] = (),
    payments: Sequence[tuple[str, Payment]] = (),
    openings: Sequence[OpeningBalance] = (),
) -> FactTables:
    """The tables of facts that stand in columns, all money in one currency; a column that nothing has is left out.

    `sold` has `id`, `day`, `payee`, `amount`, `quantity`, and where there are such `cost`, `original`, `delivered`,
    `invoiced` and attributes; `splits` and `payments` name their transaction first.
    """
    columns = {
        name: _decimals(values) if name in _NUMBERS else pa.array(values, _KINDS.get(name, pa.string()))
        for name, values in sold.items()
        if name in ("id", "day", "payee", "amount", "quantity") or any(value is not None for value in values)
    }
    people = list(payees)
    dues = [payment.due for _, payment in payments]
    paid = {
        "transaction": pa.array([id for id, _ in payments], pa.string()),
        "day": pa.array([payment.day for _, payment in payments], pa.date32()),
        "amount": _decimals([payment.amount.amount for _, payment in payments]),
    }
    if any(due is not None for due in dues):
        paid["due"] = pa.array(dues, pa.date32())
    shared = {
        "transaction": pa.array([id for id, _ in splits], pa.string()),
        "payee": pa.array([split.payee for _, split in splits], pa.string()),
        "share": pa.array([str(split.share) for _, split in splits], pa.string()),
    }
    owed = {
        "payee": pa.array([each.payee for each in openings], pa.string()),
        "day": pa.array([each.day for each in openings], pa.date32()),
        "amount": _decimals([each.owed.amount for each in openings]),
    }
    return FactTables(
        transactions=pa.table(columns),
        payees=pa.table(
            {
                "payee": pa.array([each.id for each in people], pa.string()),
                "position": pa.array([each.position for each in people], pa.string()),
            }
        ),
        splits=pa.table(shared) if splits else None,
        payments=pa.table(paid) if payments else None,
        owed=pa.table(owed) if openings else None,
    )


def score_table(scores: Iterable[AppraisalScore], periods: Sequence[Period]) -> pa.Table | None:
    """The scores of those pay periods that start within each score's span, as `calculate` takes them."""
    rows = [(score, period.label) for score in scores for period in periods if period.start in score.span]
    columns = {
        "payee": pa.array([score.payee for score, _ in rows], pa.string()),
        "period": pa.array([label for _, label in rows], pa.string()),
        "subject": pa.array([score.subject for score, _ in rows], pa.string()),
        "score": _decimals([score.score for score, _ in rows]),
    }
    return pa.table(columns) if rows else None


def _decimals(values: Sequence[object]) -> pa.Array:
    return pa.array(values) if any(value is not None for value in values) else pa.array(values, pa.decimal128(38, 2))
