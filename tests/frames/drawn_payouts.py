"""Payouts, clawbacks, minimum payments, draws, events and amounts that stood open, drawn for policies and facts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import attrs

from salesrules.commissions import (
    Clawback,
    Deferral,
    DeferredPart,
    Draw,
    Holdback,
    Instalments,
    OpeningBalance,
    OpeningHold,
    PayEvent,
    ProRataClawback,
)
from salesrules.core import Band, BandTable, DateRange, Money, Rate

EVENTS = ("lapse", "leaving", "collected")


def usd(amount):
    return Money(Decimal(amount), "USD")


def pays_later(rng, plan):
    """The plan with some payouts, clawbacks and a minimum payment; each may be missing."""
    names = [part.id for part in plan.components]
    payouts = [_payout(rng, f"{plan.family} payout {number}") for number in range(rng.choice((0, 1, 1, 2)))]
    if (len(payouts) == 2 and names) or rng.random() < 0.3:
        payouts[:1] = [attrs.evolve(each, applies_to=rng.sample(names, 1)) for each in payouts[:1]]
    events, clawbacks = list(EVENTS[:2]), []
    if rng.random() < 0.5:
        shares = BandTable(
            bands=[Band(start=0, value=Rate(1)), Band(start=2, value=Rate.parse("33.3%"))], end=rng.choice((4, None))
        )
        tenure = rng.choice(("months", "months", "instalments"))
        keeps = rng.random() < 0.3
        clawbacks.append(
            Clawback(id="back", events=[events.pop()], tenure=tenure, shares=shares, forfeits_held=not keeps)
        )
    if rng.random() < 0.6:
        clawbacks.append(
            ProRataClawback(id="rata", events=events, months=rng.choice((3, 12)), forfeits_held=rng.random() < 0.6)
        )
    minimum = usd(rng.choice((5, 50, 400))) if rng.random() < 0.4 else None
    return attrs.evolve(plan, payouts=payouts, clawbacks=clawbacks, minimum_payment=minimum)


def _payout(rng, id):
    match rng.randrange(4):
        case 0:
            months = (0, 1, 3) if rng.random() < 0.5 else (1, 2, 4)
            shares = ("40%", "30%", "30%")
            parts = [DeferredPart(after_months=m, share=Rate.parse(s)) for m, s in zip(months, shares, strict=True)]
            return Deferral(id=id, parts=parts)
        case 1:
            return Instalments(id=id, count=rng.choice((2, 3, 7)), every_months=rng.choice((1, 2)))
        case 2:
            return Holdback(id=id, share=Rate.parse(rng.choice(("10%", "33.3%"))), after_periods=rng.choice((1, 2)))
        case _:
            return Holdback(id=id, share=Rate.parse("25%"), on_event="collected")


def advances(rng, policy):
    """The policy whose assignments advance something, perhaps."""
    found = []
    for number, each in enumerate(policy.assignments):
        start = each.effective.start if rng.random() < 0.5 else date(2020, rng.randint(1, 4), 1)
        draw = Draw(
            id=f"draw {number}",
            amount=usd(rng.choice(("50", "12.34", "300"))),
            recoverable=rng.random() < 0.7,
            effective=DateRange(start, start + timedelta(days=rng.randint(60, 500))),
            maximum_recovery=Rate.parse(rng.choice(("100%", "50%"))),
        )
        found.append(attrs.evolve(each, draw=draw if rng.random() < 0.5 else None))
    return attrs.evolve(policy, assignments=found, carry_shortfall=rng.random() < 0.5)


def draw_open_facts(rng, facts, policy):
    """The facts with events about some sales and some people, and with debts and amounts held from before."""
    sales = [t for t in facts.transactions if t.kind.value == "sale"]
    events = []
    for _ in range(40):
        sale, payee = rng.choice(sales), rng.choice(list(facts.payees))
        day = sale.day + timedelta(days=rng.randrange(150))
        about = rng.random() < 0.7
        events.append(
            PayEvent(
                payee=sale.payee if about else payee,
                day=day,
                event=rng.choice(EVENTS),
                transaction=sale.id if about else "",
                instalments=rng.randrange(5),
            )
        )
    ids = ["", *(payout.id for plan in policy.plans for payout in plan.payouts)]
    first = date(2020, rng.choice((1, 4)), 1)
    holds = [
        OpeningHold(
            payee=payee,
            day=first,
            amount=usd(rng.randrange(1, 9000)) if rng.random() < 0.5 else usd("10.01"),
            policy=rng.choice(ids),
            transaction=rng.choice(("", "old", rng.choice(sales).id)),
            due=rng.choice((None, first, first + timedelta(days=rng.randrange(200)))),
        )
        for payee in rng.sample(list(facts.payees), 3)
    ]
    debts = [OpeningBalance(payee=payee, day=first, owed=usd("77.70")) for payee in rng.sample(list(facts.payees), 2)]
    return attrs.evolve(facts, pay_events=events, opening_holds=holds, opening_balances=debts)
