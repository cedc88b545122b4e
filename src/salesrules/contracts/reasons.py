"""The reason codes of the room: findings of a review, of changes, deadlines and performance."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["REASONS"]

TERM_MISSING = ReasonCode("contracts.term_missing", ("term",))
PARTIES_SAME = ReasonCode("contracts.parties_same", ("party",))
PARTY_DOUBLED = ReasonCode("contracts.party_doubled", ("party", "role"))
LINE_DOUBLED = ReasonCode("contracts.line_doubled", ("line",))
LINE_DIFFERS = ReasonCode("contracts.line_differs", ("line", "stated", "expected"))
QUANTITY_NOT_POSITIVE = ReasonCode("contracts.quantity_not_positive", ("line", "quantity"))
PRICE_NEGATIVE = ReasonCode("contracts.price_negative", ("line", "price"))
DISCOUNT_NEGATIVE = ReasonCode("contracts.discount_negative", ("discount",))
TOTAL_DIFFERS = ReasonCode("contracts.total_differs", ("stated", "expected"))
CURRENCY_DIFFERS = ReasonCode("contracts.currency_differs", ("currency", "expected"))
TEMPLATE_UNKNOWN = ReasonCode("contracts.template_unknown", ("template", "version", "nearest"))
TEMPLATE_OUTDATED = ReasonCode("contracts.template_outdated", ("template", "version", "day"))
PAYMENT_METHOD_UNKNOWN = ReasonCode("contracts.payment_method_unknown", ("method", "known"))
PAYMENT_TOO_LONG = ReasonCode("contracts.payment_too_long", ("days", "maximum"))
DAYS_NEGATIVE = ReasonCode("contracts.days_negative", ("days",))
DATES_DISORDERED = ReasonCode("contracts.dates_disordered", ("earlier", "earlier_day", "later", "later_day"))
DAY_IN_FUTURE = ReasonCode("contracts.day_in_future", ("field", "day", "as_of"))
OBLIGATION_DOUBLED = ReasonCode("contracts.obligation_doubled", ("obligation",))
OBLIGATION_NOT_POSITIVE = ReasonCode("contracts.obligation_not_positive", ("obligation", "owed"))
OBLIGATION_EARLY = ReasonCode("contracts.obligation_early", ("obligation", "due", "start"))
OBLIGATIONS_DIFFER = ReasonCode("contracts.obligations_differ", ("kind", "owed", "total"))
QUOTATION_NOT_GIVEN = ReasonCode("contracts.quotation_not_given", ("quotation",))
QUOTATION_OTHER = ReasonCode("contracts.quotation_other", ("quotation", "given"))
QUOTED_CUSTOMER_DIFFERS = ReasonCode("contracts.quoted_customer_differs", ("customer", "quoted"))
LINE_NOT_QUOTED = ReasonCode("contracts.line_not_quoted", ("line", "product"))
QUOTED_LINE_MISSING = ReasonCode("contracts.quoted_line_missing", ("line", "product"))
QUOTED_PRODUCT_DIFFERS = ReasonCode("contracts.quoted_product_differs", ("line", "product", "quoted"))
QUOTED_QUANTITY_DIFFERS = ReasonCode("contracts.quoted_quantity_differs", ("line", "quantity", "quoted"))
QUOTED_PRICE_DIFFERS = ReasonCode("contracts.quoted_price_differs", ("line", "price", "quoted"))
QUOTED_TOTAL_DIFFERS = ReasonCode("contracts.quoted_total_differs", ("total", "quoted"))
SIGNATORY_WITHOUT_AUTHORITY = ReasonCode("contracts.signatory_without_authority", ("person", "act"))
APPROVED = ReasonCode("contracts.approved", ("contract", "approver"), Severity.INFO)
CREDIT_MISSING = ReasonCode("contracts.credit_missing", ("days", "threshold"))
REVIEW_NOT_PASSED = ReasonCode("contracts.review_not_passed", ("contract",))
CHANGE_NOT_GIVEN = ReasonCode("contracts.change_not_given", ("contract",))
OBLIGATIONS_OPEN = ReasonCode("contracts.obligations_open", ("contract", "obligations"))
FILING_OVERDUE = ReasonCode("contracts.filing_overdue", ("contract", "due", "days_late"))
FILING_DUE = ReasonCode("contracts.filing_due", ("contract", "due"), Severity.INFO)
HANDOFF_OVERDUE = ReasonCode("contracts.handoff_overdue", ("contract", "due", "days_late"))
HANDOFF_DUE = ReasonCode("contracts.handoff_due", ("contract", "due"), Severity.INFO)
CHANGE_REPLACES_OTHER = ReasonCode("contracts.change_replaces_other", ("replaces", "expected"))
CHANGE_VERSION = ReasonCode("contracts.change_version", ("version", "expected"))
CHANGE_OTHER_CONTRACT = ReasonCode("contracts.change_other_contract", ("contract", "expected"))
CHANGE_TOO_EARLY = ReasonCode("contracts.change_too_early", ("day", "dated"))
CHANGE_NOTHING = ReasonCode("contracts.change_nothing", ("contract",))
CHANGE_WITHOUT_REASON = ReasonCode("contracts.change_without_reason", ("notice",), Severity.WARNING)
CHANGE_MATERIAL = ReasonCode("contracts.change_material", ("fields",), Severity.INFO)
CHANGE_IMMATERIAL = ReasonCode("contracts.change_immaterial", ("fields",), Severity.INFO)
OBLIGATION_PARTIAL = ReasonCode("contracts.obligation_partial", ("obligation", "done", "missing", "due"), Severity.INFO)
OBLIGATION_OVERDUE = ReasonCode(
    "contracts.obligation_overdue", ("obligation", "due", "missing", "days_late"), Severity.WARNING
)
OBLIGATION_BREACHED = ReasonCode("contracts.obligation_breached", ("obligation", "due", "missing", "days_late"))
PERFORMANCE_EXCEEDS = ReasonCode("contracts.performance_exceeds", ("obligation", "done", "owed"), Severity.WARNING)
RENEWAL_DUE = ReasonCode("contracts.renewal_due", ("contract", "end", "from_day"), Severity.WARNING)
TERM_OVER = ReasonCode("contracts.term_over", ("contract", "end"), Severity.WARNING)

#: Every reason this room can give.
REASONS = (
    TERM_MISSING,
    PARTIES_SAME,
    PARTY_DOUBLED,
    LINE_DOUBLED,
    LINE_DIFFERS,
    QUANTITY_NOT_POSITIVE,
    PRICE_NEGATIVE,
    DISCOUNT_NEGATIVE,
    TOTAL_DIFFERS,
    CURRENCY_DIFFERS,
    TEMPLATE_UNKNOWN,
    TEMPLATE_OUTDATED,
    PAYMENT_METHOD_UNKNOWN,
    PAYMENT_TOO_LONG,
    DAYS_NEGATIVE,
    DATES_DISORDERED,
    DAY_IN_FUTURE,
    OBLIGATION_DOUBLED,
    OBLIGATION_NOT_POSITIVE,
    OBLIGATION_EARLY,
    OBLIGATIONS_DIFFER,
    QUOTATION_NOT_GIVEN,
    QUOTATION_OTHER,
    QUOTED_CUSTOMER_DIFFERS,
    LINE_NOT_QUOTED,
    QUOTED_LINE_MISSING,
    QUOTED_PRODUCT_DIFFERS,
    QUOTED_QUANTITY_DIFFERS,
    QUOTED_PRICE_DIFFERS,
    QUOTED_TOTAL_DIFFERS,
    SIGNATORY_WITHOUT_AUTHORITY,
    APPROVED,
    CREDIT_MISSING,
    REVIEW_NOT_PASSED,
    CHANGE_NOT_GIVEN,
    OBLIGATIONS_OPEN,
    FILING_OVERDUE,
    FILING_DUE,
    HANDOFF_OVERDUE,
    HANDOFF_DUE,
    CHANGE_REPLACES_OTHER,
    CHANGE_VERSION,
    CHANGE_OTHER_CONTRACT,
    CHANGE_TOO_EARLY,
    CHANGE_NOTHING,
    CHANGE_WITHOUT_REASON,
    CHANGE_MATERIAL,
    CHANGE_IMMATERIAL,
    OBLIGATION_PARTIAL,
    OBLIGATION_OVERDUE,
    OBLIGATION_BREACHED,
    PERFORMANCE_EXCEEDS,
    RENEWAL_DUE,
    TERM_OVER,
)
