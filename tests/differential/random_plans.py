"""Random plans of one component, with bounds, caps and gates on one another's thresholds or a unit beside them."""

from __future__ import annotations

import random
from decimal import Decimal

import attrs
from commissions.firm import component, money, plan

from salesrules.commissions import (
    AmountTable,
    AttainmentTable,
    EarningsCap,
    EarningsFloor,
    FixedTable,
    Gate,
    Kicker,
    Multiplier,
)
from salesrules.core import Band, BandTable, Rate

RATE_MODES = ("marginal", "whole_amount")
AMOUNT_MODES = ("fixed", "cumulative_fixed", "interpolated_amount", "proportional_amount")
PARABOLAS = "interpolated_rate"
UNIT = Decimal("0.01")


def _bounds(chance, count, widths):
    found = [Decimal(0)]
    for _ in range(count - 1):
        found.append(found[-1] + chance.choice(widths))
    return found


def _bands(chance, bounds, values):
    return BandTable(
        bands=[
            Band(start=bound, value=value, side=chance.choice([None, None, "lower", "upper"]))
            for bound, value in zip(bounds, values, strict=True)
        ],
        side=chance.choice(["lower", "upper"]),
    )


def _table(chance, mode, quota, coarse):
    count = chance.randint(1, 4)
    if quota is None:
        narrow = [] if coarse else [Decimal("33.33"), UNIT]
        bounds = _bounds(chance, count, [Decimal(100), Decimal(250), Decimal(1000), *narrow])
    else:
        bounds = _bounds(chance, count, [Decimal("0.5"), Decimal("0.25"), Decimal("0.1"), Decimal(1)])
    basis = "amount" if quota is None else "attainment"
    if mode in AMOUNT_MODES:
        values = [Decimal(chance.choice([0, 5, 10, 10, 20, 45])) for _ in bounds]
        if mode == "proportional_amount":
            values[-1] = Decimal(0)
        return FixedTable(mode=mode, basis=basis, tiers=_bands(chance, bounds, values))
    rates = [Rate.parse(chance.choice(["0%", "1%", "2%", "2%", "4%", "7.5%", "8%"])) for _ in bounds]
    kind = AmountTable if quota is None else AttainmentTable
    return kind(mode=mode, tiers=_bands(chance, bounds, rates))


def _amount(chance):
    return money(Decimal(chance.choice([0, 1, 5, 8, 10, 20, 45])) + chance.choice([-UNIT, 0, 0, UNIT]).__abs__())


def _modifiers(chance, accumulate, quota):
    if accumulate == "transaction":
        made = [
            EarningsCap(id="cap", amount=_amount(chance), per="transaction"),
            EarningsFloor(id="floor", amount=_amount(chance), per="transaction"),
        ]
        return chance.sample(made, chance.choice([0, 0, 0, 1, 2]))
    observe = "measured" if quota is None else chance.choice(["measured", "attainment"])
    scale = Decimal(1000) if observe == "measured" else Decimal(1)
    threshold = chance.choice([Decimal("0.1"), Decimal("0.25"), Decimal("0.5"), Decimal(1)]) * scale
    seen = {"component": "pay", "observe": observe}
    factors = BandTable(
        bands=[
            Band(start=None, value=Rate.parse(chance.choice(["50%", "100%"]))),
            Band(start=threshold, value=Rate.parse(chance.choice(["80%", "120%"]))),
        ],
        side=chance.choice(["lower", "upper"]),
    )
    side = chance.choice(["lower", "upper"])
    made = [
        Gate(id="gate", threshold=threshold, side=side, otherwise=chance.choice([Rate(0), Rate.parse("50%")]), **seen),
        Kicker(id="amount", threshold=threshold, side=side, amount=_amount(chance), **seen),
        Kicker(id="share", threshold=threshold, side=side, share=Rate.parse("10%"), **seen),
        Multiplier(id="multiplier", factors=factors, **seen),
        EarningsCap(id="cap", amount=_amount(chance), per="period"),
        EarningsFloor(id="floor", amount=_amount(chance), per="period"),
    ]
    return chance.sample(made, chance.choice([0, 0, 0, 1, 2, 3]))


def random_plan(seed, *, mode=None, coarse=False):
    """A plan and the quota of its table (`None` where it pays by amount); a coarse one has no narrow tiers."""
    chance = random.Random(seed)
    quota = chance.choice([None, None, Decimal(1000)])
    mode = mode or chance.choice(RATE_MODES + AMOUNT_MODES)
    accumulate = chance.choice(["transaction", "period"])
    pays = component(_table(chance, mode, quota, coarse), accumulate=accumulate)
    limit = _amount(chance).amount if accumulate == "period" and chance.random() < 0.15 else None
    made = plan(pays, cap=limit, returns=chance.choice(["original_terms", "current_measure"]), digits=12)
    return attrs.evolve(made, modifiers=_modifiers(chance, accumulate, quota)), quota
