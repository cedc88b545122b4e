"""What stands on statements beside lines and draws: parts of team pools, and pay in a person's own currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import attrs

from salesrules.commissions.model import (
    BalanceEntry,
    BalanceKind,
    CommissionFacts,
    PoolPart,
    PoolResult,
    SalesCredit,
    Statement,
)
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.rules.conversions import convert_payment
from salesrules.commissions.rules.payee_run import Setting
from salesrules.commissions.rules.pools import PoolRun, pools_in_order
from salesrules.core import CurrencyTable, DateRange, Fault, Money, Period, SalesRulesError

__all__ = ["PoolPeriod", "add_payments", "add_pool_parts", "run_pools"]

#: What a pool came to, and the period in which it did.
PoolPeriod = tuple[PoolResult, Period]


def run_pools(
    credits: Sequence[SalesCredit], setting: Setting, until: Period
) -> tuple[tuple[PoolPeriod, ...], list[Fault]]:
    """Every pool in every pay period up to one, from the first credit on; each pool after those that feed it."""
    policy, calendar = setting.policy, setting.calendar
    if not policy.pools or not credits or credits[0].day >= until.end:
        return (), []
    runs = {
        pool.id: PoolRun(
            pool,
            credits,
            setting.facts,
            policy,
            setting.quota_policy,
            calendar,
            setting.currencies,
            setting.working_time,
        )
        for pool in policy.pools
    }
    found: list[PoolPeriod] = []
    for period in calendar.periods(until.kind, DateRange(credits[0].day, until.end)):
        results: dict[str, PoolResult] = {}
        for pool in pools_in_order(policy.pools):
            if period.start in pool.effective:
                fed = [results[other] for other in pool.pools if other in results]
                results[pool.id] = runs[pool.id].result(period, fed)
        found += [(result, period) for result in results.values()]
    return tuple(found), [fault for run in runs.values() for fault in run.faults]


def add_pool_parts(
    statements: Iterable[Statement], pools: Iterable[PoolPeriod], setting: Setting, faults: list[Fault]
) -> list[Statement]:
    """The statements with the members' parts of pools; a member without a statement in a period gets one.

    A pool in another currency than the statement's is a fault.
    """
    parts: dict[tuple[str, Period], list[PoolPart]] = defaultdict(list)
    for result, period in pools:
        for share in result.shares:
            if share.amount:
                parts[share.payee, period].append(PoolPart(result=result, share=share))
    found: list[Statement] = []
    for statement in statements:
        own = parts.pop((statement.payee, statement.period), [])
        found.append(_with_parts(statement, own, faults))
    for (payee, period), own in parts.items():
        currency = own[0].share.amount.currency
        last = _last_before(found, payee, period, currency)
        owed = Money.zero(currency) if last is None else last.closing
        empty = Statement(
            payee=payee,
            period=period,
            currency=currency,
            plans=(),
            lines=(),
            earned=Money.zero(currency),
            paid=Money.zero(currency),
            opening=owed,
            closing=owed,
            held=None if last is None else last.held,
        )
        found.append(_with_parts(empty, own, faults))
    order = {payee: index for index, payee in enumerate(setting.facts.payees)}
    return sorted(found, key=lambda statement: (order[statement.payee], statement.period.start)) if parts else found


def _with_parts(statement: Statement, parts: Iterable[PoolPart], faults: list[Fault]) -> Statement:
    for part in parts:
        amount, pool = part.share.amount, part.result.pool
        if amount.currency != statement.currency:
            faults.append(
                Fault(
                    code="commissions.pool_currency",
                    path=f"pools[{pool}].currency",
                    problem=f"{statement.payee} is paid by plans in {statement.currency} in {statement.period.label}",
                    remedy="let the pool pay in that currency, or name other members",
                    value=amount.currency,
                )
            )
            continue
        entry = BalanceEntry(
            kind=BalanceKind.POOL_PART, amount=amount, policy=pool, owed=Money.zero(amount.currency), part=part
        )
        statement = attrs.evolve(statement, balances=(*statement.balances, entry), paid=statement.paid + amount)
    return statement


def _last_before(statements: Iterable[Statement], payee: str, period: Period, currency: str) -> Statement | None:
    """The last statement before a period of a payee who has none in it; one in another currency stays where it is."""
    earlier = [s for s in statements if s.payee == payee and s.period.start < period.start]
    last = max(earlier, key=lambda statement: statement.period.start, default=None)
    return last if last is not None and last.currency == currency else None


def add_payments(
    statements: Iterable[Statement],
    facts: CommissionFacts,
    policy: CommissionPolicy,
    currencies: CurrencyTable,
    faults: list[Fault],
) -> list[Statement]:
    """The statements with pay in their payees' own currencies, at the rates of days; a missing one is a fault."""
    found: list[Statement] = []
    for statement in statements:
        payee = facts.payees.get(statement.payee)  # nobody where somebody who is gone is restated
        currency = None if payee is None else payee.currency
        try:
            converted = convert_payment(
                statement,
                currency or statement.currency,
                facts.exchange_rates,
                policy.conversion,
                currencies,
            )
        except SalesRulesError as error:
            faults.append(
                Fault(
                    code="commissions.unpayable",
                    path=f"payees[{statement.payee}].currency",
                    problem=str(error),
                    remedy="give the rate of that day",
                    value=currency,
                )
            )
            continue
        found.append(converted)
    return found
