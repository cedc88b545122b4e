"""Team pools: what feeds them, gates, and parts that sum to the pool."""

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    ALWAYS,
    amounts,
    assign,
    back,
    by_amount,
    by_quota,
    check_policy,
    component,
    days,
    direct,
    draw,
    explain_pool,
    explain_statement,
    facts,
    money,
    override,
    plan,
    policy,
    quota,
    run,
    sale,
    split_pool,
    tree,
)
from hypothesis import given
from hypothesis import strategies as st

from salesrules.commissions import BalanceKind, Holdback, Payee, PoolMember, TeamPool
from salesrules.core import InvalidDocument, Rate, total

TEAM = [Payee(id="ana", name="Ana", position="rep"), Payee(id="ben", name="Ben", position="rep")]
TEAM += [Payee(id="eve", name="Eve", position="engineer"), Payee(id="gus", name="Gus", position="clerk")]
FLAT_1 = by_amount("0", "1%")


def member(*payees, weight=1, effective=ALWAYS, positions=(), id=None):
    id = id or "-".join((*payees, *positions))
    return PoolMember(id=id, effective=effective, payees=payees, positions=positions, weight=weight)


def pool(
    *members, id="team", split="equal", table=FLAT_1, credits=("direct",), currency="USD", effective=ALWAYS, **named
):
    of = {name: named.pop(name) for name in ("measure", "filters", "accumulate") if name in named}
    members = members or (member("ana", "ben", "eve"),)
    part = component(table, id="pool", credits=credits, **of)
    return TeamPool(
        id=id, effective=effective, currency=currency, component=part, members=members, split=split, **named
    )


def rules(*pools, **named):
    named = {"assignments": [assign(positions=["rep"], payees=())]} | named
    return attrs.evolve(policy(plan(component()), **named), pools=pools)


def parts(result, period=None):
    statements = [s for s in (*result.earlier, *result.statements) if period is None or s.period.label == period]
    return {
        s.payee: str(sum((e.amount.amount for e in s.balances if e.kind is BalanceKind.POOL_PART), Decimal(0)))
        for s in statements
        if any(e.kind is BalanceKind.POOL_PART for e in s.balances)
    }


def team(*transactions, **named):
    return facts(*transactions, people=TEAM, **named)


def test_a_pool_is_split_equally_to_the_cent_across_departments():
    result = run(team(sale("1", "01-10", 1000), sale("2", "02-10", "0", "ben")), rules(pool()))
    assert parts(result) == {"ana": "3.34", "ben": "3.33", "eve": "3.33"}
    (found,) = result.pools
    assert (found.amount, total([share.amount for share in found.shares])) == (money("10.00"), money("10.00"))


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("first", ["3.34", "3.33", "3.33"]), ("last", ["3.33", "3.33", "3.34"])],
)
def test_the_odd_cent_goes_in_the_declared_order(ties, expected):
    result = run(team(sale("1", "01-10", 1000)), rules(pool(ties=ties)))
    assert list(parts(result).values()) == expected


def test_a_pool_may_be_split_by_weights_and_by_days():
    members = [member("ana", weight=3), member("ben", weight=1, effective=days("02-15"))]
    result = run(team(sale("1", "01-10", 9100)), rules(pool(*members, split="weighted")))
    # ben was there for 46 of the 91 days of the quarter: 91 is split as 3 to 46/91
    assert parts(result) == {"ana": "77.88", "ben": "13.12"}
    half = [member("ana"), member("ben", effective=days("02-15", "02-16"))]
    assert parts(run(team(sale("1", "01-10", 9200)), rules(pool(*half)))) == {"ana": "91.00", "ben": "1.00"}


def test_a_pool_may_be_split_by_what_each_fed_to_it():
    sold = [sale("1", "01-10", 300), sale("2", "01-11", 100, "ben"), sale("3", "01-12", 600, "gus")]
    given_rules = rules(
        pool(member("ana", "ben", "eve"), split="by_share"), assignments=[assign(payees=["ana", "ben", "gus"])]
    )
    assert parts(run(team(*sold), given_rules)) == {"ana": "7.50", "ben": "2.50"}
    cut = [member("ana", effective=days("01-01", "01-10")), member("ben", effective=days("01-11"))]
    assert parts(run(team(*sold), attrs.evolve(given_rules, pools=[pool(*cut, split="by_share")]))) == {"ben": "10.00"}


def test_a_pool_that_no_member_fed_is_split_equally():
    given_rules = rules(pool(member("eve", "ana"), split="by_share", sources=["ben"]))
    assert parts(run(team(sale("1", "01-10", 1000, "ben")), given_rules)) == {"ana": "5.00", "eve": "5.00"}


def test_a_member_whose_own_credits_are_below_zero_has_no_part():
    sold = [sale("0", "2019-12-01", 500), back("r", "01-05", 300, "0"), sale("2", "01-11", 1000, "ben")]
    result = run(team(*sold), rules(pool(member("ana", "ben"), split="by_share")))
    assert parts(result, "2020-Q1") == {"ben": "7.00"}


@pytest.mark.parametrize(
    ("amount", "paid"), [("999.99", {}), ("1000", {"eve": "10.00"}), ("1000.01", {"eve": "10.00"})]
)
def test_the_gate_itself_pays(amount, paid):
    result = run(team(sale("1", "01-10", amount)), rules(pool(member("eve"), gate="1000")))
    assert parts(result) == paid
    told = [f.parameters for f in result.findings if f.code == "commissions.pool_gate"]
    below = {"pool": "team", "period": "2020-Q1", "measured": money(amount), "gate": money("1000")}
    assert told == ([] if paid else [below])
    assert explain_pool(result.pools[0]).recompute() == result.pools[0].amount.amount


def test_a_gate_of_a_count_is_told_as_a_number():
    counted = pool(member("eve"), gate="2", measure="count", table=by_amount("0", "100%"))
    (told,) = [f for f in run(team(sale("1", "01-10", 5)), rules(counted)).findings if f.code.endswith("gate")]
    assert (told.parameters["measured"], told.parameters["gate"]) == (1, 2)
    assert told.policy.id == "team"


@pytest.mark.parametrize(("amount", "paid"), [("799.99", {}), ("800", {"eve": "8.00"})])
def test_a_gate_of_attainment_is_a_share_of_the_pools_quota(amount, paid):
    own = pool(member("eve"), gate="0.8", table=by_quota("0", "1%", "1", "2%"))
    given_facts = team(sale("1", "01-10", amount), quotas=[quota(1000, days("01-01", "04-01"), holder="team")])
    assert parts(run(given_facts, rules(own))) == paid


def test_a_pool_without_the_quota_that_it_needs_is_a_fault():
    with pytest.raises(InvalidDocument, match="team"):
        run(team(sale("1", "01-10", 1)), rules(pool(member("eve"), table=by_quota("0", "1%"))))


def test_roles_sources_filters_and_days_say_what_feeds_a_pool():
    sold = [sale("1", "01-10", 100, category="bikes"), sale("2", "01-10", 1000, "ben", category="bikes")]
    sold += [sale("3", "01-10", 10000, category="socks")]
    own = [assign(positions=["rep"], payees=())]
    crediting = [direct(), override(1)]
    lines = tree((ALWAYS, {"ana": "gus", "ben": "gus", "eve": None, "gus": None}))

    def amount(*pools):
        found = run(team(*sold, hierarchies=lines), rules(*pools, assignments=own, crediting=crediting)).pools
        return [f"{result.measured:.0f}" for result in found]

    assert amount(pool()) == ["11100"]
    assert amount(pool(sources=["ana"])) == ["10100"]
    assert amount(pool(sources=["rep"])) == ["11100"]
    assert amount(pool(credits=["override_1"], sources=["gus"])) == ["11100"]
    assert amount(pool(credits=["override_1"], sources=["rep"])) == ["0"]
    assert amount(pool(effective=days("01-02"))) == []
    assert amount(pool(effective=days("2019-12-01", "01-02"))) == ["11100"]


def test_a_pool_runs_on_over_its_span():
    table = by_amount("0", "1%", "1000", "10%")
    sold = [sale("1", "01-10", 800), sale("2", "04-10", 400)]
    result = run(team(*sold), rules(pool(member("eve"), table=table, accumulate="year")), "2020-Q2")
    assert (parts(result, "2020-Q1"), parts(result, "2020-Q2")) == ({"eve": "8.00"}, {"eve": "22.00"})


def test_parts_lead_back_to_the_pool_and_pay_adds_up():
    result = run(team(sale("1", "01-10", 1000), sale("2", "02-10", 100, "ben")), rules(pool()))
    for statement in result.statements:
        derivation = explain_statement(statement)
        assert derivation.recompute() == statement.paid.amount
        assert total([statement.earned, *(e.amount for e in statement.balances)]) == statement.paid
        shown = str(derivation)
        labels = ("pool_part", "pool_total", "pool_share", "pool_portion", "pool_remainder")
        assert all(f"commissions.label.{label}" in shown for label in labels)
    eve = result.statement_of("eve")
    assert (eve.lines, eve.earned, eve.paid, eve.opening) == ((), money(0), money("3.66"), money(0))
    assert amounts(result.statement_of("ana")) == ["100.00"]


def test_equal_members_have_one_part_each_of_as_many():
    [found] = run(team(sale("1", "01-10", 1000)), rules(pool())).pools
    assert [(share.weight, share.total) for share in found.shares] == [(1, 3)] * 3


def test_a_closed_gate_and_an_empty_pool_are_explained():
    closed, empty = run(team(sale("1", "01-10", 50)), rules(pool(gate=100), pool(id="b", sources=["eve"]))).pools
    assert "pool_gate" in str(explain_pool(closed))
    assert explain_pool(empty).value == 0
    assert [share.amount for share in closed.shares] == [money("0.00")] * 3


def test_pools_feed_pools_in_one_direction():
    first, second = (
        pool(member("ana"), id="reps"),
        pool(member("eve"), id="all", credits=(), pools=["reps"], table=by_amount("0", "50%")),
    )
    for pools in ((first, second), (second, first)):
        assert parts(run(team(sale("1", "01-10", 1000)), rules(*pools))) == {"ana": "10.00", "eve": "5.00"}
    sold = [sale("0", "2019-12-01", 500), back("r", "01-05", 300, "0")]
    assert parts(run(team(*sold), rules(first, second)), "2020-Q1") == {"ana": "-3.00", "eve": "-1.50"}


def test_the_order_of_people_who_hold_statements_is_that_of_the_facts():
    people = [TEAM[2], *TEAM[:2]]
    sold = [sale("1", "01-10", 1000), sale("2", "04-10", 1000, "ben")]
    result = run(facts(*sold, people=people), rules(pool()), "2020-Q2")
    assert [s.payee for s in result.statements] == ["eve", "ana", "ben"]
    assert [(s.payee, s.period.label) for s in result.earlier if s.payee == "eve"] == [("eve", "2020-Q1")]


def test_a_pool_in_another_currency_than_the_plan_is_a_fault():
    with pytest.raises(InvalidDocument, match=r"exchange rate USD/EUR"):
        run(team(sale("1", "01-10", 1000)), rules(pool(currency="EUR")))
    counted = pool(currency="EUR", measure="count", table=by_amount("0", "100%"))
    with pytest.raises(InvalidDocument) as caught:
        run(team(sale("1", "01-10", 1)), rules(counted))
    assert next((f.code, f.path) for f in caught.value.faults) == ("commissions.pool_currency", "pools[team].currency")


def test_a_part_stands_alone_where_what_is_owed_is_in_another_currency():
    """Eve's plan advanced 50 euros in the first quarter; in the second she has a part of a pool in dollars alone."""
    euros = plan(id="euros", currency="EUR")
    advance = attrs.evolve(draw(50, days("01-01", "04-01")), amount=money(50, "EUR"))
    given_rules = attrs.evolve(
        policy(
            plan(component()),
            euros,
            assignments=[
                assign(positions=["rep"], payees=()),
                assign("euros", payees=("eve",), effective=days("01-01", "04-01"), draw=advance),
            ],
        ),
        pools=[pool(member("eve"), effective=days("04-01"))],
    )
    result = run(team(sale("1", "04-10", 1000)), given_rules, "2020-Q2")
    eve = result.statement_of("eve")
    assert (eve.currency, eve.paid, eve.opening, eve.closing) == ("USD", money("10.00"), money(0), money(0))
    owed = [dict(f.parameters) for f in result.findings if f.code == "commissions.balance_owed"]
    assert owed == [{"payee": "eve", "amount": money(50, "EUR")}]


def test_a_part_alone_opens_with_what_is_owed_in_its_currency():
    advance = draw(50, days("01-01", "04-01"))
    own = assign("reps", payees=("eve",), effective=days("01-01", "04-01"), draw=advance)
    given_rules = attrs.evolve(
        policy(plan(component(), id="reps"), assignments=[assign("reps", positions=["rep"], payees=()), own]),
        pools=[pool(member("eve"), effective=days("04-01"))],
    )
    eve = run(team(sale("1", "04-10", 1000)), given_rules, "2020-Q2").statement_of("eve")
    assert (eve.paid, eve.opening, eve.closing) == (money("10.00"), money(50), money(50))


def test_a_part_alone_leaves_what_is_held_where_it_is():
    waits = Holdback(id="h", share=Rate.parse("20%"), on_event="collected")
    reps = attrs.evolve(plan(component(), id="reps"), payouts=[waits])
    own = assign("reps", payees=("eve",), effective=days("01-01", "04-01"))
    given_rules = attrs.evolve(
        policy(reps, assignments=[assign("reps", positions=["rep"], payees=()), own]),
        pools=[pool(member("eve"), effective=days("04-01"), sources=["ana"])],
    )
    eve = run(team(sale("1", "01-10", 100, "eve"), sale("2", "04-10", 1000)), given_rules, "2020-Q2").statement_of(
        "eve"
    )
    assert (eve.paid, eve.held) == (money("10.00"), money("2.00"))


def test_a_pool_that_earns_while_nobody_has_a_part_is_a_fault():
    with pytest.raises(InvalidDocument, match=r"nobody has a part in the USD 10.00 of 2020-Q1"):
        run(team(sale("1", "01-10", 1000)), rules(pool(member("eve", effective=days("04-01")))))
    assert run(team(sale("1", "01-10", 0)), rules(pool(member("eve", effective=days("04-01"))))).pools[0].shares == ()


@given(
    st.integers(-9999, 9999), st.lists(st.fractions(0, 9), min_size=1, max_size=6), st.sampled_from(["first", "last"])
)
def test_shares_sum_to_the_pool(cents, weights, ties):
    amount = money(Decimal(cents) / 100)
    named = {f"p{n}": weight for n, weight in enumerate(weights)}
    shares = split_pool(amount, named, pool(ties=ties), 2)
    assert total([share.amount for share in shares]) == amount
    assert [share.payee for share in shares] == list(named)
    exact = [
        amount.amount * s.weight.numerator / s.weight.denominator / s.total.numerator * s.total.denominator
        for s in shares
    ]
    assert all(abs(s.amount.amount - e) < Decimal("0.010001") for s, e in zip(shares, exact, strict=True))


# --- faults of the policy --------------------------------------------------------------------------------------------


def pool_faults(*pools):
    found = check_policy(rules(*pools))
    return [(f.code.removeprefix("commissions."), f.path) for f in found]


@pytest.mark.parametrize(
    ("pools", "expected"),
    [
        ((pool(),), []),
        ((pool(pools=["team"]),), [("circular_pool", "pools[0].pools")]),
        (
            (pool(id="a", pools=["b"]), pool(id="b", pools=["a"]), pool(id="c", pools=["b"])),
            [("circular_pool", "pools[0].pools"), ("circular_pool", "pools[1].pools")],
        ),
        ((pool(pools=["teem"]),), [("unknown_pool", "pools[0].pools[0]")]),
        ((pool(id="b"), pool(id="zz", pools=["qq"])), [("unknown_pool", "pools[1].pools[0]")]),
        ((pool(), pool()), [("repeated_id", "pools[1].id")]),
        ((pool(gate="-0.01"),), [("negative", "pools[0].gate")]),
        ((pool(gate="0"),), []),
        ((pool(currency="usd"),), [("currency", "pools[0].currency")]),
        ((pool(credits=()),), [("no_credits", "pools[0].component.credits")]),
        ((pool(credits=["nobody"]),), [("unknown_role", "pools[0].component.credits[0]")]),
        (
            (pool(id="a"), pool(id="b", pools=["a"], measure="count")),
            [("pool_measure", "pools[1].component.measure")],
        ),
        ((pool(id="a"), pool(id="b", pools=["a"], currency="EUR")), [("currency", "pools[1].currency")]),
        ((pool(member(id="x")),), [("empty_member", "pools[0].members[0]")]),
        ((pool(member("a", weight=0), split="weighted"),), [("weight", "pools[0].members[0].weight")]),
        ((pool(member("a", weight=0)),), []),
        ((pool(member("a", weight=-1)),), [("weight", "pools[0].members[0].weight")]),
        (
            (pool(member("a"), member("a", id="again")),),
            [("member_twice", "pools[0].members[1].effective")],
        ),
        (
            (pool(member(positions=["a"]), member(positions=["a"], id="again")),),
            [("member_twice", "pools[0].members[1].effective")],
        ),
        ((pool(member("a", effective=days("01-01", "02-01")), member("a", effective=days("02-01"), id="b")),), []),
    ],
)
def test_faults_of_pools(pools, expected):
    assert pool_faults(*pools) == expected


def test_a_pool_without_members_is_a_fault():
    empty = attrs.evolve(pool(), members=())
    assert pool_faults(empty) == [("pool_without_members", "pools[0].members")]
