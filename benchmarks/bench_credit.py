"""Credit: a full check with a matrix of fifty rows beside two rule engines; ageing and exposure of a million items.

The matrix has ten grades by five bands of exposure over limit. Ours gives the outcome with every finding, the headroom
and the next day on which the answer changes, on a standing with three open items; zen-engine's decision table and
business-rules are given the ratio, and answer with the row's outcome. No two facts share an order, a customer, a limit
or a day. The clock counts processor time. Ageing and exposure stand beside a plain loop
that only adds the amounts up.
"""

from __future__ import annotations

import decimal
import gc
import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import zen
from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_TEXT
from business_rules.variables import BaseVariables, numeric_rule_variable, string_rule_variable

from salesrules.core import Band, BandTable, DateRange, Money, Outcome, PolicyLife, Rate, Rounding
from salesrules.credit import (
    AgeingPolicy,
    CreditLimit,
    CreditPolicy,
    CreditRequest,
    CreditRule,
    CreditStanding,
    CustomerAccount,
    GradeTerms,
    GradingPolicy,
    LimitPolicy,
    OpenItem,
    OverdueProfile,
    ReleasePolicy,
    ScoreFactor,
    calculate_ageing,
    calculate_exposure,
    check_credit,
)

RESULT = Path(__file__).parent / "results" / "credit.json"
ROUNDS, FACTS, BATCH = 40, 100, 20
OVER_ZEN, OVER_RULES = 3.0, 5.0
SIZES = (10_000, 100_000, 1_000_000)
DAY, ALWAYS = date(2026, 6, 1), DateRange(date(2026, 1, 1))
GRADES = tuple(f"G{number}" for number in range(10))
#: The bands of exposure over limit, shifted up by two per cent for each better grade.
BANDS = (("0", "allow"), ("0.6", "allow"), ("0.8", "warn"), ("1.0", "refer"), ("1.2", "deny"))

#: A grade, and the exposure with the order on a limit of 1,000.
Fact = tuple[str, Decimal]


def start(grade: str, bound: str) -> Decimal:
    """Where a band begins for a grade."""
    shift = Decimal(GRADES.index(grade)) / 50
    return Decimal(bound) + shift if Decimal(bound) else Decimal(0)


def facts() -> list[Fact]:
    """Facts that meet every row twice."""
    return [
        (GRADES[number % 10], (start(GRADES[number % 10], BANDS[number // 10 % 5][0]) * 1000 + number % 7))
        for number in range(FACTS)
    ]


def expected(fact: Fact) -> str:
    """The outcome of a fact, found by hand."""
    grade, exposure = fact
    return [word for bound, word in BANDS if exposure / 1000 >= start(grade, bound)][-1]


def policy() -> CreditPolicy:
    """The fifty rows as ten rules of five bands."""
    rules = [
        CreditRule(
            id=grade,
            measure="limit",
            effective=ALWAYS,
            grades=[grade],
            approver="credit_manager",
            levels=BandTable(
                bands=[Band(start=start(grade, bound), value=Outcome(word)) for bound, word in BANDS], side="lower"
            ),
        )
        for grade in GRADES
    ]
    return CreditPolicy(
        life=PolicyLife(status="in_force", scope="all", owner="ops", approver="board", effective=ALWAYS),
        currency="CNY",
        rounding=Rounding(digits=2, mode="half_up"),
        grading=GradingPolicy(
            id="g",
            factors=[ScoreFactor(id="x", weight=Rate(1))],
            grades=BandTable(bands=[Band(start=number, value=grade) for number, grade in enumerate(GRADES)]),
        ),
        limits=LimitPolicy(
            id="l",
            average_months=12,
            terms=[GradeTerms(grade=grade, factor=Rate(1), term_days=30) for grade in GRADES],
            maximum_season=Rate(0),
            rounding=Rounding(digits=0, mode="down"),
            review_months=6,
        ),
        rules=rules,
        releases=ReleasePolicy(id="r", valid_days=14, maximum_deviation=Rate(0)),
        ageing=AgeingPolicy(
            id="a",
            margin_days=3,
            buckets=BandTable(bands=[Band(start=days, value=f"from {days}") for days in (0, 31, 61, 91)]),
        ),
    )


def make_standing(number: int, fact: Fact) -> tuple[CreditStanding, date]:
    """The standing of one fact, with its own limit, and the day of the check; half of the exposure is the order's."""
    grade, exposure = fact
    customer, day, whole = f"c{number}", DAY + timedelta(days=number), Decimal(1000 + number)
    review = day + timedelta(days=90 + number)
    limit = CreditLimit(customer=customer, amount=Money(whole, "CNY"), effective=ALWAYS, review_due=review)
    dues = [(day + timedelta(days=days), Decimal(100 + number)) for days in (-10, 5, 20)]
    standing = CreditStanding(
        customer=customer,
        grade=grade,
        limit=limit,
        exposure=Money(exposure * whole / 2000, "CNY"),
        overdue=OverdueProfile.of(dues, 3),
    )
    return standing, day


def prepare_check() -> Callable[[Fact], str]:
    """`credit.check_credit`, the request made anew for each fact, the standing at hand."""
    own = policy()
    known = {fact: (f"o{number}", *make_standing(number, fact)) for number, fact in enumerate(facts())}

    def decide(fact: Fact) -> str:
        order, standing, day = known[fact]
        asked = Money(standing.exposure.amount, "CNY")
        request = CreditRequest(order=order, customer=standing.customer, amount=asked, requested_by="li")
        return check_credit(request, standing, own, day).outcome.value

    return decide


def table() -> list[tuple[str, float, float | None, str]]:
    """The fifty rows: grade, from, below, outcome."""
    rows: list[tuple[str, float, float | None, str]] = []
    for grade in GRADES:
        starts = [float(start(grade, bound)) for bound, _ in BANDS]
        rows += [
            (grade, low, high, word) for low, high, (_, word) in zip(starts, (*starts[1:], None), BANDS, strict=True)
        ]
    return rows


def prepare_zen() -> Callable[[Fact], str]:
    """The rows as a decision table of zen-engine."""
    rows = [
        {"_id": f"r{n}", "g": f'"{grade}"', "r": f"[{low}..{high})" if high else f">= {low}", "o": f'"{word}"'}
        for n, (grade, low, high, word) in enumerate(table())
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [
            {"id": "g", "name": "Grade", "field": "grade"},
            {"id": "r", "name": "Ratio", "field": "ratio"},
        ],
        "outputs": [{"id": "o", "name": "Outcome", "field": "outcome"}],
        "rules": rows,
    }
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
    return lambda fact: engine.evaluate({"grade": fact[0], "ratio": float(fact[1] / 1000)})["result"]["outcome"]


class Variables(BaseVariables):
    """A fact as business-rules asks for it."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    @string_rule_variable
    def grade(self) -> str:
        return self.fact[0]

    @numeric_rule_variable
    def ratio(self) -> Decimal:
        return self.fact[1] / 1000


class Actions(BaseActions):
    """What business-rules does on finding a row."""

    def __init__(self) -> None:
        self.found = ""

    @rule_action(params={"outcome": FIELD_TEXT})
    def say(self, outcome: str) -> None:
        self.found = outcome


def prepare_rules() -> Callable[[Fact], str]:
    """The rows as rules of business-rules, with exact bounds, since its own are decimals."""
    written = [
        {
            "conditions": {
                "all": [
                    {"name": "grade", "operator": "equal_to", "value": grade},
                    {"name": "ratio", "operator": "greater_than_or_equal_to", "value": start(grade, bound)},
                    *([{"name": "ratio", "operator": "less_than", "value": start(grade, after)}] if after else []),
                ]
            },
            "actions": [{"name": "say", "params": {"outcome": word}}],
        }
        for grade in GRADES
        for (bound, word), after in zip(BANDS, (*(bound for bound, _ in BANDS[1:]), None), strict=True)
    ]

    def decide(fact: Fact) -> str:
        actions, variables = Actions(), Variables(fact)
        run_all(rule_list=written, defined_variables=variables, defined_actions=actions, stop_on_first_trigger=True)
        return actions.found

    return decide


def check() -> dict[str, Any]:
    """Microseconds of a check and of the engines: the fastest of rounds that take turns, batch by batch."""
    given = facts()
    contenders = {
        "credit.check_credit": prepare_check(),
        "zen-engine decision table": prepare_zen(),
        "business-rules": prepare_rules(),
    }
    for name, decide in contenders.items():
        wrong = [fact for fact in given if decide(fact) != expected(fact)]
        if wrong:
            raise AssertionError(f"{name} decides {wrong[:3]} otherwise; nothing to compare")
    batches = [given[start : start + BATCH] for start in range(0, FACTS, BATCH)]
    seconds = {name: [float("inf")] * len(batches) for name in contenders}
    for _ in range(ROUNDS):
        for name, decide in contenders.items():
            for place, batch in enumerate(batches):
                begun = time.process_time()
                for fact in batch:
                    decide(fact)
                seconds[name][place] = min(seconds[name][place], time.process_time() - begun)
    return {name: sum(fastest) / FACTS * 1e6 for name, fastest in seconds.items()}


def items(size: int) -> list[OpenItem]:
    """Open items, due on any day of a year."""
    return [
        OpenItem(
            id=f"i{number}",
            customer="c",
            amount=Money(Decimal(number * 7919 % 1_000_000) / 100 + 1, "CNY"),
            issued=DAY - timedelta(days=number % 365),
            due=DAY - timedelta(days=number % 365 - 30),
        )
        for number in range(size)
    ]


def plain_sum(given: list[OpenItem]) -> Decimal:
    """What a loop does that only adds the amounts up."""
    whole = Decimal(0)
    for item in given:
        whole += item.amount.amount
    return whole


def least(act: Callable[[], Any], rounds: int = 3) -> float:
    """The fastest of rounds, in seconds of processor time."""
    found = float("inf")
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        act()
        found = min(found, time.process_time() - begun)
    return found


def sizes() -> dict[str, dict[str, float]]:
    """Microseconds per open item: ageing, exposure (documents checked, every part kept), and the plain loop."""
    own = policy()
    rows: dict[str, dict[str, float]] = {}
    for size in SIZES:
        given = items(size)
        account = CustomerAccount(customer="c", items=given)
        ageing, exposure = calculate_ageing(given, own, DAY), calculate_exposure(account, own, DAY)
        with decimal.localcontext(decimal.Context(prec=60)):
            assert ageing.total.amount == exposure.amount.amount == plain_sum(given)
        bare = least(lambda given=given: plain_sum(given))
        aged = least(lambda given=given: calculate_ageing(given, own, DAY))
        lent = least(lambda account=account: calculate_exposure(account, own, DAY))
        rows[f"{size:,} open items"] = {
            "ageing_us": aged / size * 1e6,
            "exposure_us": lent / size * 1e6,
            "plain_sum_us": bare / size * 1e6,
            "ageing_over_sum": aged / bare,
            "exposure_over_sum": lent / bare,
        }
        del given, account, ageing, exposure
    return rows


def run() -> dict[str, Any]:
    """The figures of both."""
    each = check()
    ours = each["credit.check_credit"]
    over_zen, over_rules = each["zen-engine decision table"] / ours, each["business-rules"] / ours
    return {
        "what": "microseconds of a full check with fifty rows; microseconds per open item by how many there are",
        "must": {"over_zen": OVER_ZEN, "over_business_rules": OVER_RULES},
        "holds": over_zen >= OVER_ZEN and over_rules >= OVER_RULES,
        "credit.check_credit": {
            "microseconds": round(ours, 1),
            "over_zen": over_zen,
            "over_business_rules": over_rules,
        },
        **{name: {"microseconds": round(each[name], 1)} for name in each if name != "credit.check_credit"},
        **sizes(),
    }


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
