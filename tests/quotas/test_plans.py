"""Sales plans: whole, consistent, summing to their parent, agreeing with quotas and budget, on pace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    Band,
    BandTable,
    CurrencyMismatch,
    DateRange,
    InvalidValue,
    Money,
    Outcome,
    PolicyLife,
    Rate,
    Rounding,
)
from salesrules.quotas import (
    MarketAnalysis,
    Milestone,
    PacePolicy,
    PlanGoal,
    PlannedActivity,
    PlannedCost,
    PlannedProduct,
    PlanPart,
    PlanPolicy,
    QuotaPolicy,
    SalesPlan,
    calculate_quota,
    check_child_plans,
    check_plan,
    check_plan_agreement,
    check_plan_progress,
)

QUARTER = DateRange(date(2020, 1, 1), date(2020, 4, 1))
LIFE = PolicyLife(status="in_force", scope="all", owner="ops", approver="boss", effective=DateRange(date(2019, 1, 1)))
DAY = date(2020, 1, 1)


def policy_of(**parts) -> QuotaPolicy:
    return QuotaPolicy(life=LIFE, rounding=Rounding(digits=2, mode="half_up"), **parts)


POLICY = policy_of(plans=PlanPolicy(id="plans"))
PLAN = SalesPlan(
    id="north-q1",
    unit="north",
    span=QUARTER,
    owner="ana",
    parent="firm-q1",
    goals=[
        PlanGoal(measure="amount", amount="1000", unit="USD"),
        PlanGoal(measure="quantity", amount=30, unit="count"),
    ],
    market_analysis=MarketAnalysis(summary="Growing.", size=Money(9000, "USD"), own_share=Rate.parse("11%")),
    strategy="Visit every dealer twice.",
    products=[
        PlannedProduct(product="bike", quantity=20, price=Money("40.00", "USD")),
        PlannedProduct(product="helmet", quantity=10, price=Money("20.00", "USD")),
    ],
    activities=[
        PlannedActivity(
            id="fair", title="Dealer fair", span=DateRange(date(2020, 2, 1), date(2020, 2, 4)), owner="bo",
            category="event", cost=Money(80, "USD"),
        ),
        PlannedActivity(id="calls", title="Calls", span=QUARTER, owner="bo"),
    ],
    budget=[
        PlannedCost(category="event", amount=Money(50, "USD")),
        PlannedCost(category="event", amount=Money(30, "USD")),
        PlannedCost(category="travel", amount=Money(20, "USD")),
    ],
    timetable=[Milestone(id="list", title="Dealer list", due=date(2020, 1, 15), owner="bo")],
)  # fmt: skip


def codes(decision) -> list[str]:
    return [reason.code.removeprefix("quotas.") for reason in decision.reasons]


def paths(decision) -> list[str]:
    return [reason.path for reason in decision.reasons]


def test_a_whole_plan_is_allowed() -> None:
    assert check_plan(PLAN, POLICY, DAY).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    ("part", "empty"),
    [
        ("goals", ()), ("market_analysis", None), ("market_analysis", MarketAnalysis(summary=" ")), ("strategy", " "),
        ("products", ()), ("activities", ()), ("budget", ()), ("timetable", ()),
    ],
)  # fmt: skip
def test_every_required_part_is_asked_for(part, empty) -> None:
    without = attrs.evolve(PLAN, **{part: empty})
    found = check_plan(without, POLICY, DAY).reasons
    missing = [reason for reason in found if reason.code == "quotas.plan_part_missing"]
    assert [(reason.parameters["part"], reason.path, reason.policy.field) for reason in missing] == [
        (part, part, "required")
    ]
    others = policy_of(plans=PlanPolicy(id="p", required=[one for one in PlanPart if one != part]))
    assert "plan_part_missing" not in codes(check_plan(without, others, DAY))


def test_the_plan_its_activities_and_milestones_have_owners() -> None:
    plan = attrs.evolve(
        PLAN,
        owner="",
        activities=[attrs.evolve(item, owner=" ") for item in PLAN.activities],
        timetable=[attrs.evolve(item, owner="") for item in PLAN.timetable],
    )
    decision = check_plan(plan, POLICY, DAY)
    assert set(codes(decision)) == {"plan_without_owner"}
    assert paths(decision) == ["owner", "activities[0].owner", "activities[1].owner", "timetable[0].owner"]


@pytest.mark.parametrize(
    ("start", "end", "is_inside"),
    [
        (date(2020, 1, 1), date(2020, 4, 1), True),
        (date(2019, 12, 31), date(2020, 4, 1), False),
        (date(2020, 1, 1), date(2020, 4, 2), False),
        (date(2020, 1, 1), None, False),
    ],
)
def test_activities_lie_within_the_plan(start, end, is_inside) -> None:
    plan = attrs.evolve(PLAN, activities=[attrs.evolve(PLAN.activities[0], span=DateRange(start, end))])
    decision = check_plan(plan, POLICY, DAY)
    assert codes(decision) == ([] if is_inside else ["plan_date_outside"])
    assert [reason.parameters["span"] for reason in decision.reasons] == [QUARTER] * (not is_inside)


@pytest.mark.parametrize(
    ("due", "is_inside"),
    [
        (date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2020, 3, 31), True), (date(2020, 4, 1), False)
    ],
)  # fmt: skip
def test_milestones_lie_within_the_plan(due, is_inside) -> None:
    plan = attrs.evolve(PLAN, timetable=[attrs.evolve(PLAN.timetable[0], due=due)])
    decision = check_plan(plan, POLICY, DAY)
    assert codes(decision) == ([] if is_inside else ["plan_date_outside"])
    assert [reason.parameters["span"] for reason in decision.reasons] == [QUARTER] * (not is_inside)


@pytest.mark.parametrize(
    ("goal", "tolerance", "agrees"),
    [
        ("1000", "0%", True), ("1000.01", "0%", False), ("999.99", "0%", False),
        ("1250", "20%", True), ("1250.01", "20%", False), ("833.33", "20%", False), ("833.34", "20%", True),
    ],
)  # fmt: skip
def test_products_make_up_the_amount_goal(goal, tolerance, agrees) -> None:
    plan = attrs.evolve(PLAN, goals=[PlanGoal(measure="amount", amount=goal, unit="USD")])
    decision = check_plan(plan, policy_of(plans=PlanPolicy(id="p", product_tolerance=Rate.parse(tolerance))), DAY)
    assert codes(decision) == ([] if agrees else ["plan_products_differ"])
    if not agrees:
        assert decision.reasons[0].parameters["products"] == Money("1000.00", "USD")


def test_products_in_another_currency_than_the_goal_differ_from_it() -> None:
    plan = attrs.evolve(PLAN, goals=[PlanGoal(measure="amount", amount="1000", unit="EUR")])
    assert codes(check_plan(plan, POLICY, DAY)) == ["plan_products_differ"]
    mixed = attrs.evolve(
        PLAN, products=[PLAN.products[0], PlannedProduct(product="x", quantity=1, price=Money(1, "EUR"))]
    )
    with pytest.raises(CurrencyMismatch):
        check_plan(mixed, POLICY, DAY)


def test_without_an_amount_goal_products_are_not_held_against_it() -> None:
    assert codes(check_plan(attrs.evolve(PLAN, goals=PLAN.goals[1:]), POLICY, DAY)) == []


@pytest.mark.parametrize(("cost", "fits"), [("80", True), ("80.01", False)])
def test_activities_cost_no_more_than_their_category(cost, fits) -> None:
    plan = attrs.evolve(PLAN, activities=[attrs.evolve(PLAN.activities[0], cost=Money(cost, "USD"))])
    assert codes(check_plan(plan, POLICY, DAY)) == ([] if fits else ["plan_over_own_budget"])


def test_a_category_without_a_budget_allows_nothing() -> None:
    plan = attrs.evolve(PLAN, activities=[attrs.evolve(PLAN.activities[0], category="gifts", cost=Money(1, "USD"))])
    (reason,) = check_plan(plan, POLICY, DAY).reasons
    assert (reason.parameters["category"], reason.parameters["budget"]) == ("gifts", Money(0, "USD"))


def test_a_plan_has_one_goal_per_measure_and_a_closed_span() -> None:
    with pytest.raises(InvalidValue, match="one goal per measure"):
        attrs.evolve(PLAN, goals=[PLAN.goals[0]] * 2)
    with pytest.raises(InvalidValue, match="ends on a day"):
        attrs.evolve(PLAN, span=DateRange(date(2020, 1, 1)))


@pytest.fixture
def held(make_line, policy, calendar):
    def make(amount: object = "1000", measure: str = "amount", unit: str = "USD", period: str = "2020-Q1"):
        line = make_line(period, amount, holder="north", measure=measure, unit=unit)
        return calculate_quota("north", line.span, [line], policy, calendar, measure=measure)

    return make


GRANTED = {"event": Money(80, "USD"), "travel": Money(20, "USD")}


def test_a_plan_agrees_with_its_quotas_and_budget(held) -> None:
    quotas = [held(), held(30, "quantity", "count")]
    assert check_plan_agreement(PLAN, quotas, GRANTED).outcome is Outcome.ALLOW


def test_a_quota_that_differs_or_is_missing_on_either_side_is_denied(held) -> None:
    quotas = [held("1000.01"), held("0.1", "market_share", "share")]
    decision = check_plan_agreement(PLAN, quotas, GRANTED)
    assert codes(decision) == ["plan_quota_differs", "plan_quota_missing", "plan_quota_missing"]
    assert [reason.parameters["measure"] for reason in decision.reasons] == ["amount", "quantity", "market_share"]
    assert codes(check_plan_agreement(PLAN, [held(unit="EUR"), held(30, "quantity", "count")], GRANTED)) == [
        "plan_quota_differs"
    ]


def test_quotas_of_another_holder_or_span_are_an_error(held) -> None:
    with pytest.raises(InvalidValue, match="give those of north"):
        check_plan_agreement(PLAN, [held(period="2020-Q2")], GRANTED)
    with pytest.raises(InvalidValue, match="give those of north"):
        check_plan_agreement(PLAN, [attrs.evolve(held(), holder="south")], GRANTED)


@pytest.mark.parametrize(
    ("granted", "over"),
    [
        ({"event": "80", "travel": "20"}, []), ({"event": "79.99", "travel": "20"}, ["event"]),
        ({"event": "100"}, ["travel"]), ({}, ["event", "travel"]),
    ],
)  # fmt: skip
def test_the_budget_stays_within_what_is_granted(held, granted, over) -> None:
    grants = {category: Money(amount, "USD") for category, amount in granted.items()}
    decision = check_plan_agreement(PLAN, [held(), held(30, "quantity", "count")], grants)
    assert [reason.parameters["category"] for reason in decision.reasons] == over
    assert set(codes(decision)) <= {"plan_over_budget"}


def child(id: str, share: Fraction) -> SalesPlan:
    """A part of the plan: everything that adds up, times a share that leaves it exact."""

    def part(amount: Decimal) -> Decimal:
        return amount * share.numerator / share.denominator

    return SalesPlan(
        id=id,
        unit=id,
        span=QUARTER,
        parent=PLAN.id,
        goals=[attrs.evolve(goal, amount=part(goal.amount)) for goal in PLAN.goals],
        products=[attrs.evolve(product, quantity=part(product.quantity)) for product in PLAN.products],
        budget=[
            PlannedCost(category=line.category, amount=Money(part(line.amount.amount), "USD")) for line in PLAN.budget
        ],
    )


def test_children_that_sum_to_their_parent_are_allowed() -> None:
    children = [child("a", Fraction(1, 4)), child("b", Fraction(3, 4))]
    assert check_child_plans(PLAN, children).outcome is Outcome.ALLOW
    assert check_child_plans(PLAN, children[::-1]) == check_child_plans(PLAN, children)


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_children_sum_exactly_when_their_shares_do(quarters) -> None:
    children = [child(str(index), Fraction(quarter, 4)) for index, quarter in enumerate(quarters)]
    assert check_child_plans(PLAN, children).is_allowed is (sum(quarters) == 4)


def test_every_item_that_differs_is_named_with_both_sums() -> None:
    whole = child("a", Fraction(1))
    off = attrs.evolve(
        whole,
        goals=[attrs.evolve(whole.goals[0], amount="1000.01"), whole.goals[1]],
        products=[attrs.evolve(whole.products[0], price=Money("41.00", "USD")), whole.products[1]],
        budget=whole.budget[:2],
    )
    decision = check_child_plans(PLAN, [off])
    assert codes(decision) == ["plan_children_differ"] * 3
    assert paths(decision) == ["goals.amount", "products.bike.amount", "budget.travel"]
    assert [(r.parameters["children"], r.parameters["whole"]) for r in decision.reasons] == [
        (Decimal("1000.01"), 1000),
        (820, 800),
        (0, 20),
    ]


def test_what_only_the_children_plan_is_named_too() -> None:
    extra = attrs.evolve(
        child("a", Fraction(1)), goals=[*PLAN.goals, PlanGoal(measure="visits", amount=5, unit="count")]
    )
    (reason,) = check_child_plans(PLAN, [extra]).reasons
    assert (reason.parameters["item"], reason.parameters["whole"]) == ("goals.visits", 0)


def test_market_shares_do_not_add_up() -> None:
    share = PlanGoal(measure="market_share", amount="0.1", unit="share")
    children = [
        attrs.evolve(one, goals=[*one.goals, share]) for one in (child("a", Fraction(1, 4)), child("b", Fraction(3, 4)))
    ]
    assert check_child_plans(attrs.evolve(PLAN, goals=[*PLAN.goals, share]), children).outcome is Outcome.ALLOW


def test_a_child_of_another_parent_or_span_is_misplaced() -> None:
    stray = attrs.evolve(child("a", Fraction(1)), parent="else", span=DateRange(date(2020, 1, 1), date(2020, 4, 2)))
    decision = check_child_plans(PLAN, [stray])
    assert [reason.parameters["field"] for reason in decision.reasons] == ["parent", "span"]
    assert codes(decision) == ["plan_child_misplaced"] * 2


BANDS = BandTable(bands=[Band(start=None, value="behind"), Band(start=Decimal("0.9"), value="on_pace")])
PACE = policy_of(pace=PacePolicy(id="pace", status=BANDS))


@pytest.mark.parametrize(
    ("amount", "quantity", "behind"),
    [("901", "28", []), ("900", "27", []), ("899.99", "27", [0]), ("899.99", "26.99", [0, 1])],
)
def test_a_goal_below_pace_warns(amount, quantity, behind) -> None:
    done = attrs.evolve(PLAN, timetable=[])
    decision = check_plan_progress(
        done, {"amount": Decimal(amount), "quantity": Decimal(quantity)}, PACE, date(2020, 3, 31)
    )
    assert decision.outcome is (Outcome.WARN if behind else Outcome.ALLOW)
    assert paths(decision) == [f"goals[{index}]" for index in behind]
    assert set(codes(decision)) <= {"below_pace"}


def test_nothing_recorded_is_nothing_achieved_and_quotas_say_when_it_is_due(make_line, policy, calendar) -> None:
    plan = attrs.evolve(PLAN, goals=PLAN.goals[:1], timetable=[])
    assert codes(check_plan_progress(plan, {}, PACE, date(2020, 1, 31))) == ["below_pace"]
    late = [make_line(f"2020-M0{month}", amount, holder="north") for month, amount in ((1, 0), (2, 0), (3, 1000))]
    quota = calculate_quota("north", QUARTER, late, policy, calendar)
    assert codes(check_plan_progress(plan, {}, PACE, date(2020, 1, 31), quotas=[quota])) == []
    assert codes(check_plan_progress(plan, {}, PACE, date(2020, 3, 1), quotas=[quota])) == ["below_pace"]


@pytest.mark.parametrize(
    ("as_of", "done_on", "is_overdue"),
    [
        (date(2020, 1, 15), None, False),
        (date(2020, 1, 16), None, True),
        (date(2020, 1, 16), date(2020, 1, 16), False),
        (date(2020, 1, 16), date(2020, 1, 17), True),
        (date(2020, 1, 17), date(2020, 1, 17), False),
    ],
)
def test_a_milestone_is_overdue_from_the_day_after(as_of, done_on, is_overdue) -> None:
    plan = attrs.evolve(PLAN, goals=[], timetable=[attrs.evolve(PLAN.timetable[0], done_on=done_on)])
    decision = check_plan_progress(plan, {}, PACE, as_of)
    assert codes(decision) == (["plan_milestone_overdue"] if is_overdue else [])
    assert decision.outcome is (Outcome.WARN if is_overdue else Outcome.ALLOW)


def test_a_policy_that_is_not_in_force_judges_no_plan() -> None:
    draft = PolicyLife(status="draft", scope="all", owner="ops", effective=LIFE.effective)
    for decision in (
        check_plan(PLAN, attrs.evolve(POLICY, life=draft), DAY),
        check_plan_progress(PLAN, {}, attrs.evolve(PACE, life=draft), date(2020, 3, 31)),
    ):
        assert (decision.outcome, codes(decision)) == (Outcome.DENY, ["core.policy_not_in_force"])
    with pytest.raises(InvalidValue, match=r"^quotas.plans: "):
        check_plan(PLAN, PACE, DAY)
    with pytest.raises(InvalidValue, match=r"^quotas.pace: "):
        check_plan_progress(PLAN, {}, POLICY, DAY)
