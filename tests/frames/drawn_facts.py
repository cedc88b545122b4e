"""Random facts and crediting policies for the bulk engine, as facts of the scalar rules and as shuffled tables."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import attrs
import pyarrow as pa

from salesrules.commissions import (
    Assignment,
    CommissionFacts,
    CommissionPolicy,
    DirectCredit,
    Filter,
    OverlayCredit,
    OverrideCredit,
    Payee,
    Payment,
    Split,
    Transaction,
    TransactionKind,
    TriggerTerms,
)
from salesrules.core import Dated, DatedValue, DateRange, Money, Rate
from salesrules.org import Hierarchy
from salesrules.testing import simple_plan

START, END = date(2020, 1, 1), date(2020, 7, 1)
ALWAYS = DateRange(date(2019, 1, 1))
PEOPLE = [f"p{number}" for number in range(14)]
POSITIONS = ("seller", "seller", "seller", "manager", "engineer")
SHARES = ("100%", "100%", "50%", "12.5%", "33.333%", "0.01%")
MEASURES = ("amount", "margin", "quantity", "count")


def measuring_plan(**changes):
    """A plan that measures everything, so that bulk crediting reads and counts everything."""
    plan = simple_plan({0: "2%"})
    [part] = plan.components
    filters = [Filter(attribute="region", none_of=["nowhere"])]
    parts = [attrs.evolve(part, id=name, measure=name, filters=filters) for name in MEASURES]
    return attrs.evolve(plan, components=parts, **changes)


def draw_day(rng, start=START, end=END):
    return start + timedelta(days=rng.randrange((end - start).days))


def draw_range(rng):
    match rng.randrange(4):
        case 0:
            return DateRange(START, draw_day(rng, START + timedelta(days=1)))
        case 1:
            return DateRange(draw_day(rng))
        case _:
            return ALWAYS


def draw_trigger(rng, cash):
    on = rng.choice(("booking", "booking", "delivery", "invoice", *(("cash", "cash") if cash else ())))
    if on != "cash":
        return TriggerTerms(on=on)
    return TriggerTerms(on=on, safety_days=rng.choice((0, 3, 30)), digits=rng.choice((0, 2, 2, 4)))


def draw_filters(rng):
    if rng.random() < 0.5:
        return ()
    word = rng.choice(("one_of", "none_of"))
    found = [Filter(attribute="region", **{word: rng.sample(["north", "south", "east"], rng.randrange(1, 3))})]
    if rng.random() < 0.3:
        found.append(Filter(attribute="class", none_of=["c"]))
    return found


def draw_policy(rng, cash=False, plans=None, assignments=(), shares=SHARES):
    """Direct rules that filters or days tell apart, overrides of three levels, overlays with roles of their own."""
    rules = []
    match rng.randrange(4):
        case 0:
            cut = draw_day(rng)
            rules += [
                DirectCredit(id="early", effective=DateRange(date(2019, 1, 1), cut), share=Rate.parse("80%")),
                DirectCredit(id="late", effective=DateRange(cut), trigger=draw_trigger(rng, cash)),
            ]
        case 1:
            north, others = (Filter(attribute="region", **{word: ["north"]}) for word in ("one_of", "none_of"))
            share = Rate.parse(rng.choice(shares))
            rules.append(DirectCredit(id="north", effective=ALWAYS, share=share, filters=[north]))
            rules.append(DirectCredit(id="others", effective=ALWAYS, filters=[others], trigger=draw_trigger(rng, cash)))
        case _:
            share = Rate.parse(rng.choice(shares))
            rules.append(
                DirectCredit(id="seller", effective=draw_range(rng), share=share, trigger=draw_trigger(rng, cash))
            )
    for level in rng.sample([1, 2, 3], rng.randrange(4)):
        base = rng.choice(("whole", "remaining"))
        rules.append(
            OverrideCredit(
                id=f"manager-{level}",
                effective=draw_range(rng),
                level=level,
                share=Rate.parse(rng.choice(shares if base == "whole" else ("100%", "50%", "20%"))),
                base=base,
                filters=draw_filters(rng),
                trigger=draw_trigger(rng, cash),
            )
        )
    for number in range(rng.randrange(3)):
        rules.append(
            OverlayCredit(
                id=f"overlay-{number}",
                effective=draw_range(rng),
                payees=rng.sample(PEOPLE, rng.randrange(3)),
                positions=[rng.choice(POSITIONS)],
                role=f"overlay-{number}",
                share=Rate.parse(rng.choice(shares)),
                filters=draw_filters(rng),
                trigger=draw_trigger(rng, cash),
            )
        )
    rng.shuffle(rules)
    plan = measuring_plan()
    return CommissionPolicy(
        life=plan.life,
        pay_period="month",
        carry_shortfall=True,
        plans=[plan] if plans is None else plans,
        crediting=rules,
        assignments=assignments or [Assignment(id="all", plan=plan.family, effective=ALWAYS, positions=set(POSITIONS))],
        maximum_split=Rate.parse("150%"),
    )


def draw_hierarchies(rng):
    """Up to three versions, everybody in each, chains of up to four."""
    cuts = sorted({date(2019, 1, 1), *(draw_day(rng) for _ in range(rng.randrange(3)))})
    entries = []
    for start, end in zip(cuts, [*cuts[1:], None], strict=True):
        order = rng.sample(PEOPLE, len(PEOPLE))
        parents = {
            person: None if place < 2 or rng.random() < 0.1 else order[rng.randrange(place)]
            for place, person in enumerate(order)
        }
        entries.append(DatedValue(effective=DateRange(start, end), value=Hierarchy.from_parents(parents)))
    return Dated(subject="reporting lines", entries=entries)


def draw_facts(rng, count, cash=False):
    """So many sales, some split, some returned at once or in parts, some paid in parts and paid back."""
    transactions = []
    for number in range(count):
        transactions += _draw_sale(rng, f"t{number:06}", cash)
    rng.shuffle(transactions)
    payees = [Payee(id=person, name=person, position=POSITIONS[at % 5]) for at, person in enumerate(PEOPLE)]
    return CommissionFacts(transactions=transactions, payees=payees, hierarchies=draw_hierarchies(rng))


def _draw_sale(rng, id, cash):
    amount = Decimal(rng.choice((0, 100, rng.randrange(1, 2_000_000), rng.randrange(1, 100)))).scaleb(-2)
    quantity = Decimal(rng.randrange(0, 4))
    day = draw_day(rng)
    later = [None, *(day + timedelta(days=rng.randrange(-5, 90)) for _ in range(2))]
    sale = Transaction(
        id=id,
        day=day,
        payee=rng.choice(PEOPLE),
        amount=Money(amount, "USD"),
        cost=Money(Decimal(rng.randrange(0, 1_000_000)).scaleb(-2), "USD"),
        quantity=quantity,
        attributes={"region": rng.choice(("north", "south", "east")), "class": rng.choice("abc")},
        splits=_draw_splits(rng),
        delivered=rng.choice(later),
        invoiced=rng.choice(later),
        payments=_draw_payments(rng, amount, day) if cash else (),
    )
    if rng.random() < 0.85:
        return [sale]
    return [sale, *_draw_returns(rng, sale, cash)]


def _draw_splits(rng):
    if rng.random() < 0.75:
        return ()
    shares = rng.choice((("100%",), ("50%", "50%"), ("33.33%", "66.67%"), ("20%", "30%", "50%"), ("100%", "12.5%")))
    people = rng.sample(PEOPLE, len(shares))
    return [Split(payee=payee, share=Rate.parse(share)) for payee, share in zip(people, shares, strict=True)]


def _draw_payments(rng, amount, day, sign=1):
    """Parts of an amount on days that may tie, one of them perhaps by cheque, perhaps not all of it."""
    left, found = amount, []
    for _ in range(rng.randrange(4)):
        part = min(left, Decimal(rng.randrange(1, 1_000_000)).scaleb(-2)) if rng.random() < 0.6 else left
        if part:
            on = day + timedelta(days=rng.choice((-3, 0, 10, 10, rng.randrange(60))))
            due = rng.choice((None, None, on + timedelta(days=30)))
            found.append(Payment(day=on, amount=Money(sign * part, "USD"), due=due))
            left -= part
    return found


def _draw_returns(rng, sale, cash):
    shares = rng.choice((["1"], ["0.5", "0.5"], ["0.25", "0.5"]))
    if not sale.amount.amount and not sale.quantity:
        shares = ["1"]  # what has neither comes back as a whole
    came = sum((payment.amount.amount for payment in sale.payments), Decimal(0))
    found = []
    for number, share in enumerate(map(Decimal, shares)):
        amount = (sale.amount.amount * share).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
        if share == 1 or (number and shares[-1] == "0.5" and len(shares) == 2 and shares[0] == "0.5"):
            amount = sale.amount.amount + sum((back.amount.amount for back in found), Decimal(0))
        day = sale.day + timedelta(days=rng.randrange(0, 60))
        payments = ()
        if cash and came:
            payments = _draw_payments(rng, min(amount, came), day, -1)
            came += sum((payment.amount.amount for payment in payments), Decimal(0))
        found.append(
            Transaction(
                id=f"{sale.id}-r{rng.choice('xyz')}{number}",
                day=day,
                payee=rng.choice(PEOPLE),
                kind=TransactionKind.RETURN,
                original=sale.id,
                amount=Money(-amount, "USD"),
                cost=Money(-sale.cost.amount * share, "USD"),
                quantity=-sale.quantity * share,
                attributes=sale.attributes,
                payments=payments,
            )
        )
    return found


def tables(facts, attributes=("region", "class")):
    """The facts as the tables that `credit_in_bulk` takes."""
    rows = facts.transactions
    days = pa.date32()
    transactions = pa.table(
        {
            "id": [t.id for t in rows],
            "day": pa.array([t.day for t in rows], days),
            "payee": [t.payee for t in rows],
            "amount": pa.array([t.amount.amount for t in rows], pa.decimal128(20, 4)),
            "cost": pa.array([None if t.cost is None else t.cost.amount for t in rows], pa.decimal128(20, 4)),
            "quantity": pa.array([t.quantity for t in rows], pa.decimal128(20, 4)),
            "original": pa.array([t.original for t in rows], pa.string()),
            "delivered": pa.array([t.delivered for t in rows], days),
            "invoiced": pa.array([t.invoiced for t in rows], days),
            **{name: pa.array([t.attributes.get(name) for t in rows], pa.string()) for name in attributes},
        }
    )
    splits = [(t.id, split) for t in rows for split in t.splits]
    payments = [(t.id, payment) for t in rows for payment in t.payments]
    return {
        "transactions": transactions,
        "splits": pa.table(
            {
                "transaction": pa.array([id for id, _ in splits], pa.string()),
                "payee": pa.array([split.payee for _, split in splits], pa.string()),
                "share": pa.array([split.share.value for _, split in splits], pa.decimal128(12, 9)),
            }
        ),
        "payments": pa.table(
            {
                "transaction": pa.array([id for id, _ in payments], pa.string()),
                "day": pa.array([payment.day for _, payment in payments], days),
                "due": pa.array([payment.due for _, payment in payments], days),
                "amount": pa.array([payment.amount.amount for _, payment in payments], pa.decimal128(20, 4)),
            }
        ),
        "payees": pa.table(
            {
                "payee": pa.array([*facts.payees], pa.string()),
                "position": pa.array([payee.position for payee in facts.payees.values()], pa.string()),
            }
        ),
    }


def reporting_table(hierarchies):
    """Reporting lines as a table with a row for each stretch of days in which a person has one manager."""
    lines = {}
    for entry in hierarchies.entries:
        for person, manager in entry.value.to_parents().items():
            found = lines.setdefault(person, [])
            if found and found[-1][0] == manager and found[-1][2] == entry.effective.start:
                found[-1] = (manager, found[-1][1], entry.effective.end)
            else:
                found.append((manager, entry.effective.start, entry.effective.end))
    rows = [(person, *line) for person, each in lines.items() for line in each]
    random.Random(1).shuffle(rows)
    kinds = {"employee": pa.string(), "manager": pa.string(), "start": pa.date32(), "end": pa.date32()}
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())})
