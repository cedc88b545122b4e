"""What the tests of the room share: a policy, and short ways to make lines, promotions and approvals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from salesrules.core import ApprovalEvidence, Band, BandTable, DateRange, Money, PolicyLife, Rate, Rounding
from salesrules.pricing import (
    Buyer,
    DiscountPolicy,
    PricePoint,
    PriceRow,
    PricingPolicy,
    Promotion,
    QuotationPolicy,
    SalesLine,
)

YEAR = DateRange(date(2026, 1, 1), date(2027, 1, 1))


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def make_row() -> Callable[..., PriceRow]:
    def make(product: str = "pump", *prices: tuple[int, object, object], **changes: Any) -> PriceRow:
        bands = [
            Band(start=start, value=PricePoint(list=cny(price), floor=cny(floor)))
            for start, price, floor in prices or [(1, 100, 80)]
        ]
        given: dict[str, Any] = {
            "id": f"{product}-list",
            "product": product,
            "effective": YEAR,
            "breaks": BandTable(bands=bands),
        }
        return PriceRow(**(given | changes))

    return make


@pytest.fixture
def make_policy(make_row: Callable[..., PriceRow]) -> Callable[..., PricingPolicy]:
    def make(**changes: Any) -> PricingPolicy:
        given: dict[str, Any] = {
            "life": PolicyLife(
                status="in_force",
                scope="sales",
                owner="operations",
                approver="director",
                effective=DateRange(date(2010, 1, 1)),
            ),
            "rounding": Rounding(digits=2, mode="half_up"),
            "prices": [make_row()],
            "discounts": DiscountPolicy(id="discounts", free=Rate.parse("5%")),
            "stacking": "combine",
            "quotations": QuotationPolicy(id="quotations", maximum_days=30),
        }
        return PricingPolicy(**(given | changes))

    return make


@pytest.fixture
def make_promotion() -> Callable[..., Promotion]:
    def make(id: str, benefit: Any, **changes: Any) -> Promotion:
        given: dict[str, Any] = {"id": id, "window": YEAR, "benefit": benefit, "budget_line": "promotion"}
        return Promotion(**(given | changes))

    return make


@pytest.fixture
def make_line() -> Callable[..., SalesLine]:
    def make(price: object = 100, quantity: object = 1, product: str = "pump", id: str = "1", **more: Any) -> SalesLine:
        return SalesLine(id=id, product=product, quantity=quantity, unit_price=cny(price), **more)

    return make


@pytest.fixture
def buyer() -> Buyer:
    return Buyer(customer="c1", customer_type="dealer")


@pytest.fixture
def make_evidence() -> Callable[..., ApprovalEvidence]:
    def make(subject: str, act: str = "price.discount", approver: str = "boss", day: date = date(2026, 5, 1)) -> Any:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return ApprovalEvidence(approver=approver, act=act, subject=subject, route="direct", at=at)

    return make
