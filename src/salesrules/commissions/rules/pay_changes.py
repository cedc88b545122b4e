"""Why pay differs from last time, or from the version before: reasons whose amounts sum to the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from salesrules.commissions import reasons as codes
from salesrules.commissions.model import (
    AdjustmentKind,
    BalanceKind,
    CommissionRun,
    MultipleOf,
    PayChange,
    RestatementCause,
    Statement,
    StatementLine,
    TierShare,
    TransactionKind,
)
from salesrules.core import EXACT, Money, ReasonCode, RoundingMode, as_tuple, exact_sum, minus, round_exactly, times

__all__ = ["why_changed"]

K = TypeVar("K")
_ZERO = Decimal(0)


def why_changed(
    before: Statement | CommissionRun | None, after: Statement | CommissionRun | None
) -> tuple[PayChange, ...]:
    """Why pay differs between two statements of a payee, or between two runs for every payee of either.

    The two may be of different periods, or two versions of one. The amounts of the reasons sum exactly to the
    difference in pay, per payee and currency; what makes no difference is not listed. A statement that is not there
    (`None`) counts as one that pays nothing.

    For each component of a plan: what the change of the measure makes at the average rate of before; what caps took;
    returns; and what the change of the average rate makes, under the first that differs of: the plan version, the
    rates of its tiers, the quota, the tier reached, the average itself. Then each modifier, each kind of balance entry,
    and restatements by cause. Parts are rounded half even to the digits of the statement, the last takes what is left.
    """
    if isinstance(before, CommissionRun) or isinstance(after, CommissionRun):
        old, new = _by_payee(before), _by_payee(after)
        keys = dict.fromkeys([*new, *old])
        return tuple(change for key in keys for change in _changes(old.get(key), new.get(key)))
    if before is not None and after is not None and _key(before) != _key(after):
        return (*_changes(before, None), *_changes(None, after))
    return tuple(_changes(before, after))


def _key(statement: Statement) -> tuple[str, str]:
    return statement.payee, statement.currency


def _by_payee(given: Statement | CommissionRun | None) -> dict[tuple[str, str], Statement]:
    if isinstance(given, CommissionRun):
        return {_key(statement): statement for statement in given.statements}
    return {} if given is None else {_key(given): given}


@attrs.frozen(kw_only=True)
class _Part:
    """What one component paid in one statement."""

    plans: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    sold: tuple[StatementLine, ...] = attrs.field(default=(), converter=as_tuple)
    returned: tuple[StatementLine, ...] = attrs.field(default=(), converter=as_tuple)
    quota: Decimal | None = None

    @property
    def measured(self) -> Decimal:
        return exact_sum(line.measured for line in self.sold)

    @property
    def unit(self) -> str | None:
        return self.sold[0].unit if self.sold else None

    @property
    def average(self) -> Fraction | None:
        """What the component earned per unit of its measure; `None` where nothing was measured."""
        measured = self.measured
        return (
            sum((Fraction(line.earned) for line in self.sold), Fraction(0)) / Fraction(measured) if measured else None
        )

    @property
    def capped(self) -> Fraction:
        """What caps on its lines took."""
        return sum((Fraction(line.capped) for line in self.sold), Fraction(0))

    @property
    def rates(self) -> dict[tuple[int, str], set[object]]:
        """What the table says of each tier and column that was met, free of the measure and of the quota."""
        found: dict[tuple[int, str], set[object]] = {}
        for line in self.sold:
            if line.formula is not None:
                found.setdefault((0, ""), set()).add(line.formula.formula)
            for piece in line.pieces:
                stated = _stated(line, piece)
                if stated is not None:
                    found.setdefault((piece.tier, piece.column), set()).add(stated)
        return found

    @property
    def highest_tier(self) -> int:
        """The number of the highest tier that was met, from 1."""
        return max((tier for tier, _ in self.rates), default=0) + 1


def _stated(line: StatementLine, piece: TierShare) -> object:
    """A tier's amount, its bounds' rates or its rate; `None` where nothing of them was met."""
    if piece.is_amount:
        return max(piece.earned, minus(_ZERO, piece.earned)) or None
    rates = piece.rates or (piece.rate,)
    if line.base is not None and line.base.of is MultipleOf.TARGET_TIMES_ATTAINMENT and line.quota is not None:
        return tuple(times(rate, line.quota) for rate in rates)
    return rates


def _parts(statement: Statement | None) -> Mapping[str, _Part]:
    if statement is None:
        return {}
    found: dict[str, _Part] = {}
    for component in dict.fromkeys(line.component for line in statement.lines):
        lines = [line for line in statement.lines if line.component == component]
        sold = [line for line in lines if line.credit.transaction.kind is TransactionKind.SALE]
        quotas = [m.quota for m in statement.measurements if m.component == component and m.quota is not None]
        found[component] = _Part(
            plans=dict.fromkeys(line.plan for line in sold),
            sold=sold,
            returned=[line for line in lines if line.credit.transaction.kind is TransactionKind.RETURN],
            quota=exact_sum(quotas) if quotas else None,
        )
    return found


class _Teller:
    """Makes the changes of one payee in one currency, leaving out those that make no difference."""

    def __init__(self, payee: str, currency: str) -> None:
        self._payee = payee
        self._currency = currency
        self.told = _ZERO

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self._currency)

    def tell(self, code: ReasonCode, amount: Decimal, **values: Any) -> Iterator[PayChange]:
        if amount:
            self.told = EXACT.add(self.told, amount)
            money = self.money(amount)
            yield PayChange(reason=code(payee=self._payee, amount=money, **values), amount=money)


def _changes(before: Statement | None, after: Statement | None) -> Iterator[PayChange]:
    some = after or before
    if some is None:
        return
    teller = _Teller(some.payee, some.currency)
    old, new = _parts(before), _parts(after)
    for component in dict.fromkeys([*new, *old]):
        yield from _component(teller, component, old.get(component, _Part()), new.get(component, _Part()))
    for (changed, entry), (was, now) in _both(_adjustments(before), _adjustments(after)).items():
        values = {"entry": entry, "before": teller.money(was), "after": teller.money(now)}
        yield from teller.tell(codes.WHY_ADJUSTMENT, EXACT.subtract(now, was), adjustment_kind=changed, **values)
    for kind, (was, now) in _both(_balances(before), _balances(after)).items():
        values = {"before": teller.money(was), "after": teller.money(now)}
        yield from teller.tell(codes.WHY_BALANCE, EXACT.subtract(now, was), balance_kind=kind, **values)
    for causes, (was, now) in _both(_restated(before), _restated(after)).items():
        values = {"before": teller.money(was), "after": teller.money(now)}
        yield from teller.tell(codes.WHY_RESTATED, EXACT.subtract(now, was), causes=causes, **values)
    whole = EXACT.subtract(*(_ZERO if s is None else s.paid.amount for s in (after, before)))
    yield from teller.tell(codes.WHY_OTHER, EXACT.subtract(whole, teller.told))


def _component(teller: _Teller, component: str, old: _Part, new: _Part) -> Iterator[PayChange]:
    if old.sold or new.sold:
        yield from _sales(teller, component, old, new)
    was, now = _paid(old.returned), _paid(new.returned)
    values = {"before": teller.money(was), "after": teller.money(now)}
    yield from teller.tell(codes.WHY_RETURNS, EXACT.subtract(now, was), component=component, **values)


def _sales(teller: _Teller, component: str, old: _Part, new: _Part) -> Iterator[PayChange]:
    """What the sale lines of a component pay more: by the measure, by caps, and by the rate at which it pays."""
    digits = (new.sold or old.sold)[0].rounding.digits
    first, last = _averages(old, new)
    left = EXACT.subtract(_paid(new.sold), _paid(old.sold))

    def part(amount: Decimal | Fraction) -> Decimal:
        nonlocal left
        rounded = round_exactly(amount, digits, RoundingMode.HALF_EVEN)
        left = EXACT.subtract(left, rounded)
        return rounded

    if old.unit is None or new.unit is None or old.unit == new.unit:
        more = part(first * Fraction(EXACT.subtract(new.measured, old.measured)))
        unit = new.unit or old.unit
        measures = [Money(each.measured, unit) if unit else each.measured for each in (old, new)]
        yield from teller.tell(codes.WHY_MEASURE, more, component=component, before=measures[0], after=measures[1])
    shown = [teller.money(round_exactly(each.capped, digits, RoundingMode.HALF_EVEN)) for each in (old, new)]
    fewer = part(old.capped - new.capped)
    yield from teller.tell(codes.WHY_CAP, fewer, component=component, before=shown[0], after=shown[1])
    if first == last:
        yield from teller.tell(codes.WHY_ROUNDING, left, component=component)
    else:
        rates = {"rate_before": _rate(teller, first, old), "rate_after": _rate(teller, last, new)}
        code, differing = _difference(teller, old, new)
        yield from teller.tell(code, left, component=component, **rates, **differing)


def _averages(old: _Part, new: _Part) -> tuple[Fraction, Fraction]:
    """The average rates before and after; where one of the two measured nothing, that of the other stands for both."""
    known = [rate for rate in (old.average, new.average) if rate is not None] or [Fraction(0)]
    return known[0], known[-1]


def _difference(teller: _Teller, old: _Part, new: _Part) -> tuple[ReasonCode, dict[str, object]]:
    """What explains another average rate: the first of plan, rates, quota, tier and the average itself that differs."""
    if old.plans != new.plans:
        return codes.WHY_PLAN, {"plan_before": old.plans, "plan_after": new.plans}
    if any(old.rates[tier] != new.rates[tier] for tier in old.rates.keys() & new.rates.keys()):
        return codes.WHY_RATES, {"plan": new.plans}
    if old.quota is not None and new.quota is not None and old.quota != new.quota:
        quotas = [Money(each.quota, each.unit) if each.unit else each.quota for each in (old, new)]
        return codes.WHY_QUOTA, {"quota_before": quotas[0], "quota_after": quotas[1]}
    tiers = [each.highest_tier for each in (old, new)]
    if tiers[0] != tiers[1]:
        return codes.WHY_TIER, {"tier_before": tiers[0], "tier_after": tiers[1]}
    return codes.WHY_AVERAGE, {}


def _rate(teller: _Teller, rate: Fraction, part: _Part) -> Fraction | Money:
    """An average rate as it is shown: of money a share, of units and counts money for each."""
    if part.unit:
        return rate
    digits = part.sold[0].rounding.digits
    return teller.money(round_exactly(rate, digits, RoundingMode.HALF_EVEN))


def _paid(lines: tuple[StatementLine, ...]) -> Decimal:
    return exact_sum(line.amount.amount for line in lines)


def _adjustments(statement: Statement | None) -> dict[tuple[AdjustmentKind, str], Decimal]:
    """What each modifier adds, by its kind and policy entry."""
    found: dict[tuple[AdjustmentKind, str], Decimal] = defaultdict(Decimal)
    for entry in statement.adjustments if statement else ():
        key = entry.kind, entry.policy
        found[key] = EXACT.add(found[key], entry.amount.amount)
    return found


def _balances(statement: Statement | None) -> dict[BalanceKind, Decimal]:
    found: dict[BalanceKind, Decimal] = defaultdict(Decimal)
    for entry in statement.balances if statement else ():
        found[entry.kind] = EXACT.add(found[entry.kind], entry.amount.amount)
    return found


def _restated(statement: Statement | None) -> dict[tuple[RestatementCause, ...], Decimal]:
    found: dict[tuple[RestatementCause, ...], Decimal] = defaultdict(Decimal)
    for entry in statement.restatements if statement else ():
        found[entry.causes] = EXACT.add(found[entry.causes], entry.amount.amount)
    return found


def _both(old: Mapping[K, Decimal], new: Mapping[K, Decimal]) -> dict[K, tuple[Decimal, Decimal]]:
    return {key: (old.get(key, _ZERO), new.get(key, _ZERO)) for key in dict.fromkeys([*old, *new])}
