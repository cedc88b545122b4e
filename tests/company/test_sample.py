"""The starter rulebook: it loads without a fault, says unit and source of its numbers, and decides as it reads."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from salesrules import company, rulebook, wire
from salesrules.core import DateRange, FiscalCalendar, Money, Outcome
from salesrules.org import (
    Act,
    Appointment,
    Organisation,
    Person,
    Position,
    Unit,
    check_authority,
    check_structure,
    resolve_structure,
)
from salesrules.quotas import Goal, Quota, apply_ramps, check_goal, split_periods

DAY = date(2026, 6, 1)
TEXT = company.starter_rulebook().read_text("utf-8")
BOOK = wire.load_rulebook(company.starter_rulebook())


def test_it_loads_without_a_fault_or_a_warning() -> None:
    assert rulebook.check(BOOK, DAY) == ()
    assert BOOK.as_of(DAY).findings == ()


def test_it_has_every_section_that_stands() -> None:
    assert set(BOOK.sections) >= {"org", "quotas"}


def test_every_block_of_numbers_says_where_it_comes_from() -> None:
    """A number has a source on its line, or the block of lines around it has one."""
    for block in re.split(r"\n(?=# ---|# ===)", TEXT):
        numbers = [line for line in block.splitlines() if re.search(r"= .*[0-9]", line.split("#")[0])]
        loose = [line for line in numbers if not re.match(r"(effective|next_review|starts|level)\b", line.strip())]
        assert not loose or "source:" in block, block


@pytest.fixture
def firm() -> Organisation:
    always = DateRange(date(2026, 1, 1))
    line = (
        ("firm", "company", None, "president", "pam"),
        ("sales", "department", "firm", "head_of_sales", "sam"),
        ("north", "region", "sales", "regional_director", "nia"),
        ("n1", "group", "north", "group_leader", "lee"),
    )
    team = [f"rep{number}" for number in range(3)]
    seats = [Position(id="team", unit="n1", rank="representative", effective=always, seats=3)]
    seats += [Position(id=unit, unit=unit, rank=rank, effective=always, is_head=True) for unit, _, _, rank, _ in line]
    return Organisation(
        units=[Unit(id=id, kind=kind, parent=parent, effective=always) for id, kind, parent, _, _ in line],
        positions=seats,
        people=[Person(id=id) for id in (*team, *(person for *_, person in line))],
        appointments=[
            *(Appointment(person=person, position=unit, effective=always) for unit, _, _, _, person in line),
            *(Appointment(person=person, position="team", effective=always) for person in team),
        ],
    )


def test_a_small_firm_stands_under_it(firm: Organisation) -> None:
    assert check_structure(firm, BOOK.section("org"), DAY).reasons == ()


@pytest.mark.parametrize(
    ("person", "amount", "allowed"),
    [
        ("nia", "199999.99", True), ("nia", "200000", False), ("nia", "200000.01", False),
        ("sam", "499999.99", True), ("sam", "500000", False), ("pam", "1000000", True), ("lee", "1", False),
    ],
)  # fmt: skip
def test_the_signing_ladder(firm: Organisation, person: str, amount: str, allowed: bool) -> None:
    structure = resolve_structure(firm, DAY)
    act = Act(kind="contract.sign", amount=Money(amount, "CNY"), unit="north")
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert check_authority(person, act, structure, BOOK.section("org"), as_of=noon).is_allowed is allowed


def test_months_sum_to_a_tenth_above_the_year_and_the_ramp_takes_its_shares() -> None:
    policy, calendar = BOOK.section("quotas"), FiscalCalendar()
    year = Quota(id="q", holder="new-hire", span=calendar.period("2026").span, amount=12000, unit="CNY")
    months = split_periods(year, "month", calendar, policy)
    assert [line.amount for line in months] == [1100] * 12
    ramped = apply_ramps(months, policy, calendar)
    assert [line.amount for line in ramped] == [0, 275, 550, 825, *[1100] * 8]


@pytest.mark.parametrize(
    ("amount", "outcome"),
    [
        ("89.99", Outcome.WARN), ("90", Outcome.ALLOW), ("119.99", Outcome.ALLOW), ("120", Outcome.WARN),
        ("149.99", Outcome.WARN), ("150", Outcome.DENY),
    ],
)  # fmt: skip
def test_a_goal_is_held_against_last_year(amount: str, outcome: Outcome) -> None:
    goal = Goal(
        id="g", holder="firm", subject="all", measure="amount", amount=amount, unit="CNY", measured_by="invoices",
        span=FiscalCalendar().period("2027").span, is_top=True,
    )  # fmt: skip
    assert check_goal(goal, BOOK.section("quotas"), DAY, history=Decimal(100)).outcome is outcome
