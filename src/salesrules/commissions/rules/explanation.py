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
    TierShare,
)
from salesrules.commissions.rules.adjustment_explanation import explain_adjustment
from salesrules.commissions.rules.pool_explanation import (
    derive_credit_part,
    derive_payment,
    derive_pool,
    derive_pool_part,
)
from salesrules.core import EXACT, Derivation, InvalidValue, Operation

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
    under_cap = _explain_cap(line)
    total = under_cap
    if line.running:
        whole = EXACT.add(line.running, line.payable)
        running = _derive("running_total", line.running, currency)
        total = _derive("running_with_line", whole, currency, Operation.SUM, [running, under_cap])
    names = {"transaction": line.credit.transaction.id, "plan": line.plan, "component": line.component}
    rounding = {"digits": line.rounding.digits, "mode": line.rounding.mode.value}
    if not line.running_paid:
        return _derive("line", line.amount.amount, currency, Operation.ROUND, [total], **names, **rounding)
    rounded = _derive("rounded", line.rounding(total.value), currency, Operation.ROUND, [total], **rounding)
    paid_before = _derive("paid_before", line.running_paid, currency)
    return _derive("line", line.amount.amount, currency, Operation.DIFFERENCE, [rounded, paid_before], **names)


def _explain_cap(line: StatementLine) -> Derivation:
    currency = line.amount.currency
    pieces = [_explain_piece(line, piece) for piece in line.pieces]
    operation = Operation.SUM if pieces else Operation.GIVEN
    earned = _derive("earned", line.earned, currency, operation, pieces)
    if line.cap is None or not line.capped:
        return earned
    limit = _derive("cap_limit", line.cap.limit, currency, cap=line.cap.policy)
    before = _derive("earned_before", line.cap.earned_before, currency)
    whole = EXACT.add(line.cap.earned_before, line.earned)
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


def _explain_piece(line: StatementLine, piece: TierShare) -> Derivation:
    number = piece.tier + 1
    measure = _explain_overlap(line, piece)
    rate = _derive("rate", piece.rate, "rate", tier=number)
    return _derive("tier", piece.earned, line.amount.currency, Operation.PRODUCT, [measure, rate], tier=number)


def _explain_overlap(line: StatementLine, piece: TierShare) -> Derivation:
    """The measure in a tier: from where the running measure or the tier starts to where the first of them ends."""
    number, unit = piece.tier + 1, line.unit
    before = _derive("measure_before", line.before, unit)
    after = _derive("measure_after", line.after, unit, Operation.SUM, [before, _explain_credit(line)])
    if piece.whole and piece.measure == line.after:
        reached = _up_to(line, piece, _from(line, piece, after))
        return _derive("tier_measure", piece.measure, unit, Operation.SUM, [reached], tier=number)
    if piece.whole:  # the tier that is left: all that was in it is taken back
        reached = _up_to(line, piece, _from(line, piece, before))
        terms = [_derive("nothing", Decimal(0), unit), reached]
    elif line.before <= line.after:
        terms = [_up_to(line, piece, after), _from(line, piece, before)]
    else:
        terms = [_from(line, piece, after), _up_to(line, piece, before)]
    return _derive("tier_measure", piece.measure, unit, Operation.DIFFERENCE, terms, tier=number)


def _from(line: StatementLine, piece: TierShare, point: Derivation) -> Derivation:
    """A point of the running measure, or the tier's start where the tier starts later."""
    if piece.lower is None:
        return point
    number, reached = piece.tier + 1, max(piece.lower, point.value)
    start = _explain_bound(line, "tier_from", piece.lower, number)
    return _derive("tier_reached", reached, line.unit, Operation.MAXIMUM, [point, start], tier=number)


def _up_to(line: StatementLine, piece: TierShare, point: Derivation) -> Derivation:
    """A point of the running measure, or the tier's end where the tier ends earlier."""
    if piece.upper is None or point.value <= piece.upper:
        return point
    number = piece.tier + 1
    end = _explain_bound(line, "tier_to", piece.upper, number)
    return _derive("tier_reached", piece.upper, line.unit, Operation.MINIMUM, [point, end], tier=number)


def _explain_bound(line: StatementLine, label: str, bound: Decimal, number: int) -> Derivation:
    """A tier's bound: as the table gives it, or a share of the quota."""
    if line.quota is None:
        return _derive(label, bound, line.unit, tier=number)
    share = EXACT.divide(bound, line.quota)  # exact: the bound was made by multiplying them
    terms = [_derive("quota", line.quota, line.unit), _derive("tier_share", share, "rate")]
    return _derive(label, bound, line.unit, Operation.PRODUCT, terms, tier=number)


def _explain_credit(line: StatementLine) -> Derivation:
    """The credited measure: what is counted of the transaction, times the share, in the plan's currency."""
    credit = line.credit
    transaction = credit.transaction
    share, exchange = credit.share.value, line.exchange_rate
    counted = EXACT.divide(line.measured, EXACT.multiply(share, exchange)) if line.measured else Decimal(0)
    unit = transaction.amount.currency if line.unit else ""
    whole = counted if credit.part is None else _whole_of(line, counted)
    names: dict[str, Any] = {"transaction": transaction.id, "day": credit.day}
    given = _derive("transaction", whole, unit, **names)
    if unit and transaction.cost is not None and whole != transaction.amount.amount:
        parts = [
            _derive("transaction", transaction.amount.amount, unit, **names),
            _derive("cost", transaction.cost.amount, unit, transaction=transaction.id),
        ]
        given = _derive("margin", whole, unit, Operation.DIFFERENCE, parts, **names)
    if credit.part is not None:
        given = derive_credit_part(credit.part, given, transaction.id)
    terms = [given, _derive("share", share, "rate", rule=credit.rule)]
    if unit != line.unit:
        terms.append(_derive("exchange_rate", exchange))
    return _derive("credited", line.measured, line.unit, Operation.PRODUCT, terms, role=credit.role)


def _whole_of(line: StatementLine, counted: Decimal) -> Decimal:
    """The measure of the whole transaction, of which a part payment counted a part."""
    t, part = line.credit.transaction, line.credit.part
    assert part is not None  # for the type checker: only asked of a part
    if line.unit:
        margin = EXACT.subtract(t.amount.amount, t.cost.amount) if t.cost is not None else t.amount.amount
        measures = [t.amount.amount, margin]
    else:
        measures = [t.quantity, Decimal(1), Decimal(-1), Decimal(0)]
    return next(measure for measure in measures if part.of(measure) == counted)


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
