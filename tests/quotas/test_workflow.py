"""The lives of quotas and plans: every command from every state, the guards, the deadline, replay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    ALLOW,
    DateRange,
    Denied,
    InvalidValue,
    Money,
    Outcome,
    Side,
    advance_case,
    decide_command,
    evolve_case,
    expire_case,
    restore_case,
    start_case,
)
from salesrules.quotas import (
    AcceptancePolicy,
    PlanFacts,
    PlanGoal,
    PlanPolicy,
    QuotaFacts,
    QuotaRevision,
    RevisionPolicy,
    SalesPlan,
    build_plan_workflow,
    build_quota_workflow,
)
from salesrules.quotas.workflow import is_upheld

ROLES = ("manager", "holder", "superior", "owner", "approver")
START = datetime(2019, 12, 1, 9, tzinfo=UTC)
SPAN = DateRange(date(2020, 1, 1), date(2020, 4, 1))


def acceptance(silence: str = "accepted", **changes) -> AcceptancePolicy:
    given = {"id": "answers", "days_to_answer": 5, "silence": silence, "objections": ["too_high", "territory"]}
    return AcceptancePolicy(**(given | changes))


def walk(table, commands, facts=None, policy=None, as_of=START):
    case = start_case(table, as_of=as_of)
    for number, command in enumerate(commands, start=1):
        reason = "too_high" if command == "object" else None
        case = advance_case(
            table,
            case,
            command,
            as_of=as_of + timedelta(hours=number),
            facts=facts,
            policy=policy,
            roles=ROLES,
            reason=reason,
        )
    return case


@pytest.fixture
def facts(make_line, make_evidence):
    line = make_line("2020-Q1")
    evidence = make_evidence("rev-1", on=date(2020, 2, 1))
    revision = QuotaRevision(
        id="rev-1", quota=line.id, amount=80, day=date(2020, 2, 1), reason="territory", evidence=evidence
    )
    return QuotaFacts(
        quota=line, revision=revision, evidence=make_evidence(line.id, "quota.uphold", on=date(2019, 11, 1))
    )


@pytest.fixture
def quota_policy(make_policy):
    return make_policy(acceptance=acceptance(), revisions=RevisionPolicy(id="revisions"), plans=PlanPolicy(id="plans"))


MOVES = {
    "draft": {"propose": "proposed", "withdraw": "withdrawn"},
    "proposed": {
        "accept": "accepted", "object": "objected", "lapse": "unanswered", "revise": "revised", "withdraw": "withdrawn"
    },
    "accepted": {"begin": "in_force"},
    "objected": {"revise": "revised", "uphold": "accepted", "withdraw": "withdrawn"},
    "unanswered": {"revise": "revised", "uphold": "accepted", "withdraw": "withdrawn"},
    "revised": {"propose": "proposed", "withdraw": "withdrawn"},
    "in_force": {"revise": "revised", "close": "closed"},
    "closed": {},
    "withdrawn": {},
}  # fmt: skip


def test_the_table_has_these_moves_and_no_other() -> None:
    table = build_quota_workflow(acceptance("escalated"))
    found = {state: {command: step.target for command, step in steps.items()} for state, steps in table.steps.items()}
    assert found == MOVES
    assert table.steps["proposed"]["accept"].role == "holder"
    assert {table.steps[state]["uphold"].role for state in ("objected", "unanswered")} == {"superior"}


def test_the_person_answers_before_a_quota_is_in_force(facts, quota_policy) -> None:
    table = build_quota_workflow(quota_policy.acceptance)
    case = walk(table, ["propose"])
    decision, events = decide_command(table, case, "begin", as_of=datetime(2020, 1, 2, tzinfo=UTC), roles=ROLES)
    assert (decision.outcome, events) == (Outcome.DENY, ())
    assert walk(table, ["propose", "accept"], facts, quota_policy).state == "accepted"


def test_only_the_holder_accepts(facts) -> None:
    table = build_quota_workflow()
    case = walk(table, ["propose"])
    decision, _ = decide_command(table, case, "accept", as_of=START + timedelta(days=1), roles=["manager", "superior"])
    assert decision.reasons[0].code == "workflow.role_missing"


def test_an_objection_names_one_of_the_firms_codes() -> None:
    table = build_quota_workflow(acceptance())
    case = walk(table, ["propose"])
    later = START + timedelta(days=1)
    decision, _ = decide_command(table, case, "object", as_of=later, roles=ROLES, reason="bad mood")
    assert decision.reasons[0].code == "workflow.reason_needed"
    assert advance_case(table, case, "object", as_of=later, roles=ROLES, reason="territory").state == "objected"


def test_an_objection_is_met_by_a_revision_that_is_proposed_again(facts, quota_policy) -> None:
    table = build_quota_workflow(quota_policy.acceptance)
    case = walk(table, ["propose", "object", "revise", "propose", "accept"], facts, quota_policy)
    assert case.state == "accepted"
    assert restore_case(case.history) == case


def test_or_upheld_with_evidence_for_this_quota_by_somebody_else(facts, quota_policy, make_evidence) -> None:
    table = build_quota_workflow(quota_policy.acceptance)
    assert walk(table, ["propose", "object", "uphold"], facts, quota_policy).state == "accepted"
    for evidence, code in (
        (None, "evidence_missing"),
        (make_evidence("other", "quota.uphold", on=date(2019, 11, 1)), "evidence_other"),
        (make_evidence(facts.quota.id, "quota.uphold", approver="ana", on=date(2019, 11, 1)), "evidence_own"),
        (make_evidence(facts.quota.id, "quota.uphold", on=date(2019, 12, 2)), "evidence_not_yet"),
    ):
        with pytest.raises(Denied) as caught:
            walk(table, ["propose", "object", "uphold"], attrs.evolve(facts, evidence=evidence), quota_policy)
        assert [reason.code for reason in caught.value.decision.reasons] == [f"approvals.{code}"]


def test_an_approval_counts_from_its_own_instant_on(facts, quota_policy, make_evidence) -> None:
    """The clock in Berlin shows 2:30 twice; the approval is given when it does so for the second time."""
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime(2020, 10, 25, 2, 30, tzinfo=berlin, fold=1)
    upheld = attrs.evolve(make_evidence(facts.quota.id, "quota.uphold"), at=at)
    given = attrs.evolve(facts, evidence=upheld)
    for moment, allowed in (
        (datetime(2020, 10, 25, 2, 59, tzinfo=berlin), False),
        (datetime(2020, 10, 25, 2, 29, 59, tzinfo=berlin, fold=1), False),
        (at, True),
    ):
        assert is_upheld(given, quota_policy, moment).is_allowed is allowed


@pytest.mark.parametrize(
    ("silence", "side", "late_by", "state"),
    [
        ("accepted", "lower", timedelta(seconds=-1), "proposed"),
        ("accepted", "lower", timedelta(0), "accepted"),
        ("accepted", "upper", timedelta(0), "proposed"),
        ("accepted", "upper", timedelta(seconds=1), "accepted"),
        ("escalated", "lower", timedelta(0), "unanswered"),
    ],
)
def test_silence_lapses_as_policy_says(silence, side, late_by, state) -> None:
    table = build_quota_workflow(acceptance(silence, side=Side(side)))
    case = walk(table, ["propose"])
    _, events = expire_case(table, case, case.since + timedelta(days=5) + late_by)
    for event in events:
        case = evolve_case(case, event)
    assert case.state == state


def test_without_a_policy_there_is_no_deadline_and_no_code_is_asked_for() -> None:
    table = build_quota_workflow()
    case = walk(table, ["propose"])
    assert expire_case(table, case, START + timedelta(days=9999)) == (ALLOW, ())
    assert walk(table, ["propose", "object"]).state == "objected"
    assert table.state("proposed").deadline is None


@pytest.mark.parametrize(("day", "hour", "begins"), [(date(2019, 12, 31), 23, False), (date(2020, 1, 1), 0, True)])
def test_an_accepted_quota_is_in_force_from_its_first_day(facts, quota_policy, day, hour, begins) -> None:
    table = build_quota_workflow(quota_policy.acceptance)
    case = walk(table, ["propose", "accept"], facts, quota_policy)
    instant = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    decision, _ = decide_command(table, case, "begin", as_of=instant, facts=facts, policy=quota_policy)
    assert decision.is_allowed is begins
    assert begins or decision.reasons[0].code == "quotas.span_not_started"


def in_force(table, facts, policy):
    return walk(table, ["propose", "accept", "begin"], facts, policy, datetime(2020, 1, 1, tzinfo=UTC))


def test_a_quota_in_force_is_revised_with_an_approved_revision_only(facts, quota_policy, make_evidence) -> None:
    table = build_quota_workflow(quota_policy.acceptance)
    case = in_force(table, facts, quota_policy)
    instant = datetime(2020, 2, 2, tzinfo=UTC)

    def revise(facts):
        return decide_command(table, case, "revise", as_of=instant, facts=facts, policy=quota_policy, roles=ROLES)[0]

    assert revise(facts).is_allowed
    assert [reason.code for reason in revise(attrs.evolve(facts, revision=None)).reasons] == ["quotas.revision_missing"]
    bare = attrs.evolve(facts, revision=attrs.evolve(facts.revision, evidence=None))
    assert [reason.code for reason in revise(bare).reasons] == ["approvals.evidence_missing"]


@pytest.mark.parametrize(("day", "closes"), [(date(2020, 3, 31), False), (date(2020, 4, 1), True)])
def test_a_quota_closes_when_its_span_is_over(facts, quota_policy, day, closes) -> None:
    table = build_quota_workflow(quota_policy.acceptance)
    case = in_force(table, facts, quota_policy)
    instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    decision, _ = decide_command(table, case, "close", as_of=instant, facts=facts, policy=quota_policy)
    assert decision.is_allowed is closes
    assert closes or decision.reasons[0].code == "quotas.span_not_over"


def test_a_rule_without_its_section_says_which(facts, policy) -> None:
    table = build_quota_workflow()
    with pytest.raises(InvalidValue, match=r"quotas\.acceptance"):
        walk(table, ["propose", "object", "uphold"], facts, policy)
    case = in_force(table, facts, policy)
    with pytest.raises(InvalidValue, match=r"quotas\.revisions"):
        decide_command(
            table, case, "revise", as_of=datetime(2020, 2, 2, tzinfo=UTC), facts=facts, policy=policy, roles=ROLES
        )


def test_an_answer_needs_at_least_a_day() -> None:
    assert acceptance(days_to_answer=1).days_to_answer == 1
    with pytest.raises(InvalidValue, match="at least one day"):
        acceptance(days_to_answer=0)


PLAN = SalesPlan(
    id="north-q1", unit="north", span=SPAN, owner="ana", goals=[PlanGoal(measure="amount", amount=100, unit="USD")]
)


@pytest.fixture
def plan_policy(make_policy):
    return make_policy(plans=PlanPolicy(id="plans", required=["goals"]))


@pytest.fixture
def plan_facts(make_held, make_evidence):
    evidence = make_evidence("north-q1", "plan.approve", on=date(2019, 11, 30))
    return PlanFacts(plan=PLAN, quotas=[make_held("2020-Q1", holder="north")], evidence=evidence)


def test_the_plan_table_has_these_moves_and_no_other() -> None:
    table = build_plan_workflow()
    assert {
        state: {command: step.target for command, step in steps.items()} for state, steps in table.steps.items()
    } == {
        "draft": {"submit": "submitted", "withdraw": "withdrawn"},
        "submitted": {"approve": "approved", "return": "draft", "withdraw": "withdrawn", "revise": "draft"},
        "approved": {"begin": "in_force", "revise": "revised"},
        "in_force": {"revise": "revised", "close": "closed"},
        "revised": {"submit": "submitted", "withdraw": "withdrawn"},
        "closed": {},
        "withdrawn": {},
    }


def test_a_plan_is_submitted_approved_in_force_and_revised(plan_facts, plan_policy, make_evidence) -> None:
    table = build_plan_workflow()
    case = walk(table, ["submit", "approve"], plan_facts, plan_policy)
    first_day = datetime(2020, 1, 1, tzinfo=UTC)
    case = advance_case(table, case, "begin", as_of=first_day, facts=plan_facts, policy=plan_policy)
    revise = {"as_of": first_day, "policy": plan_policy, "roles": ROLES}
    decision, _ = decide_command(table, case, "revise", facts=plan_facts, **revise)
    assert [reason.code for reason in decision.reasons] == ["approvals.evidence_other"]  # not the revision's
    approved = attrs.evolve(plan_facts, evidence=make_evidence("north-q1", "plan.revise", on=date(2019, 12, 31)))
    assert advance_case(table, case, "revise", facts=approved, **revise).state == "revised"


def test_a_plan_is_not_submitted_with_findings(plan_facts, plan_policy) -> None:
    table = build_plan_workflow()
    lacking = attrs.evolve(plan_facts, plan=attrs.evolve(PLAN, owner=""), quotas=())
    with pytest.raises(Denied) as caught:
        walk(table, ["submit"], lacking, plan_policy)
    assert [reason.code for reason in caught.value.decision.reasons] == [
        "quotas.plan_without_owner",
        "quotas.plan_quota_missing",
    ]


def test_policy_may_do_without_agreement_and_children_are_held_against_the_plan(plan_facts, make_policy) -> None:
    table = build_plan_workflow()
    policy = make_policy(plans=PlanPolicy(id="plans", required=["goals"], must_agree=False))
    alone = attrs.evolve(plan_facts, quotas=())
    assert walk(table, ["submit"], alone, policy).state == "submitted"
    child = attrs.evolve(PLAN, id="child", parent=PLAN.id)
    assert walk(table, ["submit"], attrs.evolve(alone, children=[child]), policy).state == "submitted"
    with pytest.raises(Denied, match=r"quotas\.plan_children_differ"):
        walk(table, ["submit"], attrs.evolve(alone, children=[child, child]), policy)


def test_the_owner_does_not_approve_their_own_plan(plan_facts, plan_policy, make_evidence) -> None:
    own = make_evidence("north-q1", "plan.approve", approver="ana", on=date(2019, 11, 30))
    with pytest.raises(Denied, match=r"approvals\.evidence_own"):
        walk(build_plan_workflow(), ["submit", "approve"], attrs.evolve(plan_facts, evidence=own), plan_policy)


def test_a_plan_begins_and_closes_with_its_span(plan_facts, plan_policy) -> None:
    table = build_plan_workflow()
    case = walk(table, ["submit", "approve"], plan_facts, plan_policy)
    with pytest.raises(Denied, match="span_not_started"):
        advance_case(
            table, case, "begin", as_of=datetime(2019, 12, 31, 23, tzinfo=UTC), facts=plan_facts, policy=plan_policy
        )
    case = advance_case(
        table, case, "begin", as_of=datetime(2020, 1, 1, tzinfo=UTC), facts=plan_facts, policy=plan_policy
    )
    with pytest.raises(Denied, match="span_not_over"):
        advance_case(
            table, case, "close", as_of=datetime(2020, 3, 31, tzinfo=UTC), facts=plan_facts, policy=plan_policy
        )
    closed = advance_case(
        table, case, "close", as_of=datetime(2020, 4, 1, tzinfo=UTC), facts=plan_facts, policy=plan_policy
    )
    assert closed.state == "closed"


def test_granted_budget_comes_through_the_facts(plan_facts, plan_policy) -> None:
    from salesrules.quotas import PlannedCost

    plan = attrs.evolve(PLAN, budget=[PlannedCost(category="event", amount=Money(5, "USD"))])
    with pytest.raises(Denied, match="plan_over_budget"):
        walk(build_plan_workflow(), ["submit"], attrs.evolve(plan_facts, plan=plan), plan_policy)
    granted = attrs.evolve(plan_facts, plan=plan, granted={"event": Money(5, "USD")})
    assert walk(build_plan_workflow(), ["submit"], granted, plan_policy).state == "submitted"


@settings(deadline=None)
@given(st.lists(st.sampled_from(["propose", "accept", "object", "revise", "withdraw"]), max_size=12))
def test_replaying_the_events_gives_the_state(commands) -> None:
    table = build_quota_workflow(acceptance("escalated"))
    case = start_case(table, as_of=START)
    for number, command in enumerate(commands, start=1):
        reason = "territory" if command == "object" else None
        decision, events = decide_command(
            table, case, command, as_of=START + timedelta(minutes=number), roles=ROLES, reason=reason
        )
        assert decision.is_allowed is (MOVES[case.state].get(command) is not None)
        for event in events:
            assert event.target == MOVES[case.state][command]
            case = evolve_case(case, event)
    assert restore_case(case.history) == case
