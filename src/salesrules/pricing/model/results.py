"""What promotions give: the benefit of each with its cost, and all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from salesrules.core import Derivation, Money, Operation, Reason, as_tuple, total

__all__ = ["Gift", "GrantedBenefit", "GrantedBenefits"]


@attrs.frozen(kw_only=True)
class Gift:
    """So many pieces of a product for nothing."""

    product: str
    quantity: int


@attrs.frozen(kw_only=True)
class GrantedBenefit:
    """What one promotion gives: a discount off the price, a gift, points, chances or a trial.

    `value` is what it is worth and costs; the partner bears `partner_part` of it, `budget_line` the rest. `cut` says
    that a limit left less than the whole; the day of the last trial is `trial_end` less one. `by_line` is the discount
    on each line, which sums to `discount`.
    """

    promotion: str
    kind: str
    value: Money
    discount: Money
    by_line: tuple[tuple[str, Money], ...] = attrs.field(default=(), converter=as_tuple)
    gifts: tuple[Gift, ...] = attrs.field(default=(), converter=as_tuple)
    points: int = 0
    chances: int = 0
    trial_end: date | None = None
    budget_line: str
    partner: str | None
    partner_part: Money
    cut: Reason | None = None
    derivation: Derivation = attrs.field(repr=False)
    partner_derivation: Derivation = attrs.field(repr=False)

    @property
    def budget_part(self) -> Money:
        """What the budget line bears; with the partner's part it is the value."""
        return self.value - self.partner_part


@attrs.frozen(kw_only=True)
class GrantedBenefits:
    """All benefits of an order in the order in which they applied, and why each other promotion did not."""

    currency: str
    benefits: tuple[GrantedBenefit, ...] = attrs.field(default=(), converter=as_tuple)
    left_out: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    changes_at: date | None = None

    @property
    def discount(self) -> Money:
        """What is taken off the price in all."""
        return total((benefit.discount for benefit in self.benefits), self.currency)

    @property
    def value(self) -> Money:
        """What all benefits are worth."""
        return total((benefit.value for benefit in self.benefits), self.currency)

    def by_budget_line(self) -> Mapping[str, Money]:
        """What each budget line bears."""
        lines: dict[str, Money] = {}
        for benefit in self.benefits:
            lines[benefit.budget_line] = lines.get(benefit.budget_line, Money.zero(self.currency)) + benefit.budget_part
        return lines

    def derivation(self) -> Derivation:
        """The value of all benefits, each with how it came about."""
        terms = [benefit.derivation for benefit in self.benefits]
        if not terms:
            return Derivation(label="pricing.label.no_benefit", value=self.value.amount, unit=self.currency)
        return Derivation(
            label="pricing.label.discounts",
            value=self.value.amount,
            unit=self.currency,
            operation=Operation.SUM,
            terms=terms,
        )

    def to_records(self) -> Sequence[Mapping[str, Any]]:
        """One row per benefit, with plain values."""
        return [
            {
                "promotion": benefit.promotion,
                "kind": benefit.kind,
                "value": benefit.value.amount,
                "discount": benefit.discount.amount,
                "currency": self.currency,
                "gifts": ", ".join(f"{gift.quantity} {gift.product}" for gift in benefit.gifts),
                "points": benefit.points,
                "chances": benefit.chances,
                "budget_line": benefit.budget_line,
                "budget_part": benefit.budget_part.amount,
                "partner": benefit.partner or "",
                "partner_part": benefit.partner_part.amount,
            }
            for benefit in self.benefits
        ]
