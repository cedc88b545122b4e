"""Credits as they are given, checked in one query, and in the columns that every later stage builds upon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
import narwhals as nw

from salesrules.commissions import Measure
from salesrules.core import Fault, as_tuple
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.expressions.checks import Check, find_wrong_rows, null_checks
from salesrules.frames.expressions.columns import Columns
from salesrules.frames.expressions.engines import Engine, Lazy

__all__ = ["Credits", "measures_of", "read_credits"]

_NUMBERS = ("amount", "cost", "quantity")


@attrs.frozen(kw_only=True)
class Credits:
    """Checked credits: `frame` has `id`, `payee`, `day`, `role`, `is_return` and what the plan measures.

    Numbers are in least units. `order` are the columns in which a payee's credits stand in order; `rows` is how many
    there are; `sums` what the numbers add up to without their signs, at most; `attributes` the columns of what filters
    look at, and `words` what those and roles can be, where their types list it.
    """

    frame: Lazy
    order: tuple[str, ...] = attrs.field(converter=as_tuple)
    rows: int
    first: date
    last: date
    sums: Mapping[str, int]
    attributes: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    has_roles: bool
    has_originals: bool
    reverses: bool


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


def read_credits(
    given: Lazy, engine: Engine, compiled: CompiledPlan, names: Mapping[str, str], trust_ids: bool
) -> tuple[Credits | None, list[Fault]]:
    """The credits, or every fault in them, counted, with the first offenders."""
    columns = Columns(given, "credits", names)
    numbers = [name for name in _NUMBERS if name in measures_of(compiled)]
    if looks_back(compiled) and columns.has("quantity") and "quantity" not in numbers:
        numbers.append("quantity")
    filters = sorted({each.attribute for component in compiled.components for each in component.filters})
    texts = ["id", "payee", *(["role"] if columns.has("role") else [])]
    for column in texts:
        columns.need(column, "text")
    columns.need("day", "dates")
    for column in numbers:
        columns.need(column, "numbers")
    for attribute in filters:
        columns.need(attribute, "text")
    if looks_back(compiled) and columns.has("original"):
        columns.need("original", "text")
    if columns.faults:
        return None, columns.faults
    found = _check(columns, engine, compiled, texts, numbers, trust_ids)
    if columns.faults:
        return None, columns.faults
    if not found["rows"]:
        found |= {"first": compiled.plan.life.effective.start, "last": compiled.plan.life.effective.start}
    return _credits(columns, compiled, numbers, filters, found), []


def _check(
    columns: Columns, engine: Engine, compiled: CompiledPlan, texts: list[str], numbers: list[str], trust_ids: bool
) -> dict[str, Any]:
    checks = null_checks(columns, [*texts, "day", *numbers], "id")
    digits = {name: _digits(compiled, name) for name in numbers}
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
    found = find_wrong_rows(columns, engine, checks, **also)
    if not columns.faults and not trust_ids:
        _find_doubled(columns, engine, texts)
    return found


def _find_doubled(columns: Columns, engine: Engine, texts: list[str]) -> None:
    keys = columns.frame.select(*(columns.raw(name).alias(name) for name in texts))
    again = keys.group_by(texts).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    [found] = engine.fetch(again.select(nw.len().alias("rows"), (nw.col("rows") - 1).sum().alias("more")))
    if found["rows"]:
        offenders = [row["id"] for row in engine.fetch(again.select("id").sort("id").head(3))]
        problem = f"{int(found['more'])} row(s) have the id, payee and role of another"
        remedy = "give each credit once; a deal that several share has a row for each payee and role"
        columns.fault("duplicate_id", "id", problem, remedy, offenders)


def _credits(
    columns: Columns, compiled: CompiledPlan, numbers: list[str], filters: list[str], found: Mapping[str, Any]
) -> Credits:
    made: dict[str, nw.Expr] = {name: columns.name(name) for name in ("id", "payee")}
    made["day"] = columns.day("day")
    order = ["day"]
    digits = {name: _digits(compiled, name) for name in numbers}
    made |= {name: columns.units(name, digits[name]) for name in numbers}
    returns = [columns.raw(name) < 0 for name in numbers if (found[f"least_{name}"] or 0) < 0]
    if looks_back(compiled) and columns.has("original"):
        made["original"] = columns.text("original").fill_null("")
        returns.append(made["original"] != "")
    if returns:
        is_return = returns[0]
        for each in returns[1:]:
            is_return = is_return | each
        made["is_return"] = is_return
        order.append("is_return")
    made |= {f"by_{place}": columns.word(name) for place, name in enumerate(filters)}
    order.append("id")
    if columns.has("role"):
        words = columns.words("role")  # which stand in the order of their list
        made["role"] = columns.word("role") if list(words) == sorted(words) else columns.text("role")
        order.append("role")
    return Credits(
        frame=columns.frame.select(**made),
        order=order,
        rows=int(found["rows"]),
        first=_day(found["first"]),
        last=_day(found["last"]),
        sums={name: _at_most(found[f"sum_{name}"] or 0, digits[name], columns, name) for name in numbers},
        attributes={name: f"by_{place}" for place, name in enumerate(filters)},
        words={name: columns.words(name) for name in (*filters, *(["role"] if columns.has("role") else []))},
        has_roles=columns.has("role"),
        has_originals="original" in made,
        reverses=compiled.reverses and "original" in made,
    )


def _digits(compiled: CompiledPlan, name: str) -> int:
    """In how many digits a column of numbers is read: as the components that measure it have it."""
    measures = (Measure.QUANTITY,) if name == "quantity" else (Measure.AMOUNT, Measure.MARGIN)
    found = [each.digits for each in compiled.components if each.measure in measures]
    return max(found, default=0 if name == "quantity" else compiled.money_digits)


def _at_most(total: float, digits: int, columns: Columns, name: str) -> int:
    """A sum of doubles as a whole number that is certainly not below the exact one."""
    units = total if columns.is_number(name) else total * 10.0**digits
    return int(units * (1 + 2.0**-20)) + 1


def _day(value: Any) -> date:
    return value.date() if hasattr(value, "date") else value  # type: ignore[no-any-return]  # an engine gives what it gives
