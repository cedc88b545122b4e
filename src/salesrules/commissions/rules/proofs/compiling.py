"""Formulas of one measure as curves: sums, differences, multiples, smallest and largest of straight lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import LeftOutReason
from salesrules.commissions.policy import Measure
from salesrules.commissions.rules.formula import fold_formula, names_in
from salesrules.commissions.rules.proofs.elements import Element, Outline, Polynomial
from salesrules.core import InvalidValue, Operation

__all__ = ["NotCompiled", "compile_formula", "formula_outline"]

_NONE = Polynomial(Fraction(0))


class _Lines(NamedTuple):
    """A continuous function of straight lines: one more line than bounds between them."""

    bounds: tuple[Fraction, ...]
    lines: tuple[Polynomial, ...]

    @property
    def number(self) -> Fraction | None:
        """The number that it is everywhere; `None` for a function that is not."""
        return self.lines[0].constant if not self.bounds and self.lines[0].is_constant else None

    def line_over(self, x: Fraction) -> Polynomial:
        """The line that holds around a point that is no bound."""
        return self.lines[sum(1 for bound in self.bounds if bound < x)]


def compile_formula(formula: str, names: Mapping[str, Polynomial]) -> Outline:
    """What a formula pays by the measure that every one of its names is a straight line of; at zero, nothing.

    Raises `InvalidValue` where it is no sum of straight pieces, as where a measure is multiplied by itself.
    """

    def step(operation: Operation, terms: Sequence[_Lines]) -> _Lines:
        found = terms[0]
        for term in terms[1:]:
            found = _combined(operation, found, term, formula)
        return found

    bounds, lines = fold_formula(
        formula,
        name=lambda name: _Lines((), (names[name],)),
        number=lambda number: _Lines((), (Polynomial(Fraction(number)),)),
        nothing=lambda: _Lines((), (_NONE,)),
        step=step,
    )
    found: Outline = []
    zero = Fraction(0)
    places = sorted({*bounds, zero})
    for lo, hi in zip([None, *places], [*places, None], strict=True):
        middle = Element(lo, hi, _NONE, 0).sample
        line = _Lines(bounds, lines).line_over(middle)
        found.append(Element(lo, hi, line, 0))
        if hi is not None:
            found.append(Element(hi, hi, _NONE if hi == 0 else Polynomial(line.at(hi)), 0))
    return found


def _combined(operation: Operation, left: _Lines, right: _Lines, formula: str) -> _Lines:
    match operation:
        case Operation.PRODUCT if left.number is not None:
            return _Lines(right.bounds, tuple(line.scaled(left.number) for line in right.lines))
        case Operation.PRODUCT if right.number is not None:
            return _Lines(left.bounds, tuple(line.scaled(right.number) for line in left.lines))
        case Operation.QUOTIENT if right.number:
            return _Lines(left.bounds, tuple(line.scaled(1 / right.number) for line in left.lines))
        case Operation.PRODUCT | Operation.QUOTIENT:
            raise InvalidValue("formula", formula, "multiply and divide measures by numbers alone, to have it proved")
        case _:
            return _line_by_line(operation, left, right)


def _line_by_line(operation: Operation, left: _Lines, right: _Lines) -> _Lines:
    """Where the lines cross, the smaller and the larger change places, so that a bound is needed there."""
    bounds = sorted({*left.bounds, *right.bounds})
    if operation in (Operation.MINIMUM, Operation.MAXIMUM):
        bounds = sorted({*bounds, *_crossings(left, right, bounds)})
    found = []
    for x in _between(bounds):
        one, other = left.line_over(x), right.line_over(x)
        match operation:
            case Operation.SUM:
                line = one.plus(other.constant, other.slope)
            case Operation.DIFFERENCE:
                line = one.plus(-other.constant, -other.slope)
            case _:
                line = (min if operation is Operation.MINIMUM else max)(one, other, key=lambda each: each.at(x))
        found.append(line)
    kept = [place for place in range(len(bounds)) if found[place] != found[place + 1]]
    return _Lines(tuple(bounds[place] for place in kept), (found[0], *(found[place + 1] for place in kept)))


def _between(bounds: Sequence[Fraction]) -> list[Fraction]:
    """A point in each interval between bounds."""
    return [Element(lo, hi, _NONE, 0).sample for lo, hi in zip([None, *bounds], [*bounds, None], strict=True)]


def _crossings(left: _Lines, right: _Lines, bounds: Sequence[Fraction]) -> list[Fraction]:
    found = []
    for x, lo, hi in zip(_between(bounds), [None, *bounds], [*bounds, None], strict=True):
        one, other = left.line_over(x), right.line_over(x)
        if one.slope != other.slope:
            crossing = (other.constant - one.constant) / (one.slope - other.slope)
            if (lo is None or lo < crossing) and (hi is None or crossing < hi):
                found.append(crossing)
    return found


class NotCompiled(Exception):
    """A formula that is no curve of one measure, and why."""

    def __init__(self, reason: LeftOutReason) -> None:
        self.reason = reason


def formula_outline(formula: str, measure: Measure, quota: Decimal | None) -> Outline:
    """A formula of a component's own measure as a curve; raises `NotCompiled` for any other."""
    names = names_in(formula)
    itself = Polynomial(Fraction(0), Fraction(1))
    known = {measure.value: itself}
    if quota is not None:
        known |= {"quota": Polynomial(Fraction(quota)), "attainment": Polynomial(Fraction(0), 1 / Fraction(quota))}
    elif names == {"attainment"}:
        known = {"attainment": itself}
    if not names <= known.keys():
        is_ours = names <= known.keys() | {"quota", "attainment"}
        raise NotCompiled(LeftOutReason.NEEDS_QUOTA if is_ours else LeftOutReason.SEVERAL_MEASURES)
    try:
        return compile_formula(formula, known)
    except InvalidValue:
        raise NotCompiled(LeftOutReason.NOT_PIECEWISE) from None
