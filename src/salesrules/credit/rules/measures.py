"""What the checks look at: each measure of an order and a standing, and the reason where it does not pass."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from salesrules.core import EXACT, Reason, narrowed
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditLimit, CreditRequest, CreditStanding
from salesrules.credit.policy import CreditMeasure
from salesrules.credit.policy.checks import RuleStep

__all__ = ["Asked", "Measured", "find_reason"]


#: A measured value: a number, or a part of a whole.
Measured = tuple[Decimal, Decimal | None]

#: Members that are looked up through their class take as long as a call.
_LIMIT, _ORDER_AMOUNT, _REVIEW = CreditMeasure.LIMIT, CreditMeasure.ORDER_AMOUNT, CreditMeasure.REVIEW
_OLDEST_ITEM, _DUNNING_LEVEL = CreditMeasure.OLDEST_ITEM, CreditMeasure.DUNNING_LEVEL
_OVERDUE_AMOUNT, _OVERDUE_RATIO = CreditMeasure.OVERDUE_AMOUNT, CreditMeasure.OVERDUE_RATIO
_add, _subtract = EXACT.add, EXACT.subtract  # looked up once; a call is half as long


class Asked:
    """An order beside a standing on a day, and what the rules measure of both."""

    __slots__ = ("after", "as_of", "before", "ceiling", "limit", "request", "standing")

    def __init__(self, request: CreditRequest, standing: CreditStanding, limit: CreditLimit, as_of: date) -> None:
        exposure, own = standing.exposure.amount, standing.by_order.get(request.order)
        self.request = request
        self.standing = standing
        self.limit = limit
        self.ceiling = limit.amount.amount
        self.as_of = as_of
        # Whether the standing has this order already or not, it counts once.
        self.before = exposure if own is None else _subtract(exposure, own.amount)
        self.after = _add(self.before, request.amount.amount)

    def measured(self, measure: CreditMeasure) -> Measured:
        """One measure."""
        if measure is _LIMIT:
            return self.after, self.ceiling
        if measure is _ORDER_AMOUNT:
            return self.request.amount.amount, None
        if measure is _REVIEW:
            return Decimal(max((self.as_of - self.limit.review_due).days, 0)), None
        if measure is _DUNNING_LEVEL:
            return Decimal(self.standing.dunning_level), None
        overdue = self.standing.overdue
        if measure is _OLDEST_ITEM:
            return Decimal(overdue.days_late(self.as_of)), None
        return overdue.overdue(self.as_of), overdue.total if measure is _OVERDUE_RATIO else None


def _ratio(part: Decimal, whole: Decimal | None) -> Decimal | Fraction:
    """A part of a whole as a reason tells it; there is a whole where a ratio is beyond any bound."""
    return narrowed(Fraction(part) / Fraction(whole)) if whole else part


def find_reason(asked: Asked, measure: CreditMeasure, measured: Measured, step: RuleStep, path: str) -> Reason:
    """Why a rule does not simply allow: the measured value and the bound that it reached."""
    request, customer, (part, whole) = asked.request, asked.standing.customer, measured
    severity, where, start = step.severity, step.reference, step.start
    if measure is _LIMIT:
        return codes.OVER_LIMIT(
            customer=customer,
            exposure=request.amount.with_amount(asked.after),
            limit=asked.limit.amount,
            threshold=start,
            path=f"{path}.amount",
            policy=where,
            severity=severity,
        )
    if measure is _OLDEST_ITEM:
        return codes.ITEM_OVERDUE(
            customer=customer,
            days=part,
            due=asked.standing.overdue.dues[0] if asked.standing.overdue.dues else None,
            threshold=start,
            path="standing.overdue",
            policy=where,
            severity=severity,
        )
    if measure is _OVERDUE_AMOUNT:
        return codes.OVERDUE_AMOUNT(
            customer=customer,
            overdue=request.amount.with_amount(part),
            threshold=request.amount.with_amount(start),
            path="standing.overdue",
            policy=where,
            severity=severity,
        )
    if measure is _OVERDUE_RATIO:
        return codes.OVERDUE_RATIO(
            customer=customer,
            ratio=_ratio(part, whole),
            threshold=start,
            path="standing.overdue",
            policy=where,
            severity=severity,
        )
    if measure is _DUNNING_LEVEL:
        return codes.DUNNED(
            customer=customer,
            level=part,
            threshold=start,
            path="standing.dunning_level",
            policy=where,
            severity=severity,
        )
    if measure is _ORDER_AMOUNT:
        return codes.ORDER_TOO_LARGE(
            order=request.order,
            amount=request.amount,
            threshold=request.amount.with_amount(start),
            path=f"{path}.amount",
            policy=where,
            severity=severity,
        )
    return codes.REVIEW_EXPIRED(
        customer=customer,
        review_due=asked.limit.review_due,
        days=part,
        threshold=start,
        path="standing.limit.review_due",
        policy=where,
        severity=severity,
    )
