"""Releases: who must approve one, and whether one carries an order: by another, for it, in time, for that much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import attrs

from salesrules.approvals import ApprovalPolicy, ApprovalRequest, Directory, Route, route
from salesrules.core import ExchangeRates, Money, PolicyReference, Reason, days_after
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditRelease, CreditRequest, CreditStanding
from salesrules.credit.policy import CreditPolicy, ReleasePolicy
from salesrules.credit.rules.life import demand

__all__ = ["JudgedRelease", "judge_release", "make_release_request", "route_release"]


def make_release_request(
    request: CreditRequest, standing: CreditStanding, policy: CreditPolicy, as_of: date
) -> ApprovalRequest:
    """What the approval matrix is asked where an order is to be released: the policy's act on the order, by its amount.

    The attribute `grade` is the customer's, the further amount `over_limit` is how much of the exposure with the order
    lies beyond the limit. Raises `InvalidValue` where the rulebook knows no releases, and for an id that no request can
    have.
    """
    rule = demand(policy.releases, "releases")
    nothing = Money.zero(request.amount.currency)
    after = standing.exposure - standing.by_order.get(request.order, nothing) + request.amount
    limit = nothing if standing.limit is None else standing.limit.amount
    return ApprovalRequest(
        id=request.order,
        act=rule.act,
        subject=request.order,
        requester=request.requested_by,
        day=as_of,
        amount=request.amount,
        party=request.customer,
        attributes={"grade": standing.grade} if standing.grade else {},
        amounts={"over_limit": max(after - limit, nothing)},
    )


def route_release(
    request: CreditRequest,
    standing: CreditStanding,
    policy: CreditPolicy,
    approvals: ApprovalPolicy,
    directory: Directory | None,
    *,
    as_of: datetime,
    related: Iterable[ApprovalRequest] = (),
    rates: ExchangeRates | None = None,
) -> Route:
    """Who must approve the release of an order, in which order, and why; raises as `salesrules.approvals.route` does.

    The evidence of that route (`make_evidence`) is what a `CreditRelease` wants.
    """
    asked = make_release_request(request, standing, policy, as_of.date())
    return route(asked, approvals, directory, as_of=as_of, related=related, rates=rates)


@attrs.frozen(kw_only=True)
class JudgedRelease:
    """What a release is worth: nothing with `faults`; else it holds until `ends`, for orders of at most `maximum`."""

    faults: tuple[Reason, ...]
    ends: date
    maximum: Money
    note: Reason


def judge_release(release: CreditRelease, request: CreditRequest, policy: CreditPolicy, as_of: date) -> JudgedRelease:
    """A release held against the order that it is given for.

    Raises `InvalidValue` where the rulebook knows no releases.
    """
    rule = demand(policy.releases, "releases")
    start = release.evidence.at.date()
    ends = days_after(start, rule.valid_days)
    maximum = release.amount + release.amount * rule.maximum_deviation
    note = codes.RELEASED(
        order=request.order,
        approver=release.evidence.approver,
        last_day=days_after(ends, -1),
        path="release",
        policy=PolicyReference("ReleasePolicy", rule.id, "act"),
    )
    faults = tuple(_faults(release, request, rule, as_of, ends, maximum))
    return JudgedRelease(faults=faults, ends=ends, maximum=maximum, note=note)


def _faults(
    release: CreditRelease, request: CreditRequest, rule: ReleasePolicy, as_of: date, ends: date, maximum: Money
) -> Iterator[Reason]:
    evidence, order = release.evidence, request.order
    if not evidence.covers(rule.act, order) or release.order != order:
        yield codes.RELEASE_OTHER(
            order=order,
            act=rule.act,
            given_act=evidence.act,
            given_subject=evidence.subject,
            path="release.evidence",
            policy=_entry(rule, "act"),
        )
    for approver in evidence.given_by((request.requested_by,)):
        place = "approver" if approver == evidence.approver else "reviewers"
        yield codes.RELEASE_OWN(order=order, approver=approver, path=f"release.evidence.{place}")
    if evidence.is_later_than(as_of):
        yield codes.RELEASE_NOT_YET(order=order, at=evidence.at, as_of=as_of, path="release.evidence.at")
    if as_of >= ends:
        last = days_after(ends, -1)
        yield codes.RELEASE_EXPIRED(
            order=order, last_day=last, as_of=as_of, path="release.evidence.at", policy=_entry(rule, "valid_days")
        )
    if evidence.falls_short_of(release.amount):
        yield codes.RELEASE_BEYOND_APPROVAL(
            order=order, released=release.amount, approved=evidence.amount, path="release.amount"
        )
    if request.amount > maximum:
        yield codes.RELEASE_EXCEEDED(
            order=order,
            amount=request.amount,
            released=release.amount,
            maximum=maximum,
            path="release.amount",
            policy=_entry(rule, "maximum_deviation"),
        )


def _entry(rule: ReleasePolicy, field: str) -> PolicyReference:
    return PolicyReference("ReleasePolicy", rule.id, field)
