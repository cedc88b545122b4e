"""Parts of team pools on the statements of a bulk run."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pyarrow as pa

from salesrules.core import EXACT
from salesrules.frames.pooling import Pooled

__all__ = ["add_pool_parts"]

_ZERO = Decimal(0)


def add_pool_parts(statements: pa.Table, pooled: Pooled) -> pa.Table:
    """The statements with a column `pools`, what team pools pay beside the plans; members alone have statements too.

    `commission` stays what the plans pay.
    """
    parts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for result, period in pooled.results:
        for share in result.shares:
            if share.amount:
                key = share.payee, period.label
                parts[key] = EXACT.add(parts[key], share.amount.amount)
    rows: list[dict[str, Any]] = statements.to_pylist()
    for row in rows:
        row["pools"] = parts.pop((str(row["payee"]), row["period"]), _ZERO)
    nothing = {name: _ZERO if name == "adjustments" else None for name in statements.column_names}
    rows += [
        {**nothing, "payee": payee, "period": period, "credits": 0, "commission": _ZERO, "pools": amount}
        for (payee, period), amount in parts.items()
    ]
    rows.sort(key=lambda row: (str(row["payee"]), row["period"]))
    kinds = {field.name: field.type for field in statements.schema}
    kinds["payee"] = pa.string()
    kinds["pools"] = kinds["commission"]
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
