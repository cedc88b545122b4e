"""May this order go on credit: every check at once, what a release lifts, how much would pass, and until when."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import (
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
    round_exactly,
)
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditRelease, CreditRequest, CreditStanding
from salesrules.credit.policy import CreditMeasure, CreditPolicy, CreditRule
from salesrules.credit.rules.changes import find_changes
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
    if not life.is_allowed:
        return life
    if request.is_prepaid:
        prepaid = codes.PREPAID(order=request.order, path=f"{path}.is_prepaid")
        return Decision(outcome=life.outcome, reasons=(*life.reasons, prepaid))
    limit = standing.limit
    if limit is None or as_of not in limit.effective:
        missing = codes.LIMIT_MISSING(customer=standing.customer, day=as_of, path="standing.limit")
        begins = None if limit is None or limit.effective.start <= as_of else limit.effective.start
        nothing = Money.zero(policy.currency)
        return Decision(outcome=Outcome.DENY, reasons=(*life.reasons, missing), headroom=nothing, changes_at=begins)
    asked, rules = Asked(request, standing, limit, as_of), policy.rules_for(standing.grade)
    weight, fixed = life.outcome.weight, 0
    reasons = [*life.reasons]
    approvals: dict[RequiredApproval, None] = {}
    held: list[tuple[CreditRule, int]] = []
    for rule in rules:
        if as_of not in rule.effective:
            continue
        place = rule.place(*asked.measured(rule.measure))
        held.append((rule, place))
        step = rule.steps[place]
        if not step.weight:
            continue
        reasons.append(find_reason(asked, rule, place, path))
        if step.weight > weight:
            weight = step.weight
        if rule.measure is not CreditMeasure.LIMIT and rule.measure is not CreditMeasure.ORDER_AMOUNT:
            fixed = max(fixed, step.weight)
        if step.outcome is Outcome.REFER and rule.approver is not None:
            act = demand(policy.releases, "releases").act
            approvals[RequiredApproval(approver=rule.approver, act=act)] = None
    outcome = _OUTCOMES[weight]
    if _OUTCOMES[fixed] in _REFUSING:
        headroom: Money | None = Money.zero(policy.currency)
    else:
        headroom = calculate_headroom(asked, held, policy.rounding.digits)
    decision = Decision(
        outcome=outcome,
        reasons=reasons,
        approvals=tuple(approvals) if outcome is Outcome.REFER else (),
        headroom=headroom,
        changes_at=min(find_changes(asked, rules, held), default=None),
    )
    if release is None:
        return decision
    return _released(decision, judge_release(release, request, policy, as_of), policy.rounding.digits)


#: Outcomes by their weight, the mildest first.
_OUTCOMES = tuple(sorted(Outcome, key=lambda outcome: outcome.weight))
_REFUSING = (Outcome.REFER, Outcome.DENY)


def _check_facts(request: CreditRequest, standing: CreditStanding, policy: CreditPolicy) -> None:
    if request.customer != standing.customer:
        raise InvalidValue("standing.customer", standing.customer, f"give the standing of {request.customer}")
    limit = standing.exposure if standing.limit is None else standing.limit.amount
    for money in (request.amount, standing.exposure, limit):
        if money.currency != policy.currency:
            raise CurrencyMismatch(money.currency, policy.currency)


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
