"""A small firm: company > sales > north (with group n1) and south; its policy; both easily changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from salesrules.core import DateRange, Money, PolicyLife, Side
from salesrules.org import (
    AmountLimit,
    Appointment,
    AuthorityGrant,
    DelegationRule,
    NoLimit,
    Organisation,
    OrgPolicy,
    Person,
    Position,
    Rank,
    RankLimit,
    SpanLimit,
    Unit,
    UnitKind,
    Vacancy,
    resolve_structure,
)

ALWAYS = DateRange(date(2020, 1, 1))
DAY = date(2020, 6, 1)


def make_organisation() -> Organisation:
    units = (
        ("company", "company", None),
        ("sales", "division", "company"),
        ("north", "region", "sales"),
        ("n1", "group", "north"),
        ("south", "region", "sales"),
    )
    positions = (
        ("president", "company", "president", True, 1),
        ("director", "sales", "director", True, 1),
        ("head-north", "north", "regional", True, 1),
        ("head-south", "south", "regional", True, 1),
        ("lead-n1", "n1", "leader", True, 1),
        ("rep-n1", "n1", "representative", False, 3),
        ("rep-south", "south", "representative", False, 2),
    )
    holds = {
        "pam": "president", "sam": "director", "nia": "head-north", "sol": "head-south", "lee": "lead-n1",
        "ann": "rep-n1", "bob": "rep-n1", "cy": "rep-south",
    }  # fmt: skip
    return Organisation(
        units=[Unit(id=id, kind=kind, parent=parent, effective=ALWAYS, name=id) for id, kind, parent in units],
        positions=[
            Position(id=id, unit=unit, rank=rank, is_head=is_head, seats=seats, effective=ALWAYS)
            for id, unit, rank, is_head, seats in positions
        ],
        people=[Person(id=id) for id in holds],
        appointments=[Appointment(person=person, position=held, effective=ALWAYS) for person, held in holds.items()],
    )


def make_policy() -> OrgPolicy:
    def grant(id: str, rank: str, thousands: int, reach: str) -> AuthorityGrant:
        limit = AmountLimit(maximum=Money(thousands * 1000, "CNY"), side=Side.UPPER)
        return AuthorityGrant(id=id, act="contract.sign", rank=rank, limit=limit, reach=reach, effective=ALWAYS)

    return OrgPolicy(
        life=PolicyLife(status="in_force", scope="sales", owner="hr", approver="board", effective=ALWAYS),
        root_rule="one",
        unit_kinds=[
            UnitKind(id="company", category="level", may_be_root=True),
            UnitKind(id="division", category="level", under=("company",)),
            UnitKind(id="region", category="level", under=("division",)),
            UnitKind(id="group", category="level", under=("region",)),
            UnitKind(id="legal", category="function", under=("company", "division")),
        ],
        ranks=[
            Rank(id=id, level=level)
            for level, id in enumerate(("representative", "leader", "regional", "director", "president"), 1)
        ],
        span_limits=[
            SpanLimit(id="groups", minimum=2, maximum=3, unit_kinds=("group",), severity="error", effective=ALWAYS),
            SpanLimit(id="others", minimum=1, maximum=5, severity="warning", effective=ALWAYS),
        ],
        authority_grants=[
            grant("regional", "regional", 200, "own_unit"),
            grant("director", "director", 500, "own_unit"),
            AuthorityGrant(
                id="president", act="contract.sign", position="president", limit=NoLimit(), reach="anywhere",
                effective=ALWAYS,
            ),
            AuthorityGrant(
                id="hire", act="person.hire", rank="director", limit=RankLimit(maximum="leader", side="upper"),
                reach="own_unit", effective=ALWAYS,
            ),
        ],
        delegation=DelegationRule(maximum_links=2, maximum_days=30, undelegable_acts=("person.hire",)),
    )  # fmt: skip


def add(organisation: Organisation, **more: Any) -> Organisation:
    """The organisation with further records."""
    return attrs.evolve(organisation, **{table: (*getattr(organisation, table), *new) for table, new in more.items()})


def without(organisation: Organisation, table: str, **match: Any) -> Organisation:
    """The organisation without the records that match."""
    kept = [
        record
        for record in getattr(organisation, table)
        if any(getattr(record, name) != value for name, value in match.items())
    ]
    return attrs.evolve(organisation, **{table: kept})


def replaced(organisation: Organisation, table: str, id: str, **changes: Any) -> Organisation:
    """The organisation with a changed unit or position."""
    records = [attrs.evolve(r, **changes) if r.id == id else r for r in getattr(organisation, table)]
    return attrs.evolve(organisation, **{table: records})


def vacant(organisation: Organisation, person: str, position: str, *, declared: bool) -> Organisation:
    """The organisation after a person left a position."""
    left = without(organisation, "appointments", person=person, position=position)
    return add(left, vacancies=[Vacancy(position=position, effective=ALWAYS)]) if declared else left


@pytest.fixture
def firm() -> SimpleNamespace:
    organisation = make_organisation()
    return SimpleNamespace(
        organisation=organisation,
        policy=make_policy(),
        structure=resolve_structure(organisation, DAY),
        day=DAY,
        noon=datetime(2020, 6, 1, 12, tzinfo=UTC),
        always=ALWAYS,
        add=add,
        without=without,
        replaced=replaced,
        vacant=vacant,
        resolve=resolve_structure,
    )
