"""One request on its way: what was asked, the steps it goes through, and what was said about it."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.approvals.model.requests import ApprovalRequest
from salesrules.approvals.model.steps import ApprovalStep
from salesrules.core import InvalidValue, Money, WordEnum, WorkflowCase, as_tuple, check_identifier, is_aware, is_named

__all__ = ["ApprovalFile", "RequestBundle", "Review", "ReviewVote", "StepFacts", "StepOutcome", "Verdict"]


def _identifier(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    check_identifier(attribute.name, value)


class Verdict(WordEnum):
    """What a reviewer says: yes, no, back for correction, no vote; or, as a body's chair, that the vote is over."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    ABSTAIN = "abstain"
    CLOSE = "close"


class StepOutcome(WordEnum):
    """What the votes of a step amount to: still open, a yes, or a no."""

    OPEN = "open"
    CARRIED = "carried"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class StepFacts:
    """What the guards of the workflow ask: what the votes of the step amount to, and where a submission enters."""

    outcome: StepOutcome = StepOutcome.OPEN
    entry: str | None = None


@attrs.frozen(kw_only=True)
class Review:
    """What a reviewer says about a step; `id` is made by the client, so that the same review counts once.

    `step` names the step that the reviewer saw, so that a second click does not decide the next one. `reason` is
    needed for a no and for a return; `checked` are the items of the checklist that a yes confirms.
    """

    id: str = attrs.field(validator=_identifier)
    step: str = attrs.field(validator=is_named)
    reviewer: str = attrs.field(validator=is_named)
    verdict: Verdict = attrs.field(converter=Verdict)
    reason: str | None = None
    checked: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class ReviewVote:
    """A review that counted: in which office, and when."""

    review: Review
    office: str
    at: datetime = attrs.field(validator=is_aware)


@attrs.frozen(kw_only=True)
class RequestBundle:
    """The requests pending or approved that add up with each other, kept under one key so that none slips by."""

    requests: tuple[ApprovalRequest, ...] = attrs.field(default=(), converter=as_tuple)

    def with_request(self, request: ApprovalRequest) -> RequestBundle:
        """The bundle with a request in it once, as it is now."""
        return RequestBundle(requests=(*self.without(request.id).requests, request))

    def without(self, id: str) -> RequestBundle:
        """The bundle without a request."""
        return RequestBundle(requests=tuple(request for request in self.requests if request.id != id))


@attrs.frozen(kw_only=True)
class ApprovalFile:
    """A request with all that happened to it; made by `open_file`, changed by the functions of the workflow.

    `steps` are those of the route as it was submitted: a rulebook that changes later changes no route under way.
    `submitted` is the request that the votes are about, `votes` those that count, `past_votes` those that a restart
    of the route made void; `position` is the step at which an unchanged request would go on. `bundle` is the key of
    the requests that it adds up with, where it is stored among them.
    """

    request: ApprovalRequest
    case: WorkflowCase
    steps: tuple[ApprovalStep, ...] = attrs.field(default=(), converter=as_tuple)
    submitted: ApprovalRequest | None = None
    amount: Money | None = None
    route: str = ""
    votes: tuple[ReviewVote, ...] = attrs.field(default=(), converter=as_tuple)
    past_votes: tuple[ReviewVote, ...] = attrs.field(default=(), converter=as_tuple)
    position: str | None = None
    bundle: str | None = None

    def __attrs_post_init__(self) -> None:
        known = {step.id for step in self.steps}
        if self.position is not None and self.position not in known:
            raise InvalidValue("position", self.position, "name one of the steps")

    @property
    def id(self) -> str:
        """The id of the request."""
        return self.request.id

    @property
    def step(self) -> ApprovalStep | None:
        """The step in which the request is pending, `None` where it is not."""
        return next((step for step in self.steps if step.id == self.case.state), None)

    def votes_in(self, step: str) -> tuple[ReviewVote, ...]:
        """The votes that count in a step, the oldest first."""
        return tuple(vote for vote in self.votes if vote.review.step == step)

    def find_vote(self, id: str) -> ReviewVote | None:
        """The vote that came of a review, void or not; `None` where there is none."""
        return next((vote for vote in (*self.votes, *self.past_votes) if vote.review.id == id), None)
