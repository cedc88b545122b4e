"""What promotions give on an order: whom they are for, their limits, the partner's part, and how they stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import Derivation, Money, Operation, PolicyReference, Reason, exact_sum, narrowed, total
from salesrules.pricing import reasons as codes
from salesrules.pricing.model import Buyer, GrantedBenefit, GrantedBenefits, PromotionUse, SalesLine, uses_of
from salesrules.pricing.policy import (
    Draw,
    PricingPolicy,
    Promotion,
    PromotionLimit,
    Stacking,
)
from salesrules.pricing.rules.basket import Basket, begin_basket, rounded_derivation, split_money
from salesrules.pricing.rules.worth import Worth, of_pieces, pieces_within, worth_of

__all__ = ["calculate_benefits"]


def calculate_benefits(
    lines: Iterable[SalesLine],
    buyer: Buyer,
    policy: PricingPolicy,
    as_of: date,
    *,
    currency: str,
    uses: Iterable[PromotionUse] = (),
) -> GrantedBenefits:
    """What the promotions of a day give on an order, by the policy's stacking; each benefit with its derivation.

    `uses` are those before this order. Every promotion that gives nothing is named in `left_out`, with why;
    `changes_at` is the next day on which one that is for these customers and products begins or ends.

    Raises `InvalidValue` for two lines of one id and `CurrencyMismatch` for a price in another currency.
    """
    basket = begin_basket(lines, currency, policy.rounding)
    asked = _Asked(buyer=buyer, policy=policy, as_of=as_of, uses=tuple(uses))
    left_out: list[Reason] = []
    able: list[Promotion] = []
    days: list[date] = []
    for promotion in sorted(policy.promotions, key=lambda one: (one.order, one.id)):
        barred = list(_barred(promotion, basket, asked))
        if not barred or barred[0].code == codes.PROMOTION_NOT_STARTED.code:
            ends = (promotion.window.start, promotion.window.end)
            days += [day for day in ends if day is not None and day > as_of]
        if barred:
            left_out.append(barred[0])
        else:
            able.append(promotion)
    granted, refused = _stacked(able, basket, asked)
    return GrantedBenefits(
        currency=currency, benefits=granted, left_out=(*left_out, *refused), changes_at=min(days, default=None)
    )


@attrs.frozen(kw_only=True)
class _Asked:
    """Who asks, by which policy, when, and what was given before."""

    buyer: Buyer
    policy: PricingPolicy
    as_of: date
    uses: tuple[PromotionUse, ...]


def _barred(promotion: Promotion, basket: Basket, asked: _Asked) -> Iterator[Reason]:
    """Why a promotion is not for this buyer, these lines or this day, whatever they come to; the day comes last."""
    where = _entry(promotion, "customer_types")
    kind = asked.buyer.customer_type
    if promotion.customer_types and kind not in promotion.customer_types:
        yield codes.PROMOTION_OTHER_CUSTOMERS(promotion=promotion.id, customer_type=kind, policy=where)
    if not basket.of(promotion.products):
        yield codes.PROMOTION_OTHER_PRODUCTS(promotion=promotion.id, policy=_entry(promotion, "products"))
    other = [money.currency for money in _moneys(promotion) if money.currency != basket.currency]
    if other:
        where = _entry(promotion, "benefit")
        yield codes.PROMOTION_OTHER_CURRENCY(promotion=promotion.id, currency=other[0], policy=where)
    where = _entry(promotion, "window")
    if asked.as_of < promotion.window.start:
        yield codes.PROMOTION_NOT_STARTED(promotion=promotion.id, start=promotion.window.start, policy=where)
    elif asked.as_of not in promotion.window:
        yield codes.PROMOTION_OVER(promotion=promotion.id, last_day=promotion.window.last, policy=where)


def _moneys(promotion: Promotion) -> list[Money]:
    """Every amount that a promotion names."""
    limits = [promotion.per_customer.value, promotion.total.value]
    fields = [getattr(promotion.benefit, name, None) for name in ("threshold", "per", "value", "price")]
    pot = promotion.benefit.pot if isinstance(promotion.benefit, Draw) else None
    return [money for money in (*fields, *limits, pot) if isinstance(money, Money)]


def _stacked(
    able: Sequence[Promotion], basket: Basket, asked: _Asked
) -> tuple[tuple[GrantedBenefit, ...], list[Reason]]:
    """The benefits that the stacking rule leaves, and why the others fell away."""
    if asked.policy.stacking is Stacking.COMBINE:
        joined, refused = _in_order([one for one in able if not one.alone], basket, asked)
        alone, also_refused = _each([one for one in able if one.alone], basket, asked)
        refused += also_refused
        best = max(alone, key=lambda one: one.value.amount, default=None)
        if best is None or best.value <= total((one.value for one in joined), basket.currency):
            chosen, others = joined, alone
        else:
            chosen, others = (best,), (*joined, *(one for one in alone if one is not best))
    else:
        each, refused = _each(able, basket, asked)
        if asked.policy.stacking is Stacking.BEST:
            first = max(each, key=lambda one: one.value.amount, default=None)
        else:
            first = next(iter(each), None)
        chosen = () if first is None else (first,)
        others = tuple(one for one in each if one is not first)
    names = tuple(one.promotion for one in chosen)
    where = PolicyReference("PricingPolicy", "", "stacking")
    fallen = [codes.PROMOTION_NOT_STACKED(promotion=one.promotion, chosen=names, policy=where) for one in others]
    return chosen, refused + fallen


def _in_order(
    promotions: Iterable[Promotion], basket: Basket, asked: _Asked
) -> tuple[tuple[GrantedBenefit, ...], list[Reason]]:
    granted: list[GrantedBenefit] = []
    refused: list[Reason] = []
    for promotion in promotions:
        result = _granted(promotion, basket, asked)
        if isinstance(result, Reason):
            refused.append(result)
            continue
        granted.append(result)
        basket = basket.less(promotion.id, dict(result.by_line))
    return tuple(granted), refused


def _each(
    promotions: Iterable[Promotion], basket: Basket, asked: _Asked
) -> tuple[tuple[GrantedBenefit, ...], list[Reason]]:
    results = [_granted(promotion, basket, asked) for promotion in promotions]
    granted = tuple(one for one in results if isinstance(one, GrantedBenefit))
    return granted, [one for one in results if isinstance(one, Reason)]


def _granted(promotion: Promotion, basket: Basket, asked: _Asked) -> GrantedBenefit | Reason:
    """What one promotion gives on a basket within its limits, or why it gives nothing."""
    lines = basket.of(promotion.products)
    quantity = exact_sum(line.line.quantity for line in lines)
    worth = worth_of(promotion, basket, asked.as_of) if quantity >= promotion.minimum_quantity else None
    if worth is None or (worth.pieces is None and not worth.exact):
        where = _entry(promotion, "benefit")
        return codes.PROMOTION_NOT_REACHED(promotion=promotion.id, measure=quantity, policy=where)
    rest = _rest(promotion, asked)
    if isinstance(rest, Reason):
        return rest
    full, cut = worth, None
    rounding = asked.policy.rounding
    if rest is not None and Fraction(worth.exact) > rest.amount:
        cut = codes.PROMOTION_CUT(
            promotion=promotion.id,
            full=Money(rounding(worth.exact), basket.currency),
            rest=rest,
            policy=_entry(promotion, "total"),
        )
        worth = _cut(promotion, worth, rest)
        if worth.pieces == 0:
            return codes.PROMOTION_USED_UP(promotion=promotion.id, limit="value", policy=_entry(promotion, "total"))
    return _benefit(promotion, worth, basket, asked, cut, full)


def _rest(promotion: Promotion, asked: _Asked) -> Money | Reason | None:
    """The value that the limits leave; `None` for no limit, a reason where nothing is left."""
    left: list[Money] = []
    customer = asked.buyer.customer
    limits = [("per_customer", promotion.per_customer, customer), ("total", _total_limit(promotion), None)]
    for name, limit, whose in limits:
        before = uses_of(promotion.id, asked.uses, whose)
        if limit.times is not None and len(before) >= limit.times:
            where = _entry(promotion, f"{name}.times")
            return codes.PROMOTION_USED_UP(promotion=promotion.id, limit="times", policy=where)
        if limit.value is not None:
            rest = limit.value - total((use.value for use in before), limit.value.currency)
            if rest.amount <= 0:
                where = _entry(promotion, f"{name}.value")
                return codes.PROMOTION_USED_UP(promotion=promotion.id, limit="value", policy=where)
            left.append(rest)
    return min(left, key=lambda money: money.amount, default=None)


def _total_limit(promotion: Promotion) -> PromotionLimit:
    """The limit for all customers together: chances in a draw are worth no more than its prizes."""
    if not isinstance(promotion.benefit, Draw):
        return promotion.total
    pot, value = promotion.benefit.pot, promotion.total.value
    return attrs.evolve(promotion.total, value=pot if value is None else min(pot, value))


def _cut(promotion: Promotion, worth: Worth, rest: Money) -> Worth:
    """The part of a benefit that a rest pays for: whole pieces, or a discount of the rest itself."""
    if worth.pieces is not None:
        return of_pieces(promotion, worth, pieces_within(worth, rest.amount))
    left = Derivation(
        label="pricing.label.rest", value=rest.amount, unit=rest.currency, parameters={"promotion": promotion.id}
    )
    derivation = Derivation(
        label="pricing.label.cut_benefit",
        value=rest.amount,
        unit=rest.currency,
        operation=Operation.MINIMUM,
        terms=(worth.derivation, left),
        parameters={"promotion": promotion.id},
    )
    return attrs.evolve(worth, exact=rest.amount, derivation=derivation)


def _benefit(
    promotion: Promotion, worth: Worth, basket: Basket, asked: _Asked, cut: Reason | None, full: Worth
) -> GrantedBenefit:
    rounding = asked.policy.rounding
    value = Money(rounding(worth.exact), basket.currency)
    derivation = rounded_derivation(value.amount, worth.derivation, rounding)
    ids = [id for id, _ in worth.weights]
    parts = split_money(value, [weight for _, weight in worth.weights], rounding.digits) if ids else ()
    pieces, kind = worth.pieces or 0, promotion.benefit.kind
    share = narrowed(Fraction(value.amount) * Fraction(promotion.partner_share.value))
    partner_part = Money(rounding(share), basket.currency)
    return GrantedBenefit(
        promotion=promotion.id,
        kind=kind,
        value=value,
        discount=value if ids else Money.zero(basket.currency),
        by_line=tuple(zip(ids, parts, strict=True)),
        gifts=worth.gifts(pieces),
        points=pieces if kind == "points" else 0,
        chances=pieces if kind == "draw" else 0,
        trial_end=worth.trial_end,
        budget_line=promotion.budget_line,
        partner=promotion.partner,
        partner_part=partner_part,
        cut=cut,
        derivation=derivation,
        partner_derivation=_partner(promotion, partner_part, share, derivation, asked),
    )


def _partner(
    promotion: Promotion, part: Money, share: Decimal | Fraction, value: Derivation, asked: _Asked
) -> Derivation:
    names = {"partner": promotion.partner or ""}
    rate = Derivation(
        label="pricing.label.partner_share", value=promotion.partner_share.value, unit="rate", parameters=names
    )
    exact = Derivation(
        label="pricing.label.partner_part",
        value=share,
        unit=part.currency,
        operation=Operation.PRODUCT,
        terms=(rate, value),
        parameters=names,
    )
    return rounded_derivation(part.amount, exact, asked.policy.rounding)


def _entry(promotion: Promotion, field: str) -> PolicyReference:
    return PolicyReference("Promotion", promotion.id, field)
