"""Policies, facts and what stood open, drawn at random: in bulk a period comes to what the scalar rules come to."""

from __future__ import annotations

import random
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

pytest.importorskip("pyarrow")
sys.path.insert(0, str(Path(__file__).parents[1] / "frames"))

from drawn_payouts import advances, draw_open_facts, pays_later, usd  # beside the tests of frames
from drawn_policies import CALENDAR, draw_case, last_day  # the same
from drawn_policy_modifiers import with_modifiers  # the same

from salesrules.commissions import (
    CommissionFacts,
    CommissionPolicy,
    EarningsCap,
    FormulaTable,
    OpeningMeasure,
    OpeningUse,
    calculate_commissions,
)
from salesrules.company.bulk import find_bulk_faults, pay_in_bulk
from salesrules.company.sold import SoldColumns
from salesrules.core import CurrencyTable, InvalidDocument
from salesrules.frames import bulk
from salesrules.rulebook import Rulebook
from salesrules.testing.cases import plain_quota_policy

SEEDS = (3, 5, 7, 9, 12, 21)


def draw(seed: int) -> tuple[CommissionPolicy, CommissionFacts]:
    """A policy with modifiers, payouts, clawbacks, minimum payments and draws, and facts with openings of all kinds."""
    policy, facts = draw_case(seed)
    rng = random.Random(f"{seed}/company")
    policy = advances(rng, attrs.evolve(policy, plans=[pays_later(rng, plan) for plan in policy.plans]))
    policy, facts = with_modifiers(rng, policy, facts, last_day(facts))
    facts = draw_open_facts(rng, facts, policy)

    def begin(opening: Any) -> Any:
        return attrs.evolve(opening, day=CALENDAR.at(policy.pay_period, opening.day).start)

    measures = [draw_measure(rng, policy, facts) for _ in range(25)]
    uses = [use for _ in range(20) if (use := draw_use(rng, policy, facts)) is not None]
    return policy, attrs.evolve(
        facts,
        opening_holds=[*map(begin, facts.opening_holds)],
        opening_balances=[*map(begin, facts.opening_balances)],
        opening_measures={(each.payee, each.day, each.component): each for each in measures}.values(),
        opening_uses={(each.payee, each.day, each.policy, each.by): each for each in map(begin, uses)}.values(),
    )


def draw_measure(rng: random.Random, policy: CommissionPolicy, facts: CommissionFacts) -> OpeningMeasure:
    parts = [part for plan in policy.plans for part in plan.components]
    formulas = {part.id for part in parts if isinstance(part.table, FormulaTable)}
    name = rng.choice(sorted({part.id for part in parts} - formulas))
    day = date(2020, rng.randrange(1, 8), rng.choice((1, 15)))
    return OpeningMeasure(
        payee=rng.choice([*facts.payees]), day=day, component=name, measured=Decimal(rng.randrange(1, 5000))
    )


def draw_use(rng: random.Random, policy: CommissionPolicy, facts: CommissionFacts) -> OpeningUse | None:
    caps = [each for plan in policy.plans for each in plan.modifiers if isinstance(each, EarningsCap)]
    if not caps:
        return None
    name = rng.choice(caps).id
    by = rng.choice(("", "north", "south")) if any(cap.by for cap in caps if cap.id == name) else ""
    return OpeningUse(
        payee=rng.choice([*facts.payees]),
        day=date(2020, rng.randrange(1, 8), 1),
        policy=name,
        used=usd(rng.choice(("0", "3", "40.5", "700"))),
        carried=rng.choice((None, usd("12.5"))),
        by=by,
    )


def test_random_policies_are_paid_in_bulk_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real = bulk.calculate
    monkeypatch.setattr(bulk, "calculate", lambda *given, **named: real(*given, **named, wide=True))
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        policy, facts = draw(seed)
        book = Rulebook(name="drawn", sections={"quotas": plain_quota_policy(), "commissions": policy})
        sold, unsold = SoldColumns.of(facts.transactions), attrs.evolve(facts, transactions=())
        period = CALENDAR.at(policy.pay_period, date(2020, 6, 15))
        if find_bulk_faults(unsold, policy, sold):
            seen["refused"] += 1
            continue
        wanted = calculate_commissions(
            facts,
            policy,
            period=period,
            quota_policy=plain_quota_policy(),
            calendar=CALENDAR,
            currencies=CurrencyTable.iso(),
        )
        try:
            found, _ = pay_in_bulk(unsold, sold, book, period)
        except InvalidDocument as error:
            seen.update(fault.code for fault in error.faults)
            continue
        assert list(found.statements) == list(wanted.statements), seed
        assert found.findings == wanted.findings, seed
        seen.update(entry.kind.value for statement in wanted.statements for entry in statement.balances)
        seen.update(entry.kind.value for statement in wanted.statements for entry in statement.adjustments)
    kinds = ("held", "released", "clawed_back", "held_forfeited", "minimum_carried", "cap", "carried_in", "floor")
    assert min(seen[kind] for kind in kinds) > 2, seen
    assert seen["refused"] + seen["frames.out_of_range"] < len(SEEDS) / 2
    assert {code for code in seen if "." in code} <= {"frames.out_of_range"}
