"""The reason codes of the room: what led to a route, why there is none, why a review does not count."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["REASONS"]

# Which row applied, and with which amount.
ROW_CHOSEN = ReasonCode("approvals.row_chosen", ("matrix", "row", "steps"), Severity.INFO)
AMOUNTS_COMBINED = ReasonCode("approvals.amounts_combined", ("amount", "own", "requests"), Severity.INFO)
ACT_WITHOUT_RULE = ReasonCode("approvals.act_without_rule", ("act", "day"))
ACT_WITHOUT_MATRIX = ReasonCode("approvals.act_without_matrix", ("act", "day"))
NO_ROW = ReasonCode("approvals.no_row", ("matrix", "act"))
VALUE_MISSING = ReasonCode("approvals.value_missing", ("matrix", "row", "name"))
AMOUNT_MISSING = ReasonCode("approvals.amount_missing", ("matrix",))
OTHER_CURRENCY = ReasonCode("approvals.other_currency", ("matrix", "currency", "given"))
KEY_MISSING = ReasonCode("approvals.key_missing", ("name",))
REQUESTER_UNKNOWN = ReasonCode("approvals.requester_unknown", ("person",))

# Who stands behind a step, and why it is not who was named.
SEAT_FILLED = ReasonCode("approvals.seat_filled", ("step", "office", "person"), Severity.INFO)
STOOD_IN_BY_DELEGATION = ReasonCode("approvals.stood_in_by_delegation", ("office", "person", "people"), Severity.INFO)
STOOD_IN_AS_DEPUTY = ReasonCode("approvals.stood_in_as_deputy", ("office", "person"), Severity.INFO)
STOOD_IN_FROM_ABOVE = ReasonCode("approvals.stood_in_from_above", ("office", "person", "position"), Severity.INFO)
STOOD_IN_AS_LAST_RESORT = ReasonCode("approvals.stood_in_as_last_resort", ("office", "person"), Severity.INFO)
HOLDER_ABSENT = ReasonCode("approvals.holder_absent", ("office", "person"), Severity.INFO)
HOLDER_BARRED = ReasonCode("approvals.holder_barred", ("office", "person"), Severity.INFO)
HOLDER_REVIEWED = ReasonCode("approvals.holder_reviewed", ("office", "person"), Severity.INFO)
OFFICE_VACANT = ReasonCode("approvals.office_vacant", ("office",), Severity.INFO)
APPROVER_LEFT = ReasonCode("approvals.approver_left", ("person", "position"), Severity.INFO)
DELEGATION_CYCLE = ReasonCode("approvals.delegation_cycle", ("person", "people"), Severity.INFO)
RANK_NOT_IN_LINE = ReasonCode("approvals.rank_not_in_line", ("rank", "requester"), Severity.INFO)
LINE_TOO_SHORT = ReasonCode("approvals.line_too_short", ("requester", "level", "levels"), Severity.INFO)
NOBODY = ReasonCode("approvals.nobody", ("step", "office"))
APPROVER_UNKNOWN = ReasonCode("approvals.approver_unknown", ("step", "kind", "name"))
NO_AUTHORITY_IN_LINE = ReasonCode("approvals.no_authority_in_line", ("act", "requester"), Severity.INFO)
BODY_UNABLE = ReasonCode("approvals.body_unable", ("step", "body"))
QUORUM_UNREACHABLE = ReasonCode("approvals.quorum_unreachable", ("step", "needed", "seats"))

# Why a command to a request does not count, and what a submission did.
OWN_REQUEST = ReasonCode("approvals.own_request", ("person", "request"))
NOT_A_REVIEWER = ReasonCode("approvals.not_a_reviewer", ("person", "step", "people"))
NOT_THE_REQUESTER = ReasonCode("approvals.not_the_requester", ("person", "requester"))
REVIEWED_ALREADY = ReasonCode("approvals.reviewed_already", ("person", "step"))
OTHER_STEP = ReasonCode("approvals.other_step", ("step", "state"))
STEP_OVERDUE = ReasonCode("approvals.step_overdue", ("step", "due"))
CHECKLIST_OPEN = ReasonCode("approvals.checklist_open", ("step", "items"))
CHECKLIST_UNKNOWN = ReasonCode("approvals.checklist_unknown", ("step", "items"))
REASON_MISSING = ReasonCode("approvals.reason_missing", ("verdict",))
REASON_UNKNOWN = ReasonCode("approvals.reason_unknown", ("verdict", "reason", "known"))
NO_VOTE_TO_CLOSE = ReasonCode("approvals.no_vote_to_close", ("person", "step"))
ROUTE_RESTARTED = ReasonCode("approvals.route_restarted", ("fields",), Severity.INFO)
ROUTE_RESUMED = ReasonCode("approvals.route_resumed", ("step",), Severity.INFO)
STILL_OPEN = ReasonCode("approvals.still_open", ("step", "given", "needed"), Severity.INFO)

# Whether evidence of an approval carries an act.
EVIDENCE_MISSING = ReasonCode("approvals.evidence_missing", ("act", "subject"))
EVIDENCE_OTHER = ReasonCode("approvals.evidence_other", ("act", "subject", "given_act", "given_subject"))
EVIDENCE_OWN = ReasonCode("approvals.evidence_own", ("approver", "subject"))
EVIDENCE_NOT_YET = ReasonCode("approvals.evidence_not_yet", ("subject", "at", "as_of"))
EVIDENCE_EXCEEDED = ReasonCode("approvals.evidence_exceeded", ("subject", "amount", "approved"))

#: Every reason this room can give.
REASONS = (
    ROW_CHOSEN,
    AMOUNTS_COMBINED,
    ACT_WITHOUT_RULE,
    ACT_WITHOUT_MATRIX,
    NO_ROW,
    VALUE_MISSING,
    AMOUNT_MISSING,
    OTHER_CURRENCY,
    KEY_MISSING,
    REQUESTER_UNKNOWN,
    SEAT_FILLED,
    STOOD_IN_BY_DELEGATION,
    STOOD_IN_AS_DEPUTY,
    STOOD_IN_FROM_ABOVE,
    STOOD_IN_AS_LAST_RESORT,
    HOLDER_ABSENT,
    HOLDER_BARRED,
    HOLDER_REVIEWED,
    OFFICE_VACANT,
    APPROVER_LEFT,
    DELEGATION_CYCLE,
    RANK_NOT_IN_LINE,
    LINE_TOO_SHORT,
    NOBODY,
    APPROVER_UNKNOWN,
    NO_AUTHORITY_IN_LINE,
    BODY_UNABLE,
    QUORUM_UNREACHABLE,
    OWN_REQUEST,
    NOT_A_REVIEWER,
    NOT_THE_REQUESTER,
    REVIEWED_ALREADY,
    OTHER_STEP,
    STEP_OVERDUE,
    CHECKLIST_OPEN,
    CHECKLIST_UNKNOWN,
    REASON_MISSING,
    REASON_UNKNOWN,
    NO_VOTE_TO_CLOSE,
    ROUTE_RESTARTED,
    ROUTE_RESUMED,
    STILL_OPEN,
    EVIDENCE_MISSING,
    EVIDENCE_OTHER,
    EVIDENCE_OWN,
    EVIDENCE_NOT_YET,
    EVIDENCE_EXCEEDED,
)
