"""The whole path for everybody: from facts and policy to the statements of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import attrs

from salesrules.commissions.model import (
    AdjustmentKind,
    BalanceKind,
    CommissionFacts,
    CommissionRun,
    PoolResult,
    SalesCredit,
    Statement,
    TransactionKind,
)
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.reasons import BALANCE_OWED, CAPPED, POOL_GATE, SHORTFALL
from salesrules.commissions.rules.assignments import first_assigned_day
from salesrules.commissions.rules.conversions import date_rates, measure_rates
from salesrules.commissions.rules.credit_fact_checks import check_credit_facts
from salesrules.commissions.rules.crediting import (
    credit_and_list_pending,
    report_outside_territory,
    report_pending,
    report_uncredited,
)
from salesrules.commissions.rules.fact_checks import check_facts, check_opening_days, returned_shares
from salesrules.commissions.rules.measures import unit_of
from salesrules.commissions.rules.name_checks import report_unknown_names
from salesrules.commissions.rules.opening_checks import check_openings
from salesrules.commissions.rules.pay_fact_checks import report_idle_events
from salesrules.commissions.rules.payee_run import PayeeRun, Setting
from salesrules.commissions.rules.payouts import PayoutStanding
from salesrules.commissions.rules.policy_checks import policy_faults
from salesrules.commissions.rules.settlement import add_payments, add_pool_parts, run_pools
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Money,
    Period,
    PolicyLife,
    PolicyReference,
    Reason,
    exact_sum,
)
from salesrules.quotas import CountsWorkingDays, Quota, QuotaPolicy

__all__ = ["calculate_commissions", "report_owed", "report_statements"]


def calculate_commissions(
    facts: CommissionFacts,
    policy: CommissionPolicy,
    *,
    period: Period,
    quota_policy: QuotaPolicy,
    calendar: FiscalCalendar,
    currencies: CurrencyTable,
    working_time: CountsWorkingDays | None = None,
    version: str = "",
    standings: Mapping[str, PayoutStanding] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> CommissionRun:
    """Every payee's statement for a period, computed from the start of their first assignment.

    Team pools are worked out from everybody's credits and paid to their members, and totals are converted for those who
    are paid in another currency. Earlier periods are computed too, since balances and returns reach back; opening
    balances shorten nothing but replace what would be owed. `working_time` says which days a quota policy counts that
    counts working days. `version` names the rulebook that the policies came from and is kept in the result.
    `standings` say by payee what of payouts stands when the period begins (nothing for those who have none), where the
    transactions are only those that the lines of the period come from: what earlier periods lack is no fault then.
    `on_progress` is told after each payee how many of how many are done.

    Raises `InvalidDocument` with all faults at once: of the policy, of the facts, missing quotas or exchange rates,
    credits without a plan. Raises `InvalidValue` where the period is not one that the policy pays by.
    Source: the pipeline of sales credit, measure, rate table, modifiers and balances.
    """
    if period.kind is not policy.pay_period:
        raise InvalidValue("period", period.label, f"plans pay by {policy.pay_period.value}; give such a period")
    faults = [fault for fault in policy_faults(policy) if fault.severity == "error"]
    faults += [*_unapproved("commissions", policy.life), *_unapproved("quotas", quota_policy.life)]
    faults += _uncounted(quota_policy, working_time)
    faults += [*check_facts(facts), *check_credit_facts(facts, policy), *check_openings(facts, policy)]
    faults += [*check_opening_days(facts, period.kind, calendar)]
    if faults:
        raise InvalidDocument(tuple(faults))
    transactions = {t.id: t for t in facts.transactions}
    setting = Setting(
        facts=attrs.evolve(facts, exchange_rates=measure_rates(facts, policy.conversion)),
        policy=policy,
        quota_policy=quota_policy,
        calendar=calendar,
        currencies=currencies,
        sales={t.id: t for t in facts.transactions if t.kind is TransactionKind.SALE},
        originals=frozenset(t.original for t in facts.transactions if t.original is not None),
        returned=returned_shares(transactions),
        working_time=working_time,
    )
    credits: dict[str, list[SalesCredit]] = defaultdict(list)
    found, pending = credit_and_list_pending(facts, policy, period.end)
    credited = date_rates(found, policy, calendar)
    for credit in credited:
        if credit.day < period.end:
            credits[credit.payee].append(credit)
    faults += _unknown_receivers(facts, credits)
    quotas: dict[str, list[Quota]] = defaultdict(list)
    for quota in facts.quotas:
        quotas[quota.holder].append(quota)
    statements: list[Statement] = []
    findings = [*report_outside_territory(facts), *report_uncredited(facts, policy, period)]
    findings += [*report_unknown_names(facts, policy, period), *report_idle_events(facts, policy, period)]
    for done, payee in enumerate(facts.payees.values(), start=1):
        run = PayeeRun(setting, payee, credits[payee.id], quotas[payee.id])
        days = [credit.day for credit in credits[payee.id][:1]]
        days += [opening.day for opening in facts.opening_balances if opening.payee == payee.id]
        days += [opening.day for opening in facts.opening_holds if opening.payee == payee.id]
        first = min(filter(None, [first_assigned_day(payee, policy), *days]), default=period.end)
        if first < period.end:
            standing = None if standings is None else standings.get(payee.id, PayoutStanding())
            statements += run.statements(calendar.periods(period.kind, DateRange(first, period.end)), standing)
        faults += run.faults
        findings += run.findings[period]
        if on_progress is not None:
            on_progress(done, len(facts.payees))
    pools, wrong = run_pools(credited, setting, period)
    statements = add_pool_parts(statements, pools, setting, faults)
    faults += wrong
    statements = add_payments(statements, facts, policy, currencies, faults)
    if faults:
        raise InvalidDocument(_once(faults))
    reached = [result for result, found in pools if found == period]
    now = [statement for statement in statements if statement.period == period]
    return CommissionRun(
        period=period,
        statements=now,
        earlier=[statement for statement in statements if statement.period != period],
        findings=(
            *findings,
            *report_pending(pending),
            *_closed_gates(reached, policy),
            *report_statements(now),
            *_owed_by_others(statements, now),
        ),
        currencies=currencies,
        version=version,
        pending=pending,
        pools=reached,
    )


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults in order, each once; what several payees' credits lack, such as an exchange rate, once for all."""
    found: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        place = "" if fault.code == "commissions.unmeasurable" else fault.path
        found.setdefault((fault.code, place, fault.problem), fault)
    return tuple(found.values())


def _uncounted(policy: QuotaPolicy, working_time: CountsWorkingDays | None) -> Iterator[Fault]:
    if working_time is None and policy.counts_working_days:
        yield Fault(
            code="commissions.no_working_time",
            path="quotas.day_count",
            problem="working days are counted, but nobody says which they are",
            remedy="give the firm's working time (in a document, rulebook.working_time), or count calendar days",
            value=policy.day_count.value,
        )


def _unapproved(section: str, life: PolicyLife) -> Iterator[Fault]:
    if not life.is_approved:
        yield Fault(
            code="commissions.unapproved",
            path=f"{section}.life.status",
            problem="an unapproved version decides nothing",
            remedy="have it approved, and name the approver",
            value=life.status.value,
        )


def _unknown_receivers(facts: CommissionFacts, credits: Mapping[str, Sequence[SalesCredit]]) -> Iterator[Fault]:
    """A fault for each manager in the reporting lines who is credited, but is not among the people."""
    for payee in sorted(credits.keys() - facts.payees.keys()):
        roles = ", ".join(sorted({credit.role for credit in credits[payee]}))
        yield Fault(
            code="commissions.unknown_payee",
            path="hierarchies",
            problem=f"{payee} is credited ({roles}), but nobody with this id is among the people",
            remedy="add the person",
            value=payee,
        )


def _closed_gates(results: Iterable[PoolResult], policy: CommissionPolicy) -> Iterator[Reason]:
    units = {pool.id: unit_of(pool.component, pool.currency) for pool in policy.pools}
    for result in results:
        if result.gate is not None and not result.is_open:
            unit = units[result.pool]
            measured, gate = (Money(each, unit) if unit else each for each in (result.measured, result.gate))
            entry = PolicyReference("TeamPool", result.pool, "gate")
            yield POOL_GATE(pool=result.pool, period=result.period, measured=measured, gate=gate, policy=entry)


def _owed_by_others(statements: Iterable[Statement], now: Iterable[Statement]) -> Iterator[Reason]:
    """What those owe who have no statement in the period any more."""
    here = {(statement.payee, statement.currency) for statement in now}
    last = {(s.payee, s.currency): s.closing for s in sorted(statements, key=lambda s: s.period.start)}
    yield from report_owed((whose[0], owed) for whose, owed in last.items() if whose not in here)


def report_owed(owed: Iterable[tuple[str, Money]]) -> Iterator[Reason]:
    """One finding for each payee who owes something."""
    for payee, amount in owed:
        if amount:
            yield BALANCE_OWED(payee=payee, amount=amount)


def report_statements(statements: Iterable[Statement]) -> Iterator[Reason]:
    """What each statement has to tell: what caps took, shortfalls that are carried, and what is owed."""
    for statement in statements:
        for cap in sorted({line.cap.policy for line in statement.lines if line.cap is not None}):
            cut = [line for line in statement.lines if line.cap is not None and line.cap.policy == cap]
            lost = exact_sum(line.capped for line in cut)
            amount = Money(lost if isinstance(lost, Decimal) else cut[0].rounding(lost), statement.currency)
            if amount:
                policy = PolicyReference("Cap", cap, "amount")
                yield CAPPED(payee=statement.payee, cap=cap, amount=amount, policy=policy)
        for adjustment in statement.adjustments:
            if adjustment.kind is AdjustmentKind.CAP and adjustment.amount.amount < 0:
                policy = PolicyReference("EarningsCap", adjustment.policy, "amount")
                yield CAPPED(payee=statement.payee, cap=adjustment.policy, amount=-adjustment.amount, policy=policy)
        for entry in statement.balances:
            if entry.kind is BalanceKind.SHORTFALL_CARRIED:
                yield SHORTFALL(payee=statement.payee, amount=entry.amount)
        if statement.closing:
            yield BALANCE_OWED(payee=statement.payee, amount=statement.closing)
