"""The scenarios of `scenarios/contracts`, written for a sales manager, run as tests."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from ruamel.yaml import YAML
from sample_contract import CONTRACT, FOLDER, NOON, POLICY, PRICING, QUOTATION, told

from salesrules.contracts import Contract, Performance, calculate_standings, review
from salesrules.core import Money
from salesrules.wire import Format, parse_document

SCENARIOS = {
    path.stem: YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "scenarios" / "contracts").glob("*.yaml"))
}
DATA = json.loads((FOLDER / "contract.json").read_text("utf-8"))


def checks(name: str) -> list[object]:
    return [pytest.param(check, id=check["say"]) for check in SCENARIOS[name]["checks"]]


def test_there_are_scenarios() -> None:
    assert {name: len(scenario["checks"]) for name, scenario in SCENARIOS.items()} == {
        "what-a-review-finds": 10,
        "whether-it-is-performed": 8,
    }


@pytest.mark.parametrize("check", checks("what-a-review-finds"))
def test_what_a_review_finds(check) -> None:
    text = json.dumps(DATA | check["change"], default=str)
    contract = parse_document(text, Contract, format=Format.JSON)
    found = told(review(contract, POLICY, as_of=NOON, pricing=PRICING, quotation=QUOTATION))
    assert [path for _, path in found] == check["finds"]


@pytest.mark.parametrize("check", checks("whether-it-is-performed"))
def test_whether_it_is_performed(check) -> None:
    contract = attrs.evolve(CONTRACT, obligations=[one for one in CONTRACT.obligations if one.id == "pay"])
    done = [Performance(obligation="pay", day=day, amount=Money(paid, "CNY")) for day, paid in check["paid"].items()]
    (one,) = calculate_standings(contract, done, POLICY, check["on"])
    assert one.standing.value == check["stands"]
