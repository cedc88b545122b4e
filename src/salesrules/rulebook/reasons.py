"""The reason codes of the rulebook: what changed between two versions, and what stands wrong with a policy's life."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "EFFECTIVE_CHANGED",
    "ENTRY_ADDED",
    "ENTRY_REMOVED",
    "KIND_CHANGED",
    "NOT_APPROVED",
    "ORDER_CHANGED",
    "REASONS",
    "REVIEW_MISSING",
    "REVIEW_OVERDUE",
    "SECTION_ADDED",
    "SECTION_REMOVED",
    "STATUS_CHANGED",
    "VALUE_CHANGED",
]

SECTION_ADDED = ReasonCode("rulebook.section_added", ("place",), Severity.INFO)
SECTION_REMOVED = ReasonCode("rulebook.section_removed", ("place",), Severity.INFO)
ENTRY_ADDED = ReasonCode("rulebook.entry_added", ("place",), Severity.INFO)
ENTRY_REMOVED = ReasonCode("rulebook.entry_removed", ("place",), Severity.INFO)
VALUE_CHANGED = ReasonCode("rulebook.value_changed", ("place", "old", "new"), Severity.INFO)
EFFECTIVE_CHANGED = ReasonCode("rulebook.effective_changed", ("place", "old", "new"), Severity.INFO)
STATUS_CHANGED = ReasonCode("rulebook.status_changed", ("place", "old", "new"), Severity.INFO)
KIND_CHANGED = ReasonCode("rulebook.kind_changed", ("place", "old", "new"), Severity.INFO)
ORDER_CHANGED = ReasonCode("rulebook.order_changed", ("place", "old", "new"), Severity.INFO)

NOT_APPROVED = ReasonCode("rulebook.not_approved", ("place", "status", "owner"), Severity.WARNING)
REVIEW_OVERDUE = ReasonCode("rulebook.review_overdue", ("place", "next_review", "owner"), Severity.WARNING)
REVIEW_MISSING = ReasonCode("rulebook.review_missing", ("place", "owner"), Severity.WARNING)

REASONS = (
    SECTION_ADDED,
    SECTION_REMOVED,
    ENTRY_ADDED,
    ENTRY_REMOVED,
    VALUE_CHANGED,
    EFFECTIVE_CHANGED,
    STATUS_CHANGED,
    KIND_CHANGED,
    ORDER_CHANGED,
    NOT_APPROVED,
    REVIEW_OVERDUE,
    REVIEW_MISSING,
)
