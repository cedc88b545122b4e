import copy
import pickle
from datetime import date

import attrs
import pytest

from salesrules.core import (
    ALLOW,
    DateRange,
    Decision,
    InvalidValue,
    Outcome,
    PolicyLife,
    PolicyReference,
    PolicyStatus,
    Reason,
    Severity,
    check_life,
    decide_in_force,
    demand,
)

YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))
OPEN = DateRange(date(2020, 1, 1))


def life(status, **changes):
    fields = {"scope": "sales", "owner": "sales operations", "approver": "chief sales officer", "effective": YEAR}
    return PolicyLife(status=status, **{**fields, **changes})


@pytest.mark.parametrize(
    ("status", "decides"),
    [
        (PolicyStatus.DRAFT, False),
        (PolicyStatus.REVIEWED, False),
        (PolicyStatus.APPROVED, True),
        (PolicyStatus.IN_FORCE, True),
        (PolicyStatus.SUPERSEDED, True),
    ],
)
def test_only_an_approved_version_decides_and_only_on_its_days(status, decides):
    policy = life(status)
    assert [policy.decides_on(day) for day in (date(2020, 1, 1), date(2020, 12, 31))] == [decides] * 2
    assert not policy.decides_on(date(2019, 12, 31))
    assert not policy.decides_on(date(2021, 1, 1))


@pytest.mark.parametrize("status", [PolicyStatus.APPROVED, PolicyStatus.IN_FORCE, PolicyStatus.SUPERSEDED])
def test_from_approval_on_the_approver_is_named(status):
    with pytest.raises(InvalidValue) as caught:
        life(status, approver=None)
    assert (caught.value.field, caught.value.value) == ("approver", None)
    assert caught.value.remedy == f"a policy that is {status.value} names who approved it"


@pytest.mark.parametrize("status", [PolicyStatus.DRAFT, PolicyStatus.REVIEWED])
def test_before_approval_no_approver_is_needed(status):
    assert life(status, approver=None).approver is None


@pytest.mark.parametrize("field", ["scope", "owner", "approver"])
@pytest.mark.parametrize("empty", ["", "  ", 5])
def test_names_are_names(field, empty):
    with pytest.raises(InvalidValue) as caught:
        life("draft", **{field: empty})
    assert (caught.value.field, caught.value.value, caught.value.remedy) == (field, empty, "name it")


def test_a_superseded_version_has_an_end():
    with pytest.raises(InvalidValue) as caught:
        life(PolicyStatus.SUPERSEDED, effective=OPEN)
    assert (caught.value.field, caught.value.value) == ("effective.end", None)
    assert caught.value.remedy == "a superseded policy says from which day on it no longer holds"
    assert life(PolicyStatus.IN_FORCE, effective=OPEN).decides_on(date(2999, 1, 1))


@pytest.mark.parametrize(
    ("status", "review", "as_of", "overdue"),
    [
        ("in_force", date(2020, 6, 1), date(2020, 5, 31), False),
        ("in_force", date(2020, 6, 1), date(2020, 6, 1), False),
        ("in_force", date(2020, 6, 1), date(2020, 6, 2), True),
        ("approved", date(2020, 6, 1), date(2020, 6, 2), True),
        ("in_force", None, date(2020, 6, 2), False),
        ("superseded", date(2020, 6, 1), date(2020, 6, 2), False),
        ("draft", date(2020, 6, 1), date(2020, 6, 2), False),
        ("in_force", date(2020, 6, 1), date(2020, 12, 31), True),
        ("in_force", date(2020, 6, 1), date(2021, 1, 1), False),  # it no longer holds
        ("in_force", date(2019, 6, 1), date(2019, 12, 31), False),  # it does not hold yet
    ],
)
def test_a_review_is_overdue_after_its_day_while_the_policy_holds(status, review, as_of, overdue):
    assert life(status, next_review=review).review_is_overdue(as_of) is overdue


def test_a_life_is_a_frozen_value():
    policy = life("in_force")
    for twin in (copy.copy(policy), copy.deepcopy(policy), pickle.loads(pickle.dumps(policy))):
        assert twin == policy
        assert hash(twin) == hash(policy)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        policy.status = PolicyStatus.DRAFT
    with pytest.raises(InvalidValue, match="policy_status"):
        life("valid")


@pytest.mark.parametrize("status", list(PolicyStatus))
def test_a_check_is_denied_where_the_policy_does_not_decide(status):
    policy = life(status)
    for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)):
        decision = check_life(policy, day, "OrgPolicy")
        assert decision.is_allowed is policy.decides_on(day)
        if not decision.is_allowed:
            (reason,) = decision.reasons
            assert (decision.outcome, reason.code) == (Outcome.DENY, "core.policy_not_in_force")
            assert reason.parameters == {"scope": "sales", "status": status, "effective": YEAR}
            assert reason.policy == PolicyReference("OrgPolicy", "", "life")


def test_an_overdue_review_warns_from_the_day_after_it():
    policy = life(PolicyStatus.IN_FORCE, next_review=date(2020, 6, 30))
    assert check_life(policy, date(2020, 6, 30), "OrgPolicy") is ALLOW
    decision = check_life(policy, date(2020, 7, 1), "OrgPolicy")
    (reason,) = decision.reasons
    assert (decision.outcome, reason.code) == (Outcome.WARN, "core.review_overdue")
    assert reason.parameters == {"scope": "sales", "next_review": date(2020, 6, 30)}


def test_findings_are_not_sought_where_a_policy_decides_nothing():
    def findings():
        raise AssertionError("nobody asks")
        yield

    assert [r.code for r in decide_in_force(life("draft"), date(2020, 6, 1), "OrgPolicy", findings()).reasons] == [
        "core.policy_not_in_force"
    ]


def test_findings_and_decisions_make_one_answer_with_the_overdue_review():
    refer = Decision(outcome="refer", reasons=[Reason("a.refer")])
    overdue = life("in_force", approver="board", next_review=date(2020, 6, 1))
    found = decide_in_force(overdue, date(2020, 6, 2), "OrgPolicy", [Reason("a.warn", Severity.WARNING), refer])
    assert found.outcome is Outcome.REFER
    assert [reason.code for reason in found.reasons] == ["core.review_overdue", "a.warn", "a.refer"]


def test_a_part_that_a_check_needs_is_named():
    assert demand(0, "quotas.pace") == 0
    for nothing in (None, ()):
        with pytest.raises(InvalidValue, match=r"quotas\.pace"):
            demand(nothing, "quotas.pace")
