"""When commission is paid out: what is deferred, held, released, forfeited and clawed back, for one payee.

On one day an event comes before what is due: a sale that lapses on the day of an instalment does not pay it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import attrs
from dateutil.relativedelta import relativedelta

from salesrules.commissions.model import (
    Adjustment,
    BalanceEntry,
    BalanceKind,
    OpeningHold,
    PayEvent,
    StatementLine,
)
from salesrules.commissions.policy import (
    Clawback,
    ClawbackTenure,
    Deferral,
    Holdback,
    Instalments,
    Plan,
    ProRataClawback,
)
from salesrules.commissions.rules.payout_places import payout_place
from salesrules.core import (
    EXACT,
    FiscalCalendar,
    InvalidValue,
    Money,
    Period,
    Rounding,
    allocate_units,
    exact_sum,
)

__all__ = ["EarnedOnSale", "PayoutRun", "PayoutStanding", "split_payout"]

_ZERO = Decimal(0)
_minus = EXACT.minus  # a bare minus would round in the caller's context


class EarnedOnSale(NamedTuple):
    """What a sale (empty: no sale) earned in a period under a plan and one of its payouts, and its day if it has one.

    `place` is that among the plan's payouts, `None` for none of them.
    """

    plan: str
    transaction: str
    place: int | None
    amount: Decimal
    day: date | None


@attrs.define(kw_only=True, eq=False)
class _Sale:
    """What one plan has really paid on one sale (`transaction` empty: what no sale earned).

    `taken` is what events have taken of it by each clawback: paid back or forfeited.
    """

    plan: Plan
    transaction: str
    day: date
    paid: Decimal = _ZERO
    taken: dict[str, Decimal] = attrs.field(factory=dict)

    def take(self, clawback: str, amount: Decimal) -> None:
        """An event has taken an amount (below zero: has given it back)."""
        self.taken[clawback] = EXACT.add(self.taken.get(clawback, _ZERO), amount)


@attrs.define(kw_only=True, eq=False)
class _Hold:
    """An amount held, and when it is released: on a day, or on an event."""

    policy: str
    plan: str = ""
    transaction: str = ""
    due: date | None = None
    event: str = ""
    amount: Decimal


@attrs.frozen(kw_only=True)
class PayoutStanding:
    """What had been paid on a payee's sales, and what is held, when a period begins; a `PayoutRun` can resume it."""

    currency: str = ""
    sales: tuple[_Sale, ...] = ()
    holds: tuple[_Hold, ...] = ()


def split_payout(
    amount: Decimal,
    payout: Deferral | Instalments | Holdback,
    day: date,
    period: Period,
    calendar: FiscalCalendar,
    digits: int,
) -> list[tuple[date | None, Decimal]]:
    """The parts of an amount earned on a day, each with the day on which it is due, `None` where an event decides.

    The parts sum to the amount by largest remainder, spare units to the earlier part.
    """
    whole = Fraction(1)
    if isinstance(payout, Deferral):
        dues: list[date | None] = [day + relativedelta(months=part.after_months) for part in payout.parts]
        weights = [Fraction(part.share.value) for part in payout.parts]
    elif isinstance(payout, Instalments):
        dues = [day + relativedelta(months=payout.every_months * number) for number in range(payout.count)]
        weights = [whole] * payout.count
    else:
        later = period
        for _ in range(payout.after_periods or 0):
            later = calendar.next(later)
        dues = [day, None if payout.after_periods is None else later.start]
        weights = [whole - Fraction(payout.share.value), Fraction(payout.share.value)]
    finest = max(digits, -int(amount.normalize(EXACT).as_tuple().exponent))  # equal amounts are split alike
    units = allocate_units(int(amount.scaleb(finest, EXACT)), weights)
    return [(due, Decimal(part).scaleb(-finest, EXACT)) for due, part in zip(dues, units, strict=True)]


class PayoutRun:
    """Settles one payee's payouts, period after period, and keeps what is held.

    `on_fault` is told (code, problem, remedy, value) of an event that lacks what a clawback needs; `currency` is that
    of what is held.
    """

    def __init__(
        self,
        *,
        calendar: FiscalCalendar,
        plans: Iterable[Plan],
        events: Iterable[PayEvent] = (),
        openings: Sequence[OpeningHold] = (),
        rounding_of: Callable[[Plan], Rounding],
        on_fault: Callable[[str, str, str, str], None],
    ) -> None:
        self._calendar = calendar
        self._plans = {plan.id: plan for plan in plans}
        self._events = sorted(events, key=lambda event: event.day)
        self._openings = openings
        self._rounding_of = rounding_of
        self._on_fault = on_fault
        self.currency = openings[0].amount.currency if openings else ""
        self._sales: dict[tuple[str, str], _Sale] = {}
        self._holds: list[_Hold] = []
        self._is_idle = not (
            self._events or openings or any(plan.payouts or plan.clawbacks for plan in self._plans.values())
        )
        self._waiting = {
            p.id: p.on_event for plan in self._plans.values() for p in plan.payouts if isinstance(p, Holdback)
        }

    @property
    def held(self) -> Decimal:
        """What is held for the payee now."""
        return exact_sum(hold.amount for hold in self._holds)

    @property
    def standing(self) -> PayoutStanding:
        """What stands now, which stays as it is when the run goes on."""
        return PayoutStanding(
            currency=self.currency,
            sales=tuple(attrs.evolve(sale, taken=dict(sale.taken)) for sale in self._sales.values()),
            holds=tuple(map(attrs.evolve, self._holds)),
        )

    def resume(self, standing: PayoutStanding) -> None:
        """Go on from what stood, whatever was settled so far."""
        self.currency = standing.currency or self.currency
        sales = [attrs.evolve(sale, taken=dict(sale.taken)) for sale in standing.sales]
        self._sales = {(sale.plan.id, sale.transaction): sale for sale in sales}
        self._holds = [attrs.evolve(hold) for hold in standing.holds]

    def has_due(self, period: Period) -> bool:
        """Whether something held, or an event, may change the pay of a period without lines."""
        opened = any(opening.day == period.start for opening in self._openings)
        due = any(hold.due is not None and hold.due < period.end for hold in self._holds)
        return opened or due or (bool(self._sales or self._holds) and any(e.day in period.span for e in self._events))

    def settle(
        self, period: Period, lines: Sequence[StatementLine], adjustments: Sequence[Adjustment], currency: str
    ) -> list[BalanceEntry]:
        """The entries of a period: what is held of its earnings, then events and releases by day."""
        return self.settle_earned(period, () if self._is_idle else self._earned(lines, adjustments), currency)

    def settle_earned(self, period: Period, earned: Iterable[EarnedOnSale], currency: str) -> list[BalanceEntry]:
        """The entries of a period in which sales earned so much, each plan, sale and payout once."""
        self.currency = currency
        if self._is_idle:
            return list(self._release(period.end, currency))
        self._open(period)
        entries: list[BalanceEntry] = []
        for plan_id, transaction, place, amount, day in earned:
            plan = self._plans[plan_id]
            sale = self._sales.setdefault(
                (plan_id, transaction), _Sale(plan=plan, transaction=transaction, day=day or period.start)
            )
            sale.paid = EXACT.add(sale.paid, amount)
            if amount > 0 and place is not None:
                entries += self._hold(sale, plan.payouts[place], amount, period, currency)
            elif amount < 0:
                entries += self._cancel(sale, _minus(amount), currency)
        for event in [event for event in self._events if event.day in period.span]:
            entries += self._release(event.day, currency)
            entries += self._claw_back(event, currency)
            entries += self._release(event.day, currency, event)
        entries += self._release(period.end, currency)
        return entries

    def carry_minimum(self, pay: Money, plans: Iterable[Plan], period: Period) -> list[BalanceEntry]:
        """The entry that carries pay above zero but below the highest minimum payment of the plans."""
        least = [(p.minimum_payment.amount, p.id) for p in plans if p.minimum_payment is not None]
        minimum, plan = max(least, default=(_ZERO, ""))
        if not _ZERO < pay.amount < minimum:
            return []
        hold = _Hold(policy=plan, due=period.end, amount=pay.amount)
        self._holds.append(hold)
        return [_entry(BalanceKind.MINIMUM_CARRIED, _minus(pay.amount), hold, pay.currency, pay.amount)]

    def _open(self, period: Period) -> None:
        for opening in self._openings:
            if opening.day == period.start:
                event = self._waiting.get(opening.policy, "")
                due = None if event else opening.due or opening.day
                plan = next((p.id for p in self._plans.values() if any(x.id == opening.policy for x in p.payouts)), "")
                self._holds.append(
                    _Hold(
                        policy=opening.policy,
                        plan=plan,
                        transaction=opening.transaction,
                        due=due,
                        event=event,
                        amount=opening.amount.amount,
                    )
                )

    def _earned(self, lines: Sequence[StatementLine], adjustments: Sequence[Adjustment]) -> Iterator[EarnedOnSale]:
        """What each sale earned under each plan and payout in a period, modifiers included, and the day of the sale."""
        changes: dict[str, list[Decimal]] = {}
        beside: dict[str, list[Decimal]] = {}
        for adjustment in adjustments:
            for part in adjustment.parts:
                (changes.setdefault(part.line, []) if part.line else beside.setdefault(adjustment.plan, [])).append(
                    part.amount
                )
        found: dict[tuple[str, str, int | None], tuple[Decimal, date | None]] = {}
        for line in lines:
            transaction = line.credit.transaction
            sale = transaction.original or transaction.id
            key = (line.plan, sale, payout_place(self._plans[line.plan], line.component))
            amount, day = found.get(key, (_ZERO, line.credit.day))
            found[key] = exact_sum([amount, line.amount.amount, *changes.get(line.id, ())]), day
        for plan, amounts in beside.items():
            found[plan, "", payout_place(self._plans[plan], "")] = exact_sum(amounts), None
        for key, (amount, day) in found.items():
            yield EarnedOnSale(*key, amount, day)

    def _hold(
        self, sale: _Sale, payout: Deferral | Instalments | Holdback, amount: Decimal, period: Period, currency: str
    ) -> Iterator[BalanceEntry]:
        event = payout.on_event if isinstance(payout, Holdback) else ""
        digits = self._rounding_of(sale.plan).digits
        holds = [
            _Hold(policy=payout.id, plan=sale.plan.id, transaction=sale.transaction, due=due, event=event, amount=part)
            for due, part in split_payout(amount, payout, sale.day, period, self._calendar, digits)
            if part and (due is None or due >= period.end)
        ]
        held = exact_sum(hold.amount for hold in holds)
        sale.paid = EXACT.subtract(sale.paid, held)
        self._holds += holds
        if holds:
            yield _entry(BalanceKind.HELD, _minus(held), holds[0], currency, held)

    def _cancel(self, sale: _Sale, amount: Decimal, currency: str) -> Iterator[BalanceEntry]:
        """A return first cancels what is still held of its sale, from the last day backwards; the rest lowers pay.

        What an event took of the sale before is not taken again.
        """
        own = [hold for hold in self._holds if (hold.plan, hold.transaction) == (sale.plan.id, sale.transaction)]
        for hold in sorted(own, key=lambda hold: hold.due or date.max, reverse=True):
            part = min(hold.amount, amount)
            amount = EXACT.subtract(amount, part)
            hold.amount = EXACT.subtract(hold.amount, part)
            sale.paid = EXACT.add(sale.paid, part)
            if part:
                yield _entry(BalanceKind.HELD_CANCELLED, part, hold, currency, _minus(part))
        self._drop([hold for hold in own if not hold.amount])
        for clawback, taken in sale.taken.items():
            part = min(taken, _minus(sale.paid))
            if part > 0:
                sale.paid = EXACT.add(sale.paid, part)
                sale.take(clawback, _minus(part))
                yield _entry(BalanceKind.CLAWBACK_OFFSET, part, sale, currency, None, clawback)

    def _release(self, before: date, currency: str, event: PayEvent | None = None) -> Iterator[BalanceEntry]:
        """What is due before a day, or waits for an event, is paid."""
        if event is None:
            ready = [hold for hold in self._holds if hold.due is not None and hold.due < before]
        else:
            ready = [hold for hold in self._holds if hold.event == event.event and _meets(event, hold.transaction)]
            ready = [hold for hold in ready if hold.due is None]
        for hold in sorted(ready, key=lambda hold: hold.due or date.max):
            sale = self._sales.get((hold.plan, hold.transaction))
            if sale is not None:
                sale.paid = EXACT.add(sale.paid, hold.amount)
            yield _entry(BalanceKind.RELEASED, hold.amount, hold, currency, _minus(hold.amount))
        self._drop(ready)

    def _claw_back(self, event: PayEvent, currency: str) -> Iterator[BalanceEntry]:
        for hold in [hold for hold in self._holds if hold.plan and _meets(event, hold.transaction)]:
            claw = _clawback(self._plans[hold.plan], event)
            if claw is not None and claw.forfeits_held:
                yield _entry(BalanceKind.HELD_FORFEITED, _ZERO, hold, currency, _minus(hold.amount), claw.id)
                held_of = self._sales.get((hold.plan, hold.transaction))
                if held_of is not None:
                    held_of.take(claw.id, hold.amount)
                self._drop([hold])
        for sale in self._sales.values():
            claw = _clawback(sale.plan, event)
            if claw is None or not _meets(event, sale.transaction) or sale.paid <= 0:
                continue
            amount = self._rounding_of(sale.plan)(Fraction(sale.paid) * self._share(claw, sale, event))
            sale.paid = EXACT.subtract(sale.paid, amount)
            sale.take(claw.id, amount)
            if amount:
                yield _entry(BalanceKind.CLAWED_BACK, _minus(amount), sale, currency, None, claw.id)

    def _share(self, claw: Clawback | ProRataClawback, sale: _Sale, event: PayEvent) -> Fraction:
        served = relativedelta(event.day, sale.day)
        months = served.years * 12 + served.months
        if isinstance(claw, ProRataClawback):
            return max(Fraction(0), Fraction(claw.months - months, claw.months))
        tenure: int | None = months
        if claw.tenure is ClawbackTenure.INSTALMENTS:
            tenure = event.instalments
        if tenure is None:
            self._on_fault(
                "no_instalments",
                f"clawback {claw.id} goes by instalments, which the {event.event} of {event.day} does not give",
                "say how many the customer had paid",
                event.transaction,
            )
            return Fraction(0)
        try:
            return Fraction(claw.shares.at(tenure).value)
        except InvalidValue:  # outside the bands nothing is taken back
            return Fraction(0)

    def _drop(self, gone: Sequence[_Hold]) -> None:
        if gone:
            objects = {id(hold) for hold in gone}  # several may be equal
            self._holds = [hold for hold in self._holds if id(hold) not in objects]


def _meets(event: PayEvent, transaction: str) -> bool:
    return event.transaction in ("", transaction)


def _clawback(plan: Plan, event: PayEvent) -> Clawback | ProRataClawback | None:
    return next((claw for claw in plan.clawbacks if event.event in claw.events), None)


def _entry(
    kind: BalanceKind, amount: Decimal, about: _Hold | _Sale, currency: str, held: Decimal | None, policy: str = ""
) -> BalanceEntry:
    return BalanceEntry(
        kind=kind,
        amount=Money(amount, currency),
        policy=policy or (about.policy if isinstance(about, _Hold) else ""),
        owed=Money.zero(currency),
        held=None if held is None else Money(held, currency),
        transaction=about.transaction,
    )
