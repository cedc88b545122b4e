"""What is paid of whole policies in bulk, through payouts, clawbacks, draws and minimum payments, is what rules pay."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from functools import lru_cache

import attrs
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from campaign import TIMES
from drawn_facts import ALWAYS
from drawn_payouts import advances, draw_open_facts, pays_later
from drawn_policies import draw_case, in_bulk, last_day, statements_by_the_rules
from drawn_policy_modifiers import chance, scores_of, with_modifiers

from salesrules.commissions import (
    AmountTable,
    BalanceKind,
    Clawback,
    Component,
    EarningsFloor,
    Instalments,
    Kicker,
    PayEvent,
    PoolMember,
    ProRataClawback,
    TeamPool,
)
from salesrules.core import Band, BandTable, InvalidDocument, Money, Rate
from salesrules.frames import BulkJob, balances, calculate, calculate_to_parquet, settle_in_bulk
from salesrules.testing import simple_plan
from salesrules.testing.cases import policy_around

SEEDS = (0, 1, 2, 4, 7, 12, *range(20, 20 + 10 * (TIMES - 1)))
ZERO = Decimal(0)
KINDS = {
    "held_back": ["held"],
    "released": ["released"],
    "cancelled": ["held_cancelled"],
    "clawed_back": ["clawed_back", "clawback_offset"],
    "shortfalls": ["shortfall_carried"],
    "draws": ["draw_paid"],
    "recovered": ["balance_recovered"],
    "minimum": ["minimum_carried"],
}


def draw_settled(seed):
    policy, facts = draw_case(seed)
    rng = random.Random(f"{seed}/payouts")
    policy = attrs.evolve(policy, plans=[pays_later(rng, plan) for plan in policy.plans])
    policy = advances(rng, policy)
    if seed % 2:
        policy, facts = with_modifiers(chance(seed), policy, facts, last_day(facts))
    return policy, draw_open_facts(rng, facts, policy)


def owed(facts):
    rows = facts.opening_balances
    return pa.table(
        {
            "payee": [each.payee for each in rows],
            "day": pa.array([each.day for each in rows], pa.date32()),
            "amount": pa.array([each.owed.amount for each in rows], pa.decimal128(12, 2)),
        }
    )


def settled(policy, facts, result, events=None, holds=None):
    people = pa.table({"payee": [*facts.payees], "position": [each.position for each in facts.payees.values()]})
    found = settle_in_bulk(
        policy,
        result.statements,
        credits=result.credits,
        until=last_day(facts),
        payees=people,
        owed=owed(facts),
        events=facts.pay_events if events is None else events,
        holds=facts.opening_holds if holds is None else holds,
    )
    return {(row.pop("payee"), row.pop("period")): row for row in found.to_pylist()}


def as_row(statement):
    sums = {
        name: sum((each.amount.amount for each in statement.balances if each.kind.value in kinds), ZERO)
        for name, kinds in KINDS.items()
    }
    forfeited = [each for each in statement.balances if each.kind is BalanceKind.HELD_FORFEITED]
    return {
        "earned": statement.earned.amount,
        **sums,
        "pools": ZERO,
        **{name: getattr(statement, name).amount for name in ("paid", "opening", "closing")},
        "held": ZERO if statement.held is None else statement.held.amount,
        "forfeited": -sum((each.held.amount for each in forfeited), ZERO),
    }


@lru_cache
def cases():
    """Policies, facts, what bulk earned, and the statements by the rules."""
    found = []
    for seed in SEEDS:
        policy, facts = draw_settled(seed)
        try:
            scores = scores_of(policy, facts)
            result = in_bulk(policy, facts, wide=True, scores=scores, until=last_day(facts))
        except InvalidDocument as error:
            if {fault.code for fault in error.faults} == {"frames.out_of_range"}:
                continue
            raise
        rows = statements_by_the_rules(policy, facts, last_day(facts))
        found.append((policy, facts, result, {(each.payee, each.period.label): as_row(each) for each in rows}))
    return found


def differences(found, wanted):
    """Statements that differ; one that only bulk has must be of nothing."""
    for key in found.keys() | wanted.keys():
        if key not in wanted:
            changed = {name: value for name, value in found[key].items() if name not in ("opening", "closing", "held")}
            if any(changed.values()):
                yield key, found[key], None
        elif found.get(key) != wanted[key]:
            yield key, found.get(key), wanted[key]


def test_random_policies_are_settled_in_bulk_as_by_the_rules():
    seen = dict.fromkeys((*KINDS, "forfeited", "held"), 0)
    for policy, facts, result, wanted in cases():
        assert list(differences(settled(policy, facts, result), wanted)) == []
        for name in seen:
            seen[name] += sum(row[name] != 0 for row in wanted.values())
    assert min(seen.values()) > 5, seen
    payouts = [payout for policy, *_ in cases() for plan in policy.plans for payout in plan.payouts]
    assert {payout.kind for payout in payouts} == {"deferral", "instalments", "holdback"}
    assert any(payout.applies_to for payout in payouts)


@pytest.mark.parametrize("fault", ["return of a sale", "by payout", "no events", "minimum", "day of the sale"])
def test_a_planted_fault_is_caught(fault, monkeypatch):
    cases()  # what the rules pay is worked out before they are spoiled too
    real = balances.PayoutRun.settle_earned

    def spoiled(self, period, earned, currency):
        found = list(earned)
        if fault == "return of a sale":
            found = [each._replace(transaction=f"{each.transaction} {each.amount < 0}") for each in found]
        if fault == "by payout":
            found = [each._replace(place=None if each.place is None else 0) for each in found]
        if fault == "day of the sale":
            found = [each._replace(day=period.start) for each in found]
        return real(self, period, found, currency)

    monkeypatch.setattr(balances.PayoutRun, "settle_earned", spoiled)
    if fault == "no events":
        monkeypatch.setattr(balances, "read_events", lambda given: [])
    if fault == "minimum":
        monkeypatch.setattr(balances.PayoutRun, "carry_minimum", lambda *given: [])
    assert any([*differences(settled(*case[:3]), case[3])] for case in cases())


def usd(amount):
    return Money(Decimal(amount), "USD")


LAPSE = ProRataClawback(id="rata", events=["lapse"], months=12)
PLAN = simple_plan({0: "10%"})


def sold(*rows):
    """Credits of ana by id: day of 2020, amount and the sale that a return takes back."""
    return pa.table(
        {
            "id": [id for id, *_ in rows],
            "payee": ["ana"] * len(rows),
            "day": [date(2020, month, day) for _, month, day, *_ in rows],
            "amount": pa.array([Decimal(row[3]) for row in rows], pa.decimal128(12, 2)),
            "original": pa.array([row[4] if len(row) > 4 else None for row in rows], pa.string()),
        }
    )


def test_a_plan_alone_is_settled_from_its_credits():
    thirds = Instalments(id="thirds", count=3)
    plan = attrs.evolve(PLAN, payouts=[thirds], clawbacks=[LAPSE], returns="original_terms")
    credits = sold(("a", 1, 5, 900), ("b", 2, 5, 900), ("back", 3, 1, -900, "a"))
    events = pa.table({"payee": ["ana"], "day": [date(2020, 4, 6)], "event": ["lapse"], "transaction": ["b"]})
    policy = policy_around(plan, "month", ["ana"], date(2020, 1, 1))
    result = calculate(plan, credits, pay_period="month")
    assert result.credits["sale"].to_pylist() == ["a", "b", "a"]
    found = settle_in_bulk(policy, result.statements, credits=result.credits, until=date(2020, 5, 1), events=events)
    rows = found.select(["earned", "held_back", "released", "cancelled", "clawed_back", "paid", "held"]).to_pylist()
    assert [[str(value) for value in row.values()] for row in rows] == [
        ["90.00", "-60.00", "0.00", "0.00", "0.00", "30.00", "60.00"],
        ["90.00", "-60.00", "30.00", "0.00", "0.00", "60.00", "90.00"],
        ["-90.00", "0.00", "30.00", "30.00", "0.00", "-30.00", "30.00"],  # what is held of `a` goes first
        ["0.00", "0.00", "30.00", "0.00", "-75.00", "-45.00", "0.00"],  # released on the 5th, lapsed on the 6th
        ["0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"],
    ]


def test_files_and_frames_hold_what_settling_needs(tmp_path):
    kicker = Kicker(id="extra", component="sales", observe="measured", threshold=1000, amount=usd(10))
    plan = attrs.evolve(PLAN, payouts=[Instalments(id="halves", count=2)], modifiers=[kicker])
    credits = sold(("a", 1, 5, 900), ("b", 1, 6, 900), ("back", 3, 1, -900, "a"))
    policy = policy_around(plan, "month", ["ana"], date(2020, 1, 1))
    kinds = []
    for frame in (credits, pl.DataFrame(credits), credits.to_pandas(types_mapper=pd.ArrowDtype)):
        result = calculate(plan, frame, pay_period="month", until=date(2020, 3, 31))
        kinds.append((result.credits, result.statements))
    paths = tmp_path / "credits.parquet", tmp_path / "statements.parquet"
    job = BulkJob(plan=plan, pay_period="month", until=date(2020, 3, 31))
    calculate_to_parquet(job, credits, credits_to=paths[0], statements_to=paths[1])
    kinds.append(tuple(map(pq.read_table, paths)))
    found = [
        settle_in_bulk(policy, statements, credits=paid, until=date(2020, 4, 30)).to_pylist()
        for paid, statements in kinds
    ]
    assert found[1:] == found[:1] * 3
    assert [(str(row["held_back"]), str(row["paid"])) for row in found[0]] == [
        ("-95.00", "95.00"), ("0.00", "95.00"), ("0.00", "-90.00"), ("0.00", "0.00")
    ]  # fmt: skip  # a half of the kicker is held too


def test_what_payouts_need_and_is_missing_is_named():
    plan = attrs.evolve(PLAN, payouts=[Instalments(id="thirds", count=3)])
    policy = policy_around(plan, "month", ["ana"], date(2020, 1, 1))
    result = calculate(plan, sold(("a", 1, 5, 900)), pay_period="month")

    def codes(**given):
        with pytest.raises(InvalidDocument) as error:
            settle_in_bulk(policy, result.statements, until=date(2020, 2, 1), **given)
        return [(fault.code, fault.path) for fault in error.value.faults]

    assert codes() == [("frames.missing_credits", "credits")]
    assert codes(credits=result.credits.drop_columns(["sale", "payout:", "payout:thirds"])) == [
        ("frames.missing_column", "credits.sale"), ("frames.missing_column", "credits.payout:")
    ]  # fmt: skip
    other = result.credits.append_column("plan", pa.array(["other"]))
    assert codes(credits=other) == [("frames.unknown_plan", "credits.plan")]
    assert codes(credits=result.credits, events=pa.table({"payee": ["ana"], "day": [5]})) == [
        ("frames.wrong_type", "events.day"), ("frames.missing_column", "events.event")
    ]  # fmt: skip
    debts = pa.table({"payee": ["ana"], "day": [date(2020, 1, 1)], "amount": [5]})
    assert codes(credits=result.credits, owed=debts) == [("frames.wrong_type", "owed.amount")]
    two = attrs.evolve(policy, plans=[plan, attrs.evolve(plan, id="later")])
    with pytest.raises(InvalidDocument, match="say which plan pays"):
        settle_in_bulk(two, result.statements, until=date(2020, 2, 1), credits=result.credits)


def test_an_event_that_lacks_its_instalments_is_a_fault_of_its_payee():
    shares = BandTable(bands=[Band(start=0, value=Rate(1))], end=9)
    plan = attrs.evolve(PLAN, clawbacks=[Clawback(id="c", events=["lapse"], tenure="instalments", shares=shares)])
    policy = policy_around(plan, "month", ["ana"], date(2020, 1, 1))
    result = calculate(plan, sold(("a", 1, 5, 900)), pay_period="month")
    lapse = PayEvent(payee="ana", day=date(2020, 2, 1), event="lapse", transaction="a")
    with pytest.raises(InvalidDocument) as error:
        settle_in_bulk(policy, result.statements, until=date(2020, 2, 1), credits=result.credits, events=[lapse])
    assert [(fault.code, fault.path) for fault in error.value.faults] == [("commissions.no_instalments", "payees[ana]")]


def test_holds_and_events_come_as_frames_too():
    for policy, facts, result, wanted in cases()[:2]:
        holds = facts.opening_holds
        frame = pa.table(
            {
                "payee": [each.payee for each in holds],
                "day": [each.day for each in holds],
                "amount": pa.array([each.amount.amount for each in holds], pa.decimal128(12, 2)),
                "policy": [each.policy for each in holds],
                "transaction": [each.transaction for each in holds],
                "due": pa.array([each.due for each in holds], pa.date32()),
            }
        )
        events = pa.Table.from_pylist([attrs.asdict(each) for each in facts.pay_events])
        assert [*differences(settled(policy, facts, result, holds=frame, events=events), wanted)] == []


def test_parts_of_pools_stand_beside_what_plans_pay():
    policy, facts = draw_settled(7)
    table = AmountTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Rate.parse("10%"))]))
    part = Component(id="part", credits=["direct"], measure="amount", accumulate="period", table=table)
    members = [PoolMember(id="all", effective=ALWAYS, payees=[*facts.payees])]
    pool = TeamPool(id="all", effective=ALWAYS, currency="USD", component=part, members=members, split="equal")
    policy = attrs.evolve(policy, pools=[pool])
    scores = scores_of(policy, facts)
    result = in_bulk(policy, facts, wide=True, scores=scores, until=last_day(facts))
    rows = statements_by_the_rules(policy, facts, last_day(facts))
    parts = {
        (row.payee, row.period.label): sum(
            (each.amount.amount for each in row.balances if each.kind is BalanceKind.POOL_PART), ZERO
        )
        for row in rows
    }
    wanted = {(row.payee, row.period.label): as_row(row) for row in rows}
    wanted = {key: {**row, "pools": parts[key]} for key, row in wanted.items()}
    assert [*differences(settled(policy, facts, result), wanted)] == []
    assert sum(part != 0 for part in parts.values()) > 20


def test_a_member_of_a_pool_who_has_no_plan_is_paid_their_part_alone():
    table = AmountTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Rate.parse("1%"))]))
    part = Component(id="part", credits=["direct"], measure="amount", accumulate="period", table=table)
    members = [PoolMember(id="all", effective=ALWAYS, payees=["ana", "cy"])]
    pool = TeamPool(id="all", effective=ALWAYS, currency="USD", component=part, members=members, split="equal")
    floor = EarningsFloor(id="least", amount=usd(95), per="period")
    plan = attrs.evolve(PLAN, modifiers=[floor], payouts=[Instalments(id="halves", count=2)])
    policy = attrs.evolve(policy_around(plan, "month", ["ana"], date(2020, 1, 1)), pools=[pool])
    people = pa.table({"payee": ["ana", "cy"], "position": ["", ""]})
    result = calculate(policy, sold(("a", 1, 5, 900)), payees=people)
    rows = settle_in_bulk(policy, result.statements, credits=result.credits, until=date(2020, 1, 31)).to_pylist()
    assert [(row["payee"], str(row["earned"]), str(row["pools"]), str(row["paid"])) for row in rows] == [
        ("ana", "95.00", "4.50", "52.00"), ("cy", "0.00", "4.50", "4.50")
    ]  # fmt: skip
