"""How type checkers see what is for test-suites: right uses, and wrong ones that must be refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from hypothesis.strategies import SearchStrategy

from salesrules import company
from salesrules.commissions import Plan
from salesrules.core import Derivation, Money
from salesrules.testing import (
    Disagreement,
    LiteralLine,
    PlainCredit,
    PlanCase,
    assert_agrees,
    credit_lists,
    pay_literally,
    plan_cases,
    seeded_cases,
    simple_plan,
)

plan = simple_plan({0: "2%", "100": "4%", Decimal(300): "0%"}, "whole_amount", side="upper")
assert_type(plan, Plan)
assert_agrees([{"transaction": "s1", "paid": 1}], plan, pay_period="month", columns={"payee": "Rep"})
assert_agrees("theirs.csv", company.load("firm").run("2020-Q1"), tolerance="0.01")
assert_agrees(Path("theirs.csv"), company.load("firm").run("2020-Q1").commissions, only=["s1"], locale="zh_CN")
for case in seeded_cases(1, plans=2):
    assert_type(case, PlanCase)
    assert_type(case.literal(), list[LiteralLine])
    assert_agrees(case.rows(), case)
assert_type(plan_cases(credits=3), SearchStrategy[PlanCase])
assert_type(credit_lists(plan, pay_period="month"), SearchStrategy[list[PlainCredit]])
credits = [PlainCredit(id="s1", day=date(2020, 1, 1), amount=Decimal(1))]
assert_type(pay_literally(plan, credits, pay_period="month"), list[LiteralLine])


def look(error: Disagreement) -> None:
    assert_type(error.total(), dict[str, Money])
    assert_type(error.differences[0].theirs, Decimal | None)
    assert_type(error.differences[0].derivations, tuple[Derivation, ...])


assert_agrees([{"transaction": "s1"}], "plan.toml")  # type: ignore[arg-type]  # a path is no plan
assert_agrees([1], plan)  # type: ignore[list-item]  # a number is no row
assert_agrees([], plan, tolerance=0.01)  # type: ignore[arg-type]  # a float is not exact
pay_literally(plan, credits)  # type: ignore[call-arg]  # how often does it pay?
PlainCredit("s1", date(2020, 1, 1), Decimal(1))  # type: ignore[call-arg]  # by name only
