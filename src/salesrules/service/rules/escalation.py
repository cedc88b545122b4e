"""How a complaint stands: what is overdue, who up the line must know, and when that changes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from salesrules.core import (
    CountsWorkingTime,
    Decision,
    PolicyReference,
    Reason,
    WorkflowCase,
    hours_as_duration,
    is_before,
)
from salesrules.org import Structure
from salesrules.service import reasons as codes
from salesrules.service.model import Complaint, ComplaintDeadline, ComplaintDeadlines, Escalation
from salesrules.service.policy import ServicePolicy, later
from salesrules.service.rules.complaints import calculate_complaint_deadlines, find_missed_deadlines
from salesrules.service.rules.life import as_it_passes, decide_until

__all__ = ["check_complaint", "find_escalations", "find_superiors"]

_OVER = frozenset({"confirmed", "withdrawn"})


def check_complaint(
    complaint: Complaint,
    case: WorkflowCase,
    policy: ServicePolicy,
    as_of: datetime,
    working_time: CountsWorkingTime | None = None,
) -> Decision:
    """Whether a complaint is within its deadlines; warns of each that was missed, and where it was reopened too often.

    `changes_at` is the next instant at which the answer, or whom it must reach, changes by itself: a due instant that
    still lies ahead, or the next level of escalation. A closed complaint has none.
    """
    deadlines = calculate_complaint_deadlines(complaint, case, policy, working_time)
    missed = find_missed_deadlines(complaint, deadlines, policy, as_of)
    findings = _findings(complaint, deadlines, missed, policy)
    if case.state in _OVER:
        return decide_until(policy, as_of, findings, ())
    changes = []
    for name in ComplaintDeadline:
        if not _is_open(name, deadlines):
            continue
        due = _due(name, deadlines)
        if (name, due) not in missed:
            changes.append(due)
        else:
            changes += [at for at in _instants(due, policy, working_time) if is_before(as_of, at)]
    return decide_until(policy, as_of, findings, changes)


def _findings(
    complaint: Complaint,
    deadlines: ComplaintDeadlines,
    missed: tuple[tuple[ComplaintDeadline, datetime], ...],
    policy: ServicePolicy,
) -> Iterator[Reason]:
    for name, due in missed:
        code = codes.RESPONSE_OVERDUE if name is ComplaintDeadline.RESPONSE else codes.RESOLUTION_OVERDUE
        entry = PolicyReference("SeverityRule", complaint.severity, name.value)
        yield code(complaint=complaint.id, priority=complaint.severity, due=due, path="case", policy=entry)
    rules = policy.complaint_rules
    if rules.maximum_reopenings is not None and deadlines.times_reopened > rules.maximum_reopenings:
        yield codes.REOPENED_TOO_OFTEN(
            complaint=complaint.id,
            times=deadlines.times_reopened,
            limit=rules.maximum_reopenings,
            path="case",
            policy=PolicyReference("ComplaintPolicy", rules.id, "maximum_reopenings"),
        )


def _due(name: ComplaintDeadline, deadlines: ComplaintDeadlines) -> datetime:
    return deadlines.response_due if name is ComplaintDeadline.RESPONSE else deadlines.resolution_due


def _is_open(name: ComplaintDeadline, deadlines: ComplaintDeadlines) -> bool:
    return (deadlines.responded_at if name is ComplaintDeadline.RESPONSE else deadlines.resolved_at) is None


def _instants(due: datetime, policy: ServicePolicy, working_time: CountsWorkingTime | None) -> list[datetime]:
    """When each level of escalation is reached."""
    levels = policy.complaint_rules.escalation
    return [later(due, hours_as_duration(level.hours_after), level.counted, working_time) for level in levels]


def find_superiors(complaint: Complaint, structure: Structure) -> tuple[tuple[str, str], ...]:
    """Who can take an escalation, nearest first, each with the unit headed: acting heads from the department upwards.

    Nobody appears twice, and neither the handler nor the person complained about; vacant heads are passed over. A case
    without a department starts at its kind's owner only once it is assigned, so then there is nobody.

    Raises `UnknownName` where the department is no unit on the day of the structure.
    """
    if complaint.department is None:
        return ()
    found: dict[str, str] = {}
    for unit in (complaint.department, *structure.units.chain(complaint.department)):
        head = structure.acting_head(unit)
        if head is not None and head not in (complaint.handler, complaint.concerns):
            found.setdefault(head, unit)
    return tuple(found.items())


def find_escalations(
    complaint: Complaint,
    case: WorkflowCase,
    policy: ServicePolicy,
    structure: Structure,
    as_of: datetime,
    working_time: CountsWorkingTime | None = None,
) -> tuple[Escalation, ...]:
    """Every escalation that an open, overdue complaint has reached by an instant, the earliest first.

    A deadline that was met, however late, escalates no further. Above the top of the line the last one stays in charge.
    """
    if case.state in _OVER:
        return ()
    deadlines = calculate_complaint_deadlines(complaint, case, policy, working_time)
    superiors = find_superiors(complaint, structure)
    found = []
    for name, due in find_missed_deadlines(complaint, deadlines, policy, as_of):
        if not _is_open(name, deadlines):
            continue
        for level, at in enumerate(_instants(due, policy, working_time), start=1):
            if is_before(as_of, at):
                continue
            person, unit = superiors[min(level, len(superiors)) - 1] if superiors else (None, None)
            found.append(
                Escalation(complaint=complaint.id, deadline=name, level=level, at=at, person=person, unit=unit)
            )
    return tuple(sorted(found, key=lambda escalation: (as_it_passes(escalation.at), escalation.level)))
