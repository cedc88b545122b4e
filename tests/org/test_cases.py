"""Cases that others published, with their source in `tests/cases/org.json`."""

from __future__ import annotations

import json
import pathlib
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salesrules.core import Money
from salesrules.org import (
    Act,
    Delegation,
    DelegationRule,
    Hierarchy,
    InstantRange,
    check_authority,
    check_visibility,
    find_delegate,
)

CASES = {
    case["id"]: case
    for case in json.loads((pathlib.Path(__file__).parents[1] / "cases" / "org.json").read_text(encoding="utf-8"))
}


def case(id: str) -> tuple[dict[str, Any], Any]:
    return CASES[id]["inputs"], CASES[id]["expected"]


def test_every_case_names_its_source() -> None:
    assert set(CASES) == {"AUTH-01", "AUTH-04", "AUTH-05", "AUTH-10"}
    assert all(case["source"] for case in CASES.values())


def test_auth_01_any_manager_up_the_line_approves_but_never_the_submitter() -> None:
    inputs, expected = case("AUTH-01")
    managers = dict(inputs["manager_of"])
    people = Hierarchy.from_parents({**dict.fromkeys(managers.values()), **managers})
    approvers = people.chain(inputs["submitter"])
    assert list(approvers) == expected["approvers"]
    assert (inputs["submitter"] in approvers) is expected["daniel"]


def test_auth_10_visibility_flows_up_through_assignment() -> None:
    inputs, expected = case("AUTH-10")
    people = Hierarchy.from_parents({"manager": None, inputs["assigned_to"]: "manager", "other": None})
    holders = (inputs["owner"], inputs["assigned_to"])
    assert check_visibility(people, "manager", holders).is_allowed is expected["manager_can_read"]
    assert not check_visibility(people, "manager", (inputs["owner"],)).is_allowed
    assert not check_visibility(people, "other", holders).is_allowed


def test_auth_05_a_chain_of_delegations_is_followed() -> None:
    inputs, expected = case("AUTH-05")
    start = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
    delegations = [
        Delegation(id=f"{grantor}{delegate}", grantor=grantor, delegate=delegate, window=InstantRange(start))
        for grantor, delegate in inputs["delegations"]
    ]
    found = find_delegate("A", "any", delegations, DelegationRule(maximum_links=5), as_of=start)
    assert found.delegate == expected["approver_of_A"]


@pytest.mark.parametrize("seconds", [9, 5, 4])
def test_auth_04_a_grant_of_five_seconds_has_expired(firm: SimpleNamespace, seconds: int) -> None:
    inputs, expected = case("AUTH-04")
    start, now = (datetime.fromisoformat(inputs[name]) for name in ("grant", "now"))
    duration = timedelta(seconds=int(inputs["duration"].removesuffix("s")))
    assert (now - start).seconds == 9
    given = Delegation(id="g", grantor="nia", delegate="lee", window=InstantRange.lasting(start, duration))
    structure = firm.resolve(firm.organisation, start.date())
    decision = check_authority(
        "lee",
        Act(kind="contract.sign", amount=Money(1, "CNY"), unit="n1"),
        structure,
        firm.policy,
        [given],
        as_of=start + timedelta(seconds=seconds),
    )
    # Published for second nine; the fifth is the first one without, since the window is half-open.
    assert decision.is_allowed is (expected if seconds >= 5 else True)
