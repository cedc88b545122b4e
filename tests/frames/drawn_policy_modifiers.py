"""Modifiers for the plans of a policy, drawn by seed: versions of a plan share their ids, and so what runs on."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import attrs
import pyarrow as pa
from drawn_policies import CALENDAR

from salesrules.commissions import (
    AppraisalScore,
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Kicker,
    Multiplier,
    needed_quota,
)
from salesrules.core import Band, BandTable, DateRange, Money, Rate

KINDS = ("gate", "kicker", "multiplier", "coefficient", "cap", "cap", "floor")


def with_modifiers(rng, policy, facts, until, *, apart=False):
    """The policy whose plans have modifiers, and the facts with the scores that these ask for."""
    kinds = {plan.family: [rng.choice(KINDS) for _ in range(rng.randint(1, 4))] for plan in policy.plans}
    pers = {plan.family: rng.choice(("period", "quarter", "year", "plan", "transaction")) for plan in policy.plans}
    plans = []
    for plan in policy.plans:
        names = [f"{plan.id if apart else plan.family} m{place}" for place in range(len(kinds[plan.family]))]
        modifiers = [
            modifier
            for name, kind in zip(names, kinds[plan.family], strict=True)
            if (modifier := _draw(rng, name, kind, plan, pers[plan.family])) is not None
        ]
        plans.append(attrs.evolve(plan, modifiers=modifiers, modifier_base=rng.choice(("rounded", "unrounded"))))
    days = DateRange(date(2019, 1, 1), until)
    scores = [
        AppraisalScore(payee=payee, span=period.span, score=rng.choice(("1", "0.9", "0", "1.25", "0.333")))
        for payee in facts.payees
        for period in CALENDAR.periods(policy.pay_period, days)
    ]
    return attrs.evolve(policy, plans=plans), attrs.evolve(facts, appraisal_scores=scores)


def scores_of(policy, facts):
    rows = facts.appraisal_scores
    return pa.table(
        {
            "payee": [each.payee for each in rows],
            "period": [CALENDAR.at(policy.pay_period, each.span.start).label for each in rows],
            "score": pa.array([each.score for each in rows], pa.decimal128(12, 4)),
        }
    )


def _draw(rng, id, kind, plan, per):
    scope = [part.id for part in rng.sample(plan.components, 1)] if plan.components and rng.random() < 0.3 else ()
    if kind in ("gate", "kicker", "multiplier") and not plan.components:
        return None
    match kind:
        case "gate":
            return Gate(id=id, **_condition(rng, plan), otherwise=_rate(rng, ("0%", "50%", "33.3%")), applies_to=scope)
        case "kicker":
            share, amount = rng.choice(((True, False), (False, True), (True, True)))
            return Kicker(
                id=id,
                **_condition(rng, plan),
                share=_rate(rng, ("10%", "0.7%")) if share else None,
                amount=_usd(rng) if amount else None,
                applies_to=scope,
            )
        case "multiplier":
            condition = _condition(rng, plan)
            bands = [Band(start=None, value=_rate(rng)), Band(start=condition.pop("threshold"), value=_rate(rng))]
            factors = BandTable(bands=bands, side=condition.pop("side"))
            return Multiplier(id=id, **condition, factors=factors, applies_to=scope)
        case "coefficient":
            return Coefficient(id=id, applies_to=scope)
        case "cap":
            excess = "forfeited" if per == "transaction" else rng.choice(("forfeited", "carried", "carried"))
            by = rng.choice(("", "", "region", "class"))
            return EarningsCap(id=id, amount=_usd(rng), per=per, excess=excess, by=by, applies_to=scope)
        case _:
            return EarningsFloor(id=id, amount=_usd(rng), per=rng.choice(("transaction", "period")), applies_to=scope)


def _condition(rng, plan):
    part = rng.choice(plan.components)
    has_quota = needed_quota(part.table) is not None
    observe = "attainment" if has_quota and rng.random() < 0.7 else "measured"
    threshold = rng.choice(("0", "0.5", "1", "3") if observe == "attainment" else ("0", "1", "2", "900", "5000"))
    return {
        "component": part.id,
        "observe": observe,
        "threshold": Decimal(threshold),
        "side": rng.choice(("lower", "upper")),
    }


def _rate(rng, rates=("0%", "50%", "33.3%", "100%", "120%", "7.25%")):
    return Rate.parse(rng.choice(rates))


def _usd(rng):
    return Money(Decimal(rng.choice(("5", "40.01", "120", "700", "3000.5"))), "USD")


def chance(seed):
    """The drawing of a seed."""
    return random.Random(f"{seed}/modifiers")
