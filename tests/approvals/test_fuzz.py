"""Requests, reviews and files from outside with anything in them: judged, or an error says what is wrong."""

from __future__ import annotations

import contextlib
from typing import Any

from approval_firm import NOON, directory_of, make_policy, request_for, say, submitted
from hypothesis import given, settings

from salesrules.approvals import (
    ApprovalFile,
    ApprovalRequest,
    Review,
    open_request,
    review_request,
    revise_request,
    route,
    submit_request,
)
from salesrules.core import Money, Outcome, SalesRulesError
from salesrules.testing.spoiled_documents import SPOILING, spoiled
from salesrules.wire import stored_kind

REQUESTS, REVIEWS, FILES = (
    stored_kind(kind, name=name) for kind, name in ((ApprovalRequest, "r"), (Review, "v"), (ApprovalFile, "f"))
)
POLICY, DIRECTORY = make_policy(), directory_of()
REQUEST = request_for(
    "250000",
    attributes={"template": "standard"},
    measures={"discount": "0.05"},
    amounts={"per_head": Money(5, "CNY")},
    interested=["bob"],
)
PENDING = submitted(REQUEST, POLICY, DIRECTORY)
REVIEW = Review(id="k", step="head", reviewer="sam", verdict="return", reason="budget", checked=[])
REVIEWED = say(PENDING, POLICY, DIRECTORY, "sam return")[1]


def judge(request: Any, review: Any, file: Any) -> Outcome:
    """All that can be asked of what was read, and what its route says."""
    asked = REQUESTS.load(request)
    other = request_for("1", id="r0")
    found = route(asked, POLICY, DIRECTORY, as_of=NOON, related=[asked, other])
    submit_request(open_request(asked, as_of=NOON), POLICY, DIRECTORY, actor=asked.requester, as_of=NOON)
    kept = FILES.load(file)
    for one in (PENDING, kept):
        review_request(one, REVIEWS.load(review), POLICY, DIRECTORY, as_of=NOON)
    revise_request(kept, actor=kept.request.requester, as_of=NOON)
    return found.decision.outcome


def test_spoiled_documents_are_judged_or_refused() -> None:
    documents = [REQUESTS.dump(REQUEST), REVIEWS.dump(REVIEW), FILES.dump(REVIEWED)]
    assert judge(*documents) is Outcome.REFER

    @settings(max_examples=80, deadline=None)
    @given(**SPOILING)
    def one(place: int, value: Any, kind: str) -> None:
        for which in range(3):
            changed = [spoiled(one, place, value, kind) if n == which else one for n, one in enumerate(documents)]
            with contextlib.suppress(SalesRulesError):
                judge(*changed)

    one()
