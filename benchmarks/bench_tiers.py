"""The tier step alone beside a naive overlap of all tiers, OpenFisca's scale and two rule engines.

Six marginal tiers; each pays the difference of the cumulative payout of a running measure, as far as it can: OpenFisca
in floats over a whole array at once; the rule engines find the tier's rate for one measure and multiply.
"""

from __future__ import annotations

import itertools
import json
import timeit
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import zen
from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_NUMERIC
from business_rules.variables import BaseVariables, numeric_rule_variable
from openfisca_core.taxscales import MarginalRateTaxScale

from salesrules.commissions import PayoutCurve, RateMode
from salesrules.core import Band, BandTable, Rate

RESULT = Path(__file__).parent / "results" / "tiers.json"
ROUNDS = 15
STEPS = 1_000
MUST, AIM = 5.0, 9.0
TIERS = [("0", "1%"), ("10000", "2%"), ("17500", "3%"), ("25000", "4%"), ("30000", "5%"), ("37500", "6%")]
BOUNDS = [(Decimal(start), Rate.parse(rate).value) for start, rate in TIERS]


def measures() -> list[Decimal]:
    """A running measure that crosses every tier, in cents."""
    return [Decimal(number * 5_011 % 4_999_999) / 100 for number in range(STEPS + 1)]


def naive(before: Decimal, after: Decimal) -> Decimal:
    """What somebody writes by hand: each tier's overlap with the credit."""
    low, high, sign = (before, after, 1) if before <= after else (after, before, -1)
    paid = Decimal(0)
    for place, (start, rate) in enumerate(BOUNDS):
        end = BOUNDS[place + 1][0] if place + 1 < len(BOUNDS) else None
        bottom = max(low, start)
        top = high if end is None else min(high, end)
        if top > bottom:
            paid += (top - bottom) * rate
    return paid * sign


class Variables(BaseVariables):
    """The measure as business-rules asks for it."""

    def __init__(self, measure: float) -> None:
        self.given = measure

    @numeric_rule_variable
    def measure(self) -> float:
        return self.given


class Actions(BaseActions):
    """What business-rules does on finding a tier."""

    def __init__(self) -> None:
        self.found = 0.0

    @rule_action(params={"rate": FIELD_NUMERIC})
    def pay(self, rate: float) -> None:
        self.found = rate


def rules() -> list[dict[str, Any]]:
    """The tiers as rules of business-rules, the highest first."""
    return [
        {
            "conditions": {"all": [{"name": "measure", "operator": "greater_than_or_equal_to", "value": float(start)}]},
            "actions": [{"name": "pay", "params": {"rate": float(rate)}}],
        }
        for start, rate in reversed(BOUNDS)
    ]


def zen_table() -> dict[str, Any]:
    """The tiers as a decision table of zen-engine."""
    rows = [{"_id": f"r{n}", "in": f">= {start}", "out": f"{rate}"} for n, (start, rate) in enumerate(reversed(BOUNDS))]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": "in", "name": "Measure", "field": "measure"}],
        "outputs": [{"id": "out", "name": "Rate", "field": "rate"}],
        "rules": rows,
    }
    nodes = [
        {"id": "a", "name": "in", "type": "inputNode"},
        {"id": "t", "name": "tiers", "type": "decisionTableNode", "content": content},
        {"id": "b", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "a", "targetId": "t", "type": "edge"},
        {"id": "2", "sourceId": "t", "targetId": "b", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


def run() -> dict[str, Any]:
    """Steps a second of each, and how many times the naive overlap's; the fastest of rounds that take turns."""
    points = measures()
    pairs = list(itertools.pairwise(points))
    tiers = BandTable(bands=[Band(start=start, value=Rate(rate)) for start, rate in BOUNDS])
    curve = PayoutCurve.of(tiers, RateMode.MARGINAL)
    at = curve.at
    if [at(after) - at(before) for before, after in pairs] != [naive(*pair) for pair in pairs]:
        raise AssertionError("the amounts differ; nothing to compare")

    def ours() -> None:
        reached = at(points[0])
        for point in points[1:]:
            now = at(point)
            now - reached
            reached = now

    scale = MarginalRateTaxScale()
    for start, rate in BOUNDS:
        scale.add_bracket(float(start), float(rate))
    array = numpy.array([float(point) for point in points])
    engine = zen.ZenEngine().create_decision(json.dumps(zen_table()))
    written = rules()

    def one_by_one() -> None:
        for point in array[1:]:
            actions = Actions()
            variables = Variables(float(point))
            run_all(rule_list=written, defined_variables=variables, defined_actions=actions, stop_on_first_trigger=True)
            actions.found * point

    contenders: dict[str, Any] = {
        "salesrules": ours,
        "naive overlap": lambda: [naive(*pair) for pair in pairs],
        "OpenFisca after - before (array of floats)": lambda: numpy.diff(scale.calc(array)),
        "zen-engine decision table": lambda: [
            engine.evaluate({"measure": float(point)})["result"]["rate"] * point for point in array[1:]
        ],
        "business-rules": one_by_one,
    }
    seconds = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            seconds[name] = min(seconds[name], timeit.timeit(work, number=1))
    per_second = {name: STEPS / least for name, least in seconds.items()}
    ratio = per_second["salesrules"] / per_second["naive overlap"]
    return {
        "what": "steps a second over six marginal tiers, and how many times the naive overlap's",
        "ratio": ratio,
        "must": MUST,
        "aim": AIM,
        "holds": ratio >= MUST,
        **{
            name: {"steps_per_second": round(speed), "over_naive": speed / per_second["naive overlap"]}
            for name, speed in per_second.items()
        },
    }


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
