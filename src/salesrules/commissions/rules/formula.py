"""Formulas of measures: arithmetic as a spreadsheet writes it, computed exactly and derived step by step.

Python's own parser reads them; what is no plain arithmetic is refused. Numbers are taken from the text as it stands,
so that 0.1 is a tenth.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

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

__all__ = ["NAMES", "derive_formula", "evaluate_formula", "names_in"]

#: What a formula can speak of.
NAMES = ("amount", "margin", "quantity", "count", "quota", "attainment")

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


def derive_formula(formula: str, values: Mapping[str, Exact]) -> Derivation:
    """How a formula's value comes about, operation by operation; raises as `evaluate_formula` does."""
    return _derive(_parsed(formula)[0], formula.strip(), values)


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


def _derive(node: ast.expr, formula: str, values: Mapping[str, Exact]) -> Derivation:
    derive = functools.partial(_derive, formula=formula, values=values)
    match node:
        case ast.Name(id=name):
            return _made("formula_name", values[name], name=name)
        case ast.BinOp():
            operation = _OPERATORS[type(node.op)]
            left, right = derive(node.left), derive(node.right)
            return _made("formula_step", _combined(operation, left, right, formula), operation, (left, right))
        case ast.UnaryOp():
            terms = (_made("nothing", Decimal(0)), derive(node.operand))
            return _made("formula_step", minus(Decimal(0), terms[1].value), Operation.DIFFERENCE, terms)
        case ast.Call(func=ast.Name(id=function)):
            operation, found = _FUNCTIONS[function], [derive(argument) for argument in node.args]
            value = functools.reduce(_STEP[operation], (term.value for term in found))
            return _made("formula_step", value, operation, tuple(found))
        case _:  # a number: all else was refused in reading
            return _made("formula_number", read_numeral(_text(node, formula), "formula"))


def _combined(operation: Operation, left: Derivation, right: Derivation, formula: str) -> Exact:
    if operation is not Operation.QUOTIENT:
        return _STEP[operation](left.value, right.value)
    if not right.value:
        raise InvalidValue("formula", formula, "it divides by zero here; let it not, as with max(1, …)")
    return narrowed(as_fraction(left.value) / as_fraction(right.value))


def _made(
    label: str,
    value: Decimal | Fraction,
    operation: Operation = Operation.GIVEN,
    terms: tuple[Derivation, ...] = (),
    **parameters: str,
) -> Derivation:
    return Derivation(label=_LABEL + label, value=value, operation=operation, terms=terms, parameters=parameters)
