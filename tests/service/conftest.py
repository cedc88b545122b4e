"""What the tests of the room share: a policy, the firm's working time, and short ways to make facts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from salesrules.core import DateRange, PolicyLife, WeekdayHours, WorkingHours, WorkingTime
from salesrules.service import (
    Complaint,
    ComplaintKind,
    ComplaintPolicy,
    EscalationLevel,
    HourLimit,
    ServicePolicy,
    SeverityRule,
)

sys.path.append(str(Path(__file__).parents[1]))

MONDAY = datetime(2020, 1, 6, 9, tzinfo=UTC)


@pytest.fixture
def life() -> PolicyLife:
    return PolicyLife(
        status="in_force", scope="all", owner="service", approver="director", effective=DateRange(date(2010, 1, 1))
    )


@pytest.fixture
def draft() -> PolicyLife:
    return PolicyLife(status="draft", scope="all", owner="service", effective=DateRange(date(2010, 1, 1)))


@pytest.fixture
def office() -> WorkingTime:
    """Monday to Friday from nine to five, in UTC."""
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    hours = [WorkingHours(opens=time(9), closes=time(17))]
    return WorkingTime(zone="UTC", week=[WeekdayHours(days=days, hours=hours)])


@pytest.fixture
def make_complaints() -> Callable[..., ComplaintPolicy]:
    def make(**changes: Any) -> ComplaintPolicy:
        given: dict[str, Any] = {
            "id": "complaints",
            "kinds": [
                ComplaintKind(id="quality", intake="hotline", owner="quality_unit", joint=["works"]),
                ComplaintKind(id="conduct", intake="hotline", owner="sales_north"),
            ],
            "severities": [
                SeverityRule(
                    id="urgent",
                    response=HourLimit(hours=2, counted="working"),
                    resolution=HourLimit(hours=16, counted="working"),
                ),
                SeverityRule(id="plain", response=HourLimit(hours=24), resolution=HourLimit(hours=72)),
            ],
            "escalation": [
                EscalationLevel(id="head", hours_after=0),
                EscalationLevel(id="above", hours_after=4),
                EscalationLevel(id="top", hours_after=24, counted="elapsed"),
            ],
            "causes": ["material", "transport"],
            "remedies": ["replacement", "refund"],
            "reopening_reasons": ["came_back", "not_done"],
            "confirmation": HourLimit(hours=72),
            "maximum_reopenings": 1,
        }
        return ComplaintPolicy(**(given | changes))

    return make


@pytest.fixture
def policy(life, make_complaints) -> ServicePolicy:
    return ServicePolicy(life=life, complaints=make_complaints())


@pytest.fixture
def make_complaint() -> Callable[..., Complaint]:
    def make(**changes: Any) -> Complaint:
        given: dict[str, Any] = {
            "id": "c1",
            "customer": "acme",
            "kind": "quality",
            "severity": "urgent",
            "taken_by": "hotline",
            "department": "quality_unit",
            "handler": "ann",
            "joint": ["works"],
        }
        return Complaint(**(given | changes))

    return make
