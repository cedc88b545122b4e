"""What is wrong with a policy: every fault at once, with its path, and none in a right one."""

from __future__ import annotations

from datetime import date

import pytest
from expense_kit import LADDER, STOP, control, eur, make_policy, months, tolerances

from salesrules.core import BandTable, DateRange, InvalidValue, Money, Rate
from salesrules.expenses import (
    BudgetPolicy,
    CarryPolicy,
    DuplicatePolicy,
    EvidencePolicy,
    ExcessPolicy,
    ExpenseLimit,
    LatePolicy,
    PaymentStep,
    ReviewPolicy,
    ReviewStep,
    check_policy,
)

ALWAYS = DateRange(date(2020, 1, 1))


def faults(policy):
    return [(fault.code.removeprefix("expenses."), fault.path) for fault in check_policy(policy)]


def limit(id, **changes):
    given = {"categories": ["travel"], "per": "day", "amount": eur(5), "effective": ALWAYS, **changes}
    return ExpenseLimit(id=id, **given)


def test_a_right_policy_and_one_that_sets_nothing_have_no_faults():
    assert faults(make_policy(control(), months())) == []
    assert faults(make_policy(budgets=None, reviews=None)) == []


def test_tolerances_grow_severer_and_leave_nothing_out():
    gap = BandTable(bands=tolerances(("0.5", "warn"), (1, "stop")).bands, end=2)
    found = faults(
        make_policy(control("a", gap, lines=["x"]), control("b", tolerances((0, "stop"), (1, "warn")), lines=["y"]))
    )
    assert found == [
        ("tolerance_gap", "budgets.controls[0].tolerances"),
        ("tolerance_gap", "budgets.controls[0].tolerances"),
        ("tolerance_order", "budgets.controls[1].tolerances.bands[1]"),
    ]


def test_two_tolerances_of_one_action_are_one():
    same = tolerances((0, "warn"), (1, "warn"))
    assert faults(make_policy(control(table=same))) == [("tolerance_order", "budgets.controls[0].tolerances.bands[1]")]


def test_controls_of_which_none_is_closer_are_ambiguous():
    same = make_policy(control("a", units=["n"]), control("a", categories=["c"]), control("b", units=["s"]))
    assert faults(same) == [
        ("duplicate_id", "budgets.controls[1].id"),
        ("ambiguous_control", "budgets.controls[1]"),
        ("ambiguous_control", "budgets.controls[2]"),
    ]
    assert faults(make_policy(control("a", units=["n"]), control("b", units=["s"]))) == []
    assert faults(make_policy(control("a", units=["n"]), control("b"), months())) == []
    assert faults(make_policy(control("a", lines=["n"]), control("b", lines=["m"]))) == []


def test_evidence_and_limits_are_of_known_categories_and_classes_in_the_currency_of_claims():
    gap = BandTable(bands=tolerances((1, ("x",))).bands, end=9)
    claims = {
        "evidence": [
            EvidencePolicy(id="e", categories=["travl"], required=gap),
            EvidencePolicy(id="e", required=tolerances((0, ("x",)))),
        ],
        "limits": [
            limit("l", categories=["gift"], amount=Money(5, "USD")),
            limit("m", categories=[]),
            limit("n", city_classes=["capital"]),
        ],
        "cities": {"Paris": "big"},
    }
    assert faults(make_policy(claims=claims)) == [
        ("duplicate_id", "claims.evidence[1].id"),
        ("unknown_category", "claims.evidence[0].categories[0]"),
        ("unknown_category", "claims.limits[0].categories[0]"),
        ("evidence_gap", "claims.evidence[0].required"),
        ("evidence_gap", "claims.evidence[0].required"),
        ("other_currency", "claims.limits[0].amount"),
        ("limit_for_nothing", "claims.limits[1].categories"),
        ("unknown_city_class", "claims.limits[2].city_classes[0]"),
    ]


def test_limits_of_which_none_is_closer_are_ambiguous():
    def found(*limits):
        return faults(make_policy(claims={"limits": limits, "cities": {"Paris": "big"}}))

    assert found(limit("a"), limit("b")) == [("ambiguous_limit", "claims.limits[1]")]
    assert found(limit("a", ranks=["r"]), limit("b", city_classes=["big"])) == [("ambiguous_limit", "claims.limits[1]")]
    ended = DateRange(date(2019, 1, 1), date(2020, 1, 1))
    for other in ({"per": "line"}, {"categories": ["meals"]}, {"effective": ended}, {"ranks": ["r"]}):
        assert found(limit("a"), limit("b", **other)) == []
    assert found(limit("a", ranks=["r"]), limit("b", ranks=["s"])) == []
    assert found(limit("a", city_classes=["big"]), limit("b", city_classes=["other"])) == []


def test_reviews_cannot_all_be_skipped_nor_take_the_tables_own_names():
    policy = ReviewPolicy(
        steps=[
            ReviewStep(id="a b", role="x", is_optional=True),
            ReviewStep(id="c", role="x", from_amount=Money(5, "USD")),
            ReviewStep(id="c", role="x", is_optional=True),
        ],
        payment=[PaymentStep(id="submit"), PaymentStep(id="c_approve"), PaymentStep(id="c_approve")],
    )
    assert faults(make_policy(reviews=policy)) == [
        ("duplicate_id", "reviews.steps[2].id"),
        ("duplicate_id", "reviews.payment[2].id"),
        ("no_review", "reviews.steps"),
        ("taken_name", "reviews.payment[0].id"),
        ("taken_name", "reviews.payment[1].id"),
        ("taken_name", "reviews.payment[2].id"),
        ("bad_name", "reviews.steps[0].id"),
        ("other_currency", "reviews.steps[1].from_amount"),
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: LatePolicy(id="l", days=-1),
        lambda: DuplicatePolicy(id="d", days=-1),
        lambda: DuplicatePolicy(id="d", tolerance=Rate.parse("-1%")),
        lambda: ExcessPolicy(id="e", firm_share=Rate.parse("101%")),
        lambda: ExcessPolicy(id="e", firm_share=Rate.parse("-1%")),
        lambda: CarryPolicy(id="c", share=Rate.parse("101%")),
        lambda: limit("l", amount=eur(-1)),
        lambda: control(table=tolerances((0, "shout"))),
        lambda: BudgetPolicy(id=" "),
    ],
)
def test_what_no_policy_can_say_is_refused(make):
    with pytest.raises(InvalidValue):
        make()


def test_the_kit_is_right():
    assert LADDER.bands[-1].side.value == STOP.bands[-1].side.value == "upper"
