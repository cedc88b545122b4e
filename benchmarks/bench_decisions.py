"""Full decisions with a matrix of fifty rows, beside two rule engines that only find the row.

Ten pairs of grade and category by five bands of amounts. Ours give every finding, the route with the people behind
each step, the reasons and the headroom; zen-engine's decision table and business-rules answer with the row's step. A
room adds its decision to `DECISIONS`: a function that prepares it and gives two, one that makes its input of a fact and
one that decides it. Inputs are made before the clock runs, for the engines too; no two of ours share an id,
a day or a party.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import attrs
import zen
from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_TEXT
from business_rules.variables import BaseVariables, numeric_rule_variable, string_rule_variable

from salesrules.approvals import (
    ApprovalMatrix,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalRow,
    ApprovalRule,
    ApprovalStep,
    Directory,
    RankApprover,
    WordCondition,
    route,
)
from salesrules.contracts import Contract, ContractLine, ContractPolicy, Party, PaymentTerms, RequiredTerms, review
from salesrules.core import Band, BandTable, DateRange, Money, PolicyLife, Rounding
from salesrules.org import (
    Appointment,
    AuthorityGrant,
    NoLimit,
    Organisation,
    OrgPolicy,
    Person,
    Position,
    Rank,
    Unit,
    resolve_structure,
)

RESULT = Path(__file__).parent / "results" / "decisions.json"
ROUNDS, FACTS = 60, 100
OVER_ZEN, OVER_RULES = 3.0, 5.0
GRADES, CATEGORIES = ("A", "B", "C", "D", "E"), ("goods", "service")
BOUNDS = (0, 200_000, 500_000, 1_000_000, 2_000_000)
RANKS = ("group_leader", "regional_director", "head_of_sales", "vice_president", "president")
DAY, NOON = date(2026, 6, 1), datetime(2026, 6, 1, 12, tzinfo=UTC)
ALWAYS = DateRange(date(2026, 1, 1))

#: What is decided: a grade, a category and an amount in whole units.
Fact = tuple[str, str, int]
#: What makes the input of a fact, and what decides it: the step.
Contender = tuple[Callable[[Fact], Any], Callable[[Any], str]]


def facts() -> list[Fact]:
    """Facts that meet every row twice."""
    pairs = itertools.cycle(itertools.product(GRADES, CATEGORIES))
    return [
        (*pair, BOUNDS[number // 10 % 5] + 1_000 * number) for number, pair in zip(range(FACTS), pairs, strict=False)
    ]


def expected(fact: Fact) -> str:
    """The step of a fact, found by hand: the better the grade, the lower the rank that decides."""
    grade, category, amount = fact
    band = sum(amount >= bound for bound in BOUNDS) - 1
    shift = GRADES.index(grade) // 2 + (category == "service")
    return RANKS[min(band + shift, 4)]


def life() -> PolicyLife:
    """A policy's life in force."""
    return PolicyLife(status="in_force", scope="all", owner="ops", approver="board", effective=ALWAYS)


def approval_policy() -> ApprovalPolicy:
    """The fifty rows as a matrix."""
    rows = [
        ApprovalRow(
            id=f"{grade}-{category}",
            when=[WordCondition(name="grade", values=[grade]), WordCondition(name="category", values=[category])],
            amounts=BandTable(
                bands=[Band(start=bound, value=(expected((grade, category, bound)),)) for bound in BOUNDS], side="lower"
            ),
        )
        for grade in GRADES
        for category in CATEGORIES
    ]
    return ApprovalPolicy(
        life=life(),
        steps=[ApprovalStep(id=rank, approvers=[RankApprover(rank=rank)]) for rank in RANKS],
        matrices=[ApprovalMatrix(id="m", acts=["contract.sign"], currency="CNY", effective=ALWAYS, rows=rows)],
        rules=[
            ApprovalRule(
                id="r", effective=ALWAYS, same_reviewer="distinct", combine_by=["party", "matter", "day"],
                material_fields=["amount"],
            )
        ],
    )  # fmt: skip


def directory() -> Directory:
    """A line of five ranks above a representative."""
    line = ("representative", *RANKS)
    units = [Unit(id=rank, kind="unit", parent=None if rank == "president" else line[place + 1], effective=ALWAYS)
             for place, rank in enumerate(line)]  # fmt: skip
    organisation = Organisation(
        units=units,
        positions=[Position(id=rank, unit=rank, rank=rank, is_head=True, effective=ALWAYS) for rank in line],
        people=[Person(id=f"p-{rank}") for rank in line],
        appointments=[Appointment(person=f"p-{rank}", position=rank, effective=ALWAYS) for rank in line],
    )
    policy = OrgPolicy(
        life=life(), root_rule="one", ranks=[Rank(id=rank, level=n) for n, rank in enumerate(line)],
        authority_grants=[
            AuthorityGrant(
                id="sign", act="contract.sign", rank="president", limit=NoLimit(), reach="anywhere", effective=ALWAYS
            )
        ],
    )  # fmt: skip
    return Directory(structure=resolve_structure(organisation, DAY), policy=policy)


def prepare_route() -> Contender:
    """`approvals.route`, the request made anew for each fact."""
    policy, people, numbers = approval_policy(), directory(), itertools.count()

    def make(fact: Fact) -> ApprovalRequest:
        (grade, category, amount), number = fact, next(numbers)
        return ApprovalRequest(
            id=f"r{number}", act="contract.sign", subject=f"c{number}", requester="p-representative",
            day=DAY - timedelta(days=number), party=f"customer {number}", matter="pumps",
            amount=Money(amount, "CNY"), attributes={"grade": grade, "category": category},
        )  # fmt: skip

    def decide(request: ApprovalRequest) -> str:
        return route(request, policy, people, as_of=NOON).decision.approvals[0].approver.removeprefix("p-")

    return make, decide


def prepare_review() -> Contender:
    """`contracts.review` of a contract of two lines: terms, sums, payment, dates, approval, signatory."""
    policy, people, numbers = approval_policy(), directory(), itertools.count()
    terms = ["seller", "buyer", "owner", "matter", "lines", "total", "payment_method", "delivery", "signatory", "dated"]
    own = ContractPolicy(
        life=life(), rounding=Rounding(digits=2, mode="half_up"), material_fields=["total"],
        required=[RequiredTerms(id="all", effective=ALWAYS, terms=terms)],
    )  # fmt: skip
    contract = Contract(
        id="c", owner="p-representative", signatory="p-president", matter="pumps", currency="CNY",
        payment=PaymentTerms(method="transfer", days=0), delivery=date(2026, 7, 1),
    )  # fmt: skip
    lines = [ContractLine(id=id, product=id, quantity=1, unit_price=Money(0, "CNY")) for id in ("1", "2")]
    one = Money(1, "CNY")

    def make(fact: Fact) -> Contract:
        (grade, category, amount), number = fact, next(numbers)
        priced = [
            attrs.evolve(lines[0], unit_price=one), attrs.evolve(lines[1], unit_price=Money(max(amount - 1, 0), "CNY")),
        ]  # fmt: skip
        return attrs.evolve(
            contract,
            id=f"c{number}",
            parties=[Party(id="us", role="seller"), Party(id=f"customer {number}", role="buyer")],
            dated=DAY - timedelta(days=number),
            lines=priced,
            total=Money(max(amount, 1), "CNY"),
            attributes={"grade": grade, "category": category},
        )

    def decide(made: Contract) -> str:
        found = review(made, own, as_of=NOON, approvals=policy, directory=people)
        return found.approvals[0].approver.removeprefix("p-")

    return make, decide


#: The decisions that are measured; each must find the step of every fact.
DECISIONS: dict[str, Callable[[], Contender]] = {
    "approvals.route": prepare_route,
    "contracts.review": prepare_review,
}


class Variables(BaseVariables):
    """A fact as business-rules asks for it."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    @string_rule_variable
    def grade(self) -> str:
        return self.fact[0]

    @string_rule_variable
    def category(self) -> str:
        return self.fact[1]

    @numeric_rule_variable
    def amount(self) -> int:
        return self.fact[2]


class Actions(BaseActions):
    """What business-rules does on finding a row."""

    def __init__(self) -> None:
        self.found = ""

    @rule_action(params={"step": FIELD_TEXT})
    def send(self, step: str) -> None:
        self.found = step


def table() -> list[tuple[str, str, int, int | None, str]]:
    """The fifty rows: grade, category, from, below, step."""
    return [
        (grade, category, bound, end, expected((grade, category, bound)))
        for grade in GRADES
        for category in CATEGORIES
        for bound, end in zip(BOUNDS, (*BOUNDS[1:], None), strict=True)
    ]


def prepare_zen() -> Contender:
    """The rows as a decision table of zen-engine."""
    rows = [
        {"_id": f"r{n}", "g": f'"{grade}"', "c": f'"{category}"', "a": f"[{start}..{end})" if end else f">= {start}",
         "s": f'"{step}"'}
        for n, (grade, category, start, end, step) in enumerate(table())
    ]  # fmt: skip
    content = {
        "hitPolicy": "first",
        "inputs": [
            {"id": "g", "name": "Grade", "field": "grade"}, {"id": "c", "name": "Category", "field": "category"},
            {"id": "a", "name": "Amount", "field": "amount"},
        ],
        "outputs": [{"id": "s", "name": "Step", "field": "step"}],
        "rules": rows,
    }  # fmt: skip
    nodes = [
        {"id": "a", "name": "in", "type": "inputNode"},
        {"id": "t", "name": "rows", "type": "decisionTableNode", "content": content},
        {"id": "b", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "a", "targetId": "t", "type": "edge"},
        {"id": "2", "sourceId": "t", "targetId": "b", "type": "edge"},
    ]
    engine = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return (
        lambda fact: {"grade": fact[0], "category": fact[1], "amount": fact[2]},
        lambda made: engine.evaluate(made)["result"]["step"],
    )


def prepare_rules() -> Contender:
    """The rows as rules of business-rules."""
    written = [
        {
            "conditions": {
                "all": [
                    {"name": "grade", "operator": "equal_to", "value": grade},
                    {"name": "category", "operator": "equal_to", "value": category},
                    {"name": "amount", "operator": "greater_than_or_equal_to", "value": start},
                    *([{"name": "amount", "operator": "less_than", "value": end}] if end else []),
                ]
            },
            "actions": [{"name": "send", "params": {"step": step}}],
        }
        for grade, category, start, end, step in table()
    ]

    def decide(variables: Variables) -> str:
        actions = Actions()
        run_all(rule_list=written, defined_variables=variables, defined_actions=actions, stop_on_first_trigger=True)
        return actions.found

    return Variables, decide


def run() -> dict[str, Any]:
    """Microseconds of a decision in processor time, and how much faster than the engines; the best of many rounds."""
    given = facts()
    peers = {"zen-engine decision table": prepare_zen, "business-rules": prepare_rules}
    contenders = {name: prepare() for name, prepare in (DECISIONS | peers).items()}
    inputs: dict[str, list[Any]] = {}
    for name, (make, decide) in contenders.items():
        inputs[name] = [make(fact) for fact in given]
        wrong = [fact for fact, made in zip(given, inputs[name], strict=True) if decide(made) != expected(fact)]
        if wrong:
            raise AssertionError(f"{name} decides {wrong[:3]} otherwise; nothing to compare")
    seconds = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, (_make, decide) in contenders.items():
            start = process_time()
            for made in inputs[name]:
                decide(made)
            seconds[name] = min(seconds[name], process_time() - start)
    each = {name: least / FACTS * 1e6 for name, least in seconds.items()}
    zen_time, rules_time = each["zen-engine decision table"], each["business-rules"]
    over = {name: (zen_time / each[name], rules_time / each[name]) for name in DECISIONS}
    return {
        "what": "microseconds of a full decision with fifty rows, and how many times as fast as the engines",
        "must": {"over_zen": OVER_ZEN, "over_business_rules": OVER_RULES},
        "holds": all(one >= OVER_ZEN and other >= OVER_RULES for one, other in over.values()),
        **{
            name: {"microseconds": round(each[name], 1), "over_zen": one, "over_business_rules": other}
            for name, (one, other) in over.items()
        },
        **{name: {"microseconds": round(each[name], 1)} for name in peers},
    }


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
