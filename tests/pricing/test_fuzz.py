"""Quotations from outside with anything in them: they are read and judged, or an error says what is wrong."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

from hypothesis import given, settings

from salesrules.core import DateRange, Money, Rate, SalesRulesError
from salesrules.pricing import JointDiscount, Quotation, QuotedDiscount, check_quotation
from salesrules.testing.spoiled_documents import SPOILING, spoiled
from salesrules.wire import stored_kind

DAY = date(2026, 6, 1)
QUOTATIONS = stored_kind(Quotation, name="quotation")


def test_a_spoiled_quotation_is_judged_or_refused(make_policy, make_promotion, make_line, buyer) -> None:
    joint = JointDiscount(together_with=["pump"], rate=Rate.parse("10%"))
    policy = make_policy(promotions=[make_promotion("x", joint, partner="us")])
    quotation = Quotation(
        id="q",
        seller="li",
        buyer=buyer,
        currency="CNY",
        issued=DAY,
        validity=DateRange(DAY, date(2026, 7, 1)),
        lines=[make_line(100, 2, amount=Money(200, "CNY")), make_line(98, 1, id="2")],
        discounts=[QuotedDiscount(promotion="x", amount=Money("29.80", "CNY"))],
        total=Money("268.20", "CNY"),
    )
    document = QUOTATIONS.dump(quotation)
    assert check_quotation(QUOTATIONS.load(document), policy, DAY).is_allowed

    @settings(max_examples=150, deadline=None)
    @given(**SPOILING)
    def one(place: int, value: Any, kind: str) -> None:
        with contextlib.suppress(SalesRulesError):
            check_quotation(QUOTATIONS.load(spoiled(document, place, value, kind)), policy, DAY)

    one()
