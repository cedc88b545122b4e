"""Random firms that sit on their own thresholds, as plain data for the oracle and as values for the library."""

from __future__ import annotations

import decimal
from datetime import date, timedelta
from decimal import Decimal

import attrs
from commissions.firm import (
    assign,
    back,
    direct,
    draw,
    facts,
    life,
    money,
    override,
    quota,
    sale,
    tiers,
)
from commissions.firm import policy as make_policy
from hypothesis import strategies as st

from salesrules.commissions import (
    AmountTable,
    AttainmentTable,
    Cap,
    Component,
    Filter,
    OpeningBalance,
    Plan,
    StatementRounding,
)
from salesrules.core import DateRange, Rate

CENT = Decimal("0.01")
BOSS = {"ana": "bo", "ben": "bo", "bo": "cy", "cy": None}
MONTHS = [date(2020, month, 1) for month in range(1, 13)]
QUARTERS = [(date(2020, 3 * n + 1, 1), date(2020 + n // 3, 3 * ((n + 1) % 4) + 1, 1)) for n in range(4)]
LABELS = ["2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4"]
MODES = [
    decimal.ROUND_HALF_UP,
    decimal.ROUND_HALF_EVEN,
    decimal.ROUND_HALF_DOWN,
    decimal.ROUND_UP,
    decimal.ROUND_DOWN,
    decimal.ROUND_CEILING,
    decimal.ROUND_FLOOR,
]
DAYS = st.integers(0, 365).map(lambda n: date(2020, 1, 1) + timedelta(days=n))
LONG_AGO = date(2019, 1, 1)


@st.composite
def tier_lists(draw, by_quota):
    """Bounds (cents, or whole per cents of a quota) with rates."""
    unit, largest = (Decimal("0.01"), 150) if by_quota else (CENT, 50_000)
    bounds = sorted(draw(st.sets(st.integers(1, largest), max_size=3)))
    rates = draw(st.lists(st.integers(0, 300), min_size=len(bounds) + 1, max_size=len(bounds) + 1))
    return [(bound * unit, Decimal(rate) / 1000) for bound, rate in zip([0, *bounds], rates, strict=True)]


@st.composite
def components(draw, id, roles, marginal):
    by_quota = draw(st.booleans())
    return {
        "id": id,
        "roles": roles,
        "only": ("category", ["bikes"]) if id == "b" and draw(st.booleans()) else None,
        "span": draw(st.sampled_from(["transaction", "month", "quarter", "year"])),
        "tiers": draw(tier_lists(by_quota)),
        "side": draw(st.sampled_from(["lower", "upper"])),
        "whole": not marginal and draw(st.booleans()),
        "by_quota": by_quota,
    }


@st.composite
def versions(draw, family, roles, marginal):
    """One or two versions; where a quota is needed they change with a month, else on any day."""
    change = draw(st.none() | st.sampled_from(MONTHS[1:]) | DAYS.filter(lambda day: day > MONTHS[0]))
    found = []
    for number, (start, end) in enumerate([(LONG_AGO, change), (change, None)] if change else [(LONG_AGO, None)]):
        parts = [draw(components(id, roles, marginal)) for id in draw(st.sampled_from([["a"], ["a", "b"]]))]
        if change and change.day > 1:
            parts = [{**part, "by_quota": False} for part in parts]
        found.append(
            {
                "id": f"{family}-{number}",
                "start": start,
                "end": end,
                "components": parts,
                "cap": draw(st.none() | st.integers(0, 5000).map(lambda n: n * CENT)),
                "level": draw(st.sampled_from(["line", "cumulative"])),
                "mode": draw(st.sampled_from(MODES)),
                "returns": draw(st.sampled_from(["original", "current"])),
                "prorate": draw(st.booleans()),
            }
        )
    return found


@st.composite
def draws(draw):
    start = draw(st.sampled_from([first for first, _ in QUARTERS]) | DAYS)
    return {
        "amount": draw(st.integers(0, 3000)) * CENT,
        "recoverable": draw(st.booleans()),
        "start": start,
        "end": start + timedelta(days=draw(st.sampled_from([1, 91, 182, 183, 365]))),
        "recovery": Decimal(draw(st.integers(0, 100))) / 100,
    }


@st.composite
def assignments(draw, person, family):
    """From long ago for those who sell; for managers maybe later; maybe two in a row; a draw in one of them."""
    start = LONG_AGO if person != "bo" else draw(st.sampled_from([LONG_AGO, *MONTHS]))
    cut = draw(st.none() | DAYS.filter(lambda day: day > start))
    parts = [(start, cut), (cut, None)] if cut else [(start, None)]
    terms = [draw(st.none() | draws()), None]
    return [
        {"people": [person], "family": family, "start": first, "end": end, "draw": draw}
        for (first, end), draw in zip(parts, terms, strict=False)
    ]


@st.composite
def deals(draw, thresholds):
    """Sales whose amounts are thresholds, their differences, or a cent beside them; and returns of parts of them."""
    cents = st.sampled_from(thresholds) | st.integers(0, 60_000).map(lambda n: n * CENT)
    step = st.sampled_from([-CENT, Decimal(0), CENT])
    sales = [
        {
            "id": f"d{number:02}",
            "day": draw(DAYS),
            "seller": draw(st.sampled_from(["ana", "ana", "ben"])),
            "amount": max(draw(cents) + draw(step), Decimal(0)),
            "category": draw(st.sampled_from(["bikes", "socks"])),
            "original": None,
        }
        for number in range(draw(st.integers(1, 8)))
    ]
    found = list(sales)
    for sold in sales:
        left = sold["amount"]
        for part in range(draw(st.sampled_from([0, 0, 1, 2]))):
            amount = min(left, draw(st.integers(1, 60_000)) * CENT if draw(st.booleans()) else left)
            if amount > 0:
                left -= amount
                day = sold["day"] + timedelta(days=draw(st.sampled_from([0, 1, 30, 91, 200])))
                found.append(
                    {**sold, "id": f"r{sold['id']}{part}", "day": day, "amount": -amount, "original": sold["id"]}
                )
    return found


@st.composite
def random_firms(draw, *, marginal=False):
    """A firm as the oracle takes it."""
    plans = {
        "rep": draw(versions("rep", ["direct"], marginal)),
        "boss": draw(versions("boss", ["direct", "override_1"], marginal)),
        "top": draw(versions("top", ["override_2"], marginal)),
    }
    quotas = {
        (person, month.strftime("%Y-%m")): draw(st.integers(1, 20_000)) * CENT
        for person in BOSS
        for month in MONTHS[:1]
    }
    quotas |= {(person, month.strftime("%Y-%m")): quotas[person, "2020-01"] for person in BOSS for month in MONTHS}
    thresholds = [
        bound * (3 * quotas["ana", "2020-01"] if part["by_quota"] else 1)
        for version in plans["rep"]
        for part in version["components"]
        for bound, _ in part["tiers"]
    ]
    thresholds = [bound.quantize(CENT) for bound in thresholds]
    people = [("ana", "rep"), ("ben", "rep"), ("bo", "boss"), ("cy", "top")]
    return {
        "boss": BOSS,
        "overrides": {
            "override_1": (1, draw(st.sampled_from([Decimal(1), Decimal("0.333")]))),
            "override_2": (2, Decimal(1)),
        },
        "plans": plans,
        "assigned": [entry for person, family in people for entry in draw(assignments(person, family))],
        "quotas": quotas,
        "deals": draw(deals(thresholds)),
        "carry": draw(st.booleans()),
        "owed": {("ana", QUARTERS[1][0]): draw(st.integers(0, 3000)) * CENT} if draw(st.booleans()) else {},
    }


# --- the same firm as values of the library --------------------------------------------------------------------------


def to_library(firm):
    """The facts and the policy of a firm."""
    return to_facts(firm), to_policy(firm)


def to_facts(firm):

    transactions = []
    for deal in firm["deals"]:
        given = {"category": deal["category"], "payee": deal["seller"]}
        if deal["original"]:
            transactions.append(back(deal["id"], str(deal["day"]), -deal["amount"], deal["original"], **given))
        else:
            transactions.append(sale(deal["id"], str(deal["day"]), deal["amount"], **given))
    spans = [DateRange(start, end) for start, end in zip(MONTHS, [*MONTHS[1:], date(2021, 1, 1)], strict=True)]
    return facts(
        *transactions,
        people=tuple(firm["boss"]),
        boss=firm["boss"],
        quotas=[quota(firm["quotas"][who, f"{span.start:%Y-%m}"], span, who) for who in firm["boss"] for span in spans],
        openings=[OpeningBalance(payee=who, day=day, owed=money(owed)) for (who, day), owed in firm["owed"].items()],
    )


def to_policy(firm):
    return make_policy(
        *(to_plan(family, version) for family, versions in firm["plans"].items() for version in versions),
        crediting=[direct(), *(override(levels, f"{share * 100}%") for levels, share in firm["overrides"].values())],
        assignments=[
            assign(
                entry["family"],
                entry["people"],
                DateRange(entry["start"], entry["end"]),
                draw=entry["draw"] and to_draw(entry["draw"]),
                id=str(number),
            )
            for number, entry in enumerate(firm["assigned"])
        ],
        carry_shortfall=firm["carry"],
    )


def to_draw(terms):
    given = draw(
        terms["amount"],
        DateRange(terms["start"], terms["end"]),
        recoverable=terms["recoverable"],
        recovery="0%",
    )
    return attrs.evolve(given, maximum_recovery=Rate(terms["recovery"]))


def to_plan(family, version):
    return Plan(
        id=version["id"],
        family=family,
        name=version["id"],
        life=life(DateRange(version["start"], version["end"])),
        currency="USD",
        components=[to_component(part) for part in version["components"]],
        rounding=StatementRounding(level=version["level"], mode=version["mode"].removeprefix("ROUND_").lower()),
        returns={"original": "original_terms", "current": "current_measure"}[version["returns"]],
        proration="by_days" if version["prorate"] else "none",
        cap=None if version["cap"] is None else Cap(id=f"{version['id']}-cap", amount=money(version["cap"])),
    )


def to_component(part):
    cells = [cell for bound, rate in part["tiers"] for cell in (str(bound), str(rate))]
    table = AttainmentTable if part["by_quota"] else AmountTable
    return Component(
        id=part["id"],
        credits=part["roles"],
        measure="amount",
        accumulate=part["span"],
        table=table(mode="whole_amount" if part["whole"] else "marginal", tiers=tiers(*cells, side=part["side"])),
        filters=[Filter(attribute=part["only"][0], one_of=part["only"][1])] if part["only"] else [],
    )


def as_plain(statement):
    """A statement in the words of the oracle."""
    return {
        "lines": {
            (line.credit.transaction.id, line.component, line.credit.role): line.amount.amount
            for line in statement.lines
        },
        "earned": statement.earned.amount,
        "balances": [(entry.kind.value, entry.amount.amount) for entry in statement.balances],
        "paid": statement.paid.amount,
        "opening": statement.opening.amount,
        "closing": statement.closing.amount,
    }
