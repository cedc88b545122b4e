"""May this order go on credit: every check at once, what a release lifts, how much would pass, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import (
    ALLOW,
    CurrencyMismatch,
    Decision,
    InvalidValue,
    Money,
    Outcome,
    Reason,
    RequiredApproval,
    RoundingMode,
    Severity,
    check_life,
    decision_of,
    round_exactly,
)
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditRelease, CreditRequest, CreditStanding
from salesrules.credit.policy import CreditMeasure, CreditPolicy, CreditRule
from salesrules.credit.rules.changes import find_change
from salesrules.credit.rules.headroom import calculate_headroom
from salesrules.credit.rules.life import demand
from salesrules.credit.rules.measures import Asked, find_reason
from salesrules.credit.rules.releases import JudgedRelease, judge_release

__all__ = ["check_credit"]


def check_credit(
    request: CreditRequest,
    standing: CreditStanding,
    policy: CreditPolicy,
    as_of: date,
    *,
    release: CreditRelease | None = None,
    path: str = "request",
) -> Decision:
    """Whether an order may go on credit, by every rule for the customer's grade; the severest one decides.

    What is referred names its approver, and a `release` lifts it while it holds; what is denied stays denied. A
    prepaid order passes. A reopened or changed order is asked for as a new one: what the standing has of it counts
    once. `headroom` is the largest order that would be allowed or warned of on that day, `changes_at` the next day on
    which a finding changes by itself.

    Raises `CurrencyMismatch` for an order in another currency than the standing's, and `InvalidValue` where the
    standing is another customer's, or a release is given and the rulebook knows none.
    """
    _check_facts(request, standing, policy)
    life = check_life(policy.life, as_of, "CreditPolicy")
    if life is not ALLOW and not life.is_allowed:
        return life
    if request.is_prepaid:
        prepaid = codes.PREPAID(order=request.order, path=f"{path}.is_prepaid")
        return decision_of(life.outcome, (*life.reasons, prepaid))
    limit = standing.limit
    if limit is None or as_of not in limit.effective:
        missing = codes.LIMIT_MISSING(customer=standing.customer, day=as_of, path="standing.limit")
        begins = None if limit is None or limit.effective.start <= as_of else limit.effective.start
        return decision_of(_DENY, (*life.reasons, missing), begins, Money.zero(policy.currency))
    decision = _apply(Asked(request, standing, limit, as_of), policy, life, path)
    if release is None:
        return decision
    return _released(decision, judge_release(release, request, policy, as_of), policy.rounding.digits)


#: Members that are looked up through their class take as long as a call.
_REFER, _DENY = Outcome.REFER, Outcome.DENY
_LIMIT, _ORDER_AMOUNT = CreditMeasure.LIMIT, CreditMeasure.ORDER_AMOUNT
#: Outcomes by their weight, the mildest first.
_OUTCOMES = tuple(sorted(Outcome, key=lambda outcome: outcome.weight))
_REFUSES = _REFER.weight
_ZERO = Decimal(0)


def _check_facts(request: CreditRequest, standing: CreditStanding, policy: CreditPolicy) -> None:
    if request.customer != standing.customer:
        raise InvalidValue("standing.customer", standing.customer, f"give the standing of {request.customer}")
    asked, exposure, limit = request.amount.currency, standing.exposure.currency, standing.limit
    for currency in (asked, exposure, exposure if limit is None else limit.amount.currency):
        if currency != policy.currency:
            raise CurrencyMismatch(currency, policy.currency)


def _apply(asked: Asked, policy: CreditPolicy, life: Decision, path: str) -> Decision:
    """What the rules for the customer's grade make of an order, in one pass over them."""
    as_of, standing = asked.as_of, asked.standing
    weight, fixed = life.outcome.weight, 0
    reasons = [*life.reasons]
    approvals: list[RequiredApproval] = []
    bounding: list[CreditRule] = []
    changes = [day for day in (standing.changes_at, asked.limit.effective.end) if day is not None and day > as_of]
    for rule in policy.rules_for(standing.grade):
        start, end, measure = rule.effective.start, rule.effective.end, rule.measure
        if start > as_of:
            changes.append(start)
            continue
        if end is not None:
            if end <= as_of:
                continue
            changes.append(end)
        measured = asked.measured(measure)
        step = rule.steps[rule.place(*measured)]
        if step.weight:
            reasons.append(find_reason(asked, measure, measured, step, path))
            if step.weight > weight:
                weight = step.weight
            if step.outcome is _REFER:
                approvals.append(demand(policy.approval_for(rule), "releases"))
        if measure is _LIMIT or measure is _ORDER_AMOUNT:
            bounding.append(rule)
            continue
        if step.weight > fixed:
            fixed = step.weight
        if step.next is not None:
            day = find_change(asked, measure, *step.next)
            if day is not None:
                changes.append(day)
    outcome = _OUTCOMES[weight]
    if fixed >= _REFUSES:  # whatever the amount
        headroom: Money | None = asked.request.amount.with_amount(_ZERO)
    else:
        headroom = calculate_headroom(asked, bounding, policy.rounding.digits)
    named = tuple(dict.fromkeys(approvals)) if outcome is _REFER else ()
    return decision_of(outcome, tuple(reasons), min(changes) if changes else None, headroom, named)


def _released(decision: Decision, release: JudgedRelease, digits: int) -> Decision:
    """The decision with what a release lifts; one that does not hold says why."""
    if release.faults:
        return attrs.evolve(decision, reasons=(*decision.reasons, *release.faults))
    if decision.outcome is not Outcome.REFER:
        return decision
    kept = tuple(map(_mild, decision.reasons))
    warns = any(reason.severity is Severity.WARNING for reason in kept)
    days = [day for day in (decision.changes_at, release.ends) if day is not None]
    return Decision(
        outcome=Outcome.WARN if warns else Outcome.ALLOW,
        reasons=(*kept, release.note),
        headroom=release.maximum.with_amount(round_exactly(release.maximum.amount, digits, RoundingMode.FLOOR)),
        changes_at=min(days),
    )


def _mild(reason: Reason) -> Reason:
    """A finding that a release lifts, as information."""
    return attrs.evolve(reason, severity=Severity.INFO) if reason.severity is Severity.ERROR else reason
