"""What is kept of commission periods: every calculation as a version, which version was closed, and who was paid."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.commissions.model.statements import CommissionRun
from salesrules.core import Decision, Money, Period, WorkflowCase, as_tuple, is_identifier

__all__ = [
    "CalculatedVersion",
    "CommissionBook",
    "DoneCommand",
    "PaymentOrder",
    "PeriodCommand",
    "PeriodRecord",
    "PeriodStep",
    "PeriodVersion",
]


@attrs.frozen(kw_only=True)
class PeriodVersion:
    """A period and one of its versions; the first is 1."""

    period: Period
    version: int


@attrs.frozen(kw_only=True)
class CalculatedVersion:
    """A version of a period's statements, which never changes: its run without earlier periods.

    `basis` are the closed versions that it restates.
    """

    version: int
    run: CommissionRun
    basis: tuple[PeriodVersion, ...] = attrs.field(default=(), converter=as_tuple)
    calculated_at: datetime

    @property
    def restated(self) -> tuple[Period, ...]:
        """The closed periods that it restates."""
        return tuple(each.period for each in self.basis)


@attrs.frozen(kw_only=True)
class PeriodRecord:
    """Where a period stands: its case in the workflow, and its latest version, 0 before the first calculation."""

    period: Period
    case: WorkflowCase
    latest: int = 0

    @property
    def state(self) -> str:
        """Open, calculated, closed or paid."""
        return self.case.state

    @property
    def closed_at(self) -> datetime | None:
        """The instant of the last close, `None` where there was none."""
        return next((event.at for event in reversed(self.case.history) if event.command == "close"), None)


@attrs.frozen(kw_only=True)
class PeriodStep:
    """What came of a command to a period: the decision, and the state and version in which the period stands then."""

    decision: Decision
    period: Period
    state: str
    version: int


@attrs.frozen(kw_only=True)
class PeriodCommand:
    """What a client asked for under a key of its own: one key, one command, however often it is sent."""

    key: str = attrs.field(validator=is_identifier)
    command: str
    period: Period
    version: int | None = None
    actor: str | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True)
class DoneCommand:
    """A command that was done, and what came of it, which is the answer whenever it is sent again."""

    asked: PeriodCommand
    step: PeriodStep


@attrs.frozen(kw_only=True)
class CommissionBook:
    """What spans periods: the closed versions in their order, and the commands that were done."""

    closed: tuple[PeriodVersion, ...] = attrs.field(default=(), converter=as_tuple)
    done: tuple[DoneCommand, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class PaymentOrder:
    """What is handed over to one payee for a closed version, once; below zero what the payee hands back.

    `id` is the same whenever it is read, for whoever carries it out to know it again.
    """

    id: str
    period: Period
    version: int
    payee: str
    amount: Money
