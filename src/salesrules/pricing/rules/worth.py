"""What each type of promotion is worth on a basket, before any limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import Derivation, Exact, Money, Operation, Rate, Side, days_after, exact_sum, narrowed, total
from salesrules.pricing.model import Gift
from salesrules.pricing.policy import (
    BundledGift,
    Draw,
    JointDiscount,
    LimitedTimePrice,
    Points,
    Promotion,
    ThresholdGift,
    VolumeDiscount,
    VolumeMeasure,
)
from salesrules.pricing.rules.basket import Basket, BasketLine
from salesrules.pricing.rules.places import place_in

__all__ = ["Worth", "of_pieces", "pieces_within", "worth_of"]


@attrs.frozen(kw_only=True)
class Worth:
    """What a promotion would give: a discount with its part per line, or `pieces` of something at a value each."""

    exact: Exact
    derivation: Derivation
    weights: tuple[tuple[str, Decimal], ...] = ()
    pieces: int | None = None
    each: Exact = Decimal(0)
    each_derivation: Derivation | None = None
    gift: str | None = None
    trial_end: date | None = None

    def gifts(self, pieces: int) -> tuple[Gift, ...]:
        """The gifts that so many pieces are."""
        return (Gift(product=self.gift, quantity=pieces),) if self.gift is not None else ()


def worth_of(promotion: Promotion, basket: Basket, as_of: date) -> Worth | None:
    """What a promotion is worth on the lines that it is for; `None` where its condition is not met."""
    lines, benefit = basket.of(promotion.products), promotion.benefit
    amount, quantity = _amount(lines, basket.currency), exact_sum(line.line.quantity for line in lines)
    eligible = _eligible(promotion, lines, amount)
    match benefit:
        case VolumeDiscount():
            measure = quantity if benefit.by is VolumeMeasure.QUANTITY else amount.amount
            place = place_in(benefit.rates, measure)
            return None if place is None else _rate_off(promotion, benefit.rates.bands[place].value, lines, eligible)
        case JointDiscount():
            if not set(benefit.together_with) <= {line.line.product for line in basket.lines}:
                return None
            return _rate_off(promotion, benefit.rate, lines, eligible)
        case LimitedTimePrice():
            return _price(promotion, benefit.price, lines, basket.currency)
        case ThresholdGift():
            times = _full(amount, benefit.threshold, benefit.side)
            pieces = (times if benefit.repeats else min(times, 1)) * benefit.quantity
            return _pieces(promotion, pieces, benefit.value, gift=benefit.gift)
        case BundledGift():
            pieces = int(quantity // benefit.buy) * benefit.quantity
            return _pieces(promotion, pieces, benefit.value, gift=benefit.gift)
        case Points():
            return _pieces(promotion, _full(amount, benefit.per, Side.LOWER) * benefit.points, benefit.value)
        case Draw():
            return _chances(promotion, benefit, _full(amount, benefit.per, Side.LOWER) * benefit.chances)
        case _:
            end = days_after(as_of, benefit.days)
            return _pieces(promotion, min(benefit.quantity, int(quantity)), benefit.value, trial_end=end)


def _amount(lines: Sequence[BasketLine], currency: str) -> Money:
    return total((line.net for line in lines), currency)


def _eligible(promotion: Promotion, lines: Sequence[BasketLine], amount: Money) -> Derivation:
    terms = [line.derivation for line in lines]
    return Derivation(
        label="pricing.label.eligible",
        value=amount.amount,
        unit=amount.currency,
        operation=Operation.SUM if terms else Operation.GIVEN,
        terms=terms,
        parameters={"promotion": promotion.id},
    )


def _full(amount: Money, per: Money, side: Side) -> int:
    """How often an amount holds another in full; with the upper side, one that it just reaches does not count."""
    ratio = amount.ratio(per)
    whole = ratio.numerator // ratio.denominator
    return whole - 1 if side is Side.UPPER and ratio == whole and whole else whole


def _rate_off(promotion: Promotion, rate: Rate, lines: Sequence[BasketLine], eligible: Derivation) -> Worth:
    exact = rate.of(Decimal(eligible.value))  # type: ignore[arg-type]  # amounts are decimals
    derivation = Derivation(
        label="pricing.label.benefit",
        value=exact,
        unit=eligible.unit,
        operation=Operation.PRODUCT,
        terms=(Derivation(label="pricing.label.rate", value=rate.value, unit="rate"), eligible),
        parameters={"promotion": promotion.id},
    )
    return Worth(exact=exact, derivation=derivation, weights=tuple((line.line.id, line.net.amount) for line in lines))


def _price(promotion: Promotion, price: Money, lines: Sequence[BasketLine], currency: str) -> Worth | None:
    gaps: list[tuple[str, Decimal]] = []
    terms: list[Derivation] = []
    for line in lines:
        promoted = price * line.line.quantity
        gap = line.net - promoted
        if gap.amount <= 0:
            continue
        gaps.append((line.line.id, gap.amount))
        amount = Derivation(
            label="pricing.label.promotion_amount",
            value=promoted.amount,
            unit=currency,
            operation=Operation.PRODUCT,
            terms=(
                Derivation(label="pricing.label.quantity", value=line.line.quantity),
                Derivation(label="pricing.label.promotion_price", value=price.amount, unit=currency),
            ),
            parameters={"line": line.line.id},
        )
        terms.append(
            Derivation(
                label="pricing.label.price_gap",
                value=gap.amount,
                unit=currency,
                operation=Operation.DIFFERENCE,
                terms=(line.derivation, amount),
                parameters={"line": line.line.id},
            )
        )
    if not gaps:
        return None
    exact = exact_sum(gap for _, gap in gaps)
    derivation = Derivation(
        label="pricing.label.benefit",
        value=exact,
        unit=currency,
        operation=Operation.SUM,
        terms=terms,
        parameters={"promotion": promotion.id},
    )
    return Worth(exact=exact, derivation=derivation, weights=tuple(gaps))


def _pieces(
    promotion: Promotion, pieces: int, each: Money, *, gift: str | None = None, trial_end: date | None = None
) -> Worth | None:
    if not pieces:
        return None
    value = Derivation(label="pricing.label.value_each", value=each.amount, unit=each.currency)
    return _counted(promotion, pieces, each.amount, value, gift=gift, trial_end=trial_end)


def _chances(promotion: Promotion, draw: Draw, chances: int) -> Worth | None:
    if not chances:
        return None
    each = narrowed(Fraction(draw.pot.amount) / draw.tickets)
    value = Derivation(
        label="pricing.label.value_each",
        value=each,
        unit=draw.pot.currency,
        operation=Operation.QUOTIENT,
        terms=(
            Derivation(label="pricing.label.prize_pot", value=draw.pot.amount, unit=draw.pot.currency),
            Derivation(label="pricing.label.tickets", value=Decimal(draw.tickets), unit="count"),
        ),
    )
    return _counted(promotion, chances, each, value)


def _counted(
    promotion: Promotion,
    pieces: int,
    each: Exact,
    value: Derivation,
    *,
    gift: str | None = None,
    trial_end: date | None = None,
) -> Worth:
    exact = narrowed(Fraction(each) * pieces)
    derivation = Derivation(
        label="pricing.label.benefit",
        value=exact,
        unit=value.unit,
        operation=Operation.PRODUCT,
        terms=(Derivation(label="pricing.label.times", value=Decimal(pieces), unit="count"), value),
        parameters={"promotion": promotion.id},
    )
    return Worth(
        exact=exact,
        derivation=derivation,
        pieces=pieces,
        each=each,
        each_derivation=value,
        gift=gift,
        trial_end=trial_end,
    )


def pieces_within(worth: Worth, rest: Decimal) -> int:
    """How many whole pieces a rest pays for."""
    return int(Fraction(rest) // Fraction(worth.each))


def of_pieces(promotion: Promotion, worth: Worth, pieces: int) -> Worth:
    """The same benefit with fewer pieces."""
    assert worth.each_derivation is not None  # for the type checker: what is counted has a value each
    return _counted(promotion, pieces, worth.each, worth.each_derivation, gift=worth.gift, trial_end=worth.trial_end)
