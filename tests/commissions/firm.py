"""Short words for the facts and policies of small firms."""

from __future__ import annotations

import decimal
import functools
from datetime import date
from decimal import Decimal

from commissions.sentences import look_up

from salesrules import commissions
from salesrules.commissions import (
    AmountTable,
    Assignment,
    AttainmentTable,
    Cap,
    ClosingPolicy,
    CommissionFacts,
    CommissionInputs,
    CommissionPolicy,
    Component,
    DirectCredit,
    Draw,
    OverrideCredit,
    Payee,
    Plan,
    SalesCredit,
    StatementRounding,
    Transaction,
    TransactionKind,
)
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    ExchangeRates,
    FiscalCalendar,
    Money,
    PolicyLife,
    Rate,
    Rounding,
    SalesRulesError,
)
from salesrules.org import Hierarchy
from salesrules.quotas import Quota, QuotaPolicy

#: What is calculated here is calculated while the caller's own decimals keep one digit and refuse to lose another: no
#: amount may hang on the context that a caller happens to be in.
NARROW = decimal.Context(prec=1, Emin=0, Emax=0, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow])

CALENDAR = FiscalCalendar()
CURRENCIES = CurrencyTable.iso()
ALWAYS = DateRange(date(2019, 1, 1))
YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))


def narrowly(function):
    """The function, called while the caller's own decimals are narrow; what it says of faults must be known."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            with decimal.localcontext(NARROW):
                found = function(*args, **kwargs)
        except SalesRulesError as error:
            look_up(error)
            raise
        look_up(found)
        return found

    return call


blended_rate = narrowly(commissions.blended_rate)
calculate_liability = narrowly(commissions.calculate_liability)
check_credit_facts = narrowly(commissions.check_credit_facts)
check_facts = narrowly(commissions.check_facts)
check_policy = narrowly(commissions.check_policy)
close_period = narrowly(commissions.close_period)
credit_transactions = narrowly(commissions.credit_transactions)
explain_line = narrowly(commissions.explain_line)
explain_measurement = narrowly(commissions.explain_measurement)
explain_payment = narrowly(commissions.explain_payment)
explain_pool = narrowly(commissions.explain_pool)
explain_statement = narrowly(commissions.explain_statement)
find_next_threshold = narrowly(commissions.find_next_threshold)
find_occurrences = narrowly(commissions.find_occurrences)
gain_from_deferring = narrowly(commissions.gain_from_deferring)
gain_from_holding_returns = narrowly(commissions.gain_from_holding_returns)
gain_from_splitting = narrowly(commissions.gain_from_splitting)
list_pending = narrowly(commissions.list_pending)
marginal_rate = narrowly(commissions.marginal_rate)
measure_credit = narrowly(commissions.measure_credit)
measure_rates = narrowly(commissions.measure_rates)
payout_curve = narrowly(commissions.payout_curve)
payout_curves = narrowly(commissions.payout_curves)
plan_spans = narrowly(commissions.plan_spans)
prove_curve = narrowly(commissions.prove_curve)
prove_plan = narrowly(commissions.prove_plan)
report_curve = narrowly(commissions.report_curve)
report_left_out = narrowly(commissions.report_left_out)
settle_balances = narrowly(commissions.settle_balances)
solve_measure = narrowly(commissions.solve_measure)
split_payout = narrowly(commissions.split_payout)
split_pool = narrowly(commissions.split_pool)
why_changed = narrowly(commissions.why_changed)


def day(text):
    """`"01-31"` is in 2020; a whole date is itself."""
    return date.fromisoformat(text if len(text) == 10 else f"2020-{text}")


def days(start, end=None):
    return DateRange(day(start), None if end is None else day(end))


def life(effective=ALWAYS, status="in_force"):
    return PolicyLife(status=status, scope="sales", owner="operations", approver="director", effective=effective)


def tiers(*cells, side="lower", end=None):
    """`tiers("0", "2%", "100", "4%")`: bounds and rates by turns; `None` is open below."""
    pairs = zip(cells[::2], cells[1::2], strict=True)
    bands = [Band(start=None if bound is None else Decimal(bound), value=Rate.parse(rate)) for bound, rate in pairs]
    return BandTable(bands=bands, side=side, end=end)


def by_amount(*cells, mode="marginal", side="lower"):
    return AmountTable(mode=mode, tiers=tiers(*cells, side=side))


def by_quota(*cells, mode="marginal", side="lower", quota_measure="amount"):
    return AttainmentTable(mode=mode, tiers=tiers(*cells, side=side), quota_measure=quota_measure)


FLAT = by_amount("0", "10%")


def component(table=FLAT, id="pay", credits=("direct",), measure="amount", accumulate="period", filters=()):
    return Component(id=id, credits=credits, measure=measure, accumulate=accumulate, table=table, filters=filters)


def plan(
    *components,
    id="plan",
    family=None,
    effective=ALWAYS,
    status="in_force",
    currency="USD",
    level="line",
    mode="half_up",
    digits=None,
    returns="original_terms",
    proration="by_days",
    cap=None,
):
    return Plan(
        id=id,
        family=family or id,
        name=id,
        life=life(effective, status),
        currency=currency,
        components=components,
        rounding=StatementRounding(level=level, mode=mode, digits=digits),
        returns=returns,
        proration=proration,
        cap=None if cap is None else Cap(id=f"{id}-cap", amount=money(cap, currency)),
    )


def draw(amount, effective=YEAR, *, recoverable=True, recovery="100%", id="draw"):
    return Draw(
        id=id,
        amount=money(amount),
        recoverable=recoverable,
        effective=effective,
        maximum_recovery=Rate.parse(recovery),
    )


def assign(plan="plan", payees=("ana",), effective=ALWAYS, positions=(), draw=None, id=None):
    id = id or f"{plan}-{effective.start}-{'-'.join((*payees, *positions))}"
    return Assignment(id=id, plan=plan, effective=effective, payees=payees, positions=positions, draw=draw)


def direct(share="100%", effective=ALWAYS, id="seller"):
    return DirectCredit(id=id, effective=effective, share=Rate.parse(share))


def override(level=1, share="100%", effective=ALWAYS, id=None):
    return OverrideCredit(id=id or f"manager-{level}", effective=effective, level=level, share=Rate.parse(share))


def closing(recovery="100%", **options):
    return ClosingPolicy(id="closing", maximum_recovery=Rate.parse(recovery), **options)


def policy(
    *plans,
    assignments=None,
    crediting=None,
    pay_period="quarter",
    carry_shortfall=True,
    status="in_force",
    closing=None,
):
    families = dict.fromkeys(plan.family for plan in plans)
    return CommissionPolicy(
        life=life(status=status),
        pay_period=pay_period,
        carry_shortfall=carry_shortfall,
        plans=plans,
        crediting=[direct()] if crediting is None else crediting,
        assignments=[assign(family) for family in families] if assignments is None else assignments,
        closing=closing,
    )


def money(amount, currency="USD"):
    return Money(Decimal(amount), currency)


def sale(id, on, amount, payee="ana", currency="USD", cost=None, quantity=0, source="", **attributes):
    return Transaction(
        id=id,
        day=day(on),
        payee=payee,
        amount=money(amount, currency),
        cost=None if cost is None else money(cost, currency),
        quantity=Decimal(quantity),
        attributes=attributes,
        source=source,
    )


def back(id, on, amount, original, payee="ana", currency="USD", cost=None, quantity=0, source="", **attributes):
    """A return; the amount is written as it was sold, above zero."""
    return Transaction(
        id=id,
        day=day(on),
        payee=payee,
        kind=TransactionKind.RETURN,
        original=original,
        amount=money(-Decimal(amount), currency),
        cost=None if cost is None else money(-Decimal(cost), currency),
        quantity=-Decimal(quantity),
        attributes=attributes,
        source=source,
    )


def credit(transaction, payee="ana", role="direct", share="100%"):
    return SalesCredit(
        transaction=transaction, payee=payee, role=role, share=Rate.parse(share), day=transaction.day, rule="seller"
    )


def tree(*spans):
    """Reporting lines: `(range, {person: manager})` each."""
    entries = [DatedValue(effective=span, value=Hierarchy.from_parents(parents)) for span, parents in spans]
    return Dated(subject="reporting lines", entries=entries)


def quota(amount, span=YEAR, holder="ana", unit="USD", measure="amount"):
    id = f"{holder}-{span.start}-{measure}"
    return Quota(id=id, holder=holder, span=span, amount=Decimal(amount), unit=unit, measure=measure)


def facts(*transactions, people=("ana",), boss=None, hierarchies=None, quotas=(), openings=(), rates=()):
    payees = [person if isinstance(person, Payee) else Payee(id=person, name=person) for person in people]
    parents = {payee.id: None for payee in payees} | (boss or {})
    return CommissionFacts(
        transactions=transactions,
        payees=payees,
        hierarchies=hierarchies or tree((ALWAYS, parents)),
        quotas=quotas,
        opening_balances=openings,
        exchange_rates=ExchangeRates.of(rates),
    )


QUOTAS = QuotaPolicy(life=life(), rounding=Rounding(digits=2, mode="half_up"), proration="prorate_by_days")


def run(facts, policy, period="2020-Q1", quota_policy=QUOTAS, **options):
    return narrowly(commissions.calculate_commissions)(
        facts,
        policy,
        period=CALENDAR.period(period),
        quota_policy=quota_policy,
        calendar=CALENDAR,
        currencies=CURRENCIES,
        **options,
    )


def pay(facts, policy, period="2020-Q1", payee="ana", **options):
    """One payee's statement."""
    return run(facts, policy, period, **options).statement_of(payee)


def amounts(statement):
    """The lines' amounts as strings, in order."""
    return [str(line.amount.amount) for line in statement.lines]


def cents(amount):
    """An amount of money that has no more than two digits, with two."""
    assert amount.amount == round(amount.amount, 2)
    return f"{amount.amount:.2f}"


def inputs(facts, policy, quota_policy=QUOTAS, calendar=CALENDAR, currencies=CURRENCIES, version=""):
    return CommissionInputs(
        facts=facts,
        policy=policy,
        quota_policy=quota_policy,
        calendar=calendar,
        currencies=currencies,
        version=version,
    )


def restate(closed, facts, policy, period, **options):
    known = inputs(facts, policy, **options)
    return narrowly(commissions.restate_commissions)(closed, known, period=CALENDAR.period(period))


def close_in_turn(*given, first="2020-Q1"):
    """One closed period after the other, each from its facts and policy: `(facts, policy)`."""
    closed, period = [], CALENDAR.period(first)
    for facts, policy in given:
        closed.append(close_period(restate(closed, facts, policy, period.label)))
        period = CALENDAR.next(period)
    return closed
