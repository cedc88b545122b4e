"""By when a signed contract is filed with finance and handed to those who perform it, and when renewal is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract
from salesrules.contracts.policy import ContractPolicy, DayKind, DayLimit
from salesrules.core import (
    Decision,
    InvalidValue,
    PolicyReference,
    Reason,
    ReasonCode,
    days_after,
    decide,
    decide_in_force,
)

__all__ = ["CountsDays", "calculate_due_day", "check_deadlines", "check_renewal"]


class CountsDays(Protocol):
    """A firm's working days, as far as deadlines ask for them: `salesrules.core.WorkingTime` answers it."""

    def add_days(self, day: date, count: int, /) -> date:
        """The working day so many working days after a day."""
        ...


def calculate_due_day(limit: DayLimit, since: date, working_time: CountsDays | None = None) -> date:
    """The last day that is still in time.

    Raises `InvalidValue` where working days count and nobody says which they are.

    >>> calculate_due_day(DayLimit(days=3, kind="calendar"), date(2026, 6, 5))
    datetime.date(2026, 6, 8)
    """
    if limit.kind is DayKind.CALENDAR:
        return days_after(since, limit.days)
    if working_time is None:
        raise InvalidValue("working_time", None, "this limit counts working days; give the firm's")
    return working_time.add_days(since, limit.days)


def check_deadlines(
    contract: Contract,
    policy: ContractPolicy,
    as_of: date,
    *,
    handed_over: date | None = None,
    working_time: CountsDays | None = None,
    path: str = "contract",
) -> Decision:
    """Whether a signed contract was filed, and a filed one handed over, in time; what is still to come is said too.

    What was done late stays a finding. `changes_at` is the first day on which something becomes overdue.
    """
    return decide_in_force(
        policy.life,
        as_of,
        "ContractPolicy",
        _parts(contract, policy, as_of, handed_over, working_time, path),
    )


def _parts(
    contract: Contract,
    policy: ContractPolicy,
    as_of: date,
    handed_over: date | None,
    working_time: CountsDays | None,
    path: str,
) -> Iterator[Decision]:
    steps = (
        (policy.filing, "filing", contract.signed, contract.filed, codes.FILING_OVERDUE, codes.FILING_DUE),
        (policy.handoff, "handoff", contract.filed, handed_over, codes.HANDOFF_OVERDUE, codes.HANDOFF_DUE),
    )
    for limit, field, since, done, overdue, coming in steps:
        if limit is not None and since is not None and since <= as_of:
            due = calculate_due_day(limit, since, working_time)
            yield _judged(contract, field, due, done, as_of, overdue, coming, path)


def _judged(
    contract: Contract,
    field: str,
    due: date,
    done: date | None,
    as_of: date,
    overdue: ReasonCode,
    coming: ReasonCode,
    path: str,
) -> Decision:
    is_done = done is not None and done <= as_of
    until = done if is_done and done is not None else as_of
    where = PolicyReference("ContractPolicy", "", field)
    shown = f"{path}.{'filed' if field == 'filing' else 'effective'}"
    found: list[Reason] = []
    if until > due:
        late = (until - due).days
        found.append(overdue(contract=contract.reference, due=due, days_late=late, path=shown, policy=where))
    elif not is_done:
        found.append(coming(contract=contract.reference, due=due, path=shown, policy=where))
        return Decision(outcome="allow", reasons=found, changes_at=days_after(due, 1))
    return decide(found)


def check_renewal(contract: Contract, policy: ContractPolicy, as_of: date, *, path: str = "contract") -> Decision:
    """Whether the renewal of a contract is to be decided: from so many days before its end on, as the policy says.

    `changes_at` is the next day on which the answer becomes another.
    """
    return decide_in_force(policy.life, as_of, "ContractPolicy", _renewal(contract, policy, as_of, path))


def _renewal(contract: Contract, policy: ContractPolicy, as_of: date, path: str) -> Iterator[Decision]:
    end = None if contract.effective is None else contract.effective.end
    if policy.renewal is None or end is None:
        return
    start = days_after(end, -policy.renewal.days_before)
    where = PolicyReference("RenewalRule", "", "days_before")
    if as_of >= end:
        yield decide([codes.TERM_OVER(contract=contract.reference, end=end, path=f"{path}.effective.end")])
    elif as_of >= start:
        said = codes.RENEWAL_DUE(
            contract=contract.reference, end=end, from_day=start, path=f"{path}.effective.end", policy=where
        )
        yield Decision(outcome="warn", reasons=(said,), changes_at=end)
    else:
        yield Decision(outcome="allow", changes_at=start)
