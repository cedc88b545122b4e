"""Profiles: every field's weight counts, blanks do not, and personal data are named."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from salesrules.core import InvalidValue, Outcome, Rate
from salesrules.customers import (
    ProfileField,
    ProfileRule,
    calculate_completeness,
    check_profile,
    find_personal_fields,
)

DAY = date(2024, 3, 1)


@pytest.fixture
def two_fields(policy):
    fields = [
        ProfileField(name="phone", weight=3, is_personal=True),
        ProfileField(name="note", weight=1),
        ProfileField(name="need", weight=6),
    ]
    rule = ProfileRule(id="p", kinds=["firm"], fields=fields, complete_from=Rate.parse("40%"))
    return attrs.evolve(policy, profiles=[rule])


def test_the_score_is_the_weight_of_what_is_filled(two_fields, customer) -> None:
    found = calculate_completeness(customer(values={"phone": "1", "note": "x"}), two_fields)
    assert found.score == Fraction(4, 10) == found.derivation().recompute()
    assert [name for name, _ in found.missing] == ["need"]


@pytest.mark.parametrize("blank", [None, "", "  ", (), [], {}])
def test_a_blank_fills_nothing(two_fields, customer, blank) -> None:
    found = calculate_completeness(customer(values={"need": blank}), two_fields)
    assert found.score == 0 == found.derivation().recompute()
    assert [name for name, _ in found.missing] == ["need", "phone", "note"], "the heaviest first"


def test_zero_and_false_do_fill(two_fields, customer) -> None:
    assert calculate_completeness(customer(values={"need": 0, "note": False}), two_fields).score == Fraction(7, 10)


def test_the_bound_belongs_to_its_side(two_fields, customer, codes) -> None:
    four_tenths = customer(values={"phone": "1", "note": "x"})
    assert check_profile(four_tenths, two_fields, DAY).outcome is Outcome.ALLOW
    upper = attrs.evolve(two_fields, profiles=[attrs.evolve(two_fields.profiles[0], side="upper")])
    decision = check_profile(four_tenths, upper, DAY)
    assert (decision.outcome, codes(decision)) == (Outcome.WARN, ["profile_incomplete"])
    assert decision.reasons[0].parameters["missing"] == ("need",)
    assert check_profile(customer(values={"phone": "1"}), two_fields, DAY).outcome is Outcome.WARN


def test_personal_data_are_named(two_fields, policy, customer) -> None:
    assert find_personal_fields("firm", two_fields) == ("phone",)
    assert calculate_completeness(customer(values={"phone": "1", "note": "x"}), two_fields).personal == ("phone",)
    assert calculate_completeness(customer(values={"note": "x"}), two_fields).personal == ()
    assert "phone" in find_personal_fields("person", policy)
    assert "needs" not in find_personal_fields("person", policy)


def test_a_field_of_which_nobody_said_whether_it_is_personal_is_denied(two_fields, customer, codes) -> None:
    decision = check_profile(customer(values={"phone": "1", "need": "x", "shoe_size": 44}), two_fields, DAY)
    assert (decision.outcome, codes(decision)) == (Outcome.DENY, ["profile_unknown_field"])
    assert decision.reasons[0].path == "values.shoe_size"


def test_an_unknown_kind_is_refused_with_the_nearest(policy, customer) -> None:
    with pytest.raises(InvalidValue, match="did you mean 'person'"):
        calculate_completeness(customer(kind="persn"), policy)
    with pytest.raises(InvalidValue, match="choose one of person, firm"):
        calculate_completeness(customer(kind="x"), policy)
    with pytest.raises(InvalidValue, match=r"customers\.profiles"):
        calculate_completeness(customer(), attrs.evolve(policy, profiles=[]))


def test_a_draft_judges_no_profile(draft, customer) -> None:
    assert [reason.code for reason in check_profile(customer(), draft, DAY).reasons] == ["core.policy_not_in_force"]
