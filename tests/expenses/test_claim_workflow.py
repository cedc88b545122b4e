"""The lives of claims and budgets: made of the rulebook's steps, two reviewers, neither the claimant."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from expense_kit import DAY, NOON, approval, claim, claim_line, codes, eur, line, make_policy

from salesrules.core import (
    ALLOW,
    Decision,
    InvalidDocument,
    InvalidValue,
    RequiredApproval,
    StateKind,
    advance_case,
    check_edit,
    decide_command,
    find_due,
    is_overdue,
    start_case,
)
from salesrules.expenses import (
    WORKFLOWS,
    BudgetFacts,
    ClaimFile,
    PaymentStep,
    ReviewPolicy,
    ReviewStep,
    Sanction,
    advance_claim,
    assess_claim,
    build_budget_workflow,
    build_claim_workflow,
    check_claim,
)


class Desk:
    """A claim that people give commands to, an hour apart."""

    def __init__(self, *lines, **reviews):
        self.policy = make_policy()
        if reviews:
            self.policy = attrs.evolve(self.policy, reviews=attrs.evolve(self.policy.reviews, **reviews))
        self.table = build_claim_workflow(self.policy.reviews)
        given = claim(*(lines or (claim_line("a", 100), claim_line("b", 50))))
        self.now = NOON
        case = start_case(self.table, as_of=NOON, actor="ana")
        self.file = ClaimFile(claim=given, case=case, lines=assess_claim(given, self.policy))
        self.decision = ALLOW

    def do(self, actor, command, *, role=None, **given):
        self.now += timedelta(hours=1)
        role = role or {"ana": "claimant", "sue": "supervisor", "finn": "finance", "cash": "cashier"}.get(actor, actor)
        if command == "submit":
            given.setdefault("finding", check_claim(self.file.claim, self.policy, DAY))
        self.decision, self.file = advance_claim(
            self.table, self.file, command, actor=actor, roles=[role], policy=self.policy, as_of=self.now, **given
        )
        return self

    @property
    def state(self):
        return self.file.case.state

    @property
    def refusals(self):
        return [reason.code.split(".")[1] for reason in self.decision.reasons]


def submitted(*lines, **reviews):
    return Desk(*lines, **reviews).do("ana", "submit")


def test_draft_submitted_supervisor_finance_paid():
    desk = submitted()
    seen = [desk.state]
    for actor, command in (("sue", "supervisor_approve"), ("finn", "finance_approve"), ("cash", "pay")):
        seen.append(desk.do(actor, command).state)
    assert seen == ["submitted", "supervisor_approved", "finance_approved", "paid"]


def test_the_plain_table_is_that_of_supervisor_and_finance():
    table = build_claim_workflow()
    assert [state.id for state in table.states] == [
        "draft",
        "submitted",
        "supervisor_approved",
        "finance_approved",
        "paid",
        "rejected",
        "withdrawn",
    ]
    assert set(WORKFLOWS) == {"claim", "budget"}
    assert all(build().initial == "draft" for build in WORKFLOWS.values())


@pytest.mark.parametrize("step", ["supervisor", "finance"])
def test_rejected_with_a_reason_or_returned_at_either_step(step):
    desk = submitted()
    actor = "sue"
    if step == "finance":
        desk.do("sue", "supervisor_approve")
        actor = "finn"
    reason = {"reason": "unclear"} if step == "supervisor" else {}
    if reason:
        assert desk.do(actor, f"{step}_reject").refusals == ["reason_needed"]
        assert desk.do(actor, f"{step}_return", reason="because").refusals == ["reason_needed"]
    assert desk.do(actor, f"{step}_reject", **reason).state == "rejected"
    assert desk.file.case.history[-1].reason == reason.get("reason")
    assert desk.do("ana", "edit").refusals == ["final"]
    again = submitted()
    if step == "finance":
        again.do("sue", "supervisor_approve")
    assert again.do(actor, f"{step}_return", **reason).state == "draft"
    assert again.do("ana", "submit").state == "submitted"


@pytest.mark.parametrize("command", ["supervisor_approve", "supervisor_return", "supervisor_reject"])
def test_nobody_reviews_their_own_claim(command):
    desk = submitted()
    assert desk.do("ana", command, role="supervisor", reason="unclear").refusals == ["own_claim"]
    assert desk.state == "submitted"


def test_nobody_pays_their_own_claim():
    desk = submitted().do("sue", "supervisor_approve").do("finn", "finance_approve")
    assert desk.do("ana", "pay", role="cashier").refusals == ["own_claim"]


def test_two_reviews_are_by_two_people_unless_the_firm_says_otherwise():
    desk = submitted().do("sue", "supervisor_approve")
    assert desk.do("sue", "finance_approve", role="finance").refusals == ["same_reviewer"]
    assert desk.do("sue", "finance_reject", role="finance").refusals == ["same_reviewer"]
    loose = submitted(distinct=False).do("sue", "supervisor_approve").do("sue", "finance_approve", role="finance")
    assert loose.state == "finance_approved"


def test_who_reviewed_an_earlier_round_may_review_the_next():
    desk = submitted().do("sue", "supervisor_approve").do("finn", "finance_return").do("ana", "submit")
    desk.do("finn", "supervisor_approve", role="supervisor")
    assert desk.state == "supervisor_approved"
    assert desk.do("sue", "finance_approve", role="finance").state == "finance_approved"


def test_a_role_is_needed_for_each_step():
    desk = submitted()
    assert desk.do("finn", "supervisor_approve").refusals == ["role_missing"]
    assert desk.do("sue", "finance_approve", role="finance").refusals == ["not_allowed"]


@pytest.mark.parametrize("command", ["edit", "withdraw", "submit"])
def test_only_the_claimant_changes_or_submits_a_draft(command):
    assert "not_claimant" in Desk().do("bo", command, role="claimant").refusals


def test_only_the_claimant_revises():
    desk = submitted()
    assert desk.do("sue", "revise").refusals == ["role_missing"]
    assert desk.do("sue", "revise", role="claimant").refusals == ["not_claimant"]
    assert desk.do("ana", "revise").state == "draft"


def test_a_claim_is_frozen_while_pending_until_it_is_revised():
    desk = submitted()
    for actor, command in (("sue", "supervisor_approve"), ("finn", "finance_approve")):
        assert check_edit(desk.table, desk.file.case).reasons[0].code == "workflow.frozen"
        assert desk.do("ana", "edit").refusals == ["frozen"]
        desk.do(actor, command)
    assert desk.do("ana", "edit").refusals == ["frozen"]
    assert desk.do("ana", "revise").do("ana", "edit").state == "draft"
    assert check_edit(desk.table, desk.file.case) is ALLOW


def test_a_wrong_claim_is_not_submitted_and_hears_everything():
    desk = Desk(claim_line(category="x", amount="0.001"))
    desk.do("ana", "submit")
    assert (desk.state, desk.refusals) == ("draft", ["unknown_category", "too_precise"])
    assert desk.do("bo", "submit", role="claimant").refusals == ["not_claimant", "unknown_category", "too_precise"]
    assert desk.do("ana", "submit", finding=None).refusals == ["not_checked"]
    assert desk.do("ana", "withdraw").state == "withdrawn"


def test_a_referred_claim_is_submitted_since_its_reviews_are_the_approval():
    refer = Decision(outcome="refer", approvals=[RequiredApproval(approver="gm", act="expense.claim")])
    desk = Desk().do("ana", "submit", finding=refer)
    assert (desk.state, desk.decision.outcome.value, desk.decision.approvals) == ("submitted", "warn", refer.approvals)


# --- sanctions -------------------------------------------------------------------------------------------------------


def test_reviewers_sanction_parts_and_the_later_word_counts():
    desk = submitted().do("sue", "supervisor_approve", sanctions=[Sanction(line="a", amount=eur(60))])
    assert desk.file.granted == {"a": eur(60), "b": eur(50)}
    desk.do(
        "finn", "finance_approve", sanctions=[Sanction(line="b", amount=eur(10)), Sanction(line="a", amount=eur(70))]
    )
    assert desk.file.granted == {"a": eur(70), "b": eur(10)}


def test_nothing_is_sanctioned_above_the_claim():
    desk = submitted().do("sue", "supervisor_approve", sanctions=[Sanction(line="a", amount=eur("100.01"))])
    assert (desk.state, desk.refusals) == ("submitted", ["sanction_above_claimed"])


def test_a_step_may_have_no_say_in_amounts():
    steps = (ReviewStep(id="supervisor", role="supervisor", may_sanction=False),)
    desk = submitted(steps=steps)
    assert desk.do("sue", "supervisor_approve", sanctions=[Sanction(line="a", amount=eur(1))]).refusals == [
        "sanction_not_allowed"
    ]


@pytest.mark.parametrize(
    ("actor", "command", "reason"),
    [("ana", "revise", None), ("finn", "finance_return", None), ("finn", "finance_reject", None)],
)
def test_what_leads_back_or_ends_without_payment_takes_sanctions_back(actor, command, reason):
    desk = submitted().do("sue", "supervisor_approve", sanctions=[Sanction(line="a", amount=eur(60))])
    assert desk.do(actor, command, reason=reason).file.sanctions == ()


# --- the steps are data ----------------------------------------------------------------------------------------------


def test_a_step_is_added_dropped_and_renamed_in_the_policy_alone():
    steps = [
        ReviewStep(id="boss", role="chief"),
        ReviewStep(id="board", role="board"),
        ReviewStep(id="cfo", role="cfo"),
    ]
    desk = submitted(steps=steps, payment=[PaymentStep(id="request"), PaymentStep(id="handle", role=None)])
    for actor, command, state in (
        ("chief", "boss_approve", "boss_approved"),
        ("board", "board_approve", "board_approved"),
        ("cfo", "cfo_approve", "cfo_approved"),
        ("cash", "request", "request_done"),
        ("bank", "handle", "paid"),
    ):
        assert desk.do(actor, command).state == state
    desk = submitted(steps=[ReviewStep(id="boss", role="chief")])
    assert desk.do("chief", "boss_approve").do("cash", "pay").state == "paid"


BY_AMOUNT = (
    ReviewStep(id="supervisor", role="supervisor"),
    ReviewStep(id="cfo", role="cfo", from_amount=eur(150)),
    ReviewStep(id="finance", role="finance", is_optional=True),
)


@pytest.mark.parametrize(
    ("amount", "side", "needed"),
    [("149.99", "lower", False), ("150", "lower", True), ("150", "upper", False), ("150.01", "upper", True)],
)
def test_a_step_is_asked_from_an_amount_on_by_its_side(amount, side, needed):
    steps = [attrs.evolve(step, side=side) for step in BY_AMOUNT]
    desk = submitted(claim_line("a", amount), steps=steps).do("sue", "supervisor_approve")
    assert desk.do("cash", "pay").state == ("supervisor_approved" if needed else "paid")
    if needed:
        assert desk.refusals == ["step_skipped"]
        assert desk.do("finn", "finance_approve").refusals == ["step_skipped"]
        assert desk.do("cfo", "cfo_approve").do("cash", "pay").state == "paid"


def test_a_step_that_everybody_needs_is_never_passed_over():
    steps = [ReviewStep(id="pre", role="pre", is_optional=True), ReviewStep(id="boss", role="chief")]
    desk = submitted(steps=steps)
    assert desk.do("cash", "pay").refusals == ["not_allowed"]
    assert desk.do("chief", "boss_approve").do("cash", "pay").state == "paid"


def test_a_refusal_may_be_acknowledged_first():
    desk = submitted(refusal="acknowledged").do("sue", "supervisor_reject", reason="unclear")
    assert desk.state == "refused"
    assert desk.do("bo", "acknowledge", role="claimant").refusals == ["not_claimant"]
    assert desk.do("bo", "acknowledge", role="claimant", gives_up=True).refusals == ["not_claimant"]
    assert desk.do("ana", "acknowledge").do("ana", "submit").state == "submitted"
    desk.do("sue", "supervisor_reject", reason="unclear")
    assert desk.do("ana", "acknowledge", gives_up=True).state == "withdrawn"


def test_the_time_to_decide_is_that_of_the_next_step_that_all_need():
    steps = [
        ReviewStep(id="pre", role="pre", is_optional=True, hours=1),
        ReviewStep(id="boss", role="chief", hours=24, hours_side="upper"),
        ReviewStep(id="cfo", role="cfo"),
    ]
    desk = submitted(steps=steps)
    assert find_due(desk.table, desk.file.case) == desk.now + timedelta(hours=24)
    assert not is_overdue(desk.table, desk.file.case, desk.now + timedelta(hours=24))
    assert is_overdue(desk.table, desk.file.case, desk.now + timedelta(hours=24, seconds=1))
    assert find_due(desk.table, desk.do("chief", "boss_approve").file.case) is None


@pytest.mark.parametrize("changes", [{"steps": []}, {"payment": []}])
def test_there_is_a_review_and_a_payment(changes):
    with pytest.raises(InvalidValue):
        ReviewPolicy(**{"steps": [ReviewStep(id="a", role="b")], **changes})
    with pytest.raises(InvalidValue):
        ReviewStep(id="a", role="b", hours=0)


def test_clashing_names_are_faults():
    steps = [ReviewStep(id="a", role="b"), ReviewStep(id="a", role="c")]
    with pytest.raises(InvalidDocument, match="two states have one id"):
        build_claim_workflow(ReviewPolicy(steps=steps))


def test_a_policy_knows_its_steps():
    policy = make_policy().reviews
    assert policy.step("finance").role == "finance"
    assert policy.step("gone") is None


def test_states_between_submission_and_payment_are_pending():
    kinds = {state.id: state.kind for state in build_claim_workflow().states}
    assert {id for id, kind in kinds.items() if kind is StateKind.PENDING} == {
        "submitted",
        "supervisor_approved",
        "finance_approved",
    }


# --- budgets ---------------------------------------------------------------------------------------------------------


def test_a_budget_is_confirmed_with_evidence_and_closed():
    table, policy = build_budget_workflow(), make_policy()
    case = start_case(table, as_of=NOON)
    facts = BudgetFacts(line=line("trips", 600, status="draft"))
    decision, events = decide_command(
        table, case, "confirm", as_of=NOON, facts=facts, policy=policy, roles=["approver"]
    )
    assert (codes(decision), events) == (["evidence_missing"], ())
    facts = attrs.evolve(facts, evidence=approval("trips", "budget.confirm"))
    case = advance_case(table, case, "confirm", as_of=NOON, facts=facts, policy=policy, roles=["approver"])
    case = advance_case(table, case, "close", as_of=NOON, roles=["owner"])
    assert case.state == "closed"
