"""Draws, guarantees and shortfalls over statements in bulk are those of the scalar rules, at every period's end."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import attrs
import polars as pl
import pyarrow as pa
import pytest

from salesrules.commissions import (
    Assignment,
    BalanceKind,
    CommissionFacts,
    CommissionPolicy,
    DirectCredit,
    Draw,
    OpeningBalance,
    Payee,
    Transaction,
    calculate_commissions,
)
from salesrules.core import CurrencyTable, DateRange, FiscalCalendar, InvalidDocument, InvalidValue, Money, Rate
from salesrules.frames import balances, settle_in_bulk
from salesrules.testing import simple_plan
from salesrules.testing.cases import a_life, flat_hierarchy, plain_quota_policy, policy_around

LAST = date(2020, 12, 31)
PEOPLE = {"ana": "rep", "bo": "rep", "cy": "lead", "di": "", "ed": "lead"}
CALENDAR = FiscalCalendar()


def usd(amount):
    return Money(Decimal(amount), "USD")


def draw_policy(rng, pay_period):
    """Assignments by position and by name, with gaps, each with some draw or none."""

    def a_draw(number):
        if rng.random() < 0.3:
            return None
        start = date(2020, rng.randint(1, 6), rng.choice((1, 1, 15)))
        end = start + timedelta(days=rng.randint(60, 250)) if rng.random() < 0.7 else None
        return Draw(
            id=f"draw {number}",
            amount=usd(rng.choice(("50", "12.34", "100.01"))),
            recoverable=rng.random() < 0.7,
            effective=DateRange(start, end),
            maximum_recovery=Rate.parse(rng.choice(("100%", "50%", "33.3%"))),
            recovery_limit=rng.choice((None, usd("20"))),
            recovery_starts=rng.randint(1, 4),
            recovery_periods=rng.choice((None, 1, 3)),
        )

    plan = attrs.evolve(simple_plan({0: "5%", 1000: "8%"}), proration=rng.choice(("none", "by_days")))
    cut = date(2020, rng.randint(3, 9), rng.choice((1, 11)))
    assignments = [
        Assignment(id="reps", plan="plan", effective=DateRange(date(2020, 1, 1)), positions=["rep"], draw=a_draw(0)),
        Assignment(
            id="early", plan="plan", effective=DateRange(date(2020, 1, 1), cut), positions=["lead"], draw=a_draw(1)
        ),
        Assignment(id="late", plan="plan", effective=DateRange(cut), positions=["lead"], draw=a_draw(2)),
        Assignment(id="bo", plan="plan", effective=DateRange(cut), payees=["bo"], draw=a_draw(3)),
        Assignment(
            id="di",
            plan="plan",
            effective=DateRange(date(2020, 2, 10), date(2020, 11, 3)),
            payees=["di"],
            draw=a_draw(4),
        ),
    ]
    return CommissionPolicy(
        life=a_life(),
        pay_period=pay_period,
        carry_shortfall=rng.random() < 0.6,
        plans=[plan],
        crediting=[DirectCredit(id="seller", effective=DateRange(date(2020, 1, 1)))],
        assignments=assignments,
    )


def drawn(seed):
    rng = random.Random(seed)
    policy = draw_policy(rng, rng.choice(("month", "quarter", "half_month")))
    sales = []
    for number in range(40):
        payee = rng.choice(list(PEOPLE))
        low, high = (date(2020, 2, 10), date(2020, 11, 2)) if payee == "di" else (date(2020, 1, 1), LAST)
        day = low + timedelta(days=rng.randint(0, (high - low).days))
        amount = usd(Decimal(rng.randint(0, 300_000)) / 100)
        sales.append(Transaction(id=f"s{number}", day=day, payee=payee, kind="sale", amount=amount))
        if rng.random() < 0.4 and day < high:
            back = day + timedelta(days=rng.randint(0, (high - day).days))
            sales.append(
                Transaction(
                    id=f"r{number}", day=back, payee=payee, kind="return", original=f"s{number}", amount=-amount
                )
            )
    debts = [OpeningBalance(payee="ana", day=date(2020, 1, 1), owed=usd("77.70"))] if rng.random() < 0.5 else []
    debts += [OpeningBalance(payee="ed", day=date(2020, 7, 1), owed=usd(5))] if rng.random() < 0.3 else []
    run = calculate_commissions(
        CommissionFacts(
            transactions=sales,
            payees=[Payee(id=id, name=id, position=position) for id, position in PEOPLE.items()],
            hierarchies=flat_hierarchy(tuple(PEOPLE)),
            opening_balances=debts,
        ),
        policy,
        period=CALENDAR.at(policy.pay_period, LAST),
        quota_policy=plain_quota_policy(),
        calendar=CALENDAR,
        currencies=CurrencyTable.iso(),
    )
    statements = sorted((*run.earlier, *run.statements), key=lambda each: (each.payee, each.period.start))
    frame = pl.DataFrame(
        [(each.payee, each.period.label, each.earned.amount) for each in statements if each.lines],
        schema={"payee": pl.String, "period": pl.String, "commission": pl.Decimal(38, 2)},
        orient="row",
    )
    owed = pa.table(
        {
            "payee": pa.array([debt.payee for debt in debts], pa.string()),
            "day": pa.array([debt.day for debt in debts], pa.date32()),
            "amount": pa.array([debt.owed.amount for debt in debts], pa.decimal128(12, 2)),
        }
    )
    return policy, frame, owed, statements


def in_bulk(policy, frame, owed):
    people = pa.table({"payee": list(PEOPLE), "position": list(PEOPLE.values())})
    found = settle_in_bulk(policy, frame, until=LAST, payees=people, owed=owed)
    names = ("payee", "period", "earned", "draws", "shortfalls", "recovered", "paid", "opening", "closing")
    return [tuple(row[name] for name in names) for row in found.to_pylist()]


def by_the_rules(statements):
    rows = []
    for each in statements:
        sums = [
            sum((entry.amount.amount for entry in each.balances if entry.kind is kind), Decimal(0))
            for kind in (BalanceKind.DRAW_PAID, BalanceKind.SHORTFALL_CARRIED, BalanceKind.BALANCE_RECOVERED)
        ]
        amounts = (each.earned, each.paid, each.opening, each.closing)
        earned, *rest = (amount.amount for amount in amounts)
        rows.append((each.payee, each.period.label, earned, *sums, *rest))
    return rows


@lru_cache
def cases():
    return [drawn(seed) for seed in range(1, 19)]


def test_random_draws_and_shortfalls_are_settled_as_by_the_rules():
    seen = [0, 0, 0]
    for policy, frame, owed, statements in cases():
        wanted = by_the_rules(statements)
        assert in_bulk(policy, frame, owed) == wanted
        seen = [count + sum(row[3 + place] != 0 for row in wanted) for place, count in enumerate(seen)]
    assert min(seen) > 15


@pytest.mark.parametrize("fault", ["no recovery", "draw a period late", "nothing carried"])
def test_a_planted_fault_is_caught(fault, monkeypatch):
    real = balances.settle_balances

    def spoiled(earned, owed, *rest, **options):
        if fault == "draw a period late":
            number_of = options["number_of"]
            options["number_of"] = lambda draw: number_of(draw) - 1
        if fault == "nothing carried":
            options["carry_shortfall"] = False
        return real(earned, usd(0) if fault == "no recovery" else owed, *rest, **options)

    monkeypatch.setattr(balances, "settle_balances", spoiled)
    assert any(in_bulk(*case[:3]) != by_the_rules(case[3]) for case in cases())


def test_several_currencies_are_refused_by_name():
    policy, frame, owed, _ = cases()[0]
    [plan] = policy.plans
    policy = attrs.evolve(policy, plans=[plan, attrs.evolve(plan, id="euros", currency="EUR")])
    with pytest.raises(InvalidDocument) as error:
        in_bulk(policy, frame, owed)
    assert [(fault.code, fault.path) for fault in error.value.faults] == [("frames.mixed_currencies", "plans")]
    with pytest.raises(InvalidValue, match="plans that paid"):
        in_bulk(attrs.evolve(policy, plans=()), frame, owed)


def test_without_people_those_of_statements_and_assignments_are_settled():
    policy = attrs.evolve(
        cases()[0][0], assignments=[each for each in cases()[0][0].assignments if each.id in ("bo", "di")]
    )
    found = settle_in_bulk(policy, cases()[0][1].head(0), until=LAST)
    assert set(found["payee"].to_pylist()) == {"bo", "di"}
    assert set(found["earned"].to_pylist()) == {Decimal("0.00")}


def test_somebody_whom_nothing_concerns_has_no_row():
    policy = policy_around(simple_plan({0: "10%"}), "month", ["ana"], date(2020, 1, 1))
    earned = pa.table({"payee": ["ana"], "period": ["2020-M01"], "commission": pa.array([Decimal(5)])})
    people = pa.table({"payee": ["ana", "zoe"], "position": ["", ""]})
    found = settle_in_bulk(policy, earned, payees=people, until=date(2020, 1, 31))
    assert found["payee"].to_pylist() == ["ana"]
