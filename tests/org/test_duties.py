"""Duties: exactly one accountable; gaps, overlaps and overload are findings."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from salesrules.core import DateRange, PolicyLife, Severity, UnknownName
from salesrules.org import Duty, DutyAssignment, DutyLoad, DutyRole, check_duties, find_duties


def duty(firm: SimpleNamespace, id: str = "pricing", effective: DateRange | None = None, **roles: str) -> Duty:
    """A duty from role=positions, such as `accountable="director"`, several separated by a space."""
    assignments = [
        DutyAssignment(position=p, role=role) for role, positions in roles.items() for p in positions.split()
    ]
    return Duty(id=id, effective=effective or firm.always, assignments=assignments)


def findings(firm: SimpleNamespace, *duties: Duty, load: DutyLoad | None = None, structure: Any = None) -> list[Any]:
    policy = attrs.evolve(firm.policy, duties=duties, duty_load=load)
    return [(r.code, dict(r.parameters), r.path) for r in check_duties(structure or firm.structure, policy).reasons]


def test_a_duty_with_one_accountable_and_a_responsible_passes(firm: SimpleNamespace) -> None:
    sound = duty(
        firm, accountable="director", responsible="director head-north", consulted="lead-n1", informed="rep-n1"
    )
    assert findings(firm, sound) == []


def test_none_or_two_accountable_are_a_gap_and_an_overlap(firm: SimpleNamespace) -> None:
    gap = duty(firm, responsible="head-north", consulted="director")
    assert findings(firm, gap) == [("org.duty_without_accountable", {"duty": "pricing"}, "duties[0]")]
    overlap = duty(firm, accountable="director president", responsible="director")
    assert findings(firm, overlap) == [
        ("org.duty_several_accountable", {"duty": "pricing", "positions": ("director", "president")}, "duties[0]")
    ]
    doubled = duty(firm, accountable="director director", responsible="director")
    assert findings(firm, doubled) == []


def test_somebody_is_responsible_and_not_too_many(firm: SimpleNamespace) -> None:
    gap = duty(firm, accountable="director")
    assert findings(firm, gap) == [("org.duty_without_responsible", {"duty": "pricing"}, "duties[0]")]
    shared = duty(firm, accountable="director", responsible="head-north head-south")
    assert findings(firm, shared, load=DutyLoad(responsible_per_duty=2)) == []
    assert findings(firm, shared, load=DutyLoad(responsible_per_duty=1)) == [
        ("org.duty_shared_widely",
         {"duty": "pricing", "positions": ("head-north", "head-south"), "maximum": 1}, "duties[0]")
    ]  # fmt: skip
    assert findings(firm, shared, load=DutyLoad()) == []


def test_overloaded_positions_are_named_with_their_duties(firm: SimpleNamespace) -> None:
    duties = [duty(firm, id=f"d{n}", accountable="director", responsible="head-north") for n in range(3)]
    assert findings(firm, *duties, load=DutyLoad(accountable_per_position=3, responsible_per_position=3)) == []
    assert findings(firm, *duties, load=DutyLoad(accountable_per_position=2, responsible_per_position=2)) == [
        ("org.position_overloaded",
         {"position": "director", "role": "accountable", "duties": ("d0", "d1", "d2"), "maximum": 2}, ""),
        ("org.position_overloaded",
         {"position": "head-north", "role": "responsible", "duties": ("d0", "d1", "d2"), "maximum": 2}, ""),
    ]  # fmt: skip


def test_positions_that_do_not_stand_or_are_vacant_are_named(firm: SimpleNamespace) -> None:
    gone = duty(firm, accountable="director", responsible="director", informed="nobody")
    assert findings(firm, gone) == [
        ("org.duty_position_unknown", {"duty": "pricing", "position": "nobody"}, "duties[0].assignments[2].position")
    ]
    empty = firm.resolve(firm.vacant(firm.organisation, "sol", "head-south", declared=True), firm.day)
    held = duty(firm, accountable="head-south", responsible="director", informed="head-south")
    assert findings(firm, held) == []
    assert findings(firm, held, structure=empty) == [
        ("org.duty_position_vacant", {"duty": "pricing", "position": "head-south", "role": "accountable"},
         "duties[0].assignments[0].position")
    ]  # fmt: skip


def test_only_duties_of_the_day_count(firm: SimpleNamespace) -> None:
    ended = duty(firm, effective=DateRange(date(2020, 1, 1), firm.day), accountable="director")
    begun = duty(firm, effective=DateRange(firm.day), accountable="director")
    assert findings(firm, ended) == []
    assert [path for _, _, path in findings(firm, ended, begun)] == ["duties[1]"]
    assert findings(firm, *[ended] * 2, load=DutyLoad(accountable_per_position=0)) == []


def test_the_duties_of_a_position(firm: SimpleNamespace) -> None:
    first = duty(firm, id="a", accountable="director", responsible="head-north")
    second = duty(firm, id="b", accountable="head-north", informed="director")
    ended = duty(firm, id="c", effective=DateRange(date(2019, 1, 1), firm.day), accountable="director")
    policy = attrs.evolve(firm.policy, duties=[first, second, ended])
    assert find_duties(firm.structure, policy, "director") == (
        (first, DutyRole.ACCOUNTABLE), (second, DutyRole.INFORMED),
    )  # fmt: skip
    with pytest.raises(UnknownName):
        find_duties(firm.structure, policy, "nobody")


def test_a_draft_policy_decides_nothing(firm: SimpleNamespace) -> None:
    life = PolicyLife(status="draft", scope="sales", owner="hr", effective=firm.always)
    policy = attrs.evolve(firm.policy, life=life, duties=[duty(firm)])
    decision = check_duties(firm.structure, policy)
    assert [(r.code, r.severity) for r in decision.reasons] == [("core.policy_not_in_force", Severity.ERROR)]
