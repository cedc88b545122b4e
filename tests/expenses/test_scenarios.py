"""The scenarios of `scenarios/expenses`, written for a sales manager, run as tests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from expense_kit import DAY, NOON, YEAR, book, charge, claim, claim_line, control, eur, line, make_policy, months
from ruamel.yaml import YAML

from salesrules.core import Band, BandTable, DateRange, Denied, Rate, start_case
from salesrules.expenses import (
    Advance,
    ClaimFile,
    Commitment,
    DuplicatePolicy,
    EvidencePolicy,
    ExcessPolicy,
    ExpenseLimit,
    LatePolicy,
    ReviewPolicy,
    ReviewStep,
    Sanction,
    Spending,
    advance_claim,
    assess_claim,
    build_claim_workflow,
    calculate_settlement,
    calculate_usage,
    check_charges,
    check_claim,
)

FOLDER = Path(__file__).parents[2] / "scenarios" / "expenses"


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


SCENARIOS = {path.stem: read(path) for path in sorted(FOLDER.glob("*.yaml"))}
CHECKS = [
    pytest.param(scenario, check, id=f"{name}: {check['say']}")
    for name, scenario in SCENARIOS.items()
    for check in scenario["checks"]
]


def bands(bounds: dict[str, Any]) -> BandTable[Any]:
    """`inform_from`, `warn_from`, `stop_above`: what begins at a bound owns it, what begins above it does not."""
    made = [Band(start=None, value="ignore")]
    for name, bound in bounds.items():
        action, _, word = name.partition("_")
        made.append(Band(start=Decimal(str(bound)), value=action, side="upper" if word == "above" else "lower"))
    return BandTable(bands=made)


def assert_charge(scenario: dict[str, Any], check: dict[str, Any]) -> None:
    tree = book(*(line(one["line"], one["amount"], one.get("under")) for one in scenario["budgets"]))
    controls = [control(table=bands(scenario["control"]))] if "control" in scenario else []
    controls += [months(bands(scenario["months"]))] if "months" in scenario else []
    policy = make_policy(*controls)
    day, before = check.get("on", DAY), check.get("spent_on", DAY)
    usage = calculate_usage(
        tree,
        policy,
        spendings=[
            Spending(id=id, line=id, day=before, amount=eur(spent)) for id, spent in check.get("spent", {}).items()
        ],
        commitments=[
            Commitment(id=id, line=id, day=before, amount=eur(spent)) for id, spent in check.get("promised", {}).items()
        ],
    )
    charges = [charge(id, amount, day) for id, amount in check["charge"].items()]
    found = check_charges(charges, tree, usage, policy, day)
    assert_outcome(found, check)
    assert found.changes_at == check.get("from")
    if "left" in check:
        assert found.headroom == eur(check["left"])


def assert_outcome(found: Any, check: dict[str, Any]) -> None:
    assert found.outcome.value == check["outcome"]
    assert [reason.code for reason in found.reasons] == check.get("because", [])


def lines_of(entries: list[dict[str, Any]]) -> list[Any]:
    return [claim_line(f"l{place}", **entry) for place, entry in enumerate(entries)]


def assert_claim(scenario: dict[str, Any], check: dict[str, Any]) -> None:
    rules = scenario["claims"]
    papers = [Band(start=None, value=())]
    papers += [
        Band(start=bound, value=kinds, side="lower" if place == 0 else "upper")
        for place, (bound, kinds) in enumerate(rules["papers"].items())
    ]
    policy = make_policy(
        claims={
            "evidence": [EvidencePolicy(id="papers", required=BandTable(bands=papers))],
            "late": LatePolicy(id="late", days=rules["days"]),
            "duplicates": DuplicatePolicy(id="twice", days=rules["near_days"]),
        }
    )
    mine = claim(*lines_of(check["lines"]), purpose=check.get("purpose", "visit"))
    history = [claim(*lines_of(check["before"]), id="c0", claimant="bo")] if "before" in check else []
    assert_outcome(check_claim(mine, policy, DAY, history=history), check)


def assert_amounts(scenario: dict[str, Any], check: dict[str, Any]) -> None:
    limits = [
        ExpenseLimit(
            id=f"limit{place}",
            categories=[one["of"]],
            per=one["per"],
            amount=eur(one["amount"]),
            ranks=[one["rank"]] if "rank" in one else [],
            city_classes=[one["city"]] if "city" in one else [],
            effective=DateRange(date(2020, 1, 1)),
        )
        for place, one in enumerate(scenario["limits"])
    ]
    excess = ExcessPolicy(id="excess", firm_share=Rate.parse(scenario["firm_share"]))
    policy = make_policy(claims={"limits": limits, "cities": scenario["cities"], "excess": excess})
    advances = [Advance(id="a", amount=eur(check["advance"]))] if "advance" in check else []
    mine = claim(*lines_of(check["lines"]), rank=check.get("rank"), advances=advances)
    sanctions = [Sanction(line="l0", amount=eur(check["sanctioned"]))] if "sanctioned" in check else []
    if "refused" in check:
        with pytest.raises(Denied) as caught:
            calculate_settlement(mine, policy, sanctions=sanctions)
        assert caught.value.decision.reasons[0].code == check["refused"]
        return
    found = calculate_settlement(mine, policy, sanctions=sanctions)
    assert found.person == eur(check["person"])
    if "paid" in check:
        assert (found.payable, found.unsettled) == (eur(check["paid"]), eur(check.get("owed", 0)))


#: Who acts in which role where a scenario does not say.
ROLES = {"submit": "claimant", "edit": "claimant", "revise": "claimant", "pay": "cashier"}


def assert_steps(scenario: dict[str, Any], check: dict[str, Any]) -> None:
    steps = [
        ReviewStep(
            id=one["id"],
            role=one["id"],
            reasons=one.get("reasons", ()),
            from_amount=eur(one["from"]) if "from" in one else None,
        )
        for one in scenario["steps"]
    ]
    policy = make_policy(reviews=ReviewPolicy(steps=steps))
    table = build_claim_workflow(policy.reviews)
    mine = claim(claim_line("a", check.get("amount", 120)))
    file = ClaimFile(claim=mine, case=start_case(table, as_of=NOON), lines=assess_claim(mine, policy))
    for hour, text in enumerate(check["steps"], start=1):
        actor, command, *reason = text.split()
        decision, file = advance_claim(
            table,
            file,
            command,
            actor=actor,
            roles=[ROLES.get(command, command.partition("_")[0])],
            policy=policy,
            as_of=NOON + timedelta(hours=hour),
            finding=check_claim(mine, policy, DAY),
            reason=reason[0] if reason else None,
        )
        if hour < len(check["steps"]):
            assert decision.is_allowed, text
    if "ends" in check:
        assert (decision.is_allowed, file.case.state) == (True, check["ends"])
    else:
        assert decision.reasons[0].code == check["refused"]


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) == 5
    assert len(CHECKS) == 47
    assert DAY in YEAR


@pytest.mark.parametrize(("scenario", "check"), CHECKS)
def test_scenario(scenario, check) -> None:
    if "charge" in check:
        assert_charge(scenario, check)
    elif "claims" in scenario:
        assert_claim(scenario, check)
    elif "limits" in scenario:
        assert_amounts(scenario, check)
    else:
        assert_steps(scenario, check)
