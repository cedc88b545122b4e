"""Where dialects of SQL differ: whole-number division, days, lists of rows, the order of texts, decimals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs
from sqlglot import Dialect as Grammar
from sqlglot import exp

from salesrules.core import InvalidValue, nearest_names
from salesrules.frames.sql.tree import bracketed, cast, literal, string

__all__ = ["DIALECTS", "Dialect", "find_dialect"]


@attrs.frozen(kw_only=True)
class Dialect:
    """One dialect; `is_executed` says whether the tests of this library run what is printed for it.

    `division` is how whole numbers of zero or more are divided without a detour through floating point: by `/`, by an
    operator of its own, or by taking the rest away first. `has_lists` says whether a common table expression with named
    columns may be a list of `VALUES`. `text_order` is the collation in which texts stand in the order of their code
    points, where the usual one is another. `text` is a type of text that can be sorted. `is_told_to_keep` says whether
    a stage that is read twice is worked out twice unless it is said to be kept.
    """

    name: str
    is_executed: bool = False
    division: str = "operator"
    has_lists: bool = False
    has_decimals: bool = True
    text_order: str = ""
    text: str = "TEXT"
    is_told_to_keep: bool = False

    def quotient(self, dividend: exp.Expression, divisor: exp.Expression) -> exp.Expression:
        """The whole quotient of two whole numbers that are not below zero."""
        if self.division == "operator":
            return exp.IntDiv(this=bracketed(dividend), expression=bracketed(divisor))
        if self.division == "slash":
            return exp.Div(this=bracketed(dividend), expression=bracketed(divisor), typed=True, safe=False)
        rest = exp.Mod(this=bracketed(dividend), expression=bracketed(divisor))
        even = exp.Sub(this=bracketed(dividend.copy()), expression=rest)
        return self.whole(exp.Div(this=bracketed(even), expression=bracketed(divisor.copy()), safe=False))

    def whole(self, value: exp.Expression) -> exp.Expression:
        """A value as a whole number of 64 bits."""
        return cast(value, "BIGINT")

    def day(self, day: date) -> exp.Expression:
        """A day."""
        text = string(day.isoformat())
        return text if self.name == "sqlite" else cast(text, "DATE")

    def as_day(self, value: exp.Expression) -> exp.Expression:
        """A column as a day."""
        return exp.Anonymous(this="DATE", expressions=[value]) if self.name == "sqlite" else cast(value, "DATE")

    def as_text(self, value: exp.Expression) -> exp.Expression:
        """A value as text."""
        return cast(value, self.text)

    def units(self, value: exp.Expression, digits: int) -> exp.Expression:
        """A decimal in whole units of 10^-digits."""
        return self.whole(exp.Mul(this=value, expression=literal(10**digits)) if digits else value)

    def decimal(self, units: exp.Expression, digits: int) -> exp.Expression:
        """Whole units of 10^-digits as a decimal."""
        if digits <= 0:
            whole = exp.Mul(this=bracketed(units), expression=literal(10**-digits)) if digits else units
            return cast(whole, "DECIMAL(20, 0)")
        unit = cast(string(f"0.{1:0{digits}}"), f"DECIMAL({digits + 1}, {digits})")
        return exp.Mul(this=cast(units, "DECIMAL(20, 0)"), expression=unit)

    def ordered(self, value: exp.Expression, *, is_text: bool = False) -> exp.Ordered:
        """A term of an order; texts by their code points."""
        if is_text and self.text_order:
            value = exp.Collate(this=self.as_text(value), expression=exp.to_identifier(self.text_order, quoted=True))
            if self.name in ("tsql", "mysql"):  # there a collation is a word, not a name
                value.set("expression", exp.Var(this=self.text_order))
        first = Grammar.get_or_raise(self.name).NULL_ORDERING == "nulls_are_small"
        return exp.Ordered(this=value, nulls_first=first)

    def listed(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[exp.Expression]]) -> exp.CTE:
        """A common table expression of given rows."""
        values = [exp.Tuple(expressions=list(row)) for row in rows]
        names = [exp.to_identifier(column) for column in columns]
        if self.has_lists:
            alias = exp.TableAlias(this=exp.to_identifier(name), columns=names)
            return exp.CTE(this=exp.Values(expressions=values), alias=alias)
        inner = exp.TableAlias(this=exp.to_identifier("listed"), columns=names)
        query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=exp.Values(expressions=values, alias=inner)))
        return exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))


_LISTING = (
    Dialect(name="duckdb", is_executed=True, has_lists=True),
    Dialect(
        name="sqlite", is_executed=True, has_lists=True, division="slash", has_decimals=False, is_told_to_keep=True
    ),
    Dialect(name="postgres", is_executed=True, has_lists=True, division="slash", text_order="C"),
    Dialect(name="snowflake", division="rest"),
    Dialect(name="bigquery"),
    Dialect(name="redshift", division="slash"),
    Dialect(name="spark"),
    Dialect(name="databricks"),
    Dialect(name="tsql", division="slash", text_order="Latin1_General_BIN2", text="VARCHAR(255)"),
    Dialect(name="mysql", text_order="utf8mb4_bin"),
    Dialect(name="trino", division="slash"),
    Dialect(name="oracle", division="rest", text="VARCHAR(255)"),
)

#: Every dialect that a plan can be printed in, by name.
DIALECTS = {each.name: each for each in _LISTING}


def find_dialect(name: str) -> Dialect:
    """A dialect by its name; raises `InvalidValue` with those that there are."""
    known = DIALECTS.get({"postgresql": "postgres", "sqlserver": "tsql"}.get(name.lower(), name.lower()))
    if known is None:
        near = nearest_names(name.lower(), DIALECTS)
        meant = f"did you mean {near[0]}? There are: " if near else "there are: "
        raise InvalidValue("dialect", name, f"{meant}{', '.join(DIALECTS)}")
    return known
