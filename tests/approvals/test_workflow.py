"""The life of a request: steps in order, votes, returns, restarts, expiry, evidence."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest
from approval_firm import (
    ALWAYS,
    NOON,
    board,
    directory_of,
    leave,
    lends,
    make_organisation,
    make_policy,
    request_for,
    say,
    submitted,
    with_steps,
)

from salesrules.approvals import (
    ApprovalFile,
    ApprovalRequest,
    ApprovalStep,
    BodyApprover,
    FunctionApprover,
    ManagerApprover,
    PersonApprover,
    PositionApprover,
    Review,
    StepDeadline,
    build_approval_workflow,
    edit_request,
    expire_request,
    find_reviewers,
    make_evidence,
    open_request,
    review_request,
    revise_request,
    submit_request,
    withdraw_request,
)
from salesrules.core import DateRange, IdempotencyConflict, InvalidValue, Money, PolicyLife, restore_case
from salesrules.org import Appointment, Threshold
from salesrules.quotas import Quota, QuotaRevision, check_revision, revise_quotas
from salesrules.wire import load_rulebook

LEE = ApprovalStep(id="manager", approvers=[ManagerApprover()])
NIA = ApprovalStep(id="region", approvers=[ManagerApprover(level=2)])
LAW = ApprovalStep(id="legal", approvers=[FunctionApprover(function="legal")], checklist=["licence", "power"])


def act_request(amount: object = "1", **changes):
    return request_for(amount, act="act", **changes)


def codes_of(decision) -> list[str]:
    return [reason.code.removeprefix("approvals.") for reason in decision.reasons]


def resubmit(file: ApprovalFile, policy, directory, **changes):
    if changes:
        decision, file = edit_request(file, attrs.evolve(file.request, **changes))
        assert decision.is_allowed
    return submit_request(file, policy, directory, actor="ann", as_of=NOON)


class TestSteps:
    """One step after the other, then approved; the evidence of it."""

    def test_a_request_goes_through_its_steps_in_order(self) -> None:
        policy, directory = with_steps(LEE, NIA), directory_of()
        file = submitted(act_request(), policy, directory)
        assert file.case.state == "manager"
        said, file = say(file, policy, directory, "nia approve", "lee approve")
        assert said == [("deny", ["not_a_reviewer"]), ("allow", [])]
        assert file.case.state == "region"
        said, file = say(file, policy, directory, "nia approve")
        assert (said, file.case.state) == ([("allow", [])], "approved")
        assert restore_case(file.case.history) == file.case

    def test_evidence_names_everybody_the_route_and_the_amount(self) -> None:
        policy, directory = with_steps(LEE, NIA), directory_of()
        file = submitted(act_request("5"), policy, directory)
        with pytest.raises(InvalidValue, match="only a request that somebody approved"):
            make_evidence(file)
        _, file = say(file, policy, directory, "lee approve", "nia approve", as_of=NOON + timedelta(hours=1))
        evidence = make_evidence(file)
        assert (evidence.approver, evidence.reviewers) == ("nia", ("lee", "nia"))
        assert (evidence.act, evidence.subject, evidence.amount) == ("act", "C-1", Money(5, "CNY"))
        assert evidence.route == "all/any: manager > region"
        assert evidence.at == NOON + timedelta(hours=1)

    def test_where_nobody_need_decide_it_is_approved_at_once_and_is_no_evidence(self) -> None:
        file = submitted(act_request(), with_steps(), directory_of())
        assert file.case.state == "approved"
        with pytest.raises(InvalidValue):
            make_evidence(file)

    def test_the_steps_are_those_of_the_day_of_submission_and_the_people_those_of_the_review(self) -> None:
        policy = with_steps(LEE, NIA)
        file = submitted(act_request(), policy, directory_of())
        fewer = with_steps(LEE)
        left = leave(make_organisation(), "nia", date(2026, 6, 2))
        heir = attrs.evolve(
            left, appointments=(*left.appointments, Appointment(person="out", position="north-head", effective=ALWAYS))
        )
        tomorrow = NOON + timedelta(days=1)
        directory = directory_of(heir, day=tomorrow.date())
        said, file = say(file, fewer, directory, "lee approve", "nia approve", "out approve", as_of=tomorrow)
        assert [codes for _, codes in said] == [[], ["not_a_reviewer"], []]
        assert file.case.state == "approved"

    def test_who_may_decide_now_is_found_anew(self) -> None:
        policy = with_steps(LEE)
        file = submitted(act_request(), policy, directory_of())
        found = find_reviewers(file, policy, directory_of(delegations=[lends("lee", "sol")]), as_of=NOON)
        assert found is not None
        assert found.people == ("sol", "lee")
        assert find_reviewers(open_request(act_request(), as_of=NOON), policy, directory_of(), as_of=NOON) is None
        with pytest.raises(InvalidValue, match="the policy has no rule"):
            find_reviewers(file, attrs.evolve(policy, rules=()), directory_of(), as_of=NOON)

    def test_a_submission_that_has_no_route_changes_nothing(self) -> None:
        draft = open_request(request_for("1", party=None), as_of=NOON)
        decision, file = submit_request(draft, make_policy(), directory_of(), actor="ann", as_of=NOON)
        assert codes_of(decision) == ["key_missing"]
        assert file is draft


class TestRefusals:
    """What does not count, with every reason, and nothing changed."""

    def test_nobody_decides_their_own_request(self) -> None:
        policy = with_steps(ApprovalStep(id="x", approvers=[PersonApprover(person="lee")]))
        file = submitted(act_request(interested=["bob"]), policy, directory_of(delegations=[lends("lee", "ann")]))
        said, same = say(file, policy, directory_of(delegations=[lends("lee", "ann")]), "ann approve", "bob approve")
        assert said == [("deny", ["own_request"])] * 2
        assert same is file

    def test_nobody_counts_twice_in_a_step(self) -> None:
        step = ApprovalStep(id="both", approvers=[PositionApprover(position="legal-clerk")])
        policy = with_steps(step)
        file = submitted(act_request(), policy, directory_of())
        said, file = say(file, policy, directory_of(), "liv approve", "liv approve", "lev approve")
        assert said == [("allow", ["still_open"]), ("deny", ["reviewed_already"]), ("allow", [])]
        assert file.case.state == "approved"

    def test_a_second_click_does_not_decide_the_next_step(self) -> None:
        policy = with_steps(LEE, ApprovalStep(id="again", approvers=[ManagerApprover()]))
        file = submitted(act_request(), policy, directory_of())
        said, file = say(file, policy, directory_of(), "lee approve manager", "lee approve manager")
        assert said == [("allow", []), ("deny", ["other_step"])]
        assert file.case.state == "again"

    def test_the_same_review_counts_once_and_another_under_its_id_is_a_conflict(self) -> None:
        policy = with_steps(LEE, NIA)
        file = submitted(act_request(), policy, directory_of())
        review = Review(id="k1", step="manager", reviewer="lee", verdict="approve")
        decision, file = review_request(file, review, policy, directory_of(), as_of=NOON)
        again, same = review_request(file, review, policy, directory_of(), as_of=NOON)
        assert (decision, same) == (again, file)
        with pytest.raises(IdempotencyConflict):
            review_request(file, attrs.evolve(review, verdict="reject"), policy, directory_of(), as_of=NOON)
        final = say(file, policy, directory_of(), "nia reject")[1]
        assert review_request(final, review, policy, directory_of(), as_of=NOON) == (decision, final)

    def test_a_yes_confirms_the_whole_checklist(self) -> None:
        policy = with_steps(LAW)
        file = submitted(act_request(), policy, directory_of())
        review = Review(id="k1", step="legal", reviewer="lou", verdict="approve", checked=["licence", "size"])
        decision, same = review_request(file, review, policy, directory_of(), as_of=NOON)
        assert [(r.code, r.parameters["items"]) for r in decision.reasons] == [
            ("approvals.checklist_unknown", ("size",)),
            ("approvals.checklist_open", ("power",)),
        ]
        assert same is file
        no = attrs.evolve(review, verdict="reject", checked=[], reason="no licence")
        assert review_request(file, no, policy, directory_of(), as_of=NOON)[1].case.state == "rejected"

    @pytest.mark.parametrize("verdict", ["reject", "return"])
    def test_a_no_and_a_return_say_why_with_a_known_reason(self, verdict) -> None:
        policy = with_steps(LEE, rule={"rejection_reasons": ["budget"], "return_reasons": ["budget"]})
        file = submitted(act_request(), policy, directory_of())
        for reason, code in ((None, "reason_missing"), (" ", "reason_missing"), ("mood", "reason_unknown")):
            review = Review(id="k", step="manager", reviewer="lee", verdict=verdict, reason=reason)
            decision, _ = review_request(file, review, policy, directory_of(), as_of=NOON)
            assert codes_of(decision) == [code]
        review = Review(id="k", step="manager", reviewer="lee", verdict=verdict, reason="budget")
        decision, file = review_request(file, review, policy, directory_of(), as_of=NOON)
        assert decision.is_allowed
        assert file.case.history[-1].reason == "budget"

    def test_all_objections_come_at_once(self) -> None:
        policy = with_steps(LAW)
        file = submitted(act_request(), policy, directory_of())
        review = Review(id="k", step="legal", reviewer="ann", verdict="reject", checked=["size"])
        decision, _ = review_request(file, review, policy, directory_of(), as_of=NOON)
        assert codes_of(decision) == ["own_request", "checklist_unknown", "reason_missing"]

    def test_what_is_not_pending_cannot_be_reviewed(self) -> None:
        policy = with_steps(LEE)
        draft = open_request(act_request(), as_of=NOON)
        assert say(draft, policy, directory_of(), "lee approve")[0] == [("deny", ["other_step"])]
        file = submitted(act_request(), policy, directory_of())
        said, _ = say(file, policy, directory_of(), "lee approve", "lee approve manager")
        assert said[1] == ("deny", ["workflow.final"])

    def test_a_policy_that_decides_nothing_counts_no_review(self) -> None:
        policy = with_steps(LEE)
        file = submitted(act_request(), policy, directory_of())
        draft = attrs.evolve(policy, life=PolicyLife(status="draft", scope="s", owner="o", effective=ALWAYS))
        assert say(file, draft, directory_of(), "lee approve")[0] == [("deny", ["core.policy_not_in_force"])]
        ruleless = attrs.evolve(policy, rules=())
        assert say(file, ruleless, directory_of(), "lee approve")[0] == [("deny", ["act_without_rule"])]

    def test_only_the_requester_submits_revises_and_withdraws(self) -> None:
        policy = with_steps(LEE)
        draft = open_request(act_request(), as_of=NOON)
        file = submitted(act_request(), policy, directory_of())
        for decision, same in (
            submit_request(draft, policy, directory_of(), actor="bob", as_of=NOON),
            revise_request(file, actor="bob", as_of=NOON),
            withdraw_request(file, actor="lee", as_of=NOON),
        ):
            assert codes_of(decision) == ["not_the_requester"]
            assert same in (draft, file)

    def test_a_persons_step_has_no_abstention(self) -> None:
        policy = with_steps(LEE, ApprovalStep(id="b", approvers=[BodyApprover(body="board")]))
        directory = directory_of(bodies=[board("fay", "lou")])
        file = submitted(act_request(), policy, directory)
        assert say(file, policy, directory, "lee abstain")[0] == [("deny", ["workflow.not_allowed"])]
        assert say(file, policy, directory, "lee close")[0] == [("deny", ["no_vote_to_close"])]


class TestFrozenAndRestarted:
    """Pending is frozen; a material change restarts the route, anything else goes on where it was."""

    def test_a_pending_request_is_frozen(self) -> None:
        policy = with_steps(LEE, NIA)
        file = submitted(act_request(), policy, directory_of())
        decision, same = edit_request(file, act_request("9"))
        assert codes_of(decision) == ["workflow.frozen"]
        assert same is file
        assert codes_of(submit_request(file, policy, directory_of(), actor="ann", as_of=NOON)[0]) == [
            "workflow.not_allowed"
        ]
        done = say(file, policy, directory_of(), "lee approve", "nia approve")[1]
        assert codes_of(edit_request(done, act_request("9"))[0]) == ["workflow.final"]
        assert codes_of(revise_request(done, actor="ann", as_of=NOON)[0]) == ["workflow.final"]

    @pytest.mark.parametrize("how", ["return", "revise"])
    def test_a_material_change_restarts_and_voids_what_was_said(self, how) -> None:
        policy = with_steps(LEE, NIA)
        file = say(submitted(act_request(), policy, directory_of()), policy, directory_of(), "lee approve")[1]
        back = self.taken_back(file, policy, how)
        decision, file = resubmit(back, policy, directory_of(), amount=Money(9, "CNY"))
        assert codes_of(decision)[-1] == "route_restarted"
        assert decision.reasons[-1].parameters["fields"] == ("amount",)
        assert (file.case.state, file.votes) == ("manager", ())
        assert [vote.review.reviewer for vote in file.past_votes][-1] == "lee"

    @pytest.mark.parametrize("how", ["return", "revise"])
    def test_an_immaterial_change_goes_on_at_the_step_it_left(self, how) -> None:
        policy = with_steps(LEE, NIA)
        file = say(submitted(act_request(), policy, directory_of()), policy, directory_of(), "lee approve")[1]
        back = self.taken_back(file, policy, how)
        assert back.case.state == ("returned" if how == "return" else "draft")
        decision, file = resubmit(back, policy, directory_of(), attributes={"note": "better"})
        assert codes_of(decision)[-1] == "route_resumed"
        assert (file.case.state, [vote.review.reviewer for vote in file.votes]) == ("region", ["lee"])
        assert say(file, policy, directory_of(), "nia approve")[1].case.state == "approved"

    @staticmethod
    def taken_back(file: ApprovalFile, policy, how: str) -> ApprovalFile:
        if how == "return":
            return say(file, policy, directory_of(), "nia return")[1]
        return revise_request(file, actor="ann", as_of=NOON)[1]

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"subject": "C-2"}, "subject"), ({"interested": ["nia"]}, "interested"), ({"unit": "n1"}, "unit")],
    )
    def test_what_is_approved_and_who_may_are_always_material(self, change, field) -> None:
        policy = with_steps(LEE, NIA)
        file = say(submitted(act_request(), policy, directory_of()), policy, directory_of(), "lee approve")[1]
        decision, file = resubmit(self.taken_back(file, policy, "revise"), policy, directory_of(), **change)
        assert decision.reasons[-1].parameters["fields"] == (field,)
        assert file.case.state == "manager"

    @pytest.mark.parametrize(("amount", "state"), [("99", "region"), ("100", "region"), ("100.01", "manager")])
    def test_an_amount_above_what_reviewers_saw_is_material_whatever_the_rule_says(self, amount, state) -> None:
        policy = with_steps(LEE, NIA, rule={"material_fields": []})
        file = submitted(act_request("100"), policy, directory_of())
        file = say(file, policy, directory_of(), "lee approve")[1]
        back = self.taken_back(file, policy, "revise")
        assert resubmit(back, policy, directory_of(), amount=Money(amount, "CNY"))[1].case.state == state
        back = self.taken_back(file, policy, "revise")
        assert resubmit(back, policy, directory_of(), amount=Money(amount, "USD"))[1].case.state == "manager"

    def test_an_amount_that_was_not_there_before_is_material(self) -> None:
        policy = with_steps(LEE, NIA, rule={"material_fields": []})
        file = say(submitted(act_request(None), policy, directory_of()), policy, directory_of(), "lee approve")[1]
        back = self.taken_back(file, policy, "revise")
        assert resubmit(back, policy, directory_of())[1].case.state == "region"
        assert resubmit(back, policy, directory_of(), amount=Money(1, "CNY"))[1].case.state == "manager"

    def test_another_route_restarts_it_too(self) -> None:
        file = submitted(act_request(), with_steps(LEE, NIA), directory_of())
        file = say(file, with_steps(LEE, NIA), directory_of(), "lee approve")[1]
        longer = with_steps(LEE, NIA, LAW)
        decision, file = resubmit(self.taken_back(file, longer, "revise"), longer, directory_of())
        assert decision.reasons[-1].parameters["fields"] == ("steps",)
        assert file.case.state == "manager"

    def test_a_return_into_a_route_without_steps_is_approved(self) -> None:
        file = submitted(act_request(), with_steps(LEE), directory_of())
        file = say(file, with_steps(LEE), directory_of(), "lee return")[1]
        decision, file = resubmit(file, with_steps(), directory_of())
        assert decision.is_allowed
        assert file.case.state == "approved"

    def test_identity_and_requester_stay(self) -> None:
        draft = open_request(act_request(), as_of=NOON)
        for change in ({"id": "r2"}, {"requester": "bob"}):
            with pytest.raises(InvalidValue, match="it stays"):
                edit_request(draft, attrs.evolve(draft.request, **change))


class TestEnds:
    """Rejected, withdrawn, expired."""

    def test_withdrawn_from_draft_and_from_any_step(self) -> None:
        policy = with_steps(LEE)
        for file in (open_request(act_request(), as_of=NOON), submitted(act_request(), policy, directory_of())):
            decision, file = withdraw_request(file, actor="ann", as_of=NOON)
            assert (decision.is_allowed, file.case.state) == (True, "withdrawn")

    @pytest.mark.parametrize(("side", "at_once"), [("lower", "expired"), ("upper", "manager")])
    def test_a_step_that_lies_too_long_expires_at_its_due_instant(self, side, at_once) -> None:
        deadline = StepDeadline(hours=5, kind="elapsed", side=side)
        policy = with_steps(attrs.evolve(LEE, deadline=deadline))
        file = submitted(act_request(), policy, directory_of())
        due = NOON + timedelta(hours=5)
        assert expire_request(file, as_of=due - timedelta(microseconds=1))[1] == file
        assert expire_request(file, as_of=due)[1].case.state == at_once
        late = expire_request(file, as_of=due + timedelta(hours=1))[1]
        assert (late.case.state, late.case.since) == ("expired", due)
        said, same = say(file, policy, directory_of(), "lee approve", as_of=due + timedelta(hours=1))
        assert said == [("deny", ["step_overdue"])]
        assert same is file
        assert (
            say(file, policy, directory_of(), "lee approve", as_of=due - timedelta(seconds=1))[1].case.state
            == "approved"
        )

    def test_a_quorum_is_carried_by_enough_and_lost_when_too_few_are_left(self) -> None:
        step = ApprovalStep(
            id="three",
            approvers=[PositionApprover(position="legal-clerk"), PositionApprover(position="finance-head")],
            quorum=Threshold(count=2, side="lower"),
        )
        policy = with_steps(step)
        file = submitted(act_request(), policy, directory_of())
        said, one = say(file, policy, directory_of(), "liv reject", "lev approve")
        assert said == [("allow", ["still_open"])] * 2
        assert say(one, policy, directory_of(), "fay approve")[1].case.state == "approved"
        assert say(one, policy, directory_of(), "fay reject")[1].case.state == "rejected"
        assert say(file, policy, directory_of(), "liv reject", "lev reject")[1].case.state == "rejected"

    def test_in_a_function_any_member_decides(self) -> None:
        policy = with_steps(ApprovalStep(id="law", approvers=[FunctionApprover(function="legal", seat="members")]))
        file = submitted(act_request(), policy, directory_of())
        for who in ("liv", "lev", "lou"):
            assert say(file, policy, directory_of(), f"{who} approve")[1].case.state == "approved"


class TestBodies:
    """A committee votes."""

    @pytest.mark.parametrize(
        ("votes", "state"),
        [
            (["fay approve", "lou approve"], "approved"),
            (["fay approve", "lou reject"], "b"),
            (["fay approve", "lou reject", "sol approve"], "approved"),
            (["fay reject", "lou reject"], "rejected"),
            (["fay abstain", "lou approve"], "b"),
            (["fay abstain", "lou abstain"], "rejected"),
            (["fay approve", "lou close"], "rejected"),
            (["fay approve", "fay close"], "b"),
        ],
    )
    def test_the_vote_ends_when_the_missing_votes_can_change_nothing(self, votes, state) -> None:
        policy = with_steps(ApprovalStep(id="b", approvers=[BodyApprover(body="board")]))
        directory = directory_of(bodies=[board("fay", "lou", "sol", chair="lou")])
        file = submitted(act_request(), policy, directory)
        assert say(file, policy, directory, *votes)[1].case.state == state

    def test_a_chair_closes_a_vote_of_those_who_came(self) -> None:
        policy = with_steps(ApprovalStep(id="b", approvers=[BodyApprover(body="board")]))
        directory = directory_of(bodies=[board("fay", "lou", "sol", "pam", chair="lou", majority="cast")])
        file = submitted(act_request(), policy, directory)
        said, file = say(file, policy, directory, "fay approve", "lou approve", "sol close", "lou close")
        assert [codes for _, codes in said] == [["still_open"], ["still_open"], ["no_vote_to_close"], []]
        assert file.case.state == "approved"

    def test_who_has_an_interest_neither_votes_nor_chairs(self) -> None:
        policy = with_steps(ApprovalStep(id="b", approvers=[BodyApprover(body="board")]))
        directory = directory_of(bodies=[board("ann", "fay", "lou", "sol", chair="ann")])
        file = submitted(act_request(), policy, directory)
        said, file = say(file, policy, directory, "ann approve", "ann close", "fay approve", "lou approve")
        assert [codes for _, codes in said] == [["own_request"], ["own_request"], ["still_open"], []]
        assert file.case.state == "approved"


class TestSameReviewer:
    """One person behind several steps."""

    STEPS = tuple(ApprovalStep(id=id, approvers=[ManagerApprover()]) for id in ("a", "b", "c"))

    @pytest.mark.parametrize(("word", "states"), [("again", ["b", "c", "approved"]), ("once", ["approved"])])
    def test_says_yes_in_each_step_or_once_for_all(self, word, states) -> None:
        policy = with_steps(*self.STEPS, rule={"same_reviewer": word})
        file = submitted(act_request(), policy, directory_of())
        for state in states:
            _, file = say(file, policy, directory_of(), "lee approve")
            assert file.case.state == state
        assert len(file.votes) == 3
        assert make_evidence(file).reviewers == ("lee",)

    def test_once_stops_at_a_checklist_a_body_and_a_step_of_others(self) -> None:
        for other in (
            ApprovalStep(id="b", approvers=[ManagerApprover()], checklist=["read"]),
            ApprovalStep(id="b", approvers=[BodyApprover(body="board")]),
            ApprovalStep(id="b", approvers=[ManagerApprover(), ManagerApprover(level=2)]),
        ):
            policy = with_steps(self.STEPS[0], other, rule={"same_reviewer": "once"})
            directory = directory_of(bodies=[board("lee", "fay")])
            file = say(submitted(act_request(), policy, directory), policy, directory, "lee approve")[1]
            assert file.case.state == "b"

    def test_distinct_reviewers_are_those_who_voted_not_those_expected(self) -> None:
        steps = (NIA, ApprovalStep(id="second", approvers=[ManagerApprover(level=2)]))
        policy = with_steps(*steps, rule={"same_reviewer": "distinct"})
        lent = directory_of(delegations=[lends("nia", "sol")])
        file = submitted(act_request(), policy, lent)
        said, file = say(file, policy, lent, "sol approve", "sol approve", "nia approve")
        assert [codes for _, codes in said] == [[], ["not_a_reviewer"], []]
        assert file.case.state == "approved"
        assert make_evidence(file).reviewers == ("sol", "nia")


def test_the_table_has_a_state_per_step_and_what_can_happen_there() -> None:
    table = build_approval_workflow([LEE, LAW])
    assert [state.id for state in table.states] == [
        "draft", "manager", "legal", "returned", "approved", "withdrawn", "rejected",
    ]  # fmt: skip
    assert table.commands_in("legal") == ("approve", "reject", "return", "withdraw", "revise")
    assert build_approval_workflow([LEE, LAW]) is table
    assert build_approval_workflow(()).commands_in("draft") == ("submit", "withdraw")


def test_a_quota_is_revised_by_the_evidence_of_a_route() -> None:
    """What `quotas` asks evidence of, a route through the starter's matrix gives."""
    book = load_rulebook(Path(__file__).parents[2] / "examples" / "starter-rulebook.toml")
    policy, quotas = book.section("approvals"), book.section("quotas")
    line = Quota(
        id="ann-q2", holder="ann", span=DateRange(date(2026, 4, 1), date(2026, 7, 1)), amount=100_000, unit="CNY"
    )
    request = ApprovalRequest(
        id="a1", act=quotas.revisions.act, subject="rev-1", requester="lee", interested=["ann"], day=date(2026, 6, 1)
    )
    file = submitted(request, policy, directory_of())
    said, file = say(file, policy, directory_of(), "ann approve", "lee approve", "sam approve")
    assert [codes for _, codes in said] == [["own_request"], ["own_request"], []]
    evidence = make_evidence(file)
    revision = QuotaRevision(
        id="rev-1", quota="ann-q2", amount=80_000, day=date(2026, 6, 1), reason="territory", evidence=evidence
    )
    assert check_revision(revision, line, quotas, date(2026, 6, 1)).is_allowed
    (revised,) = revise_quotas([line], [revision], quotas, date(2026, 6, 1))
    assert revised.amount == 80_000
    other = attrs.evolve(revision, id="rev-2")
    assert codes_of(check_revision(other, line, quotas, date(2026, 6, 1))) == ["evidence_other"]
    own = attrs.evolve(line, holder="sam")
    assert codes_of(check_revision(revision, own, quotas, date(2026, 6, 1))) == ["evidence_own"]
