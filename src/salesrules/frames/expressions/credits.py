"""Credits as they are given, checked in one query, and in the columns that every later stage builds upon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs
import narwhals as nw

from salesrules.core import Fault, as_tuple
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.expressions.columns import Columns
from salesrules.frames.expressions.credit_checks import (
    check_credits,
    digits_of,
    extents_of,
    looks_back,
    measures_of,
)
from salesrules.frames.expressions.engines import Engine, Lazy

__all__ = ["Credits", "read_credits"]

_NUMBERS = ("amount", "cost", "quantity")


@attrs.frozen(kw_only=True)
class Credits:
    """Checked credits: `frame` has `id`, `payee`, `day`, `role`, `is_return` and what the plan measures.

    Numbers are in least units. `order` are the columns in which a payee's credits stand in order; `rows` is how many
    there are; `sums` what the numbers add up to without their signs, at most; `attributes` the columns of what filters
    look at, and `words` what those and roles can be, where their types list it;
    `extents` the least and the largest id and payee, where they are numbers of 64 bits and the engine sorts.
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
    extents: Mapping[str, tuple[int, int]]


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
    found = check_credits(columns, engine, compiled, texts, numbers, trust_ids)
    if columns.faults:
        return None, columns.faults
    if not found["rows"]:
        found |= {"first": compiled.plan.life.effective.start, "last": compiled.plan.life.effective.start}
    return _credits(columns, compiled, numbers, filters, found), []


def _credits(
    columns: Columns, compiled: CompiledPlan, numbers: list[str], filters: list[str], found: Mapping[str, Any]
) -> Credits:
    made: dict[str, nw.Expr] = {name: columns.name(name) for name in ("id", "payee")}
    made["day"] = columns.day("day")
    order = ["day"]
    digits = {name: digits_of(compiled, name) for name in numbers}
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
        extents=extents_of(found),
    )


def _at_most(total: float, digits: int, columns: Columns, name: str) -> int:
    """A sum of doubles as a whole number that is certainly not below the exact one."""
    units = total if columns.is_number(name) else total * 10.0**digits
    return int(units * (1 + 2.0**-20)) + 1


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
