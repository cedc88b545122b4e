"""What a plan pays for another system's rows: the run that stands, or one that is computed from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from salesrules.commissions import (
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    Payee,
    Plan,
    Statement,
    Transaction,
    TransactionKind,
    calculate_commissions,
)
from salesrules.core import (
    CurrencyTable,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Money,
    PeriodKind,
    SalesRulesError,
    as_tuple,
)
from salesrules.quotas import Quota, QuotaPolicy
from salesrules.testing.cases import PlanCase, flat_hierarchy, plain_quota_policy, policy_around
from salesrules.testing.their_rows import TheirRow, TheirRows, is_empty

if TYPE_CHECKING:
    from salesrules.company import CompanyResult

__all__ = ["Setting", "needed_words", "run_plan"]


@attrs.frozen(kw_only=True)
class Setting:
    """What a plan is computed with, as `assert_agrees` was given it."""

    pay_period: PeriodKind | str | None
    period: str | None
    quotas: tuple[Quota, ...] = attrs.field(converter=as_tuple)
    facts: CommissionFacts | None
    quota_policy: QuotaPolicy | None
    calendar: FiscalCalendar
    currencies: CurrencyTable


def needed_words(plan: object, facts: CommissionFacts | None) -> tuple[str, ...]:
    """The columns that rows must have: more where the transactions are made of them."""
    if facts is None and isinstance(plan, Plan | CommissionPolicy):
        return ("transaction", "payee", "day", "amount", "paid")
    return ("transaction", "paid")


def run_plan(
    plan: Plan | CommissionPolicy | CommissionRun | CompanyResult | PlanCase, rows: TheirRows, setting: Setting
) -> tuple[CommissionRun, Sequence[Statement]]:
    """The run, and those of its statements that are compared: of one period where one is given, else all.

    Raises `InvalidDocument` with every fault of the rows as facts, `InvalidValue` where it is not said how often a plan
    pays.
    """
    if isinstance(plan, PlanCase):
        run = plan.run()
        return run, (*run.earlier, *run.statements)
    if not isinstance(plan, Plan | CommissionPolicy):
        run = plan if isinstance(plan, CommissionRun) else plan.commissions
        return run, run.statements
    facts = setting.facts or facts_of(rows, _currency_of(plan))
    facts = attrs.evolve(facts, quotas=[*facts.quotas, *setting.quotas])
    days = [transaction.day for transaction in facts.transactions] or [date(2020, 1, 1)]
    label = None if setting.period is None else setting.calendar.period(setting.period)
    if isinstance(plan, Plan):
        kind = setting.pay_period or (label and label.kind)
        if not kind:
            raise InvalidValue("pay_period", None, "say how often the plan pays, such as 'month'")
        since = setting.calendar.at(PeriodKind.YEAR, min(days)).start
        policy = policy_around(plan, kind, tuple(facts.payees), since)
    else:
        policy = plan
    run = calculate_commissions(
        facts,
        policy,
        period=label or setting.calendar.at(policy.pay_period, max(days)),
        quota_policy=setting.quota_policy or plain_quota_policy(),
        calendar=setting.calendar,
        currencies=setting.currencies,
    )
    return run, run.statements if label else (*run.earlier, *run.statements)


def _currency_of(plan: Plan | CommissionPolicy) -> str:
    """The currency of amounts where rows name none; empty where the plans of a policy have several."""
    plans = (plan,) if isinstance(plan, Plan) else plan.plans
    currencies = {each.currency for each in plans}
    return currencies.pop() if len(currencies) == 1 else ""


def facts_of(rows: TheirRows, currency: str) -> CommissionFacts:
    """The transactions that rows tell of, and their payees; a transaction of several rows is told by the first.

    Raises `InvalidDocument` with every fault at once.
    """
    if not rows.rows:
        raise InvalidValue("their_rows", 0, "give at least one row; none at all would agree with any plan")
    faults: list[Fault] = []
    found: dict[str, Transaction] = {}
    for row in rows.rows:
        made = _transaction(row, rows, currency, faults)
        first = found.setdefault(made.id, made) if made else made
        if made and first and attrs.evolve(made, attributes={}) != attrs.evolve(first, attributes={}):
            remedy = "let rows of one transaction have the same payee, day and amounts; or give facts with its splits"
            problem = f"another row says otherwise about this transaction, at {first.source}"
            faults.append(row.fault("transaction", rows.columns["transaction"], problem, remedy))
    if faults:
        raise InvalidDocument(tuple(faults))
    payees = tuple(dict.fromkeys(transaction.payee for transaction in found.values()))
    return CommissionFacts(
        transactions=list(found.values()),
        payees=[Payee(id=payee, name=payee) for payee in payees],
        hierarchies=flat_hierarchy(payees),
    )


def _transaction(row: TheirRow, rows: TheirRows, currency: str, faults: list[Fault]) -> Transaction | None:
    before = len(faults)
    words = {word: rows.word(row, word, faults) for word in ("transaction", "payee")}
    more = {
        word: rows.word(row, word, faults, may_be_empty=True)
        for word in ("original", "currency")
        if word in rows.columns
    }
    day = rows.day(row, "day", faults)
    amount = rows.number(row, "amount", faults)
    cost, quantity = (rows.number(row, word, faults) for word in ("cost", "quantity"))
    if amount is None and len(faults) == before:
        faults.append(row.fault("amount", rows.columns["amount"], "it is empty", "give what was sold, 0 for nothing"))
    if day is None or amount is None or len(faults) > before:
        return None
    if amount < 0 and not more.get("original"):
        remedy = "give the id of the sale that came back in a column 'original'; a sale is zero or more"
        faults.append(row.fault("amount", rows.columns["amount"], "a return needs its sale", remedy))
        return None
    original, unit = more.get("original", ""), more.get("currency") or currency
    try:
        return Transaction(
            id=words["transaction"],
            day=day,
            payee=words["payee"],
            kind=TransactionKind.RETURN if original else TransactionKind.SALE,
            original=original or None,
            amount=Money(amount, unit),
            cost=None if cost is None else Money(cost, unit),
            quantity=quantity or 0,
            attributes={name: _plain(value) for name, value in row.attributes.items() if not is_empty(value)},
            source=f"{row.file}:{row.line}" if row.file else row.place,
        )
    except SalesRulesError as error:
        name = getattr(error, "field", "amount")
        word = name if name in rows.columns else "amount"
        remedy = getattr(error, "remedy", str(error))
        if name == "currency":
            remedy = f"give its currency in a column 'currency': {remedy}"
        faults.append(row.fault(word, rows.columns[word], "it does not fit a sale or a return", remedy))
        return None


def _plain(value: Any) -> str:
    """An attribute as text, whatever a frame made of it."""
    return float.__repr__(value) if isinstance(value, float) else str(value)
