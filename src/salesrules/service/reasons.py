"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "ANSWER_MISSING",
    "ANSWER_NOT_BY_CUSTOMER",
    "ANSWER_NOT_YET",
    "ANSWER_OLDER_THAN_REMEDY",
    "ANSWER_TAKEN_BY_HANDLER",
    "CARE_DUE",
    "CARE_OVERDUE",
    "CARE_WITHOUT_SCHEDULE",
    "CAUSE_MISSING",
    "CAUSE_UNKNOWN",
    "FEEDBACK_ANSWER_OVERDUE",
    "FEEDBACK_DEPARTMENT_WRONG",
    "FEEDBACK_FORWARD_OVERDUE",
    "HANDLER_CONCERNED",
    "HANDLER_MISSING",
    "INTAKE_WRONG",
    "JOINT_DEPARTMENT_MISSING",
    "JOINT_FINDING_MISSING",
    "LABELS",
    "OWNER_WRONG",
    "REASONS",
    "REMEDY_MISSING",
    "REMEDY_UNKNOWN",
    "REOPENED_TOO_OFTEN",
    "REQUEST_OVERDUE",
    "REQUEST_PAUSED",
    "RESOLUTION_OVERDUE",
    "RESPONSE_OVERDUE",
    "STANDARD_MISSED",
    "STANDARD_NOT_MEASURED",
]

INTAKE_WRONG = ReasonCode("service.intake_wrong", ("complaint", "kind", "intake", "taken_by"))
OWNER_WRONG = ReasonCode("service.owner_wrong", ("complaint", "kind", "owner", "department"))
HANDLER_MISSING = ReasonCode("service.handler_missing", ("complaint",))
HANDLER_CONCERNED = ReasonCode("service.handler_concerned", ("complaint", "handler"))
JOINT_DEPARTMENT_MISSING = ReasonCode("service.joint_department_missing", ("complaint", "kind", "department"))
JOINT_FINDING_MISSING = ReasonCode("service.joint_finding_missing", ("complaint", "department"))
CAUSE_MISSING = ReasonCode("service.cause_missing", ("complaint",))
CAUSE_UNKNOWN = ReasonCode("service.cause_unknown", ("complaint", "cause", "known"))
REMEDY_MISSING = ReasonCode("service.remedy_missing", ("complaint",))
REMEDY_UNKNOWN = ReasonCode("service.remedy_unknown", ("complaint", "remedy", "known"))
ANSWER_MISSING = ReasonCode("service.answer_missing", ("complaint",))
ANSWER_NOT_BY_CUSTOMER = ReasonCode("service.answer_not_by_customer", ("complaint", "given_by"))
ANSWER_TAKEN_BY_HANDLER = ReasonCode("service.answer_taken_by_handler", ("complaint", "handler"))
ANSWER_NOT_YET = ReasonCode("service.answer_not_yet", ("complaint", "given_at", "as_of"))
ANSWER_OLDER_THAN_REMEDY = ReasonCode("service.answer_older_than_remedy", ("complaint", "given_at", "resolved_at"))

RESPONSE_OVERDUE = ReasonCode("service.response_overdue", ("complaint", "priority", "due"), Severity.WARNING)
RESOLUTION_OVERDUE = ReasonCode("service.resolution_overdue", ("complaint", "priority", "due"), Severity.WARNING)
REOPENED_TOO_OFTEN = ReasonCode("service.reopened_too_often", ("complaint", "times", "limit"), Severity.WARNING)

CARE_DUE = ReasonCode("service.care_due", ("delivery", "task", "due", "last_day"), Severity.INFO)
CARE_OVERDUE = ReasonCode("service.care_overdue", ("delivery", "task", "last_day"), Severity.WARNING)
CARE_WITHOUT_SCHEDULE = ReasonCode("service.care_without_schedule", ("delivery", "customer_class"), Severity.WARNING)

REQUEST_OVERDUE = ReasonCode("service.request_overdue", ("request", "kind", "due"), Severity.WARNING)
REQUEST_PAUSED = ReasonCode("service.request_paused", ("request", "since"), Severity.INFO)

STANDARD_MISSED = ReasonCode(
    "service.standard_missed", ("standard", "measured", "required", "unit", "score"), Severity.WARNING
)
STANDARD_NOT_MEASURED = ReasonCode("service.standard_not_measured", ("standard",), Severity.WARNING)

FEEDBACK_DEPARTMENT_WRONG = ReasonCode("service.feedback_department_wrong", ("feedback", "kind", "owner", "department"))
FEEDBACK_FORWARD_OVERDUE = ReasonCode(
    "service.feedback_forward_overdue", ("feedback", "owner", "due"), Severity.WARNING
)
FEEDBACK_ANSWER_OVERDUE = ReasonCode("service.feedback_answer_overdue", ("feedback", "owner", "due"), Severity.WARNING)

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    INTAKE_WRONG,
    OWNER_WRONG,
    HANDLER_MISSING,
    HANDLER_CONCERNED,
    JOINT_DEPARTMENT_MISSING,
    JOINT_FINDING_MISSING,
    CAUSE_MISSING,
    CAUSE_UNKNOWN,
    REMEDY_MISSING,
    REMEDY_UNKNOWN,
    ANSWER_MISSING,
    ANSWER_NOT_BY_CUSTOMER,
    ANSWER_TAKEN_BY_HANDLER,
    ANSWER_NOT_YET,
    ANSWER_OLDER_THAN_REMEDY,
    RESPONSE_OVERDUE,
    RESOLUTION_OVERDUE,
    REOPENED_TOO_OFTEN,
    CARE_DUE,
    CARE_OVERDUE,
    CARE_WITHOUT_SCHEDULE,
    REQUEST_OVERDUE,
    REQUEST_PAUSED,
    STANDARD_MISSED,
    STANDARD_NOT_MEASURED,
    FEEDBACK_DEPARTMENT_WRONG,
    FEEDBACK_FORWARD_OVERDUE,
    FEEDBACK_ANSWER_OVERDUE,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "service.label.service_score": (),
    "service.label.weighted_points": (),
    "service.label.points_of_step": ("standard",),
    "service.label.points": ("measured", "unit"),
    "service.label.weight": (),
    "service.label.weights": (),
}
