"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "ALREADY_REGISTERED",
    "CONTACT_DUE",
    "CONTACT_OVERDUE",
    "DUPLICATE_CUSTOMER",
    "HANDOVER_ITEM_TWICE",
    "HANDOVER_LATE",
    "HANDOVER_MISSING",
    "HANDOVER_NOT_ACCEPTED",
    "HANDOVER_NOT_CHECKED",
    "HANDOVER_RECEIVER_ABSENT",
    "HANDOVER_TO_GIVER",
    "HANDOVER_UNKNOWN_CUSTOMER",
    "LABELS",
    "LEVEL_MISSING",
    "LOW_REPEAT_RATE",
    "LOW_RESPONSE",
    "LOW_SATISFACTION",
    "PROFILE_INCOMPLETE",
    "PROFILE_UNKNOWN_FIELD",
    "PROTECTED",
    "REASONS",
    "TERMS_ABOVE_LIMIT",
    "TERMS_WITHOUT_RULE",
]

PROFILE_INCOMPLETE = ReasonCode(
    "customers.profile_incomplete", ("customer", "score", "needed", "missing"), Severity.WARNING
)
PROFILE_UNKNOWN_FIELD = ReasonCode("customers.profile_unknown_field", ("customer", "field"))

PROTECTED = ReasonCode("customers.protected", ("customer", "registrant", "until"))
ALREADY_REGISTERED = ReasonCode("customers.already_registered", ("customer", "registrant", "until"))
DUPLICATE_CUSTOMER = ReasonCode("customers.duplicate_customer", ("customer", "duplicate", "fields"), Severity.WARNING)

HANDOVER_MISSING = ReasonCode("customers.handover_missing", ("customer", "giver"))
HANDOVER_ITEM_TWICE = ReasonCode("customers.handover_item_twice", ("customer", "giver"))
HANDOVER_UNKNOWN_CUSTOMER = ReasonCode("customers.handover_unknown_customer", ("customer", "giver"))
HANDOVER_TO_GIVER = ReasonCode("customers.handover_to_giver", ("customer", "giver"))
HANDOVER_RECEIVER_ABSENT = ReasonCode("customers.handover_receiver_absent", ("customer", "receiver"))
HANDOVER_NOT_CHECKED = ReasonCode("customers.handover_not_checked", ("customer", "item"))
HANDOVER_NOT_ACCEPTED = ReasonCode("customers.handover_not_accepted", ("customer", "receiver", "due"), Severity.WARNING)
HANDOVER_LATE = ReasonCode("customers.handover_late", ("customer", "receiver", "due"))

LEVEL_MISSING = ReasonCode("customers.level_missing", ("customer", "customer_class"))
CONTACT_DUE = ReasonCode("customers.contact_due", ("customer", "last", "overdue_at"), Severity.WARNING)
CONTACT_OVERDUE = ReasonCode("customers.contact_overdue", ("customer", "last", "overdue_at"))

TERMS_ABOVE_LIMIT = ReasonCode("customers.terms_above_limit", ("customer", "field", "value", "limit"))
TERMS_WITHOUT_RULE = ReasonCode("customers.terms_without_rule", ("customer", "customer_class"))

LOW_SATISFACTION = ReasonCode("customers.low_satisfaction", ("mean", "needed"), Severity.WARNING)
LOW_RESPONSE = ReasonCode("customers.low_response", ("rate", "needed"), Severity.WARNING)
LOW_REPEAT_RATE = ReasonCode("customers.low_repeat_rate", ("rate", "needed"), Severity.WARNING)

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    PROFILE_INCOMPLETE,
    PROFILE_UNKNOWN_FIELD,
    PROTECTED,
    ALREADY_REGISTERED,
    DUPLICATE_CUSTOMER,
    HANDOVER_MISSING,
    HANDOVER_ITEM_TWICE,
    HANDOVER_UNKNOWN_CUSTOMER,
    HANDOVER_TO_GIVER,
    HANDOVER_RECEIVER_ABSENT,
    HANDOVER_NOT_CHECKED,
    HANDOVER_NOT_ACCEPTED,
    HANDOVER_LATE,
    LEVEL_MISSING,
    CONTACT_DUE,
    CONTACT_OVERDUE,
    TERMS_ABOVE_LIMIT,
    TERMS_WITHOUT_RULE,
    LOW_SATISFACTION,
    LOW_RESPONSE,
    LOW_REPEAT_RATE,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "customers.label.completeness": ("customer",),
    "customers.label.filled_weight": (),
    "customers.label.whole_weight": (),
    "customers.label.field_weight": ("field",),
    "customers.label.attractiveness": ("customer",),
    "customers.label.position": ("customer",),
    "customers.label.weighted_sum": (),
    "customers.label.weighted_score": ("factor",),
    "customers.label.factor_score": ("factor",),
    "customers.label.factor_weight": ("factor",),
    "customers.label.factor_weights": (),
}
