"""What is wrong with a price policy beyond its single fields."""

from __future__ import annotations

from datetime import date

from salesrules.core import DateRange, Money, Rate
from salesrules.pricing import Draw, JointDiscount, Points, Prize, PromotionLimit, check_policy


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def found(policy) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("pricing."), fault.path) for fault in check_policy(policy)]


def test_a_plain_policy_has_no_fault(make_policy) -> None:
    assert check_policy(make_policy()) == ()


def test_rows_for_the_same_customers_do_not_overlap(make_policy, make_row) -> None:
    half = DateRange(date(2026, 6, 30))
    overlapping = [make_row(id="a"), make_row(id="b", effective=half)]
    assert found(make_policy(prices=overlapping)) == [("prices_overlap", "prices[1].effective")]
    after = DateRange(date(2027, 1, 1))
    types = [
        make_row(id=str(index), customer_types=kinds) for index, kinds in enumerate((["a"], ["b", "a"], ["c"], []))
    ]
    assert found(make_policy(prices=types)) == [("prices_overlap", "prices[1].effective")]
    assert (
        found(make_policy(prices=[make_row(id="a"), make_row(id="b", effective=after), make_row("hose", id="c")])) == []
    )


def test_ids_are_used_once(make_policy, make_row, make_promotion) -> None:
    joint = JointDiscount(together_with=["x"], rate=Rate(0))
    twice = [make_promotion("p", joint, partner="x")] * 2
    rows = [make_row(), make_row("hose", id="pump-list")]
    assert found(make_policy(prices=rows, promotions=twice)) == [
        ("duplicate_id", "prices[1].id"),
        ("duplicate_id", "promotions[1].id"),
    ]


def test_amounts_of_a_promotion_are_in_one_currency_and_no_finer_than_amounts(make_policy, make_promotion) -> None:
    dollars = PromotionLimit(value=Money(5, "USD"))
    fine = PromotionLimit(value=cny("0.005"))
    points = Points(per=cny(1), points=1, value=Money("0.1", "USD"))
    draw = Draw(per=cny(1), tickets=5, prizes=[Prize(name="x", count=1, value=Money(1, "USD"))])
    promotions = [
        make_promotion("a", points, total=dollars, per_customer=fine),
        make_promotion("b", draw),
        make_promotion("c", Draw(per=cny(1), tickets=5, prizes=[])),
    ]
    assert found(make_policy(promotions=promotions)) == [
        ("currencies_mixed", "promotions[0].benefit.value"),
        ("currencies_mixed", "promotions[0].total.value"),
        ("currencies_mixed", "promotions[1].benefit.prizes[0].value"),
        ("draw_without_prizes", "promotions[2].benefit.prizes"),
        ("limit_too_fine", "promotions[0].per_customer.value"),
    ]
