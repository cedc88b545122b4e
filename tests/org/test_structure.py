"""Questions as of a day: manager, chain, subtree, members, head, peers, roll-ups."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from salesrules.core import AmbiguousDay, DateRange, InvalidDocument, MissingDay, UnknownName
from salesrules.org import Absence, Appointment, Deputy, Organisation, Person, Position, Structure, Unit

JUNE = DateRange(date(2020, 6, 1), date(2020, 7, 1))


def at(firm: SimpleNamespace, organisation: Organisation, day: date | None = None) -> Structure:
    return firm.resolve(organisation, day or firm.day)


def test_chain_and_manager_follow_the_heads(firm: SimpleNamespace) -> None:
    s = firm.structure
    assert s.chain("ann") == ("lee", "nia", "sam", "pam")
    assert s.manager("ann") == "lee"
    assert s.manager("lee") == "nia"
    assert s.manager("cy") == "sol"
    assert (s.manager("pam"), s.chain("pam")) == (None, ())
    assert repr(s) == "<Structure as of 2020-06-01: 5 units, 7 positions>"


def test_units_positions_and_people_are_found(firm: SimpleNamespace) -> None:
    s = firm.structure
    assert s.units.root == "company"
    assert s.units.subtree("north") == ("north", "n1")
    assert s.unit("north").kind == "region"
    assert s.units_of_kind("region") == ("north", "south")
    assert s.units_of_kind("legal") == ()
    assert s.position("rep-n1").seats == 3
    assert set(s.positions) >= {"president", "rep-south"}
    assert s.holders("rep-n1") == ("ann", "bob")
    assert s.unit_of("ann") == "n1"
    assert s.knows_person("ann")
    assert not s.knows_person("zoe")


def test_members_with_and_without_the_units_below(firm: SimpleNamespace) -> None:
    assert firm.structure.members("north") == ("nia",)
    assert firm.structure.members("north", whole=True) == ("ann", "bob", "lee", "nia")
    assert len(firm.structure.members("company", whole=True)) == 8


def test_peers_share_the_manager(firm: SimpleNamespace) -> None:
    s = firm.structure
    assert s.peers("ann") == ("bob",)
    assert s.peers("nia") == ("sol",)
    assert s.peers("pam") == ()
    assert s.direct_reports("sam") == ("nia", "sol")
    assert s.direct_reports("ann") == ()


def test_peers_of_the_same_rank_leave_out_other_ranks(firm: SimpleNamespace) -> None:
    assistant = Position(id="assistant", unit="sales", rank="representative", effective=firm.always)
    more = firm.add(
        firm.organisation,
        positions=[assistant],
        people=[Person(id="ida")],
        appointments=[Appointment(person="ida", position="assistant", effective=firm.always)],
    )
    assert at(firm, more).peers("nia") == ("sol", "ida")
    assert at(firm, more).peers("nia", same_rank=True) == ("sol",)


def test_head_vacant_and_absent(firm: SimpleNamespace) -> None:
    s = firm.structure
    assert s.head("north") == s.acting_head("north") == "nia"
    empty = at(firm, firm.vacant(firm.organisation, "nia", "head-north", declared=True))
    assert (empty.head("north"), empty.acting_head("north")) == (None, None)
    assert empty.declared_vacancies("head-north") == 1
    assert s.declared_vacancies("head-north") == 0
    assert empty.chain("lee") == ("sam", "pam")
    left = firm.without(firm.without(firm.organisation, "positions", id="lead-n1"), "appointments", person="lee")
    headless = at(firm, left)
    assert (headless.head("n1"), headless.acting_head("n1"), headless.head_position("n1")) == (None, None, None)
    assert headless.manager("ann") == "nia"


def test_a_deputy_acts_while_the_head_is_absent_and_only_then(firm: SimpleNamespace) -> None:
    facts = firm.add(
        firm.organisation,
        absences=[Absence(person="nia", effective=JUNE)],
        deputies=[
            Deputy(position="head-north", person="lee", effective=firm.always, order=2),
            Deputy(position="head-north", person="sol", effective=firm.always, order=1),
        ],
    )
    before, first, last, after = (
        at(firm, facts, day) for day in (date(2020, 5, 31), date(2020, 6, 1), date(2020, 6, 30), date(2020, 7, 1))
    )
    assert [s.acting_head("north") for s in (before, first, last, after)] == ["nia", "sol", "sol", "nia"]
    assert first.head("north") == "nia"
    assert first.is_absent("nia")
    assert not after.is_absent("nia")
    assert first.acts_in("sol") == ("head-north",)
    assert first.acts_in("lee") == ()
    assert after.acts_in("sol") == ()
    assert first.chain("ann") == ("lee", "nia", "sam", "pam")
    assert first.chain("ann", acting=True) == ("lee", "sol", "sam", "pam")
    assert first.manager("lee", acting=True) == "sol"


def test_the_next_deputy_acts_where_the_first_is_absent_too(firm: SimpleNamespace) -> None:
    facts = firm.add(
        firm.organisation,
        absences=[Absence(person="nia", effective=JUNE), Absence(person="sol", effective=JUNE)],
        deputies=[
            Deputy(position="head-north", person="sol", effective=firm.always),
            Deputy(position="head-north", person="lee", effective=firm.always, order=2),
        ],
    )
    s = at(firm, facts)
    assert s.acting_head("north") == "lee"
    # Lee is not her own manager: the acting line passes her over.
    assert s.chain("lee", acting=True) == ("sam", "pam")
    assert s.chain("cy", acting=True) == ("sam", "pam")
    assert at(firm, firm.add(facts, absences=[Absence(person="lee", effective=JUNE)])).acting_head("north") is None


def test_a_deputy_also_acts_in_a_vacant_position(firm: SimpleNamespace) -> None:
    empty = firm.vacant(firm.organisation, "nia", "head-north", declared=True)
    s = at(firm, firm.add(empty, deputies=[Deputy(position="head-north", person="lee", effective=firm.always)]))
    assert s.acting_head("north") == "lee"
    assert s.acts_in("lee") == ("head-north",)


def test_a_position_may_report_elsewhere_than_to_its_head(firm: SimpleNamespace) -> None:
    s = at(firm, firm.replaced(firm.organisation, "positions", "rep-south", reports_to="director"))
    assert s.chain("cy") == ("sam", "pam")
    assert s.unit_of("cy") == "south"


def test_who_holds_two_headships_is_passed_over_in_the_own_chain_and_named_once_in_others(
    firm: SimpleNamespace,
) -> None:
    facts = firm.vacant(firm.organisation, "nia", "head-north", declared=False)
    second = Appointment(person="sam", position="head-north", effective=firm.always, is_primary=False)
    s = at(firm, firm.add(facts, appointments=[second]))
    assert s.positions_of("sam") == ("director", "head-north")
    assert s.manager("lee") == "sam"
    assert s.chain("lee") == ("sam", "pam")
    assert s.chain("sam") == ("pam",)
    turned = firm.replaced(firm.organisation, "positions", "director", is_head=True)
    own = firm.without(turned, "appointments", person="sam")
    own = firm.without(own, "appointments", person="nia")
    both = [
        Appointment(person="sam", position="head-north", effective=firm.always),
        Appointment(person="sam", position="director", effective=firm.always, is_primary=False),
    ]
    s = at(firm, firm.add(own, appointments=both))
    assert s.chain("sam") == ("pam",)
    assert s.managing_position("sam") == "president"
    assert s.managing_position("pam") is None


def test_two_heads_or_two_head_positions_are_ambiguous_only_where_they_are_asked_for(firm: SimpleNamespace) -> None:
    two = firm.add(
        firm.organisation, appointments=[Appointment(person="cy", position="head-north", effective=firm.always)]
    )
    s = at(firm, two)
    with pytest.raises(AmbiguousDay, match="holder of head-north"):
        s.head("north")
    assert s.head("south") == "sol"
    extra = Position(id="co-head", unit="north", rank="regional", is_head=True, effective=firm.always)
    with pytest.raises(AmbiguousDay, match="head position of north"):
        at(firm, firm.add(firm.organisation, positions=[extra])).head("north")


def test_the_primary_position_is_missing_or_ambiguous(firm: SimpleNamespace) -> None:
    people = [Person(id="eve"), Person(id="dan")]
    appointments = [
        Appointment(person="dan", position="rep-south", effective=DateRange(date(2020, 1, 1), date(2020, 6, 1))),
        Appointment(person="dan", position="rep-n1", effective=DateRange(date(2020, 6, 2))),
        Appointment(person="eve", position="rep-south", effective=firm.always, is_primary=False),
        Appointment(person="cy", position="rep-n1", effective=firm.always),
    ]
    s = at(firm, firm.add(firm.organisation, people=people, appointments=appointments))
    with pytest.raises(MissingDay) as missing:
        s.primary_position("dan")
    assert (missing.value.before, missing.value.after) == ("[2020-01-01, 2020-06-01)", "[2020-06-02, …)")
    with pytest.raises(MissingDay):
        s.unit_of("eve")
    with pytest.raises(AmbiguousDay):
        s.manager("cy")


def test_unknown_names_are_refused_with_their_neighbours(firm: SimpleNamespace) -> None:
    s = firm.structure
    for ask in (s.unit, s.head, s.members, s.acting_head, s.position, s.holders, s.manager, s.positions_of,
                s.is_absent, s.acts_in, s.direct_reports, s.declared_vacancies):  # fmt: skip
        with pytest.raises(UnknownName):
            ask("nobody")
    with pytest.raises(UnknownName, match="did you mean 'north'"):
        s.unit("nort")


def test_amounts_roll_up_units_and_managers_and_both_tie_to_the_total(firm: SimpleNamespace) -> None:
    amounts = {"ann": Decimal("10.10"), "bob": Decimal("5"), "cy": Decimal("7.05"), "nia": Decimal("1")}
    units, managers = firm.structure.roll_up_units(amounts), firm.structure.roll_up_managers(amounts)
    assert dict(units) == {
        "company": Decimal("23.15"), "sales": Decimal("23.15"), "north": Decimal("16.10"),
        "n1": Decimal("15.10"), "south": Decimal("7.05"),
    }  # fmt: skip
    assert managers.of("lee") == Decimal("15.10")
    assert managers.of("nia") == Decimal("16.10")
    assert units.total == managers.total == sum(amounts.values())
    with pytest.raises(UnknownName):
        firm.structure.roll_up_units({"nobody": Decimal(1)})


def test_a_structure_is_that_of_its_day(firm: SimpleNamespace) -> None:
    moved = [
        Unit(id="n1", kind="group", parent="north", effective=DateRange(date(2020, 1, 1), date(2020, 6, 1))),
        Unit(id="n1", kind="group", parent="south", effective=DateRange(date(2020, 6, 1))),
    ]
    facts = firm.add(firm.without(firm.organisation, "units", id="n1"), units=moved)
    assert at(firm, facts, date(2020, 5, 31)).chain("ann") == ("lee", "nia", "sam", "pam")
    assert at(firm, facts, date(2020, 6, 1)).chain("ann") == ("lee", "sol", "sam", "pam")


def test_an_unusable_organisation_is_refused_with_all_its_faults(firm: SimpleNamespace) -> None:
    broken = firm.add(
        firm.replaced(firm.organisation, "units", "south", parent="nowhere"),
        units=[Unit(id="self", kind="group", parent="self", effective=firm.always)],
        positions=[Position(id="president", unit="company", rank="president", effective=firm.always)],
        appointments=[Appointment(person="zoe", position="no-such", effective=firm.always)],
    )
    with pytest.raises(InvalidDocument) as refused:
        firm.resolve(broken, firm.day)
    assert sorted((fault.code, fault.path) for fault in refused.value.faults) == [
        ("org.orphan", "units[4].parent"),
        ("org.own_parent", "units[5].parent"),
        ("org.record_twice", "positions[7].id"),
        ("org.unknown_reference", "appointments[8].person"),
        ("org.unknown_reference", "appointments[8].position"),
    ]
    assert "2020-06-01" in str(refused.value)
    looped = firm.replaced(firm.organisation, "units", "sales", parent="n1")
    with pytest.raises(InvalidDocument, match="n1 > north > sales"):
        firm.resolve(looped, firm.day)


def test_a_line_that_returns_to_itself_is_refused(firm: SimpleNamespace) -> None:
    looped = firm.replaced(firm.organisation, "positions", "director", reports_to="lead-n1")
    with pytest.raises(InvalidDocument, match="director > lead-n1 > head-north"):
        firm.resolve(looped, firm.day)


def test_a_tree_of_two_thousand_units_in_one_line_has_a_chain_through_all(firm: SimpleNamespace) -> None:
    size = 2000
    units = [
        Unit(id=f"u{n}", kind="group", parent=f"u{n - 1}" if n else None, effective=firm.always) for n in range(size)
    ]
    positions = [
        Position(id=f"h{n}", unit=f"u{n}", rank="leader", is_head=n % 2 == 0, effective=firm.always)
        for n in reversed(range(size))
    ]
    people = [Person(id=f"p{n}") for n in range(size)]
    held = [Appointment(person=f"p{n}", position=f"h{n}", effective=firm.always) for n in range(size)]
    s = firm.resolve(
        Organisation(units=units, positions=positions, people=people, appointments=held), firm.day
    )  # fmt: skip
    assert s.chain("p1999") == tuple(f"p{n}" for n in range(1998, -1, -2))
    assert s.chain("p1998") == tuple(f"p{n}" for n in range(1996, -1, -2))
