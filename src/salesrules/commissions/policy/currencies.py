"""At which exchange rate a credit is measured, and at which what is paid is converted."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.core import RoundingMode, WordEnum, as_tuple, to_decimal

__all__ = ["ConversionPolicy", "FixedRate", "PaymentDay", "RateBasis"]


class RateBasis(WordEnum):
    """Which rate a credit's measure is converted with.

    That of the day of the transaction, of the trigger (the credit's own day), of the last day of the pay period, the
    plan's fixed one, or the average given for the period.
    """

    TRANSACTION_DAY = "transaction_day"
    TRIGGER_DAY = "trigger_day"
    PERIOD_END = "period_end"
    FIXED = "fixed"
    AVERAGE = "average"


class PaymentDay(WordEnum):
    """Whose rate converts what is paid: that of the last day of the period, or of the day after it."""

    LAST_DAY = "last_day"
    NEXT_DAY = "next_day"


@attrs.frozen(kw_only=True)
class FixedRate:
    """A plan rate: what one unit of `source` counts in `target`, whatever the day."""

    id: str
    source: str
    target: str
    rate: Decimal = attrs.field(converter=to_decimal)


@attrs.frozen(kw_only=True)
class ConversionPolicy:
    """The rates of measures, and day and rounding of pay in a person's own currency.

    Pay is converted once, as the total of a statement, always at the rates of days.
    """

    measure_rate: RateBasis = attrs.field(default=RateBasis.TRIGGER_DAY, converter=RateBasis)
    fixed_rates: tuple[FixedRate, ...] = attrs.field(default=(), converter=as_tuple)
    payment_day: PaymentDay = attrs.field(default=PaymentDay.LAST_DAY, converter=PaymentDay)
    rounding: RoundingMode = attrs.field(default=RoundingMode.HALF_UP, converter=RoundingMode)
