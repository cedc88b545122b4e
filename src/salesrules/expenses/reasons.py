"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "ADVANCE_CURRENCY",
    "AMOUNT_ROUNDED",
    "CARRIED_BEFORE",
    "COMMITMENT_NOT_RESTORED",
    "COUNT_NOT_POSITIVE",
    "DUPLICATE_LINE",
    "EXPENSE_IN_FUTURE",
    "LABELS",
    "MONTHS_NOT_KEPT",
    "MONTHS_REACHED",
    "NEAR_DUPLICATE",
    "NOTHING_TO_CARRY",
    "NOT_ALLOCATED",
    "NOT_CHECKED",
    "NOT_CLAIMANT",
    "NOT_CONFIRMED",
    "NOT_DRAFT",
    "NOT_POSITIVE",
    "NOT_YET_OVER",
    "OTHER_CURRENCY",
    "OUTSIDE_SPAN",
    "OVER_ALLOCATED",
    "OVER_BUDGET",
    "OVER_EXPENSE_LIMIT",
    "OVER_MONTHS",
    "OWN_CLAIM",
    "PAPER_MISSING",
    "PLAN_DIFFERS",
    "PRIOR_APPROVAL_EXCEEDED",
    "PRIOR_APPROVAL_MISSING",
    "RATE_MISSING",
    "REASONS",
    "SAME_INVOICE",
    "SAME_REVIEWER",
    "SANCTION_ABOVE_CLAIMED",
    "SANCTION_NEGATIVE",
    "SANCTION_NOT_ALLOWED",
    "SANCTION_UNKNOWN_LINE",
    "STEP_SKIPPED",
    "SUBMITTED_IN_FUTURE",
    "SUBMITTED_LATE",
    "TOLERANCE_REACHED",
    "TOO_PRECISE",
    "TOTAL_DIFFERS",
    "TOTAL_MIXED",
    "TRANSFER_DIFFERS",
    "TRANSFER_NOT_FREE",
    "TRANSFER_TO_ITSELF",
    "UNKNOWN_CATEGORY",
    "UNKNOWN_CURRENCY",
    "UNKNOWN_LINE",
    "WITHOUT_BASIS",
    "WITHOUT_LINES",
    "WITHOUT_PLAN",
    "WITHOUT_PURPOSE",
]

UNKNOWN_LINE = ReasonCode("expenses.unknown_line", ("line", "nearest"))
NOT_CONFIRMED = ReasonCode("expenses.not_confirmed", ("line", "status"))
OUTSIDE_SPAN = ReasonCode("expenses.outside_span", ("line", "day", "span"))
OTHER_CURRENCY = ReasonCode("expenses.other_currency", ("line", "currency", "asked"))
TOO_PRECISE = ReasonCode("expenses.too_precise", ("amount", "digits"))
TOLERANCE_REACHED = ReasonCode("expenses.tolerance_reached", ("line", "used", "budget", "tolerance"), Severity.WARNING)
MONTHS_REACHED = ReasonCode(
    "expenses.months_reached", ("line", "month", "used", "budget", "tolerance"), Severity.WARNING
)
MONTHS_NOT_KEPT = ReasonCode("expenses.months_not_kept", ("line", "used"))
OVER_BUDGET = ReasonCode("expenses.over_budget", ("line", "limit", "committed", "actual", "asked", "headroom"))
OVER_MONTHS = ReasonCode("expenses.over_months", ("line", "month", "limit", "committed", "actual", "asked", "headroom"))

NOT_ALLOCATED = ReasonCode("expenses.not_allocated", ("line",))
WITHOUT_BASIS = ReasonCode("expenses.without_basis", ("line",))
WITHOUT_PLAN = ReasonCode("expenses.without_plan", ("line",))
PLAN_DIFFERS = ReasonCode("expenses.plan_differs", ("line", "planned", "amount"))
OVER_ALLOCATED = ReasonCode("expenses.over_allocated", ("line", "children", "amount"), Severity.WARNING)
NOT_DRAFT = ReasonCode("expenses.not_draft", ("line", "status"))

TRANSFER_TO_ITSELF = ReasonCode("expenses.transfer_to_itself", ("line",))
TRANSFER_DIFFERS = ReasonCode("expenses.transfer_differs", ("source", "target", "field"))
TRANSFER_NOT_FREE = ReasonCode("expenses.transfer_not_free", ("line", "asked", "headroom"))
NOT_POSITIVE = ReasonCode("expenses.not_positive", ("amount",))
CARRIED_BEFORE = ReasonCode("expenses.carried_before", ("source", "target"), Severity.INFO)
NOTHING_TO_CARRY = ReasonCode("expenses.nothing_to_carry", ("line",), Severity.INFO)
NOT_YET_OVER = ReasonCode("expenses.not_yet_over", ("line", "end"))
COMMITMENT_NOT_RESTORED = ReasonCode("expenses.commitment_not_restored", ("line", "amount"), Severity.WARNING)

WITHOUT_PURPOSE = ReasonCode("expenses.without_purpose", ("claim",))
WITHOUT_LINES = ReasonCode("expenses.without_lines", ("claim",))
DUPLICATE_LINE = ReasonCode("expenses.duplicate_line", ("line",))
TOTAL_DIFFERS = ReasonCode("expenses.total_differs", ("total", "lines"))
TOTAL_MIXED = ReasonCode("expenses.total_mixed", ("total", "currencies"))
UNKNOWN_CATEGORY = ReasonCode("expenses.unknown_category", ("category", "nearest"))
UNKNOWN_CURRENCY = ReasonCode("expenses.unknown_currency", ("currency", "nearest"))
RATE_MISSING = ReasonCode("expenses.rate_missing", ("source", "target", "day"))
AMOUNT_ROUNDED = ReasonCode("expenses.amount_rounded", ("amount", "rounded"), Severity.WARNING)
COUNT_NOT_POSITIVE = ReasonCode("expenses.count_not_positive", ("field", "count"))
EXPENSE_IN_FUTURE = ReasonCode("expenses.expense_in_future", ("day", "submitted_on"))
SUBMITTED_IN_FUTURE = ReasonCode("expenses.submitted_in_future", ("submitted_on", "as_of"))
SUBMITTED_LATE = ReasonCode("expenses.submitted_late", ("day", "submitted_on", "days", "allowed"))
PAPER_MISSING = ReasonCode("expenses.paper_missing", ("missing", "amount"))
PRIOR_APPROVAL_MISSING = ReasonCode("expenses.prior_approval_missing", ("act", "amount"), Severity.WARNING)
PRIOR_APPROVAL_EXCEEDED = ReasonCode(
    "expenses.prior_approval_exceeded", ("act", "amount", "approved"), Severity.WARNING
)
SAME_INVOICE = ReasonCode("expenses.same_invoice", ("party", "invoice", "claim", "line"))
NEAR_DUPLICATE = ReasonCode("expenses.near_duplicate", ("party", "claim", "line", "amount", "other", "days"))
OVER_EXPENSE_LIMIT = ReasonCode(
    "expenses.over_expense_limit", ("limit", "per", "amount", "excess", "firm", "person"), Severity.WARNING
)
ADVANCE_CURRENCY = ReasonCode("expenses.advance_currency", ("advance", "currency", "expected"))

OWN_CLAIM = ReasonCode("expenses.own_claim", ("actor", "claim"))
NOT_CLAIMANT = ReasonCode("expenses.not_claimant", ("actor", "claim"))
SAME_REVIEWER = ReasonCode("expenses.same_reviewer", ("actor", "step"))
STEP_SKIPPED = ReasonCode("expenses.step_skipped", ("step", "amount"))
NOT_CHECKED = ReasonCode("expenses.not_checked", ("claim",))
SANCTION_NOT_ALLOWED = ReasonCode("expenses.sanction_not_allowed", ("step",))
SANCTION_UNKNOWN_LINE = ReasonCode("expenses.sanction_unknown_line", ("line", "nearest"))
SANCTION_ABOVE_CLAIMED = ReasonCode("expenses.sanction_above_claimed", ("line", "sanctioned", "claimed"))
SANCTION_NEGATIVE = ReasonCode("expenses.sanction_negative", ("line", "sanctioned"))

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    UNKNOWN_LINE,
    NOT_CONFIRMED,
    OUTSIDE_SPAN,
    OTHER_CURRENCY,
    TOO_PRECISE,
    TOLERANCE_REACHED,
    MONTHS_REACHED,
    MONTHS_NOT_KEPT,
    OVER_BUDGET,
    OVER_MONTHS,
    NOT_ALLOCATED,
    WITHOUT_BASIS,
    WITHOUT_PLAN,
    PLAN_DIFFERS,
    OVER_ALLOCATED,
    NOT_DRAFT,
    TRANSFER_TO_ITSELF,
    TRANSFER_DIFFERS,
    TRANSFER_NOT_FREE,
    NOT_POSITIVE,
    CARRIED_BEFORE,
    NOTHING_TO_CARRY,
    NOT_YET_OVER,
    COMMITMENT_NOT_RESTORED,
    WITHOUT_PURPOSE,
    WITHOUT_LINES,
    DUPLICATE_LINE,
    TOTAL_DIFFERS,
    TOTAL_MIXED,
    UNKNOWN_CATEGORY,
    UNKNOWN_CURRENCY,
    RATE_MISSING,
    AMOUNT_ROUNDED,
    COUNT_NOT_POSITIVE,
    EXPENSE_IN_FUTURE,
    SUBMITTED_IN_FUTURE,
    SUBMITTED_LATE,
    PAPER_MISSING,
    PRIOR_APPROVAL_MISSING,
    PRIOR_APPROVAL_EXCEEDED,
    SAME_INVOICE,
    NEAR_DUPLICATE,
    OVER_EXPENSE_LIMIT,
    ADVANCE_CURRENCY,
    OWN_CLAIM,
    NOT_CLAIMANT,
    SAME_REVIEWER,
    STEP_SKIPPED,
    NOT_CHECKED,
    SANCTION_NOT_ALLOWED,
    SANCTION_UNKNOWN_LINE,
    SANCTION_ABOVE_CLAIMED,
    SANCTION_NEGATIVE,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "expenses.label.payable": ("claim",),
    "expenses.label.offset": (),
    "expenses.label.advances": (),
    "expenses.label.total": (),
    "expenses.label.sanctioned": ("line",),
    "expenses.label.claimed": (),
    "expenses.label.person": (),
}
