"""Team pools: what the credits of many earn together, split exactly among the members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model import (
    CommissionFacts,
    Payee,
    PoolResult,
    PoolShare,
    SalesCredit,
    StatementLine,
    Transaction,
    TransactionKind,
)
from salesrules.commissions.policy import (
    Accumulation,
    CommissionPolicy,
    Plan,
    PoolSplit,
    Proration,
    ReturnTerms,
    RoundingLevel,
    StatementRounding,
    TeamPool,
)
from salesrules.commissions.rules.fact_checks import unmeasurable
from salesrules.commissions.rules.held_quotas import HeldQuotas
from salesrules.commissions.rules.lines import LineMaker
from salesrules.commissions.rules.measures import unit_of
from salesrules.commissions.rules.plan_days import period_kind
from salesrules.commissions.rules.table_curves import needed_quota
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    Money,
    Period,
    Rate,
    Rounding,
    SalesRulesError,
    exact_product,
    exact_sum,
    share_of,
    total,
)
from salesrules.quotas import CountsWorkingDays, QuotaPolicy

__all__ = ["PoolRun", "pool_plan", "pool_weights", "pools_in_order", "split_pool"]

_POOL = "pool"


def pools_in_order(pools: Iterable[TeamPool]) -> tuple[TeamPool, ...]:
    """The pools, each after those that feed it; pools that feed each other in a circle are left out."""
    left = list(pools)
    ordered: list[TeamPool] = []
    while ready := [pool for pool in left if set(pool.pools) <= {other.id for other in ordered}]:
        ordered += ready
        left = [pool for pool in left if pool not in ready]
    return tuple(ordered)


def split_pool(amount: Money, weights: Mapping[str, Fraction], pool: TeamPool, digits: int) -> tuple[PoolShare, ...]:
    """A pool's amount by the members' weights, with the largest remainder; the shares sum to it.

    Where no member has a weight above zero, as when nobody's own credits fed the pool, all weigh the same.
    """
    if not any(weights.values()):
        weights = dict.fromkeys(weights, Fraction(1))
    parts = amount.allocate(list(weights.values()), CurrencyTable.iso(), pool.ties, digits)
    whole = sum(weights.values(), Fraction(0))
    return tuple(
        PoolShare(payee=payee, weight=weight, total=whole, amount=part)
        for (payee, weight), part in zip(weights.items(), parts, strict=True)
    )


def pool_weights(
    pool: TeamPool, payees: Iterable[Payee], period: Period, own: Callable[[Payee, DateRange], Fraction]
) -> dict[str, Fraction]:
    """The weight of each member, by the order of the people; what is held for part of a period by its days.

    `own` is what a member's own credits of some days fed, which counts where the pool is split by share.
    """
    found: dict[str, Fraction] = {}
    for payee in payees:
        for member in pool.members:
            held = member.effective.intersection(period.span)
            if held is None or not (payee.id in member.payees or payee.position in member.positions):
                continue
            if pool.split is PoolSplit.BY_SHARE:
                weight = own(payee, held)
            else:
                weight = Fraction(member.weight) if pool.split is PoolSplit.WEIGHTED else Fraction(1)
                weight *= share_of(held, period.span)
            found[payee.id] = found.get(payee.id, Fraction(0)) + weight
    return {payee: max(weight, Fraction(0)) for payee, weight in found.items()}


class PoolRun:
    """Works out one pool through the periods; `faults` collects what is wrong."""

    def __init__(
        self,
        pool: TeamPool,
        credits: Iterable[SalesCredit],
        facts: CommissionFacts,
        policy: CommissionPolicy,
        quota_policy: QuotaPolicy,
        calendar: FiscalCalendar,
        currencies: CurrencyTable,
        working_time: CountsWorkingDays | None = None,
    ) -> None:
        self._pool = pool
        self._facts = facts
        self._policy = policy
        self._calendar = calendar
        self._digits = currencies.digits(pool.currency)
        self._plan = pool_plan(pool, policy)
        self._credits = [credit for credit in credits if self._feeds(credit)]
        quotas = [quota for quota in facts.quotas if quota.holder == pool.id]
        self._quotas = HeldQuotas(pool.id, quotas, quota_policy, calendar, working_time)
        self._faults: list[Fault] = []
        self._maker = LineMaker(
            rates=facts.exchange_rates,
            bucket=self._bucket,
            quota_over=self._quotas.over,
            on_fault=self._cannot_measure,
        )

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, in the order found; quotas last."""
        return [*self._faults, *self._quotas.faults]

    def result(self, period: Period, fed: Sequence[PoolResult]) -> PoolResult:
        """What the pool came to in a period, given what the pools that feed it did; periods come in their order."""
        pool = self._pool
        credits = [credit for credit in self._credits if credit.day in period]
        credits += [_as_credit(result, period, pool) for result in fed if result.amount]
        rounding = Rounding(digits=self._digits, mode=pool.rounding)
        lines = self._maker.lines(self._plan, credits, rounding, None)
        measured = exact_sum(line.measured for line in lines)
        gate = self._gate(period)
        amount = total([line.amount for line in lines], pool.currency)
        if gate is not None and measured < gate:
            amount = Money.zero(pool.currency)
        result = PoolResult(
            pool=pool.id,
            period=period.label,
            measured=measured,
            gate=gate,
            lines=lines,
            amount=amount,
            digits=self._digits,
        )
        weights = pool_weights(pool, self._facts.payees.values(), period, lambda payee, held: _own(payee, held, lines))
        if weights:
            return attrs.evolve(result, shares=split_pool(amount, weights, pool, self._digits))
        if amount:
            self._fault("pool_without_members", f"nobody has a part in the {amount} of {period.label}", "name members")
        return result

    def _feeds(self, credit: SalesCredit) -> bool:
        sources = self._pool.sources
        payee = self._facts.payees.get(credit.payee)
        return not sources or credit.payee in sources or (payee is not None and payee.position in sources)

    def _bucket(self, plan: Plan, accumulate: Accumulation, day: date) -> DateRange:
        return self._calendar.at(period_kind(accumulate, self._policy.pay_period), day).span

    def _gate(self, period: Period) -> Decimal | None:
        """The gate in the measure's unit: where the table goes by attainment, the gate is a share of the quota."""
        gate, measure = self._pool.gate, needed_quota(self._pool.component.table)
        if gate is None or measure is None:
            return gate
        unit = unit_of(self._pool.component, self._pool.currency)
        return exact_product(gate, self._quotas.over(measure, period.span, unit, self._pool.currency))

    def _cannot_measure(self, credit: SalesCredit, error: SalesRulesError) -> None:
        self._faults.append(unmeasurable(credit.transaction, error))

    def _fault(self, code: str, problem: str, remedy: str) -> None:
        path = f"pools[{self._pool.id}]"
        self._faults.append(Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy))


def _own(payee: Payee, held: DateRange, lines: Sequence[StatementLine]) -> Fraction:
    """What a member's own credits of some days fed."""
    own = (line.measured for line in lines if line.credit.payee == payee.id and line.credit.day in held)
    return Fraction(exact_sum(own))


def pool_plan(pool: TeamPool, policy: CommissionPolicy) -> Plan:
    """The pool as a plan, so that its lines are made, explained and rounded as any other."""
    component = attrs.evolve(pool.component, credits=(*pool.component.credits, *([_POOL] if pool.pools else [])))
    return Plan(
        id=pool.id,
        family=pool.id,
        name=pool.id,
        life=policy.life,
        currency=pool.currency,
        components=(component,),
        rounding=StatementRounding(level=RoundingLevel.CUMULATIVE, mode=pool.rounding),
        returns=ReturnTerms.CURRENT_MEASURE,
        proration=Proration.NONE,
    )


def _as_credit(result: PoolResult, period: Period, pool: TeamPool) -> SalesCredit:
    """What another pool paid, as a credit of the pool that it feeds."""
    back = result.amount.amount < 0
    paid = Transaction(
        id=f"{result.pool}/{period.label}",
        day=period.start,
        payee=result.pool,
        kind=TransactionKind.RETURN if back else TransactionKind.SALE,
        amount=result.amount,
    )
    return SalesCredit(transaction=paid, payee=result.pool, role=_POOL, share=Rate(1), day=period.start, rule=pool.id)
