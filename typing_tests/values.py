"""Right and wrong uses of the values, as a type checker sees them: each wrong one must be refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import assert_type

from salesrules.core import (
    ALLOW,
    Band,
    BandTable,
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    Decision,
    Denied,
    Money,
    Outcome,
    Rate,
    Reason,
    ReasonCode,
    Rounding,
    RoundingMode,
    Side,
    allocate_units,
    decide,
    round_exactly,
    total,
)

DAY = date(2020, 1, 1)

# Money: exact amounts in, exact amounts out.
fee = Money("12.50", "CNY")
assert_type(fee + fee, Money)
assert_type(fee - fee, Money)
assert_type(fee * Decimal("1.5"), Money)
assert_type(fee * Rate.parse("1.5%"), Money)
assert_type(3 * fee, Money)
assert_type(fee.ratio(fee), Fraction)
assert_type(fee.amount, Decimal)
assert_type(total([fee, fee], "CNY"), Money)
assert_type(fee.allocate([1, 2], CurrencyTable.iso()), tuple[Money, ...])
fee * 1.5  # type: ignore[operator]  # a float is no factor
fee + 1  # type: ignore[operator]  # money and a number
fee.amount = Decimal(1)  # type: ignore[misc]  # frozen
Money("1.00", 156)  # type: ignore[arg-type]  # a currency is a code
total(["1.00"])  # type: ignore[list-item]  # text is no money

# Rates and rounding: always explicit.
assert_type(Rate.parse("15‰").value, Decimal)
assert_type(round_exactly(Fraction(1, 3), 2, RoundingMode.UP), Decimal)
assert_type(Rounding(digits=2, mode=RoundingMode.HALF_UP)(Decimal(1)), Decimal)
Rounding(2, RoundingMode.HALF_UP)  # type: ignore[call-arg]  # by name only
round_exactly(Fraction(1, 3), 2)  # type: ignore[call-arg]  # no mode
round_exactly(0.5, 2, RoundingMode.UP)  # type: ignore[arg-type]  # a float

# Bands carry the type of their values.
grades = BandTable(bands=(Band(start=0, value="C"), Band(start=60, value="B")), side=Side.LOWER)
assert_type(grades.at(Decimal(60)), str)
grades.at("60")  # type: ignore[arg-type]  # text is no number

# Days: dates, half-open, resolved by day.
limits = Dated(subject="limit", entries=(DatedValue(effective=DateRange(DAY), value=Decimal(5)),))
assert_type(limits.at(DAY), Decimal)
assert_type(DateRange(DAY).intersection(DateRange(DAY)), DateRange | None)
DateRange("2020-01-01")  # type: ignore[arg-type]  # text is no day
limits.at("2020-01-01")  # type: ignore[arg-type]  # text is no day

# Decisions: reasons are data.
SPAN = ReasonCode("org.span_too_wide", ("reports",))
assert_type(SPAN(reports=12), Reason)
assert_type(decide([SPAN(reports=12)]), Decision)
assert_type(ALLOW.outcome, Outcome)
assert_type(Denied(ALLOW).decision, Decision)
assert_type(ALLOW.changes_at, date | datetime | None)
decide(["org.span_too_wide"])  # type: ignore[list-item]  # a code is not yet a reason
Decision(Outcome.ALLOW)  # type: ignore[call-arg]  # by name only
ALLOW.outcome = Outcome.DENY  # type: ignore[misc]  # frozen
assert_type(allocate_units(10, [1, 2]), tuple[int, ...])
