"""What stands open must name entries that plans have; events that no plan knows are told; working days are known."""

from datetime import date, time

import attrs
import pytest
from commissions.firm import (
    QUOTAS,
    assign,
    by_amount,
    by_quota,
    component,
    days,
    facts,
    money,
    plan,
    policy,
    quota,
    run,
    sale,
)

from salesrules.commissions import (
    AcrossAttribute,
    Clawback,
    EarningsCap,
    FormulaTable,
    GridTable,
    Holdback,
    OpeningHold,
    OpeningMeasure,
    OpeningUse,
    PayEvent,
)
from salesrules.commissions.rules.opening_checks import check_openings
from salesrules.core import Band, BandTable, InvalidDocument, Money, Rate, WeekdayHours, WorkingHours, WorkingTime

FIRST = date(2020, 1, 1)
GRID = GridTable(
    mode="marginal",
    tiers=BandTable(bands=[Band(start=0, value={"new": Rate.parse("2%"), "old": Rate.parse("1%")})]),
    across=AcrossAttribute(attribute="kind"),
)
PLAN = attrs.evolve(
    plan(
        component(by_amount("0", "1%"), id="pay"),
        component(FormulaTable(formula="amount * 0.01 + margin * 0.02"), id="mix"),
        component(GRID, id="grid"),
    ),
    modifiers=[
        EarningsCap(id="yearly", amount=money(1000), per="year"),
        EarningsCap(id="each", amount=money(1000), per="year", by="contract"),
    ],
    payouts=[Holdback(id="kept", share=Rate.parse("10%"), on_event="collected")],
    clawbacks=[
        Clawback(
            id="lapses",
            events=["lapse"],
            tenure="months",
            shares=BandTable(bands=[Band(start=0, value=Rate.parse("100%"))]),
        )
    ],
)


def faults_of(**given):
    known = attrs.evolve(facts(sale("s", "01-10", "1", cost="0", kind="new")), **given)
    try:
        run(known, policy(PLAN))
    except InvalidDocument as error:
        return [(f.code.removeprefix("commissions."), f.path, f.value, f.remedy) for f in error.faults]
    return []


def hold(name):
    return OpeningHold(payee="ana", day=FIRST, amount=money(1), policy=name)


def test_a_hold_names_what_holds_back_or_nothing():
    """A plan itself holds back what lies below its minimum payment."""
    assert faults_of(opening_holds=[hold(""), hold("kept"), hold(PLAN.id)]) == []
    assert faults_of(opening_holds=[hold("kept"), hold("kep"), hold("yearly")]) == [
        ("unknown_entry", "opening_holds[1].policy", "kep", "did you mean 'kept'?"),
        ("unknown_entry", "opening_holds[2].policy", "yearly", f"known are kept, {PLAN.id}"),
    ]


def test_a_use_names_a_cap_in_its_currency_once():
    use = OpeningUse(payee="ana", day=FIRST, policy="yearly", used=money(1), carried=money(1))
    fine = [use, attrs.evolve(use, day=date(2020, 4, 1)), attrs.evolve(use, policy="each", by="x")]
    fine += [attrs.evolve(use, policy="each", by="y"), attrs.evolve(use, policy="each")]
    assert faults_of(opening_uses=fine) == []
    euro = Money(1, "EUR")
    wrong = [use, attrs.evolve(use, policy="kept"), attrs.evolve(use, by="x", used=euro, carried=euro), use]
    assert faults_of(opening_uses=wrong) == [
        ("unknown_entry", "opening_uses[1].policy", "kept", "known are each, yearly"),
        ("opening_currency", "opening_uses[2].currency", "EUR", "give it in USD"),
        ("opening_by", "opening_uses[2].by", "x", "leave it out"),
        ("duplicate_opening", "opening_uses[3].policy", "yearly", "keep one of them"),
    ]
    assert [f[:2] for f in faults_of(opening_uses=[attrs.evolve(use, carried=euro)])] == [
        ("opening_currency", "opening_uses[0].currency")
    ]


def test_a_measure_names_what_the_component_measures():
    one = OpeningMeasure(payee="ana", day=FIRST, component="pay", measured=5)
    fine = [
        one,
        attrs.evolve(one, day=date(2020, 4, 1)),
        attrs.evolve(one, component="mix"),
        attrs.evolve(one, component="mix", measure="margin"),
        attrs.evolve(one, component="grid", column="new"),
        attrs.evolve(one, component="grid", column="old"),
    ]
    assert faults_of(opening_measures=fine) == []
    wrong = [
        attrs.evolve(one, payee="bo"),
        attrs.evolve(one, component="pays"),
        attrs.evolve(one, measure="margin"),
        attrs.evolve(one, component="mix", measure="profit"),
        attrs.evolve(one, column="new"),
        attrs.evolve(one, component="grid", column="nw"),
        attrs.evolve(one, component="grid"),
        one,
        one,
    ]
    assert faults_of(opening_measures=wrong) == [
        ("unknown_payee", "opening_measures[0].payee", "bo", "add the person"),
        ("unknown_entry", "opening_measures[1].component", "pays", "did you mean 'pay'?"),
        ("unknown_entry", "opening_measures[2].measure", "margin", "known are amount"),
        ("unknown_entry", "opening_measures[3].measure", "profit", "known are amount, count, margin, quantity"),
        ("unknown_entry", "opening_measures[4].column", "new", "known are none"),
        ("unknown_entry", "opening_measures[5].column", "nw", "did you mean 'new'?"),
        ("unknown_entry", "opening_measures[6].column", "", "known are new, old"),
        ("duplicate_opening", "opening_measures[8].component", "pay", "keep one of them"),
    ]


def test_an_event_without_a_rule_is_told_in_its_period_only():
    events = [
        PayEvent(payee="ana", day=FIRST, event="lapse"),
        PayEvent(payee="ana", day=FIRST, event="collected"),
        PayEvent(payee="ana", day=FIRST, event="laps"),
        PayEvent(payee="ana", day=date(2020, 3, 31), event="laps"),
        PayEvent(payee="ana", day=date(2019, 12, 31), event="left"),
        PayEvent(payee="ana", day=date(2020, 4, 1), event="left"),
    ]
    found = run(
        attrs.evolve(facts(sale("s", "01-10", "1", cost="0", kind="new")), pay_events=events), policy(PLAN)
    ).findings
    told = [(f.code, dict(f.parameters)) for f in found if f.code == "commissions.event_without_rule"]
    assert told == [("commissions.event_without_rule", {"event": "laps", "events": 2, "period": "2020-Q1"})]


# --- working days ----------------------------------------------------------------------------------------------------

FIVE = ["monday", "tuesday", "wednesday", "thursday", "friday"]
WORK = WorkingTime(
    zone="Europe/Berlin",
    week=[WeekdayHours(days=FIVE, hours=[WorkingHours(opens=time(9), closes=time(17))])],
    holidays=[date(2020, 1, 1)],
)


def january(day_count, working_time=None, proration="prorate_by_days"):
    """January alone of a quota of 2,100 over January and February, paid by attainment over the month."""
    rules = attrs.evolve(QUOTAS, proration=proration, day_count=day_count)
    known = facts(sale("s", "01-10", "100"), quotas=[quota(2100, days("01-01", "03-01"))])
    held = policy(plan(component(by_quota("0", "1%"), accumulate="month")), pay_period="month", assignments=[assign()])
    return run(known, held, "2020-M01", rules, working_time=working_time)


def test_a_quota_is_prorated_by_the_days_that_policy_counts():
    """January 2020 has 31 of 60 days, or without the New Year 22 of 42 working days."""
    by_calendar, by_working = january("calendar", WORK), january("working", WORK)
    assert [m.quota for m in by_calendar.statements[0].measurements] == [1085]
    assert [m.quota for m in by_working.statements[0].measurements] == [1100]


def test_without_working_time_working_days_cannot_be_counted():
    with pytest.raises(InvalidDocument) as raised:
        january("working")
    assert [(f.code, f.path, f.value) for f in raised.value.faults] == [
        ("commissions.no_working_time", "quotas.day_count", "working")
    ]
    assert january("calendar").statements
    with pytest.raises(InvalidDocument) as raised:  # a quota that may not be cut is refused for that alone
        january("working", proration="refuse")
    assert "commissions.no_working_time" not in [f.code for f in raised.value.faults]


def test_a_column_that_one_version_of_a_component_has_is_a_column():
    odd = attrs.evolve(
        GRID, tiers=BandTable(bands=[Band(start=0, value={"odd": Rate.parse("2%")})]), across=GRID.across
    )
    quantity = component(odd, id="grid", measure="quantity")
    later = plan(component(GRID, id="grid"), id="old", family="f", effective=days("2019-01-01", "01-01"))
    both = policy(later, plan(quantity, id="new", family="f", effective=days("01-01")))
    one = OpeningMeasure(payee="ana", day=FIRST, component="grid", measured=5)
    fine = [attrs.evolve(one, column=column, measure=m) for column in ("new", "odd") for m in ("amount", "quantity")]
    wrong = [attrs.evolve(one, column="none"), attrs.evolve(one, column="odd", measure="profit")]
    known = attrs.evolve(facts(people=("ana",)), opening_measures=[*fine, *wrong])
    assert [(fault.path, fault.remedy) for fault in check_openings(known, both)] == [
        ("opening_measures[4].column", "known are new, odd, old"),
        ("opening_measures[5].measure", "known are amount, quantity"),
    ]
