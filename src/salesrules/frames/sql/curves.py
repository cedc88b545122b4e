"""Payout curves as SQL: the tier that a measure has reached, and what the measure has earned there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
from sqlglot import exp

from salesrules.commissions import FormulaTable, GridTable
from salesrules.core import Rate
from salesrules.frames.compiled import CompiledComponent, CompiledCurve
from salesrules.frames.sql.tree import Made, bracketed, case, is_missing, literal

__all__ = ["Curve", "product", "total", "zero_tier"]

#: Up to so many tiers stand in one CASE, from the highest down; more are searched by halves.
_IN_A_ROW = 16


def product(factor: int, *others: Made) -> exp.Expression | None:
    """A product with a constant; nothing where that is zero."""
    if not factor:
        return None
    found: exp.Expression | None = None if abs(factor) == 1 and others else literal(abs(factor))
    for each in others:
        node = each()
        found = node if found is None else exp.Mul(this=found, expression=node)
    assert found is not None
    return exp.Neg(this=bracketed(found)) if factor < 0 else found


def total(terms: Sequence[exp.Expression | None]) -> exp.Expression:
    """A sum, with a minus where a term is below zero; zero for no terms."""
    found: exp.Expression | None = None
    for term in terms:
        if term is None:
            continue
        if found is None:
            found = term
        elif isinstance(term, exp.Neg):
            inner = term.this
            is_product = isinstance(inner, exp.Paren) and isinstance(inner.this, exp.Mul)
            found = exp.Sub(this=found, expression=inner.this if is_product else inner)
        else:
            found = exp.Add(this=found, expression=term)
    return literal(0) if found is None else found


def zero_tier(curve: CompiledCurve) -> int:
    """The tier of zero, counted from 0; a quota above zero does not matter for it."""
    return sum(key <= 0 for key in curve.keys)


@attrs.frozen(kw_only=True)
class Curve:
    """The curve of a component; `quota` and `target` make the columns that hold them."""

    component: CompiledComponent
    quota: Made
    target: Made

    @property
    def compiled(self) -> CompiledCurve:
        """The curve in whole numbers."""
        return self.component.curve

    @property
    def is_flat(self) -> bool:
        """Whether every unit earns the same, so that it does not matter what was measured before."""
        curve = self.compiled
        return not curve.keys and curve.is_straight and not any(curve.intercepts)

    @property
    def earns_at_zero(self) -> bool:
        """Whether something is earned before anything is measured."""
        return self.compiled.intercepts[zero_tier(self.compiled)] != 0

    def tier(self, measured: Made) -> exp.Expression:
        """The number of the tier that owns a measure, from 1; nothing where the quota is missing."""
        curve = self.compiled
        numbers = [literal(number) for number in range(1, len(curve.slopes) + 1)]
        for number, node in enumerate(numbers):
            node.add_comments([self._words(number)])
        conditions = [self._reaches(key, measured) for key in curve.keys]
        found = _search(conditions, numbers)
        if not curve.by_quota:
            return found
        return case((is_missing(self.quota()), exp.Null()), default=found)

    def earned(self, measured: Made, tier: Made) -> exp.Expression:
        """What a measure has earned, as a whole number over the denominator of the curve."""
        curve = self.compiled
        values = [self.piece(number, measured) for number in range(len(curve.slopes))]
        if len(values) == 1:
            _annotate(values[0], self._rate(0))
            return values[0]
        if len(values) <= _IN_A_ROW:
            pairs = [(literal(number), value) for number, value in enumerate(values, start=1)]
            for number, (node, _) in enumerate(pairs):
                node.add_comments([self._rate(number)])
            return case(*pairs, of=tier())
        for number, value in enumerate(values):
            _annotate(value, self._rate(number))

        def is_from(number: int) -> Made:
            return lambda: exp.GTE(this=tier(), expression=literal(number))

        conditions = [is_from(number) for number in range(2, len(values) + 1)]
        found = _search(conditions, values)
        return case((is_missing(tier()), exp.Null()), default=found) if curve.by_quota else found

    def piece(self, number: int, measured: Made | None) -> exp.Expression:
        """The line or parabola of a tier at a measure; `None` for the measure zero."""
        curve = self.compiled
        quota = (self.quota,) if curve.by_quota else ()
        squares = curve.squares or (0,) * len(curve.slopes)
        bent = bool(curve.squares)
        terms = [
            product(squares[number], measured, measured) if measured else None,
            product(curve.slopes[number], measured, *(quota if bent else ())) if measured else None,
            product(curve.intercepts[number], *quota, *(quota if bent else ())),
        ]
        found = total(terms)
        if curve.by_target and any(terms):
            found = exp.Mul(this=bracketed(found), expression=self.target())
        return found

    def denominator(self) -> exp.Expression:
        """What the earned number stands over, in units of the rounding."""
        curve = self.compiled
        found = product(curve.scale, *(self.quota for _ in range(curve.power)))
        assert found is not None
        return found

    def _reaches(self, key: int, measured: Made) -> Made:
        curve = self.compiled
        bound, is_open = key >> 1, key % 2

        def made() -> exp.Expression:
            left = product(curve.denominator, measured)
            right = product(bound, self.quota) if curve.by_quota else literal(bound)
            right = literal(0) if right is None else right
            return (exp.GT if is_open else exp.GTE)(this=left, expression=right)

        return made

    def _words(self, number: int) -> str:
        """Where a tier begins, as the plan says it."""
        curve = self.compiled
        if number == 0:
            return "the first tier"
        key = curve.keys[number - 1]
        start = Fraction(key >> 1, curve.denominator)
        side = "above" if key % 2 else "from"
        if curve.by_quota:
            return f"{side} {_shown(start * 100)} % of the quota"
        return f"{side} {_shown(start / 10**self.component.digits)}"

    def _rate(self, number: int) -> str:
        """What the plan says for a tier: its rate, amount or multiple."""
        curve, table = self.component.curve, self.component.table
        assert not isinstance(table, FormulaTable | GridTable)  # which SQL does not do
        bands = table.tiers.bands
        start = Fraction(0) if number == 0 else Fraction(curve.keys[number - 1] >> 1, curve.denominator)
        unit = 1 if curve.by_quota else 10**self.component.digits
        spare = len(curve.slopes) - len(bands)
        if number < spare:
            return "nothing measured yet"
        band = bands[number - spare]
        value = band.value
        words = f"{_shown(Fraction(value.value) * 100)} %" if isinstance(value, Rate) else _shown(Fraction(value))
        where = "" if number == 0 else f" {'above' if curve.keys[number - 1] % 2 else 'from'} "
        if number:
            where += f"{_shown(start * 100)} % of the quota" if curve.by_quota else _shown(start / unit)
        return f"{table.mode.value.replace('_', ' ')}: {words}{where}"


def _annotate(value: exp.Expression, words: str) -> None:
    """Words beside the last number or column of a calculation."""
    leaves = list(value.find_all(exp.Literal, exp.Column, bfs=False))
    (leaves[-1] if leaves else value).add_comments([words])


def _shown(number: Fraction) -> str:
    """A number as a person writes it: a decimal where it has an end, else a fraction."""
    below = number.denominator
    while below % 2 == 0:
        below //= 2
    while below % 5 == 0:
        below //= 5
    if below != 1:
        return f"{number.numerator}/{number.denominator}"
    return f"{Decimal(number.numerator) / Decimal(number.denominator):,f}"


def _search(conditions: Sequence[Made], values: Sequence[exp.Expression]) -> exp.Expression:
    """The last value whose condition holds, or the first; each condition implies those before it."""
    if not conditions:
        return values[0]
    if len(conditions) < _IN_A_ROW:
        pairs = zip(reversed(conditions), reversed(values[1:]), strict=True)
        return case(*((made(), value) for made, value in pairs), default=values[0])
    middle = len(conditions) // 2
    lower = _search(conditions[:middle], values[: middle + 1])
    upper = _search(conditions[middle + 1 :], values[middle + 1 :])
    return case((conditions[middle](), upper), default=lower)
