"""The reason codes that a workflow can give, to those who command it and about those who kept a log of it."""

from __future__ import annotations

from salesrules.core.decisions import ReasonCode

__all__ = [
    "AMBIGUOUS",
    "DEADLINE_MISSED",
    "FINAL",
    "FROZEN",
    "GUARD_REFUSED",
    "NOT_ALLOWED",
    "NOT_FINISHED",
    "OUT_OF_ORDER",
    "REASONS",
    "REASON_NEEDED",
    "ROLE_MISSING",
    "UNKNOWN_ACTIVITY",
    "UNKNOWN_COMMAND",
    "WRONG_ROLE",
]

#: The table knows no such command in any state.
UNKNOWN_COMMAND = ReasonCode("workflow.unknown_command", ("command", "nearest"))
#: The table knows the command, but not in this state.
NOT_ALLOWED = ReasonCode("workflow.not_allowed", ("command", "state", "expected"))
#: The case is closed: its state is final.
FINAL = ReasonCode("workflow.final", ("command", "state"))
#: The case is pending, so its content may not be edited; `revise` withdraws it.
FROZEN = ReasonCode("workflow.frozen", ("command", "state"))
#: The actor lacks the role that the transition asks for.
ROLE_MISSING = ReasonCode("workflow.role_missing", ("command", "role"))
#: The guard said no without a reason of its own.
GUARD_REFUSED = ReasonCode("workflow.guard_refused", ("command", "state"))
#: The transition asks for one of its coded reasons.
REASON_NEEDED = ReasonCode("workflow.reason_needed", ("command", "codes"))
#: Guards that were declared exclusive allowed more than one transition.
AMBIGUOUS = ReasonCode("workflow.ambiguous", ("command", "state", "targets"))
#: The instant lies before the last event of the case.
OUT_OF_ORDER = ReasonCode("workflow.out_of_order", ("instant", "last"))
#: A log holds an activity that stands for no command.
UNKNOWN_ACTIVITY = ReasonCode("workflow.unknown_activity", ("activity",))
#: A log says that somebody acted in another role than the table asks for.
WRONG_ROLE = ReasonCode("workflow.wrong_role", ("command", "role", "expected"))
#: A log ends before the case reached a final state.
NOT_FINISHED = ReasonCode("workflow.not_finished", ("state", "expected"))
#: A case stayed in a state beyond its due instant.
DEADLINE_MISSED = ReasonCode("workflow.deadline_missed", ("state", "due"))

REASONS = (
    UNKNOWN_COMMAND,
    NOT_ALLOWED,
    FINAL,
    FROZEN,
    ROLE_MISSING,
    GUARD_REFUSED,
    REASON_NEEDED,
    AMBIGUOUS,
    OUT_OF_ORDER,
    UNKNOWN_ACTIVITY,
    WRONG_ROLE,
    NOT_FINISHED,
    DEADLINE_MISSED,
)
