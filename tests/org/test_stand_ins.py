"""Deputies who are there, the position that somebody left, the acts that a delegation covers."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from salesrules.core import DateRange, Money, UnknownName
from salesrules.org import Absence, Act, AmountLimit, Appointment, Delegation, Deputy, InstantRange, covers_act


def test_deputies_are_those_present_in_their_order(firm) -> None:
    deputies = [
        Deputy(position="head-north", person=person, effective=firm.always, order=order)
        for order, person in ((2, "lee"), (1, "bob"), (3, "cy"))
    ]
    changed = firm.add(firm.organisation, deputies=deputies, absences=[Absence(person="lee", effective=firm.always)])
    structure = firm.resolve(changed, firm.day)
    assert structure.deputies("head-north") == ("bob", "cy")
    assert structure.deputies("head-south") == ()
    with pytest.raises(UnknownName):
        structure.deputies("head-west")


@pytest.mark.parametrize(("ended", "position"), [(date(2020, 6, 1), "head-north"), (date(2020, 6, 2), "rep-n1")])
def test_the_last_position_is_the_one_that_ended_last_and_is_over(firm, ended, position) -> None:
    organisation = firm.without(firm.organisation, "appointments", person="nia")
    earlier, later = DateRange(date(2020, 1, 1), date(2020, 3, 1)), DateRange(date(2020, 3, 1), ended)
    held = [
        Appointment(person="nia", position="rep-n1", effective=earlier),
        Appointment(person="nia", position="head-north", effective=later),
    ]
    structure = firm.resolve(firm.add(organisation, appointments=held), firm.day)
    assert structure.last_position("nia") == position
    assert structure.last_position("pam") is None
    with pytest.raises(UnknownName):
        structure.last_position("zed")


def test_a_delegation_covers_its_acts_sizes_and_units(firm) -> None:
    window = InstantRange.lasting(firm.noon, timedelta(days=1))
    open_ended = Delegation(id="d", grantor="nia", delegate="sol", window=window)
    act = Act(kind="contract.sign", amount=Money(100, "CNY"), unit="n1")
    limit = AmountLimit(maximum=Money(100, "CNY"), side="upper")
    for changes, covered in (
        ({}, True),
        ({"acts": ["contract.sign"]}, True),
        ({"acts": ["person.hire"]}, False),
        ({"limit": limit}, True),
        ({"limit": attrs.evolve(limit, side="lower")}, False),
        ({"unit": "north"}, True),
        ({"unit": "south"}, False),
    ):
        assert covers_act(attrs.evolve(open_ended, **changes), act, firm.structure, firm.policy) is covered
