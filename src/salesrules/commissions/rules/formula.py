"""Formulas of measures: arithmetic as a spreadsheet writes it, computed exactly and derived step by step.

Python's own parser reads them; what is no plain arithmetic is refused. Numbers are taken from the text as it stands,
so that 0.1 is a tenth.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from salesrules.core import (
    Derivation,
    Exact,
    InvalidValue,
    Operation,
    as_fraction,
    minus,
    narrowed,
    plus,
    read_numeral,
    times,
)

__all__ = ["NAMES", "OF_QUOTA", "derive_formula", "evaluate_formula", "fold_formula", "names_in"]

T = TypeVar("T")

#: What a formula can speak of.
NAMES = ("amount", "margin", "quantity", "count", "quota", "attainment")

#: Those that it does not speak of without a quota; the others are measures.
OF_QUOTA = frozenset({"quota", "attainment"})

_LONGEST = 500
_LABEL = "commissions.label."
_OPERATORS: dict[type[ast.operator], Operation] = {
    ast.Add: Operation.SUM,
    ast.Sub: Operation.DIFFERENCE,
    ast.Mult: Operation.PRODUCT,
    ast.Div: Operation.QUOTIENT,
}
_FUNCTIONS = {"min": Operation.MINIMUM, "max": Operation.MAXIMUM}
_STEP: dict[Operation, Callable[[Exact, Exact], Exact]] = {
    Operation.SUM: plus,
    Operation.DIFFERENCE: minus,
    Operation.PRODUCT: times,
    Operation.MINIMUM: min,
    Operation.MAXIMUM: max,
}


def names_in(formula: str) -> frozenset[str]:
    """The names that a formula speaks of.

    Raises `InvalidValue` with the text at fault where it is no formula.
    """
    return _parsed(formula)[1]


def evaluate_formula(formula: str, values: Mapping[str, Exact]) -> Exact:
    """What a formula comes to with the values of its names, exactly.

    Raises `InvalidValue` where it is no formula, and where it divides by zero.

    >>> evaluate_formula("amount * 0.1 + max(0, margin - 50)", {"amount": Decimal(200), "margin": Decimal(80)})
    Decimal('50.0')
    """
    return derive_formula(formula, values).value


def derive_formula(formula: str, values: Mapping[str, Exact | Derivation]) -> Derivation:
    """How a formula's value comes about, operation by operation; raises as `evaluate_formula` does.

    A name may have a derivation of its own.
    """

    def named(name: str) -> Derivation:
        value = values[name]
        return value if isinstance(value, Derivation) else _made("formula_name", value, name=name)

    def step(operation: Operation, terms: Sequence[Derivation]) -> Derivation:
        numbers = [term.value for term in terms]
        if operation is Operation.QUOTIENT:
            value = _quotient(numbers[0], numbers[1], formula)
        else:
            value = functools.reduce(_STEP[operation], numbers)
        return _made("formula_step", value, operation, tuple(terms))

    return fold_formula(
        formula,
        name=named,
        number=lambda number: _made("formula_number", number),
        nothing=lambda: _made("nothing", Decimal(0)),
        step=step,
    )


def fold_formula(
    formula: str,
    *,
    name: Callable[[str], T],
    number: Callable[[Decimal], T],
    nothing: Callable[[], T],
    step: Callable[[Operation, Sequence[T]], T],
) -> T:
    """What a formula comes to by other arithmetic than that of numbers: `step` combines what its parts came to.

    What is negated is taken from `nothing`. Raises `InvalidValue` where it is no formula.
    """
    text = formula.strip()

    def fold(node: ast.expr) -> T:
        match node:
            case ast.Name(id=id):
                return name(id)
            case ast.BinOp():
                return step(_OPERATORS[type(node.op)], (fold(node.left), fold(node.right)))
            case ast.UnaryOp():
                return step(Operation.DIFFERENCE, (nothing(), fold(node.operand)))
            case ast.Call(func=ast.Name(id=function)):
                return step(_FUNCTIONS[function], [fold(argument) for argument in node.args])
            case _:  # a number: all else was refused in reading
                return number(read_numeral(_text(node, text), "formula"))

    return fold(_parsed(formula)[0])


@functools.cache
def _parsed(formula: str) -> tuple[ast.expr, frozenset[str]]:
    if len(formula) > _LONGEST:
        raise InvalidValue("formula", f"{formula[:40]}…", f"write at most {_LONGEST} signs")
    try:
        node = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        remedy = "write arithmetic such as 'amount * 0.1 + max(0, margin - 5000) * 0.05'"
        raise InvalidValue("formula", formula, remedy) from error
    names: set[str] = set()
    _check(node, formula.strip(), names)
    return node, frozenset(names)


def _check(node: ast.expr, formula: str, names: set[str]) -> None:
    match node:
        case ast.BinOp() if type(node.op) in _OPERATORS:
            _check(node.left, formula, names)
            _check(node.right, formula, names)
        case ast.UnaryOp(op=ast.USub()):
            _check(node.operand, formula, names)
        case ast.Call(func=ast.Name(id="min" | "max"), args=[_, *_], keywords=[]):
            for argument in node.args:
                _check(argument, formula, names)
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            read_numeral(_text(node, formula), "formula")
        case ast.Name(id=name) if name in NAMES:
            names.add(name)
        case _:
            remedy = f"use numbers, + - * /, brackets, min, max and the names {', '.join(NAMES)}"
            raise InvalidValue("formula", _text(node, formula), remedy)


def _text(node: ast.expr, formula: str) -> str:
    return ast.get_source_segment(formula, node) or formula


def _quotient(left: Exact, right: Exact, formula: str) -> Exact:
    if not right:
        raise InvalidValue("formula", formula, "it divides by zero here; let it not, as with max(1, …)")
    return narrowed(as_fraction(left) / as_fraction(right))


def _made(
    label: str,
    value: Decimal | Fraction,
    operation: Operation = Operation.GIVEN,
    terms: tuple[Derivation, ...] = (),
    **parameters: str,
) -> Derivation:
    return Derivation(label=_LABEL + label, value=value, operation=operation, terms=terms, parameters=parameters)
