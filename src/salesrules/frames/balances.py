"""Balances over statements: what draws advance and get back, and shortfalls that are carried, payee by payee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from salesrules.commissions import BalanceKind, CommissionPolicy, Draw, Payee, PlanSpan, plan_spans, settle_balances
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Money,
    Period,
    exact_sum,
)
from salesrules.frames.reading import as_table

__all__ = ["settle_in_bulk"]

_CALENDAR = FiscalCalendar()
_ZERO = Decimal(0)
_KINDS = {
    "draws": BalanceKind.DRAW_PAID,
    "shortfalls": BalanceKind.SHORTFALL_CARRIED,
    "recovered": BalanceKind.BALANCE_RECOVERED,
}
_AMOUNTS = ("earned", *_KINDS, "paid", "opening", "closing")


def settle_in_bulk(
    policy: CommissionPolicy,
    statements: Any,
    *,
    until: date,
    payees: Any = None,
    owed: Any = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
) -> pa.Table:
    """What is paid of what statements come to: draws of assignments lift pay and are recovered, shortfalls are carried.

    `statements` has `payee`, `period` and `commission`, as `calculate` gives them; `payees` has `payee` and `position`
    of everybody who can be paid (those of the statements, and whom assignments name, where it is not given); `owed` has
    `payee`, `day` and `amount` of what is owed from before. Amounts are decimals in the plans' currency.

    Gives a row for each payee and pay period, from the first assignment, credit or debt to the period of `until`, in
    which a plan holds or something was earned: `earned`, `draws` (advanced), `shortfalls` (carried), `recovered` (not
    above zero), `paid`, and what is owed at the `opening` and the `closing`.

    Raises `InvalidDocument` where plans pay in several currencies, or ask for what stands between earning and paying:
    payouts, clawbacks, minimum payments.
    """
    faults = [*_faults(policy)]
    if faults:
        raise InvalidDocument(tuple(faults))
    table = as_table(statements, "statements")
    earned: dict[str, dict[str, Decimal]] = {}
    rows = zip(*(table[name].to_pylist() for name in ("payee", "period", "commission")), strict=True)
    for payee, label, amount in rows:
        earned.setdefault(str(payee), {})[str(label)] = Decimal(amount)
    openings: dict[str, dict[date, Decimal]] = {}
    if owed is not None:
        debts = as_table(owed, "owed")
        for payee, day, amount in zip(*(debts[name].to_pylist() for name in ("payee", "day", "amount")), strict=True):
            openings.setdefault(str(payee), {})[day] = Decimal(amount)
    run = _Balances(policy, calendar, currencies or CurrencyTable.iso(), until)
    found = [
        row for payee in _people(policy, earned, payees) for row in run.rows(payee, earned.get(payee.id, {}), openings)
    ]
    digits = max((-int(value.as_tuple().exponent) for row in found for value in row[2:]), default=0)
    columns = {
        name: pa.array([row[place] for row in found], pa.string()) for place, name in enumerate(("payee", "period"))
    }
    kind = pa.decimal128(38, max(digits, run.digits))
    columns |= {name: pa.array([row[place] for row in found], kind) for place, name in enumerate(_AMOUNTS, start=2)}
    return pa.table(columns)


def _faults(policy: CommissionPolicy) -> Iterator[Fault]:
    currencies = sorted({plan.currency for plan in policy.plans})
    if len(currencies) > 1:
        problem, remedy = "plans pay in several currencies", "settle the plans of each currency apart"
        yield _fault("mixed_currencies", "plans", problem, remedy, ", ".join(currencies))
    for place, plan in enumerate(policy.plans):
        for name in ("payouts", "clawbacks", "minimum_payment"):
            if getattr(plan, name) not in ((), None):
                problem = f"balances in bulk do not know {name.replace('_', ' ')}"
                remedy = "calculate it with calculate_commissions, which does all of it"
                yield _fault(name, f"plans[{place}].{name}", problem, remedy, plan.id)


def _fault(code: str, path: str, problem: str, remedy: str, value: str) -> Fault:
    return Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, value=value)


def _people(policy: CommissionPolicy, earned: Mapping[str, object], payees: Any) -> list[Payee]:
    """Everybody who can be paid, in the order of their ids."""
    positions: dict[str, str] = {}
    if payees is not None:
        given = as_table(payees, "payees")
        places = given["position"].to_pylist() if "position" in given.column_names else [""] * len(given)
        positions = {str(id): place or "" for id, place in zip(given["payee"].to_pylist(), places, strict=True)}
    else:
        positions = dict.fromkeys([*earned, *(id for each in policy.assignments for id in each.payees)], "")
    return [Payee(id=id, name=id, position=positions[id]) for id in sorted(positions)]


class _Balances:
    """Settles payees one after the other; which plans and draws hold is worked out once for those who are alike."""

    def __init__(
        self, policy: CommissionPolicy, calendar: FiscalCalendar, currencies: CurrencyTable, until: date
    ) -> None:
        self._policy, self._calendar = policy, calendar
        if not policy.plans:
            raise InvalidValue("plans", 0, "give the policy the plans that paid the statements")
        self._currency = policy.plans[0].currency
        self.digits = currencies.digits(self._currency)
        self._end = calendar.at(policy.pay_period, until).end
        self._spans: dict[tuple[tuple[str, ...], Period], tuple[PlanSpan, ...]] = {}
        self._number: dict[tuple[date, Period], int] = {}

    def rows(
        self, payee: Payee, earned: Mapping[str, Decimal], openings: Mapping[str, Mapping[date, Decimal]]
    ) -> Iterator[tuple[Any, ...]]:
        """A payee's rows in the order of the pay periods."""
        own = [each for each in self._policy.assignments if payee.id in each.payees or payee.position in each.positions]
        opened = openings.get(payee.id, {})
        kind = self._policy.pay_period
        days = [*(each.effective.start for each in own), *opened]
        days += [self._calendar.period(label).start for label in earned]
        first = min(days, default=self._end)
        alike = tuple(f"{each.id}\0{payee.id in each.payees}" for each in own)
        owed = _ZERO
        for period in self._calendar.periods(kind, DateRange(first, self._end)) if first < self._end else ():
            owed = opened.get(period.start, owed)
            key = alike, period
            spans = self._spans.get(key)
            if spans is None:
                spans = self._spans[key] = plan_spans(payee, self._policy, period.span)
            if not spans and period.label not in earned:
                continue
            amounts = self._settled(earned.get(period.label, _ZERO), owed, spans, period)
            yield payee.id, period.label, *amounts
            owed = amounts[-1]

    def _settled(
        self, earned: Decimal, owed: Decimal, spans: tuple[PlanSpan, ...], period: Period
    ) -> tuple[Decimal, ...]:
        currency = self._currency
        entries = settle_balances(
            Money(earned, currency),
            Money(owed, currency),
            spans,
            period.span,
            self.digits,
            carry_shortfall=self._policy.carry_shortfall,
            number_of=lambda draw: self._number_of(draw, period),
        )
        kinds = [exact_sum(entry.amount.amount for entry in entries if entry.kind is kind) for kind in _KINDS.values()]
        paid, closing = exact_sum([earned, *kinds]), exact_sum([owed, *(entry.owed.amount for entry in entries)])
        return earned, *kinds, paid, owed, closing

    def _number_of(self, draw: Draw, period: Period) -> int:
        """Which of a draw's periods one is: 1 for the first that starts on or after the draw's own first day."""
        key = draw.effective.start, period
        if key not in self._number:
            self._number[key] = 0
            if period.start >= draw.effective.start:
                span = DateRange(draw.effective.start, period.end)
                starts = [each.start for each in self._calendar.periods(period.kind, span)]
                self._number[key] = sum(1 for start in starts if start in span)
        return self._number[key]
