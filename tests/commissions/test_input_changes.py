"""What differs between two inputs: each kind once, in the declared order, and nothing that is the same."""

from datetime import time

import attrs
from commissions.firm import (
    CALENDAR,
    assign,
    component,
    days,
    draw,
    facts,
    inputs,
    money,
    plan,
    policy,
    quota,
    sale,
    tree,
)

from salesrules.commissions import CommissionFacts, OpeningBalance, Payee, RestatementCause
from salesrules.commissions.rules.input_changes import input_changes
from salesrules.core import ExchangeRate, FiscalCalendar, WeekdayHours, WorkingHours, WorkingTime

TEN = policy(plan(component()))
BASE = inputs(facts(sale("1", "01-10", 100), sale("2", "01-11", 100), quotas=[quota(10)]), TEN)


def steps(now, base=BASE):
    found = list(input_changes(base, now))
    if found:
        assert found[-1].inputs == now
    return [(change.cause.value, [subject.id for subject in change.subjects]) for change in found]


def with_facts(**changes):
    return attrs.evolve(BASE, facts=attrs.evolve(BASE.facts, **changes))


def with_policy(**changes):
    return attrs.evolve(BASE, policy=attrs.evolve(TEN, **changes))


def test_nothing_differs():
    assert steps(BASE) == []
    assert steps(attrs.evolve(BASE, version="other")) == []


def test_everything_differs_at_once_in_the_declared_order():
    now = inputs(
        facts(
            sale("2", "01-11", 50),
            sale("3", "01-12", 100, payee="eve"),
            people=("eve", "fay"),
            quotas=[quota(20), quota(5, holder="eve")],
            openings=[OpeningBalance(payee="eve", day=days("01-01").start, owed=money(1))],
            rates=[ExchangeRate(source="EUR", target="USD", effective=days("01-01"), rate="1.10")],
        ),
        policy(plan(component(), component(id="more")), carry_shortfall=False, assignments=[assign(payees=("eve",))]),
    )
    assert steps(now) == [
        ("exchange_rate", ["EUR/USD 2020-01-01"]),
        ("quota", ["ana-2020-01-01-amount", "eve-2020-01-01-amount"]),
        ("opening_balance", ["opening_balances"]),
        ("policy", ["carry_shortfall", "plan"]),
        ("person", ["ana", "eve", "fay", "plan-2019-01-01-ana", "plan-2019-01-01-eve"]),
        ("transaction_removed", ["1"]),
        ("transaction_changed", ["2"]),
        ("transaction_new", ["3"]),
        ("person", ["ana"]),
    ]
    listed = list(RestatementCause)
    order = [listed.index(change.cause) for change in input_changes(BASE, now)][:-1]
    assert order == sorted(order)


def test_each_step_replaces_its_own_kind_only():
    now = attrs.evolve(
        with_facts(quotas=[quota(20)], transactions=[sale("1", "01-10", 100)]),
        policy=policy(plan(component()), carry_shortfall=False),
    )
    first, second, third = input_changes(BASE, now)
    assert (first.inputs.facts.quotas, first.inputs.policy) == (now.facts.quotas, TEN)
    assert (second.inputs.policy, len(second.inputs.facts.transactions)) == (now.policy, 2)
    assert third.inputs == now


def test_a_fact_of_another_kind_is_one_too():
    wide = attrs.make_class(
        "Wide", {"bonus": attrs.field(default=0)}, bases=(CommissionFacts,), frozen=True, kw_only=True
    )
    fields = {field.name: getattr(BASE.facts, field.name) for field in attrs.fields(CommissionFacts)}
    base, now = (attrs.evolve(BASE, facts=wide(**fields, bonus=bonus)) for bonus in (0, 1))
    assert steps(now, base) == [("fact", ["bonus"])]


def test_the_order_of_transactions_alone_has_no_subject():
    assert steps(with_facts(transactions=BASE.facts.transactions[::-1])) == [("transaction_new", [])]


def test_parts_of_the_rulebook_beside_the_room_are_named_by_their_field():
    assert steps(attrs.evolve(BASE, calendar=FiscalCalendar(first_month=4))) == [("policy", ["calendar"])]
    hours = [WorkingHours(opens=time(9), closes=time(17))]
    work = WorkingTime(zone="Europe/Berlin", week=[WeekdayHours(days=["monday"], hours=hours)])
    assert steps(attrs.evolve(BASE, working_time=work)) == [("policy", ["working_time"])]
    assert FiscalCalendar() == CALENDAR


def test_an_assignment_that_is_new_or_gone_is_a_person_and_its_terms_are_policy():
    (one,) = TEN.assignments
    assert steps(with_policy(assignments=[one, assign(payees=("eve",), id="new")])) == [("person", ["new"])]
    assert steps(with_policy(assignments=[])) == [("person", [one.id])]
    assert steps(with_policy(assignments=[attrs.evolve(one, draw=draw(5))])) == [("policy", [one.id])]
    assert steps(with_policy(assignments=[attrs.evolve(one, draw=draw(5), payees=("eve",))])) == [
        ("policy", [one.id]),
        ("person", [one.id]),
    ]
    assert steps(with_policy(assignments=[attrs.evolve(one, effective=days("01-01"))])) == [("person", [one.id])]


def people(*spans):
    payees = [Payee(id=id, name=id) for id in ("ana", "bo", "cy")]
    return with_facts(payees=payees, hierarchies=tree(*spans))


def test_who_moved_is_told_by_day():
    flat = {"ana": "bo", "bo": None, "cy": None}
    base = people((days("2019-01-01"), flat))
    cut = people((days("2019-01-01", "02-01"), flat), (days("02-01"), flat))
    moved = people((days("2019-01-01", "02-01"), flat), (days("02-01"), {**flat, "ana": "cy"}))
    later = people((days("2019-01-01", "03-01"), flat), (days("03-01"), {**flat, "ana": "cy"}))
    gap = people((days("2019-01-01", "02-01"), flat), (days("03-01"), flat))
    assert steps(cut, base) == [("person", [])]
    assert steps(moved, base) == [("person", ["ana"])]
    assert steps(later, moved) == [("person", ["ana"])]
    assert steps(gap, base) == [("person", ["ana"])]


def test_subjects_of_a_payee():
    now = with_facts(
        transactions=[sale("1", "01-10", 1), sale("2", "01-11", 1)], quotas=[quota(20), quota(5, holder="eve")]
    )
    quotas, transactions = input_changes(BASE, now)
    assert quotas.subjects_of("eve", ()) == ("eve-2020-01-01-amount",)
    assert quotas.subjects_of("fay", ()) == ("ana-2020-01-01-amount", "eve-2020-01-01-amount")
    assert transactions.subjects_of("ana", {"2", "7"}) == ("2",)
    assert transactions.subjects_of("ana", ()) == ("1", "2")
