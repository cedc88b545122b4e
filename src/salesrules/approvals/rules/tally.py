"""What the votes of a step amount to."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from salesrules.approvals.model import ReviewVote, RoutedStep, StepOutcome, Verdict
from salesrules.approvals.rules.asking import Asking
from salesrules.approvals.rules.bodies import judge_votes, without_barred
from salesrules.org import Vote

__all__ = ["count_approvals", "tally_votes"]

_AS_VOTE = {Verdict.APPROVE: Vote.FOR, Verdict.REJECT: Vote.AGAINST, Verdict.ABSTAIN: Vote.ABSTAIN}


def count_approvals(votes: Sequence[ReviewVote]) -> int:
    """How many said yes."""
    return sum(vote.review.verdict is Verdict.APPROVE for vote in votes)


def tally_votes(
    routed: RoutedStep, votes: Sequence[ReviewVote], asking: Asking, reviewed: Collection[str] = ()
) -> StepOutcome:
    """Whether a step is carried, lost, or still open.

    Among people, enough approvals carry it, and it is lost once those who have not spoken are too few to reach them.
    A body decides by its own quorum and majority, at once where the missing votes can change nothing, else when its
    chair closes the vote.
    """
    if routed.step.body is not None:
        body = asking.directory.body(routed.step.body)
        assert body is not None  # for the type checker: nobody has a seat in a body that is not there
        given = {v.review.reviewer: _AS_VOTE[v.review.verdict] for v in votes if v.review.verdict in _AS_VOTE}
        sitting = without_barred(body, asking.structure, asking.request.barred | set(reviewed))
        is_closed = any(vote.review.verdict is Verdict.CLOSE for vote in votes)
        said, _ = judge_votes(sitting, given, asking.structure, is_closed=is_closed)
        return StepOutcome.OPEN if said is None else StepOutcome.CARRIED if said else StepOutcome.LOST
    approvals = count_approvals(votes)
    if approvals >= routed.needed:
        return StepOutcome.CARRIED
    spoken = {vote.office for vote in votes}
    silent = sum(seat.office not in spoken for seat in routed.seats)
    return StepOutcome.LOST if approvals + silent < routed.needed else StepOutcome.OPEN
