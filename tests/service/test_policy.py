"""The room's section of a rulebook: read from a document, checked across its fields; its codes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import attrs
import pytest

from salesrules import service
from salesrules.company import starter_rulebook
from salesrules.core import Band, BandTable, DateRange, Severity
from salesrules.service import (
    LABELS,
    REASONS,
    CareSchedule,
    CareStep,
    ComplaintKind,
    EscalationLevel,
    FeedbackRoute,
    HourLimit,
    RequestRule,
    ServicePolicy,
    ServiceStandard,
    SeverityRule,
    check_policy,
    reasons,
)
from salesrules.wire import load_rulebook

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(service.__file__).parent.rglob("*.py"))
EVER = DateRange(date(2010, 1, 1))
HOURS = HourLimit(hours=4)


def test_codes_are_unique_of_this_room_and_given_somewhere() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert all(getattr(reasons, code.removeprefix("service.").upper()).code == code for code in codes)
    assert [code for code in codes if f"codes.{code.removeprefix('service.').upper()}" not in SOURCES] == []
    used = set(re.findall(r'"(service\.label\.[a-z_]+)"', SOURCES))
    assert used == LABELS.keys()


def test_findings_about_time_warn_and_do_not_deny() -> None:
    mild = {reason.code for reason in REASONS if reason.severity is not Severity.ERROR}
    late = {"service.reopened_too_often", "service.standard_missed", "service.standard_not_measured"}
    late |= {"service.care_due", "service.care_without_schedule", "service.request_paused"}
    assert mild == late | {code for code in mild if code.endswith("overdue")}
    assert sum(code.endswith("overdue") for code in mild) == 6


def test_the_starter_rulebook_has_a_sound_section() -> None:
    policy = load_rulebook(starter_rulebook()).section("service")
    assert check_policy(policy) == ()
    assert {kind.id for kind in policy.complaints.kinds} >= {"quality", "delivery", "conduct"}
    assert [severity.id for severity in policy.complaints.severities] == ["critical", "major", "minor"]
    assert {kind for route in policy.feedback for kind in route.kinds} == {"quality", "need", "market", "dealer_wish"}


def faults_of(policy: ServicePolicy) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("service."), fault.path) for fault in check_policy(policy)]


def test_faults_of_complaints_are_found(policy, make_complaints) -> None:
    assert faults_of(policy) == []
    kinds = [
        ComplaintKind(id="q", intake="h", owner="u", joint=["u"]),
        ComplaintKind(id="q", intake="h", owner="u", joint=["a", "a"]),
    ]
    slow = SeverityRule(id="s", response=HourLimit(hours=5), resolution=HOURS)
    mixed = SeverityRule(id="m", response=HourLimit(hours=5), resolution=HourLimit(hours=4, counted="working"))
    falling = [EscalationLevel(id="a", hours_after=8), EscalationLevel(id="b", hours_after=4)]
    wrong = make_complaints(kinds=kinds, severities=[slow, mixed], escalation=falling)
    assert faults_of(attrs.evolve(policy, complaints=wrong)) == [
        ("duplicate_id", "complaints.kinds[1].id"),
        ("resolution_before_response", "complaints.severities[0].resolution.hours"),
        ("escalation_falls", "complaints.escalation[1].hours_after"),
        ("department_twice", "complaints.kinds[0].joint"),
        ("department_twice", "complaints.kinds[1].joint"),
    ]


def test_faults_of_the_other_parts_are_found(life) -> None:
    step = CareStep(id="s", kind="survey", owner="q")
    schedule = CareSchedule(id="a", customer_classes=["A"], effective=EVER, steps=[step, step])
    closed = BandTable(bands=[Band(start=0, value=1)], end=9)
    standard = ServiceStandard(id="r", step="s", unit="s", required=1, better="lower", points=closed)
    route = FeedbackRoute(id="f", kinds=["need"], owner="m", forward=HOURS, answer=HOURS)
    rule = RequestRule(id="repair", limit=HOURS)
    policy = ServicePolicy(
        life=life,
        care=[schedule, attrs.evolve(schedule, steps=[step])],
        requests=[rule, rule],
        standards=[standard],
        feedback=[route, attrs.evolve(route, id="g")],
    )
    assert faults_of(policy) == [
        ("duplicate_id", "care[1].id"),
        ("duplicate_id", "care[0].steps[1].id"),
        ("schedules_overlap", "care[1].customer_classes"),
        ("duplicate_id", "requests[1].id"),
        ("band_not_open", "standards[0].points.bands[0].from"),
        ("band_not_open", "standards[0].points.bands[0].to"),
        ("kind_routed_twice", "feedback[1].kinds[0]"),
    ]


def test_every_name_of_the_door_opens() -> None:
    assert [name for name in service.__all__ if getattr(service, name, None) is None] == []
    with pytest.raises(AttributeError):
        service.Complaynt  # noqa: B018 - asking is the act
