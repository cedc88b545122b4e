"""Whole policies with facts, drawn by seed, and what both engines pay for them."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import attrs
from drawn_facts import ALWAYS, PEOPLE, draw_day, draw_facts, draw_policy, tables

from salesrules.commissions import Assignment, MultiplierTable, calculate_commissions, needed_quota
from salesrules.core import CurrencyTable, DateRange, FiscalCalendar, PeriodKind
from salesrules.frames import calculate
from salesrules.quotas import Quota
from salesrules.testing.cases import plain_quota_policy
from salesrules.testing.drawn_cases import seeded_cases

CALENDAR = FiscalCalendar()
KINDS = ("amount", "attainment", "fixed", "per_unit", "multiplier", "formula")
PLANS = [case.plan for case in seeded_cases(41, plans=160, credits=0, kinds=KINDS) if case.plan.currency == "USD"]


def role_of(rule):
    return f"override_{rule.level}" if rule.kind == "override" else getattr(rule, "role", "direct")


def draw_version(rng, family, number, effective, roles):
    plan = rng.choice(PLANS)
    components = [
        attrs.evolve(
            part,
            credits=rng.sample(roles, rng.randrange(1, len(roles) + 1)),
            filters=[attrs.evolve(each, attribute="region", one_of=(), none_of=("north",)) for each in part.filters],
        )
        for part in plan.components
    ]
    life = attrs.evolve(plan.life, effective=effective)
    proration = rng.choice(("by_days", "none"))
    return attrs.evolve(
        plan, id=f"{family}-{number}", family=family, life=life, components=components, proration=proration
    )


def draw_whole_policy(rng, cash):
    start = draw_day(rng)
    assignments = [
        Assignment(id="all", plan="red", effective=ALWAYS, positions=("seller", "manager", "engineer")),
        Assignment(
            id="some",
            plan="blue",
            effective=DateRange(start, start + timedelta(days=rng.randrange(1, 120))),
            payees=rng.sample(PEOPLE, 5),
        ),
    ]
    policy = draw_policy(rng, cash=cash, assignments=assignments)
    roles = sorted({role_of(rule) for rule in policy.crediting})
    plans = []
    for family in ("red", "blue"):
        cuts = sorted({date(2019, 1, 1), *(draw_day(rng) for _ in range(rng.randrange(3)))})
        for number, (first, end) in enumerate(zip(cuts, [*cuts[1:], None], strict=True)):
            plans.append(draw_version(rng, family, number, DateRange(first, end), roles))
    if cash:  # what a part payment paid is taken back by the scalar rules alone
        plans = [attrs.evolve(plan, returns="current_measure") for plan in plans]
    return attrs.evolve(policy, plans=plans, pay_period=rng.choice(("month", "quarter")), carry_shortfall=False)


def draw_quotas(rng, policy):
    wanted = {}
    for plan in policy.plans:
        for part in plan.components:
            measure = needed_quota(part.table)
            if measure is not None:
                wanted[measure] = part.measure.value in ("amount", "margin")
            if isinstance(part.table, MultiplierTable) and part.table.target_measure:
                wanted[part.table.target_measure] = True
    months = CALENDAR.periods(PeriodKind.MONTH, DateRange(date(2019, 1, 1), date(2021, 1, 1)))
    return [
        Quota(
            id=f"{person} {measure} {month.label}",
            holder=person,
            span=month.span,
            amount=Decimal(rng.randrange(1, 40_000)) / (100 if is_money else 1),
            unit="USD" if is_money else "pieces",
            measure=measure,
        )
        for person in PEOPLE
        for measure, is_money in wanted.items()
        for month in months
    ]


def draw_case(seed, sales=60):
    rng = random.Random(seed)
    cash = seed % 4 == 0
    policy = draw_whole_policy(rng, cash)
    facts = draw_facts(rng, sales, cash=cash)
    return policy, attrs.evolve(facts, quotas=draw_quotas(rng, policy))


def in_bulk(policy, facts, **options):
    given = tables(facts)
    return calculate(
        policy,
        given["transactions"],
        hierarchy=facts.hierarchies,
        payees=given["payees"],
        splits=given["splits"],
        payments=given["payments"],
        quotas=facts.quotas,
        quota_policy=plain_quota_policy(),
        **options,
    )


def last_day(facts):
    """Long after the last transaction, so that all of it is credited by then."""
    return max(t.day for t in facts.transactions) + timedelta(days=120)


def statements_by_the_rules(policy, facts, until):
    run = calculate_commissions(
        facts,
        policy,
        period=CALENDAR.at(policy.pay_period, until),
        quota_policy=plain_quota_policy(),
        calendar=CALENDAR,
        currencies=CurrencyTable.iso(),
    )
    return [*run.earlier, *run.statements]


def by_the_rules(policy, facts):
    lines, statements = defaultdict(Decimal), defaultdict(Decimal)
    for statement in statements_by_the_rules(policy, facts, last_day(facts)):
        for line in statement.lines:
            credit = line.credit
            lines[credit.transaction.id, credit.payee, credit.role, credit.day] += line.amount.amount
            statements[statement.payee, statement.period.label] += line.amount.amount
    return lines, statements
