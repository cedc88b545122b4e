"""Exchange rates as policy declares them: those that measures are converted with, and pay in a person's currency."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from salesrules.commissions.model import CommissionFacts, PaymentConversion, SalesCredit, Statement
from salesrules.commissions.policy import CommissionPolicy, ConversionPolicy, PaymentDay, RateBasis
from salesrules.core import (
    CurrencyTable,
    DateRange,
    ExchangeRate,
    ExchangeRates,
    FiscalCalendar,
    Money,
    Rounding,
    exact_product,
)

__all__ = ["convert_payment", "date_rates", "measure_rates"]

_ALWAYS = DateRange(date.min)


def measure_rates(facts: CommissionFacts, conversion: ConversionPolicy) -> ExchangeRates:
    """The rates that measures are converted with: of days, of periods (averages), or the plan's fixed ones."""
    match conversion.measure_rate:
        case RateBasis.FIXED:
            return ExchangeRates.of(
                ExchangeRate(source=fixed.source, target=fixed.target, effective=_ALWAYS, rate=fixed.rate)
                for fixed in conversion.fixed_rates
            )
        case RateBasis.AVERAGE:
            return facts.average_rates
        case _:
            return facts.exchange_rates


def date_rates(
    credits: Iterable[SalesCredit], policy: CommissionPolicy, calendar: FiscalCalendar
) -> tuple[SalesCredit, ...]:
    """The credits with the day of their exchange rate, where policy names another than the credit's own."""
    match policy.conversion.measure_rate:
        case RateBasis.TRANSACTION_DAY:
            return tuple(attrs.evolve(credit, rate_day=credit.transaction.day) for credit in credits)
        case RateBasis.PERIOD_END:
            return tuple(
                attrs.evolve(credit, rate_day=calendar.at(policy.pay_period, credit.day).end - timedelta(days=1))
                for credit in credits
            )
        case _:
            return tuple(credits)


def convert_payment(
    statement: Statement, currency: str, rates: ExchangeRates, conversion: ConversionPolicy, currencies: CurrencyTable
) -> Statement:
    """The statement with what is paid in another currency: its total at the rate of the declared day, rounded once.

    Nothing is converted where nothing is paid. Raises `MissingDay` where there is no rate of the pair on that day; a
    pair is never inverted.
    """
    if currency == statement.currency or not statement.paid:
        return statement if statement.payment is None else attrs.evolve(statement, payment=None)
    day = statement.period.end
    if conversion.payment_day is PaymentDay.LAST_DAY:
        day -= timedelta(days=1)
    rate = rates.rate(statement.currency, currency, day)
    rounding = Rounding(digits=currencies.digits(currency), mode=conversion.rounding)
    amount = Money(rounding(exact_product(statement.paid.amount, rate)), currency)
    payment = PaymentConversion(paid=statement.paid, rate=rate, day=day, rounding=rounding, amount=amount)
    return attrs.evolve(statement, payment=payment)
