"""Staffing: heads for volume, plan, filled seats, vacancies and spans."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from salesrules.core import CurrencyMismatch, DateRange, InvalidValue, Money, PolicyLife, UnknownName
from salesrules.org import Appointment, OrgPolicy, StaffingNorm, Vacancy, calculate_staffing, check_staffing


def policy(firm: SimpleNamespace, **changes: Any) -> OrgPolicy:
    """One head per 100,000 in a region, rounded up, within two heads."""
    norm = StaffingNorm(
        id="regions",
        unit_kind="region",
        effective=firm.always,
        volume_per_head=Money(100_000, "CNY"),
        rounding="up",
        tolerance=0,
    )
    return attrs.evolve(firm.policy, staffing_norms=[attrs.evolve(norm, **changes)])


def codes(firm: SimpleNamespace, rules: OrgPolicy, north: int, plan: dict[str, int] | None = None) -> list[str]:
    """Findings about north, which has four people, at a volume in yuan; the south is kept quiet."""
    volumes = {"north": Money(north, "CNY"), "south": Money(200_000, "CNY")}
    full = firm.add(
        firm.organisation,
        vacancies=[Vacancy(position=position, effective=firm.always) for position in ("rep-n1", "rep-south")],
    )
    decision = check_staffing(firm.resolve(full, firm.day), rules, volumes, plan or {})
    return [reason.code.removeprefix("org.") for reason in decision.reasons]


def test_heads_seats_vacancies_and_spans_of_each_unit_with_all_below(firm: SimpleNamespace) -> None:
    facts = firm.add(firm.organisation, vacancies=[Vacancy(position="rep-n1", effective=firm.always)])
    lines = calculate_staffing(firm.resolve(facts, firm.day), firm.policy, {}, {"north": 5})
    by_unit = {line.unit: line for line in lines}
    assert list(by_unit) == ["company", "sales", "north", "n1", "south"]
    north, company = by_unit["north"], by_unit["company"]
    assert (north.seats, north.filled, dict(north.free), north.declared, north.planned) == (5, 4, {"rep-n1": 1}, 1, 5)
    assert (north.needed, north.norm, north.derivation) == (None, None, None)
    assert (company.seats, company.filled, company.declared) == (10, 8, 1)
    assert dict(company.free) == {"rep-n1": 1, "rep-south": 1}
    # Pam has one report, Sam two, Nia one, Lee two, Sol one: seven over five.
    assert company.average_span == Fraction(7, 5)
    assert by_unit["n1"].average_span == 2
    assert north.average_span == Fraction(3, 2)
    alone = firm.resolve(firm.without(firm.organisation, "appointments", person="cy"), firm.day)
    assert calculate_staffing(alone, firm.policy, {}, {})[-1].average_span is None


def test_people_count_once_where_their_primary_position_is(firm: SimpleNamespace) -> None:
    second = Appointment(person="cy", position="rep-n1", effective=firm.always, is_primary=False)
    lines = calculate_staffing(
        firm.resolve(firm.add(firm.organisation, appointments=[second]), firm.day), firm.policy, {}, {}
    )
    assert {line.unit: line.filled for line in lines} == {"company": 8, "sales": 7, "north": 4, "n1": 3, "south": 2}


@pytest.mark.parametrize(
    ("volume", "mode", "needed"),
    [
        (400_000, "up", 4), (400_001, "up", 5), (499_999, "down", 4), (450_000, "half_up", 5),
        (450_000, "half_even", 4), (449_999, "half_up", 4), (0, "up", 0),
    ],
)  # fmt: skip
def test_heads_needed_follow_from_volume_and_declared_rounding(
    firm: SimpleNamespace, volume: int, mode: str, needed: int
) -> None:
    lines = calculate_staffing(firm.structure, policy(firm, rounding=mode), {"north": Money(volume, "CNY")}, {})
    assert lines[2].needed == needed
    assert lines[2].norm == "regions"


@pytest.mark.parametrize(("volume", "needed"), [(100_000, 2), (200_000, 2), (300_000, 3), (400_000, 3)])
def test_minimum_and_maximum_bound_the_heads_and_the_derivation_computes_itself(
    firm: SimpleNamespace, volume: int, needed: int
) -> None:
    rules = policy(firm, minimum=2, maximum=3)
    line = calculate_staffing(firm.structure, rules, {"north": Money(volume, "CNY")}, {})[2]
    assert line.needed == needed
    assert line.derivation is not None
    assert line.derivation.recompute() == line.derivation.value == needed
    assert "org.label.business_volume" in str(line.derivation)
    assert line.derivation.terms[0].terms[0].operation.value == "round"


@pytest.mark.parametrize(
    ("volume", "tolerance", "expected"),
    [
        (400_000, 0, []), (500_000, 0, ["understaffed"]), (300_000, 0, ["overstaffed"]),
        (500_000, 1, []), (600_000, 1, ["understaffed"]), (300_000, 1, []), (200_000, 1, ["overstaffed"]),
    ],
)  # fmt: skip
def test_too_few_and_too_many_beyond_the_tolerance(
    firm: SimpleNamespace, volume: int, tolerance: int, expected: list[str]
) -> None:
    assert codes(firm, policy(firm, tolerance=tolerance), volume) == expected


def test_the_plan_agrees_with_the_norm_and_the_filled_seats(firm: SimpleNamespace) -> None:
    assert codes(firm, policy(firm), 400_000, {"north": 4}) == []
    assert codes(firm, policy(firm), 400_000, {"north": 5}) == ["plan_differs", "plan_missed"]
    assert codes(firm, policy(firm), 400_000, {"north": 3}) == ["plan_differs", "plan_missed"]
    assert codes(firm, policy(firm, tolerance=1), 400_000, {"north": 5}) == ["plan_missed"]
    assert codes(firm, policy(firm), 400_000, {"company": 7}) == ["plan_missed"]


def test_a_norm_needs_its_volume(firm: SimpleNamespace) -> None:
    facts = firm.resolve(
        firm.add(
            firm.organisation, vacancies=[Vacancy(position=p, effective=firm.always) for p in ("rep-n1", "rep-south")]
        ),
        firm.day,
    )
    found = check_staffing(facts, policy(firm), {"north": Money(400_000, "CNY")}, {}).reasons
    assert [(r.code, dict(r.parameters)) for r in found] == [("org.volume_missing", {"unit": "south"})]


def test_free_seats_are_declared_vacant(firm: SimpleNamespace) -> None:
    found = check_staffing(firm.structure, firm.policy, {}, {}).reasons
    assert [(r.code, dict(r.parameters)) for r in found] == [
        ("org.vacancy_undeclared", {"position": "rep-n1", "free": 1, "declared": 0}),
        ("org.vacancy_undeclared", {"position": "rep-south", "free": 1, "declared": 0}),
    ]


def test_norms_hold_on_their_days_for_their_kind_and_currency(firm: SimpleNamespace) -> None:
    ended = policy(firm, effective=DateRange(date(2019, 1, 1), firm.day))
    assert calculate_staffing(firm.structure, ended, {"north": Money(1, "CNY")}, {})[2].needed is None
    begun = policy(firm, effective=DateRange(firm.day))
    assert calculate_staffing(firm.structure, begun, {"north": Money(1, "CNY")}, {})[2].needed == 1
    groups = policy(firm, unit_kind="group")
    assert [line.needed for line in calculate_staffing(firm.structure, groups, {"n1": Money(1, "CNY")}, {})] == [
        None, None, None, 1, None,
    ]  # fmt: skip
    with pytest.raises(CurrencyMismatch):
        calculate_staffing(firm.structure, begun, {"north": Money(1, "USD")}, {})


def test_unknown_units_and_impossible_norms_are_refused(firm: SimpleNamespace) -> None:
    for volumes, plan in (({"nowhere": Money(1, "CNY")}, {}), ({}, {"nowhere": 1})):
        with pytest.raises(UnknownName):
            calculate_staffing(firm.structure, firm.policy, volumes, plan)
    for field, value in (("volume_per_head", Money(Decimal(0), "CNY")), ("tolerance", -1), ("minimum", 1.5)):
        with pytest.raises(InvalidValue):
            policy(firm, **{field: value})


def test_a_draft_policy_decides_nothing(firm: SimpleNamespace) -> None:
    life = PolicyLife(status="draft", scope="sales", owner="hr", effective=firm.always)
    decision = check_staffing(firm.structure, attrs.evolve(firm.policy, life=life), {}, {})
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]
