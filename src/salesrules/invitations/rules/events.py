"""Events before they begin: a sound programme, and a checklist that is due relative to the event's own days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from salesrules.core import Decision, InvalidValue, PolicyReference, Reason, is_before
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import Event, ReadinessTask
from salesrules.invitations.policy import DayCount, InvitationPolicy
from salesrules.invitations.rules.life import decide_by

__all__ = ["CountsWorkingDays", "check_event", "check_readiness", "plan_readiness"]


class CountsWorkingDays(Protocol):
    """A firm's working days, as far as checklists ask for them: `salesrules.core.WorkingTime` answers it."""

    def add_days(self, day: date, count: int, /) -> date:
        """The working day so many working days after a day, or before it."""
        ...


def check_event(event: Event, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether an event is sound: seats, a budget line, a programme within it, nobody speaking twice at once."""
    return decide_by(policy, as_of, _event_findings(event))


def _event_findings(event: Event) -> Iterator[Reason]:
    if event.capacity == 0:
        yield codes.CAPACITY_ZERO(event=event.id, path="event.capacity")
    if not event.budget_line:
        yield codes.BUDGET_LINE_MISSING(event=event.id, path="event.budget_line")
    for index, item in enumerate(event.agenda):
        path = f"event.agenda[{index}]"
        if is_before(item.starts_at, event.starts_at) or is_before(event.ends_at, item.ends_at):
            yield codes.AGENDA_OUTSIDE(event=event.id, item=item.title, path=path)
        if item.speaker is None:
            continue
        if item.speaker not in event.speakers:
            yield codes.SPEAKER_UNLISTED(event=event.id, item=item.title, speaker=item.speaker, path=f"{path}.speaker")
        for other in event.agenda[:index]:
            is_meeting = is_before(item.starts_at, other.ends_at) and is_before(other.starts_at, item.ends_at)
            if other.speaker == item.speaker and is_meeting:
                yield codes.AGENDA_OVERLAPS(
                    event=event.id, item=item.title, other=other.title, speaker=item.speaker, path=path
                )


def plan_readiness(
    event: Event, policy: InvitationPolicy, working_time: CountsWorkingDays | None = None
) -> tuple[ReadinessTask, ...]:
    """The checklist of an event: each step with its owner and its last day, the earliest first.

    Days count back from the event's first day on its own calendar. Raises `InvalidValue` where working days count and
    nobody says which they are, or where a day lies before the calendar begins.
    """
    tasks = []
    for step in policy.readiness:
        if step.kinds and event.kind not in step.kinds:
            continue
        if step.counted is DayCount.WORKING:
            if working_time is None:
                raise InvalidValue("working_time", None, "this checklist counts working days; give the firm's")
            due = working_time.add_days(event.first_day, -step.days_before)
        else:
            try:
                due = event.first_day - timedelta(days=step.days_before)
            except OverflowError:
                raise InvalidValue("event.starts_at", event.starts_at, "give a later day") from None
        tasks.append(
            ReadinessTask(event=event.id, step=step.id, owner=step.owner, due=due, is_required=step.is_required)
        )
    return tuple(sorted(tasks, key=lambda task: task.due))


def check_readiness(
    event: Event,
    done: Mapping[str, date],
    policy: InvitationPolicy,
    as_of: datetime,
    working_time: CountsWorkingDays | None = None,
) -> Decision:
    """Whether an event is ready: `done` gives the day on which each step was done.

    A step is overdue from the day after its last one; what is required and undone when the event begins denies it.
    `changes_at` is the next day (of the event's own calendar) on which an undone step becomes overdue, or the instant
    at which the event begins. Raises as `plan_readiness` does.
    """
    today = event.local_day(as_of)
    has_begun = not is_before(as_of, event.starts_at)
    tasks = plan_readiness(event, policy, working_time)
    findings, changes = [], []
    for task in tasks:
        day = done.get(task.step)
        path, entry = f"done[{task.step}]", PolicyReference("ReadinessStep", task.step, "days_before")
        if day is not None and day <= today:
            if day > task.due:
                findings.append(_overdue(task, path, entry))
            continue
        if has_begun and task.is_required:
            findings.append(
                codes.READINESS_MISSING(event=event.id, step=task.step, owner=task.owner, path=path, policy=entry)
            )
        elif today > task.due:
            findings.append(_overdue(task, path, entry))
        else:
            changes.append(task.due + timedelta(days=1))
    return decide_by(policy, as_of, findings, _next(event, changes, has_begun))


def _overdue(task: ReadinessTask, path: str, entry: PolicyReference) -> Reason:
    return codes.READINESS_OVERDUE(
        event=task.event, step=task.step, owner=task.owner, due=task.due, path=path, policy=entry
    )


def _next(event: Event, changes: list[date], has_begun: bool) -> date | None:
    """The next change: a day where it comes before the event's own, else the instant of the beginning."""
    if not changes:
        return None
    first = min(changes)
    return first if has_begun or first < event.first_day else event.starts_at
