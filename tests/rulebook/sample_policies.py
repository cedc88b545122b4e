"""Small policies for the tests, with every form that a policy may use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import attrs

from salesrules.core import (
    BandTable,
    Dated,
    DateRange,
    Fault,
    InvalidValue,
    Money,
    PolicyLife,
    Rate,
    Rounding,
    as_parameters,
    as_tuple,
)
from salesrules.rulebook import Rulebook, SectionRegistry


class Trigger(StrEnum):
    """When a sale pays."""

    BOOKING = "booking"
    DELIVERY = "delivery"


def positive(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value <= 0:
        raise InvalidValue(attribute.name, value, "give more than zero")


@attrs.frozen(kw_only=True)
class Flat:
    """A fixed amount."""

    kind: Literal["flat"] = "flat"
    amount: Money


@attrs.frozen(kw_only=True)
class Tiered:
    """Rates by attainment."""

    kind: Literal["tiered"] = "tiered"
    rates: BandTable[Rate]


@attrs.frozen(kw_only=True)
class Plan:
    """A plan pays sellers."""

    id: str
    effective: DateRange
    pay: Flat | Tiered
    trigger: Trigger = Trigger.BOOKING
    holders: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    cap: Money | None = None
    weight: Decimal = attrs.field(default=Decimal(1), validator=positive)
    count: int = attrs.field(default=1, validator=positive)
    is_open: bool = False


@attrs.frozen(kw_only=True)
class PayPolicy:
    """What the sample firm pays. A second sentence."""

    life: PolicyLife
    plans: tuple[Plan, ...] = attrs.field(default=(), converter=as_tuple)
    rounding: Rounding | None = None
    shares: Mapping[str, Rate] = attrs.field(factory=dict, converter=as_parameters)
    fee: Dated[Money] | None = None
    closes_at: time | None = None
    starts: date | None = None
    note: str = ""


@attrs.frozen(kw_only=True)
class Small:
    """A second section."""

    limit: int = attrs.field(default=5, validator=positive)

    def __attrs_post_init__(self) -> None:
        if self.limit > 100:
            raise InvalidValue("limit", self.limit, "give at most 100")


def check_policy(policy: PayPolicy) -> tuple[Fault, ...]:
    ids = [plan.id for plan in policy.plans]
    twins = [
        Fault(code="pay.twin", path=f"plans[{i}].id", problem="twin", remedy="rename it", value=id)
        for i, id in enumerate(ids)
        if id in ids[:i]
    ]
    idle = [
        Fault(code="pay.idle", path=f"plans[{i}].holders", problem="idle", remedy="add one", severity="warning")
        for i, plan in enumerate(policy.plans)
        if not plan.holders
    ]
    return (*twins, *idle)


REGISTRY = SectionRegistry(sections={}).with_section("pay", PayPolicy, check_policy).with_section("small", Small)

GOOD = """\
[rulebook]
name = "Sample firm"  # a comment
currencies = { XBT = 8 }

[rulebook.calendar]
first_month = 4

[pay]
closes_at = 12:30:00
starts = 2020-01-01
shares = { north = "40%", south = "60%" }

[pay.life]
status = "approved"
scope = "all sellers"
owner = "head of sales"
approver = "board"
effective = { from = 2020-01-01, until = 2021-01-01 }
next_review = 2020-12-01

[pay.rounding]
digits = 2
mode = "half_up"

[pay.fee]
subject = "fee"
entries = [
  { effective = { from = 2020-01-01, until = 2020-07-01 }, value = "CNY 5" },
  { effective = { from = 2020-07-01 }, value = "CNY 6.50" },
]

[[pay.plans]]
id = "base"
effective = { from = 2020-01-01 }
holders = ["ann", "bob"]
weight = 80.9
count = 3
is_open = true
cap = "CNY 1000.00"

[pay.plans.pay]
kind = "tiered"

[pay.plans.pay.rates]
side = "upper"
bands = [
  { from = 0, to = "80%", value = "1%" },
  { from = "0.8", value = "2%", side = "lower" },
]

[[pay.plans]]
id = "flat"
effective = { from = 2020-04-01 }
trigger = "delivery"
holders = ["cyd"]
pay = { kind = "flat", amount = "USD -10" }

[small]
limit = 7
"""


def life(**changes: Any) -> PolicyLife:
    """An approved life in 2020, with changes."""
    given = {
        "status": "approved",
        "scope": "all",
        "owner": "head of sales",
        "approver": "board",
        "effective": DateRange(date(2020, 1, 1), date(2021, 1, 1)),
        "next_review": date(2020, 12, 1),
        **changes,
    }
    return PolicyLife(**given)


def plan(id: str, **changes: Any) -> Plan:
    """A plan from 2020 on, with changes."""
    given = {
        "effective": DateRange(date(2020, 1, 1)),
        "pay": Flat(amount=Money(5, "CNY")),
        "holders": ("ann",),
        **changes,
    }
    return Plan(id=id, **given)


def book_of(*plans: Plan, **policy: Any) -> Rulebook:
    """A rulebook with one section of these plans."""
    return Rulebook(name="Sample", sections={"pay": PayPolicy(**{"life": life(), "plans": plans, **policy})})
