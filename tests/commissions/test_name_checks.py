"""Facts and policy speak of each other by name: what names nothing is a fault or a finding, never silence."""

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    assign,
    component,
    day,
    days,
    direct,
    facts,
    money,
    plan,
    policy,
    run,
    sale,
)
from commissions.test_pools import member, pool

from salesrules.commissions import (
    AcrossAttribute,
    Clawback,
    EarningsCap,
    GridTable,
    Holdback,
    OpeningHold,
    OpeningMeasure,
    OpeningUse,
    OverlayCredit,
    Payee,
    PayEvent,
    ProRataClawback,
)
from salesrules.core import Band, BandTable, InvalidDocument, Rate, Severity

FIRST = day("01-01")
CAP = EarningsCap(id="yearly", amount=money(100), per="year")
WHOLE = BandTable(bands=[Band(start=Decimal(0), value=Rate(1))])
GRID = GridTable(
    mode="marginal",
    tiers=BandTable(bands=[Band(start=Decimal(0), value={"bikes": Rate.parse("2%"), "socks": Rate.parse("1%")})]),
    across=AcrossAttribute(attribute="category"),
)


def faults(rules, **openings):
    with pytest.raises(InvalidDocument) as caught:
        run(attrs.evolve(facts(sale("s", "01-10", 10, category="bikes")), **openings), rules)
    return [(f.code.removeprefix("commissions."), f.path, f.value) for f in caught.value.faults]


def findings(rules, given=None, period="2020-Q1"):
    found = run(given or facts(sale("s", "01-10", 10)), rules, period).findings
    return [
        (r.code.removeprefix("commissions."), dict(r.parameters), r.policy and attrs.astuple(r.policy)) for r in found
    ]


def capped(*modifiers):
    return policy(attrs.evolve(plan(component()), modifiers=modifiers or [CAP]))


def use(policy="yearly", used=None, **more):
    return OpeningUse(payee="ana", day=FIRST, policy=policy, used=used or money(3), **more)


# --- what stood open -------------------------------------------------------------------------------------------------


def test_what_a_cap_had_used_names_a_cap_in_its_currency_once():
    wrong = [
        use("yearli"),
        use(used=money(3, "EUR"), carried=money(1, "CHF")),
        use(by="contract"),
        use(),
        use(carried=money(1)),
    ]
    assert faults(capped(), opening_uses=wrong) == [
        ("unknown_entry", "opening_uses[0].policy", "yearli"),
        ("currency", "opening_uses[1].used", "EUR 3"),
        ("currency", "opening_uses[1].carried", "CHF 1"),
        ("opening_use", "opening_uses[2].by", "contract"),
        ("opening_twice", "opening_uses[3]", "yearly"),
        ("opening_twice", "opening_uses[4]", "yearly"),
    ]
    with pytest.raises(InvalidDocument, match=r"did you mean 'yearly'\?"):
        run(attrs.evolve(facts(), opening_uses=wrong[:1]), capped())


def test_what_caps_had_used_may_be_told_apart_by_attribute_day_and_payee():
    by_contract = attrs.evolve(CAP, by="contract")
    fine = [use(by="x"), use(by="y"), use(by="")]
    given = attrs.evolve(facts(sale("s", "01-10", 10), people=("ana", "bo")), opening_uses=fine)
    assert run(given, capped(by_contract)).statements
    others = [use(), attrs.evolve(use(), day=day("04-01")), attrs.evolve(use(), payee="bo")]
    assert run(attrs.evolve(given, opening_uses=others), capped()).statements


def test_what_was_held_names_a_payout_a_plan_or_nothing():
    waits = Holdback(id="waits", share=Rate.parse("10%"), on_event="collected")
    rules = policy(attrs.evolve(plan(component()), payouts=[waits]))
    holds = [
        OpeningHold(payee="ana", day=FIRST, amount=money(1), policy=name) for name in ("wait", "waits", "plan", "")
    ]
    assert faults(rules, opening_holds=holds) == [("unknown_entry", "opening_holds[0].policy", "wait")]


def opening(component="pay", payee="ana", **more):
    return OpeningMeasure(payee=payee, day=FIRST, component=component, measured=Decimal(5), **more)


def test_what_was_measured_names_a_component_a_measure_and_a_column_once():
    rules = policy(plan(component(), component(GRID, id="grid")))
    wrong = [
        opening("pai"),
        opening(measure="turnover"),
        opening(column="bikes"),
        opening("grid"),
        opening("grid", column="sockz"),
        opening("grid", column="socks"),
        opening("grid", column="socks"),
        opening(measure="margin"),
    ]
    assert faults(rules, opening_measures=wrong) == [
        ("unknown_entry", "opening_measures[0].component", "pai"),
        ("unknown_entry", "opening_measures[1].measure", "turnover"),
        ("opening_column", "opening_measures[2].column", "bikes"),
        ("unknown_entry", "opening_measures[3].column", ""),
        ("unknown_entry", "opening_measures[4].column", "sockz"),
        ("opening_twice", "opening_measures[6]", "grid"),
    ]
    assert faults(rules, opening_measures=[opening(payee="zed")]) == [
        ("unknown_payee", "opening_measures[0]", "zed"),
    ]


# --- events ----------------------------------------------------------------------------------------------------------


def test_events_that_no_rule_names_are_found_in_their_period():
    rules = policy(
        attrs.evolve(
            plan(component()),
            payouts=[Holdback(id="h", share=Rate.parse("10%"), on_event="collected")],
            clawbacks=[
                Clawback(id="c", events=["lapse"], tenure="months", shares=WHOLE),
                ProRataClawback(id="p", events=["cancellation"], months=12),
            ],
        )
    )
    kinds = ["lapse", "lapsed", "cancellation", "collected", "lapsed", "move"]
    events = [PayEvent(day=day("02-01"), payee="ana", event=kind, transaction="s") for kind in kinds]
    events += [PayEvent(day=day("04-01"), payee="ana", event="later", transaction="s")]
    given = attrs.evolve(facts(sale("s", "01-10", 10)), pay_events=events)
    ignored = [values for code, values, _ in findings(rules, given) if code == "event_ignored"]
    assert ignored == [
        {"event": "lapsed", "events": 2, "period": "2020-Q1"},
        {"event": "move", "events": 1, "period": "2020-Q1"},
    ]
    (found,) = [r for r in run(given, rules, "2020-Q2").findings if r.code == "commissions.event_ignored"]
    assert (found.parameters["event"], found.severity) == ("later", Severity.WARNING)


# --- people ----------------------------------------------------------------------------------------------------------


def test_names_that_nobody_has_are_found_in_rules_assignments_and_pools():
    overlay = OverlayCredit(
        id="specialists", effective=days("01-01"), payees=["ana", "zed"], positions=["engineer", "rep"]
    )
    team = pool(
        member("ana", "yve", id="first"),
        member(positions=["clerk"], id="second"),
        sources=["rep", "ana", "xia", "boss"],
    )
    rules = attrs.evolve(
        policy(
            plan(component()),
            crediting=[direct(), overlay],
            assignments=[assign(payees=("ana", "ann")), assign(payees=(), positions=("rapper",), id="all")],
        ),
        pools=[team],
    )
    given = facts(sale("s", "01-10", 10), people=[Payee(id="ana", name="Ana", position="rep")])
    found = [(values, entry) for code, values, entry in findings(rules, given) if code == "unknown_names"]
    assert found == [
        ({"entry": "specialists", "names": ("zed", "engineer")}, ("OverlayCredit", "specialists", "payees")),
        ({"entry": "plan-2019-01-01-ana-ann", "names": ("ann",)}, ("Assignment", "plan-2019-01-01-ana-ann", "payees")),
        ({"entry": "all", "names": ("rapper",)}, ("Assignment", "all", "positions")),
        ({"entry": "first", "names": ("yve",)}, ("PoolMember", "first", "payees")),
        ({"entry": "second", "names": ("clerk",)}, ("PoolMember", "second", "positions")),
        ({"entry": "team", "names": ("xia", "boss")}, ("TeamPool", "team", "sources")),
    ]


@pytest.mark.parametrize(("start", "end", "told"), [
    ("01-01", "04-01", False), ("01-01", "04-02", True), ("06-30", "07-02", True), ("07-01", "07-02", False),
])  # fmt: skip
def test_names_of_entries_that_do_not_hold_in_the_period_are_no_concern(start, end, told):
    overlay = OverlayCredit(id="o", effective=days(start, end), payees=["zed"])
    rules = policy(plan(component()), crediting=[direct(), overlay])
    assert [code for code, *_ in findings(rules, period="2020-Q2")] == (["unknown_names"] if told else [])
    team = attrs.evolve(
        policy(plan(component())), pools=[pool(member("ana"), sources=["x"], effective=days(start, end))]
    )
    assert ("unknown_names" in [code for code, *_ in findings(team, period="2020-Q2")]) is told
