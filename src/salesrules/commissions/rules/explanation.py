"""Explanations: a statement, a line or an attainment as a derivation that computes itself again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.commissions.model import BalanceEntry, Measurement, Statement, StatementLine, TierShare
from salesrules.core import EXACT, Derivation, InvalidValue, Operation

__all__ = ["explain_line", "explain_measurement", "explain_statement"]

_LABEL = "commissions.label."


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
    """How a statement's pay came about: its lines and balance entries, each explained; in the statement's currency."""
    lines = [explain_line(line) for line in statement.lines]
    earned = _derive(
        "earned_in_period",
        statement.earned.amount,
        statement.currency,
        Operation.SUM if lines else Operation.GIVEN,
        lines,
        lines=len(lines),
    )
    entries = [_entry(entry) for entry in statement.balances]
    return _derive(
        "paid",
        statement.paid.amount,
        statement.currency,
        Operation.SUM,
        [earned, *entries],
        payee=statement.payee,
        period=statement.period.label,
    )


def _entry(entry: BalanceEntry) -> Derivation:
    return _derive(entry.kind.value, entry.amount.amount, entry.amount.currency, policy=entry.policy)


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
        return _derive("tier_measure", piece.measure, unit, Operation.SUM, [after], tier=number)
    if piece.whole:
        nothing = _derive("nothing", Decimal(0), unit)
        return _derive("tier_measure", piece.measure, unit, Operation.DIFFERENCE, [nothing, before], tier=number)
    low, high = (before, after) if line.before <= line.after else (after, before)
    floor, ceiling = low, high
    if piece.lower is not None and piece.lower > low.value:
        bound = _derive("tier_from", piece.lower, unit, tier=number)
        floor = _derive("tier_reached", piece.lower, unit, Operation.MAXIMUM, [low, bound], tier=number)
    if piece.upper is not None and piece.upper < high.value:
        bound = _derive("tier_to", piece.upper, unit, tier=number)
        ceiling = _derive("tier_reached", piece.upper, unit, Operation.MINIMUM, [high, bound], tier=number)
    terms = [ceiling, floor] if line.before <= line.after else [floor, ceiling]
    return _derive("tier_measure", piece.measure, unit, Operation.DIFFERENCE, terms, tier=number)


def _explain_credit(line: StatementLine) -> Derivation:
    credit = line.credit
    share, exchange = credit.share.value, line.exchange_rate
    unit = line.unit if exchange == 1 else ""  # before conversion the measure is in another currency
    counted = EXACT.divide(line.measured, EXACT.multiply(share, exchange)) if line.measured else Decimal(0)
    terms = [
        _derive("transaction", counted, unit, transaction=credit.transaction.id, day=credit.day),
        _derive("share", share, "rate", rule=credit.rule),
    ]
    if exchange != 1:
        terms.append(_derive("exchange_rate", exchange))
    return _derive("credited", line.measured, line.unit, Operation.PRODUCT, terms, role=credit.role)


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
