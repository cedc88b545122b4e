"""Whether a quotation stands: version, validity, sums, promotions and prices, each finding at its path."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest

from salesrules.core import Band, BandTable, DateRange, InvalidValue, Money, Outcome, PolicyLife, Rate
from salesrules.pricing import Quotation, QuotationPolicy, QuotedDiscount, VolumeDiscount, check_quotation

DAY = date(2026, 6, 10)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def make_quotation(make_line, buyer):
    def make(**changes):
        given = {
            "id": "Q7",
            "version": 2,
            "seller": "li",
            "buyer": buyer,
            "currency": "CNY",
            "issued": date(2026, 6, 1),
            "validity": DateRange(date(2026, 6, 1), date(2026, 7, 1)),
            "lines": [make_line(100, 2, amount=cny(200)), make_line("98.50", 1, id="2")],
            "total": cny("298.50"),
        }
        return Quotation(**(given | changes))

    return make


def found(decision) -> list[tuple[str, str]]:
    return [(reason.code.removeprefix("pricing."), reason.path) for reason in decision.reasons]


def test_a_sound_quotation_stands_until_its_validity_ends(make_quotation, make_policy) -> None:
    decision = check_quotation(make_quotation(), make_policy(), DAY)
    assert (decision.outcome, decision.reasons) == (Outcome.ALLOW, ())
    assert decision.changes_at == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "code", "changes"),
    [
        (date(2026, 5, 31), [("quotation_not_yet", "quotation.issued")], date(2026, 6, 1)),
        (date(2026, 6, 1), [], date(2026, 7, 1)),
        (date(2026, 6, 30), [], date(2026, 7, 1)),
        (date(2026, 7, 1), [("quotation_expired", "quotation.validity.end")], None),
    ],
)
def test_validity(make_quotation, make_policy, day, code, changes) -> None:
    decision = check_quotation(make_quotation(), make_policy(), day)
    assert found(decision) == code
    assert decision.changes_at == changes


@pytest.mark.parametrize(("days", "faults"), [(30, 0), (31, 1)])
def test_the_longest_validity(make_quotation, make_policy, days, faults) -> None:
    validity = DateRange(date(2026, 6, 1), date(2026, 6, 1) + timedelta(days=days))
    decision = check_quotation(make_quotation(validity=validity), make_policy(), DAY)
    assert found(decision) == [("validity_too_long", "quotation.validity")] * faults
    free = make_policy(quotations=QuotationPolicy(id="q"))
    assert check_quotation(make_quotation(validity=validity), free, DAY).outcome is Outcome.ALLOW
    with pytest.raises(InvalidValue):
        QuotationPolicy(id="q", maximum_days=0)


@pytest.mark.parametrize(("latest", "stands"), [(None, True), (1, True), (2, True), (3, False)])
def test_an_older_version_no_longer_stands(make_quotation, make_policy, latest, stands) -> None:
    decision = check_quotation(make_quotation(), make_policy(), DAY, latest_version=latest)
    assert found(decision) == ([] if stands else [("quotation_superseded", "quotation.version")])


def test_lines_sum_to_the_total(make_quotation, make_policy, make_line) -> None:
    wrong = make_quotation(
        lines=[make_line(100, 2, amount=cny("200.01")), make_line(99, 1, id="1")], total=cny("300.01")
    )
    decision = check_quotation(wrong, make_policy(), DAY, path="contract.quotation")
    assert found(decision) == [
        ("line_differs", "contract.quotation.lines[0].amount"),
        ("line_doubled", "contract.quotation.lines[1].id"),
        ("total_differs", "contract.quotation.total"),
    ]
    assert decision.reasons[2].parameters == {"stated": cny("300.01"), "expected": cny(299)}
    assert found(check_quotation(make_quotation(lines=[], total=cny(0)), make_policy(), DAY)) == [
        ("quotation_empty", "quotation.lines")
    ]


def test_a_line_is_rounded_as_policy_says(make_quotation, make_policy, make_line) -> None:
    third = make_line("99.99", "0.333", id="1", amount=cny("33.30"))  # 33.29667
    decision = check_quotation(make_quotation(lines=[third], total=cny("33.30")), make_policy(), DAY)
    assert found(decision) == [("quantity_outside", "quotation.lines[0].quantity")]


def test_prices_are_those_of_the_day_of_issue(make_quotation, make_policy, make_row) -> None:
    may = DateRange(date(2026, 1, 1), date(2026, 6, 5))
    policy = make_policy(
        prices=[make_row(effective=may), make_row("pump", (1, 200, 200), effective=DateRange(date(2026, 6, 5)))]
    )
    assert check_quotation(make_quotation(), policy, DAY).outcome is Outcome.ALLOW


def test_a_discount_on_a_line_is_approved_for_this_version_only(
    make_quotation, make_policy, make_line, make_evidence
) -> None:
    low = make_quotation(lines=[make_line(90)], total=cny(90))
    policy = make_policy()
    assert found(check_quotation(low, policy, DAY)) == [("discount_not_granted", "quotation.lines[0].unit_price")]
    # approved on the day of the question, after the issue
    good = make_evidence("Q7/2", day=DAY)
    assert check_quotation(low, policy, DAY, evidence=[good]).is_allowed
    old = make_evidence("Q7/1")
    assert check_quotation(low, policy, DAY, evidence=[old]).outcome is Outcome.DENY


def test_promotions_are_as_calculated(make_quotation, make_policy, make_promotion) -> None:
    rates = BandTable(bands=[Band(start=2, value=Rate.parse("10%"))])
    promotion = make_promotion("spring", VolumeDiscount(by="quantity", rates=rates))
    policy = make_policy(promotions=[promotion])

    def check(amount: object, total: object, id: str = "spring", policy=policy):
        stated = make_quotation(discounts=[QuotedDiscount(promotion=id, amount=cny(amount))], total=cny(total))
        return found(check_quotation(stated, policy, DAY))

    assert check("29.85", "268.65") == []
    assert check("29.86", "268.64") == [("discount_differs", "quotation.discounts[0].amount")]
    assert check("29.85", "298.50") == [("total_differs", "quotation.total")]
    assert check("0", "298.50", "sprnig") == [("promotion_unknown", "quotation.discounts[0].promotion")]
    over = attrs.evolve(promotion, window=DateRange(date(2026, 1, 1), date(2026, 6, 1)))
    decision = check("29.85", "268.65", policy=make_policy(promotions=[over]))
    assert decision == [("promotion_over", "quotation.discounts[0].promotion")]


def test_a_promotion_that_does_not_stack_with_another_is_refused(make_quotation, make_policy, make_promotion) -> None:
    rates = BandTable(bands=[Band(start=2, value=Rate.parse("10%"))])
    two = [make_promotion(id, VolumeDiscount(by="quantity", rates=rates)) for id in ("a", "b")]
    off = [QuotedDiscount(promotion=id, amount=cny("29.85")) for id in ("a", "b")]
    both = make_quotation(discounts=off, total=cny("238.80"))
    found_ = found(check_quotation(both, make_policy(promotions=two, stacking="best"), DAY))
    assert found_ == [("promotion_not_stacked", "quotation.discounts[1].promotion")]


def test_amounts_in_another_currency_are_all_named(make_quotation, make_policy, make_line) -> None:
    dollar = Money(100, "USD")
    wrong = make_quotation(
        lines=[attrs.evolve(make_line(100), unit_price=dollar, amount=dollar)],
        discounts=[QuotedDiscount(promotion="p", amount=dollar)],
        total=dollar,
    )
    assert found(check_quotation(wrong, make_policy(), DAY)) == [
        ("currency_differs", "quotation.lines[0].unit_price"),
        ("currency_differs", "quotation.lines[0].amount"),
        ("currency_differs", "quotation.discounts[0].amount"),
        ("currency_differs", "quotation.total"),
        ("price_missing", "quotation.lines[0].product"),
    ]
    total_only = make_quotation(total=Money("298.50", "USD"))
    assert found(check_quotation(total_only, make_policy(), DAY)) == [("currency_differs", "quotation.total")]


def test_a_draft_policy_says_nothing_of_a_quotation(make_quotation, make_policy) -> None:
    draft = PolicyLife(status="draft", scope="s", owner="o", effective=DateRange(date(2010, 1, 1)))
    decision = check_quotation(make_quotation(total=cny(1)), make_policy(life=draft), DAY)
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]


def test_impossible_quotations_are_refused(make_quotation) -> None:
    for changes in ({"version": 0}, {"version": True}, {"validity": DateRange(date(2026, 1, 1))}):
        with pytest.raises(InvalidValue):
            make_quotation(**changes)
    issued = date(2026, 6, 30)  # the last day on which it is valid
    assert make_quotation(issued=issued).issued == issued
    with pytest.raises(InvalidValue, match="give a day after the day of issue"):
        make_quotation(issued=date(2026, 7, 1))
    assert make_quotation().reference == "Q7/2"
    assert make_quotation().lines[1].exact_amount.amount == Decimal("98.50")
