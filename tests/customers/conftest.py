"""What the tests of the room share: the starter's policy, in force since 2020, and instants of Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from salesrules import company, wire
from salesrules.core import DateRange, PolicyLife
from salesrules.customers import Customer, CustomerPolicy, Registration, RegistrationStep

SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTER = wire.load_rulebook(company.starter_rulebook()).section("customers")


@pytest.fixture(scope="session")
def policy() -> CustomerPolicy:
    life = PolicyLife(
        status="in_force", scope="sales", owner="operations", approver="head", effective=DateRange(date(2020, 1, 1))
    )
    return attrs.evolve(STARTER, life=life)


@pytest.fixture(scope="session")
def draft(policy: CustomerPolicy) -> CustomerPolicy:
    life = PolicyLife(status="draft", scope="sales", owner="operations", effective=DateRange(date(2020, 1, 1)))
    return attrs.evolve(policy, life=life)


@pytest.fixture(scope="session")
def at():
    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    return instant


@pytest.fixture(scope="session")
def register(at):
    def make(id: str, registrant: str, *steps: tuple[str, str], **values: Any) -> Registration:
        given = [RegistrationStep(kind=kind, at=at(text)) for kind, text in steps]
        return Registration(id=id, registrant=registrant, values=values or {"phone": "13800138000"}, steps=given)

    return make


@pytest.fixture(scope="session")
def customer():
    def make(id: str = "c1", customer_class: str | None = "A", owner: str | None = "ana", **changes: Any) -> Customer:
        return Customer(**({"id": id, "kind": "firm", "owner": owner, "customer_class": customer_class} | changes))

    return make


@pytest.fixture(scope="session")
def codes():
    return lambda decision: [reason.code.removeprefix("customers.") for reason in decision.reasons]
