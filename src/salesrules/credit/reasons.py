"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["LABELS", "REASONS"]

OVER_LIMIT = ReasonCode("credit.over_limit", ("customer", "exposure", "limit", "threshold"))
ITEM_OVERDUE = ReasonCode("credit.item_overdue", ("customer", "days", "due", "threshold"))
OVERDUE_AMOUNT = ReasonCode("credit.overdue_amount", ("customer", "overdue", "threshold"))
OVERDUE_RATIO = ReasonCode("credit.overdue_ratio", ("customer", "ratio", "threshold"))
DUNNED = ReasonCode("credit.dunned", ("customer", "level", "threshold"))
ORDER_TOO_LARGE = ReasonCode("credit.order_too_large", ("order", "amount", "threshold"))
REVIEW_EXPIRED = ReasonCode("credit.review_expired", ("customer", "review_due", "days", "threshold"))
LIMIT_MISSING = ReasonCode("credit.limit_missing", ("customer", "day"))
PREPAID = ReasonCode("credit.prepaid", ("order",), Severity.INFO)

RELEASED = ReasonCode("credit.released", ("order", "approver", "last_day"), Severity.INFO)
RELEASE_OTHER = ReasonCode("credit.release_other", ("order", "act", "given_act", "given_subject"))
RELEASE_OWN = ReasonCode("credit.release_own", ("order", "approver"))
RELEASE_NOT_YET = ReasonCode("credit.release_not_yet", ("order", "at", "as_of"))
RELEASE_EXPIRED = ReasonCode("credit.release_expired", ("order", "last_day", "as_of"))
RELEASE_BEYOND_APPROVAL = ReasonCode("credit.release_beyond_approval", ("order", "released", "approved"))
RELEASE_EXCEEDED = ReasonCode("credit.release_exceeded", ("order", "amount", "released", "maximum"))

MEASURE_MISSING = ReasonCode("credit.measure_missing", ("customer", "measure"))
GRADE_GATED = ReasonCode("credit.grade_gated", ("customer", "gate", "scored", "at_most"), Severity.INFO)

UNKNOWN_ORDER = ReasonCode("credit.unknown_order", ("order",))
ORDER_NOT_HELD = ReasonCode("credit.order_not_held", ("order",))
INVOICE_BILLED = ReasonCode("credit.invoice_billed", ("order", "invoice"))
OVER_SETTLED = ReasonCode("credit.over_settled", ("order", "invoice", "amount", "open_amount"))

BELOW_TARGET = ReasonCode("credit.below_target", ("kind", "ratio", "target", "missing"), Severity.WARNING)

POSTING_FALSE = ReasonCode("credit.posting_false", ("reference", "reported", "invoiced"))
POSTING_MISSING = ReasonCode("credit.posting_missing", ("reference", "kind", "expected"))
POSTING_SHORT = ReasonCode("credit.posting_short", ("reference", "kind", "posted", "expected"))
POSTING_LATE = ReasonCode("credit.posting_late", ("reference", "kind", "day", "last_day"), Severity.WARNING)
POSTING_OUTSIDE = ReasonCode("credit.posting_outside", ("reference", "kind", "day", "span"))

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    OVER_LIMIT,
    ITEM_OVERDUE,
    OVERDUE_AMOUNT,
    OVERDUE_RATIO,
    DUNNED,
    ORDER_TOO_LARGE,
    REVIEW_EXPIRED,
    LIMIT_MISSING,
    PREPAID,
    RELEASED,
    RELEASE_OTHER,
    RELEASE_OWN,
    RELEASE_NOT_YET,
    RELEASE_EXPIRED,
    RELEASE_BEYOND_APPROVAL,
    RELEASE_EXCEEDED,
    MEASURE_MISSING,
    GRADE_GATED,
    UNKNOWN_ORDER,
    ORDER_NOT_HELD,
    INVOICE_BILLED,
    OVER_SETTLED,
    BELOW_TARGET,
    POSTING_FALSE,
    POSTING_MISSING,
    POSTING_SHORT,
    POSTING_LATE,
    POSTING_OUTSIDE,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "credit.label.exposure": ("customer", "as_of"),
    "credit.label.lent": (),
    "credit.label.open_orders": (),
    "credit.label.deliveries": (),
    "credit.label.open_items": (),
    "credit.label.other": (),
    "credit.label.on_account": (),
    "credit.label.collateral": (),
    "credit.label.document": ("document",),
    "credit.label.in_currency": ("currency",),
    "credit.label.converted": ("currency",),
    "credit.label.exchange_rate": ("currency",),
    "credit.label.score": ("customer",),
    "credit.label.factor": ("factor",),
    "credit.label.weight": ("factor",),
    "credit.label.points": ("factor", "measured"),
    "credit.label.limit": ("customer", "grade"),
    "credit.label.limit_formula": ("customer", "grade"),
    "credit.label.highest_limit": (),
    "credit.label.average_sales": (),
    "credit.label.sales": ("start", "end"),
    "credit.label.months": (),
    "credit.label.term": ("days", "month_days"),
    "credit.label.grade_factor": ("grade",),
    "credit.label.season": ("season",),
    "credit.label.rounded_limit": ("digits", "mode"),
    "credit.label.allowance": ("as_of",),
    "credit.label.allowance_band": ("band",),
    "credit.label.aged_items": ("band",),
    "credit.label.allowance_rate": (),
    "credit.label.rounded_allowance": ("digits", "mode"),
}
