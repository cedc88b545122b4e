"""Deadlines of cases: when a stay is due, whether it is overdue, and what fires when the time is up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from salesrules.core.decisions import ALLOW, Decision
from salesrules.core.errors import InvalidValue
from salesrules.core.instants import check_instant, is_before, later_by
from salesrules.core.workflow.cases import WorkflowCase, WorkflowEvent, evolve_case
from salesrules.core.workflow.commands import decide_command
from salesrules.core.workflow.model import Deadline, DeadlineKind
from salesrules.core.workflow.table import WorkflowTable

__all__ = ["CountsWorkingTime", "due_instant", "expire_case", "find_due", "is_overdue"]


class CountsWorkingTime(Protocol):
    """A firm's working time, as far as deadlines ask for it."""

    def add(self, instant: datetime, duration: timedelta) -> datetime:
        """The instant at which so much working time has passed since an instant."""
        ...


def due_instant(deadline: Deadline, since: datetime, working_time: CountsWorkingTime | None = None) -> datetime:
    """The instant at which a stay that began at `since` is due.

    Raises `InvalidValue` where the deadline counts working time and none is given.
    """
    if deadline.kind is DeadlineKind.ELAPSED:
        return later_by(since, deadline.after)
    if working_time is None:
        raise InvalidValue("working_time", None, "this deadline counts working time; give the firm's")
    return working_time.add(since, deadline.after)


def find_due(
    table: WorkflowTable, case: WorkflowCase, working_time: CountsWorkingTime | None = None
) -> datetime | None:
    """The instant at which a case is due in its state, `None` where the state has no deadline."""
    deadline = table.state(case.state).deadline
    return None if deadline is None else due_instant(deadline, case.since, working_time)


def is_overdue(
    table: WorkflowTable, case: WorkflowCase, as_of: datetime, working_time: CountsWorkingTime | None = None
) -> bool:
    """Whether a case has stayed in its state beyond the due instant; the deadline's side owns that instant itself."""
    check_instant("as_of", as_of)
    deadline = table.state(case.state).deadline
    return deadline is not None and deadline.is_missed(due_instant(deadline, case.since, working_time), as_of)


def expire_case(
    table: WorkflowTable,
    case: WorkflowCase,
    as_of: datetime,
    *,
    facts: Any = None,
    policy: Any = None,
    working_time: CountsWorkingTime | None = None,
) -> tuple[Decision, tuple[WorkflowEvent, ...]]:
    """What time has done to a case by `as_of`: the events of every deadline that fired, oldest first.

    Each happens at its due instant (or at the case's last event, where that is later), whenever it is asked for, so
    that a late look gives the same history. An expiry may lead into a state whose own deadline has passed too. The
    decision is the last one; where a guard refuses, nothing further fires.
    """
    events: list[WorkflowEvent] = []
    decision = ALLOW
    check_instant("as_of", as_of)
    while (deadline := table.state(case.state).deadline) is not None and deadline.fires is not None:
        due = due_instant(deadline, case.since, working_time)
        if not deadline.is_missed(due, as_of):
            break
        last = case.history[-1].at
        instant = last if is_before(due, last) else due
        decision, fired = decide_command(table, case, deadline.fires, as_of=instant, facts=facts, policy=policy)
        if not fired:
            break
        events += fired
        case = evolve_case(case, fired[0])
    return decision, tuple(events)
