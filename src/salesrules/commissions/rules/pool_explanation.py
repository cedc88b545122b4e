"""Derivations of what does not come from a line alone: parts of pools, parts of transactions, pay in a currency."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.commissions.model import CreditPart, PaymentConversion, PoolPart, PoolResult
from salesrules.core import EXACT, Derivation, Operation, RoundingMode, as_decimal, exact_sum, round_exactly

__all__ = ["derive_credit_part", "derive_payment", "derive_pool", "derive_pool_part"]

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


def derive_pool(result: PoolResult, lines: Sequence[Derivation]) -> Derivation:
    """A pool's amount: its lines, each explained, or nothing below the gate."""
    currency = result.amount.currency
    names: dict[str, Any] = {"pool": result.pool, "period": result.period}
    if not lines:
        return _derive("pool_total", result.amount.amount, currency, **names)
    if result.is_open:
        return _derive("pool_total", result.amount.amount, currency, Operation.SUM, lines, **names)
    earned = _derive("pool_total", exact_sum(line.value for line in lines), currency, Operation.SUM, lines, **names)
    closed = _derive("pool_gate", Decimal(0), "rate", pool=result.pool)
    return _derive("pool_total", result.amount.amount, currency, Operation.PRODUCT, [earned, closed], **names)


def derive_pool_part(part: PoolPart, pool: Derivation) -> Derivation:
    """A member's part: the pool times the member's portion, rounded towards zero, and a remaining unit, if any."""
    share, result = part.share, part.result
    currency, mode = share.amount.currency, RoundingMode.DOWN
    weight = _derive("pool_share", share.weight, payee=share.payee)
    portion = share.weight / share.total
    terms = [weight, _derive("pool_share", share.total, payee=result.pool)]
    exact = Fraction(result.amount.amount) * portion
    product = _derive(
        "pool_portion",
        exact,
        currency,
        Operation.PRODUCT,
        [pool, _derive("pool_portion", portion, "rate", Operation.QUOTIENT, terms)],
    )
    whole = round_exactly(exact, result.digits, mode)
    rounded = _derive("rounded", whole, currency, Operation.ROUND, [product], digits=result.digits, mode=mode.value)
    rest = _derive("pool_remainder", EXACT.subtract(share.amount.amount, whole), currency)
    names = {"pool": result.pool, "period": result.period}
    return _derive("pool_part", share.amount.amount, currency, Operation.SUM, [rounded, rest], **names)


def derive_credit_part(part: CreditPart, whole: Derivation, transaction: str) -> Derivation:
    """The part of a measure that a payment credits: what is paid with it, rounded, less what was paid before."""
    unit, exact, number = whole.unit, Fraction(whole.value), as_decimal(whole.value)
    names = {"digits": part.rounding.digits, "mode": part.rounding.mode.value}
    parts = []
    for label, share in (("part_after", part.after), ("part_before", part.before)):
        terms = [whole, _derive("paid_share", share, "rate")]
        product = _derive(label, exact * share, unit, Operation.PRODUCT, terms)
        if share != 1:  # the whole is not rounded
            value = part.rounding(exact * share)
            product = _derive("rounded", value, unit, Operation.ROUND, [product], **names)
        parts.append(product)
    return _derive(
        "part", part.of(number), unit, Operation.DIFFERENCE, parts, transaction=transaction, number=part.number
    )


def derive_payment(payment: PaymentConversion, paid: Derivation, payee: str, period: str) -> Derivation:
    """What is handed over: the total of a statement times the rate of a day, rounded once."""
    day, currency = payment.day, payment.amount.currency
    rate = _derive("payment_rate", payment.rate, day=day)
    exact = EXACT.multiply(payment.paid.amount, payment.rate)
    product = _derive("payment_exact", exact, currency, Operation.PRODUCT, [paid, rate])
    rounding = {"digits": payment.rounding.digits, "mode": payment.rounding.mode.value}
    names = {"payee": payee, "period": period, "day": day}
    return _derive("payment", payment.amount.amount, currency, Operation.ROUND, [product], **names, **rounding)
