"""Faults of the room's policy that lie between fields, found when a rulebook is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesrules.core import Fault
from salesrules.service.policy import CareSchedule, ComplaintPolicy, ServicePolicy

__all__ = ["check_policy"]


def check_policy(policy: ServicePolicy) -> tuple[Fault, ...]:
    """The faults across fields: ids used twice, a resolution due before its response, classes with two schedules.

    Escalation that does not rise, kinds of feedback with two routes, and points that leave a low value without any
    are faults too.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, PolicyLife
    >>> life = PolicyLife(status="draft", scope="all", owner="service", effective=DateRange(date(2020, 1, 1)))
    >>> check_policy(ServicePolicy(life=life))
    ()
    """
    return (
        *(_complaints(policy.complaints) if policy.complaints is not None else ()),
        *_doubled("care", [schedule.id for schedule in policy.care]),
        *_overlapping(policy.care),
        *_doubled("requests", [rule.id for rule in policy.requests]),
        *_doubled("standards", [standard.id for standard in policy.standards]),
        *_points(policy),
        *_doubled("feedback", [route.id for route in policy.feedback]),
        *_routes(policy),
    )


def _doubled(field: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, id in enumerate(ids):
        first = seen.setdefault(id, index)
        if first != index:
            yield Fault(
                code="service.duplicate_id",
                path=f"{field}[{index}].id",
                problem=f"{field}[{first}] has the same id",
                remedy="give every entry an id of its own",
                value=id,
            )


def _complaints(rules: ComplaintPolicy) -> Iterator[Fault]:
    for name in ("kinds", "severities", "escalation"):
        yield from _doubled(f"complaints.{name}", [entry.id for entry in getattr(rules, name)])
    for index, severity in enumerate(rules.severities):
        same_count = severity.response.counted is severity.resolution.counted
        if same_count and severity.resolution.hours < severity.response.hours:
            yield Fault(
                code="service.resolution_before_response",
                path=f"complaints.severities[{index}].resolution.hours",
                problem=f"a response may take {severity.response.hours} hours",
                remedy="give the resolution at least as long",
                value=severity.resolution.hours,
            )
    for index, (below, above) in enumerate(zip(rules.escalation, rules.escalation[1:], strict=False), start=1):
        if below.counted is above.counted and above.hours_after < below.hours_after:
            yield Fault(
                code="service.escalation_falls",
                path=f"complaints.escalation[{index}].hours_after",
                problem=f"the level below is reached after {below.hours_after} hours",
                remedy="let levels follow one another",
                value=above.hours_after,
            )
    for index, kind in enumerate(rules.kinds):
        if kind.owner in kind.joint or len(set(kind.joint)) < len(kind.joint):
            yield Fault(
                code="service.department_twice",
                path=f"complaints.kinds[{index}].joint",
                problem="a department stands here twice, or owns the case already",
                remedy="name each other department once",
                value=list(kind.joint),
            )


def _overlapping(schedules: tuple[CareSchedule, ...]) -> Iterator[Fault]:
    for index, schedule in enumerate(schedules):
        yield from _doubled(f"care[{index}].steps", [step.id for step in schedule.steps])
        for other in range(index):
            shared = set(schedule.customer_classes) & set(schedules[other].customer_classes)
            if shared and schedule.effective.overlaps(schedules[other].effective):
                yield Fault(
                    code="service.schedules_overlap",
                    path=f"care[{index}].customer_classes",
                    problem=f"care[{other}] ({schedules[other].id}) is for {', '.join(sorted(shared))} then too",
                    remedy="end one of them before the other starts",
                    value=list(schedule.customer_classes),
                )


def _points(policy: ServicePolicy) -> Iterator[Fault]:
    for index, standard in enumerate(policy.standards):
        table, path = standard.points, f"standards[{index}].points.bands"
        if table.bands[0].start is not None:
            yield Fault(
                code="service.band_not_open",
                path=f"{path}[0].from",
                problem="values below the first band have no points",
                remedy="leave the start of the first band open",
                value=table.bands[0].start,
            )
        if table.end is not None:
            yield Fault(
                code="service.band_not_open",
                path=f"{path}[{len(table.bands) - 1}].to",
                problem="values above the last band have no points",
                remedy="leave the end of the last band open",
                value=table.end,
            )


def _routes(policy: ServicePolicy) -> Iterator[Fault]:
    taken: dict[str, int] = {}
    for index, route in enumerate(policy.feedback):
        for place, kind in enumerate(route.kinds):
            first = taken.setdefault(kind, index)
            if first != index:
                yield Fault(
                    code="service.kind_routed_twice",
                    path=f"feedback[{index}].kinds[{place}]",
                    problem=f"feedback[{first}] ({policy.feedback[first].id}) routes it too",
                    remedy="route each kind once",
                    value=kind,
                )
