"""Results: readiness tasks, reminders, seats, channels, outcomes and effects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import DateRange, Derivation, InvalidValue, Money, Operation, as_tuple, is_named, narrowed

__all__ = [
    "CampaignEffect",
    "ChannelResult",
    "EventOutcome",
    "ReadinessTask",
    "SalesSpan",
    "SeatCounts",
]


@attrs.frozen(kw_only=True)
class ReadinessTask:
    """A step of an event's checklist: whose it is, and its last day on the event's own calendar."""

    event: str
    step: str
    owner: str
    due: date
    is_required: bool


@attrs.frozen(kw_only=True)
class SeatCounts:
    """The seats of an event: `reserved` for guests still to come, `used` by those who came, `unconfirmed` asked for.

    `available` is what is left of the capacity, `None` without one; what is unconfirmed counts only in `expected`.
    """

    capacity: int | None
    reserved: int
    used: int
    unconfirmed: int
    waiting: int

    @property
    def available(self) -> int | None:
        """What is left of the capacity; never below zero."""
        return None if self.capacity is None else max(0, self.capacity - self.reserved - self.used)

    @property
    def expected(self) -> int:
        """Everybody who came, will come or may come."""
        return self.reserved + self.used + self.unconfirmed


#: A figure of a ratio: its label, its value, its unit.
_Figure = tuple[str, Decimal | int, str]


def _ratio(part: int | Fraction, whole: int | Fraction) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


@attrs.frozen(kw_only=True)
class ChannelResult:
    """What a channel brought: attempts, guests asked and won, cost; ratios are exact, `None` where there is no base."""

    channel: str
    attempts: int
    guests: int
    accepted: int
    cost: Money | None

    @property
    def conversion(self) -> Fraction | None:
        """The guests won, of those asked."""
        return _ratio(self.accepted, self.guests)

    @property
    def cost_per_acceptance(self) -> Fraction | None:
        """The cost of one acceptance, in the currency of `cost`; exact."""
        return None if self.cost is None else _ratio(Fraction(self.cost.amount), self.accepted)


@attrs.frozen(kw_only=True)
class EventOutcome:
    """What an event brought: counts of guests, the sales that came of it and what it cost, in one currency.

    `conversion` is of those contacted: those who accepted, or those who came, as the policy counts.
    """

    event: str
    invited: int
    contacted: int
    accepted: int
    attended: int
    signed_on_site: int
    deals: int
    sales: Money
    cost: Money
    counts_attended: bool = False

    @property
    def converted(self) -> int:
        """Those who count as won."""
        return self.attended if self.counts_attended else self.accepted

    @property
    def conversion(self) -> Fraction | None:
        """Those won, of those contacted."""
        return _ratio(self.converted, self.contacted)

    @property
    def signing(self) -> Fraction | None:
        """Those who signed on site, of those who came."""
        return _ratio(self.signed_on_site, self.attended)

    @property
    def cost_share(self) -> Fraction | None:
        """The cost as a share of the sales; `None` without sales."""
        return _ratio(Fraction(self.cost.amount), Fraction(self.sales.amount))

    @property
    def cost_per_invitee(self) -> Fraction | None:
        """The cost of one guest invited, in the currency of `cost`; exact."""
        return _ratio(Fraction(self.cost.amount), self.invited)

    @property
    def cost_per_attendee(self) -> Fraction | None:
        """The cost of one guest who came."""
        return _ratio(Fraction(self.cost.amount), self.attended)

    @property
    def cost_per_deal(self) -> Fraction | None:
        """The cost of one deal."""
        return _ratio(Fraction(self.cost.amount), self.deals)

    def derivations(self) -> tuple[Derivation, ...]:
        """How conversion, on-site signing and cost share came about, those that have a base."""
        converted = "attended" if self.counts_attended else "accepted"
        money = self.cost.currency
        rows: list[tuple[str, _Figure, _Figure]] = [
            ("conversion", (converted, self.converted, "count"), ("contacted", self.contacted, "count")),
            ("signing", ("signed_on_site", self.signed_on_site, "count"), ("attended", self.attended, "count")),
            ("cost_share", ("cost", self.cost.amount, money), ("sales", self.sales.amount, money)),
        ]
        return tuple(
            Derivation(
                label=f"invitations.label.{label}",
                value=narrowed(Fraction(part[1]) / Fraction(whole[1])),
                unit="rate",
                operation=Operation.QUOTIENT,
                terms=(_given(*part), _given(*whole)),
                parameters={"event": self.event},
            )
            for label, part, whole in rows
            if whole[1]
        )

    def to_records(self) -> list[Mapping[str, Any]]:
        """The outcome as one row of plain data; ratios as texts."""
        ratios = ("conversion", "signing", "cost_share", "cost_per_invitee", "cost_per_attendee", "cost_per_deal")
        return [
            {
                "event": self.event,
                **{
                    name: getattr(self, name)
                    for name in ("invited", "contacted", "accepted", "attended", "signed_on_site", "deals")
                },
                "sales": str(self.sales.amount),
                "cost": str(self.cost.amount),
                "currency": self.cost.currency,
                **{name: None if (value := getattr(self, name)) is None else str(value) for name in ratios},
            }
        ]


def _given(label: str, value: Decimal | int, unit: str) -> Derivation:
    return Derivation(label=f"invitations.label.{label}", value=Decimal(value), unit=unit)


@attrs.frozen(kw_only=True)
class SalesSpan:
    """What was sold in a closed span of days."""

    span: DateRange
    amount: Money

    def __attrs_post_init__(self) -> None:
        if self.span.end is None:
            raise InvalidValue("span", str(self.span), "give its end, since its days are counted")


@attrs.frozen(kw_only=True)
class CampaignEffect:
    """What a campaign brought above its baseline, in one currency: exact.

    `expected` is the baseline per day over the days watched; `lift` what was sold beyond it; `ratio` the lift as a
    share of the expected sales; `profit_ratio` what the lift earned at the margin, less the cost, over the cost.
    """

    campaign: str = attrs.field(validator=is_named)
    currency: str
    baseline_sales: Decimal
    baseline_days: int
    watched: tuple[SalesSpan, ...] = attrs.field(converter=as_tuple)
    cost: Decimal
    margin: Decimal

    @property
    def days(self) -> int:
        """The days watched: those of the campaign and, where given, those after it."""
        return sum(part.span.days for part in self.watched)

    @property
    def actual(self) -> Fraction:
        """What was sold on the days watched."""
        return sum((Fraction(part.amount.amount) for part in self.watched), Fraction(0))

    @property
    def expected(self) -> Fraction:
        """What would have been sold on them at the baseline's daily mean."""
        return Fraction(self.baseline_sales) / self.baseline_days * self.days

    @property
    def lift(self) -> Fraction:
        """What was sold beyond that; negative where sales fell."""
        return self.actual - self.expected

    @property
    def ratio(self) -> Fraction | None:
        """The lift as a share of the expected sales; `None` where nothing was expected."""
        return self.lift / self.expected if self.expected else None

    @property
    def profit_ratio(self) -> Fraction | None:
        """What the lift earned beyond the cost, as a share of the cost; `None` without a cost."""
        cost = Fraction(self.cost)
        return (self.lift * Fraction(self.margin) - cost) / cost if cost else None

    def derivation(self) -> Derivation:
        """How the lift came about."""
        daily = Derivation(
            label="invitations.label.daily_baseline",
            value=narrowed(Fraction(self.baseline_sales) / self.baseline_days),
            unit=self.currency,
            operation=Operation.QUOTIENT,
            terms=(
                _given("baseline_sales", self.baseline_sales, self.currency),
                _given("baseline_days", self.baseline_days, "count"),
            ),
        )
        expected = Derivation(
            label="invitations.label.expected",
            value=narrowed(self.expected),
            unit=self.currency,
            operation=Operation.PRODUCT,
            terms=(daily, _given("campaign_days", self.days, "count")),
        )
        sold = Derivation(
            label="invitations.label.sales",
            value=narrowed(self.actual),
            unit=self.currency,
            operation=Operation.SUM,
            terms=[_given("sales", part.amount.amount, self.currency) for part in self.watched],
        )
        return Derivation(
            label="invitations.label.lift",
            value=narrowed(self.lift),
            unit=self.currency,
            operation=Operation.DIFFERENCE,
            terms=(sold, expected),
            parameters={"campaign": self.campaign},
        )
