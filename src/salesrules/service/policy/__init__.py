"""What a firm sets about service: complaints, care, requests, standards and feedback."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import AmbiguousDay, PolicyLife, UnknownName, as_tuple, demand, nearest_names
from salesrules.service.policy.care import CareKind, CareSchedule, CareStep, FreeDay
from salesrules.service.policy.complaints import (
    ComplaintKind,
    ComplaintPolicy,
    CustomerSilence,
    EscalationLevel,
    SeverityRule,
)
from salesrules.service.policy.entries import find_entry
from salesrules.service.policy.limits import HourLimit, later
from salesrules.service.policy.steps import Better, FeedbackRoute, RequestRule, ServiceStandard

__all__ = [
    "Better",
    "CareKind",
    "CareSchedule",
    "CareStep",
    "ComplaintKind",
    "ComplaintPolicy",
    "CustomerSilence",
    "EscalationLevel",
    "FeedbackRoute",
    "FreeDay",
    "HourLimit",
    "RequestRule",
    "ServicePolicy",
    "ServiceStandard",
    "SeverityRule",
    "later",
]


@attrs.frozen(kw_only=True)
class ServicePolicy:
    """The section `service` of a rulebook."""

    life: PolicyLife
    complaints: ComplaintPolicy | None = None
    care: tuple[CareSchedule, ...] = attrs.field(default=(), converter=as_tuple)
    requests: tuple[RequestRule, ...] = attrs.field(default=(), converter=as_tuple)
    standards: tuple[ServiceStandard, ...] = attrs.field(default=(), converter=as_tuple)
    feedback: tuple[FeedbackRoute, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def complaint_rules(self) -> ComplaintPolicy:
        """What is set about complaints; raises `InvalidValue` where the rulebook says nothing."""
        return demand(self.complaints, "service.complaints")

    def care_schedule(self, customer_class: str, day: date) -> CareSchedule | None:
        """The schedule of a class for deliveries of a day, `None` without one; raises `AmbiguousDay` for several."""
        found = [
            schedule
            for schedule in self.care
            if customer_class in schedule.customer_classes and day in schedule.effective
        ]
        if len(found) > 1:
            raise AmbiguousDay(f"service.care for {customer_class}", day, tuple(entry.id for entry in found))
        return found[0] if found else None

    def request_rule(self, kind: str) -> RequestRule:
        """The clock of a kind of request; raises `UnknownName` with the nearest ones."""
        return find_entry("kind of request", kind, self.requests)

    def feedback_route(self, kind: str) -> FeedbackRoute:
        """Where feedback of a kind goes; raises `UnknownName` with the nearest kinds."""
        routes = {known: route for route in self.feedback for known in route.kinds}
        if kind not in routes:
            raise UnknownName("kind of feedback", kind, nearest_names(kind, routes))
        return routes[kind]
