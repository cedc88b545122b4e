"""Deferral, instalments, holdback, clawback, minimum payment and the recovery of draws, to the cent and to the day."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    CALENDAR,
    YEAR,
    assign,
    back,
    by_amount,
    component,
    days,
    draw,
    explain_statement,
    facts,
    money,
    plan,
    policy,
    run,
    sale,
    split_payout,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import (
    Clawback,
    Deferral,
    DeferredPart,
    EarningsCap,
    Gate,
    Holdback,
    Instalments,
    Kicker,
    Multiplier,
    OpeningBalance,
    OpeningHold,
    PayEvent,
    ProRataClawback,
)
from salesrules.commissions.rules.payouts import PayoutRun
from salesrules.core import Band, BandTable, InvalidDocument, Rate, total

ALL = by_amount("0", "100%")
CENT = Decimal("0.01")


def bands(*cells, end=None):
    pairs = zip(cells[::2], cells[1::2], strict=True)
    found = [Band(start=Decimal(start), value=Rate.parse(value)) for start, value in pairs]
    return BandTable(bands=found, end=None if end is None else Decimal(end))


def curve(*parts, id="curve", applies_to=()):
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return Deferral(
        id=id,
        parts=[DeferredPart(after_months=months, share=Rate.parse(share)) for months, share in pairs],
        applies_to=applies_to,
    )


def thirds(count=3, every=1, **options):
    return Instalments(id="thirds", count=count, every_months=every, **options)


def holdback(share="10%", after=None, on="", **options):
    return Holdback(id="holdback", share=Rate.parse(share), after_periods=after, on_event=on, **options)


def claw(shares=None, events=("lapse",), tenure="months", forfeits=True):
    return Clawback(
        id="claw", events=events, tenure=tenure, shares=shares or bands("0", "100%"), forfeits_held=forfeits
    )


def event(on, name="lapse", transaction="s", instalments=None):
    return PayEvent(
        day=date.fromisoformat(f"2020-{on}"), payee="ana", event=name, transaction=transaction, instalments=instalments
    )


def statements(
    rows, *, payouts=(), clawbacks=(), modifiers=(), minimum=None, given_draw=None, events=(), until=6, **more
):
    """The statements of the months up to one by number, of a plan that pays all of the amount."""
    parts = more.pop("components", None) or [component(ALL)]
    carry = more.pop("carry", True)
    options = {name: more.pop(name) for name in ("returns", "level", "proration", "digits") if name in more}
    held = attrs.evolve(
        plan(*parts, effective=days("01-01"), **options),
        payouts=payouts,
        clawbacks=clawbacks,
        modifiers=modifiers,
        minimum_payment=None if minimum is None else money(minimum),
    )
    assigned = more.pop("assigned", [assign(draw=given_draw, effective=days("01-01"))])
    rules = policy(held, pay_period="month", assignments=assigned, carry_shortfall=carry)
    result = run(attrs.evolve(facts(*rows), pay_events=events, **more), rules, f"2020-M{until:02}")
    found = {s.period.number: s for s in (*result.earlier, *result.statements)}
    ties(found)
    return found


def ties(found):
    """Money is conserved: what is earned is paid, held or owed back, forfeited or clawed back."""
    for s in found.values():
        assert total([s.earned, *(e.amount for e in s.balances)], s.currency) == s.paid
        assert explain_statement(s).recompute() == s.paid.amount
    forfeited = sum(
        (-e.held.amount for s in found.values() for e in s.balances if e.kind.value == "held_forfeited"), Decimal(0)
    )
    clawed = sum(
        (-e.amount.amount for s in found.values() for e in s.balances if e.kind.value.startswith("claw")), Decimal(0)
    )
    lent = sum(
        (e.amount.amount for s in found.values() for e in s.balances if not e.owed and e.kind.value == "draw_paid"),
        Decimal(0),
    )
    first, last = found[min(found)], found[max(found)]
    held_before = -sum((e.held.amount for e in first.balances if e.held is not None), Decimal(0)) + amount(first.held)
    earned = sum((s.earned.amount for s in found.values()), Decimal(0))
    paid = sum((s.paid.amount for s in found.values()), Decimal(0))
    owed = last.closing.amount - first.opening.amount
    assert earned + lent == paid + (amount(last.held) - held_before) + forfeited + clawed - owed


def amount(money):
    return Decimal(0) if money is None else money.amount


def entries(statement):
    return [(e.kind.value, str(e.amount.amount)) for e in statement.balances]


def paid(found, *months):
    return [str(found[month].paid.amount) for month in months]


# --- splitting -------------------------------------------------------------------------------------------------------


def split(text, payout, digits=2):
    period = CALENDAR.period("2020-M01")
    return [
        (due, str(part))
        for due, part in split_payout(Decimal(text), payout, date(2020, 1, 31), period, CALENDAR, digits)
    ]


def test_instalments_are_equal_to_a_cent_which_the_first_ones_get():
    months = [date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31)]
    assert split("100.01", thirds()) == list(zip(months, ["33.34", "33.34", "33.33"], strict=True))
    assert [part for _, part in split("0.01", thirds())] == ["0.01", "0.00", "0.00"]


def test_parts_keep_the_digits_of_an_amount_that_has_more_than_the_plan():
    assert [part for _, part in split("0.005", thirds())] == ["0.002", "0.002", "0.001"]
    assert [part for _, part in split("100", thirds(), digits=0)] == ["34", "33", "33"]
    assert [part for _, part in split("100.00", thirds(), digits=0)] == ["34", "33", "33"]  # equal amounts alike
    assert sum(Decimal(part) for _, part in split("1E+2", thirds(), digits=0)) == 100


def test_a_holdback_is_due_after_periods_or_on_an_event():
    assert split("1.05", holdback("50%", after=2)) == [(date(2020, 1, 31), "0.53"), (date(2020, 3, 1), "0.52")]
    assert split("1.05", holdback("50%", on="collected")) == [(date(2020, 1, 31), "0.53"), (None, "0.52")]


@given(
    st.integers(1, 10**6).map(lambda n: n * CENT),
    st.sampled_from([thirds(), thirds(7, 3), holdback("33.3%", after=1), curve(0, "40%", 12, "20%", 24, "40%")]),
)
def test_parts_sum_to_the_whole(given_amount, payout):
    parts = [
        part
        for _, part in split_payout(given_amount, payout, date(2020, 1, 31), CALENDAR.period("2020-M01"), CALENDAR, 2)
    ]
    assert sum(parts) == given_amount
    assert min(parts) >= 0


# --- deferral and holdback -------------------------------------------------------------------------------------------


def test_instalments_are_paid_in_the_period_of_their_day():
    found = statements([sale("s", "01-31", "100")], payouts=[thirds()], until=4)
    assert paid(found, 1, 2, 3, 4) == ["33.34", "33.33", "33.33", "0"]
    assert entries(found[1]) == [("held", "-66.66")]
    assert entries(found[2]) == [("released", "33.33")]
    assert [amount(found[n].held) for n in (1, 2, 3)] == [Decimal("66.66"), Decimal("33.33"), 0]


def test_parts_due_in_the_same_period_are_paid_at_once_and_parts_of_nothing_are_not_held():
    found = statements([sale("s", "01-10", "100")], payouts=[curve(0, "50%", 0, "50%", 1, "0%")], until=2)
    assert entries(found[1]) == []
    assert paid(found, 1, 2) == ["100.00", "0"]


def test_a_holdback_is_released_after_periods():
    found = statements([sale("s", "01-31", "100"), sale("t", "02-01", "50")], payouts=[holdback(after=2)], until=4)
    assert paid(found, 1, 2, 3, 4) == ["90.00", "45.00", "10.00", "5.00"]


def test_a_holdback_waits_for_its_event_and_no_other():
    rows = [sale("s", "01-10", "100"), sale("t", "01-10", "200"), sale("u", "01-10", "300")]
    other = [event("02-10", "collected", "t"), event("02-11", "rumour", "s"), event("04-01", "collected", "")]
    found = statements(rows, payouts=[holdback(on="collected")], events=other, until=4)
    assert paid(found, 1, 2, 3, 4) == ["540.00", "20.00", "0", "40.00"]


def test_payouts_belong_to_the_components_that_they_name_and_the_first_wins():
    parts = [component(ALL, id="a"), component(ALL, id="b"), component(ALL, id="c")]
    terms = [holdback("50%", after=1, applies_to=("a",)), thirds(2, applies_to=("a", "b"))]
    found = statements([sale("s", "01-10", "10")], components=parts, payouts=terms, until=2)
    assert [(e.policy, str(e.amount.amount)) for e in found[1].balances] == [("holdback", "-5.00"), ("thirds", "-5.00")]


def test_what_modifiers_add_is_deferred_with_its_line_and_a_fixed_amount_as_its_own():
    share = Kicker(
        id="k", component="pay", observe="measured", threshold=Decimal(1), share=Rate.parse("50%"), amount=money(9)
    )
    found = statements([sale("s", "01-10", "100")], modifiers=[share], payouts=[thirds()], until=3)
    assert entries(found[1]) == [("held", "-100.00"), ("held", "-6.00")]  # of 150, and of 9
    assert paid(found, 1, 2, 3) == ["53.00", "53.00", "53.00"]


def test_a_return_first_cancels_what_is_held_from_the_last_day_backwards():
    rows = [sale("s", "01-10", "90"), back("r", "02-05", "40", "s"), back("q", "03-05", "50", "s")]
    found = statements(rows, payouts=[thirds()], until=4)
    assert entries(found[2]) == [("held_cancelled", "30.00"), ("held_cancelled", "10.00"), ("released", "20.00")]
    assert paid(found, 1, 2) == ["30.00", "20.00"]
    assert entries(found[3]) == [("shortfall_carried", "50.00")]
    assert found[3].closing == money("50.00")


def test_a_return_of_the_current_measure_cancels_what_is_held_of_its_sale_too():
    rows = [sale("s", "01-10", "90"), sale("t", "01-10", "90"), back("r", "02-05", "90", "s")]
    found = statements(rows, payouts=[thirds()], returns="current_measure", until=3)
    assert entries(found[2]) == [
        ("held_cancelled", "30.00"),
        ("held_cancelled", "30.00"),
        ("released", "30.00"),
    ]
    assert paid(found, 1, 2, 3) == ["60.00", "0.00", "30.00"]


def test_held_amounts_are_released_after_the_last_plan_has_ended():
    gone = [assign(effective=days("01-01", "02-01"))]
    found = statements([sale("s", "01-10", "90")], payouts=[thirds()], assigned=gone, until=6)
    assert sorted(found) == [1, 2, 3]
    assert paid(found, 1, 2, 3) == ["30.00"] * 3
    assert found[3].plans == ()


def test_held_amounts_cannot_be_paid_in_another_currency():
    dollar = attrs.evolve(plan(component(ALL), effective=days("01-01")), payouts=[thirds()])
    euro = plan(component(ALL), id="euro", currency="EUR", effective=days("01-01"))
    rules = policy(
        dollar,
        euro,
        pay_period="month",
        assignments=[assign(effective=days("01-01", "02-01")), assign("euro", effective=days("02-01"))],
    )
    with pytest.raises(InvalidDocument) as raised:
        run(facts(sale("s", "01-10", "90")), rules, "2020-M02")
    assert "commissions.mixed_currencies" in {fault.code for fault in raised.value.faults}


# --- clawback --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "back_again"),
    [("04-09", "-100"), ("04-10", "-70"), ("05-09", "-70"), ("05-10", None)],
)
def test_a_clawback_by_tenure_changes_on_the_day_that_completes_a_month(on, back_again):
    shares = bands("0", "100%", "3", "70%", end="4")
    found = statements([sale("s", "01-10", "100")], clawbacks=[claw(shares)], events=[event(on)], carry=False)
    clawed = [Decimal(text) for s in found.values() for kind, text in entries(s) if kind == "clawed_back"]
    assert clawed == ([Decimal(back_again)] if back_again else [])


@pytest.mark.parametrize(
    ("on", "left"), [("01-10", "-12.00"), ("02-09", "-12.00"), ("02-10", "-11.00"), ("06-10", "-7.00")]
)
def test_a_pro_rata_clawback_takes_the_months_not_served(on, left):
    pro_rata = ProRataClawback(id="p", events=["lapse"], months=12)
    found = statements([sale("s", "01-10", "12")], clawbacks=[pro_rata], events=[event(on)])
    assert [text for s in found.values() for kind, text in entries(s) if kind == "clawed_back"] == [left]


@pytest.mark.parametrize(
    ("on", "left"), [("12-09", "-14.00"), ("12-10", "-13.00"), ("2021-01-09", "-13.00"), ("2021-01-10", "-12.00")]
)
def test_tenure_counts_the_months_of_more_than_a_year(on, left):
    """Of 24 months, sold on 10 January: around the days that complete the eleventh month and the twelfth."""
    pro_rata = ProRataClawback(id="p", events=["lapse"], months=24)
    rules = policy(attrs.evolve(plan(component(ALL)), clawbacks=[pro_rata]), pay_period="month")
    lapsed = PayEvent(day=days(on).start, payee="ana", event="lapse", transaction="s")
    given_facts = attrs.evolve(facts(sale("s", "2020-01-10", "24")), pay_events=[lapsed])
    result = run(given_facts, rules, "2021-M01")
    found = [text for s in (*result.earlier, *result.statements) for kind, text in entries(s) if kind == "clawed_back"]
    assert found == [left]


def test_a_pro_rata_clawback_is_over_when_all_months_are_served():
    pro_rata = ProRataClawback(id="p", events=["lapse"], months=2)
    for on, found in (("03-09", [("clawed_back", "-6.00")]), ("03-10", []), ("05-10", [])):
        month = statements([sale("s", "01-10", "12")], clawbacks=[pro_rata], events=[event(on)], carry=False)[
            int(on[:2])
        ]
        assert entries(month) == found


@pytest.mark.parametrize(("instalments", "clawed"), [(4, "-100.00"), (5, "-70.00"), (6, None)])
def test_a_clawback_by_instalments_paid(instalments, clawed):
    shares = bands("0", "100%", "5", "70%", end="6")
    terms = [claw(shares, tenure="instalments")]
    found = statements([sale("s", "01-10", "100")], clawbacks=terms, events=[event("02-10", instalments=instalments)])
    assert [text for kind, text in entries(found[2]) if kind == "clawed_back"] == ([clawed] if clawed else [])


def test_a_clawback_by_instalments_needs_their_number():
    with pytest.raises(InvalidDocument) as raised:
        statements([sale("s", "01-10", "100")], clawbacks=[claw(tenure="instalments")], events=[event("02-10")])
    assert [fault.code for fault in raised.value.faults] == ["commissions.no_instalments"]


def test_a_clawback_takes_of_what_was_really_paid_and_what_is_held_is_forfeited():
    found = statements(
        [sale("s", "01-10", "90")], payouts=[thirds()], clawbacks=[claw(bands("0", "50%"))], events=[event("02-10")]
    )
    assert entries(found[2]) == [
        ("held_forfeited", "0"),  # also the part due on that day
        ("held_forfeited", "0"),
        ("clawed_back", "-15.00"),
        ("shortfall_carried", "15.00"),
    ]
    later = statements([sale("s", "01-10", "90")], payouts=[thirds()], clawbacks=[claw()], events=[event("02-11")])
    assert entries(later[2])[:3] == [("released", "30.00"), ("held_forfeited", "0"), ("clawed_back", "-60.00")]


def test_what_is_held_can_be_kept_for_its_day():
    found = statements(
        [sale("s", "01-10", "90")], payouts=[thirds()], clawbacks=[claw(forfeits=False)], events=[event("02-09")]
    )
    assert entries(found[2]) == [("clawed_back", "-30.00"), ("released", "30.00")]
    assert paid(found, 1, 2, 3) == ["30.00", "0.00", "30.00"]


def test_nothing_is_clawed_back_twice_or_after_a_return():
    twice = statements([sale("s", "01-10", "90")], clawbacks=[claw()], events=[event("02-10"), event("03-10")])
    assert entries(twice[3]) == []
    rows = [sale("s", "01-10", "90"), back("r", "01-20", "90", "s")]
    assert entries(statements(rows, clawbacks=[claw()], events=[event("02-10")])[2]) == []


@pytest.mark.parametrize(
    ("returned", "offset", "closing"),
    [
        # 100 were paid; after three of twelve months a lapse took 75 back, and 25 are still paid.
        ("24.99", None, "99.99"),
        ("25", None, "100.00"),
        ("25.01", "0.01", "100.00"),
        ("100", "75.00", "100.00"),
    ],
)
def test_a_return_takes_no_more_than_an_event_has_left(returned, offset, closing):
    rows = [sale("s", "01-10", "100"), back("r", "05-05", returned, "s")]
    pro_rata = ProRataClawback(id="p", events=["lapse"], months=12)
    found = statements(rows, clawbacks=[pro_rata], events=[event("04-10")], until=5)
    assert entries(found[4])[0] == ("clawed_back", "-75.00")
    offsets = [(e.policy, str(e.amount.amount)) for e in found[5].balances if e.kind.value == "clawback_offset"]
    assert offsets == ([("p", offset)] if offset else [])
    assert str(found[5].closing.amount) == closing


def test_a_return_takes_no_part_that_an_event_forfeited():
    """30 of 90 were paid, 60 are forfeited and 30 clawed back: nothing is left for the return to take."""
    rows = [sale("s", "01-10", "90"), back("r", "03-05", "40", "s"), back("q", "04-05", "50", "s")]
    found = statements(rows, payouts=[thirds()], clawbacks=[claw()], events=[event("02-09")], until=4, carry=False)
    assert entries(found[2])[-1] == ("clawed_back", "-30.00")
    assert [entries(found[n]) for n in (3, 4)] == [[("clawback_offset", "40.00")], [("clawback_offset", "50.00")]]
    assert paid(found, 1, 2, 3, 4) == ["30.00", "-30.00", "0.00", "0.00"]


def test_a_return_at_the_current_measure_after_a_clawback_takes_what_the_clawback_left():
    """2 % to 100 and 4 % above: the return takes 4 of the sale's 2, which a lapse had taken already."""
    rows = [sale("s", "01-10", "100"), sale("t", "01-11", "100"), back("r", "01-25", "100", "s")]
    two_four = [component(by_amount("0", "2%", "100", "4%"))]
    found = statements(
        rows, components=two_four, returns="current_measure", clawbacks=[claw()], events=[event("02-10")], until=2
    )
    assert (str(found[1].paid.amount), entries(found[2])) == ("2.00", [])
    late = [*rows[:2], back("r", "03-25", "100", "s")]
    yearly = [component(by_amount("0", "2%", "100", "4%"), accumulate="year")]
    found = statements(
        late, components=yearly, returns="current_measure", clawbacks=[claw()], events=[event("02-10")], until=3
    )
    assert entries(found[3]) == [("clawback_offset", "2.00"), ("shortfall_carried", "2.00")]


def test_leaving_is_about_every_sale_and_other_events_and_sales_are_not():
    rows = [sale("s", "01-10", "90"), sale("t", "01-10", "60")]
    terms = [claw(events=("lapse", "leaving"))]
    leaving = statements(rows, clawbacks=terms, events=[event("02-10", "leaving", "")], carry=False)
    assert paid(leaving, 1, 2) == ["150.00", "-150.00"]
    lapse = statements(
        rows, clawbacks=terms, events=[event("02-10", "lapse", "t"), event("02-11", "move", "s")], carry=False
    )
    assert paid(lapse, 1, 2) == ["150.00", "-60.00"]


def test_a_share_of_nothing_has_no_entry():
    found = statements([sale("s", "01-10", "90")], clawbacks=[claw(bands("0", "0%"))], events=[event("02-10")])
    assert entries(found[2]) == []


# --- minimum payment -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earned", "now", "next_month"), [("9.99", "0.00", "19.99"), ("10", "10", "10"), ("10.01", "10.01", "10")]
)
def test_pay_below_the_minimum_is_carried_until_it_is_reached(earned, now, next_month):
    found = statements([sale("s", "01-10", earned), sale("t", "02-10", "10")], minimum="10", until=2)
    assert [Decimal(text) for text in paid(found, 1, 2)] == [Decimal(now), Decimal(next_month)]


def test_a_minimum_is_no_matter_of_nothing_or_less():
    found = statements(
        [sale("s", "01-10", "0"), sale("t", "02-10", "5"), back("r", "03-10", "5", "t")], minimum="10", carry=False
    )
    assert entries(found[1]) == []
    assert entries(found[2]) == [("minimum_carried", "-5.00")]
    assert entries(found[3]) == [("released", "5.00")]


# --- draws -----------------------------------------------------------------------------------------------------------


def recovering(**terms):
    return attrs.evolve(draw("10", days("01-01", "02-01")), **terms)


def owing(terms, earned="100", until=6, **options):
    """Ten are owed from January on; from February each month earns something."""
    rows = [sale(f"s{month}", f"0{month}-10", earned) for month in range(2, until + 1)]
    return statements(rows, given_draw=terms, until=until, **options)


def test_recovery_starts_in_its_period_and_ends_after_its_periods():
    found = owing(recovering(recovery_starts=3, recovery_periods=2, maximum_recovery=Rate.parse("1%")))
    recovered = [text for month in range(1, 7) for kind, text in entries(found[month]) if kind == "balance_recovered"]
    assert [entries(found[month]) for month in (2, 5, 6)] == [[], [], []]
    assert recovered == ["-1.00", "-1.00"]
    assert found[6].closing == money("8.00")


def test_recovery_takes_at_most_its_limit_in_a_period():
    found = owing(recovering(recovery_limit=money("3.33")), until=5)
    assert [text for m in range(2, 6) for _, text in entries(found[m])] == ["-3.33", "-3.33", "-3.33", "-0.01"]


def test_periods_of_a_draw_are_counted_from_the_first_that_starts_on_its_days():
    late = attrs.evolve(draw("10", days("01-02", "03-01")), recovery_starts=2)
    rows = [sale("s", "02-10", "5"), sale("t", "03-10", "100")]
    found = statements(rows, given_draw=late, until=3)
    assert entries(found[1]) == []
    assert entries(found[2]) == [("draw_paid", "5.00")]  # its first period
    assert entries(found[3]) == [("balance_recovered", "-5.00")]  # its second
    later = attrs.evolve(late, recovery_starts=3)
    assert entries(statements(rows, given_draw=later, until=3)[3]) == []


def test_what_is_owed_from_elsewhere_is_recovered_before_a_draw_begins_whatever_its_own_start():
    coming = attrs.evolve(draw("10", days("03-01", "04-01")), recovery_starts=3)
    opening = [OpeningBalance(payee="ana", day=date(2020, 1, 1), owed=money("4"))]
    found = statements([sale("s", "01-10", "9")], given_draw=coming, opening_balances=opening, until=1)
    assert entries(found[1]) == [("balance_recovered", "-4")]


# --- opening ---------------------------------------------------------------------------------------------------------


def hold(text, due=None, policy="", transaction="", on="01-01"):
    start = date.fromisoformat(f"2020-{on}")
    return OpeningHold(payee="ana", day=start, amount=money(text), policy=policy, transaction=transaction, due=due)


def test_what_was_held_before_computing_began_is_released_on_its_day_at_once_or_on_its_event():
    holds = [hold("5"), hold("7", date(2020, 2, 29)), hold("9", policy="holdback", transaction="old")]
    terms = [holdback(on="collected")]
    rows = [sale("s", "01-10", "0")]
    found = statements(rows, payouts=terms, opening_holds=holds, events=[event("03-10", "collected", "old")], until=3)
    assert paid(found, 1, 2, 3) == ["5.00", "7", "9"]
    assert amount(found[1].held) == 16


def test_an_opening_hold_opens_even_where_no_plan_holds_yet():
    opened = hold("5", on="01-01")
    found = statements([], opening_holds=[opened], assigned=[assign(effective=days("03-01"))], until=1)
    assert paid(found, 1) == ["5"]


def test_an_opening_hold_of_a_lapsed_sale_is_forfeited():
    holds = [hold("7", date(2020, 5, 1), policy="thirds", transaction="old")]
    found = statements(
        [], payouts=[thirds()], clawbacks=[claw()], opening_holds=holds, events=[event("03-10", "lapse", "old")]
    )
    assert entries(found[3]) == [("held_forfeited", "0")]


# --- laws ------------------------------------------------------------------------------------------------------------

PAYOUTS = st.sampled_from(
    [
        (),
        (thirds(),),
        (holdback("33.3%", after=2),),
        (holdback("20%", on="collected"),),
        (curve(0, "40%", 1, "20%", 4, "40%"),),
    ]
)
CLAWBACKS = st.sampled_from(
    [
        (),
        (claw(bands("0", "100%", "2", "33.3%")),),
        (claw(forfeits=False),),
        (ProRataClawback(id="p", events=["lapse"], months=5),),
    ]
)
DRAWS = st.sampled_from(
    [
        None,
        draw("30", days("01-01", "04-01")),
        draw("30", YEAR, recoverable=False),
        recovering(recovery_starts=2, recovery_limit=money(7)),
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.data(), PAYOUTS, CLAWBACKS, DRAWS, st.sampled_from([None, "20"]), st.booleans())
def test_money_is_conserved_over_any_number_of_periods(data, payouts, clawbacks, given_draw, minimum, carry):
    rows, events = [], []
    for number in range(data.draw(st.integers(0, 5))):
        month = data.draw(st.integers(1, 5))
        worth = data.draw(st.integers(1, 10_000)) * CENT
        rows.append(sale(f"s{number}", f"0{month}-{data.draw(st.integers(1, 28)):02}", worth))
        if data.draw(st.booleans()):
            rows.append(
                back(
                    f"r{number}",
                    f"0{data.draw(st.integers(month + 1, 6))}-10",
                    data.draw(st.integers(1, int(worth * 100))) * CENT,
                    f"s{number}",
                )
            )
        if data.draw(st.booleans()):
            name = data.draw(st.sampled_from(["lapse", "collected"]))
            events.append(event(f"0{data.draw(st.integers(month + 1, 6))}-20", name, f"s{number}"))
    found = statements(
        rows,
        payouts=payouts,
        clawbacks=clawbacks,
        given_draw=given_draw,
        minimum=minimum,
        carry=carry,
        events=events,
        returns=data.draw(st.sampled_from(["original_terms", "current_measure"])),
        until=data.draw(st.integers(1, 9)),
    )
    assert all(amount(s.held) >= 0 for s in found.values())  # `statements` checks that all is conserved


SCALES = st.lists(
    st.sampled_from(
        [
            Gate(id="gate", component="pay", observe="measured", threshold=Decimal(50), otherwise=Rate.parse("33.3%")),
            Kicker(id="kicker", component="pay", observe="measured", threshold=Decimal(20), share=Rate.parse("7.7%")),
            Multiplier(id="multiplier", component="pay", observe="measured", factors=bands("0", "90%", "60", "113.3%")),
            EarningsCap(id="cap", amount=money(70), per="period"),
            EarningsCap(id="each", amount=money(40), per="transaction"),
        ]
    ),
    unique_by=lambda modifier: modifier.id,
    max_size=3,
)


@settings(max_examples=80, deadline=None)
@given(st.data(), PAYOUTS, CLAWBACKS, SCALES, st.sampled_from(["line", "cumulative"]))
def test_returning_everything_at_original_terms_leaves_nothing_whatever_happened_between(
    data, payouts, clawbacks, modifiers, level
):
    """Sales paid, modified, held, released, lapsed and clawed back: once all has come back, nobody keeps or owes."""
    rows, events = [], []
    for number in range(data.draw(st.integers(1, 4))):
        cents_ = data.draw(st.integers(1, 9_000))
        first = data.draw(st.integers(0, cents_))
        id, month = f"s{number}", data.draw(st.integers(1, 3))
        rows.append(sale(id, f"0{month}-{data.draw(st.integers(1, 28)):02}", cents_ * CENT))
        for part, back_again in enumerate((first, cents_ - first)):
            on = f"0{data.draw(st.integers(month + 1, 6))}-{data.draw(st.integers(1, 28)):02}"
            rows.append(back(f"r{number}{part}", on, back_again * CENT, id))
        names = data.draw(st.lists(st.sampled_from(["lapse", "collected"]), max_size=2))
        events += [event(f"0{data.draw(st.integers(month + 1, 6))}-20", name, id) for name in names]
    found = statements(
        rows, payouts=payouts, clawbacks=clawbacks, modifiers=modifiers, level=level, events=events, until=9
    )
    last = found[max(found)]
    kept = sum((s.paid.amount for s in found.values()), Decimal(0))
    assert sum((s.earned.amount for s in found.values()), Decimal(0)) == 0
    assert kept - last.closing.amount == 0
    assert amount(last.held) == 0


# --- what each entry says --------------------------------------------------------------------------------------------


def said(statement):
    """Each entry whole: kind, amount, policy, sale, and what it does to what is held."""
    return [
        (e.kind.value, str(e.amount.amount), e.policy, e.transaction, None if e.held is None else str(e.held.amount))
        for e in statement.balances
    ]


def test_entries_name_their_policy_and_sale_and_what_stays_held():
    rows = [sale("s", "01-10", "90"), back("r", "02-05", "40", "s")]
    found = statements(rows, payouts=[thirds()], clawbacks=[claw()], events=[event("03-01")], until=3, carry=False)
    assert said(found[1]) == [("held", "-60.00", "thirds", "s", "60.00")]
    assert said(found[2]) == [
        ("held_cancelled", "30.00", "thirds", "s", "-30.00"),
        ("held_cancelled", "10.00", "thirds", "s", "-10.00"),
        ("released", "20.00", "thirds", "s", "-20.00"),
    ]
    # 30 paid in January and 20 in February
    assert said(found[3]) == [("clawed_back", "-50.00", "claw", "s", None)]


def test_what_is_forfeited_names_the_clawback_that_takes_it():
    found = statements(
        [sale("s", "01-10", "90")], payouts=[thirds()], clawbacks=[claw()], events=[event("02-01")], carry=False
    )
    assert said(found[2]) == [
        ("held_forfeited", "0", "claw", "s", "-30.00"),
        ("held_forfeited", "0", "claw", "s", "-30.00"),
        ("clawed_back", "-30.00", "claw", "s", None),
    ]


def test_pay_below_the_minimum_is_held_under_its_plan_and_for_no_sale():
    found = statements([sale("s", "01-10", "30"), sale("t", "02-10", "30")], minimum="50", until=2)
    assert said(found[1]) == [("minimum_carried", "-30.00", "plan", "", "30.00")]
    assert said(found[2]) == [("released", "30.00", "plan", "", "-30.00")]


def test_what_an_event_took_is_given_back_once_by_each_clawback():
    by_lapse = Clawback(id="a", events=["lapse"], tenure="months", shares=bands("0", "30%"), forfeits_held=True)
    by_quitting = Clawback(id="b", events=["quit"], tenure="months", shares=bands("0", "50%"), forfeits_held=True)
    rows = [sale("s", "01-10", "100"), back("r", "03-05", "60", "s"), back("q", "04-05", "40", "s")]
    events = [event("02-01"), event("02-02", "quit")]
    found = statements(rows, clawbacks=[by_lapse, by_quitting], events=events, until=4, carry=False)
    # 30 of 100, then half of 70; 35 are left, so that a return of 60 would take 25 twice, and one of 40 all of it
    assert [(policy, amount) for _, amount, policy, *_ in said(found[2])] == [("a", "-30.00"), ("b", "-35.00")]
    assert said(found[3]) == [("clawback_offset", "25.00", "a", "s", None)]
    assert said(found[4]) == [("clawback_offset", "5.00", "a", "s", None), ("clawback_offset", "35.00", "b", "s", None)]


def test_the_lines_of_a_sale_are_held_together():
    parts = [component(ALL, id="a"), component(ALL, id="b")]
    found = statements([sale("s", "01-10", "10")], components=parts, payouts=[thirds()], until=1)
    assert said(found[1]) == [("held", "-13.33", "thirds", "s", "13.33")]


def test_a_unit_of_money_is_held_and_taken_back_as_any_amount():
    found = statements([sale("s", "01-10", "1")], payouts=[thirds()], until=1)
    assert said(found[1]) == [("held", "-0.66", "thirds", "s", "0.66")]
    found = statements([sale("s", "01-10", "1")], clawbacks=[claw()], events=[event("02-10")], until=2, carry=False)
    assert said(found[2]) == [("clawed_back", "-1.00", "claw", "s", None)]


def test_a_fixed_amount_of_a_modifier_is_held_for_no_sale():
    bonus = Kicker(id="k", component="pay", observe="measured", threshold=Decimal(1), amount=money(9))
    found = statements([sale("s", "01-10", "90")], modifiers=[bonus], payouts=[thirds()], until=1)
    assert said(found[1]) == [("held", "-60.00", "thirds", "s", "60.00"), ("held", "-6.00", "thirds", "", "6.00")]


GONE = [assign(effective=days("01-01", "02-01"))]


def test_there_is_a_statement_only_when_something_is_due():
    found = statements([sale("s", "01-10", "100")], payouts=[holdback(after=2)], assigned=GONE, until=4)
    assert sorted(found) == [1, 3]
    assert paid(found, 1, 3) == ["90.00", "10.00"]


def test_an_event_makes_a_statement_of_its_month_where_something_was_paid():
    found = statements([sale("s", "01-10", "100")], clawbacks=[claw()], events=[event("03-10")], assigned=GONE, until=4)
    assert sorted(found) == [1, 3]
    assert entries(found[3])[0] == ("clawed_back", "-100.00")


def test_a_minimum_carried_from_before_is_released_under_its_plan_and_no_event_takes_it():
    before = OpeningHold(
        payee="ana", day=date(2020, 1, 1), policy="plan", amount=money("7"), due=date(2020, 2, 10), transaction="x"
    )
    found = statements(
        [sale("s", "01-10", "100")], clawbacks=[claw()], events=[event("01-20", transaction="")],
        opening_holds=[before], until=2, carry=False,
    )  # fmt: skip
    assert said(found[1]) == [("clawed_back", "-100.00", "claw", "s", None)]
    assert said(found[2]) == [("released", "7", "plan", "x", "-7")]


def test_what_a_clawback_by_instalments_lacks_is_said_whole():
    with pytest.raises(InvalidDocument) as raised:
        statements([sale("s", "01-10", "100")], clawbacks=[claw(tenure="instalments")], events=[event("02-10")])
    [fault] = raised.value.faults
    assert fault.problem == "clawback claw goes by instalments, which the lapse of 2020-02-10 does not give"
    assert (fault.remedy, fault.value) == ("say how many the customer had paid", "s")


def test_a_run_without_plans_holds_nothing():
    run_of_nobody = PayoutRun(calendar=CALENDAR, plans=[], rounding_of=lambda plan: plan, on_fault=lambda *_: None)
    assert (run_of_nobody.currency, run_of_nobody.held) == ("", 0)
    assert not run_of_nobody.has_due(CALENDAR.period("2020-M01"))
    assert run_of_nobody.settle(CALENDAR.period("2020-M01"), [], [], "USD") == []
    assert run_of_nobody.currency == "USD"
