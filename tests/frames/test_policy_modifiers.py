"""Modifiers in whole policies: bulk pays each line and each statement what the scalar rules pay, to the cent."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache

import attrs
import numpy as np
import pyarrow as pa
import pytest
from campaign import TIMES
from drawn_policies import draw_case, in_bulk, last_day, statements_by_the_rules
from drawn_policy_modifiers import KINDS, chance, scores_of, with_modifiers

from salesrules.commissions import Coefficient, EarningsCap, EarningsFloor
from salesrules.core import DateRange, InvalidDocument, Money, SalesRulesError
from salesrules.frames import blocks, calculate, modified_policies, policies, rosters
from salesrules.frames.kernel.modifiers import grid
from salesrules.frames.quotas import HeldAmounts
from salesrules.testing import simple_plan
from salesrules.testing.cases import policy_around

ZERO = Decimal(0)


def draw_modified(seed):
    policy, facts = draw_case(seed, sales=40)
    return with_modifiers(chance(seed), policy, facts, last_day(facts))


def by_the_rules(statements):
    """What lines come to with what modifiers change of them, and statements with what stands on no line."""
    lines, found = defaultdict(Decimal), {}
    for statement in statements:
        keys, beside = {}, ZERO
        for line in statement.lines:
            credit = line.credit
            keys[line.id] = key = (credit.transaction.id, credit.payee, credit.role, credit.day)
            lines[key] += line.amount.amount
        for adjustment in statement.adjustments:
            for part in adjustment.parts:
                if part.line:
                    lines[keys[part.line]] += part.amount
                else:
                    beside += part.amount
        found[statement.payee, statement.period.label] = (statement.earned.amount, beside)
    return lines, found


def in_bulk_too(policy, facts, **options):
    result = in_bulk(policy, facts, scores=scores_of(policy, facts), until=last_day(facts), **options)
    lines = defaultdict(Decimal)
    for row in result.credits.to_pylist():
        lines[row["id"], row["payee"], row["role"], row["day"]] += row["commission"]
    statements = {
        (row["payee"], row["period"]): (row["commission"], row.get("adjustments", ZERO))
        for row in result.statements.to_pylist()
    }
    return lines, statements


def differences(wanted, found):
    for both in zip(wanted, found, strict=True):
        for key in both[0].keys() | both[1].keys():
            none = ZERO if isinstance(next(iter(both[0].values())), Decimal) else (ZERO, ZERO)
            pair = tuple(each.get(key, none) for each in both)
            if pair[0] != pair[1]:
                yield key, *pair


SEEDS = (12, 21, 22, 23, 24, 27, *range(30, 30 + 20 * (TIMES - 1)))


@lru_cache
def cases():
    """Policies and facts with what the rules pay; those that they refuse are left out."""
    found = []
    for seed in SEEDS:
        policy, facts = draw_modified(seed)
        with suppress(SalesRulesError):
            found.append((policy, facts, by_the_rules(statements_by_the_rules(policy, facts, last_day(facts)))))
    return found


def compared(chosen=None, **options):
    """What differs, case by case; cases whose numbers are refused are left out."""
    found = []
    for policy, facts, wanted in cases() if chosen is None else chosen:
        try:
            found.append([*differences(wanted, in_bulk_too(policy, facts, **options))])
        except InvalidDocument as error:
            if not {fault.code for fault in error.faults} <= {"frames.out_of_range", "frames.numbers_too_fine"}:
                raise
    return found


def test_random_policies_with_modifiers_pay_what_the_scalar_rules_pay():
    found = compared(wide=True)
    assert [each for each in found if each] == []
    assert len(found) > 5 * TIMES
    assert sum(beside != 0 for _, _, (_, statements) in cases() for _, beside in statements.values()) > 300
    plans = [plan for policy, _, _ in cases() for plan in policy.plans]
    caps = [each for plan in plans for each in plan.modifiers if each.kind == "cap"]
    assert {cap.per.value for cap in caps} == {"transaction", "period", "quarter", "year", "plan"}
    assert {cap.excess.value for cap in caps} == {"forfeited", "carried"}
    assert {each.kind for plan in plans for each in plan.modifiers} == {*KINDS}
    assert any(cap.by for cap in caps)
    versions = [plan for plan in plans if plan.id.endswith("-1")]
    assert any(each.kind == "cap" for plan in versions for each in plan.modifiers)


def test_numbers_of_64_bits_pay_the_same():
    found = compared(threads=2)
    assert [each for each in found if each] == []
    assert len(found) > 1


@pytest.mark.parametrize("fault", ["nothing stands", "idle", "first period", "versions backwards", "no quota"])
def test_a_planted_fault_is_caught(fault, monkeypatch):
    match fault:
        case "nothing stands":  # later versions begin anew
            monkeypatch.setattr(modified_policies.PolicyModifiers, "keep", lambda *given: None)
        case "idle":
            monkeypatch.setattr(blocks, "_pay_idle", lambda *given: None)
        case "first period":  # statements begin with the first credit
            real = grid.Grid.among
            monkeypatch.setattr(grid.Grid, "among", lambda block, roster: real(block, _late(block, roster)))
        case "versions backwards":
            real_order = policies.in_order
            monkeypatch.setattr(policies, "in_order", lambda plans: real_order(plans)[::-1])
        case _:
            monkeypatch.setattr(
                rosters, "HeldAmounts", lambda payee, span, held, width: HeldAmounts(payee, span, held * 0, width)
            )
    assert any(any(compared([case], wide=True)) for case in cases())


def _late(block, roster):
    """Without the periods before each payee's first credit."""
    first = {}
    for payee, period in zip(block.payee.tolist(), block.period.tolist(), strict=True):
        first.setdefault(payee, period)
    pairs = zip(roster.payee.tolist(), roster.period.tolist(), strict=True)
    kept = np.array([period >= first.get(payee, period) for payee, period in pairs], dtype=np.bool_)
    return grid.Roster(roster.payee[kept], roster.period[kept], roster.kind[kept], roster.is_idle)


def usd(amount):
    return Money(Decimal(amount), "USD")


def version(number, start, end, *modifiers):
    days = DateRange(date(2020, start, 1), None if end is None else date(2020, end, 1))
    plan = simple_plan({0: "10%"})
    life = attrs.evolve(plan.life, effective=days)
    return attrs.evolve(plan, id=f"v{number}", family="plan", life=life, modifiers=modifiers)


def paid(plans, *sales, until=date(2020, 5, 31), names=("ana",), days=None, **options):
    """What statements come to, and what of it stands beside the credits, by payee and month."""
    policy = policy_around(plans[0], "month", names, date(2020, 1, 1))
    days = days or [DateRange(date(2020, 1, 1))]
    [assignment] = policy.assignments
    policy = attrs.evolve(
        policy,
        plans=plans,
        assignments=[attrs.evolve(assignment, id=f"a{n}", plan="plan", effective=each) for n, each in enumerate(days)],
    )
    table = pa.table(
        {
            "id": [f"s{number}" for number in range(len(sales))],
            "payee": [payee for payee, _, _ in sales],
            "day": [date(2020, month, 1) for _, month, _ in sales],
            "amount": pa.array([Decimal(amount) for _, _, amount in sales], pa.decimal128(12, 2)),
        }
    )
    rows = calculate(policy, table, until=until, **options).statements.to_pylist()
    return [(row["payee"], row["period"][-1], str(row["commission"]), str(row["adjustments"])) for row in rows]


def test_what_a_cap_carries_is_earned_under_the_next_version():
    first, second = (EarningsCap(id="most", amount=usd(amount), per="period", excess="carried") for amount in (40, 25))
    rows = paid([version(1, 1, 3, first), version(2, 3, None, second)], ("ana", 1, 1000), ("ana", 2, 100))
    assert [row[2] for row in rows] == ["40.00", "40.00", "25.00", "5.00", "0.00"]


def test_a_cap_of_the_year_goes_on_under_the_next_version():
    cap = EarningsCap(id="most", amount=usd(70), per="year")
    plans = [version(1, 1, 3, cap), version(2, 3, None, cap)]
    sales = [("ana", 1, 300), ("ana", 2, 300), ("ana", 3, 300), ("ana", 4, 300)]
    assert [row[2] for row in paid(plans, *sales)] == ["30.00", "30.00", "10.00", "0.00", "0.00"]
    other = attrs.evolve(cap, id="other")
    assert [row[2] for row in paid([plans[0], version(2, 3, None, other)], *sales)][2:4] == ["30.00", "30.00"]


def test_what_is_carried_waits_while_no_plan_holds():
    cap = EarningsCap(id="most", amount=usd(40), per="period", excess="carried")
    days = [DateRange(date(2020, 1, 1), date(2020, 2, 1)), DateRange(date(2020, 4, 1))]
    rows = paid([version(1, 1, None, cap)], ("ana", 1, 900), days=days)
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("1", "40.00", "0.00"),
        ("4", "40.00", "40.00"),
        ("5", "10.00", "10.00"),
    ]


def test_who_has_the_plan_and_no_credit_is_lifted_from_the_first_day_of_the_assignment():
    floor = EarningsFloor(id="least", amount=usd(30), per="period")
    rows = paid([version(1, 1, None, floor)], ("ana", 3, 500), names=("ana", "bo"), until=date(2020, 4, 9))
    assert rows == [
        ("ana", "1", "30.00", "30.00"), ("ana", "2", "30.00", "30.00"), ("ana", "3", "50.00", "0.00"),
        ("ana", "4", "30.00", "30.00"), *[("bo", month, "30.00", "30.00") for month in "1234"],
    ]  # fmt: skip


def test_who_lacks_a_score_is_named_also_without_a_credit():
    floor = EarningsFloor(id="least", amount=usd(30), per="period")
    plan = version(1, 1, None, floor, Coefficient(id="merit"))
    scores = pa.table({"payee": ["ana"], "period": ["2020-M01"], "score": [1]})
    with pytest.raises(InvalidDocument, match=r"1 payee\(s\) and period\(s\).*found 'bo 2020-M01'"):
        paid([plan], ("ana", 1, 500), names=("ana", "bo"), until=date(2020, 1, 31), scores=scores)


def test_returns_of_what_several_payments_credited_are_refused_at_original_terms():
    policy, facts = draw_case(0)
    plans = [attrs.evolve(plan, returns="original_terms") for plan in policy.plans]
    with pytest.raises(InvalidDocument, match="credited by its payments") as error:
        in_bulk(attrs.evolve(policy, plans=plans), facts, wide=True)
    assert [fault.code for fault in error.value.faults] == ["frames.returns_of_parts"]
