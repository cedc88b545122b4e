"""The life of a policy: scope, owner, approver, effective days, next review; an unapproved version decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import attrs

from salesrules.core.dates import DateRange
from salesrules.core.decisions import (
    ALLOW,
    Decision,
    PolicyReference,
    Reason,
    ReasonCode,
    Severity,
    combine_decisions,
    decide,
)
from salesrules.core.errors import InvalidValue
from salesrules.core.validators import is_named
from salesrules.core.word_enum import WordEnum

__all__ = ["PolicyLife", "PolicyStatus", "check_life", "decide_in_force", "demand"]

T = TypeVar("T")

POLICY_NOT_IN_FORCE = ReasonCode("core.policy_not_in_force", ("scope", "status", "effective"))
REVIEW_OVERDUE = ReasonCode("core.review_overdue", ("scope", "next_review"), Severity.WARNING)


class PolicyStatus(WordEnum):
    """Where a policy stands: draft, reviewed, approved, in force, superseded."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


_DECIDING = frozenset({PolicyStatus.APPROVED, PolicyStatus.IN_FORCE, PolicyStatus.SUPERSEDED})


@attrs.frozen(kw_only=True)
class PolicyLife:
    """Who stands behind a policy and when it holds.

    Every policy names `scope`, `owner`, `effective` days and `next_review`; from approval on also its `approver`.
    A superseded version still decides the facts of its own days, so that history can be computed again.
    """

    status: PolicyStatus = attrs.field(converter=PolicyStatus)
    scope: str = attrs.field(validator=is_named)
    owner: str = attrs.field(validator=is_named)
    effective: DateRange
    approver: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))
    next_review: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.status in _DECIDING and self.approver is None:
            raise InvalidValue("approver", self.approver, f"a policy that is {self.status.value} names who approved it")
        if self.status is PolicyStatus.SUPERSEDED and self.effective.end is None:
            raise InvalidValue("effective.end", None, "a superseded policy says from which day on it no longer holds")

    @property
    def is_approved(self) -> bool:
        """Whether somebody has approved this version, whatever the day."""
        return self.status in _DECIDING

    def decides_on(self, day: date) -> bool:
        """Whether this version decides facts of a day: it was approved and the day is in its effective range."""
        return self.status in _DECIDING and day in self.effective

    def review_is_overdue(self, as_of: date) -> bool:
        """Whether the day of the next review is over while the policy still holds."""
        if self.next_review is None or self.next_review >= as_of:
            return False
        return self.status is not PolicyStatus.SUPERSEDED and self.decides_on(as_of)


def check_life(life: PolicyLife, as_of: date, policy: str) -> Decision:
    """Whether a policy may decide the facts of a day; every check of a room asks this before anything else.

    Denied where nobody approved it or the day is outside its range, a warning where its review is overdue; `policy` is
    the class of the section, such as `"OrgPolicy"`, for the reference in the reason. Calculations do not ask: a draft
    may be tried, it only decides nothing.

    >>> draft = PolicyLife(status="draft", scope="sales", owner="hr", effective=DateRange(date(2020, 1, 1)))
    >>> check_life(draft, date(2020, 6, 1), "OrgPolicy").outcome.value
    'deny'
    """
    if life.status in _DECIDING and as_of in life.effective:
        if life.next_review is None or not life.review_is_overdue(as_of):
            return ALLOW
        where = PolicyReference(policy, "", "life")
        return decide([REVIEW_OVERDUE(scope=life.scope, next_review=life.next_review, policy=where)])
    where = PolicyReference(policy, "", "life")
    return decide([POLICY_NOT_IN_FORCE(scope=life.scope, status=life.status, effective=life.effective, policy=where)])


def decide_in_force(life: PolicyLife, as_of: date, policy: str, findings: Iterable[Reason | Decision]) -> Decision:
    """The decision that findings amount to, where the policy decides on a day; else why it decides nothing.

    Findings that are made one by one are not even sought then; `policy` is the class of the section, as for
    `check_life`.

    >>> draft = PolicyLife(status="draft", scope="sales", owner="hr", effective=DateRange(date(2020, 1, 1)))
    >>> decide_in_force(draft, date(2020, 6, 1), "OrgPolicy", []).outcome.value
    'deny'
    """
    found = check_life(life, as_of, policy)
    if not found.is_allowed:
        return found
    reasons: list[Reason] = [*found.reasons]
    decisions: list[Decision] = []
    for finding in findings:
        if isinstance(finding, Reason):
            reasons.append(finding)
        else:
            decisions.append(finding)
    return combine_decisions([decide(reasons), *decisions]) if decisions else decide(reasons)


def demand(part: T | None, place: str) -> T:
    """A part of a policy that a check needs; raises `InvalidValue` with its place where the rulebook lacks it.

    >>> demand(5, "quotas.pace")
    5
    """
    if part is None or (type(part) is tuple and not part):
        raise InvalidValue(place, None, "the rulebook does not set this; add it")
    return part
