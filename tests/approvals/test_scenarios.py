"""The scenarios of `scenarios/approvals`, written for a sales manager, run as tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from approval_firm import ALWAYS, NOON, add, directory_of, lends, make_organisation, request_for, say, submitted
from ruamel.yaml import YAML

from salesrules.approvals import ApprovalFile, Directory, edit_request, route, submit_request, withdraw_request
from salesrules.core import Decision, Money, Outcome
from salesrules.org import Absence, Deputy
from salesrules.wire import load_rulebook

ROOT = Path(__file__).parents[2]
POLICY = load_rulebook(ROOT / "examples" / "starter-rulebook.toml").section("approvals")
SCENARIOS = {
    path.stem: YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    for path in sorted((ROOT / "scenarios" / "approvals").glob("*.yaml"))
}
CHECKS = [
    pytest.param(scenario, check, id=f"{name}: {check['say']}")
    for name, scenario in SCENARIOS.items()
    for check in scenario["checks"]
]


def asked(scenario: dict[str, Any], check: dict[str, Any], **more: Any) -> Any:
    given = {name: check[name] for name in ("requester", "interested", "matter", "attributes") if name in check}
    given = {"attributes": scenario["attributes"]} | given | more
    return request_for(str(check.get("amount", scenario.get("amount"))), act=scenario["act"], **given)


def firm(check: dict[str, Any]) -> Directory:
    organisation = add(
        make_organisation(),
        absences=[Absence(person=person, effective=ALWAYS) for person in check.get("away", ())],
        deputies=[Deputy(position=at, person=who, effective=ALWAYS) for at, who in check.get("deputy", {}).items()],
    )
    return directory_of(organisation, delegations=[lends(*pair) for pair in check.get("lends", {}).items()])


def one_step(file: ApprovalFile, word: str, directory: Directory) -> tuple[Decision | None, ApprovalFile]:
    match word.split():
        case [who, "submit"]:
            return submit_request(file, POLICY, directory, actor=who, as_of=NOON)
        case [who, "withdraw"]:
            return withdraw_request(file, actor=who, as_of=NOON)
        case [_, "amount", amount]:
            return edit_request(file, attrs.evolve(file.request, amount=Money(amount, "CNY")))
    said, file = say(file, POLICY, directory, word)
    return (None, file) if said[0][0] == "allow" else (said[0][1], file)


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) == 3
    assert len(CHECKS) == 28


@pytest.mark.parametrize(("scenario", "check"), CHECKS)
def test_scenario(scenario, check) -> None:
    directory = firm(check)
    request = asked(scenario, check)
    if "does" not in check:
        beside = [
            asked(scenario, check | other, id=f"b{n}", day=other.get("day", date(2026, 6, 1)))
            for n, other in enumerate(check.get("beside", ()))
        ]
        found = route(request, POLICY, directory, as_of=NOON, related=beside)
        if "refused" in check:
            assert found.decision.outcome is Outcome.DENY
            assert [reason.code for reason in found.decision.reasons if reason.severity.value == "error"] == check[
                "refused"
            ]
        else:
            assert [one.step.id for one in found.steps] == check["steps"]
            assert [one.seats[0].person for one in found.steps] == check["people"]
        return
    file = submitted(request, POLICY, directory)
    refused = None
    for word in check["does"]:
        answer, file = one_step(file, word, directory)
        if isinstance(answer, list):
            refused = answer[0]
        elif answer is not None and not answer.is_allowed:
            refused = answer.reasons[0].code
    assert file.case.state == check["ends"]
    assert (refused or "").removeprefix("approvals.") == check.get("refused", "").removeprefix("approvals.")
