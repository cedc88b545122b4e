"""What was done under a contract, and how its obligations stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.contracts.model.documents import Contract, Obligation
from salesrules.core import ApprovalEvidence, InvalidValue, Money, WordEnum, as_tuple, to_decimal

__all__ = ["ContractFacts", "ObligationStanding", "Performance", "Standing"]


def _quantity(value: object) -> Decimal:
    return to_decimal(value, "quantity")


def _of_one_measure(instance: Performance, attribute: attrs.Attribute[Decimal | None], value: Decimal | None) -> None:
    if (value is None) == (instance.amount is None):
        raise InvalidValue(f"performance of {instance.obligation}", value, "give either an amount or a quantity")


@attrs.frozen(kw_only=True)
class Performance:
    """So much of an obligation was performed on a day; a return or refund is negative."""

    obligation: str
    day: date
    amount: Money | None = None
    quantity: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_quantity), validator=_of_one_measure
    )


class Standing(WordEnum):
    """How an obligation stands: not due, performed in part, done, overdue, or so late that it is a breach."""

    OPEN = "open"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    OVERDUE = "overdue"
    BREACHED = "breached"


@attrs.frozen(kw_only=True)
class ObligationStanding:
    """An obligation as of a day: its standing, what was done and what is missing, and how many days it is late.

    `done` and `missing` are in the obligation's own measure; `fulfilled_on` is the day on which it was done in full.
    """

    obligation: Obligation
    standing: Standing
    done: Money | Decimal
    missing: Money | Decimal
    days_late: int
    fulfilled_on: date | None = None

    def to_record(self) -> Mapping[str, Any]:
        """One row: the obligation's id, kind and due day, its standing, what is done and missing, the days late."""
        return {
            "obligation": self.obligation.id,
            "kind": self.obligation.kind.value,
            "due": self.obligation.due,
            "standing": self.standing.value,
            "done": self.done,
            "missing": self.missing,
            "days_late": self.days_late,
        }


@attrs.frozen(kw_only=True)
class ContractFacts:
    """What the guards of the workflow ask: the contract, its approval, the changed version, and what was performed.

    `review_passed` says that `review` finds nothing but approvals to be asked for, with the evidence that there is.
    """

    contract: Contract
    review_passed: bool = False
    evidence: ApprovalEvidence | None = None
    needs_approval: bool = True
    changed: Contract | None = None
    performances: tuple[Performance, ...] = attrs.field(default=(), converter=as_tuple)
