"""Expense claims: what somebody spent for the firm, and wants back."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import ApprovalEvidence, InvalidValue, Money, as_tuple, is_day, is_named

__all__ = ["Advance", "Claim", "ClaimLine", "Sanction"]


def _whole_number(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int:
        raise InvalidValue(attribute.name, value, "give a whole number")


#: No expense covers more days than ten years have.
_MOST_DAYS = 3660


def _not_too_long(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    _whole_number(instance, attribute, value)
    if value > _MOST_DAYS:
        raise InvalidValue(attribute.name, value, f"give at most {_MOST_DAYS}, or split the expense")


@attrs.frozen(kw_only=True)
class ClaimLine:
    """One expense of a claim, as it was written down: it may still be wrong, which `check_claim` says.

    `party` is who was paid, `invoice` the number of its invoice, `evidence` the kinds of paper that are attached.
    `days` counts the days that the amount covers from `day` on (nights of a hotel), `heads` the people, the claimant
    included. `budget` is the id of the budget line that bears it. Raises `InvalidValue` for days beyond ten years.
    """

    id: str = attrs.field(validator=is_named)
    category: str
    day: date = attrs.field(validator=is_day)
    amount: Money
    party: str = ""
    invoice: str | None = None
    city: str | None = None
    heads: int = attrs.field(default=1, validator=_whole_number)
    days: int = attrs.field(default=1, validator=_not_too_long)
    evidence: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    budget: str | None = None
    prior_approval: ApprovalEvidence | None = None


@attrs.frozen(kw_only=True)
class Advance:
    """Money that the claimant got before, and what of it is not settled yet."""

    id: str = attrs.field(validator=is_named)
    amount: Money

    def __attrs_post_init__(self) -> None:
        if self.amount.amount < 0:
            raise InvalidValue("amount", self.amount, "give what is still to be settled, zero or more")


@attrs.frozen(kw_only=True)
class Claim:
    """What a claimant spent: with purpose and lines, the total as written on it, and the advances to be settled.

    `rank` is the claimant's own, `submitted_on` the day on which it came in, `None` while it is a draft.
    """

    id: str = attrs.field(validator=is_named)
    claimant: str = attrs.field(validator=is_named)
    unit: str = ""
    rank: str | None = None
    purpose: str = ""
    submitted_on: date | None = attrs.field(default=None, validator=attrs.validators.optional(is_day))
    lines: tuple[ClaimLine, ...] = attrs.field(default=(), converter=as_tuple)
    total: Money | None = None
    advances: tuple[Advance, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Sanction:
    """What a reviewer allows of one line, in the currency in which claims are paid; lines without one stand in full."""

    line: str
    amount: Money
    reason: str = ""
