"""What is wrong with a policy beyond its single fields, each fault once, and hostile values at the door."""

from __future__ import annotations

import attrs
import pytest

from salesrules.core import Band, BandTable, InvalidValue, Rate, TimeLimit
from salesrules.customers import (
    Customer,
    MatrixFactor,
    ProfileField,
    check_policy,
)


def found(policy) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("customers."), fault.path) for fault in check_policy(policy)]


def test_the_starter_has_no_fault(policy) -> None:
    assert check_policy(policy) == ()
    nothing = {"registration": None, "handover": None, "abc": None, "matrix": None, "attention": [], "follow_ups": []}
    assert check_policy(attrs.evolve(policy, **nothing, terms=[], profiles=[], satisfaction=None)) == ()


def test_a_kind_class_or_step_is_claimed_once(policy) -> None:
    registration = policy.registration
    doubled = attrs.evolve(
        policy,
        profiles=[*policy.profiles, policy.profiles[1]],
        registration=attrs.evolve(
            registration,
            duplicates=[*registration.duplicates, registration.duplicates[0]],
            protections=[*registration.protections, attrs.evolve(registration.protections[0], id="new")],
        ),
        attention=[*policy.attention, attrs.evolve(policy.attention[0], id="new", classes=["star", "Z"])],
        terms=[*policy.terms, policy.terms[0]],
    )
    assert found(doubled) == [
        ("duplicate_id", "profiles[2].id"),
        ("claimed_twice", "profiles[2].kinds[0]"),
        ("duplicate_id", "registration.duplicates[3].id"),
        ("duplicate_id", "registration.protections[2].step"),
        ("claimed_twice", "attention[4].classes[0]"),
        ("duplicate_id", "terms[2].id"),
        ("claimed_twice", "terms[2].classes[0]"),
        ("claimed_twice", "terms[2].classes[1]"),
    ]


def test_a_field_is_named_once_in_a_profile(policy) -> None:
    profile = attrs.evolve(policy.profiles[0], fields=[ProfileField(name="a"), ProfileField(name="a")])
    assert found(attrs.evolve(policy, profiles=[profile])) == [("duplicate_id", "profiles[0].fields[1].name")]


@pytest.mark.parametrize(
    ("start", "side", "end", "paths"),
    [
        (None, "lower", None, []),
        (0, "lower", None, []),
        (0, "upper", None, ["abc.classes.bands[0].from"]),
        (1, "lower", None, ["abc.classes.bands[0].from"]),
        (None, "lower", 2, ["abc.classes.bands[0].to"]),
    ],
)
def test_every_share_has_a_class(policy, start, side, end, paths) -> None:
    table = BandTable(bands=[Band(start=start, value="A")], side=side, end=end)
    assert [path for _, path in found(attrs.evolve(policy, abc=attrs.evolve(policy.abc, classes=table)))] == paths


def test_a_matrix_has_every_strategy_and_cuts_inside_its_scale(policy) -> None:
    matrix = attrs.evolve(
        policy.matrix,
        strategies=[*policy.matrix.strategies[1:], policy.matrix.strategies[1]],
        position_cut=5,
        position=[MatrixFactor(id="x", weight=1), MatrixFactor(id="x", weight=1)],
    )
    assert found(attrs.evolve(policy, matrix=matrix)) == [
        ("duplicate_id", "matrix.position[1].id"),
        ("cut_outside", "matrix.position_cut"),
        ("duplicate_id", "matrix.strategies[3].quadrant"),
        ("strategy_missing", "matrix.strategies"),
    ]


def test_nothing_is_overdue_before_it_is_due(policy) -> None:
    level = policy.attention[2]  # due and overdue after seven days, and at the very instant not overdue
    for changes, code in (
        ({"overdue": TimeLimit(days=6)}, "overdue_before_due"),
        ({"overdue": TimeLimit(days=7)}, None),
        ({"due": TimeLimit(days=7, side="upper"), "overdue": TimeLimit(days=7)}, "overdue_before_due"),
        ({"overdue": TimeLimit(days=9, counted="working")}, "cadence_mixed"),
        ({"overdue": TimeLimit(hours=999)}, "cadence_mixed"),
    ):
        changed = attrs.evolve(policy, attention=[attrs.evolve(level, **changes)])
        assert found(changed) == ([(code, "attention[0].overdue")] if code else [])


def test_a_grid_has_no_hole_and_no_double(policy) -> None:
    holed = attrs.evolve(policy, follow_ups=policy.follow_ups[:3])
    assert found(holed) == [("grid_hole", "follow_ups")]
    doubled = attrs.evolve(policy, follow_ups=[*policy.follow_ups, attrs.evolve(policy.follow_ups[0], id="new")])
    assert found(doubled) == [("duplicate_id", "follow_ups[4].cell")]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ProfileField(name="a", weight=0),
        lambda: ProfileField(name=" "),
        lambda: MatrixFactor(id="x", weight=-1),
        lambda: Customer(id="", kind="firm"),
    ],
)
def test_impossible_entries_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue):
        wrong()


def test_empty_lists_and_unknown_zones_are_refused(policy) -> None:
    for entry, changes in (
        (policy, {"zone": "Mars/Olympus"}),
        (policy.profiles[0], {"fields": []}),
        (policy.profiles[0], {"kinds": []}),
        (policy.registration, {"protections": []}),
        (policy.matrix, {"position": []}),
    ):
        with pytest.raises(InvalidValue):
            attrs.evolve(entry, **changes)
    assert attrs.evolve(policy.profiles[0], complete_from=Rate(0)).complete_from == Rate(0)
