"""The scenarios of `scenarios/leads`, written for a sales manager, run as tests."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from salesrules.core import Denied, advance_case, start_case
from salesrules.leads import (
    Claimant,
    FormerOwner,
    LeadFacts,
    LeadLock,
    build_lead_workflow,
    check_claim,
    check_holding,
)

FOLDER = Path(__file__).parents[2] / "scenarios" / "leads"
KNOWN = {
    "phone": "1",
    "need": "x",
    "budget": 1,
    "decider": "li",
    "timing": "now",
    "proposal": "p",
    "contract_signed": True,
}


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


SCENARIOS = {path.stem: read(path) for path in sorted(FOLDER.glob("*.yaml"))}
CHECKS = [
    pytest.param(scenario, check, id=f"{name}: {check['say']}")
    for name, scenario in SCENARIOS.items()
    for check in scenario["checks"]
]


def test_there_are_scenarios() -> None:
    assert (len(SCENARIOS), len(CHECKS)) == (3, 28)


def assert_kept(scenario, check, policy, make_lead, at) -> None:
    since = at(str(scenario["owned_since"]))
    changes: dict[str, Any] = {"owned_since": since, "stage_entered": since, "customer_class": check.get("class", "B")}
    changes |= {field: at(str(check[field])) for field in ("stage_entered", "last_follow_up") if field in check}
    if "locked_until" in check:
        changes["lock"] = LeadLock(since=since, until=at(str(check["locked_until"])))
    activities = [at(str(one)) for one in check.get("activities", ())]
    lead = make_lead(**changes, activities=activities, is_won=check.get("won", False))
    decision = check_holding(lead, policy, at(str(check["at"])))
    assert decision.outcome.value == check["outcome"]
    assert decision.reasons[0].parameters.get("rule") == check.get("rule")


def assert_claimed(scenario, check, policy, make_lead, at) -> None:
    former = FormerOwner(owner=scenario["former"]["owner"], until=at(str(scenario["former"]["until"])))
    lead = make_lead(owner=None, pooled_at=at(str(scenario["pooled_at"])), former=[former])
    claimant = Claimant(person=check["by"], owned=check.get("owned", 0), claimed_today=check.get("claimed", 0))
    decision = check_claim(lead, claimant, policy, at(str(check["at"])))
    assert decision.outcome.value == check["outcome"]
    assert [reason.code for reason in decision.reasons] == check.get("because", [])


def assert_handed_on(check, policy, make_lead, at) -> None:
    table, now = build_lead_workflow(policy.schemes[0]), at("2024-03-01 10:00")
    case, facts = start_case(table, as_of=now), LeadFacts(lead=make_lead(), values=KNOWN)

    def step(case, text):
        role, command, *reason = text.split()
        given = {"facts": facts, "policy": policy, "roles": [role], "reason": reason[0] if reason else None}
        return advance_case(table, case, command, as_of=case.history[-1].at + timedelta(hours=1), **given)

    *first, last = check["steps"]
    for text in first:
        case = step(case, text)
    if "ends" in check:
        assert step(case, last).state == check["ends"]
        return
    with pytest.raises(Denied) as caught:
        step(case, last)
    assert caught.value.decision.reasons[0].code == check["refused"]


@pytest.mark.parametrize(("scenario", "check"), CHECKS)
def test_scenario(scenario, check, policy, make_lead, at) -> None:
    if "steps" in check:
        assert_handed_on(check, policy, make_lead, at)
    elif "by" in check:
        assert_claimed(scenario, check, policy, make_lead, at)
    else:
        assert_kept(scenario, check, policy, make_lead, at)
