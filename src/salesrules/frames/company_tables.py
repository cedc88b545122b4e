"""Facts of commissions as the tables that the bulk engine reads."""

from __future__ import annotations

import attrs
import pyarrow as pa

from salesrules.commissions import CommissionFacts

__all__ = ["FactTables", "tables_of"]


@attrs.frozen(kw_only=True, eq=False)
class FactTables:
    """Transactions, those who can be paid, and splits, as `calculate` takes them for a policy."""

    transactions: pa.Table
    payees: pa.Table
    splits: pa.Table | None


def tables_of(facts: CommissionFacts) -> FactTables:
    """The tables of facts in one currency; a column that nothing has is left out."""
    sold = facts.transactions
    columns = {
        "id": pa.array([each.id for each in sold], pa.string()),
        "day": pa.array([each.day for each in sold], pa.date32()),
        "payee": pa.array([each.payee for each in sold], pa.string()),
        "amount": _decimals([each.amount.amount for each in sold]),
        "quantity": _decimals([each.quantity for each in sold]),
    }
    if any(each.cost is not None for each in sold):
        columns["cost"] = _decimals([None if each.cost is None else each.cost.amount for each in sold])
    if any(each.original is not None for each in sold):
        columns["original"] = pa.array([each.original for each in sold], pa.string())
    for name in ("delivered", "invoiced"):
        days = [getattr(each, name) for each in sold]
        if any(day is not None for day in days):
            columns[name] = pa.array(days, pa.date32())
    for name in sorted({name for each in sold for name in each.attributes}):
        columns[name] = pa.array([each.attributes.get(name) for each in sold], pa.string())
    people = list(facts.payees.values())
    payees = pa.table(
        {
            "payee": pa.array([each.id for each in people], pa.string()),
            "position": pa.array([each.position for each in people], pa.string()),
        }
    )
    shared = [(each.id, split) for each in sold for split in each.splits]
    splits = {
        "transaction": pa.array([id for id, _ in shared], pa.string()),
        "payee": pa.array([split.payee for _, split in shared], pa.string()),
        "share": pa.array([str(split.share) for _, split in shared], pa.string()),
    }
    return FactTables(transactions=pa.table(columns), payees=payees, splits=pa.table(splits) if shared else None)


def _decimals(values: list[object]) -> pa.Array:
    return pa.array(values) if any(value is not None for value in values) else pa.array(values, pa.decimal128(38, 2))
