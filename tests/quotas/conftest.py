"""What the tests of the room share: a policy, a calendar, and short ways to make lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from salesrules.core import ApprovalEvidence, DateRange, FiscalCalendar, PolicyLife, Rounding
from salesrules.quotas import HeldQuota, Quota, QuotaPolicy, calculate_quota


@pytest.fixture
def calendar() -> FiscalCalendar:
    return FiscalCalendar()


@pytest.fixture
def make_policy() -> Callable[..., QuotaPolicy]:
    def make(**changes: Any) -> QuotaPolicy:
        given: dict[str, Any] = {
            "life": PolicyLife(
                status="in_force",
                scope="sales",
                owner="operations",
                approver="director",
                effective=DateRange(date(2010, 1, 1)),
            ),
            "rounding": Rounding(digits=2, mode="half_up"),
            "unit_roundings": {"count": Rounding(digits=0, mode="half_up")},
            "proration": "prorate_by_days",
        }
        return QuotaPolicy(**(given | changes))

    return make


@pytest.fixture
def policy(make_policy: Callable[..., QuotaPolicy]) -> QuotaPolicy:
    return make_policy()


@pytest.fixture
def make_line(calendar: FiscalCalendar) -> Callable[..., Quota]:
    def make(period: str, amount: object = "100", holder: str = "ana", **changes: Any) -> Quota:
        given = {
            "id": f"{holder}:{period}",
            "holder": holder,
            "span": calendar.period(period).span,
            "amount": amount,
            "unit": "USD",
        }
        return Quota(**(given | changes))

    return make


@pytest.fixture
def make_held(
    make_line: Callable[..., Quota], policy: QuotaPolicy, calendar: FiscalCalendar
) -> Callable[..., HeldQuota]:
    def make(period: str, amount: object = "100", *, measure: str = "amount", **changes: Any) -> HeldQuota:
        line = make_line(period, amount, measure=measure, **changes)
        return calculate_quota(line.holder, line.span, [line], policy, calendar, measure=measure)

    return make


@pytest.fixture
def make_evidence() -> Callable[..., ApprovalEvidence]:
    def make(subject: str, act: str = "quota.revise", approver: str = "boss", on: date = date(2020, 2, 1)) -> Any:
        at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        return ApprovalEvidence(approver=approver, act=act, subject=subject, route="direct", at=at)

    return make


@pytest.fixture
def amounts() -> Callable[[Any], list[Decimal]]:
    return lambda lines: [line.amount for line in lines]
