"""Worked examples that others published, each with its source in `tests/cases/customers.json`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salesrules.customers import check_registration

FILE = Path(__file__).parents[1] / "cases" / "customers.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text("utf-8"))}


def test_every_case_names_its_source() -> None:
    assert list(CASES) == ["POOL-17"]
    assert all(case["source"] for case in CASES.values())


@pytest.mark.parametrize("index", [0, 1])
def test_a_walk_in_is_protected_and_then_others_may_register(policy, register, at, index) -> None:
    inputs, expected = CASES["POOL-17"]["inputs"], CASES["POOL-17"]["expected"]
    first = register("r1", "ana", ("walk_in", f"{inputs['registered']}T12:00"))
    tried = f"{inputs['other_registers'][index]}T12:00"
    decision = check_registration(register("r2", "bo", ("walk_in", tried)), [first], policy, at(tried))
    assert decision.is_allowed is (expected[index] == "accept")
