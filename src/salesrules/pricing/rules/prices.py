"""Whether a price may be given: list price, floor, and a discount by the authority of whoever gives it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from salesrules.core import (
    ApprovalEvidence,
    Decision,
    Money,
    PolicyReference,
    Reason,
    Side,
    check_life,
    combine_decisions,
    decide,
    narrowed,
)
from salesrules.pricing import reasons as codes
from salesrules.pricing.model import Buyer, SalesLine
from salesrules.pricing.policy import DiscountPolicy, PricePoint, PricingPolicy
from salesrules.pricing.rules.asking import Asker, Authority
from salesrules.pricing.rules.places import place_in

__all__ = ["JudgedPrice", "check_price", "find_price", "judge_price"]


def find_price(line: SalesLine, buyer: Buyer, policy: PricingPolicy, as_of: date) -> PricePoint | None:
    """The list price and the floor of a line on a day; `None` where no row or no break prices it.

    Raises `AmbiguousDay` where several rows do.
    """
    row = policy.price_row(line.product, buyer.customer_type, line.unit_price.currency, as_of)
    place = None if row is None else place_in(row.breaks, line.quantity)
    return None if row is None or place is None else row.breaks.bands[place].value


def check_price(
    line: SalesLine,
    buyer: Buyer,
    policy: PricingPolicy,
    as_of: date,
    *,
    seller: str,
    authority: Authority | None = None,
    evidence: Iterable[ApprovalEvidence] = (),
    subject: str | None = None,
    path: str = "line",
) -> Decision:
    """Whether a line's price may be given to a buyer at the list prices of a day.

    Up to the discount that is free for all it is allowed; beyond it, where `authority` allows the seller the act, or
    `evidence` of somebody else names it and the `subject` (the line's id unless given); else it is referred to whom
    authority names, or denied. Below the floor only the policy's `floor_act` helps. A price above the list warns.
    `headroom` is how far the price is above the floor, `changes_at` when the price list or an authority ends.

    >>> from salesrules.core import Band, BandTable, DateRange, PolicyLife, Rate, Rounding
    >>> from salesrules.pricing import PriceRow, QuotationPolicy
    >>> always = DateRange(date(2026, 1, 1))
    >>> point = PricePoint(list=Money(100, "CNY"), floor=Money(80, "CNY"))
    >>> row = PriceRow(id="p", product="pump", effective=always, breaks=BandTable(bands=[Band(start=1, value=point)]))
    >>> policy = PricingPolicy(
    ...     life=PolicyLife(status="in_force", scope="all", owner="ops", approver="head", effective=always),
    ...     rounding=Rounding(digits=2, mode="half_up"),
    ...     prices=[row],
    ...     discounts=DiscountPolicy(id="d", free=Rate.parse("5%")),
    ...     stacking="best",
    ...     quotations=QuotationPolicy(id="q"),
    ... )
    >>> line = SalesLine(id="1", product="pump", quantity=3, unit_price=Money(95, "CNY"))
    >>> check_price(line, Buyer(customer="c1"), policy, date(2026, 6, 1), seller="li").headroom
    Money('15', 'CNY')
    """
    life = check_life(policy.life, as_of, "PricingPolicy")
    if not life.is_allowed:
        return life
    asker = Asker(seller=seller, authority=authority, evidence=tuple(evidence), subject=subject or line.id, as_of=as_of)
    judged = judge_price(line, buyer, policy, as_of, asker, path)
    ends = Decision(outcome=life.outcome, reasons=life.reasons, changes_at=judged.list_end)
    return attrs.evolve(combine_decisions([ends, judged.decision]), headroom=judged.headroom)


@attrs.frozen(kw_only=True)
class JudgedPrice:
    """The decision on one line's price, when its price list ends, and how far it is above the floor."""

    decision: Decision
    list_end: date | None = None
    headroom: Money | None = None


def judge_price(
    line: SalesLine, buyer: Buyer, policy: PricingPolicy, as_of: date, asker: Asker, path: str
) -> JudgedPrice:
    """What is to be said of a line's price, whatever the life of the policy."""
    row = policy.price_row(line.product, buyer.customer_type, line.unit_price.currency, as_of)
    if row is None:
        missing = codes.PRICE_MISSING(
            product=line.product,
            customer_type=buyer.customer_type,
            currency=line.unit_price.currency,
            day=as_of,
            path=f"{path}.product",
        )
        return JudgedPrice(decision=decide([missing]))
    place = place_in(row.breaks, line.quantity)
    if place is None:
        outside = codes.QUANTITY_OUTSIDE(
            product=line.product,
            quantity=line.quantity,
            minimum=row.breaks.bands[0].start,
            maximum=row.breaks.end,
            path=f"{path}.quantity",
            policy=PolicyReference("PriceRow", row.id, "breaks"),
        )
        return JudgedPrice(decision=decide([outside]), list_end=row.effective.end)
    point = row.breaks.bands[place].value
    where = PolicyReference("PriceRow", row.id, f"breaks.bands[{place}].value")
    return JudgedPrice(
        decision=_judged(line, point, policy.discounts, asker, where, f"{path}.unit_price"),
        list_end=row.effective.end,
        headroom=max(line.unit_price - point.floor, Money.zero(row.currency)),
    )


def _judged(
    line: SalesLine, point: PricePoint, rule: DiscountPolicy, asker: Asker, where: PolicyReference, path: str
) -> Decision:
    price, product = line.unit_price, line.product
    if price > point.list:
        return decide([codes.ABOVE_LIST(product=product, price=price, list_price=point.list, path=path, policy=where)])
    if price < point.floor:
        below: Reason = codes.BELOW_FLOOR(product=product, price=price, floor=point.floor, path=path, policy=where)
        return asker.ask(below, rule.floor_act, 1 - price.ratio(point.floor), product)
    discount, free = 1 - price.ratio(point.list), Fraction(rule.free.value)
    if discount == 0 or discount < free or (discount == free and rule.side is Side.UPPER):
        return decide([])
    entry = PolicyReference("DiscountPolicy", rule.id, "free")
    refused = codes.DISCOUNT_NOT_GRANTED(
        product=product, discount=narrowed(discount), free=rule.free, path=path, policy=entry
    )
    return asker.ask(refused, rule.act, discount, product)
