"""A claim checked against fifty limits beside zen-engine's decision table and business-rules on the same fifty rows.

Five categories, each with limits for four ranks and everybody, in big cities and everywhere. `check_claim` gives its
whole decision: every finding with its reason, path and policy, papers, lateness, duplicates and the excess split
included; half of the lines are above their limit. The peers find the row that is closest and say yes or no. No two
lines share a party, a city's limit or an amount, no two claims in a row a day or a purpose. Inputs are made before the
clock runs, which counts processor time.
"""

from __future__ import annotations

import itertools
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import zen
from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_NUMERIC
from business_rules.variables import BaseVariables, numeric_rule_variable, string_rule_variable

from salesrules.core import Band, BandTable, DateRange, Money, PolicyLife, Rounding
from salesrules.expenses import (
    Claim,
    ClaimLine,
    ClaimPolicy,
    DuplicatePolicy,
    EvidencePolicy,
    ExpenseCategory,
    ExpenseLimit,
    ExpensePolicy,
    LatePolicy,
    check_claim,
)

RESULT = Path(__file__).parent / "results" / "expenses.json"
ROUNDS = 40
DAY = date(2026, 3, 10)
ALWAYS = DateRange(date(2020, 1, 1))
CATEGORIES = ("travel", "lodging", "meals", "event", "gift")
RANKS = ("director", "leader", "senior", "junior", None)
PLACES = ("big", None)
#: The rows, the closest first: category, rank, class of city, limit.
ROWS = [
    (category, rank, place, 100 + 10 * number)
    for number, (category, rank, place) in enumerate(itertools.product(CATEGORIES, RANKS, PLACES))
]
MUST_ZEN, MUST_RULES = 3.0, 5.0


def make_policy() -> ExpensePolicy:
    """The rows as limits, with rules for papers, lateness and duplicates beside them."""
    limits = [
        ExpenseLimit(
            id=f"r{number}",
            categories=[category],
            per="line",
            amount=Money(most, "EUR"),
            ranks=[rank] if rank else [],
            city_classes=[place] if place else [],
            effective=ALWAYS,
        )
        for number, (category, rank, place, most) in enumerate(ROWS)
    ]
    papers = BandTable(bands=[Band(start=None, value=()), Band(start=50, value=("receipt",))])
    return ExpensePolicy(
        life=PolicyLife(status="in_force", scope="all", owner="finance", approver="cfo", effective=ALWAYS),
        claims=ClaimPolicy(
            currency="EUR",
            rounding=Rounding(digits=2, mode="half_up"),
            categories=[ExpenseCategory(id=id) for id in CATEGORIES],
            evidence=[EvidencePolicy(id="papers", required=papers)],
            late=LatePolicy(id="late", days=60),
            duplicates=DuplicatePolicy(id="twice", days=3),
            limits=limits,
            cities={"Paris": "big"},
        ),
    )


def cases() -> list[tuple[str, str, str, int]]:
    """One claim at each row's limit and one above it, by turns: category, rank, city, amount."""
    return [
        (category, rank or "nobody's", "Paris" if place else "Lyon", most + number % 2)
        for number, (category, rank, place, most) in enumerate(ROWS)
    ]


def claims(lines: int) -> list[Claim]:
    """The cases as claims of so many lines; a rank fills ten cases of each category, so they are told by rank."""
    by_rank: dict[str, list[ClaimLine]] = {}
    for number, (category, rank, city, amount) in enumerate(cases()):
        line = ClaimLine(
            id=f"l{number}",
            category=category,
            day=DAY - timedelta(days=1 + number % 7),
            amount=Money(Decimal(amount), "EUR"),
            party=f"party {number}",
            city=city,
            evidence=["receipt"],
        )
        by_rank.setdefault(rank, []).append(line)
    return [
        Claim(
            id=f"{rank} {start}",
            claimant=f"{rank} {start % 3}",
            rank=rank,
            purpose=f"visit {start}",
            submitted_on=DAY + timedelta(days=start % 5),
            lines=all_lines[start : start + lines],
        )
        for rank, all_lines in by_rank.items()
        for start in range(0, len(all_lines), lines)
    ]


def zen_table() -> dict[str, Any]:
    """The rows as a decision table of zen-engine; the first that fits says the limit."""
    rows = [
        {
            "_id": f"r{number}",
            "category": f'"{category}"',
            "rank": f'"{rank}"' if rank else "",
            "place": f'"{place}"' if place else "",
            "out": str(most),
        }
        for number, (category, rank, place, most) in enumerate(ROWS)
    ]
    inputs = [{"id": name, "name": name, "field": name} for name in ("category", "rank", "place")]
    content = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "out", "name": "Limit", "field": "limit"}],
        "rules": rows,
    }
    nodes = [
        {"id": "a", "name": "in", "type": "inputNode"},
        {"id": "t", "name": "limits", "type": "decisionTableNode", "content": content},
        {"id": "b", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "a", "targetId": "t", "type": "edge"},
        {"id": "2", "sourceId": "t", "targetId": "b", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


class Variables(BaseVariables):
    """An expense as business-rules asks for it."""

    def __init__(self, category: str, rank: str, place: str, amount: int) -> None:
        self.given = (category, rank, place, amount)

    @string_rule_variable
    def category(self) -> str:
        return self.given[0]

    @string_rule_variable
    def rank(self) -> str:
        return self.given[1]

    @string_rule_variable
    def place(self) -> str:
        return self.given[2]

    @numeric_rule_variable
    def amount(self) -> int:
        return self.given[3]


class Actions(BaseActions):
    """What business-rules does on finding a row."""

    def __init__(self) -> None:
        self.limit = 0.0

    @rule_action(params={"limit": FIELD_NUMERIC})
    def allow(self, limit: float) -> None:
        self.limit = limit


def rules() -> list[dict[str, Any]]:
    """The rows as rules of business-rules, the closest first."""
    return [
        {
            "conditions": {
                "all": [
                    {"name": name, "operator": "equal_to", "value": value}
                    for name, value in (("category", category), ("rank", rank), ("place", place))
                    if value
                ]
            },
            "actions": [{"name": "allow", "params": {"limit": most}}],
        }
        for category, rank, place, most in ROWS
    ]


def run() -> dict[str, Any]:
    """Lines decided a second by each; the fastest of rounds that take turns."""
    policy, plain = make_policy(), cases()
    asked = {lines: claims(lines) for lines in (1, 10)}
    facts = [(category, rank, "big" if city == "Paris" else "other", amount) for category, rank, city, amount in plain]
    engine, written = zen.ZenEngine().create_decision(json.dumps(zen_table())), rules()
    for_zen = [
        ({"category": category, "rank": rank, "place": place}, amount) for category, rank, place, amount in facts
    ]
    for_rules = [(Variables(*fact), fact[3]) for fact in facts]

    def ours(lines: int) -> set[str]:
        """The ids of the lines above their limit."""
        return {
            claim.lines[int(reason.path.partition("[")[2].partition("]")[0])].id
            for claim in asked[lines]
            for reason in check_claim(claim, policy, claim.submitted_on or DAY).reasons
        }

    def zens() -> set[str]:
        found = set()
        for number, (made, amount) in enumerate(for_zen):
            if amount > engine.evaluate(made)["result"]["limit"]:
                found.add(f"l{number}")
        return found

    def business() -> set[str]:
        found = set()
        for number, (variables, amount) in enumerate(for_rules):
            actions = Actions()
            run_all(rule_list=written, defined_variables=variables, defined_actions=actions, stop_on_first_trigger=True)
            if amount > actions.limit:
                found.add(f"l{number}")
        return found

    if not ours(1) == ours(10) == zens() == business() or len(zens()) != len(plain) // 2:
        raise AssertionError("the answers differ; nothing to compare")
    contenders: dict[str, Any] = {
        "salesrules, claims of ten lines": lambda: ours(10),
        "salesrules, claims of one line": lambda: ours(1),
        "zen-engine decision table": zens,
        "business-rules": business,
    }
    seconds = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            start = process_time()
            work()
            seconds[name] = min(seconds[name], process_time() - start)
    per_second = {name: len(plain) / least for name, least in seconds.items()}
    figures: dict[str, Any] = {
        "what": "lines decided a second against fifty limits; ours with every finding and reason, the peers yes or no",
        "must": {"over_zen": MUST_ZEN, "over_business_rules": MUST_RULES},
    }
    for name, speed in per_second.items():
        figures[name] = {
            "lines_per_second": round(speed),
            "over_zen": speed / per_second["zen-engine decision table"],
            "over_business_rules": speed / per_second["business-rules"],
        }
    return figures


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
