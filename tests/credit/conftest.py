"""What the tests of the room share: a policy, and short ways to make documents, standings and requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from salesrules.core import ApprovalEvidence, Band, BandTable, DateRange, Money, PolicyLife, Rate, Rounding
from salesrules.credit import (
    AgeingPolicy,
    AllowancePolicy,
    BilledLine,
    CollectionPolicy,
    CreditLimit,
    CreditOrder,
    CreditPolicy,
    CreditRelease,
    CreditRequest,
    CreditRule,
    CreditStanding,
    Delivery,
    DunningLevel,
    DunningPolicy,
    GradeTerms,
    GradingPolicy,
    Invoice,
    LimitPolicy,
    NewCustomerGate,
    OpenItem,
    OrderLine,
    OverdueProfile,
    PostingPolicy,
    ReleasePolicy,
    ScoreFactor,
)

ALWAYS = DateRange(date(2020, 1, 1))
DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def bands(*steps: tuple[Any, Any], side: str = "lower") -> BandTable[Any]:
    return BandTable(bands=[Band(start=start, value=value) for start, value in steps], side=side)


@pytest.fixture(scope="session")
def make_rule() -> Callable[..., CreditRule]:
    def make(measure: str, *steps: tuple[object, str], side: str = "lower", **changes: Any) -> CreditRule:
        from salesrules.core import Outcome

        levels = bands(*((Decimal(str(start)), Outcome(outcome)) for start, outcome in steps), side=side)
        given: dict[str, Any] = {
            "id": measure,
            "measure": measure,
            "effective": ALWAYS,
            "levels": levels,
            "approver": "credit_manager",
        }
        return CreditRule(**(given | changes))

    return make


@pytest.fixture(scope="session")
def make_policy() -> Callable[..., CreditPolicy]:
    def make(**changes: Any) -> CreditPolicy:
        given: dict[str, Any] = {
            "life": PolicyLife(
                status="in_force",
                scope="sales",
                owner="finance",
                approver="director",
                effective=DateRange(date(2010, 1, 1)),
            ),
            "currency": "CNY",
            "rounding": Rounding(digits=2, mode="half_up"),
            "grading": GradingPolicy(
                id="grading",
                factors=[
                    ScoreFactor(id="payment", weight=Rate.parse("60%")),
                    ScoreFactor(id="volume", weight=Rate.parse("40%"), missing=Decimal(50)),
                ],
                grades=bands((Decimal(0), "C"), (60, "B"), (70, "A"), (80, "AA"), (90, "AAA")),
                gates=[NewCustomerGate(id="new", days=365, at_most="A")],
            ),
            "limits": LimitPolicy(
                id="limits",
                average_months=12,
                terms=[
                    GradeTerms(grade="AAA", factor=Rate.parse("150%"), factor_to=Rate.parse("300%"), term_days=60),
                    *(
                        GradeTerms(grade=grade, factor=Rate.parse(factor), term_days=60)
                        for grade, factor in (("AA", "100%"), ("A", "80%"), ("B", "60%"), ("C", "0%"))
                    ),
                ],
                maximum_season=Rate.parse("50%"),
                rounding=Rounding(digits=0, mode="down"),
                review_months=6,
            ),
            "releases": ReleasePolicy(id="releases", valid_days=14, maximum_deviation=Rate.parse("10%")),
            "ageing": AgeingPolicy(
                id="ageing", buckets=bands((0, "1-30"), (31, "31-60"), (61, "61-90"), (91, "over 90"))
            ),
            "allowance": AllowancePolicy(
                id="allowance",
                basis="issued",
                unit="months",
                rates=bands(
                    *(
                        (months, Rate.parse(rate))
                        for months, rate in ((0, "5%"), (12, "20%"), (24, "50%"), (36, "100%"))
                    )
                ),
            ),
            "dunning": DunningPolicy(
                id="dunning",
                levels=[
                    DunningLevel(level=1, days_overdue=7, action="letter"),
                    DunningLevel(level=2, days_overdue=21, wait_days=10, action="call", fee=cny(50)),
                    DunningLevel(level=3, days_overdue=45, wait_days=14, action="lawyer", fee=cny(200)),
                ],
                minimum=cny(10),
            ),
            "collection": CollectionPolicy(
                id="collection", last_year=Rate.parse("65%"), matured=Rate.parse("100%"), current=Rate.parse("90%")
            ),
            "postings": PostingPolicy(id="postings", tolerance=Rate.parse("1%"), late_days=5),
        }
        return CreditPolicy(**(given | changes))

    return make


@pytest.fixture(scope="session")
def policy(make_policy: Callable[..., CreditPolicy]) -> CreditPolicy:
    return make_policy()


@pytest.fixture
def make_order() -> Callable[..., CreditOrder]:
    def make(id: str = "o1", *lines: tuple[object, object], day: date = DAY, **changes: Any) -> CreditOrder:
        given = {
            "id": id,
            "customer": "c1",
            "day": day,
            "lines": [
                OrderLine(id=str(number), quantity=quantity, unit_price=cny(price))
                for number, (quantity, price) in enumerate(lines or [(1, 1000)], 1)
            ],
        }
        return CreditOrder(**(given | changes))

    return make


@pytest.fixture
def make_invoice() -> Callable[..., Invoice]:
    def make(
        id: str = "i1",
        amount: object = 100,
        of: tuple[str, str, object] | None = None,
        day: date = DAY,
        due: date | None = None,
        **changes: Any,
    ) -> Invoice:
        part = {} if of is None else dict(zip(("order", "line", "quantity"), of, strict=True))
        given = {
            "id": id,
            "customer": "c1",
            "day": day,
            "due": due or date(day.year, day.month, 28),
            "lines": [BilledLine(amount=cny(amount), **part)],
        }
        return Invoice(**(given | changes))

    return make


@pytest.fixture
def make_delivery() -> Callable[..., Delivery]:
    def make(id: str, order: str, line: str, quantity: object, day: date = DAY, **changes: Any) -> Delivery:
        from salesrules.credit import DeliveredLine

        lines = [DeliveredLine(order=order, line=line, quantity=quantity)]
        return Delivery(**({"id": id, "customer": "c1", "day": day, "lines": lines} | changes))

    return make


@pytest.fixture(scope="session")
def make_item() -> Callable[..., OpenItem]:
    def make(id: str = "i1", amount: object = 100, due: date = DAY, **changes: Any) -> OpenItem:
        given = {"id": id, "customer": "c1", "amount": cny(amount), "issued": due, "due": due}
        return OpenItem(**(given | changes))

    return make


@pytest.fixture(scope="session")
def make_standing() -> Callable[..., CreditStanding]:
    def make(
        exposure: object = 0,
        limit: object | None = 1000,
        items: tuple[tuple[date, object], ...] = (),
        margin: int = 0,
        review_due: date = date(2026, 12, 1),
        **changes: Any,
    ) -> CreditStanding:
        given: dict[str, Any] = {
            "customer": "c1",
            "grade": "A",
            "exposure": cny(exposure),
            "overdue": OverdueProfile.of([(day, Decimal(str(amount))) for day, amount in items], margin),
        }
        if limit is not None:
            given["limit"] = CreditLimit(customer="c1", amount=cny(limit), effective=ALWAYS, review_due=review_due)
        return CreditStanding(**(given | changes))

    return make


@pytest.fixture(scope="session")
def make_request() -> Callable[..., CreditRequest]:
    def make(amount: object = 100, order: str = "o1", **changes: Any) -> CreditRequest:
        given = {"order": order, "customer": "c1", "amount": cny(amount), "requested_by": "li"}
        return CreditRequest(**(given | changes))

    return make


@pytest.fixture(scope="session")
def make_release() -> Callable[..., CreditRelease]:
    def make(
        amount: object = 100, order: str = "o1", day: date = DAY, approved: Money | None = None, **changes: Any
    ) -> CreditRelease:
        given = {"approver": "boss", "act": "credit.release", "subject": order, "route": "direct"}
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        evidence = ApprovalEvidence(at=at, amount=approved, **(given | changes))
        return CreditRelease(order=order, amount=cny(amount), evidence=evidence)

    return make
