"""Team pools in bulk: on any facts what the scalar rules find, to the cent and to the share."""

from __future__ import annotations

import functools
import random
from datetime import date
from decimal import Decimal

import attrs
import pyarrow as pa
import pytest
from drawn_facts import ALWAYS, PEOPLE, POSITIONS, draw_facts, draw_policy, tables

from salesrules.commissions import (
    AmountTable,
    AttainmentTable,
    Component,
    DirectCredit,
    Filter,
    FixedTable,
    FormulaTable,
    Measure,
    PerUnitTable,
    PoolMember,
    TeamPool,
    Transaction,
    credit_transactions,
)
from salesrules.commissions.rules.payee_run import Setting
from salesrules.commissions.rules.settlement import run_pools
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    DateRange,
    FiscalCalendar,
    InvalidDocument,
    Money,
    PolicyLife,
    Rate,
    Rounding,
    TieOrder,
)
from salesrules.frames import BulkQuotas, credit_in_bulk, pooling
from salesrules.frames.pooling import pool_in_bulk
from salesrules.quotas import Quota, QuotaPolicy

CALENDAR = FiscalCalendar()
UNTIL = CALENDAR.period("2020-M08")
LIFE = PolicyLife(status="draft", scope="all", owner="ops", effective=ALWAYS)
QUOTAS = QuotaPolicy(life=LIFE, rounding=Rounding(digits=2, mode="half_up"), proration="prorate_by_days")
YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))


def bands(rng, unit, wrap, highest):
    bounds = sorted(rng.sample(range(1, highest), rng.randrange(3)))
    starts = [Decimal(0), *(Decimal(bound) * unit for bound in bounds)]
    return BandTable(bands=[Band(start=start, value=wrap(rng.randrange(1, 900))) for start in starts])


def draw_table(rng, measure, formula):
    """A table that fits a measure; those by attainment need a quota over the span."""
    if measure in ("quantity", "count"):
        tiers = bands(rng, 1, lambda number: Decimal(number).scaleb(-2), 60)
        return PerUnitTable(mode=rng.choice(("marginal", "whole_amount")), tiers=tiers), False
    kind = rng.randrange(4)
    if kind == 0:
        tiers = bands(rng, Decimal("0.1"), lambda number: Rate(Decimal(number).scaleb(-4)), 20)
        return AttainmentTable(mode=rng.choice(("marginal", "whole_amount")), tiers=tiers), True
    if kind == 1:
        tiers = bands(rng, 10_000, Decimal, 20)
        return FixedTable(mode="fixed", tiers=tiers), False
    if kind == 2:
        return FormulaTable(formula=formula), False
    tiers = bands(rng, 10_000, lambda number: Rate(Decimal(number).scaleb(-4)), 20)
    return AmountTable(mode=rng.choice(("marginal", "whole_amount")), tiers=tiers), False


def draw_members(rng):
    found = []
    for number, person in enumerate(rng.sample(PEOPLE, rng.randrange(1, 4))):
        start = date(2020, rng.randrange(1, 8), rng.randrange(1, 28))
        effective = rng.choice((ALWAYS, DateRange(start), DateRange(date(2019, 1, 1), start)))
        weight = rng.choice((1, 2, "0.5"))
        found.append(PoolMember(id=f"m{number}", effective=effective, payees=[person], weight=weight))
    if rng.random() < 0.5:
        found.append(PoolMember(id="by-position", effective=ALWAYS, positions=[rng.choice(POSITIONS)], weight=3))
    return found


def draw_pool(rng, id, pools=()):
    measure = "amount" if pools else rng.choice(("amount", "amount", "margin", "quantity", "count"))
    formula = "amount * 0.01 + quantity" + ("" if pools else " + max(0, margin) * 0.002")  # no pool has a cost
    table, needs_quota = draw_table(rng, measure, formula)
    filters = [Filter(attribute="region", **{rng.choice(("one_of", "none_of")): ["north"]})]
    component = Component(
        id="part",
        credits=rng.sample(["direct", "override_1", "overlay-0"], rng.randrange(1, 4)),
        measure=measure,
        accumulate="period" if needs_quota else rng.choice(("transaction", "period", "quarter", "year")),
        table=table,
        filters=filters if rng.random() < 0.3 else (),
    )
    start = date(2020, rng.randrange(1, 5), rng.choice((1, 1, 2)))
    return TeamPool(
        id=id,
        effective=rng.choice((ALWAYS, DateRange(start, date(2020, 6, 2)))),
        currency="USD",
        component=component,
        sources=rng.choice(((), ("seller",), ("p1", "p2", "manager"))),
        pools=pools,
        gate=rng.choice((None, None, "0.1" if needs_quota else 5)),
        members=draw_members(rng),
        split=rng.choice(("equal", "weighted", "by_share")),
        ties=rng.choice(tuple(TieOrder)),
        rounding=rng.choice(("half_up", "down", "half_even")),
    )


def draw_quotas(rng, pools):
    return [
        Quota(
            id=f"{pool.id} {period.label}",
            holder=pool.id,
            span=period.span,
            amount=rng.randrange(10**4, 10**6),
            unit="USD",
        )
        for pool in pools
        for period in CALENDAR.periods(UNTIL.kind, YEAR)
    ]


def both(facts, policy, quotas=(), until=UNTIL):
    """The scalar results without their lines and its faults, and those in bulk."""
    currencies = CurrencyTable.iso()
    facts = attrs.evolve(facts, quotas=quotas)
    setting = Setting(
        facts=facts,
        policy=policy,
        quota_policy=QUOTAS,
        calendar=CALENDAR,
        currencies=currencies,
        sales={},
        originals=frozenset(),
        returned={},
    )
    expected, faults = run_pools(credit_transactions(facts, policy), setting, until)
    given = tables(facts)
    credited = credit_in_bulk(policy, given.pop("transactions"), hierarchy=facts.hierarchies, **given)
    book = BulkQuotas(quotas, currency="USD", quota_policy=QUOTAS, calendar=CALENDAR)
    options = {"until": until, "payees": given["payees"], "quotas": book, "calendar": CALENDAR}
    try:
        found = pool_in_bulk(policy, credited, **options)
    except InvalidDocument as error:
        if {fault.code for fault in error.faults} != {"frames.out_of_range"}:
            raise
        found = pool_in_bulk(policy, credited, **options, wide=True)  # refused out loud, and done where it is asked for
    return [(attrs.evolve(result, lines=()), period) for result, period in expected], faults, found


def plain(results):
    """Results with numbers by their value alone: 1 and 1.00 are the same measure."""
    return [
        (
            r.pool,
            period.label,
            r.measured + 0,
            r.gate,
            r.amount,
            [(s.payee, s.weight, s.total, s.amount) for s in r.shares],
        )
        for r, period in results
    ]


def drawn(seed):
    rng = random.Random(seed)
    facts, policy = draw_facts(rng, 100), draw_policy(rng, shares=("100%", "50%", "10%"))
    first = draw_pool(rng, "first")
    second = draw_pool(rng, "second", [first.id] if rng.random() < 0.6 else ())
    pools = [second, first]
    return facts, attrs.evolve(policy, pools=pools), draw_quotas(rng, pools)


SEEDS = range(24)


@functools.cache
def compared(seed):
    """A drawn case with what the scalar rules and the bulk engine find."""
    facts, policy, quotas = drawn(seed)
    return policy, *both(facts, policy, quotas)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_pools_come_to_what_the_scalar_rules_find(seed):
    _, expected, faults, found = compared(seed)
    assert plain(found.results) == plain(expected)
    assert {fault.code for fault in found.faults} == {fault.code for fault in faults}


def test_the_draws_reach_every_case():
    kinds = set()
    for seed in SEEDS:
        policy, expected, _, _ = compared(seed)
        for result, _ in expected:
            kinds |= {"paid"} if result.amount else {"nothing"}
            kinds |= {"shut"} if not result.is_open else set()
            kinds |= {"below zero"} if result.amount.amount < 0 else set()
        for pool in policy.pools:
            kinds |= {pool.split.value, pool.component.measure.value, pool.component.table.kind, bool(pool.pools)}
    assert kinds >= {"paid", "nothing", "shut", "equal", "weighted", "by_share", *(each.value for each in Measure)}
    assert kinds >= {"attainment", "amount", "fixed", "per_unit", "formula", True, False}


def test_a_planted_fault_is_caught(monkeypatch):
    monkeypatch.setattr(pooling, "split_pool", lambda amount, weights, pool, digits: ())
    facts, policy, quotas = drawn(1)
    expected, _, found = both(facts, policy, quotas)
    assert plain(found.results) != plain(expected)


def small(amounts=(60, 40), **named):
    """A pool of two who sold in January, and what it comes to by then."""
    rng = random.Random(0)
    members = [PoolMember(id="both", effective=ALWAYS, payees=["p0", "p1"])]
    table = AmountTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Rate.parse("10%"))]))
    part = Component(id="part", credits=["direct"], measure="amount", accumulate="period", table=table)
    changes = {name: named.pop(name) for name in ("table", "measure") if name in named}
    pool = TeamPool(
        **{"id": "team", "effective": ALWAYS, "currency": "USD", "members": members, "split": "equal"}
        | {"component": attrs.evolve(part, **changes)}
        | named
    )
    sales = [
        Transaction(id=f"s{at}", day=date(2020, 1, 10), payee=f"p{at}", amount=Money(Decimal(amount), "USD"),
                    cost=Money(Decimal(0), "USD"), quantity=1, attributes={"region": "south", "class": "a"})
        for at, amount in enumerate(amounts)
    ]  # fmt: skip
    facts = attrs.evolve(draw_facts(rng, 0), transactions=sales)
    policy = attrs.evolve(draw_policy(rng), crediting=[DirectCredit(id="seller", effective=ALWAYS)], pools=[pool])
    expected, faults, found = both(facts, policy, until=CALENDAR.period("2020-M01"))
    assert faults or plain(found.results) == plain(expected)
    assert [fault.code for fault in found.faults] == [fault.code for fault in faults]
    return found


@pytest.mark.parametrize(("gate", "paid"), [("100", "10.00"), ("100.01", "0")])
def test_the_gate_itself_pays(gate, paid):
    [(result, _)] = small(gate=gate).results
    assert result.amount == Money(Decimal(paid), "USD")
    assert result.is_open == (paid != "0")


def test_a_pool_that_pays_nobody_is_a_fault():
    nobody = [PoolMember(id="gone", effective=DateRange(date(2021, 1, 1)), payees=["p0"])]
    found = small(members=nobody)
    assert [fault.code for fault in found.faults] == ["commissions.pool_without_members"]


def test_a_missing_quota_is_a_fault_of_its_span():
    tiers = BandTable(bands=[Band(start=0, value=Rate.parse("10%"))])
    found = small(table=AttainmentTable(mode="marginal", tiers=tiers), gate="0.5")
    [fault] = found.faults
    assert (fault.code, fault.value) == ("quotas.missing", "team [2020-01-01, 2020-02-01)")


def test_without_pools_or_credits_there_is_nothing():
    facts, policy, _ = drawn(0)
    given = tables(facts)
    credited = credit_in_bulk(policy, given.pop("transactions"), hierarchy=facts.hierarchies, **given)
    for other, until in ((attrs.evolve(policy, pools=[]), UNTIL), (policy, CALENDAR.period("2019-M12"))):
        assert pool_in_bulk(other, credited, until=until).results == ()


def test_what_the_kernel_does_not_do_is_refused_by_name():
    with pytest.raises(InvalidDocument, match="a formula of a pool that counts") as error:
        small(table=FormulaTable(formula="count * 2"))
    assert [fault.code for fault in error.value.faults] == ["frames.formula"]


def test_pools_are_split_among_those_who_are_known_and_a_payee_twice_is_refused():
    facts, policy, _ = drawn(0)
    given = tables(facts)
    credited = credit_in_bulk(policy, given.pop("transactions"), hierarchy=facts.hierarchies, **given)
    twice = pa.table({"payee": ["p0", "p0"], "position": ["", ""]})
    with pytest.raises(InvalidDocument, match="1 payee"):
        pool_in_bulk(policy, credited, until=UNTIL, payees=twice)
    assert PEOPLE[0] in {
        share.payee
        for result, _ in pool_in_bulk(attrs.evolve(policy, pools=[everybody()]), credited, until=UNTIL).results
        for share in result.shares
    }


def everybody():
    table = AmountTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Rate.parse("10%"))]))
    part = Component(id="part", credits=["direct"], measure="amount", accumulate="year", table=table)
    members = [PoolMember(id="all", effective=ALWAYS, payees=PEOPLE)]
    return TeamPool(id="all", effective=ALWAYS, currency="USD", component=part, members=members, split="by_share")


def test_a_pool_that_never_holds_and_one_whose_measure_is_not_known():
    facts, policy, _ = drawn(0)
    given = tables(facts)
    transactions = given.pop("transactions")
    never = attrs.evolve(everybody(), effective=DateRange(date(2030, 1, 1)))
    margin = attrs.evolve(everybody().component, measure="margin")
    without = transactions.set_column(4, "cost", pa.nulls(transactions.num_rows, pa.decimal128(20, 4)))
    credited = credit_in_bulk(policy, without, hierarchy=facts.hierarchies, **given)
    assert pool_in_bulk(attrs.evolve(policy, pools=[never]), credited, until=UNTIL).results == ()
    with pytest.raises(InvalidDocument, match="have no cost") as error:
        pool_in_bulk(attrs.evolve(policy, pools=[attrs.evolve(everybody(), component=margin)]), credited, until=UNTIL)
    assert [fault.code for fault in error.value.faults] == ["commissions.unmeasurable"]
