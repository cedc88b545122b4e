"""The verbs of the room: pure functions from facts, policy and `as_of` to a decision or a value."""

from salesrules.invitations.rules.contacts import (
    calculate_channel_results,
    check_contact,
    find_opt_out,
    find_quiet_end,
)
from salesrules.invitations.rules.events import CountsWorkingDays, check_event, check_readiness, plan_readiness
from salesrules.invitations.rules.life import decide_by
from salesrules.invitations.rules.lint import check_policy
from salesrules.invitations.rules.outcomes import (
    calculate_effect,
    calculate_outcome,
    check_effect,
    check_outcome,
    rank_refusals,
)
from salesrules.invitations.rules.reminders import (
    calculate_follow_up_due,
    calculate_reminder_at,
    check_follow_up,
    check_reminder,
    find_due_reminders,
)
from salesrules.invitations.rules.scripts import (
    build_script_values,
    check_script,
    check_wording,
    find_forbidden_phrases,
    prepare_script,
)
from salesrules.invitations.rules.seats import (
    build_event_accounts,
    calculate_seat_counts,
    check_doors,
    check_party,
    find_item,
    guest_account,
    item_account,
    seat_account,
)

__all__ = [
    "CountsWorkingDays",
    "build_event_accounts",
    "build_script_values",
    "calculate_channel_results",
    "calculate_effect",
    "calculate_follow_up_due",
    "calculate_outcome",
    "calculate_reminder_at",
    "calculate_seat_counts",
    "check_contact",
    "check_doors",
    "check_effect",
    "check_event",
    "check_follow_up",
    "check_outcome",
    "check_party",
    "check_policy",
    "check_readiness",
    "check_reminder",
    "check_script",
    "check_wording",
    "decide_by",
    "find_due_reminders",
    "find_forbidden_phrases",
    "find_item",
    "find_opt_out",
    "find_quiet_end",
    "guest_account",
    "item_account",
    "plan_readiness",
    "prepare_script",
    "rank_refusals",
    "seat_account",
]
