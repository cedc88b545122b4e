"""Approval evidence: the small value by which any rule learns that somebody with the right to do so said yes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.instants import is_before
from salesrules.core.money import Money
from salesrules.core.validators import is_aware, is_named

__all__ = ["ApprovalEvidence"]


@attrs.frozen(kw_only=True)
class ApprovalEvidence:
    """Who approved what, by which route, when; the `approvals` room produces it, every rule accepts it.

    `subject` is the id of what was approved, `act` the kind of act (`"quota.revise"`), `approver` who said the last
    yes. `reviewers` are all who said yes, where there were several; `amount` is the amount that was before them.
    """

    approver: str = attrs.field(validator=is_named)
    act: str = attrs.field(validator=is_named)
    subject: str = attrs.field(validator=is_named)
    route: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(validator=is_aware)
    reviewers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    amount: Money | None = None

    @property
    def approvers(self) -> tuple[str, ...]:
        """Everybody who said yes, the last one included."""
        return tuple(dict.fromkeys((*self.reviewers, self.approver)))

    def covers(self, act: str, subject: str) -> bool:
        """Whether this evidence is for that act on that subject."""
        return self.act == act and self.subject == subject

    def given_by(self, interested: Collection[str]) -> tuple[str, ...]:
        """Those of everybody who said yes, on whatever step, that are interested and may not have.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
        >>> yes = ApprovalEvidence(approver="wu", act="a", subject="s", route="r", at=noon, reviewers=["li"])
        >>> yes.given_by(["li"])
        ('li',)
        """
        return tuple(person for person in self.approvers if person in interested)

    def is_later_than(self, as_of: date | datetime) -> bool:
        """Whether it was given after an instant, or after a day: then its own local day counts."""
        return is_before(as_of, self.at) if isinstance(as_of, datetime) else self.at.date() > as_of

    def falls_short_of(self, amount: Money | None) -> bool:
        """Whether an amount is more than was before the approver, or another currency; nothing said is no limit."""
        approved = self.amount
        if amount is None or approved is None:
            return False
        return approved.currency != amount.currency or approved.amount < amount.amount
