"""What the checks look at: each measure of an order and a standing, and the reason where it does not pass."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from salesrules.core import EXACT, Money, Outcome, PolicyReference, Reason, Severity
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditLimit, CreditRequest, CreditStanding
from salesrules.credit.policy import CreditMeasure, CreditRule

__all__ = ["Asked", "find_reason"]

_ZERO = Decimal(0)

_SEVERITY = {Outcome.WARN: Severity.WARNING, Outcome.REFER: Severity.ERROR, Outcome.DENY: Severity.ERROR}


class Asked:
    """An order beside a standing on a day; each measure is taken once, when a rule first asks for it."""

    __slots__ = ("_values", "after", "as_of", "before", "limit", "request", "standing")

    def __init__(self, request: CreditRequest, standing: CreditStanding, limit: CreditLimit, as_of: date) -> None:
        own, exposure = standing.by_order.get(request.order), standing.exposure.amount
        self.request = request
        self.standing = standing
        self.limit = limit
        self.as_of = as_of
        # Whether the standing has this order already or not, it counts once.
        self.before = exposure if own is None else EXACT.subtract(exposure, own.amount)
        self.after = EXACT.add(self.before, request.amount.amount)
        self._values: dict[CreditMeasure, Decimal | Fraction | int] = {}

    def index(self, rule: CreditRule) -> int:
        """The place of the band of a rule that the measured value is in; any exposure is beyond a limit of nothing."""
        if rule.measure is CreditMeasure.LIMIT and not self.limit.amount:
            return len(rule.levels.bands) - 1 if self.after > 0 else 0
        return rule.levels.index_at(self.value(rule.measure))

    def value(self, measure: CreditMeasure) -> Decimal | Fraction | int:
        """One measure, never below zero."""
        found = self._values.get(measure)
        if found is None:
            found = self._values[measure] = self._measure(measure)
        return found

    def _measure(self, measure: CreditMeasure) -> Decimal | Fraction | int:
        overdue = self.standing.overdue
        match measure:
            case CreditMeasure.LIMIT:
                return _ratio(self.after, self.limit.amount.amount)
            case CreditMeasure.OLDEST_ITEM:
                return overdue.days_late(self.as_of)
            case CreditMeasure.OVERDUE_AMOUNT:
                return overdue.overdue(self.as_of)
            case CreditMeasure.OVERDUE_RATIO:
                return _ratio(overdue.overdue(self.as_of), overdue.total)
            case CreditMeasure.DUNNING_LEVEL:
                return self.standing.dunning_level
            case CreditMeasure.ORDER_AMOUNT:
                return self.request.amount.amount
            case _:
                return max((self.as_of - self.limit.review_due).days, 0)


def _ratio(part: Decimal, whole: Decimal) -> Decimal | Fraction:
    return Fraction(part) / Fraction(whole) if part > 0 and whole else _ZERO


def find_reason(asked: Asked, rule: CreditRule, index: int, path: str) -> Reason:
    """Why a rule does not simply allow: the measured value and the bound that it reached."""
    band = rule.levels.bands[index]
    customer, currency = asked.standing.customer, asked.request.amount.currency
    severity, where = _SEVERITY[band.value], PolicyReference("CreditRule", rule.id, f"levels.bands[{index}]")
    start = band.start or 0
    match rule.measure:
        case CreditMeasure.LIMIT:
            ratio = asked.value(CreditMeasure.LIMIT) if asked.limit.amount else None
            return codes.OVER_LIMIT(
                customer=customer,
                exposure=Money(asked.after, currency),
                limit=asked.limit.amount,
                ratio=ratio,
                threshold=start,
                path=f"{path}.amount",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.OLDEST_ITEM:
            return codes.ITEM_OVERDUE(
                customer=customer,
                days=asked.value(rule.measure),
                due=asked.standing.overdue.dues[0] if asked.standing.overdue.dues else None,
                threshold=start,
                path="standing.overdue",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.OVERDUE_AMOUNT:
            return codes.OVERDUE_AMOUNT(
                customer=customer,
                overdue=_money(asked.value(rule.measure), currency),
                threshold=_money(start, currency),
                path="standing.overdue",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.OVERDUE_RATIO:
            return codes.OVERDUE_RATIO(
                customer=customer,
                ratio=asked.value(rule.measure),
                threshold=start,
                path="standing.overdue",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.DUNNING_LEVEL:
            return codes.DUNNED(
                customer=customer,
                level=asked.value(rule.measure),
                threshold=start,
                path="standing.dunning_level",
                policy=where,
                severity=severity,
            )
        case CreditMeasure.ORDER_AMOUNT:
            return codes.ORDER_TOO_LARGE(
                order=asked.request.order,
                amount=asked.request.amount,
                threshold=_money(start, currency),
                path=f"{path}.amount",
                policy=where,
                severity=severity,
            )
        case _:
            return codes.REVIEW_EXPIRED(
                customer=customer,
                review_due=asked.limit.review_due,
                days=asked.value(rule.measure),
                threshold=start,
                path="standing.limit.review_due",
                policy=where,
                severity=severity,
            )


def _money(value: Decimal | Fraction | int, currency: str) -> Money:
    return Money(value, currency)
