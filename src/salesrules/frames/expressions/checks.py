"""Counting what is wrong in a frame: one aggregate for all of it, and the first offenders of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals as nw

from salesrules.frames.expressions.columns import SHOWN, Columns
from salesrules.frames.expressions.engines import Engine

__all__ = ["Check", "find_wrong_rows", "null_checks"]


class Check(NamedTuple):
    """Rows that must not be there: what to say of them, with `{count}`, and which they are."""

    code: str
    column: str
    problem: str
    remedy: str
    rows: nw.Expr
    shown: str


def null_checks(columns: Columns, needed: Sequence[str], shown: str) -> list[Check]:
    """A check of empty values for each column."""
    return [
        Check(
            "null",
            column,
            "{count} value(s) are missing",
            "fill them, or leave those rows out",
            columns.raw(column).is_null(),
            shown,
        )
        for column in needed
    ]


def find_wrong_rows(columns: Columns, engine: Engine, checks: Sequence[Check], **also: nw.Expr) -> dict[str, Any]:
    """Run all checks and other aggregates in one query; faults go to the columns, the aggregates come back."""
    counts = {f"wrong_{place}": engine.count(check.rows) for place, check in enumerate(checks)}
    [found] = engine.fetch(columns.frame.select(**counts, **also))
    for place, check in enumerate(checks):
        count = int(found.pop(f"wrong_{place}") or 0)
        if count:
            wrong = columns.frame.filter(check.rows).select(shown=columns.raw(check.shown))
            offenders = [row["shown"] for row in engine.fetch(wrong.sort("shown").head(SHOWN))]
            columns.fault(check.code, check.column, check.problem.format(count=count), check.remedy, offenders)
    return found
