"""A plan over a lazy frame of credits: check it in small queries, and give back lazy frames of what is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from salesrules.commissions import Measure, Plan
from salesrules.core import CurrencyTable, FiscalCalendar, InvalidDocument, PeriodKind
from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.compiling import compile_plan
from salesrules.frames.expressions.columns import Columns
from salesrules.frames.expressions.credits import read_credits
from salesrules.frames.expressions.engines import as_lazy, engine_of
from salesrules.frames.expressions.stages import Run
from salesrules.frames.reasons import Target

__all__ = ["calculate_lazily"]

_CALENDAR = FiscalCalendar()


def calculate_lazily(
    plan: Plan,
    credits: Any,
    *,
    pay_period: PeriodKind | str,
    quotas: Any = None,
    columns: Mapping[str, str] | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    digits: Mapping[Measure, int] | None = None,
    by_component: bool = True,
    trust_ids: bool = False,
) -> BulkResult:
    """What a plan version pays, as frames that are computed where the credits are, when they are asked for.

    `credits` is a Polars `LazyFrame`, a DuckDB relation, an Ibis table or a PySpark frame with the columns that
    `calculate` takes, `quotas` a frame of the same engine; the result's frames are of that kind too. Frames in memory
    run through Polars and come back in memory. Only counts and the first offenders are fetched at once: empty values,
    days on which the plan does not hold, doubled ids, missing quotas, and numbers that 64 bits would not hold.
    Without `by_component` only what a credit pays in all is given, which is faster; `trust_ids` spares the search for
    doubled ids, where a key of the table rules them out. `digits` are as those of `calculate`.

    Raises `InvalidDocument` with every feature of the plan that expressions do not do, before a row is read; then with
    every fault of the frames. Raises `InvalidValue` for another kind of frame.

    >>> import polars as pl
    >>> from datetime import date
    >>> from salesrules.testing import simple_plan
    >>> sold = pl.LazyFrame({"id": ["a", "b"], "payee": "ana", "day": [date(2020, 1, 1), date(2020, 1, 2)],
    ...                      "amount": [8000, 8000]})
    >>> result = calculate_lazily(simple_plan({0: "2%", 100: "4%"}), sold, pay_period="quarter")
    >>> [str(amount) for amount in result.credits.collect()["commission"]]
    ['1.60', '2.80']
    """
    compiled = compile_plan(plan, currencies, target=Target.EXPRESSIONS, digits=digits)
    kind = PeriodKind(pay_period)
    lazy, again = as_lazy(credits, "credits")
    engine = engine_of(lazy, again is not None)
    found, faults = read_credits(lazy, engine, compiled, columns or {}, trust_ids)
    if faults or found is None:
        raise InvalidDocument(tuple(faults))
    run = Run(compiled, found, engine, kind, calendar, quotas, by_component)
    faults = run.check(Columns(lazy, "credits", columns or {}))
    if faults:
        raise InvalidDocument(tuple(faults))
    paid = run.paid()
    result = BulkResult(credits=run.lines_of(paid).to_native(), statements=run.statements_of(paid).to_native())
    if again is None:
        return result
    frames = (nw.from_native(each.collect()).to_arrow() for each in (result.credits, result.statements))
    backend: Any = again
    lines, statements = (nw.from_arrow(each, backend=backend).to_native() for each in frames)
    return BulkResult(credits=lines, statements=statements)
