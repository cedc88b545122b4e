import copy
import itertools
import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest

from salesrules.core import (
    ALLOW,
    Decision,
    Denied,
    InvalidValue,
    Money,
    Outcome,
    Parameters,
    PolicyReference,
    Reason,
    ReasonCode,
    RequiredApproval,
    Severity,
    combine_decisions,
    decide,
)

INFO, WARNING, ERROR = (Reason(f"room.{name}", Severity(name)) for name in ("info", "warning", "error"))


def test_outcomes_weigh_from_allow_to_deny():
    assert [outcome.weight for outcome in (Outcome.ALLOW, Outcome.WARN, Outcome.REFER, Outcome.DENY)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("reasons", "outcome"),
    [
        ((INFO,), Outcome.ALLOW),
        ((WARNING,), Outcome.WARN),
        ((ERROR,), Outcome.DENY),
        ((INFO, WARNING), Outcome.WARN),
        ((WARNING, ERROR), Outcome.DENY),
        ((INFO, WARNING, ERROR), Outcome.DENY),
    ],
)
def test_the_severest_finding_decides_in_any_order(reasons, outcome):
    for order in itertools.permutations(reasons):
        decision = decide(order)
        assert decision.outcome is outcome
        assert decision.reasons == order


def test_no_finding_is_the_shared_plain_yes():
    assert decide([]) is ALLOW
    assert decide(iter(())) is ALLOW
    assert Decision(outcome="allow") == ALLOW
    assert ALLOW.reasons == ALLOW.approvals == ()


def test_reasons_may_come_from_a_generator():
    assert decide(reason for reason in [WARNING]).reasons == (WARNING,)


@pytest.mark.parametrize(("outcome", "allowed"), [("allow", True), ("warn", True), ("refer", False), ("deny", False)])
def test_an_act_goes_on_when_allowed_or_warned(outcome, allowed):
    decision = Decision(outcome=outcome, reasons=[ERROR])
    assert decision.is_allowed is allowed
    if allowed:
        assert decision.require() is None
    else:
        with pytest.raises(Denied) as caught:
            decision.require()
        assert caught.value.decision is decision


CODE = ReasonCode("room.too_wide", ["reports", "limit"], "warning")


def test_a_code_makes_its_reason():
    policy = PolicyReference("OrgPolicy", "span", "limit")
    reason = CODE(path="org.people[2]", policy=policy, reports=12, limit=8)
    assert reason == Reason(
        "room.too_wide", Severity.WARNING, {"reports": 12, "limit": 8}, path="org.people[2]", policy=policy
    )
    assert CODE(reports=1, limit=2) == Reason("room.too_wide", "warning", Parameters(reports=1, limit=2), "", None)
    assert CODE(reports=1, limit=2, severity=Severity.ERROR).severity is Severity.ERROR
    assert CODE(reports=1, limit=2, severity="info").severity is Severity.INFO
    with pytest.raises(InvalidValue, match="severity"):
        CODE(reports=1, limit=2, severity="loud")
    assert ReasonCode("room.plain")().severity is Severity.ERROR


@pytest.mark.parametrize(
    "given", [{}, {"reports": 1}, {"reports": 1, "limit": 2, "more": 3}, {"report": 1, "limit": 2}]
)
def test_a_code_takes_its_own_parameters_only(given):
    with pytest.raises(InvalidValue) as caught:
        CODE(**given)
    assert (caught.value.field, caught.value.value) == ("parameters", sorted(given))
    assert caught.value.remedy == "room.too_wide takes ['limit', 'reports']"


@pytest.mark.parametrize("names", [("path",), ("limit", "policy"), ("severity",), ("limit", "limit")])
def test_a_code_that_could_never_be_called_is_refused(names):
    with pytest.raises(InvalidValue) as caught:
        ReasonCode("room.code", names)
    assert (caught.value.field, caught.value.value) == ("parameters", names)
    assert caught.value.remedy == "name each once, and none of ['path', 'policy', 'severity']"


DECISION = Decision(
    outcome="refer",
    reasons=[CODE(reports=[1, 2], limit=8)],
    approvals=[RequiredApproval(approver="manager", act="org.widen")],
    headroom=Money(5, "CNY"),
    changes_at=date(2020, 1, 1),
)


@pytest.mark.parametrize("value", [DECISION, ALLOW, CODE, INFO, PolicyReference("P", "id"), DECISION.approvals[0]])
def test_all_of_it_is_frozen_hashable_and_can_be_copied(value):
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value
        assert hash(twin) == hash(value)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, attrs.fields(type(value))[0].name, "other")
    assert not hasattr(value, "__dict__")


def test_lists_become_tuples():
    assert isinstance(DECISION.reasons, tuple)
    assert isinstance(DECISION.approvals, tuple)
    assert CODE.parameters == ("reports", "limit")


@pytest.mark.parametrize("make", [lambda: Decision(outcome="maybe"), lambda: Reason("a.b", "fatal")])
def test_unknown_words_are_refused(make):
    with pytest.raises(InvalidValue, match="choose one of"):
        make()


def test_one_decision_for_several_keeps_everything_and_the_severest_outcome():
    needed = RequiredApproval(approver="head", act="a.b")
    refer = Decision(
        outcome="refer", reasons=[Reason("a.refer")], approvals=[needed, needed], changes_at=date(2026, 3, 1)
    )
    warn = decide([Reason("a.warn", Severity.WARNING)])
    both = combine_decisions([ALLOW, warn, refer, refer])
    assert both.outcome is Outcome.REFER
    assert [reason.code for reason in both.reasons] == ["a.warn", "a.refer", "a.refer"]
    assert both.approvals == (needed,)
    denied = combine_decisions([refer, decide([Reason("a.deny")])])
    assert (denied.outcome, denied.approvals) == (Outcome.DENY, ())
    assert combine_decisions([ALLOW, ALLOW]) is ALLOW


def test_of_several_changes_the_earliest_counts_and_a_day_comes_before_its_instants():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    at = [attrs.evolve(ALLOW, changes_at=when) for when in (noon, date(2026, 3, 2), date(2026, 3, 1))]
    assert combine_decisions(at).changes_at == date(2026, 3, 1)
    assert combine_decisions(at[:2]).changes_at == noon
    earlier = noon.astimezone(timezone(timedelta(hours=1))).replace(hour=12)
    assert combine_decisions([at[0], attrs.evolve(ALLOW, changes_at=earlier)]).changes_at == earlier
    assert combine_decisions([decide([Reason("a.deny")])]).changes_at is None


def test_what_a_reason_carries_never_changes_however_often_its_class_was_met() -> None:
    class Words(list):
        """A list of somebody's own."""

    class Plain:
        """A value of somebody's own."""

    own = Plain()
    for _ in range(2):
        words = Words(["a"])
        reason = CODE(reports=words, limit={"most": [own, words]})
        words.append("b")
        assert reason.parameters == {"reports": ("a",), "limit": {"most": (own, ("a",))}}
        assert CODE(reports=own, limit=own).parameters["limit"] is own
