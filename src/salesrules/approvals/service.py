"""Fetch a request, decide, save: within a unit of work of the caller, safe when it is run again.

Files are kept by the id of their request, bundles (what adds up) by `bundle_key`. Who changes either has seen its
latest version, so that of two who act at once one is sent to look again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from salesrules.approvals.model import ApprovalFile, ApprovalRequest, Directory, RequestBundle, Review
from salesrules.approvals.policy import ApprovalPolicy
from salesrules.approvals.rules.bundles import bundle_key
from salesrules.approvals.workflow import (
    edit_request,
    expire_request,
    open_request,
    review_request,
    revise_request,
    submit_request,
    withdraw_request,
)
from salesrules.core import ALLOW, AggregateStore, CountsWorkingTime, Decision, ExchangeRates, Versioned

__all__ = ["expire_approval", "review_approval", "revise_approval", "submit_approval", "withdraw_approval"]

#: Where a request no longer counts together with others: it ended without a yes, or is not submitted now.
_OUT = frozenset({"draft", "returned", "rejected", "withdrawn", "expired"})


def submit_approval(
    request: ApprovalRequest,
    *,
    files: AggregateStore[ApprovalFile],
    bundles: AggregateStore[RequestBundle],
    policy: ApprovalPolicy,
    directory: Directory,
    actor: str,
    as_of: datetime,
    rates: ExchangeRates | None = None,
) -> Decision:
    """Send a request on its route, new or corrected (`submit_request`); what adds up with it is found in its bundle.

    The same request sent again, while it is pending or approved, answers yes and changes nothing. Two parts of one
    matter that are submitted at once both change the bundle, so one of them is decided anew with the other in it.

    Raises `StaleVersion` where somebody else was first; the caller's `run_unit` tries again.
    """
    stored = files.find(request.id)
    if stored is None:
        stored = Versioned(value=open_request(request, as_of=as_of), version=0)
    file = stored.value
    if file.submitted == request and file.case.state not in _OUT:
        return ALLOW
    decision, file = edit_request(file, request)
    if not decision.is_allowed:
        return decision
    rule = policy.find_rule(request.act, as_of.date())
    key = None if rule is None else bundle_key(request, rule)
    bundle = _bundle(key, bundles)
    decision, moved = submit_request(
        file, policy, directory, actor=actor, as_of=as_of, related=bundle.value.requests, rates=rates
    )
    if decision.is_allowed:
        if key is not None:
            bundles.put(key, bundle.value.with_request(request), bundle.version)
        files.put(request.id, attrs.evolve(moved, bundle=key), stored.version)
    return decision


def review_approval(
    id: str,
    review: Review,
    *,
    files: AggregateStore[ApprovalFile],
    bundles: AggregateStore[RequestBundle],
    policy: ApprovalPolicy,
    directory: Directory,
    as_of: datetime,
    working_time: CountsWorkingTime | None = None,
) -> Decision:
    """Count a review of the request of that id (`review_request`); the same review sent again counts once.

    Raises `MissingAggregate`, `IdempotencyConflict`, and `StaleVersion` where somebody else was first.
    """
    return _change(
        id,
        files,
        bundles,
        lambda file: review_request(file, review, policy, directory, as_of=as_of, working_time=working_time),
    )


def revise_approval(
    id: str,
    *,
    files: AggregateStore[ApprovalFile],
    bundles: AggregateStore[RequestBundle],
    actor: str,
    as_of: datetime,
) -> Decision:
    """Take the pending request of that id back into draft; raises as `review_approval` does."""
    return _change(id, files, bundles, lambda file: revise_request(file, actor=actor, as_of=as_of))


def withdraw_approval(
    id: str,
    *,
    files: AggregateStore[ApprovalFile],
    bundles: AggregateStore[RequestBundle],
    actor: str,
    as_of: datetime,
) -> Decision:
    """Give the request of that id up for good; raises as `review_approval` does."""
    return _change(id, files, bundles, lambda file: withdraw_request(file, actor=actor, as_of=as_of))


def expire_approval(
    id: str,
    *,
    files: AggregateStore[ApprovalFile],
    bundles: AggregateStore[RequestBundle],
    as_of: datetime,
    working_time: CountsWorkingTime | None = None,
) -> Decision:
    """Let the request of that id expire where its step was due; raises as `review_approval` does."""
    return _change(id, files, bundles, lambda file: expire_request(file, as_of=as_of, working_time=working_time))


def _change(
    id: str,
    files: AggregateStore[ApprovalFile],
    bundles: AggregateStore[RequestBundle],
    act: Callable[[ApprovalFile], tuple[Decision, ApprovalFile]],
) -> Decision:
    """What an act makes of a stored file, saved where it changed anything; what no longer counts leaves its bundle."""
    stored = files.get(id)
    decision, file = act(stored.value)
    if file == stored.value:
        return decision
    if file.bundle is not None and file.case.state in _OUT:
        bundle = _bundle(file.bundle, bundles)
        bundles.put(file.bundle, bundle.value.without(id), bundle.version)
        file = attrs.evolve(file, bundle=None)
    files.put(id, file, stored.version)
    return decision


def _bundle(key: str | None, bundles: AggregateStore[RequestBundle]) -> Versioned[RequestBundle]:
    found = None if key is None else bundles.find(key)
    return found or Versioned(value=RequestBundle(), version=0)
