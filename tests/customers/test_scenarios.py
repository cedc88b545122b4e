"""The scenarios of `scenarios/customers`, written for a sales manager, run as tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from salesrules.customers import Customer, Registration, check_registration, check_visits

FOLDER = Path(__file__).parents[2] / "scenarios" / "customers"


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


SCENARIOS = {path.stem: read(path) for path in sorted(FOLDER.glob("*.yaml"))}
CHECKS = [
    pytest.param(scenario, check, id=f"{name}: {check['say']}")
    for name, scenario in SCENARIOS.items()
    for check in scenario["checks"]
]


def test_there_are_scenarios() -> None:
    assert (len(SCENARIOS), len(CHECKS)) == (2, 14)


@pytest.mark.parametrize(("scenario", "check"), CHECKS)
def test_scenario(scenario, check, policy, register, at) -> None:
    as_of = at(str(check["at"]))
    if "class" in check:
        customer = Customer(id="c", kind="firm", customer_class=check["class"])
        decision = check_visits(customer, at(str(scenario["last"])), policy, as_of)
    else:
        existing: list[Registration] = [
            register(str(number), one["by"], *((kind, str(when)) for kind, when in one["steps"]), phone=one["phone"])
            for number, one in enumerate(scenario["registrations"])
        ]
        new = register("new", check["by"], ("walk_in", str(check["at"])), phone=check["phone"])
        decision = check_registration(new, existing, policy, as_of)
    assert decision.outcome.value == check["outcome"]
    assert [reason.code for reason in decision.reasons] == check.get("because", [])
