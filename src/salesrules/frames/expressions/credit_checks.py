"""What a plan needs of credits, and what must not stand in their rows: one query, and one more for doubled ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from salesrules.commissions import Measure
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.expressions.checks import Check, find_wrong_rows, null_checks
from salesrules.frames.expressions.columns import SHOWN, Columns
from salesrules.frames.expressions.engines import Engine
from salesrules.frames.expressions.ranking import hashed, joined, ranks_of, runs_of

__all__ = ["check_credits", "digits_of", "extents_of", "looks_back", "measures_of"]


def measures_of(compiled: CompiledPlan) -> set[str]:
    """The columns of numbers that a plan needs."""
    wanted = {component.measure for component in compiled.components}
    found = {each.value for each in wanted & {Measure.AMOUNT, Measure.QUANTITY}}
    if Measure.MARGIN in wanted:
        found |= {"amount", "cost"}
    if looks_back(compiled):
        found |= {"amount"}  # by which is known how much of a sale has come back
    return found


def looks_back(compiled: CompiledPlan) -> bool:
    """Whether it matters of which sale a return is, and how much of it has come back."""
    return compiled.reverses or any(each.measure is Measure.COUNT for each in compiled.components)


def digits_of(compiled: CompiledPlan, name: str) -> int:
    """In how many digits a column of numbers is read: as the components that measure it have it."""
    measures = (Measure.QUANTITY,) if name == "quantity" else (Measure.AMOUNT, Measure.MARGIN)
    found = [each.digits for each in compiled.components if each.measure in measures]
    return max(found, default=0 if name == "quantity" else compiled.money_digits)


def check_credits(
    columns: Columns, engine: Engine, compiled: CompiledPlan, texts: list[str], numbers: list[str], trust_ids: bool
) -> dict[str, Any]:
    """Note what is wrong in the rows; how many there are, their first and last days, how large their numbers are."""
    checks = null_checks(columns, [*texts, "day", *numbers], "id")
    digits = {name: digits_of(compiled, name) for name in numbers}
    for name in numbers:
        if (misfits := columns.misfits(name, digits[name])) is not None:
            problem = f"{{count}} number(s) are too large, or have more than {digits[name]} digit(s) after the point"
            remedy = "round them, or give whole numbers of the least unit"
            checks.append(Check("out_of_range", name, problem, remedy, misfits, name))
    times = columns.has_times("day")
    if times is not None:
        problem = "there are times of day in {count} row(s); a credit counts on a day"
        checks.append(Check("wrong_type", "day", problem, "give dates alone", times, "id"))
    effective = compiled.plan.life.effective
    outside = columns.raw("day") < nw.lit(effective.start)
    if effective.end is not None:
        outside = outside | (columns.raw("day") >= nw.lit(effective.end))
    problem = "the plan version does not hold on the day of {count} row(s)"
    remedy = "run each plan version over the credits of its own days"
    checks.append(Check("not_in_force", "day", problem, remedy, outside, "id"))
    also: dict[str, nw.Expr] = {"rows": nw.len(), "first": columns.raw("day").min(), "last": columns.raw("day").max()}
    for name in numbers:
        plain = columns.raw(name).cast(nw.Float64)
        also |= {f"sum_{name}": plain.abs().sum(), f"least_{name}": plain.min()}
    if engine.sorts:
        for name in filter(columns.is_number, _NUMBERED):
            also |= {f"first_{name}": columns.raw(name).min(), f"last_{name}": columns.raw(name).max()}
    found = find_wrong_rows(columns, engine, checks, **also)
    if not columns.faults and not trust_ids and _may_be_doubled(columns, engine, texts, extents_of(found)):
        _find_doubled(columns, engine, texts)
    return found


#: What may be numbers that sorting keys are made of.
_NUMBERED = ("id", "payee")


def extents_of(found: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """The least and the largest of columns of numbers, where all of them are numbers of 64 bits with a sign."""
    ends = {name: (found.get(f"first_{name}"), found.get(f"last_{name}")) for name in _NUMBERED}
    return {
        name: (int(first), int(last))
        for name, (first, last) in ends.items()
        if first is not None and last is not None and first >= -(2**63) and last < 2**63
    }


def _may_be_doubled(columns: Columns, engine: Engine, texts: list[str], extents: Mapping[str, tuple[int, int]]) -> bool:
    """Whether some rows may have the same texts: told by sorting one number for each row, where the engine sorts.

    Rows that are the same have the same number; should others share one too, the search that follows clears them.
    """
    if not engine.sorts:
        return True
    import polars as pl

    own = [columns.own(name) for name in texts]
    ranks = ranks_of(columns.frame, {columns.own(name): ends for name, ends in extents.items()})
    fits = set(own) <= set(ranks) and len(runs_of(own, ranks)) == 1
    number = joined(own, ranks) if fits else hashed(columns.frame, own)
    numbers = columns.frame.to_native().select(number=number.sort())
    again = numbers.select(rows=(pl.col("number") == pl.col("number").shift(1)).sum())
    return bool(engine.fetch(nw.from_native(again))[0]["rows"])


def _find_doubled(columns: Columns, engine: Engine, texts: list[str]) -> None:
    keys = columns.frame.select(*(columns.raw(name).alias(name) for name in texts))
    again = keys.group_by(texts).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    [found] = engine.fetch(again.select(nw.len().alias("rows"), (nw.col("rows") - 1).sum().alias("more")))
    if found["rows"]:
        offenders = [row["id"] for row in engine.fetch(again.select("id").sort("id").head(SHOWN))]
        problem = f"{int(found['more'])} row(s) have the id, payee and role of another"
        remedy = "give each credit once; a deal that several share has a row for each payee and role"
        columns.fault("duplicate_id", "id", problem, remedy, offenders)
