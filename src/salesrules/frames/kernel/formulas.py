"""Formulas over arrays: fractions of Python's own, since a formula may divide by what it measures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from salesrules.commissions import Measure, fold_formula, names_in
from salesrules.core import Operation
from salesrules.frames.compiled import CompiledComponent
from salesrules.frames.kernel.block import Block, Unmet
from salesrules.frames.kernel.curves import At, Earned, move
from salesrules.frames.kernel.whole import Flags, Runs, Whole

__all__ = ["earn_formula"]

Exact = npt.NDArray[Any]
_NOTHING = Fraction(0)


class _DividesByZero(ArithmeticError):
    def __init__(self, rows: Flags) -> None:
        super().__init__("the formula divides by zero")
        self.rows = rows


def earn_formula(
    component: CompiledComponent, block: Block, counted: Flags | None, runs: Runs | None, at: At, digits: int
) -> Earned:
    """What the formula comes to after each row less what it came to before; nothing where nothing was measured.

    A row where it divides by zero is noted. Raises `OutOfRange`.
    """
    after: dict[str, Whole] = {}
    for measure in Measure:
        if measure.value in names_in(component.formula) or measure is component.measure:
            values = block.measures[measure]
            values = values if counted is None else np.where(counted, values, 0)
            after[measure.value] = move(values, runs).after
    worth = _worth(component, block, after, at)
    if runs is not None:
        before = np.empty_like(worth)
        before[1:] = worth[:-1]
        before[runs.starts] = _NOTHING
        worth = worth - before
    pay = Fraction(10) ** digits
    exact = [each * pay for each in worth.tolist()]
    return Earned(
        np.array([each.numerator for each in exact], dtype=object),
        np.array([each.denominator for each in exact], dtype=object),
    )


def _worth(component: CompiledComponent, block: Block, after: dict[str, Whole], at: At) -> Exact:
    found = np.full(block.rows, _NOTHING, dtype=object)
    rows = np.flatnonzero(np.any([each != 0 for each in after.values()], axis=0))
    if not len(rows):
        return found
    known = {name: _fractions(values[rows], 10 ** block.digits[Measure(name)]) for name, values in after.items()}
    if at.quota is not None:
        unit = 10**component.digits
        known["quota"] = _fractions(at.quota[rows], unit)
        known["attainment"] = known[component.measure.value] / known["quota"]
    try:
        found[rows] = fold_formula(
            component.formula,
            name=known.__getitem__,
            number=lambda number: _full(Fraction(number), len(rows)),
            nothing=lambda: _full(_NOTHING, len(rows)),
            step=_step,
        )
    except _DividesByZero as error:
        block.unmet.append(Unmet("division_by_zero", component.id, rows[error.rows]))
    return found


def _step(operation: Operation, terms: Sequence[Exact]) -> Exact:
    match operation:
        case Operation.SUM:
            return terms[0] + terms[1]
        case Operation.DIFFERENCE:
            return terms[0] - terms[1]
        case Operation.PRODUCT:
            return terms[0] * terms[1]
        case Operation.QUOTIENT:
            zero = (terms[1] == 0).astype(np.bool_)
            if zero.any():
                raise _DividesByZero(zero)
            return terms[0] / terms[1]
        case Operation.MINIMUM:
            return reduce(np.minimum, terms)
        case _:
            return reduce(np.maximum, terms)


def _fractions(values: Whole, unit: int) -> Exact:
    return np.array([Fraction(value, unit) for value in values.tolist()], dtype=object)


def _full(value: Fraction | Decimal, rows: int) -> Exact:
    return np.full(rows, value, dtype=object)
