"""Names in the query: those of the user's tables and columns, and plain ones for components."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from salesrules.core import Fault, InvalidDocument, InvalidValue

__all__ = ["CREDIT_COLUMNS", "QUOTA_COLUMNS", "field", "read_columns", "slugs", "table_of"]

CREDIT_COLUMNS = ("id", "payee", "day", "role", "amount", "cost", "quantity", "original")
QUOTA_COLUMNS = ("payee", "period", "measure", "amount")
_OPTIONAL = frozenset({"role", "original", "measure"})
_PLAIN = re.compile("[A-Za-z_][A-Za-z0-9_]*")
#: A name, or names with points between them; in quotes as one or another dialect has them.
_PART = r"""(?:[A-Za-z_][\w$-]*|"[^"]+"|`[^`]+`|\[[^\]]+\])"""
_TABLE = re.compile(rf"{_PART}(?:\.{_PART}){{0,3}}")


def field(name: str, table: str) -> exp.Column:
    """A column of the user's own, whose name may be anything."""
    quoted = _PLAIN.fullmatch(name) is None
    return exp.Column(this=exp.Identifier(this=name, quoted=quoted), table=exp.Identifier(this=table, quoted=False))


def table_of(name: str, dialect: str, place: str) -> exp.Table:
    """A table of the user's own, written as in their dialect; raises `InvalidValue` for what is no name."""
    remedy = "give the name of a table, such as sales.credits"
    if not _TABLE.fullmatch(name):
        raise InvalidValue(place, name, remedy)
    try:
        return exp.to_table(name, dialect=dialect)
    except (ParseError, TokenError, ValueError):
        raise InvalidValue(place, name, remedy) from None


def read_columns(
    given: Mapping[str, str] | None, known: tuple[str, ...], place: str, *, others: Iterable[str] = ()
) -> dict[str, str]:
    """Which of the user's columns stands for each; an empty name says that there is none.

    Raises `InvalidDocument` for names that nothing asks for, and where a column is left out that is always needed.
    """
    found = dict(given or {})
    allowed = (*known, *others)
    faults = []
    for name, theirs in found.items():
        if name not in allowed:
            remedy = f"name one of {', '.join(allowed)}"
            faults.append(_fault("unknown_column", f"{place}.{name}", "no such column is read", remedy, name))
        elif not theirs and name not in _OPTIONAL:
            remedy = "name the column; only role, original and measure can be left out"
            faults.append(_fault("missing_column", f"{place}.{name}", "this column is always needed", remedy, theirs))
    if faults:
        raise InvalidDocument(tuple(faults))
    return found


def _fault(code: str, path: str, problem: str, remedy: str, value: str) -> Fault:
    return Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, value=value)


def slugs(ids: Iterable[str]) -> list[str]:
    """Plain names for ids, each of its own.

    >>> slugs(["new business", "new-business", "奖金"])
    ['new_business', 'new_business_2', 'part_3']
    """
    found: list[str] = []
    for number, each in enumerate(ids, start=1):
        plain = re.sub("[^a-z0-9]+", "_", each.lower()).strip("_")[:40] or f"part_{number}"
        while plain in found:
            plain = f"{plain}_{number}"
        found.append(plain)
    return found
