"""Rulebooks from documents: what is read, and every fault with its path and line."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from sample_policies import GOOD, REGISTRY, Plan, Tiered

from salesrules.core import DateRange, InvalidDocument, Money, Rate, Side
from salesrules.wire import parse_rulebook


def faults_in(text: str, **options: object) -> dict[str, tuple[str, int | None]]:
    with pytest.raises(InvalidDocument) as caught:
        parse_rulebook(text, registry=REGISTRY, **options)  # type: ignore[arg-type]  # options of the test
    return {fault.path: (fault.code, fault.line) for fault in caught.value.faults}


def test_every_form_is_read() -> None:
    book = parse_rulebook(GOOD, registry=REGISTRY)
    assert (book.name, book.currencies.digits("XBT"), book.calendar.first_month) == ("Sample firm", 8, 4)
    pay = book.section("pay")
    plan: Plan = pay.plans[0]
    assert (plan.weight, plan.count, plan.is_open, plan.cap) == (Decimal("80.9"), 3, True, Money("1000.00", "CNY"))
    assert plan.effective == DateRange(date(2020, 1, 1))
    assert isinstance(plan.pay, Tiered)
    assert plan.pay.rates.side is Side.UPPER
    assert [plan.pay.rates.at(Decimal(n)) for n in ("0.79", "0.8")] == [Rate.parse("1%"), Rate.parse("2%")]
    assert (pay.closes_at, pay.shares["south"]) == (time(12, 30), Rate.parse("60%"))
    assert pay.fee.at(date(2020, 7, 1)) == Money("6.50", "CNY")
