"""What every check of the room asks first: whether the policy decides at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from salesrules.core import ALLOW, Decision, Outcome, RequiredApproval, check_life
from salesrules.pricing.policy import PricingPolicy

__all__ = ["combined", "decide_by"]


def decide_by(policy: PricingPolicy, as_of: date, findings: Iterable[Decision]) -> Decision:
    """The decision that several amount to, where the policy decides on a day; else why it decides nothing.

    Findings that are made one by one are not even sought then.
    """
    life = check_life(policy.life, as_of, "PricingPolicy")
    return combined([life, *findings]) if life.is_allowed else life


def combined(decisions: Iterable[Decision]) -> Decision:
    """One decision with the severest outcome, all reasons and approvals, and the earliest day of a change."""
    given = [decision for decision in decisions if decision is not ALLOW]
    days = [decision.changes_at for decision in given if decision.changes_at is not None]
    approvals: dict[RequiredApproval, None] = {}
    for decision in given:
        approvals.update(dict.fromkeys(decision.approvals))
    outcome = max((decision.outcome for decision in given), key=lambda outcome: outcome.weight, default=Outcome.ALLOW)
    reasons = [reason for decision in given for reason in decision.reasons]
    return Decision(
        outcome=outcome,
        reasons=reasons,
        approvals=tuple(approvals) if outcome is Outcome.REFER else (),
        changes_at=min(days, key=_day, default=None),
    )


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
