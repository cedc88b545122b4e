"""Modifiers, payouts, clawbacks, draws and facts about pay that cannot work: each a fault with path and value."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    YEAR,
    assign,
    by_amount,
    by_quota,
    check_facts,
    check_policy,
    component,
    days,
    draw,
    facts,
    money,
    plan,
    policy,
    run,
    sale,
)

from salesrules.commissions import (
    AppraisalScore,
    Clawback,
    Coefficient,
    Deferral,
    DeferredPart,
    EarningsCap,
    EarningsFloor,
    Gate,
    Holdback,
    Instalments,
    Kicker,
    Multiplier,
    OpeningHold,
    OpeningUse,
    PayEvent,
    ProRataClawback,
)
from salesrules.core import Band, BandTable, InvalidDocument, Rate

PARTS = [component(by_amount("0", "1%"), id="pay"), component(by_quota("0", "1%"), id="goal")]
DOWN = BandTable(bands=[Band(start=0, value=Rate.parse("-1%"))])
UP = BandTable(bands=[Band(start=0, value=Rate.parse("101%"))])
HALF = DeferredPart(after_months=0, share=Rate.parse("50%"))


def found(**terms):
    held = attrs.evolve(plan(*PARTS), **terms)
    return [(f.code.removeprefix("commissions."), f.path.removeprefix("plans[0].")) for f in check_policy(policy(held))]


def gate(**terms):
    return Gate(**{"id": "gate", "component": "pay", "observe": "measured", "threshold": Decimal(1)} | terms)


def kicker(**terms):
    return Kicker(**{"id": "k", "component": "goal", "observe": "attainment", "threshold": Decimal(1)} | terms)


def cap(**terms):
    return EarningsCap(**{"id": "cap", "amount": money(1), "per": "period"} | terms)


@pytest.mark.parametrize(
    "modifier",
    [
        gate(),
        gate(component="goal", observe="attainment", otherwise=Rate(0), applies_to=("pay", "goal")),
        gate(otherwise=Rate(1)),
        kicker(amount=money(0)),
        kicker(share=Rate(0)),
        Multiplier(id="m", component="pay", observe="measured", factors=UP),
        Coefficient(id="c"),
        Coefficient(id="c", factors=UP),
        cap(amount=money(0)),
        cap(excess="carried"),
        cap(per="transaction"),
        EarningsFloor(id="f", amount=money(1), per="transaction"),
        EarningsFloor(id="f", amount=money(1), per="period"),
    ],
)
def test_a_modifier_that_works_has_no_fault(modifier):
    assert found(modifiers=[modifier]) == []


@pytest.mark.parametrize(
    ("modifier", "code", "path"),
    [
        (gate(component="pai"), "unknown_component", "component"),
        (gate(applies_to=("pay", "other")), "unknown_component", "applies_to[1]"),
        (gate(observe="attainment"), "no_attainment", "observe"),
        (gate(otherwise=Rate.parse("100.01%")), "share", "otherwise"),
        (gate(otherwise=Rate.parse("-0.01%")), "share", "otherwise"),
        (kicker(), "empty_kicker", None),
        (kicker(amount=money("-0.01")), "negative", "amount"),
        (kicker(amount=money(1, "EUR")), "currency", "amount"),
        (kicker(share=Rate.parse("-0.01%")), "negative", "share"),
        (
            Multiplier(id="m", component="pay", observe="measured", factors=DOWN),
            "negative_rate",
            "factors.bands[0].value",
        ),
        (Coefficient(id="c", factors=DOWN), "negative_rate", "factors.bands[0].value"),
        (cap(amount=money("-0.01")), "negative", "amount"),
        (cap(per="transaction", excess="carried"), "carried_excess", "excess"),
        (EarningsFloor(id="f", amount=money(1), per="year"), "floor_span", "per"),
    ],
)
def test_a_modifier_that_cannot_work_is_a_fault(modifier, code, path):
    assert found(modifiers=[modifier]) == [(code, "modifiers[0]" + (f".{path}" if path else ""))]


def test_the_nearest_component_is_suggested():
    faults = check_policy(policy(attrs.evolve(plan(*PARTS), modifiers=[gate(component="goals")])))
    assert faults[0].remedy == "did you mean 'goal'?"
    faults = check_policy(policy(attrs.evolve(plan(), modifiers=[gate()])))
    assert faults[0].remedy == "known are none"


def test_ids_are_used_once_in_each_list():
    thirds = Instalments(id="x", count=3, applies_to=("pay",))
    lapse = ProRataClawback(id="x", events=["lapse"], months=1)
    assert found(
        modifiers=[gate(id="x"), cap(id="x")],
        payouts=[thirds, attrs.evolve(thirds, applies_to=("goal",))],
        clawbacks=[lapse, attrs.evolve(lapse, events=["move"])],
    ) == [("repeated_id", "modifiers[1].id"), ("repeated_id", "payouts[1].id"), ("repeated_id", "clawbacks[1].id")]


@pytest.mark.parametrize(
    ("payout", "faults"),
    [
        (Deferral(id="d", parts=[HALF, HALF]), []),
        (Deferral(id="d", parts=[HALF]), [("deferral", "parts")]),
        (
            Deferral(id="d", parts=[attrs.evolve(HALF, after_months=-1), HALF]),
            [("months", "parts[0].after_months")],
        ),
        (
            Deferral(id="d", parts=[attrs.evolve(HALF, share=Rate(2)), attrs.evolve(HALF, share=Rate(-1))]),
            [("share", "parts[0].share"), ("share", "parts[1].share")],
        ),
        (Instalments(id="i", count=1, every_months=1), []),
        (Instalments(id="i", count=0, every_months=0), [("instalments", "count"), ("instalments", "every_months")]),
        (Holdback(id="h", share=Rate(1), after_periods=1), []),
        (Holdback(id="h", share=Rate(0), on_event="x"), []),
        (Holdback(id="h", share=Rate.parse("100.01%"), after_periods=1), [("share", "share")]),
        (Holdback(id="h", share=Rate(1)), [("holdback", None)]),
        (Holdback(id="h", share=Rate(1), after_periods=1, on_event="x"), [("holdback", None)]),
        (Holdback(id="h", share=Rate(1), after_periods=0), [("holdback", "after_periods")]),
        (Instalments(id="i", count=2, applies_to=("pai",)), [("unknown_component", "applies_to[0]")]),
    ],
)
def test_payouts(payout, faults):
    assert found(payouts=[payout]) == [(code, "payouts[0]" + (f".{path}" if path else "")) for code, path in faults]


def test_a_payout_behind_those_that_pay_all_its_components_is_a_fault():
    pay, goal = (Instalments(id=name, count=2, applies_to=(name,)) for name in ("pay", "goal"))
    rest = Instalments(id="rest", count=2)
    assert found(payouts=[pay, goal, rest]) == []  # `rest` still pays what no line earned
    assert found(payouts=[rest, pay]) == [("hidden_payout", "payouts[1]")]
    assert found(payouts=[pay, attrs.evolve(pay, id="again")]) == [("hidden_payout", "payouts[1]")]


def test_clawbacks():
    def claw(**terms):
        return Clawback(**{"id": "claw", "events": ["lapse"], "tenure": "months", "shares": UP} | terms)

    share = [("share", "clawbacks[0].shares.bands[0].value")]
    assert found(clawbacks=[claw()]) == share
    assert found(clawbacks=[claw(events=[])]) == [("clawback", "clawbacks[0].events"), *share]
    half = ProRataClawback(id="p", events=["move", "lapse"], months=0)
    assert found(clawbacks=[claw(), half]) == [
        *share,
        ("clawback", "clawbacks[1].events[1]"),
        ("months", "clawbacks[1].months"),
    ]
    assert found(clawbacks=[attrs.evolve(half, months=1)]) == []


def test_a_minimum_payment_is_in_the_plans_currency_and_not_below_zero():
    assert found(minimum_payment=money(0)) == []
    assert found(minimum_payment=money("-0.01", "EUR")) == [
        ("currency", "minimum_payment"),
        ("negative", "minimum_payment"),
    ]


@pytest.mark.parametrize(
    ("terms", "faults"),
    [
        ({"recovery_starts": 1, "recovery_periods": 1, "recovery_limit": money(0)}, []),
        (
            {"recovery_starts": 0, "recovery_periods": 0},
            [("recovery", "recovery_starts"), ("recovery", "recovery_periods")],
        ),
        ({"recovery_limit": money("-0.01")}, [("negative", "recovery_limit")]),
        ({"recovery_limit": money(1, "EUR")}, [("currency", "recovery_limit")]),
    ],
)
def test_the_recovery_of_a_draw(terms, faults):
    rules = policy(plan(*PARTS), assignments=[assign(draw=attrs.evolve(draw(10), **terms))])
    found = [
        (f.code.removeprefix("commissions."), f.path.removeprefix("assignments[0].draw.")) for f in check_policy(rules)
    ]
    assert found == faults


def test_a_draw_that_never_ends_is_a_warning():
    rules = policy(plan(*PARTS), assignments=[assign(draw=draw(10, days("01-01")))])
    assert [(f.code, f.path, f.severity) for f in check_policy(rules)] == [
        ("commissions.endless_draw", "assignments[0].draw.effective", "warning")
    ]


# --- facts -----------------------------------------------------------------------------------------------------------

FIRST = date(2020, 1, 1)


def faults_of(**terms):
    given = attrs.evolve(facts(sale("s", "01-10", "1")), **terms)
    return [(f.code.removeprefix("commissions."), f.path) for f in check_facts(given)]


def test_facts_about_pay_name_people_who_are_there():
    assert faults_of(
        appraisal_scores=[AppraisalScore(payee="bo", span=YEAR, score=1)],
        pay_events=[PayEvent(payee="bo", day=FIRST, event="lapse")],
        opening_holds=[OpeningHold(payee="bo", day=FIRST, amount=money(1))],
        opening_uses=[OpeningUse(payee="bo", day=FIRST, policy="cap", used=money(1))],
    ) == [
        ("unknown_payee", f"{name}[0].payee")
        for name in ("appraisal_scores", "pay_events", "opening_holds", "opening_uses")
    ]


def test_two_scores_of_one_subject_and_day_are_a_fault():
    first = AppraisalScore(payee="ana", span=days("01-01", "02-01"), score=1)
    next_month = attrs.evolve(first, span=days("02-01", "03-01"))
    other = attrs.evolve(first, subject="english")
    assert faults_of(appraisal_scores=[first, next_month, other]) == []
    late = attrs.evolve(first, span=days("01-31", "03-01"))
    assert faults_of(appraisal_scores=[first, late]) == [("overlapping_scores", "appraisal_scores[1].span")]


def test_an_event_is_about_a_transaction_and_not_before_it():
    event = PayEvent(payee="ana", day=date(2020, 1, 10), event="lapse", transaction="s")
    old = OpeningHold(payee="ana", day=FIRST, amount=money(0), transaction="old")
    assert faults_of(pay_events=[event, attrs.evolve(event, transaction="old")], opening_holds=[old]) == []
    early = attrs.evolve(event, day=date(2020, 1, 9))
    assert faults_of(pay_events=[early]) == [("early_event", "pay_events[0].day")]
    assert faults_of(pay_events=[attrs.evolve(event, transaction="t")]) == [
        ("unknown_transaction", "pay_events[0].transaction")
    ]


def test_a_hold_is_not_below_zero():
    hold = OpeningHold(payee="ana", day=FIRST, amount=money("-0.01"))
    assert faults_of(opening_holds=[hold]) == [("negative", "opening_holds[0].amount")]


def test_what_stands_open_opens_on_the_first_day_of_a_period():
    hold = OpeningHold(payee="ana", day=date(2020, 1, 2), amount=money(1))
    use = OpeningUse(payee="ana", day=date(2020, 2, 1), policy="cap", used=money(1))
    given = attrs.evolve(facts(), opening_holds=[hold, attrs.evolve(hold, day=FIRST)], opening_uses=[use])
    capped = attrs.evolve(plan(*PARTS), modifiers=[EarningsCap(id="cap", amount=money(1), per="period")])
    with pytest.raises(InvalidDocument) as raised:
        run(given, policy(capped))
    assert [(f.code, f.path) for f in raised.value.faults] == [
        ("commissions.opening_day", "opening_holds[0].day"),
        ("commissions.opening_day", "opening_uses[0].day"),
    ]
