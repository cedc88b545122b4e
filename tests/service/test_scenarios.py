"""The scenarios of `scenarios/service`, written for a sales manager, run as tests."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from ruamel.yaml import YAML

from salesrules.core import DateRange
from salesrules.service import (
    CareDone,
    CareSchedule,
    CareStep,
    Delivery,
    HourLimit,
    ServicePolicy,
    SeverityRule,
    check_care,
    check_complaint,
)

from .conftest import MONDAY
from .test_complaints import codes_of, history

FOLDER = Path(__file__).parents[2] / "scenarios" / "service"


def read(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text("utf-8"))


COMPLAINTS, CARE = read("complaints"), read("care")


def test_every_scenario_is_read() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {"complaints", "care"}


@pytest.mark.parametrize("check", [pytest.param(check, id=check["say"]) for check in COMPLAINTS["checks"]])
def test_complaints(check, make_complaint, make_complaints, policy, office) -> None:
    severities = [
        SeverityRule(
            id=name,
            response=HourLimit(hours=rule["answered within"], counted=rule["counted"]),
            resolution=HourLimit(hours=rule["solved within"], counted=rule["counted"]),
        )
        for name, rule in COMPLAINTS["severities"].items()
    ]
    policy = attrs.evolve(policy, complaints=make_complaints(severities=severities))
    case = history(*check.get("done", {}).items())
    as_of = MONDAY + timedelta(seconds=round(check["hours"] * 3600))
    found = check_complaint(make_complaint(severity=check["severity"]), case, policy, as_of, office)
    assert codes_of(found) == check["missed"]


@pytest.mark.parametrize("check", [pytest.param(check, id=check["say"]) for check in CARE["checks"]])
def test_care(check, life) -> None:
    steps = [
        CareStep(
            id=row["task"],
            kind="survey",
            owner="service",
            days_after=row.get("after days", 0),
            months_after=row.get("after months", 0),
            days_allowed=row["allowed days"],
        )
        for row in CARE["schedule"]
    ]
    schedule = CareSchedule(id="s", customer_classes=["A"], effective=DateRange(date(2010, 1, 1)), steps=steps)
    delivery = Delivery(id="d", customer="acme", customer_class="A", day=date(2026, 1, 3))
    done = [CareDone(task=f"d/{task}", day=day) for task, day in check.get("done", {}).items()]
    decision = check_care(delivery, done, ServicePolicy(life=life, care=[schedule]), check["on"])
    assert (codes_of(decision), decision.changes_at) == (check["found"], check["next"])
