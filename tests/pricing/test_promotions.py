"""What each type of promotion gives, its window, limits, cost and derivation; expectations by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import Band, BandTable, CurrencyMismatch, DateRange, Derivation, InvalidValue, Money, Rate
from salesrules.pricing import (
    BundledGift,
    Buyer,
    Draw,
    FreeTrial,
    Gift,
    JointDiscount,
    LimitedTimePrice,
    Points,
    Prize,
    PromotionLimit,
    PromotionUse,
    ThresholdGift,
    VolumeDiscount,
    calculate_benefits,
)

DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def volume(*steps: tuple[int, str], by: str = "quantity") -> VolumeDiscount:
    bands = [Band(start=start, value=Rate.parse(rate)) for start, rate in steps]
    return VolumeDiscount(by=by, rates=BandTable(bands=bands))


def off(rate: str) -> VolumeDiscount:
    return volume((0, rate))


@pytest.fixture
def benefits(make_policy, buyer):
    def calculate(promotions, lines, day=DAY, uses=(), buyer=buyer, **policy):
        made = make_policy(promotions=promotions, **policy)
        result = calculate_benefits(lines, buyer, made, day, currency="CNY", uses=uses)
        assert result.derivation().recompute() == result.value.amount
        for one in result.benefits:
            assert one.derivation.recompute() == one.value.amount
            assert one.partner_derivation.recompute() == one.partner_part.amount
            assert one.budget_part + one.partner_part == one.value
        return result

    return calculate


def codes(result) -> list[str]:
    return [reason.code.removeprefix("pricing.promotion_") for reason in result.left_out]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("9.99", None), ("10", "30"), ("49", "147"), ("50", "250")],
)
def test_volume_discount_by_quantity(benefits, make_promotion, make_line, quantity, expected) -> None:
    promotion = make_promotion("p", volume((10, "3%"), (50, "5%")))
    result = benefits([promotion], [make_line(100, quantity)])
    assert result.discount == cny(expected or 0)
    assert codes(result) == ([] if expected else ["not_reached"])


def test_volume_discount_by_amount_counts_all_eligible_lines(benefits, make_promotion, make_line) -> None:
    lines = [make_line("33.33", 3, id="a"), make_line("0.01", 1, id="b"), make_line(500, 1, "hose", id="c")]
    promotion = make_promotion("p", volume((100, "10%"), by="amount"), products=["pump"])
    result = benefits([promotion], lines)
    assert result.discount == cny("10.00")
    assert dict(result.benefits[0].by_line) == {"a": cny("10.00"), "b": cny("0.00")}
    assert codes(benefits([promotion], lines[:1])) == ["not_reached"]  # 99.99


def test_a_discount_is_split_over_its_lines_to_the_cent(benefits, make_promotion, make_line) -> None:
    lines = [make_line(10, 1, id=str(number)) for number in range(3)]
    (one,) = benefits([make_promotion("p", off("3.33%"))], lines).benefits
    assert one.discount == cny("1.00")
    assert [str(part.amount) for _, part in one.by_line] == ["0.34", "0.33", "0.33"]


@pytest.mark.parametrize(
    ("side", "repeats", "amount", "gifts"),
    [
        ("lower", False, "999.99", 0), ("lower", False, "1000", 2), ("lower", False, "3000", 2),
        ("lower", True, "1999.99", 2), ("lower", True, "2000", 4),
        ("upper", False, "1000", 0), ("upper", False, "1000.01", 2),
        ("upper", True, "2000", 2), ("upper", True, "2000.01", 4),
    ],
)  # fmt: skip
def test_threshold_gift(benefits, make_promotion, make_line, side, repeats, amount, gifts) -> None:
    gift = ThresholdGift(threshold=cny(1000), side=side, gift="cap", quantity=2, repeats=repeats, value=cny("7.50"))
    result = benefits([make_promotion("p", gift)], [make_line(amount)])
    assert result.value == cny("7.50") * gifts
    assert result.discount == cny(0)
    assert [one.gifts for one in result.benefits] == ([(Gift(product="cap", quantity=gifts),)] if gifts else [])


@pytest.mark.parametrize(("quantity", "free"), [("9", 0), ("10", 1), ("19.5", 1), ("20", 2)])
def test_bundled_gift(benefits, make_promotion, make_line, quantity, free) -> None:
    gift = BundledGift(buy=10, gift="pump", value=cny(60))
    result = benefits([make_promotion("p", gift)], [make_line(100, quantity)])
    assert sum(gift.quantity for one in result.benefits for gift in one.gifts) == free
    assert result.value == cny(60) * free


def test_a_bundle_of_several_gifts(benefits, make_promotion, make_line) -> None:
    gift = BundledGift(buy=3, gift="cap", quantity=2, value=cny(5))
    (one,) = benefits([make_promotion("p", gift)], [make_line(100, 7)]).benefits
    assert (one.gifts, one.value) == ((Gift(product="cap", quantity=4),), cny(20))


def test_points(benefits, make_promotion, make_line) -> None:
    points = make_promotion("p", Points(per=cny(100), points=3, value=cny("0.05")))
    result = benefits([points], [make_line("299.99")])
    assert [one.points for one in result.benefits] == [6]
    assert result.value == cny("0.30")
    assert codes(benefits([points], [make_line("99.99")])) == ["not_reached"]


def test_limited_time_price(benefits, make_promotion, make_line) -> None:
    price = make_promotion("p", LimitedTimePrice(price=cny("89.90")), products=["pump"])
    lines = [
        make_line(100, 3, id="a"),
        make_line("89.90", 2, id="b"),
        make_line(80, 2, id="c"),
        make_line(5, 1, "hose", "d"),
    ]
    (one,) = benefits([price], lines).benefits
    assert dict(one.by_line) == {"a": cny("30.30")}
    assert codes(benefits([price], lines[1:3])) == ["not_reached"]


def test_a_draw_gives_chances_worth_their_part_of_the_prizes(benefits, make_promotion, make_line) -> None:
    prizes = [Prize(name="bike", count=1, value=cny(900)), Prize(name="cap", count=10, value=cny(10))]
    draw = make_promotion("p", Draw(per=cny(200), chances=2, tickets=300, prizes=prizes))
    (one,) = benefits([draw], [make_line(700)]).benefits
    assert (one.chances, one.value) == (6, cny("20.00"))  # 6 of 300 chances on 1,000
    # however large the order, chances are never worth more than the prizes: 300 of them
    (one,) = benefits([draw], [make_line(1_000_000)]).benefits
    assert (one.chances, one.value) == (300, cny(1000))
    assert codes(benefits([draw], [make_line(199)])) == ["not_reached"]
    before = [PromotionUse(promotion="p", customer="c2", value=cny(1000))]
    assert codes(benefits([draw], [make_line(700)], uses=before)) == ["used_up"]
    capped = attrs.evolve(draw, total=PromotionLimit(value=cny(10)))
    assert benefits([capped], [make_line(700)]).benefits[0].chances == 3


def test_free_trial(benefits, make_promotion, make_line) -> None:
    trial = make_promotion("p", FreeTrial(days=14, quantity=2, value=cny(100)))
    (one,) = benefits([trial], [make_line(100, 5)]).benefits
    assert (one.trial_end, one.value, one.discount) == (date(2026, 6, 15), cny(200), cny(0))
    assert benefits([trial], [make_line(100, 1)]).value == cny(100)


def test_joint_promotion_wants_the_partners_product_and_names_the_partner(benefits, make_promotion, make_line) -> None:
    joint = make_promotion(
        "p",
        JointDiscount(together_with=["oil"], rate=Rate.parse("10%")),
        products=["pump"],
        partner="oil works",
        partner_share=Rate.parse("33.3%"),
    )
    alone = [make_line(100, 1)]
    assert codes(benefits([joint], alone)) == ["not_reached"]
    (one,) = benefits([joint], [*alone, make_line(50, 1, "oil", "2")]).benefits
    assert (one.value, one.partner_part, one.budget_part) == (cny("10.00"), cny("3.33"), cny("6.67"))
    result = benefits([joint], [*alone, make_line(50, 1, "oil", "2")])
    assert result.by_budget_line() == {"promotion": cny("6.67")}
    assert result.to_records()[0]["partner"] == "oil works"
    with pytest.raises(InvalidValue, match="names its partner"):
        make_promotion("p", JointDiscount(together_with=["oil"], rate=Rate.parse("10%")))
    with pytest.raises(InvalidValue, match="name the partner"):
        make_promotion("p", off("1%"), partner_share=Rate.parse("1%"))


@pytest.mark.parametrize(
    ("day", "code", "changes"),
    [
        (date(2026, 4, 30), "not_started", date(2026, 5, 1)),
        (date(2026, 5, 1), None, date(2026, 7, 1)),
        (date(2026, 6, 30), None, date(2026, 7, 1)),
        (date(2026, 7, 1), "over", None),
    ],
)
def test_the_window(benefits, make_promotion, make_line, day, code, changes) -> None:
    promotion = make_promotion("p", off("10%"), window=DateRange(date(2026, 5, 1), date(2026, 7, 1)))
    result = benefits([promotion], [make_line()], day)
    assert codes(result) == ([code] if code else [])
    assert result.changes_at == changes


def test_customer_types_products_currency_and_minimum(benefits, make_promotion, make_line, make_policy) -> None:
    for_dealers = make_promotion("p", off("10%"), customer_types=["dealer"])
    guest = Buyer(customer="c2", customer_type="guest")
    assert codes(benefits([for_dealers], [make_line()], buyer=guest)) == ["other_customers"]
    assert benefits([for_dealers], [make_line()]).discount == cny(10)
    assert codes(benefits([make_promotion("p", off("1%"), products=["hose"])], [make_line()])) == ["other_products"]
    dollars = make_promotion("p", LimitedTimePrice(price=Money(1, "USD")))
    assert codes(benefits([dollars], [make_line()])) == ["other_currency"]
    least = make_promotion("p", off("10%"), minimum_quantity=Decimal(3))
    assert codes(benefits([least], [make_line(1, "2.99")])) == ["not_reached"]
    assert benefits([least], [make_line(1, 3)]).discount == cny("0.30")
    # what cannot begin for this buyer changes nothing
    later = make_promotion("p", off("1%"), customer_types=["x"], window=DateRange(date(2026, 7, 1)))
    assert benefits([later], [make_line()]).changes_at is None


def test_a_customer_and_all_customers_have_limits(benefits, make_promotion, make_line) -> None:
    uses = [PromotionUse(promotion="p", customer=name, value=cny(40)) for name in ("c1", "c1", "c2")]
    uses.append(PromotionUse(promotion="other", customer="c1", value=cny(999)))
    line = [make_line(1000)]

    def given(**limits):
        return benefits([make_promotion("p", off("10%"), **limits)], line, uses=uses)

    assert given(per_customer=PromotionLimit(times=3)).discount == cny(100)
    assert codes(given(per_customer=PromotionLimit(times=2))) == ["used_up"]
    assert given(total=PromotionLimit(times=4)).discount == cny(100)
    assert codes(given(total=PromotionLimit(times=3))) == ["used_up"]
    assert given(per_customer=PromotionLimit(value=cny(180))).discount == cny(100)
    cut = given(per_customer=PromotionLimit(value=cny("179.99")))
    assert cut.discount == cny("99.99")
    assert cut.benefits[0].cut.parameters["full"] == cny("100.00")
    assert given(total=PromotionLimit(value=cny(121))).discount == cny(1)
    assert codes(given(total=PromotionLimit(value=cny(120)))) == ["used_up"]
    assert codes(given(per_customer=PromotionLimit(value=cny(79)))) == ["used_up"]
    both = given(per_customer=PromotionLimit(value=cny(110)), total=PromotionLimit(value=cny(130)))
    assert both.discount == cny(10)


def test_gifts_stay_whole_where_a_limit_cuts_them(benefits, make_promotion, make_line) -> None:
    gift = BundledGift(buy=1, gift="cap", value=cny(8))
    limited = make_promotion("p", gift, total=PromotionLimit(value=cny(23)))
    (one,) = benefits([limited], [make_line(1, 5)]).benefits
    assert (one.gifts, one.value) == ((Gift(product="cap", quantity=2),), cny(16))
    too_little = make_promotion("p", gift, total=PromotionLimit(value=cny(7)))
    assert codes(benefits([too_little], [make_line(1, 5)])) == ["used_up"]
    free = make_promotion("p", BundledGift(buy=1, gift="cap", value=cny(0)), total=PromotionLimit(value=cny(1)))
    assert benefits([free], [make_line(1, 5)]).benefits[0].gifts[0].quantity == 5


def test_combined_promotions_apply_in_order_each_on_what_is_left(benefits, make_promotion, make_line) -> None:
    ten = make_promotion("a", off("10%"), order=1)
    price = make_promotion("b", LimitedTimePrice(price=cny(85)), order=2)
    lines = [make_line(100)]
    assert [one.discount for one in benefits([price, ten], lines).benefits] == [cny(10), cny(5)]
    swapped = [attrs.evolve(ten, order=3), price]
    assert [one.discount for one in benefits(swapped, lines).benefits] == [cny(15), cny("8.5")]
    for_hoses = make_promotion("c", off("50%"), products=["hose"], order=0)
    both = benefits([ten, for_hoses], [make_line(100), make_line(40, 1, "hose", "2")])
    assert [one.discount for one in both.benefits] == [cny(20), cny(12)]
    twice = [ten, attrs.evolve(ten, id="b")]
    assert benefits(twice, lines).discount == cny(19)


def test_best_takes_what_is_worth_most_and_exclusive_the_first(benefits, make_promotion, make_line) -> None:
    small, large = make_promotion("a", off("10%")), make_promotion("b", off("20%"))
    best = benefits([small, large], [make_line()], stacking="best")
    assert [one.promotion for one in best.benefits] == ["b"]
    assert codes(best) == ["not_stacked"]
    assert best.left_out[0].parameters == {"promotion": "a", "chosen": ("b",)}
    first = benefits([large, small], [make_line()], stacking="exclusive")
    assert [one.promotion for one in first.benefits] == ["a"]
    equal = benefits([attrs.evolve(small, id="z"), small], [make_line()], stacking="best")
    assert [one.promotion for one in equal.benefits] == ["a"]
    # one that gives nothing does not keep the others out
    out = attrs.evolve(small, minimum_quantity=Decimal(9))
    only = benefits([out, large], [make_line()], stacking="exclusive")
    assert [one.promotion for one in only.benefits] == ["b"]


@pytest.mark.parametrize(("rate", "chosen"), [("18.99%", ["a", "b"]), ("19%", ["a", "b"]), ("19.01%", ["z"])])
def test_one_that_stands_alone_beats_the_others_together_or_stays_out(
    benefits, make_promotion, make_line, rate, chosen
) -> None:
    two = [make_promotion(id, off("10%")) for id in ("a", "b")]
    alone = [make_promotion("z", off(rate), alone=True), make_promotion("y", off("1%"), alone=True)]
    result = benefits([*two, *alone], [make_line()])
    assert [one.promotion for one in result.benefits] == chosen
    assert {reason.parameters["promotion"] for reason in result.left_out} == {"a", "b", "y", "z"} - set(chosen)


def test_nothing_on_offer(benefits, make_line) -> None:
    result = benefits([], [make_line()])
    assert (result.discount, result.value, result.to_records(), result.changes_at) == (cny(0), cny(0), [], None)


def test_doubled_lines_and_foreign_prices_are_refused(benefits, make_promotion, make_line) -> None:
    with pytest.raises(InvalidValue, match=r"lines\[1\].id"):
        benefits([make_promotion("p", off("1%"))], [make_line(), make_line()])
    with pytest.raises(CurrencyMismatch):
        benefits([], [attrs.evolve(make_line(), unit_price=Money(1, "USD"))])


@pytest.mark.parametrize(
    "bad",
    [
        lambda: off("101%"),
        lambda: Points(per=cny(0), points=1, value=cny(0)),
        lambda: Points(per=cny(1), points=0, value=cny(0)),
        lambda: Points(per=cny(1), points=True, value=cny(0)),
        lambda: BundledGift(buy=1, gift="x", value=cny(-1)),
        lambda: JointDiscount(together_with=[], rate=Rate(0)),
        lambda: JointDiscount(together_with=["x"], rate=Rate.parse("-1%")),
        lambda: PromotionLimit(times=0),
        lambda: PromotionLimit(value=cny(0)),
    ],
)
def test_impossible_promotions_are_refused(bad) -> None:
    with pytest.raises(InvalidValue):
        bad()


def leaves(derivation: Derivation) -> list[Derivation]:
    return [derivation] if not derivation.terms else [leaf for term in derivation.terms for leaf in leaves(term)]


cents = st.integers(1, 99_999).map(lambda number: Decimal(number) / 100)
kinds = st.one_of(
    st.integers(0, 10_000).map(lambda number: off(f"{Decimal(number) / 100}%")),
    cents.map(lambda price: LimitedTimePrice(price=cny(price))),
    st.builds(lambda buy, value: BundledGift(buy=buy, gift="cap", value=cny(value)), st.integers(1, 9), cents),
    st.builds(lambda per, points: Points(per=cny(per), points=points, value=cny("0.01")), cents, st.integers(1, 9)),
)


@given(
    basket=st.lists(st.tuples(cents, st.integers(1, 30)), min_size=1, max_size=4),
    offers=st.lists(st.tuples(kinds, st.none() | cents, st.integers(0, 100)), min_size=1, max_size=4),
    stacking=st.sampled_from(["combine", "best", "exclusive"]),
)
@settings(max_examples=60, deadline=None)
def test_laws_of_benefits(basket, offers, stacking) -> None:
    """No line below zero, parts that sum, limits kept over repeated orders, derivations that compute themselves."""
    from salesrules.core import PolicyLife, Rounding
    from salesrules.pricing import DiscountPolicy, PricingPolicy, Promotion, QuotationPolicy, SalesLine

    year = DateRange(date(2026, 1, 1))
    policy = PricingPolicy(
        life=PolicyLife(status="draft", scope="s", owner="o", effective=year),
        rounding=Rounding(digits=2, mode="half_up"),
        discounts=DiscountPolicy(id="d"),
        promotions=[
            Promotion(
                id=str(number),
                window=year,
                benefit=benefit,
                total=PromotionLimit(value=limit and cny(limit)),
                budget_line="b",
                partner="x",
                partner_share=Rate(Decimal(share) / 100),
            )
            for number, (benefit, limit, share) in enumerate(offers)
        ],
        stacking=stacking,
        quotations=QuotationPolicy(id="q"),
    )
    lines = [
        SalesLine(id=str(number), product="p", quantity=quantity, unit_price=cny(price))
        for number, (price, quantity) in enumerate(basket)
    ]
    uses: list[PromotionUse] = []
    for _ in range(3):
        result = calculate_benefits(lines, Buyer(customer="c"), policy, DAY, currency="CNY", uses=uses)
        assert result.derivation().recompute() == result.value.amount
        rest = {line.id: line.exact_amount for line in lines}
        for one in result.benefits:
            assert sum((part.amount for _, part in one.by_line), Decimal(0)) == one.discount.amount
            assert Money.zero("CNY") <= one.partner_part <= one.value
            for id, part in one.by_line:
                rest[id] -= part
            uses.append(PromotionUse(promotion=one.promotion, customer="c", value=one.value))
        assert min(money.amount for money in rest.values()) >= 0
        assert {one.promotion for one in result.benefits} | {
            reason.parameters["promotion"] for reason in result.left_out
        } == {str(number) for number in range(len(offers))}
    for number, (_, limit, _) in enumerate(offers):
        used = sum((use.value.amount for use in uses if use.promotion == str(number)), Decimal(0))
        assert limit is None or used <= limit
