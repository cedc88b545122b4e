"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["LABELS", "REASONS"]

PRICE_MISSING = ReasonCode("pricing.price_missing", ("product", "customer_type", "currency", "day"))
QUANTITY_OUTSIDE = ReasonCode("pricing.quantity_outside", ("product", "quantity", "minimum", "maximum"))
ABOVE_LIST = ReasonCode("pricing.above_list", ("product", "price", "list_price"), Severity.WARNING)
BELOW_FLOOR = ReasonCode("pricing.below_floor", ("product", "price", "floor"))
DISCOUNT_NOT_GRANTED = ReasonCode("pricing.discount_not_granted", ("product", "discount", "free"))
DISCOUNT_APPROVED = ReasonCode("pricing.discount_approved", ("product", "approver", "act"), Severity.INFO)

EVIDENCE_OWN = ReasonCode("pricing.evidence_own", ("approver", "subject"))
EVIDENCE_NOT_YET = ReasonCode("pricing.evidence_not_yet", ("subject", "at", "as_of"))

QUOTATION_EMPTY = ReasonCode("pricing.quotation_empty", ("quotation",))
QUOTATION_NOT_YET = ReasonCode("pricing.quotation_not_yet", ("quotation", "issued", "as_of"))
QUOTATION_EXPIRED = ReasonCode("pricing.quotation_expired", ("quotation", "last_day", "as_of"))
QUOTATION_SUPERSEDED = ReasonCode("pricing.quotation_superseded", ("quotation", "version", "latest"))
VALIDITY_TOO_LONG = ReasonCode("pricing.validity_too_long", ("quotation", "days", "maximum"))
LINE_DOUBLED = ReasonCode("pricing.line_doubled", ("line",))
CURRENCY_DIFFERS = ReasonCode("pricing.currency_differs", ("currency", "expected"))
LINE_DIFFERS = ReasonCode("pricing.line_differs", ("line", "stated", "expected"))
DISCOUNT_DIFFERS = ReasonCode("pricing.discount_differs", ("promotion", "stated", "expected"))
TOTAL_DIFFERS = ReasonCode("pricing.total_differs", ("stated", "expected"))

PROMOTION_UNKNOWN = ReasonCode("pricing.promotion_unknown", ("promotion", "nearest"))
PROMOTION_NOT_STARTED = ReasonCode("pricing.promotion_not_started", ("promotion", "start"), Severity.INFO)
PROMOTION_OVER = ReasonCode("pricing.promotion_over", ("promotion", "last_day"), Severity.INFO)
PROMOTION_OTHER_CUSTOMERS = ReasonCode(
    "pricing.promotion_other_customers", ("promotion", "customer_type"), Severity.INFO
)
PROMOTION_OTHER_PRODUCTS = ReasonCode("pricing.promotion_other_products", ("promotion",), Severity.INFO)
PROMOTION_OTHER_CURRENCY = ReasonCode("pricing.promotion_other_currency", ("promotion", "currency"), Severity.INFO)
PROMOTION_NOT_REACHED = ReasonCode("pricing.promotion_not_reached", ("promotion", "measure"), Severity.INFO)
PROMOTION_NOT_STACKED = ReasonCode("pricing.promotion_not_stacked", ("promotion", "chosen"), Severity.INFO)
PROMOTION_USED_UP = ReasonCode("pricing.promotion_used_up", ("promotion", "limit"), Severity.INFO)
PROMOTION_CUT = ReasonCode("pricing.promotion_cut", ("promotion", "full", "rest"), Severity.INFO)

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    PRICE_MISSING,
    QUANTITY_OUTSIDE,
    ABOVE_LIST,
    BELOW_FLOOR,
    DISCOUNT_NOT_GRANTED,
    DISCOUNT_APPROVED,
    EVIDENCE_OWN,
    EVIDENCE_NOT_YET,
    QUOTATION_EMPTY,
    QUOTATION_NOT_YET,
    QUOTATION_EXPIRED,
    QUOTATION_SUPERSEDED,
    VALIDITY_TOO_LONG,
    LINE_DOUBLED,
    CURRENCY_DIFFERS,
    LINE_DIFFERS,
    DISCOUNT_DIFFERS,
    TOTAL_DIFFERS,
    PROMOTION_UNKNOWN,
    PROMOTION_NOT_STARTED,
    PROMOTION_OVER,
    PROMOTION_OTHER_CUSTOMERS,
    PROMOTION_OTHER_PRODUCTS,
    PROMOTION_OTHER_CURRENCY,
    PROMOTION_NOT_REACHED,
    PROMOTION_NOT_STACKED,
    PROMOTION_USED_UP,
    PROMOTION_CUT,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "pricing.label.line": ("line", "product"),
    "pricing.label.quantity": (),
    "pricing.label.unit_price": (),
    "pricing.label.line_discount": ("line", "promotion"),
    "pricing.label.net_line": ("line",),
    "pricing.label.eligible": ("promotion",),
    "pricing.label.rate": (),
    "pricing.label.benefit": ("promotion",),
    "pricing.label.cut_benefit": ("promotion",),
    "pricing.label.rest": ("promotion",),
    "pricing.label.times": (),
    "pricing.label.value_each": (),
    "pricing.label.price_gap": ("line",),
    "pricing.label.prize_pot": (),
    "pricing.label.tickets": (),
    "pricing.label.promotion_price": (),
    "pricing.label.promotion_amount": ("line",),
    "pricing.label.rounded": ("digits", "mode"),
    "pricing.label.partner_part": ("partner",),
    "pricing.label.partner_share": ("partner",),
    "pricing.label.discounts": (),
    "pricing.label.no_benefit": (),
}
