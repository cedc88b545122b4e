"""Assignment: whom a lead fits, who is next, fair among equals, the same in bulk as one by one."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import InvalidValue
from salesrules.leads import (
    Absence,
    Assignee,
    AssignmentRule,
    AssignmentState,
    assign_leads,
    calculate_day_quota,
    find_skips,
)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY, MICRO = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture(scope="session")
def with_rule(policy):
    def make(pick: str, match=(), **changes):
        rules = [
            AssignmentRule(id="r", match=match, pick=pick, **changes),
            AssignmentRule(id="last", pick="round_robin"),
        ]
        schemes = [attrs.evolve(scheme, assignment="r") for scheme in policy.schemes]
        return attrs.evolve(policy, assignment=rules, schemes=schemes)

    return make


@pytest.fixture(scope="session")
def make_leads(make_lead):
    def make(count: int, prefix: str = "l", **changes):
        return [make_lead(f"{prefix}{number}", owner=None, **changes) for number in range(count)]

    return make


def people(*names: str, **changes) -> list[Assignee]:
    return [Assignee(person=name, **changes) for name in names]


def counts(result) -> Counter:
    return Counter(person for _, person, _ in result.assigned)


def test_in_turn_everybody_is_served_before_anybody_again(with_rule, make_leads) -> None:
    result = assign_leads(make_leads(9), AssignmentState(people=people("a", "b", "c")), with_rule("round_robin"), NOON)
    order = [person for _, person, _ in result.assigned]
    assert order[:3] == order[3:6] == order[6:]
    assert set(order[:3]) == {"a", "b", "c"}


def test_nobody_is_always_first_in_single_use_without_a_state(with_rule, make_leads) -> None:
    """Each lead alone, nothing kept: the draw by the lead's id shares them out."""
    state = AssignmentState(people=people("a", "b", "c", "d"))
    for pick in ("round_robin", "load", "weighted"):
        policy = with_rule(pick)
        shares = Counter()
        for lead in make_leads(400):
            shares += counts(assign_leads([lead], state, policy, NOON))
        assert all(70 <= shares[name] <= 130 for name in "abcd"), shares


def test_among_equals_the_one_served_longest_ago_is_next(with_rule, make_leads) -> None:
    state = AssignmentState(people=[Assignee(person="a", load=2, served=5), Assignee(person="b", load=2, served=3)])
    result = assign_leads(make_leads(3), state, with_rule("load"), NOON)
    assert [person for _, person, _ in result.assigned] == ["b", "a", "b"]
    assert result.state.turn == 8


def test_load_goes_to_the_fewest_and_utilisation_to_the_smallest_share(with_rule, make_leads) -> None:
    team = [Assignee(person="a", load=3, capacity=10), Assignee(person="b", load=2, capacity=4)]
    assert counts(assign_leads(make_leads(1), AssignmentState(people=team), with_rule("load"), NOON)) == {"b": 1}
    shares = assign_leads(make_leads(1), AssignmentState(people=team), with_rule("utilisation"), NOON)
    assert counts(shares) == {"a": 1}
    filled = assign_leads(make_leads(9), AssignmentState(people=team), with_rule("utilisation"), NOON)
    assert counts(filled) == {"a": 7, "b": 2}
    with pytest.raises(InvalidValue, match=r"people\[0\]\.capacity"):
        assign_leads(make_leads(1), AssignmentState(people=people("a")), with_rule("utilisation"), NOON)


@settings(max_examples=60, deadline=None)
@given(weights=st.lists(st.integers(0, 7), min_size=1, max_size=5).filter(any), rounds=st.integers(1, 3))
def test_weights_are_kept_exactly_after_every_full_round(with_rule, make_leads, weights, rounds) -> None:
    team = [Assignee(person=str(number), weight=weight) for number, weight in enumerate(weights)]
    result = assign_leads(make_leads(sum(weights) * rounds), AssignmentState(people=team), with_rule("weighted"), NOON)
    assert counts(result) == {str(n): weight * rounds for n, weight in enumerate(weights) if weight}


def test_weights_are_nearly_kept_at_any_time(with_rule, make_leads) -> None:
    weights = {"a": 5, "b": 3, "c": 1}
    team = [Assignee(person=name, weight=weight) for name, weight in weights.items()]
    result = assign_leads(make_leads(40), AssignmentState(people=team), with_rule("weighted"), NOON)
    given_so_far = Counter()
    for number, (_, person, _) in enumerate(result.assigned, start=1):
        given_so_far[person] += 1
        assert all(abs(given_so_far[name] - Fraction(weight * number, 9)) <= 1 for name, weight in weights.items())


@pytest.mark.parametrize(
    ("match", "needs", "fit"),
    [
        (["territory"], {"territory": "north"}, {"a"}),
        (["customer_class"], {"customer_class": "A"}, {"b"}),
        (["skill"], {"skills": ["english", "export"]}, {"c"}),
        (["skill"], {}, {"a", "b", "c"}),
        (["territory", "skill"], {"territory": "north", "skills": ["export"]}, set()),
        (["territory"], {}, set()),
    ],
)
def test_a_lead_goes_only_to_whom_it_fits(with_rule, make_leads, match, needs, fit) -> None:
    team = [
        Assignee(person="a", territories=["north"]),
        Assignee(person="b", classes=["A"], territories="south"),
        Assignee(person="c", skills=["export", "english", "chinese"]),
    ]
    state, policy = AssignmentState(people=team), with_rule("round_robin", match)
    leads = make_leads(6, **needs)
    result = assign_leads(leads, state, policy, NOON)
    assert set(counts(result)) == fit
    assert len(result.unassigned) == (0 if fit else 6)
    skipped = {reason.parameters["person"] for reason in find_skips(leads[0], state, policy, NOON)}
    assert skipped == {"a", "b", "c"} - fit


def test_whom_nobody_fits_goes_to_the_other_rule_or_to_nobody(with_rule, make_leads) -> None:
    state = AssignmentState(people=people("a", "b", territories=["north"]))
    alone = assign_leads(make_leads(1, territory="west"), state, with_rule("load", ["territory"]), NOON)
    assert [(lead, decision.reasons[0].code) for lead, decision in alone.unassigned] == [("l0", "leads.nobody_fits")]
    other = with_rule("load", ["territory"], otherwise="last")
    found = assign_leads(make_leads(2, territory="west"), state, other, NOON)
    assert [rule for _, _, rule in found.assigned] == ["last", "last"]
    assert set(counts(found)) == {"a", "b"}


@pytest.mark.parametrize(
    ("changes", "as_of", "code"),
    [
        ({"absences": [Absence(start=NOON, end=NOON + DAY)]}, NOON, "absent"),
        ({"absences": [Absence(start=NOON, end=NOON + DAY)]}, NOON + DAY - MICRO, "absent"),
        ({"absences": [Absence(start=NOON, end=NOON + DAY)]}, NOON + DAY, None),
        ({"absences": [Absence(start=NOON, end=NOON + DAY)]}, NOON - MICRO, None),
        ({"inducted_at": NOON}, NOON - MICRO, "not_inducted"),
        ({"inducted_at": NOON}, NOON, None),
        ({"capacity": 3, "load": 3}, NOON, "at_capacity"),
        ({"capacity": 3, "load": 2}, NOON, None),
        ({"capacity": 0}, NOON, "at_capacity"),
        ({"day_quota": 2, "taken": 2}, NOON, "quota_used"),
        ({"day_quota": 2, "taken": 1}, NOON, None),
    ],
)
def test_who_cannot_take_a_lead_now_is_skipped(with_rule, make_leads, changes, as_of, code) -> None:
    state, policy = AssignmentState(people=people("a", **changes)), with_rule("round_robin")
    (lead,) = make_leads(1)
    assert counts(assign_leads([lead], state, policy, as_of)) == ({} if code else {"a": 1})
    assert [reason.code for reason in find_skips(lead, state, policy, as_of)] == ([f"leads.{code}"] if code else [])


def test_capacity_and_quota_hold_in_bulk(with_rule, make_leads) -> None:
    team = [Assignee(person="a", capacity=5, load=2), Assignee(person="b", day_quota=4, taken=1), Assignee(person="c")]
    result = assign_leads(make_leads(20), AssignmentState(people=team), with_rule("round_robin"), NOON)
    assert counts(result) == {"a": 3, "b": 3, "c": 14}
    stands = {one.person: (one.load, one.taken) for one in result.state.people}
    assert stands == {"a": (5, 3), "b": (3, 4), "c": (14, 14)}


PICKS = st.sampled_from(["round_robin", "load", "weighted", "utilisation"])
TEAMS = st.lists(
    st.builds(
        lambda load, more, quota, weight, served, north, absent: {
            "load": load, "capacity": load + more, "day_quota": quota, "weight": weight, "served": served,
            "territories": ["north"] if north else ["south", "north"],
            "absences": [Absence(start=NOON, end=NOON + DAY)] if absent else [],
        },
        st.integers(0, 3), st.integers(0, 6), st.one_of(st.none(), st.integers(0, 5)), st.integers(1, 4),
        st.integers(0, 3), st.booleans(), st.booleans(),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip
TERRITORIES = st.lists(st.sampled_from(["north", "south", "west"]), max_size=14)


@settings(max_examples=120, deadline=None)
@given(team=TEAMS, territories=TERRITORIES, pick=PICKS, cuts=st.lists(st.integers(0, 14), max_size=3))
def test_one_by_one_or_in_any_batches_is_the_same(with_rule, make_lead, team, territories, pick, cuts) -> None:
    state = AssignmentState(people=[Assignee(person=str(n), **one) for n, one in enumerate(team)])
    leads = [make_lead(f"l{n}", owner=None, territory=territory) for n, territory in enumerate(territories)]
    policy = with_rule(pick, ["territory"], otherwise="last")
    whole = assign_leads(leads, state, policy, NOON)
    assert whole == assign_leads(leads, state, policy, NOON)
    bounds = sorted({0, *(min(cut, len(leads)) for cut in cuts), len(leads)})
    for parts in ([[lead] for lead in leads], [leads[a:b] for a, b in itertools.pairwise(bounds)]):
        now, assigned, unassigned = state, (), ()
        for part in parts:
            result = assign_leads(part, now, policy, NOON)
            now, assigned, unassigned = result.state, assigned + result.assigned, unassigned + result.unassigned
        assert (assigned, unassigned) == (whole.assigned, whole.unassigned)
        assert {(p.person, p.load, p.served) for p in now.people} == {
            (p.person, p.load, p.served) for p in whole.state.people
        }


@settings(max_examples=120, deadline=None)
@given(team=TEAMS, territories=TERRITORIES, pick=PICKS)
def test_a_search_through_everybody_finds_the_same_next_one(with_rule, make_lead, team, territories, pick) -> None:
    """The heaps give what a search of all people for the smallest measure gives, but for the draw among the new."""
    state = AssignmentState(people=[Assignee(person=str(n), **one) for n, one in enumerate(team)])
    policy = with_rule(pick, ["territory"])
    load = {one.person: one.load for one in state.people}
    taken, given_to = dict.fromkeys(load, 0), dict.fromkeys(load, 0)
    served = {one.person: one.served for one in state.people}
    leads = [make_lead(f"l{n}", owner=None, territory=territory) for n, territory in enumerate(territories)]
    result = assign_leads(leads, state, policy, NOON)
    owners, turn = result.owners, max(served.values())
    for lead in leads:
        able = [
            one for one in state.people
            if lead.territory in one.territories and not one.absences and load[one.person] < one.capacity
            and (one.day_quota is None or taken[one.person] < one.day_quota)
        ]  # fmt: skip

        def measure(one):
            return {
                "round_robin": 0,
                "load": load[one.person],
                "utilisation": Fraction(load[one.person], one.capacity),
                "weighted": Fraction(2 * given_to[one.person] + 1, one.weight),
            }[pick], served[one.person]

        chosen = owners.get(lead.id)
        assert (chosen is None) is (not able)
        if able:
            by_name = {one.person: one for one in able}
            assert chosen in by_name
            assert measure(by_name[chosen]) == min(map(measure, able))
            turn += 1
            load[chosen] += 1
            taken[chosen] += 1
            given_to[chosen] += 1
            served[chosen] = turn


def test_a_month_over_thirty_days_is_rounded_as_declared(policy) -> None:
    assert [calculate_day_quota(capacity, 0, policy) for capacity in (0, 14, 15, 44, 45)] == [0, 0, 1, 1, 2]
    assert calculate_day_quota(60, 1, policy) == 1
    assert calculate_day_quota(60, 3, policy) == 0
    with pytest.raises(InvalidValue):
        calculate_day_quota(-1, 0, policy)


def test_bad_input_is_refused(with_rule, make_leads, policy) -> None:
    (lead,) = make_leads(1)
    state, rule = AssignmentState(people=people("a")), with_rule("load")
    assert assign_leads([], state, rule, NOON).state is state
    with pytest.raises(InvalidValue, match="each lead once"):
        assign_leads([lead, lead], state, rule, NOON)
    with pytest.raises(InvalidValue, match="time zone"):
        assign_leads([lead], state, rule, datetime(2024, 1, 1))  # noqa: DTZ001 - that is what is refused
    with pytest.raises(InvalidValue, match="each person once"):
        AssignmentState(people=people("a", "a"))
    for wrong in ({"capacity": -1}, {"weight": True}, {"load": "2"}):
        with pytest.raises(InvalidValue):
            Assignee(person="a", **wrong)
    with pytest.raises(InvalidValue):
        Absence(start=NOON, end=NOON)
    lost = attrs.evolve(rule, schemes=[attrs.evolve(one, assignment="gone") for one in policy.schemes])
    with pytest.raises(InvalidValue, match="choose one of r, last"):
        assign_leads([lead], state, lost, NOON)
    assert not Assignee(person="a", capacity=0).has_room
    assert Assignee(person="a").has_room
