"""From transactions to statements beside a bare Decimal tier loop, and how the time grows with the transactions.

The workload: 25 credits per payee and quarter, one in twenty a return, six marginal tiers on attainment of a quota.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from salesrules.commissions import (
    Assignment,
    AttainmentTable,
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    Component,
    DirectCredit,
    Payee,
    Plan,
    StatementRounding,
    Transaction,
    calculate_commissions,
)
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    FiscalCalendar,
    Money,
    PolicyLife,
    Rate,
    Rounding,
)
from salesrules.org import Hierarchy
from salesrules.quotas import Quota, QuotaPolicy

RESULT = Path(__file__).parent / "results" / "commissions.json"
ROUNDS = 5
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PER_PAYEE = 25
MUST, AIM = 20.0, 10.0
QUOTA = Decimal(25_000)
TIERS = [("0", "1%"), ("0.4", "2%"), ("0.7", "3%"), ("1", "4%"), ("1.2", "5%"), ("1.5", "6%")]

ALWAYS = DateRange(date(2020, 1, 1))
QUARTER = DateRange(date(2020, 1, 1), date(2020, 4, 1))
LIFE = PolicyLife(status="in_force", scope="sales", owner="operations", approver="director", effective=ALWAYS)


def policy() -> CommissionPolicy:
    bands = [Band(start=Decimal(start), value=Rate.parse(rate)) for start, rate in TIERS]
    component = Component(
        id="quota",
        credits=["direct"],
        measure="amount",
        accumulate="quarter",
        table=AttainmentTable(mode="marginal", tiers=BandTable(bands=bands)),
    )
    plan = Plan(
        id="plan",
        family="plan",
        name="Plan",
        life=LIFE,
        currency="USD",
        components=[component],
        rounding=StatementRounding(level="cumulative", mode="half_up"),
        returns="current_measure",
        proration="none",
    )
    return CommissionPolicy(
        life=LIFE,
        pay_period="quarter",
        carry_shortfall=True,
        plans=[plan],
        crediting=[DirectCredit(id="seller", effective=ALWAYS)],
        assignments=[Assignment(id="all", plan="plan", effective=ALWAYS, positions=["representative"])],
    )


def facts(size: int) -> CommissionFacts:
    """`size` transactions; amounts and days by a fixed rule, so that every run has the same."""
    rows = []
    for number in range(size):
        payee, place = divmod(number, PER_PAYEE)
        amount = Decimal(50_000 + number * 7_919 % 250_000) / 100
        id, day, who = f"t{number}", date(2020, 1, 1) + timedelta(place * 3), f"p{payee}"
        if place % 20 == 19:
            rows.append(
                Transaction(id=id, day=day, payee=who, amount=-rows[-1].amount, kind="return", original=rows[-1].id)
            )
        else:
            rows.append(Transaction(id=id, day=day, payee=who, amount=Money(amount, "USD")))
    people = [f"p{number}" for number in range(-(-size // PER_PAYEE))]
    lines = Dated(
        subject="reporting lines",
        entries=[DatedValue(effective=ALWAYS, value=Hierarchy.from_parents(dict.fromkeys(people)))],
    )
    return CommissionFacts(
        transactions=rows,
        payees=[Payee(id=id, name=id, position="representative") for id in people],
        hierarchies=lines,
        quotas=[Quota(id=f"q{id}", holder=id, span=QUARTER, amount=QUOTA, unit="USD") for id in people],
    )


def calculate(given: CommissionFacts, rules: CommissionPolicy) -> CommissionRun:
    calendar = FiscalCalendar()
    return calculate_commissions(
        given,
        rules,
        period=calendar.period("2020-Q1"),
        quota_policy=QuotaPolicy(life=LIFE, rounding=Rounding(digits=2, mode="half_up"), proration="prorate_by_days"),
        calendar=calendar,
        currencies=CurrencyTable.iso(),
    )


def bare(given: CommissionFacts) -> dict[str, Decimal]:
    """What somebody writes by hand: each credit overlapped with every tier, in Decimal, and summed by payee."""
    tiers = [(Decimal(start), Rate.parse(rate).value) for start, rate in TIERS]
    bounds = [(start * QUOTA, rate) for start, rate in tiers]
    edges = [
        (start, bounds[place + 1][0] if place + 1 < len(bounds) else None, rate)
        for place, (start, rate) in enumerate(bounds)
    ]
    measured: dict[str, Decimal] = {}
    earned: dict[str, Decimal] = {}
    for transaction in given.transactions:
        before = measured.get(transaction.payee, Decimal(0))
        after = before + transaction.amount.amount
        low, high, sign = (before, after, 1) if before <= after else (after, before, -1)
        pay = Decimal(0)
        for start, end, rate in edges:
            bottom = max(low, start)
            top = high if end is None else min(high, end)
            if top > bottom:
                pay += (top - bottom) * rate
        measured[transaction.payee] = after
        earned[transaction.payee] = earned.get(transaction.payee, Decimal(0)) + pay * sign
    return earned


def seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def run() -> dict[str, Any]:
    """Microseconds of processor time per credited line, and how many times the bare loop's; minima over rounds."""
    rules = policy()
    given = facts(10_000)
    statements = {s.payee: s.earned.amount for s in calculate(given, rules).statements}
    cents = {payee: earned.quantize(Decimal("0.01")) for payee, earned in bare(given).items()}
    if any(abs(statements[payee] - earned) > Decimal("0.01") for payee, earned in cents.items()):
        raise AssertionError("the amounts differ; nothing to compare")
    ours, peer = [], []
    for _ in range(ROUNDS):
        peer.append(seconds(lambda: bare(given)))
        ours.append(seconds(lambda: calculate(given, rules)))
    per_line = {"ours": min(ours) / 10_000 * 1e6, "bare": min(peer) / 10_000 * 1e6}
    ratio = per_line["ours"] / per_line["bare"]
    growth = {}
    for size in SIZES:
        grown = facts(size)
        growth[f"{size}"] = {"us_per_line": round(seconds(lambda: calculate(grown, rules)) / size * 1e6, 1)}  # noqa: B023  # runs at once
    return {
        "what": "microseconds of processor time per credited line, loading excluded",
        "whole_path": {
            "ours_us": round(per_line["ours"], 1),
            "bare_loop_us": round(per_line["bare"], 2),
            "ratio": round(ratio, 2),
            "must": MUST,
            "aim": AIM,
            "holds": ratio <= MUST,
        },
        "growth": growth,
    }


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
