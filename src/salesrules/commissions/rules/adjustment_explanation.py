"""How an adjustment came about, as a derivation that computes itself again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.commissions.model import Adjustment, AdjustmentKind, AdjustmentPart
from salesrules.core import Derivation, Operation, minus

__all__ = ["explain_adjustment"]

_LABEL = "commissions.label."


def explain_adjustment(adjustment: Adjustment) -> Derivation:
    """How a modifier's amount came about: for each line what it had come to, what it comes to, and the rounding."""
    parts = [_part(adjustment, part) for part in adjustment.parts]
    return _derive(
        adjustment,
        adjustment.kind.value,
        adjustment.amount.amount,
        Operation.SUM,
        parts,
        policy=adjustment.policy,
        plan=adjustment.plan,
    )


def _part(adjustment: Adjustment, part: AdjustmentPart) -> Derivation:
    value = _value(adjustment, part)
    whole = value
    if part.running:
        running = _derive(adjustment, "running_total", part.running)
        whole = _derive(adjustment, "running_with_line", part.running + part.value, Operation.SUM, [running, value])
    rounding = adjustment.rounding
    rounded = rounding(whole.value)
    names: dict[str, Any] = {"line": part.line}
    how: dict[str, Any] = {"digits": rounding.digits, "mode": rounding.mode.value}
    if not part.paid and rounded == part.amount:
        return _derive(adjustment, "adjusted_line", part.amount, Operation.ROUND, [whole], **names, **how)
    first = _derive(adjustment, "rounded", rounded, Operation.ROUND, [whole], **how)
    if minus(rounded, part.paid) != part.amount:  # a fixed amount, in whatever digits the plan states it
        return _derive(adjustment, "adjusted_line", part.amount, **names)
    paid = _derive(adjustment, "paid_so_far", part.paid)
    return _derive(adjustment, "adjusted_line", part.amount, Operation.DIFFERENCE, [first, paid], **names)


def _value(adjustment: Adjustment, part: AdjustmentPart) -> Derivation:
    base = _derive(adjustment, "adjusted_base", part.base)
    if part.factor is not None:
        if part.factor == 1:
            return base
        factor = _derive(adjustment, "factor", part.factor, unit="rate")
        return _derive(adjustment, "adjusted_value", part.value, Operation.PRODUCT, [base, factor])
    reached = base
    if part.before:
        before = _derive(adjustment, "limit_before", part.before)
        reached = _derive(adjustment, "limit_after", part.before + part.base, Operation.SUM, [before, base])
    for limit, operation in ((part.upper, Operation.MINIMUM), (part.lower, Operation.MAXIMUM)):
        if limit is not None:
            bound = _derive(adjustment, "limit", limit, policy=adjustment.policy)
            held = min(reached.value, limit) if operation is Operation.MINIMUM else max(reached.value, limit)
            reached = _derive(adjustment, "limited", held, operation, [reached, bound], policy=adjustment.policy)
    if not part.given:
        return reached
    given = _derive(adjustment, "let_through", part.given)
    return _derive(adjustment, "adjusted_value", part.value, Operation.DIFFERENCE, [reached, given])


def _derive(
    adjustment: Adjustment,
    label: str,
    value: Decimal | Fraction,
    operation: Operation = Operation.GIVEN,
    terms: Sequence[Derivation] = (),
    *,
    unit: str = "",
    **parameters: Any,
) -> Derivation:
    unit = unit or adjustment.amount.currency
    name = _LABEL + (f"modified_by_{label}" if label in set(AdjustmentKind) else label)
    return Derivation(label=name, value=value, unit=unit, operation=operation, terms=terms, parameters=parameters)
