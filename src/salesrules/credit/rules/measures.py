"""What the checks look at: each measure of an order and a standing, and the reason where it does not pass."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from salesrules.core import EXACT, Reason, narrowed
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditLimit, CreditRequest, CreditStanding
from salesrules.credit.policy import CreditMeasure, CreditRule

__all__ = ["Asked", "find_reason"]


#: A measured value: a number, or a part of a whole.
Measured = tuple[Decimal, Decimal | None]


class Asked:
    """An order beside a standing on a day, and what the rules measure of both."""

    __slots__ = ("after", "as_of", "before", "limit", "request", "standing")

    def __init__(self, request: CreditRequest, standing: CreditStanding, limit: CreditLimit, as_of: date) -> None:
        exposure, orders = standing.exposure.amount, standing.by_order
        own = orders.get(request.order) if orders else None
        self.request = request
        self.standing = standing
        self.limit = limit
        self.as_of = as_of
        # Whether the standing has this order already or not, it counts once.
        self.before = exposure if own is None else EXACT.subtract(exposure, own.amount)
        self.after = EXACT.add(self.before, request.amount.amount)

    def measured(self, measure: CreditMeasure) -> Measured:
        """One measure."""
        overdue = self.standing.overdue
        match measure:
            case CreditMeasure.LIMIT:
                return self.after, self.limit.amount.amount
            case CreditMeasure.OLDEST_ITEM:
                return Decimal(overdue.days_late(self.as_of)), None
            case CreditMeasure.OVERDUE_AMOUNT:
                return overdue.overdue(self.as_of), None
            case CreditMeasure.OVERDUE_RATIO:
                return overdue.overdue(self.as_of), overdue.total
            case CreditMeasure.DUNNING_LEVEL:
                return Decimal(self.standing.dunning_level), None
            case CreditMeasure.ORDER_AMOUNT:
                return self.request.amount.amount, None
            case _:
                return Decimal(max((self.as_of - self.limit.review_due).days, 0)), None


def _ratio(part: Decimal, whole: Decimal | None) -> Decimal | Fraction:
    """A part of a whole as a reason tells it; there is a whole where a ratio is beyond any bound."""
    return narrowed(Fraction(part) / Fraction(whole)) if whole else part


def find_reason(asked: Asked, rule: CreditRule, place: int, path: str) -> Reason:
    """Why a rule does not simply allow: the measured value and the bound that it reached."""
    step, request = rule.steps[place], asked.request
    customer, (part, whole) = asked.standing.customer, asked.measured(rule.measure)
    severity, where, start = step.severity, step.reference, step.start
    match rule.measure:
        case CreditMeasure.LIMIT:
            return codes.OVER_LIMIT(
                customer=customer,
                exposure=request.amount.with_amount(asked.after),
                limit=asked.limit.amount,
                threshold=start,
                path=f"{path}.amount",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.OLDEST_ITEM:
            return codes.ITEM_OVERDUE(
                customer=customer,
                days=part,
                due=asked.standing.overdue.dues[0] if asked.standing.overdue.dues else None,
                threshold=start,
                path="standing.overdue",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.OVERDUE_AMOUNT:
            return codes.OVERDUE_AMOUNT(
                customer=customer,
                overdue=request.amount.with_amount(part),
                threshold=request.amount.with_amount(start),
                path="standing.overdue",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.OVERDUE_RATIO:
            return codes.OVERDUE_RATIO(
                customer=customer,
                ratio=_ratio(part, whole),
                threshold=start,
                path="standing.overdue",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.DUNNING_LEVEL:
            return codes.DUNNED(
                customer=customer,
                level=part,
                threshold=start,
                path="standing.dunning_level",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.ORDER_AMOUNT:
            return codes.ORDER_TOO_LARGE(
                order=request.order,
                amount=request.amount,
                threshold=request.amount.with_amount(start),
                path=f"{path}.amount",
                policy=where,
                severity=severity,
            )
        case _:
            return codes.REVIEW_EXPIRED(
                customer=customer,
                review_due=asked.limit.review_due,
                days=part,
                threshold=start,
                path="standing.limit.review_due",
                policy=where,
                severity=severity,
            )
