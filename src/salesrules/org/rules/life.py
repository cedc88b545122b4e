"""What the life of the policy says to every check: an unapproved version decides nothing."""

from __future__ import annotations

from datetime import date

from salesrules.core import PolicyReference, Reason
from salesrules.org import reasons
from salesrules.org.policy import OrgPolicy

__all__ = ["find_life_faults"]


def find_life_faults(policy: OrgPolicy, as_of: date) -> tuple[Reason, ...]:
    """Why the policy decides nothing on a day (an error), or that its review is overdue (a warning); none else."""
    life = policy.life
    where = PolicyReference("OrgPolicy", life.scope, "life")
    if not life.decides_on(as_of):
        return (reasons.POLICY_NOT_IN_FORCE(scope=life.scope, status=life.status, policy=where),)
    if life.review_is_overdue(as_of):
        return (reasons.REVIEW_OVERDUE(scope=life.scope, next_review=life.next_review, policy=where),)
    return ()
