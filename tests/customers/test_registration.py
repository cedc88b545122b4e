"""Registration: the first is protected, half-open, and never by registering the same customer twice."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import InvalidValue, Outcome
from salesrules.customers import Registration, RegistrationStep, calculate_protections, check_registration

MICRO = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("tried", "outcome", "found"),
    [
        ("2024-03-07T23:59:59.999999", Outcome.DENY, ["protected"]),
        ("2024-03-08T00:00:00", Outcome.WARN, ["duplicate_customer"]),
    ],
)
def test_a_walk_in_is_protected_for_seven_days_half_open(policy, register, codes, tried, outcome, found) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"))
    new = register("r2", "bo", ("walk_in", tried))
    decision = check_registration(new, [first], policy, new.steps[0].at)
    assert (decision.outcome, codes(decision)) == (outcome, found)


def test_the_answer_changes_when_the_protection_ends(policy, register, at) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"))
    new = register("r2", "bo", ("walk_in", "2024-03-05T10:00"))
    decision = check_registration(new, [first], policy, at("2024-03-05T10:00"))
    assert decision.changes_at == at("2024-03-08T00:00")
    assert check_registration(new, [first], policy, decision.changes_at - MICRO).outcome is Outcome.DENY
    assert check_registration(new, [first], policy, decision.changes_at).changes_at is None


@pytest.mark.parametrize(("tried", "outcome"), [("2024-06-02T23:59", Outcome.DENY), ("2024-06-03T00:00", Outcome.WARN)])
def test_a_deposit_protects_ninety_days_from_its_own_day(policy, register, at, tried, outcome) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"), ("deposit", "2024-03-05T09:00"))
    new = register("r2", "bo", ("walk_in", tried))
    decision = check_registration(new, [first], policy, at(tried))
    assert decision.outcome is outcome
    if outcome is Outcome.DENY:
        assert [reason.parameters["until"] for reason in decision.reasons] == [at("2024-06-03T00:00")]
        assert decision.reasons[0].policy.id == "deposit"


def test_a_deposit_after_somebody_else_registered_protects_nobody(policy, register, at) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"), ("deposit", "2024-03-12T09:00"))
    second = register("r2", "bo", ("walk_in", "2024-03-08T00:00"))
    protections, rejected = calculate_protections([first, second], policy)
    assert [(one.registrant, one.end) for one in protections] == [
        ("ana", at("2024-03-08T00:00")),
        ("bo", at("2024-03-15T00:00")),
    ]
    assert [(one.registration, one.step.kind, one.protection.registrant) for one in rejected] == [
        ("r1", "deposit", "bo")
    ]


def test_registering_ones_own_customer_again_renews_nothing(policy, register, codes) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"))
    again = register("r2", "ana", ("walk_in", "2024-03-05T10:00"))
    assert codes(check_registration(again, [first], policy, again.steps[0].at)) == ["already_registered"]


@pytest.mark.parametrize(("may_renew", "found"), [(True, "duplicate_customer"), (False, "already_registered")])
def test_after_its_end_policy_says_whether_the_same_registrant_may_renew(policy, register, codes, may_renew, found):
    strict = attrs.evolve(policy, registration=attrs.evolve(policy.registration, may_renew=may_renew))
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"))
    again = register("r2", "ana", ("walk_in", "2024-03-20T10:00"))
    decision = check_registration(again, [first], strict, again.steps[0].at)
    assert (codes(decision), decision.changes_at) == ([found], None)
    other = register("r3", "bo", ("walk_in", "2024-03-20T10:00"))
    assert codes(check_registration(other, [first], strict, other.steps[0].at)) == ["duplicate_customer"]


def test_a_new_customer_is_registered_without_a_word(policy, register) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"))
    new = register("r2", "bo", ("walk_in", "2024-03-02T10:00"), phone="13900139000")
    assert check_registration(new, [first], policy, new.steps[0].at).outcome is Outcome.ALLOW


def test_a_customer_is_the_same_over_a_third_record(policy, register, codes) -> None:
    """The new one shares a telephone with r2 only, and r2 an address with r1, which is the one protected."""
    first = register("r1", "ana", ("deposit", "2024-03-01T15:00"), email="a@b.cn")
    bridge = register("r2", "ana", ("walk_in", "2024-02-01T15:00"), email="A@b.cn", phone="13800138000")
    new = register("r3", "bo", ("walk_in", "2024-03-20T10:00"), phone="+86 138 0013 8000")
    decision = check_registration(new, [first, bridge], policy, new.steps[0].at)
    assert codes(decision) == ["protected", "duplicate_customer"]
    assert decision.reasons[0].parameters["customer"] == "r1"


def test_at_one_instant_the_smaller_id_is_first(policy, register) -> None:
    both = [register(id, id, ("walk_in", "2024-03-01T15:00")) for id in ("b", "a")]
    protections, rejected = calculate_protections(both, policy)
    assert ([one.registrant for one in protections], [one.registrant for one in rejected]) == (["a"], ["b"])


def test_bad_registrations_are_refused(policy, register, at) -> None:
    first = register("r1", "ana", ("walk_in", "2024-03-01T15:00"))
    with pytest.raises(InvalidValue, match="did you mean 'walk_in'"):
        calculate_protections([register("r2", "bo", ("walkin", "2024-03-01T15:00"))], policy)
    with pytest.raises(InvalidValue, match="choose one of walk_in, deposit"):
        check_registration(register("r2", "bo", ("x", "2024-03-01T15:00")), [], policy, at("2024-03-02T00:00"))
    with pytest.raises(InvalidValue, match="an id of its own"):
        calculate_protections([first, first], policy)
    with pytest.raises(InvalidValue, match="no later than"):
        check_registration(first, [], policy, at("2024-03-01T14:59"))
    with pytest.raises(InvalidValue, match="at least the step"):
        Registration(id="r", registrant="ana", values={}, steps=[])
    with pytest.raises(InvalidValue, match="order in time"):
        register("r", "ana", ("walk_in", "2024-03-02T15:00"), ("deposit", "2024-03-01T15:00"))


def test_a_draft_protects_nobody(draft, register) -> None:
    new = register("r2", "bo", ("walk_in", "2024-03-05T10:00"))
    decision = check_registration(new, [register("r1", "ana", ("walk_in", "2024-03-01T15:00"))], draft, new.steps[0].at)
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]


steps = st.lists(
    st.tuples(st.sampled_from(["walk_in", "deposit"]), st.integers(0, 120), st.sampled_from("abc")), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(steps=steps, data=st.randoms(use_true_random=False))
def test_two_registrants_are_never_protected_at_once_whatever_the_order(policy, at, steps, data) -> None:
    start = at("2024-01-01T12:00")
    given_steps = [
        Registration(
            id=str(number),
            registrant=who,
            values={},
            steps=[RegistrationStep(kind=kind, at=start + timedelta(days=day, hours=number))],
        )
        for number, (kind, day, who) in enumerate(steps)
    ]
    protections, rejected = calculate_protections(given_steps, policy)
    assert len(protections) + len(rejected) == len(given_steps)
    for one in protections:
        for other in protections:
            if one.registrant != other.registrant:
                assert one.end <= other.start or other.end <= one.start
    shuffled = list(given_steps)
    data.shuffle(shuffled)
    assert calculate_protections(shuffled, policy) == (protections, rejected)
