"""Random edits between random closes: closed results never change, money is conserved, every delta has its cause."""

import pickle
from collections import defaultdict
from decimal import Decimal

import attrs
from commissions.firm import (
    ALWAYS,
    CALENDAR,
    assign,
    back,
    by_amount,
    by_quota,
    close_period,
    closing,
    component,
    day,
    days,
    direct,
    draw,
    facts,
    inputs,
    money,
    override,
    plan,
    policy,
    quota,
    sale,
    tree,
)
from commissions.firms import LABELS, QUARTERS
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from salesrules.commissions import (
    Holdback,
    Kicker,
    OpeningBalance,
    PayEvent,
    PoolMember,
    ProRataClawback,
    TeamPool,
    restate_commissions,
)
from salesrules.core import DateRange, ExchangeRate, Rate

SELLERS, MANAGERS = ("ana", "ben"), ("bo", "cy")
#: Days around the ends of quarters and months, and amounts around the bounds of tiers, quotas and the cap.
DAYS = st.sampled_from(["01-01", "01-31", "02-29", "03-31", "04-01", "05-15", "06-30", "07-01", "09-30", "12-31"])
AMOUNTS = st.sampled_from(["0", "0.01", "99.99", "100", "100.01", "333.33", "500", "999.99", "1000", "2500"])
CURRENCIES = st.sampled_from(["USD", "EUR"])
QUOTA_AMOUNTS = st.sampled_from([100, 500, 1000, 2000])
SOLD = st.tuples(DAYS, AMOUNTS, st.sampled_from(SELLERS), CURRENCIES)
RATES = st.sampled_from(["0%", "1%", "3.3333%", "10%"])
ACTS = ["sell", "give_back", "strike", "correct", "lapse", "turn", "turn", "set_quota"]
#: What can be turned, the cause that it is, and its values.
KNOBS = {
    "top_rate": ("policy", RATES),
    "share": ("policy", st.sampled_from(["33.33%", "50%", "100%"])),
    "returns_at": ("policy", st.sampled_from(["original_terms", "current_measure"])),
    "draw": ("policy", st.sampled_from(["0", "50", "100"])),
    "recovery": ("policy", st.sampled_from(["33.3%", "100%"])),
    "carries": ("policy", st.booleans()),
    "pooled": ("policy", st.booleans()),
    "exchange": ("exchange_rate", st.sampled_from(["0.90", "1.10", "1.2345"])),
    "boss": ("person", st.sampled_from(MANAGERS)),
    "family": ("person", st.sampled_from(["rep", "key"])),
    "opening": ("opening_balance", st.sampled_from(["0", "10", "200"])),
}


class Firm:
    """Everything that can be edited, as plain values; `now` makes today's inputs of it."""

    def __init__(self):
        self.sales = {}
        self.returns = {}
        self.quotas = {(holder, n): 1000 for holder in (*SELLERS, *MANAGERS) for n in range(4)}
        self.top_rate, self.exchange, self.boss, self.family = "10%", "1.10", "bo", "rep"
        self.opening, self.draw, self.recovery, self.carries, self.share = "0", "0", "100%", True, "100%"
        self.returns_at, self.pooled, self.lapses = "original_terms", False, {}

    def now(self):
        rep = plan(
            component(by_quota("0", "2%", "0.5", "5%", "1", self.top_rate), accumulate="quarter"),
            component(by_amount("0", "1%", "1000", "2%"), id="year", accumulate="year"),
            id="rep",
            cap=150,
            level="cumulative",
            returns=self.returns_at,
        )
        kicker = Kicker(id="kicker", component="pay", observe="measured", threshold=900, amount=money(25))
        key = attrs.evolve(
            plan(component(by_amount("0", "3%", "500", "4%", mode="whole_amount"), accumulate="quarter"), id="key"),
            modifiers=[kicker],
            payouts=[Holdback(id="holdback", share=Rate.parse("20%"), after_periods=1)],
            clawbacks=[ProRataClawback(id="claw", events=["lapse"], months=12)],
        )
        boss = plan(component(by_amount("0", "1%"), credits=("override_1",)), id="boss")
        advance = draw(self.draw, days("01-01", "07-01"), recovery="50%") if Decimal(self.draw) else None
        rules = policy(
            rep,
            key,
            boss,
            crediting=[direct(), override(share=self.share)],
            assignments=[
                assign(self.family, ("ana",), id="ana", draw=advance, effective=days("01-01")),
                assign("rep", ("ben",), id="ben", effective=days("01-01")),
                assign("boss", MANAGERS, id="managers", effective=days("01-01")),
            ],
            carry_shortfall=self.carries,
            closing=closing(self.recovery),
        )
        sold = [sale(id, on, amount, payee, currency) for id, (on, amount, payee, currency) in self.sales.items()]
        returned = [
            back(id, on, amount, original, self.sales[original][2], self.sales[original][3])
            for id, (on, amount, original) in self.returns.items()
        ]
        parents = {"ana": self.boss, "ben": "bo", "bo": None, "cy": None}
        members = [PoolMember(id="team", effective=ALWAYS, payees=["ana", "bo"])]
        pool = TeamPool(
            id="team",
            effective=ALWAYS,
            currency="USD",
            component=component(by_amount("0", "1%"), id="pool"),
            members=members,
            split="equal",
        )
        given = facts(
            *sold,
            *returned,
            people=(*SELLERS, *MANAGERS),
            hierarchies=tree((days("2019-01-01"), parents)),
            quotas=[quota(amount, DateRange(*QUARTERS[n]), holder) for (holder, n), amount in self.quotas.items()],
            openings=[OpeningBalance(payee="ana", day=day("01-01"), owed=money(self.opening))],
            rates=[ExchangeRate(source="EUR", target="USD", effective=days("2019-01-01"), rate=self.exchange)],
        )
        lapses = [
            PayEvent(day=day(on), payee="ana", event="lapse", transaction=sold) for sold, on in self.lapses.items()
        ]
        given = attrs.evolve(given, pay_events=lapses)
        return inputs(given, attrs.evolve(rules, pools=[pool] if self.pooled else []))


class Closing(RuleBasedStateMachine):
    """Edits of any kind, then a close, quarter after quarter."""

    @initialize(sales=st.lists(SOLD, min_size=4, max_size=8), family=st.sampled_from(["rep", "key"]))
    def begin(self, sales, family):
        self.firm, self.closed, self.kept, self.number, self.edited = Firm(), [], [], 100, set()
        self.firm.family = family
        self.firm.sales = {f"s{number:03}": sold for number, sold in enumerate(sales)}
        self.close()

    @precondition(lambda self: len(self.closed) < len(LABELS))
    @rule(data=st.data(), acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=4))
    def pass_quarter(self, data, acts):
        for act in acts:
            getattr(self, act if self.firm.sales else "sell")(data)
        self.close()

    def sell(self, data):
        self.number += 1
        self.firm.sales[f"s{self.number:03}"] = data.draw(SOLD)
        self.edited.add("transaction_new")

    def give_back(self, data):
        original = self.one_sale(data)
        on, amount, _, _ = self.firm.sales[original]
        if original in self.returned():
            return
        later = [each for each in ("01-31", "03-31", "04-01", "07-01", "12-31") if each >= on]
        part = data.draw(st.sampled_from(["0.5", "1"]))
        back_amount = str((Decimal(amount) * Decimal(part)).quantize(Decimal("0.01")))
        self.number += 1
        self.firm.returns[f"r{self.number:03}"] = (data.draw(st.sampled_from(later)), back_amount, original)
        self.edited.add("transaction_new")

    def strike(self, data):
        gone = self.one_sale(data)
        del self.firm.sales[gone]
        self.firm.returns = {id: r for id, r in self.firm.returns.items() if r[2] != gone}
        self.edited.add("transaction_removed")
        self.forget_lapse(gone)

    def correct(self, data):
        id = self.one_sale(data)
        if id not in self.returned():
            self.firm.sales[id] = (*data.draw(SOLD)[:2], *self.firm.sales[id][2:])
            self.edited.add("transaction_changed")
            self.forget_lapse(id)

    def one_sale(self, data):
        return data.draw(st.sampled_from(sorted(self.firm.sales)))

    def returned(self):
        return {original for _, _, original in self.firm.returns.values()}

    def forget_lapse(self, sold):
        if self.firm.lapses.pop(sold, None):
            self.edited.add("fact")

    def lapse(self, data):
        sold, on = self.one_sale(data), data.draw(DAYS)
        if on >= self.firm.sales[sold][0]:
            self.firm.lapses[sold] = on
            self.edited.add("fact")

    def turn(self, data):
        name = data.draw(st.sampled_from(sorted(KNOBS)))
        cause, values = KNOBS[name]
        setattr(self.firm, name, data.draw(values))
        self.edited.add(cause)

    def set_quota(self, data):
        self.firm.quotas[data.draw(st.sampled_from(SELLERS)), data.draw(st.integers(0, 2))] = data.draw(QUOTA_AMOUNTS)
        self.edited.add("quota")

    def close(self):
        now = self.firm.now()
        period = CALENDAR.period(LABELS[len(self.closed)])
        found = restate_commissions(self.closed, now, period=period)
        check_deltas(self.closed, found, now, period)
        assert {cause for entry in found.restatements() for cause in entry.causes} <= self.edited
        self.closed = self.closed_with(found)
        self.kept.append(pickle.dumps(self.closed[-1].run))
        self.edited = set()
        check_conserved(self.closed, now, period)
        if len(self.closed) < len(LABELS):
            again = restate_commissions(self.closed, self.firm.now(), period=CALENDAR.next(period))
            assert list(again.restatements()) == []

    def closed_with(self, found):
        """The closed periods when that run is closed too."""
        return [*self.closed, close_period(found)]

    @invariant()
    def closed_results_never_change(self):
        if hasattr(self, "closed"):
            assert [pickle.dumps(each.run) for each in self.closed] == self.kept


def sums(statements, amount):
    found = defaultdict(Decimal)
    for statement in statements:
        found[statement.payee] += amount(statement)
    return {payee: total for payee, total in found.items() if total}


def check_deltas(closed, found, now, period):
    """Per payee and closed period: what was posted, plus the deltas of all causes, is what recomputing pays today."""
    posted = defaultdict(Decimal)
    for statement in (s for each in closed for s in each.run.statements):
        own = statement.earned.amount + sum(
            e.amount.amount for e in statement.balances if not e.kind.value.startswith("restatement")
        )
        posted[statement.payee, statement.period.label] += own
        for entry in statement.restatements:
            posted[entry.payee, entry.period.label] += entry.amount.amount
    for entry in found.restatements():
        assert entry.amount or entry.owed or entry.held
        posted[entry.payee, entry.period.label] += entry.amount.amount
        assert len(entry.causes) == 1  # an event of a sale that is new, or of another day, comes after it
    today = {(s.payee, s.period.label): s.paid.amount for s in now.calculate(period).earlier}
    labels = {each.period.label for each in closed}
    assert {key: paid for key, paid in posted.items() if paid} == {
        key: paid for key, paid in today.items() if paid and key[1] in labels
    }


def amount_of(money):
    return Decimal(0) if money is None else money.amount


def check_conserved(closed, now, period):
    """All that was paid is what recomputing pays today, but for what is carried; what is owed likewise."""
    statements = [s for each in closed for s in each.run.statements]
    plain = now.calculate(period)
    recomputed = [*plain.earlier, *plain.statements]
    carried = sums(
        statements,
        lambda s: sum(e.owed.amount for e in s.balances if e.kind.value.startswith("restatement")),
    )
    paid, today = sums(statements, lambda s: s.paid.amount), sums(recomputed, lambda s: s.paid.amount)
    for payee in paid.keys() | today.keys() | carried.keys():
        assert paid.get(payee, 0) == today.get(payee, 0) + carried.get(payee, 0)
        assert carried.get(payee, 0) >= 0
    for statement in closed[-1].run.statements:
        (plain_one,) = [s for s in plain.statements if s.payee == statement.payee]
        assert statement.closing.amount == plain_one.closing.amount + carried.get(statement.payee, 0)
        before = [s for each in closed[:-1] for s in each.run.statements if s.payee == statement.payee]
        assert statement.held == plain_one.held
        if before:
            assert statement.opening == before[-1].closing
            held = [amount_of(e.held) for e in (*statement.restatements, *statement.balances)]
            assert amount_of(statement.held) == amount_of(before[-1].held) + sum(held)
        entries = [*statement.restatements, *statement.balances]
        assert statement.paid.amount == statement.earned.amount + sum(e.amount.amount for e in entries)
        assert statement.closing.amount == statement.opening.amount + sum(e.owed.amount for e in entries)


TestClosing = Closing.TestCase
TestClosing.settings = settings(max_examples=50, stateful_step_count=4, deadline=None)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_edits_within_one_restatement_changes_nothing(data):
    """Sales, returns, quotas and payees in any order in the facts: the same entries, to the cent."""
    firm = Firm()
    for n in range(4):
        firm.sales[f"s{n}"] = (data.draw(DAYS), data.draw(AMOUNTS), data.draw(st.sampled_from(SELLERS)), "USD")
    closed = [close_period(restate_commissions([], firm.now(), period=CALENDAR.period("2020-Q1")))]
    for n in range(4, 7):
        firm.sales[f"s{n}"] = (data.draw(DAYS), data.draw(AMOUNTS), data.draw(st.sampled_from(SELLERS)), "EUR")
    del firm.sales["s0"]
    firm.sales["s1"] = (data.draw(DAYS), data.draw(AMOUNTS), "ana", "USD")
    firm.quotas["ana", 0] = data.draw(QUOTA_AMOUNTS)
    firm.boss, firm.family, firm.top_rate = "cy", "key", data.draw(RATES)
    now = firm.now()
    shuffled = attrs.evolve(
        now,
        facts=attrs.evolve(
            now.facts,
            transactions=data.draw(st.permutations(now.facts.transactions)),
            quotas=data.draw(st.permutations(now.facts.quotas)),
        ),
    )
    one, other = (restate_commissions(closed, each, period=CALENDAR.period("2020-Q2")) for each in (now, shuffled))
    assert [attrs.evolve(e, subjects=sorted(e.subjects)) for e in one.restatements()] == [
        attrs.evolve(e, subjects=sorted(e.subjects)) for e in other.restatements()
    ]
    assert one.run == other.run or sorted_run(one) == sorted_run(other)


def sorted_run(found):
    return [
        (
            s.payee,
            s.paid,
            s.opening,
            s.closing,
            sorted((e.period.label, e.causes, e.amount.amount) for e in s.restatements),
        )
        for s in found.run.statements
    ]
