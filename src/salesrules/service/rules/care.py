"""Care after delivery: the tasks that a delivery starts, which of them are due or overdue, and the next date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

from dateutil.relativedelta import relativedelta

from salesrules.core import Decision, InvalidValue, PolicyReference, Reason
from salesrules.service import reasons as codes
from salesrules.service.model import CareDone, CareTask, Delivery
from salesrules.service.policy import CareSchedule, CareStep, FreeDay, ServicePolicy
from salesrules.service.rules.life import decide_until

__all__ = ["KnowsWorkingDays", "check_care", "plan_care"]

_DAY = timedelta(days=1)


class KnowsWorkingDays(Protocol):
    """A firm's working days, as far as care asks for them: `salesrules.core.WorkingTime` answers it."""

    def is_working_day(self, day: date, /) -> bool:
        """Whether the firm works on a day."""
        ...

    def add_days(self, day: date, count: int, /) -> date:
        """The working day so many working days after a day, or before it."""
        ...


def plan_care(
    delivery: Delivery, policy: ServicePolicy, working_time: KnowsWorkingDays | None = None
) -> tuple[CareTask, ...]:
    """The tasks that a delivery starts by the schedule of the customer's class, in the order in which they fall due.

    Days are calendar days after the day of delivery; a task that falls on a free day stays or moves as the schedule
    says, but never before the delivery. None where no schedule holds. Raises `InvalidValue` where tasks move and nobody
    says which days are worked, or a day lies beyond the calendar; `AmbiguousDay` where two schedules hold.
    """
    schedule = policy.care_schedule(delivery.customer_class, delivery.day)
    if schedule is None:
        return ()
    tasks = [_task(delivery, step, schedule, working_time) for step in schedule.steps]
    return tuple(sorted(tasks, key=lambda task: (task.due, task.last_day)))


def _task(
    delivery: Delivery, step: CareStep, schedule: CareSchedule, working_time: KnowsWorkingDays | None
) -> CareTask:
    try:
        due = delivery.day + relativedelta(months=step.months_after, days=step.days_after)
        due = _moved(due, delivery.day, schedule.on_free_day, working_time)
        last_day = due + step.days_allowed * _DAY
    except (OverflowError, ValueError) as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue("delivery.day", delivery.day, "the calendar ends before this care is due") from None
    return CareTask(
        delivery=delivery.id,
        customer=delivery.customer,
        step=step.id,
        kind=step.kind.value,
        owner=step.owner,
        due=due,
        last_day=last_day,
    )


def _moved(due: date, earliest: date, rule: FreeDay, working_time: KnowsWorkingDays | None) -> date:
    if rule is FreeDay.STAYS:
        return due
    if working_time is None:
        raise InvalidValue("working_time", None, "this schedule moves tasks to working days; give the firm's")
    if working_time.is_working_day(due):
        return due
    if rule is FreeDay.PREVIOUS_WORKING_DAY and (moved := working_time.add_days(due, -1)) >= earliest:
        return moved
    return working_time.add_days(due, 1)


def check_care(
    delivery: Delivery,
    done: Iterable[CareDone],
    policy: ServicePolicy,
    as_of: date,
    working_time: KnowsWorkingDays | None = None,
) -> Decision:
    """How the care of a delivery stands on a day: what is due, what is overdue, and the next day on which that changes.

    A task is due from its day to its last day, both included, and overdue after that; one done late is a finding too.
    Raises as `plan_care` does, and `InvalidValue` for a task that was done before the delivery.
    """
    tasks = plan_care(delivery, policy, working_time)
    days: dict[str, date] = {}
    for entry in done:
        entry.check_after(delivery)
        if entry.day <= as_of:
            days[entry.task] = min(entry.day, days.get(entry.task, entry.day))
    open_tasks = [task for task in tasks if task.id not in days]
    changes = [day for task in open_tasks for day in (task.due, task.last_day + _DAY) if day > as_of]
    return decide_until(policy, as_of, _findings(delivery, tasks, days, policy, as_of), changes)


def _findings(
    delivery: Delivery, tasks: Sequence[CareTask], days: dict[str, date], policy: ServicePolicy, as_of: date
) -> Iterator[Reason]:
    schedule = policy.care_schedule(delivery.customer_class, delivery.day)
    if schedule is None:
        yield codes.CARE_WITHOUT_SCHEDULE(
            delivery=delivery.id, customer_class=delivery.customer_class, path="delivery.customer_class"
        )
        return
    for task in tasks:
        entry = PolicyReference("CareStep", task.step, "days_allowed")
        done = days.get(task.id)
        if (as_of if done is None else done) > task.last_day:
            yield codes.CARE_OVERDUE(
                delivery=delivery.id, task=task.step, last_day=task.last_day, path="done", policy=entry
            )
        elif done is None and as_of >= task.due:
            yield codes.CARE_DUE(
                delivery=delivery.id,
                task=task.step,
                due=task.due,
                last_day=task.last_day,
                path="done",
                policy=entry,
            )
