"""The goal check: five criteria, each met, missed and at its edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from salesrules.core import Band, BandTable, DateRange, InvalidValue, Outcome, PolicyLife, Rate, Rounding, Severity
from salesrules.quotas import Goal, GoalPolicy, QuotaPolicy, check_goal, check_goal_children

YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))
QUARTER = DateRange(date(2020, 1, 1), date(2020, 4, 1))
POLICY = GoalPolicy(
    id="goals",
    measures=["amount", "quantity", "market_share"],
    growth=BandTable(
        bands=[
            Band(start=None, value="too_low"),
            Band(start=Decimal("0.9"), value="achievable"),
            Band(start=Decimal("1.2"), value="stretch"),
            Band(start=Decimal("1.5"), value="unrealistic"),
        ]
    ),
    maximum_days=366,
)
TOP = Goal(
    id="top",
    holder="firm",
    subject="all",
    measure="amount",
    amount=1000,
    unit="USD",
    measured_by="invoices",
    span=YEAR,
    is_top=True,
)
GOAL = attrs.evolve(TOP, id="north", holder="north", amount=400, span=QUARTER, parent="top", is_top=False)
BEFORE = date(2019, 12, 1)
CRITERIA = ["specific", "measurable", "achievable", "relevant", "time_bound"]


LIFE = PolicyLife(status="in_force", scope="all", owner="ops", approver="boss", effective=DateRange(date(2019, 1, 1)))


def check(goal=GOAL, history=400, parent=TOP, as_of=BEFORE, policy=POLICY, life=LIFE):
    whole = QuotaPolicy(life=life, rounding=Rounding(digits=2, mode="half_up"), goals=policy)
    return check_goal(goal, whole, as_of, history=None if history is None else Decimal(history), parent=parent)


def findings(decision) -> list[str]:
    return [reason.code.removeprefix("quotas.goal_") for reason in decision.reasons if reason.severity != Severity.INFO]


def met(decision) -> list[str]:
    return [reason.parameters["criterion"] for reason in decision.reasons if reason.severity is Severity.INFO]


def test_a_good_goal_meets_every_criterion_and_says_so() -> None:
    decision = check()
    assert (decision.outcome, met(decision)) == (Outcome.ALLOW, CRITERIA)


@pytest.mark.parametrize("field", ["holder", "subject", "measure"])
def test_specific_names_holder_subject_and_a_known_measure(field) -> None:
    decision = check(
        attrs.evolve(GOAL, **{field: " "}), parent=attrs.evolve(TOP, measure=" ") if field == "measure" else TOP
    )
    assert (decision.outcome, findings(decision)) == (Outcome.DENY, ["not_specific"])
    reason = decision.reasons[0]
    assert (reason.parameters["missing"], reason.path) == (field, f"goal.{field}")
    assert met(decision) == CRITERIA[1:]


@pytest.mark.parametrize("field", ["unit", "measured_by"])
def test_measurable_names_unit_and_source(field) -> None:
    decision = check(attrs.evolve(GOAL, **{field: ""}), parent=attrs.evolve(TOP, unit="") if field == "unit" else TOP)
    assert findings(decision) == ["not_measurable"]
    assert decision.reasons[1].parameters["missing"] == field


def test_a_goal_without_an_amount_is_neither_measurable_nor_achievable() -> None:
    decision = check(attrs.evolve(GOAL, amount=None))
    assert findings(decision) == ["not_measurable", "not_measurable"]
    assert met(decision) == ["specific", "relevant", "time_bound"]


@pytest.mark.parametrize(
    ("amount", "outcome", "code", "limit"),
    [
        ("359.99", Outcome.WARN, "too_low", Fraction(-1, 10)),
        ("360", Outcome.ALLOW, None, None),
        ("479.99", Outcome.ALLOW, None, None),
        ("480", Outcome.WARN, "too_high", Fraction(1, 5)),
        ("599.99", Outcome.WARN, "too_high", Fraction(1, 5)),
        ("600", Outcome.DENY, "too_high", Fraction(1, 2)),
    ],
)
def test_achievable_against_history_at_every_bound(amount, outcome, code, limit) -> None:
    decision = check(attrs.evolve(GOAL, amount=amount))
    assert (decision.outcome, findings(decision)) == (outcome, [code] if code else [])
    if code:
        reason = next(reason for reason in decision.reasons if reason.severity != Severity.INFO)
        assert reason.parameters["growth"] == Fraction(Decimal(amount)) / 400 - 1
        assert (reason.parameters["limit"], reason.policy.type) == (limit, "GoalPolicy")


@pytest.mark.parametrize("history", [None, 0, -5])
def test_without_history_a_goal_is_warned_of(history) -> None:
    decision = check(history=history)
    assert (decision.outcome, findings(decision)) == (Outcome.WARN, ["without_history"])


def test_a_table_with_an_open_lowest_verdict_has_no_limit_there() -> None:
    low = attrs.evolve(POLICY, growth=BandTable(bands=[Band(start=None, value="stretch")]))
    decision = check(policy=low)
    assert decision.reasons[2].parameters["limit"] is None


def test_relevant_serves_a_parent_or_is_the_highest() -> None:
    assert findings(check(parent=None)) == ["without_parent"]
    assert findings(check(attrs.evolve(GOAL, parent="else"))) == ["without_parent"]
    assert findings(check(attrs.evolve(GOAL, parent=None), parent=None)) == ["without_parent"]
    assert findings(check(TOP, history=1000, parent=None)) == []
    assert findings(check(attrs.evolve(GOAL, is_top=True), parent=None)) == ["without_parent"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": "quantity"}, "measure"),
        ({"unit": "EUR"}, "unit"),
        ({"span": DateRange(date(2020, 12, 1), date(2021, 1, 2))}, "span"),
        ({"amount": "1000.01"}, "amount"),
    ],
)
def test_relevant_fits_into_its_parent(changes, field) -> None:
    decision = check(attrs.evolve(GOAL, **changes), history=1000 if field == "amount" else 400)
    assert findings(decision) == ["not_serving"]
    assert next(r for r in decision.reasons if r.code.endswith("not_serving")).parameters["field"] == field


def test_the_whole_parent_and_its_whole_span_are_not_too_much() -> None:
    assert findings(check(attrs.evolve(GOAL, amount=1000, span=YEAR), history=1000)) == []


def test_a_market_share_may_exceed_its_parents() -> None:
    parent = attrs.evolve(TOP, measure="market_share", unit="share", amount="0.1")
    goal = attrs.evolve(GOAL, measure="market_share", unit="share", amount="0.2")
    assert findings(check(goal, history="0.2", parent=parent)) == []


def test_time_bound_has_an_end_ahead_and_is_not_too_long() -> None:
    assert findings(check(attrs.evolve(GOAL, span=None))) == ["not_time_bound"]
    open_end = check(attrs.evolve(GOAL, span=DateRange(date(2020, 1, 1))))
    assert findings(open_end) == ["not_serving", "not_time_bound"]
    assert findings(check(as_of=date(2020, 3, 31))) == []
    assert findings(check(as_of=date(2020, 4, 1))) == ["already_over"]
    two = attrs.evolve(TOP, span=DateRange(date(2020, 1, 1), date(2021, 1, 2)))
    assert findings(check(two, history=1000, parent=None)) == ["too_long"]
    assert findings(check(two, history=1000, parent=None, policy=attrs.evolve(POLICY, maximum_days=367))) == []
    assert findings(check(two, history=1000, parent=None, policy=attrs.evolve(POLICY, maximum_days=None))) == []


def test_a_draft_with_nothing_but_an_id_hears_everything_at_once() -> None:
    decision = check(Goal(id="draft"), history=None, parent=None)
    assert decision.outcome is Outcome.DENY
    assert findings(decision) == [
        "not_specific", "not_specific", "not_specific", "not_measurable", "not_measurable", "not_measurable",
        "not_measurable", "without_parent", "not_time_bound",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "buffer", "is_fine"),
    [
        (["600", "400"], None, True),
        (["600", "400.01"], None, False),
        (["600", "399.99"], None, False),
        (["650", "400"], "5%", True),
        (["650", "400.01"], "5%", False),
        (["600", "400"], "5%", True),
        (["600", "399.99"], "5%", False),
        ([], None, False),
    ],
)
def test_children_sum_to_their_parent_or_up_to_its_buffer(amounts, buffer, is_fine) -> None:
    children = [attrs.evolve(GOAL, id=str(index), amount=amount) for index, amount in enumerate(amounts)]
    decision = check_goal_children(TOP, children, buffer=Rate.parse(buffer) if buffer else None)
    assert decision.is_allowed is is_fine
    if not is_fine:
        assert decision.reasons[0].parameters["children"] == sum(map(Decimal, amounts), Decimal(0))


@pytest.mark.parametrize("changes", [{"amount": None}, {"unit": "EUR"}, {"measure": "market_share"}])
def test_children_that_do_not_add_up_are_an_error(changes) -> None:
    with pytest.raises(InvalidValue, match="north"):
        check_goal_children(TOP, [attrs.evolve(GOAL, **changes)])


def test_a_whole_goal_becomes_a_quota() -> None:
    quota = GOAL.to_quota()
    assert (quota.id, quota.holder, quota.amount, quota.span) == ("north", "north", 400, QUARTER)
    for field in ("amount", "span"):
        with pytest.raises(InvalidValue) as caught:
            attrs.evolve(GOAL, **{field: None}).to_quota()
        assert caught.value.field == field


def test_a_policy_that_is_not_in_force_judges_no_goal() -> None:
    ended = attrs.evolve(LIFE, effective=DateRange(date(2019, 1, 1), BEFORE))
    assert [reason.code for reason in check(life=ended).reasons] == ["core.policy_not_in_force"]
    with pytest.raises(InvalidValue, match=r"^quotas.goals: "):
        check(policy=None)


def test_an_overdue_review_warns_beside_the_verdict() -> None:
    overdue = attrs.evolve(LIFE, next_review=date(2019, 11, 30))
    decision = check(life=overdue)
    assert (decision.outcome, decision.reasons[0].code) == (Outcome.WARN, "core.review_overdue")
    assert len(decision.reasons) == 1 + len(CRITERIA)
