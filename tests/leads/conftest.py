"""What the tests of the room share: the starter's policy, in force since 2020, and short ways to make leads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from salesrules import company, wire
from salesrules.core import DateRange, PolicyLife
from salesrules.leads import FunnelPolicy, Lead, LeadPolicy

sys.path.append(str(Path(__file__).parents[1]))

SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTER = wire.load_rulebook(company.starter_rulebook()).section("leads")
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LIFE = PolicyLife(
    status="in_force", scope="sales", owner="operations", approver="head", effective=DateRange(date(2010, 1, 1))
)


@pytest.fixture(scope="session")
def policy() -> LeadPolicy:
    return attrs.evolve(STARTER, life=LIFE)


@pytest.fixture(scope="session")
def small(policy: LeadPolicy) -> LeadPolicy:
    """The starter, but for a funnel in which every stage can be the bottleneck."""
    return attrs.evolve(policy, funnel=FunnelPolicy(id="f"))


@pytest.fixture(scope="session")
def draft(policy: LeadPolicy) -> LeadPolicy:
    life = PolicyLife(status="draft", scope="sales", owner="operations", effective=DateRange(date(2010, 1, 1)))
    return attrs.evolve(policy, life=life)


@pytest.fixture(scope="session")
def at() -> Callable[[str], datetime]:
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def make_lead() -> Callable[..., Lead]:
    def make(id: str = "l1", **changes: Any) -> Lead:
        given: dict[str, Any] = {"id": id, "source": "web", "kind": "firm", "captured_at": NOON - timedelta(days=900)}
        if changes.get("owner", "ana") is not None:
            given |= {"owner": "ana", "owned_since": NOON}
        else:
            given |= {"pooled_at": NOON}
        return Lead(**(given | changes))

    return make


@pytest.fixture(scope="session")
def codes() -> Callable[[Any], list[str]]:
    return lambda decision: [reason.code.removeprefix("leads.") for reason in decision.reasons]
