"""Explanations: a statement, a line or an attainment as a derivation that computes itself again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.commissions.model import (
    BalanceEntry,
    BalanceKind,
    Measurement,
    PoolResult,
    Restatement,
    Statement,
    StatementLine,
)
from salesrules.commissions.rules.adjustment_explanation import explain_adjustment
from salesrules.commissions.rules.pool_explanation import (
    derive_payment,
    derive_pool,
    derive_pool_part,
)
from salesrules.commissions.rules.tier_explanation import derive_earned, derive_pieces
from salesrules.core import Derivation, InvalidValue, Operation, plus

__all__ = ["explain_line", "explain_measurement", "explain_payment", "explain_pool", "explain_statement"]

_LABEL = "commissions.label."
_OF_SALES = {
    BalanceKind.HELD,
    BalanceKind.RELEASED,
    BalanceKind.HELD_CANCELLED,
    BalanceKind.HELD_FORFEITED,
    BalanceKind.CLAWED_BACK,
}


def _derive(
    label: str,
    value: Decimal | Fraction,
    unit: str = "",
    operation: Operation = Operation.GIVEN,
    terms: Sequence[Derivation] = (),
    **parameters: Any,
) -> Derivation:
    return Derivation(
        label=_LABEL + label, value=value, unit=unit, operation=operation, terms=terms, parameters=parameters
    )


def explain_statement(statement: Statement) -> Derivation:
    """How a statement's pay came about: its lines, restatements and balance entries; in the statement's currency."""
    lines = [explain_line(line) for line in statement.lines]
    adjustments = [explain_adjustment(adjustment) for adjustment in statement.adjustments]
    earned = _derive(
        "earned_in_period",
        statement.earned.amount,
        statement.currency,
        Operation.SUM if lines or adjustments else Operation.GIVEN,
        [*lines, *adjustments],
        lines=len(lines),
    )
    entries = [*map(_restated, statement.restatements), *map(_entry, statement.balances)]
    return _derive(
        "paid",
        statement.paid.amount,
        statement.currency,
        Operation.SUM,
        [earned, *entries],
        payee=statement.payee,
        period=statement.period.label,
    )


def _restated(entry: Restatement) -> Derivation:
    cause: Any = entry.causes[0] if len(entry.causes) == 1 else ", ".join(entry.causes)
    return _derive("restated", entry.amount.amount, entry.amount.currency, period=entry.period.label, cause=cause)


def explain_payment(statement: Statement) -> Derivation:
    """How what is handed over came about; as `explain_statement` where that is in the plan's currency."""
    paid = explain_statement(statement)
    if statement.payment is None:
        return paid
    return derive_payment(statement.payment, paid, statement.payee, statement.period.label)


def explain_pool(result: PoolResult) -> Derivation:
    """How a team pool's amount came about: its lines, each explained; in the pool's currency."""
    return derive_pool(result, [explain_line(line) for line in result.lines])


def _entry(entry: BalanceEntry) -> Derivation:
    if entry.part is not None:
        return derive_pool_part(entry.part, explain_pool(entry.part.result))
    names: dict[str, Any] = {"policy": entry.policy}
    if entry.kind in _OF_SALES:
        names["transaction"] = entry.transaction
    return _derive(entry.kind.value, entry.amount.amount, entry.amount.currency, **names)


def explain_measurement(measurement: Measurement) -> Derivation:
    """How an attainment came about: the credited measure over the quota.

    Raises `InvalidValue` where the component has no quota.
    """
    attainment = measurement.attainment
    if attainment is None or measurement.quota is None:
        raise InvalidValue("quota", None, f"component {measurement.component} pays by amount, not by attainment")
    return _derive(
        "attainment",
        attainment,
        "rate",
        Operation.QUOTIENT,
        [
            _derive("measure_total", measurement.measured, measurement.unit),
            _derive("quota", measurement.quota, measurement.unit),
        ],
        component=measurement.component,
        span=measurement.label,
    )


def explain_line(line: StatementLine) -> Derivation:
    """How a line's amount came about, from the transaction through share, tiers, rates and cap to its rounding."""
    if line.reversal is not None:
        return _explain_reversal(line)
    currency = line.amount.currency
    names = {"transaction": line.credit.transaction.id, "plan": line.plan, "component": line.component}
    rounding = {"digits": line.rounding.digits, "mode": line.rounding.mode.value}
    if line.is_rounded_by_tier:
        tiers = [
            _derive("rounded", line.rounding(piece.value), currency, Operation.ROUND, [piece], **rounding)
            for piece in derive_pieces(line)
        ]
        return _derive("line", line.amount.amount, currency, Operation.SUM, tiers, **names)
    under_cap = _explain_cap(line)
    total = under_cap
    if line.running:
        whole = plus(line.running, line.payable)
        running = _derive("running_total", line.running, currency)
        total = _derive("running_with_line", whole, currency, Operation.SUM, [running, under_cap])
    if line.spare:
        down = _derive("rounded", line.rounding(total.value), currency, Operation.ROUND, [total], **rounding)
        spare = _derive("spare_unit", line.spare, currency)
        return _derive("line", line.amount.amount, currency, Operation.SUM, [down, spare], **names)
    if not line.running_paid:
        return _derive("line", line.amount.amount, currency, Operation.ROUND, [total], **names, **rounding)
    rounded = _derive("rounded", line.rounding(total.value), currency, Operation.ROUND, [total], **rounding)
    paid_before = _derive("paid_before", line.running_paid, currency)
    return _derive("line", line.amount.amount, currency, Operation.DIFFERENCE, [rounded, paid_before], **names)


def _explain_cap(line: StatementLine) -> Derivation:
    currency = line.amount.currency
    earned = derive_earned(line)
    if line.cap is None or not line.capped:
        return earned
    limit = _derive("cap_limit", line.cap.limit, currency, cap=line.cap.policy)
    before = _derive("earned_before", line.cap.earned_before, currency)
    whole = plus(line.cap.earned_before, line.earned)
    after = _derive("earned_after", whole, currency, Operation.SUM, [before, earned])
    reached = [
        _derive(
            "cap_reached",
            min(line.cap.limit, part.value),
            currency,
            Operation.MINIMUM,
            [limit, part],
            cap=line.cap.policy,
        )
        for part in (after, before)
    ]
    return _derive("under_cap", line.payable, currency, Operation.DIFFERENCE, reached, cap=line.cap.policy)


def _explain_reversal(line: StatementLine) -> Derivation:
    """What a return at original terms takes back: the rounded returned share so far less the one before it."""
    reversal = line.reversal
    assert reversal is not None  # for the type checker: only called for a reversal
    currency = line.amount.currency
    parts = []
    for label, share in (("taken_back_before", reversal.share_before), ("taken_back_after", reversal.share_after)):
        paid = _derive("original_paid", reversal.paid.amount, currency, line=reversal.line)
        exact = Fraction(reversal.paid.amount) * share
        product = _derive(label, exact, currency, Operation.PRODUCT, [paid, _derive("returned_share", share, "rate")])
        digits, mode = line.rounding.digits, line.rounding.mode.value
        parts.append(
            _derive("rounded", line.rounding(exact), currency, Operation.ROUND, [product], digits=digits, mode=mode)
        )
    return _derive(
        "taken_back",
        line.amount.amount,
        currency,
        Operation.DIFFERENCE,
        parts,
        transaction=line.credit.transaction.id,
        line=reversal.line,
    )
