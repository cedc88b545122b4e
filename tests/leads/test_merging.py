"""Captures of one lead: recognised over others and within a window, merged by declared rules, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import InvalidDocument, TimeLimit
from salesrules.leads import Capture, FieldSurvivor, merge_captures

START = datetime(2024, 3, 1, tzinfo=UTC)
DAY, MICRO = timedelta(days=1), timedelta(microseconds=1)


def capture(id: str, day: int, source: str = "web", **values) -> Capture:
    return Capture(id=id, source=source, kind="firm", at=START + day * DAY, values=values)


def test_captures_are_one_lead_over_a_third(policy) -> None:
    (found,) = merge_captures(
        [capture("a", 0, phone="138 0013 8000"), capture("b", 1, email="X@y.cn"),
         capture("c", 2, phone="+8613800138000", email="x@Y.cn")], policy
    )  # fmt: skip
    assert found.members == ("a", "b", "c")
    assert [(m.first, m.second, m.rule) for m in found.matches] == [("a", "c", "phone"), ("b", "c", "email")]


@pytest.mark.parametrize(("survivor", "members"), [("earliest", "abc"), ("latest", "cba"), ("best_source", "bac")])
def test_the_survivor_rule_says_which_capture_survives(policy, survivor, members) -> None:
    merging = attrs.evolve(policy.merging, survivor=survivor, fields=[])
    given = [
        capture("a", 0, "list", phone="1", city="Xian"),
        capture("b", 1, "referral", phone="1", city="Wuhan", need="n"),
        capture("c", 2, "nowhere", phone="1", city="Dali"),
    ]
    (found,) = merge_captures(given, attrs.evolve(policy, merging=merging))
    assert "".join(found.members) == members
    assert found.survivor.id == members[0]
    city = {"a": "Xian", "b": "Wuhan", "c": "Dali"}
    assert found.values["city"] == city[members[0]]
    assert (found.values["need"], found.origins["need"]) == ("n", "b"), "what the survivor lacks, others give"
    (conflict,) = [one for one in found.conflicts if one.field == "city"]
    assert (conflict.kept, [id for id, _ in conflict.dropped]) == (members[0], list(members[1:]))


def test_a_field_may_have_a_rule_of_its_own(policy) -> None:
    given = [
        capture("a", 0, "list", phone="138-1", company="Ltd", name="Li"),
        capture("b", 1, "referral", phone="1381", company="Limited", name=""),
        capture("c", 2, "web", phone="138 1", company=None),
    ]
    for fields, phone, company in (
        (policy.merging.fields, "c", "b"),
        ([FieldSurvivor(field="phone", rule="earliest")], "a", "a"),
    ):
        (found,) = merge_captures(given, attrs.evolve(policy, merging=attrs.evolve(policy.merging, fields=fields)))
        assert (found.origins["phone"], found.origins["company"], found.origins["name"]) == (phone, company, "a")


def test_a_window_keeps_what_lies_too_far_apart_apart(policy) -> None:
    merging = attrs.evolve(policy.merging, window=TimeLimit(days=30))
    with_window = attrs.evolve(policy, merging=merging)
    one = capture("a", 0, phone="1")
    for gap, leads in ((30 * DAY - MICRO, 1), (30 * DAY, 2)):
        other = attrs.evolve(one, id="b", at=START + gap)
        assert len(merge_captures([one, other], with_window)) == leads
    chain = [capture(str(number), 20 * number, phone="1") for number in range(4)]
    assert len(merge_captures(chain, with_window)) == 1


def test_nothing_in_common_is_no_reason(policy) -> None:
    assert len(merge_captures([capture("a", 0, phone=""), capture("b", 1, phone=" "), capture("c", 2)], policy)) == 3
    assert merge_captures([], policy) == ()


def test_every_id_that_comes_twice_is_named(policy) -> None:
    with pytest.raises(InvalidDocument) as caught:
        merge_captures([capture("a", 0), capture("a", 1), capture("b", 0), capture("b", 0)], policy)
    assert [fault.path for fault in caught.value.faults] == ["captures[b].id", "captures[a].id"]


captures = st.lists(
    st.tuples(
        st.sampled_from("123"), st.sampled_from(["", "x", "y"]), st.integers(0, 5), st.sampled_from(["web", "list"])
    ),
    max_size=7,
)


@settings(max_examples=150, deadline=None)
@given(rows=captures, chance=st.randoms(use_true_random=False))
def test_the_order_does_not_matter_and_nothing_is_lost(policy, rows, chance) -> None:
    given = [
        capture(str(number), day, source, phone=phone * 11, email=email)
        for number, (phone, email, day, source) in enumerate(rows)
    ]
    found = merge_captures(given, policy)
    shuffled = list(given)
    chance.shuffle(shuffled)
    assert merge_captures(shuffled, policy) == found
    assert sorted(id for lead in found for id in lead.members) == sorted(one.id for one in given)
    by_id = {one.id: one for one in given}
    group = {id: place for place, lead in enumerate(found) for id in lead.members}
    for one in given:
        for other in given:
            same = any(one.values[f] and one.values[f] == other.values[f] for f in ("phone", "email"))
            assert not same or group[one.id] == group[other.id]
    for lead in found:
        for field, origin in lead.origins.items():
            assert lead.values[field] == by_id[origin].values[field]
        linked = (
            {lead.members[0]} if len(lead.members) == 1 else {id for m in lead.matches for id in (m.first, m.second)}
        )
        assert linked == set(lead.members), "every member is there for a reason that is told"
