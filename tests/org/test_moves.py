"""Two days compared: each kind of change, and the cause of each change of manager."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import attrs

from salesrules.core import DateRange
from salesrules.org import Appointment, Organisation, Person, Position, Reorganisation, Unit, compare_structures

JANUARY, JULY = DateRange(date(2020, 1, 1), date(2020, 7, 1)), DateRange(date(2020, 7, 1))


def compare(firm: SimpleNamespace, facts: Organisation) -> Reorganisation:
    before, after = firm.resolve(facts, date(2020, 6, 30)), firm.resolve(facts, date(2020, 7, 1))
    return compare_structures(before, after, firm.policy)


def brief(reasons: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(reason.code.removeprefix("org."), dict(reason.parameters)) for reason in reasons]


def moves(changed: Reorganisation) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    return {move.person: brief(move.reasons) for move in changed.moves}


def ends(firm: SimpleNamespace, person: str, *new: Appointment) -> Organisation:
    old = next(a for a in firm.organisation.appointments if a.person == person)
    facts = firm.without(firm.organisation, "appointments", person=person)
    return firm.add(facts, appointments=[attrs.evolve(old, effective=JANUARY), *new])


def test_nothing_changed(firm: SimpleNamespace) -> None:
    changed = compare(firm, firm.organisation)
    assert (changed.moves, changed.units, changed.to_records()) == ((), (), [])
    assert (changed.before, changed.after) == (date(2020, 6, 30), date(2020, 7, 1))


def test_who_joined_and_who_left(firm: SimpleNamespace) -> None:
    facts = firm.add(
        ends(firm, "bob"),
        people=[Person(id="eve")],
        appointments=[Appointment(person="eve", position="rep-south", effective=JULY)],
    )
    changed = compare(firm, facts)
    assert moves(changed) == {
        "bob": [("left", {"person": "bob", "position": "rep-n1", "unit": "n1"})],
        "eve": [("joined", {"person": "eve", "position": "rep-south", "unit": "south"})],
    }
    assert (changed.moves[0].after, changed.moves[1].before) == (None, None)
    assert changed.to_records()[0] == {
        "subject": "person", "id": "bob", "code": "org.left",
        "parameters": {"person": "bob", "position": "rep-n1", "unit": "n1"},
    }  # fmt: skip


def test_a_transfer_brings_another_manager(firm: SimpleNamespace) -> None:
    changed = compare(firm, ends(firm, "bob", Appointment(person="bob", position="rep-south", effective=JULY)))
    assert moves(changed) == {
        "bob": [
            ("transferred", {"person": "bob", "from_unit": "n1", "to_unit": "south"}),
            ("position_changed", {"person": "bob", "from_position": "rep-n1", "to_position": "rep-south"}),
            ("manager_by_move", {"person": "bob", "from_manager": "lee", "to_manager": "sol"}),
        ]
    }


def test_promotion_demotion_and_ranks_that_cannot_be_compared(firm: SimpleNamespace) -> None:
    lead = Appointment(person="bob", position="lead-n1", effective=JULY)
    facts = ends(firm, "bob", lead)
    lee = next(a for a in facts.appointments if a.person == "lee")
    facts = firm.add(
        firm.without(facts, "appointments", person="lee"),
        appointments=[
            attrs.evolve(lee, effective=JANUARY),
            Appointment(person="lee", position="rep-n1", effective=JULY),
        ],
    )
    changed = moves(compare(firm, facts))
    assert ("promoted", {"person": "bob", "from_rank": "representative", "to_rank": "leader"}) in changed["bob"]
    assert ("demoted", {"person": "lee", "from_rank": "leader", "to_rank": "representative"}) in changed["lee"]
    # Ann stayed; the person in her manager's position changed.
    assert changed["ann"] == [
        ("manager_by_succession", {
            "person": "ann", "from_manager": "lee", "to_manager": "bob", "position": "lead-n1",
        })
    ]  # fmt: skip
    for rank in ("wizard", "aide"):
        ranks = (*firm.policy.ranks, attrs.evolve(firm.policy.ranks[0], id="aide"))
        firm.policy = attrs.evolve(firm.policy, ranks=ranks)
        special = firm.add(
            ends(firm, "cy", Appointment(person="cy", position="special", effective=JULY)),
            positions=[Position(id="special", unit="south", rank=rank, effective=firm.always)],
        )
        ranked = moves(compare(firm, special))["cy"]
        assert ranked[0] == ("rank_changed", {"person": "cy", "from_rank": "representative", "to_rank": rank})


def test_further_positions_are_gained_and_given_up(firm: SimpleNamespace) -> None:
    facts = firm.add(
        firm.organisation,
        appointments=[
            Appointment(person="ann", position="rep-south", effective=JULY, is_primary=False),
            Appointment(person="cy", position="rep-n1", effective=JANUARY, is_primary=False),
        ],
    )
    assert moves(compare(firm, facts)) == {
        "ann": [("position_added", {"person": "ann", "position": "rep-south"})],
        "cy": [("position_dropped", {"person": "cy", "position": "rep-n1"})],
    }


def test_swapping_primary_and_secondary_is_a_change_of_place_only(firm: SimpleNamespace) -> None:
    facts = firm.add(
        firm.without(firm.organisation, "appointments", person="cy"),
        appointments=[
            Appointment(person="cy", position="rep-south", effective=JANUARY),
            Appointment(person="cy", position="rep-n1", effective=JANUARY, is_primary=False),
            Appointment(person="cy", position="rep-n1", effective=JULY),
            Appointment(person="cy", position="rep-south", effective=JULY, is_primary=False),
        ],
    )
    codes = [code for code, _ in moves(compare(firm, facts))["cy"]]
    assert codes == ["transferred", "position_changed", "manager_by_move"]


def test_a_succession_changes_the_manager_of_those_below_and_the_head_of_the_unit(firm: SimpleNamespace) -> None:
    facts = firm.add(
        ends(firm, "nia"),
        people=[Person(id="eve")],
        appointments=[Appointment(person="eve", position="head-north", effective=JULY)],
    )
    changed = compare(firm, facts)
    assert moves(changed)["lee"] == [
        ("manager_by_succession", {
            "person": "lee", "from_manager": "nia", "to_manager": "eve", "position": "head-north",
        })
    ]  # fmt: skip
    assert brief(changed.units[0].reasons) == [
        ("head_changed", {"unit": "north", "from_head": "nia", "to_head": "eve"})
    ]
    assert "ann" not in moves(changed)


def test_a_position_that_falls_vacant_hands_its_people_to_the_next_above(firm: SimpleNamespace) -> None:
    expected = {"person": "lee", "from_manager": "nia", "to_manager": "sam", "position": "head-north"}
    assert moves(compare(firm, ends(firm, "nia")))["lee"] == [("manager_by_succession", expected)]
    late = firm.add(
        firm.without(firm.organisation, "appointments", person="nia"),
        appointments=[Appointment(person="nia", position="head-north", effective=JULY)],
    )
    back = {"person": "lee", "from_manager": "sam", "to_manager": "nia", "position": "head-north"}
    assert moves(compare(firm, late))["lee"] == [("manager_by_succession", back)]


def test_at_the_top_a_vacancy_leaves_nobody_above(firm: SimpleNamespace) -> None:
    expected = {"person": "sam", "from_manager": "pam", "to_manager": None, "position": "president"}
    assert moves(compare(firm, ends(firm, "pam")))["sam"] == [("manager_by_succession", expected)]


def test_a_unit_that_moves_explains_the_new_manager_of_its_head(firm: SimpleNamespace) -> None:
    n1 = next(unit for unit in firm.organisation.units if unit.id == "n1")
    facts = firm.add(
        firm.without(firm.organisation, "units", id="n1"),
        units=[attrs.evolve(n1, effective=JANUARY), attrs.evolve(n1, parent="south", effective=JULY)],
    )
    changed = compare(firm, facts)
    assert moves(changed) == {
        "lee": [
            ("manager_by_unit", {
                "person": "lee", "from_manager": "nia", "to_manager": "sol",
                "unit": "n1", "from_parent": "north", "to_parent": "south",
            })
        ]
    }  # fmt: skip
    assert [(change.unit, brief(change.reasons)) for change in changed.units] == [
        ("n1", [("unit_moved", {"unit": "n1", "from_parent": "north", "to_parent": "south"})])
    ]
    assert changed.to_records()[0]["subject"] == "unit"


def test_a_unit_put_in_between_is_new_and_explains_nothing_about_the_units_that_stayed(firm: SimpleNamespace) -> None:
    """A new level between sales and north: north moves, and its head reports to the new one."""
    north = next(unit for unit in firm.organisation.units if unit.id == "north")
    facts = firm.add(
        firm.without(firm.organisation, "units", id="north"),
        units=[
            attrs.evolve(north, effective=JANUARY),
            attrs.evolve(north, parent="home", effective=JULY),
            Unit(id="home", kind="division", parent="sales", effective=JULY),
        ],
        positions=[Position(id="head-home", unit="home", rank="director", is_head=True, effective=JULY)],
        people=[Person(id="eve")],
        appointments=[Appointment(person="eve", position="head-home", effective=JULY)],
    )
    changed = compare(firm, facts)
    assert moves(changed)["nia"] == [
        ("manager_by_unit", {
            "person": "nia", "from_manager": "sam", "to_manager": "eve",
            "unit": "north", "from_parent": "sales", "to_parent": "home",
        })
    ]  # fmt: skip
    assert {change.unit: [code for code, _ in brief(change.reasons)] for change in changed.units} == {
        "home": ["unit_opened"], "north": ["unit_moved"],
    }  # fmt: skip


def test_a_line_drawn_otherwise(firm: SimpleNamespace) -> None:
    rep = next(position for position in firm.organisation.positions if position.id == "rep-south")
    facts = firm.add(
        firm.without(firm.organisation, "positions", id="rep-south"),
        positions=[attrs.evolve(rep, effective=JANUARY), attrs.evolve(rep, reports_to="director", effective=JULY)],
    )
    assert moves(compare(firm, facts)) == {
        "cy": [
            ("manager_by_line", {
                "person": "cy", "from_manager": "sol", "to_manager": "sam",
                "from_position": "head-south", "to_position": "director",
            })
        ]
    }  # fmt: skip


def test_a_position_that_moves_to_another_unit_takes_its_people_along(firm: SimpleNamespace) -> None:
    rep = next(position for position in firm.organisation.positions if position.id == "rep-south")
    facts = firm.add(
        firm.without(firm.organisation, "positions", id="rep-south"),
        positions=[attrs.evolve(rep, effective=JANUARY), attrs.evolve(rep, unit="north", effective=JULY)],
    )
    assert moves(compare(firm, facts)) == {
        "cy": [
            ("transferred", {"person": "cy", "from_unit": "south", "to_unit": "north"}),
            ("manager_by_move", {"person": "cy", "from_manager": "sol", "to_manager": "nia"}),
        ]
    }


def test_units_are_opened_closed_renamed_and_change_their_kind(firm: SimpleNamespace) -> None:
    south = next(unit for unit in firm.organisation.units if unit.id == "south")
    facts = firm.add(
        firm.without(firm.organisation, "units", id="south"),
        units=[
            attrs.evolve(south, effective=JANUARY),
            attrs.evolve(south, name="South coast", kind="legal", effective=JULY),
            Unit(id="old", kind="group", parent="north", effective=JANUARY),
            Unit(id="new", kind="group", parent="north", effective=JULY),
        ],
    )
    changed = compare(firm, facts)
    assert {change.unit: brief(change.reasons) for change in changed.units} == {
        "new": [("unit_opened", {"unit": "new", "parent": "north"})],
        "old": [("unit_closed", {"unit": "old", "parent": "north"})],
        "south": [
            ("unit_kind_changed", {"unit": "south", "from_kind": "region", "to_kind": "legal"}),
            ("unit_renamed", {"unit": "south", "from_name": "south", "to_name": "South coast"}),
        ],
    }
    assert moves(changed) == {}
