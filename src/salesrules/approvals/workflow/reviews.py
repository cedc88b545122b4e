"""What reviewers say about a pending request, who may say it, and the evidence that comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import (
    ApprovalFile,
    ApprovalStep,
    Directory,
    Review,
    ReviewVote,
    RoutedStep,
    StepFacts,
    StepOutcome,
    Verdict,
)
from salesrules.approvals.policy import ApprovalPolicy, ApprovalRule, SameReviewer
from salesrules.approvals.rules.asking import Asking, begin_asking
from salesrules.approvals.rules.bodies import find_chairs, without_barred
from salesrules.approvals.rules.seats import seat_step
from salesrules.approvals.rules.tally import count_approvals, tally_votes
from salesrules.approvals.workflow.requests import leave_step, table_of
from salesrules.core import (
    ALLOW,
    ApprovalEvidence,
    CountsWorkingTime,
    Decision,
    IdempotencyConflict,
    InvalidValue,
    Reason,
    check_edit,
    check_life,
    decide,
    decide_command,
    evolve_case,
    find_due,
    is_overdue,
)

__all__ = ["find_reviewers", "make_evidence", "review_request"]


def review_request(
    file: ApprovalFile,
    review: Review,
    policy: ApprovalPolicy,
    directory: Directory,
    *,
    as_of: datetime,
    working_time: CountsWorkingTime | None = None,
) -> tuple[Decision, ApprovalFile]:
    """What a review does to a request: counted and maybe moved on, or denied with every reason and nothing changed.

    Who stands behind the step is found anew as of the instant, so that who has left decides nothing any more and who
    came decides. Nobody decides their own request; nobody counts twice in a step. The same review given again answers
    as the first time. `working_time` is needed where the step's deadline counts it.

    Raises `IdempotencyConflict` for another review under a known id.
    """
    known = file.find_vote(review.id)
    if known is not None:
        if known.review != review:
            raise IdempotencyConflict(review.id, known.review, review)
        return ALLOW, file
    step = file.step
    life = check_life(policy.life, as_of.date(), "ApprovalPolicy")
    rule = policy.find_rule(file.request.act, as_of.date())
    if step is None:
        return _not_pending(file, review, as_of), file
    if not life.is_allowed:
        return life, file
    if rule is None:
        return decide([codes.ACT_WITHOUT_RULE(act=file.request.act, day=as_of.date(), path="act")]), file
    if review.step != step.id:
        return decide([codes.OTHER_STEP(step=review.step, state=step.id, path="step")]), file
    due = find_due(table_of(file), file.case, working_time)
    if is_overdue(table_of(file), file.case, as_of, working_time):
        return decide([codes.STEP_OVERDUE(step=step.id, due=due)]), file
    asking = begin_asking(file.request, rule, directory, file.amount, as_of)
    routed = _seat(file, step, asking)
    found = list(_objections(file, review, step, routed, asking))
    if found:
        return decide(found), file
    return _count(file, review, routed, asking)


def find_reviewers(
    file: ApprovalFile, policy: ApprovalPolicy, directory: Directory, *, as_of: datetime
) -> RoutedStep | None:
    """The step in which a request is pending with the people who may decide it now; `None` where it is not pending.

    Raises `InvalidValue` where the policy has no rule for the act.
    """
    if file.step is None:
        return None
    rule = policy.find_rule(file.request.act, as_of.date())
    if rule is None:
        raise InvalidValue("act", file.request.act, "the policy has no rule for this act; add one")
    return _seat(file, file.step, begin_asking(file.request, rule, directory, file.amount, as_of))


def make_evidence(file: ApprovalFile) -> ApprovalEvidence:
    """The evidence of an approved request: the last who said yes, all who did, the route, the amount, the instant.

    Raises `InvalidValue` where it is not approved, or needed nobody's approval.
    """
    approvals = [vote for vote in file.votes if vote.review.verdict is Verdict.APPROVE]
    if file.case.state != "approved" or not approvals or file.submitted is None:
        raise InvalidValue("file", file.case.state, "only a request that somebody approved is evidence")
    return ApprovalEvidence(
        approver=approvals[-1].review.reviewer,
        reviewers=dict.fromkeys(vote.review.reviewer for vote in approvals),
        act=file.submitted.act,
        subject=file.submitted.subject,
        route=file.route,
        at=file.case.since,
        amount=file.amount,
    )


def _seat(file: ApprovalFile, step: ApprovalStep, asking: Asking) -> RoutedStep:
    voted = {vote.office: vote.review.reviewer for vote in file.votes_in(step.id)}
    return seat_step(step, asking, reviewed=_reviewed(file, step, asking.rule), voted=voted)


def _reviewed(file: ApprovalFile, step: ApprovalStep, rule: ApprovalRule) -> frozenset[str]:
    """Who decided another step and may therefore not decide this one."""
    if rule.same_reviewer is not SameReviewer.DISTINCT:
        return frozenset()
    return frozenset(vote.review.reviewer for vote in file.votes if vote.review.step != step.id)


def _objections(
    file: ApprovalFile, review: Review, step: ApprovalStep, routed: RoutedStep, asking: Asking
) -> Iterator[Reason]:
    """Every reason against a review, whoever gives it and whatever it says."""
    who = review.reviewer
    if who in file.request.barred:
        yield codes.OWN_REQUEST(person=who, request=file.id, path="reviewer")
    elif review.verdict is Verdict.CLOSE:
        if who not in _chairs(step, asking):
            yield codes.NO_VOTE_TO_CLOSE(person=who, step=step.id, path="reviewer")
    elif any(vote.review.reviewer == who for vote in file.votes_in(step.id)):
        yield codes.REVIEWED_ALREADY(person=who, step=step.id, path="reviewer")
    elif routed.seat_of(who) is None:
        yield codes.NOT_A_REVIEWER(person=who, step=step.id, people=routed.people, path="reviewer")
    unknown = tuple(item for item in review.checked if item not in step.checklist)
    if unknown:
        yield codes.CHECKLIST_UNKNOWN(step=step.id, items=unknown, path="checked")
    still_open = tuple(item for item in step.checklist if item not in review.checked)
    if review.verdict is Verdict.APPROVE and still_open:
        yield codes.CHECKLIST_OPEN(step=step.id, items=still_open, path="checked")
    if review.verdict in (Verdict.REJECT, Verdict.RETURN):
        rule, verdict = asking.rule, review.verdict.value
        allowed = rule.rejection_reasons if review.verdict is Verdict.REJECT else rule.return_reasons
        if not (review.reason or "").strip():
            yield codes.REASON_MISSING(verdict=verdict, path="reason")
        elif allowed and review.reason not in allowed:
            yield codes.REASON_UNKNOWN(verdict=verdict, reason=review.reason, known=allowed, path="reason")


def _chairs(step: ApprovalStep, asking: Asking) -> tuple[str, ...]:
    body = None if step.body is None else asking.directory.body(step.body)
    if body is None:
        return ()
    return find_chairs(without_barred(body, asking.structure, asking.request.barred), asking.structure)


def _count(file: ApprovalFile, review: Review, routed: RoutedStep, asking: Asking) -> tuple[Decision, ApprovalFile]:
    """A review that nothing speaks against: recorded, and the request moved on where its step is decided."""
    seat = routed.seat_of(review.reviewer)
    office = "chair" if seat is None else seat.office
    vote = ReviewVote(review=review, office=office, at=asking.as_of)
    votes = (*file.votes_in(routed.step.id), vote)
    outcome = tally_votes(routed, votes, asking, _reviewed(file, routed.step, asking.rule))
    decision, events = decide_command(
        table_of(file, asking.rule),
        file.case,
        review.verdict.value,
        as_of=asking.as_of,
        facts=StepFacts(outcome=outcome),
        actor=review.reviewer,
        roles=("reviewer",),
        reason=review.reason,
    )
    if not decision.is_allowed:
        return decision, file
    case = file.case
    for event in events:
        case = evolve_case(case, event)
    counted = attrs.evolve(file, case=case, votes=(*file.votes, vote))
    if review.verdict is Verdict.RETURN:
        return ALLOW, leave_step(counted, routed.step.id)
    if outcome is StepOutcome.OPEN:
        given = count_approvals(votes)
        return decide([codes.STILL_OPEN(step=routed.step.id, given=given, needed=routed.needed)]), counted
    return ALLOW, _carried_on(counted, review, asking)


def _carried_on(file: ApprovalFile, review: Review, asking: Asking) -> ApprovalFile:
    """The file after the steps in which only the same reviewer could say the same again, where the rule says once."""
    step = file.step
    if asking.rule.same_reviewer is not SameReviewer.ONCE or step is None or step.body is not None or step.checklist:
        return file
    if review.verdict is not Verdict.APPROVE:
        return file
    routed = _seat(file, step, asking)
    if [seat.people for seat in routed.seats] != [(review.reviewer,)]:
        return file
    again = attrs.evolve(review, id=f"{review.id}/{step.id}", step=step.id, checked=())
    return _count(file, again, routed, asking)[1]


def _not_pending(file: ApprovalFile, review: Review, as_of: datetime) -> Decision:
    """Why nothing can be said about a request that is not pending."""
    refused = check_edit(table_of(file), file.case)
    if not refused.is_allowed:
        return decide_command(table_of(file), file.case, review.verdict.value, as_of=as_of)[0]
    return decide([codes.OTHER_STEP(step=review.step, state=file.case.state, path="step")])
