"""Nodes of the query's tree, made without a copy or a parse; each call makes new ones, since a node has one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, reduce

from sqlglot import exp

__all__ = [
    "Made",
    "all_of",
    "any_of",
    "bracketed",
    "case",
    "cast",
    "column",
    "every",
    "is_missing",
    "is_present",
    "literal",
    "minus",
    "named",
    "plain_number",
    "rows",
    "select",
    "string",
    "table",
    "union",
]

#: Makes a new node each time it is asked.
Made = Callable[[], exp.Expression]


def _identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=False)


def column(name: str, of: str = "") -> exp.Column:
    """A column of the query itself, whose name is plain."""
    return exp.Column(this=_identifier(name), table=_identifier(of) if of else None)


def every(of: str) -> exp.Column:
    """All columns of a table."""
    return exp.Column(this=exp.Star(), table=_identifier(of))


def table(name: str, alias: str = "") -> exp.Table:
    """A stage of the query by its name."""
    return exp.Table(this=_identifier(name), alias=exp.TableAlias(this=_identifier(alias)) if alias else None)


def named(value: exp.Expression, name: str) -> exp.Alias:
    """A value with the name of a column."""
    return exp.Alias(this=value, alias=_identifier(name))


def literal(number: int) -> exp.Expression:
    """A whole number."""
    found = exp.Literal.number(abs(number))
    return exp.Neg(this=found) if number < 0 else found


def string(text: str) -> exp.Literal:
    """A text."""
    return exp.Literal.string(text)


def plain_number(value: exp.Expression) -> int | None:
    """The whole number above zero that an expression writes out, if it does."""
    return int(value.this) if isinstance(value, exp.Literal) and not value.is_string else None


@cache
def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name)


def cast(value: exp.Expression, kind: str) -> exp.Cast:
    """A value as of a type."""
    return exp.Cast(this=value, to=_type(kind).copy())


def bracketed(value: exp.Expression) -> exp.Expression:
    """An operand, in brackets where it is a calculation itself."""
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Neg) else value


def minus(left: exp.Expression, right: exp.Expression) -> exp.Sub:
    """A difference."""
    return exp.Sub(this=left, expression=bracketed(right))


def case(
    *pairs: tuple[exp.Expression, exp.Expression],
    default: exp.Expression | None = None,
    of: exp.Expression | None = None,
) -> exp.Case:
    """The value of the first condition that holds, or of the first number that `of` is."""
    return exp.Case(this=of, ifs=[exp.If(this=when, true=then) for when, then in pairs], default=default)


def all_of(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """Whether all conditions hold; there is one at least."""
    inside = [exp.Paren(this=each) if isinstance(each, exp.Or) else each for each in conditions]
    return reduce(lambda left, right: exp.And(this=left, expression=right), inside)


def any_of(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """Whether some condition holds; there is one at least."""
    return reduce(lambda left, right: exp.Or(this=left, expression=right), conditions)


def is_missing(value: exp.Expression) -> exp.Expression:
    """Whether a value is null."""
    return exp.Is(this=value, expression=exp.Null())


def is_present(value: exp.Expression) -> exp.Expression:
    """Whether a value is not null."""
    return exp.Not(this=is_missing(value))


def select(
    columns: Iterable[exp.Expression],
    source: exp.Expression | str,
    *,
    joins: Iterable[tuple[str, exp.Expression, exp.Expression]] = (),
    where: exp.Expression | None = None,
    group: Sequence[exp.Expression] = (),
    having: exp.Expression | None = None,
    order: Sequence[exp.Expression] = (),
) -> exp.Select:
    """A query; each of `joins` is `inner` or `left`, a table and the condition."""
    made = exp.Select(
        expressions=list(columns), from_=exp.From(this=table(source) if isinstance(source, str) else source)
    )
    made.set(
        "joins",
        [
            exp.Join(this=joined, on=on, side="LEFT") if side == "left" else exp.Join(this=joined, on=on, kind="INNER")
            for side, joined, on in joins
        ],
    )
    for name, node in (
        ("where", exp.Where(this=where) if where is not None else None),
        ("group", exp.Group(expressions=list(group)) if group else None),
        ("having", exp.Having(this=having) if having is not None else None),
        ("order", exp.Order(expressions=list(order)) if order else None),
    ):
        made.set(name, node)
    return made


def rows(query: exp.Select, alias: str) -> exp.Subquery:
    """A query to be read from."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=_identifier(alias)))


def union(queries: Sequence[exp.Expression]) -> exp.Expression:
    """The rows of all queries."""
    return reduce(lambda left, right: exp.Union(this=left, expression=right, distinct=False), queries)
