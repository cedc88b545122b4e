"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "AGENDA_OUTSIDE",
    "AGENDA_OVERLAPS",
    "BUDGET_LINE_MISSING",
    "CAPACITY_ZERO",
    "CHECKED_IN_ALREADY",
    "CONTACT_OPTED_OUT",
    "CONTACT_QUIET",
    "CONTACT_TOO_OFTEN",
    "CONTACT_TOO_SOON",
    "CONVERSION_LOW",
    "COST_SHARE_HIGH",
    "DOORS_CLOSED",
    "EFFECT_LOW",
    "EVENT_NOT_OVER",
    "FOLLOW_UP_OVERDUE",
    "ITEM_BEFORE_CHECK_IN",
    "LABELS",
    "READINESS_MISSING",
    "READINESS_OVERDUE",
    "REASONS",
    "REMINDER_FOR_LATE_REGISTRANT",
    "REMINDER_NOT_WANTED",
    "REMINDER_NOT_YET",
    "REMINDER_SENT",
    "REMINDER_TOO_LATE",
    "RETURN_LOW",
    "SCRIPT_BROKEN",
    "SCRIPT_PLACEHOLDER_MISSING",
    "SCRIPT_PLACEHOLDER_UNKNOWN",
    "SCRIPT_VALUE_MISSING",
    "SCRIPT_VALUE_TOO_LONG",
    "SCRIPT_VALUE_UNSAFE",
    "SEAT_IMPOSSIBLE",
    "SEAT_MISSING",
    "SEAT_WAITLISTED",
    "SIGNING_LOW",
    "SPEAKER_UNLISTED",
    "WAITLIST_CLOSED",
    "WALK_IN_REFUSED",
    "WORDING_REFUSED",
]

AGENDA_OUTSIDE = ReasonCode("invitations.agenda_outside", ("event", "item"))
AGENDA_OVERLAPS = ReasonCode("invitations.agenda_overlaps", ("event", "item", "other", "speaker"))
SPEAKER_UNLISTED = ReasonCode("invitations.speaker_unlisted", ("event", "item", "speaker"))
CAPACITY_ZERO = ReasonCode("invitations.capacity_zero", ("event",))
BUDGET_LINE_MISSING = ReasonCode("invitations.budget_line_missing", ("event",))
READINESS_OVERDUE = ReasonCode("invitations.readiness_overdue", ("event", "step", "owner", "due"), Severity.WARNING)
READINESS_MISSING = ReasonCode("invitations.readiness_missing", ("event", "step", "owner"))

SCRIPT_BROKEN = ReasonCode("invitations.script_broken", ("script", "line"))
SCRIPT_PLACEHOLDER_MISSING = ReasonCode("invitations.script_placeholder_missing", ("script", "placeholder"))
SCRIPT_PLACEHOLDER_UNKNOWN = ReasonCode("invitations.script_placeholder_unknown", ("script", "placeholder", "known"))
SCRIPT_VALUE_MISSING = ReasonCode("invitations.script_value_missing", ("script", "placeholder"))
SCRIPT_VALUE_UNSAFE = ReasonCode("invitations.script_value_unsafe", ("script", "placeholder", "character"))
SCRIPT_VALUE_TOO_LONG = ReasonCode("invitations.script_value_too_long", ("script", "placeholder", "length", "limit"))
WORDING_REFUSED = ReasonCode("invitations.wording_refused", ("phrase", "fault"))

CONTACT_OPTED_OUT = ReasonCode("invitations.contact_opted_out", ("guest", "since"))
CONTACT_TOO_OFTEN = ReasonCode("invitations.contact_too_often", ("guest", "attempts", "limit"))
CONTACT_TOO_SOON = ReasonCode("invitations.contact_too_soon", ("guest", "last", "earliest"))
CONTACT_QUIET = ReasonCode("invitations.contact_quiet", ("guest", "local", "until"))

REMINDER_NOT_WANTED = ReasonCode("invitations.reminder_not_wanted", ("invitation", "state"))
REMINDER_SENT = ReasonCode("invitations.reminder_sent", ("invitation", "at"))
REMINDER_NOT_YET = ReasonCode("invitations.reminder_not_yet", ("invitation", "at"))
REMINDER_TOO_LATE = ReasonCode("invitations.reminder_too_late", ("invitation", "starts_at"))
REMINDER_FOR_LATE_REGISTRANT = ReasonCode(
    "invitations.reminder_for_late_registrant", ("invitation", "accepted_at", "reminder_at")
)
FOLLOW_UP_OVERDUE = ReasonCode("invitations.follow_up_overdue", ("invitation", "due"), Severity.WARNING)

SEAT_MISSING = ReasonCode("invitations.seat_missing", ("event", "invitation"))
SEAT_IMPOSSIBLE = ReasonCode("invitations.seat_impossible", ("event", "capacity", "asked"))
SEAT_WAITLISTED = ReasonCode("invitations.seat_waitlisted", ("event", "place"), Severity.WARNING)
WAITLIST_CLOSED = ReasonCode("invitations.waitlist_closed", ("event",))
DOORS_CLOSED = ReasonCode("invitations.doors_closed", ("event", "opens", "closes"))
CHECKED_IN_ALREADY = ReasonCode("invitations.checked_in_already", ("invitation", "at"))
WALK_IN_REFUSED = ReasonCode("invitations.walk_in_refused", ("event",))
EVENT_NOT_OVER = ReasonCode("invitations.event_not_over", ("event", "ends_at"))
ITEM_BEFORE_CHECK_IN = ReasonCode("invitations.item_before_check_in", ("invitation", "item"))

CONVERSION_LOW = ReasonCode("invitations.conversion_low", ("event", "ratio", "threshold"), Severity.WARNING)
SIGNING_LOW = ReasonCode("invitations.signing_low", ("event", "ratio", "threshold"), Severity.WARNING)
COST_SHARE_HIGH = ReasonCode("invitations.cost_share_high", ("event", "ratio", "threshold"), Severity.WARNING)
EFFECT_LOW = ReasonCode("invitations.effect_low", ("campaign", "ratio", "threshold"), Severity.WARNING)
RETURN_LOW = ReasonCode("invitations.return_low", ("campaign", "ratio", "threshold"), Severity.WARNING)

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    AGENDA_OUTSIDE,
    AGENDA_OVERLAPS,
    SPEAKER_UNLISTED,
    CAPACITY_ZERO,
    BUDGET_LINE_MISSING,
    READINESS_OVERDUE,
    READINESS_MISSING,
    SCRIPT_BROKEN,
    SCRIPT_PLACEHOLDER_MISSING,
    SCRIPT_PLACEHOLDER_UNKNOWN,
    SCRIPT_VALUE_MISSING,
    SCRIPT_VALUE_UNSAFE,
    SCRIPT_VALUE_TOO_LONG,
    WORDING_REFUSED,
    CONTACT_OPTED_OUT,
    CONTACT_TOO_OFTEN,
    CONTACT_TOO_SOON,
    CONTACT_QUIET,
    REMINDER_NOT_WANTED,
    REMINDER_SENT,
    REMINDER_NOT_YET,
    REMINDER_TOO_LATE,
    REMINDER_FOR_LATE_REGISTRANT,
    FOLLOW_UP_OVERDUE,
    SEAT_MISSING,
    SEAT_IMPOSSIBLE,
    SEAT_WAITLISTED,
    WAITLIST_CLOSED,
    DOORS_CLOSED,
    CHECKED_IN_ALREADY,
    WALK_IN_REFUSED,
    EVENT_NOT_OVER,
    ITEM_BEFORE_CHECK_IN,
    CONVERSION_LOW,
    SIGNING_LOW,
    COST_SHARE_HIGH,
    EFFECT_LOW,
    RETURN_LOW,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "invitations.label.conversion": ("event",),
    "invitations.label.signing": ("event",),
    "invitations.label.cost_share": ("event",),
    "invitations.label.accepted": (),
    "invitations.label.attended": (),
    "invitations.label.contacted": (),
    "invitations.label.signed_on_site": (),
    "invitations.label.sales": (),
    "invitations.label.cost": (),
    "invitations.label.lift": ("campaign",),
    "invitations.label.expected": (),
    "invitations.label.baseline_sales": (),
    "invitations.label.baseline_days": (),
    "invitations.label.daily_baseline": (),
    "invitations.label.campaign_days": (),
}
