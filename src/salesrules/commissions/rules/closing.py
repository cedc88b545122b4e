"""What a close keeps of a period: its run as it was paid, and the inputs that it was computed from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from salesrules.commissions.model import (
    CalculatedVersion,
    CommissionFacts,
    CommissionRun,
    PeriodVersion,
    Restatement,
)
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.rules.calculation import calculate_commissions
from salesrules.core import CurrencyTable, FiscalCalendar, Money, Period, as_tuple, total
from salesrules.quotas import CountsWorkingDays, QuotaPolicy

__all__ = ["ClosedPeriod", "CommissionInputs", "PeriodFacts", "RestatedRun", "close_period"]


@attrs.frozen(kw_only=True)
class CommissionInputs:
    """Everything that a run is computed from: the facts and the rulebook's parts; `version` names the rulebook."""

    facts: CommissionFacts
    policy: CommissionPolicy
    quota_policy: QuotaPolicy
    calendar: FiscalCalendar
    currencies: CurrencyTable
    working_time: CountsWorkingDays | None = None
    version: str = attrs.field(default="", eq=False)

    def calculate(self, period: Period) -> CommissionRun:
        """The run of a period from these inputs; raises as `calculate_commissions` does."""
        return calculate_commissions(
            self.facts,
            self.policy,
            period=period,
            quota_policy=self.quota_policy,
            calendar=self.calendar,
            currencies=self.currencies,
            working_time=self.working_time,
            version=self.version,
        )


@attrs.frozen(kw_only=True)
class ClosedPeriod:
    """What is kept of a closed period, and never changed: the run as it was paid, without earlier periods.

    `inputs` are those that the run was computed from. Only those of the last closed period are needed to tell causes;
    older ones may be dropped (`None`). `version` is which of the period's calculations was closed.
    """

    run: CommissionRun
    inputs: CommissionInputs | None
    version: int = 1

    @property
    def period(self) -> Period:
        """The period."""
        return self.run.period


@attrs.frozen(kw_only=True)
class RestatedRun:
    """The run of an open period with the restatements of all closed ones, and the inputs that it came from.

    `run.earlier` holds the statements of the closed periods as they were closed; `closed` are those periods, each with
    the version that was closed.
    """

    run: CommissionRun
    inputs: CommissionInputs
    closed: tuple[PeriodVersion, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def restated(self) -> tuple[Period, ...]:
        """The closed periods that it restates."""
        return tuple(each.period for each in self.closed)

    def restatements(self) -> Iterator[Restatement]:
        """Every restatement of every statement, in the order of the statements."""
        for statement in self.run.statements:
            yield from statement.restatements

    def totals(self) -> dict[str, Money]:
        """What is restated in all, per currency; only currencies in which something is."""
        amounts = [entry.amount for entry in self.restatements()]
        codes = sorted({amount.currency for amount in amounts})
        return {code: total([amount for amount in amounts if amount.currency == code]) for code in codes}


@attrs.frozen(kw_only=True)
class PeriodFacts:
    """What the guards of a period's life ask: its latest run, the instant of its close, and the closed periods."""

    period: Period
    run: RestatedRun | CalculatedVersion | None = None
    closed_at: datetime | None = None
    closed: tuple[Period, ...] = attrs.field(default=(), converter=as_tuple)


def close_period(restated: RestatedRun) -> ClosedPeriod:
    """What is kept of a run when its period is closed; who may close it, and when, is `workflow`'s."""
    return ClosedPeriod(run=attrs.evolve(restated.run, earlier=()), inputs=restated.inputs)
