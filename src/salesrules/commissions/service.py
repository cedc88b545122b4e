"""The life of commission periods as it is stored: every calculation a version; closed once, paid once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

import attrs

from salesrules.commissions import reasons as codes
from salesrules.commissions.model import (
    CalculatedVersion,
    CommissionBook,
    DoneCommand,
    PaymentOrder,
    PeriodCommand,
    PeriodRecord,
    PeriodStep,
    PeriodVersion,
)
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.ports import PeriodStores
from salesrules.commissions.rules.closing import ClosedPeriod, PeriodFacts, RestatedRun, close_period
from salesrules.commissions.workflow import build_period_workflow
from salesrules.core import (
    Decision,
    IdempotencyConflict,
    MissingAggregate,
    Outcome,
    Period,
    Reason,
    StaleVersion,
    Versioned,
    decide_command,
    evolve_case,
    start_case,
)

__all__ = [
    "close_version",
    "find_calculation",
    "find_closed_periods",
    "find_period",
    "pay_version",
    "reopen_period",
    "save_calculation",
]


def find_closed_periods(*, stores: PeriodStores) -> tuple[ClosedPeriod, ...]:
    """The closed periods in their order, as `restate_commissions` takes them: with the inputs of the last one."""
    closed = _book(stores).value.closed
    found = []
    for each in closed:
        run = stores.runs.get(_version_id(stores, each.period, each.version)).value.run
        inputs = stores.inputs.get(_id(stores, each.period)).value if each is closed[-1] else None
        found.append(ClosedPeriod(run=run, inputs=inputs, version=each.version))
    return tuple(found)


def find_period(period: Period, *, stores: PeriodStores) -> PeriodRecord | None:
    """Where a period stands, `None` where it was never calculated."""
    found = stores.periods.find(_id(stores, period))
    return None if found is None else found.value


def find_calculation(period: Period, version: int | None = None, *, stores: PeriodStores) -> CalculatedVersion:
    """A version of a period, the latest where none is named; raises `MissingAggregate`.

    `why_changed` tells why pay differs between the runs of two of them.
    """
    if version is None:
        record = find_period(period, stores=stores)
        if record is None:
            raise MissingAggregate("commission period", _id(stores, period))
        version = record.latest
    return stores.runs.get(_version_id(stores, period, version)).value


def save_calculation(
    restated: RestatedRun,
    *,
    stores: PeriodStores,
    policy: CommissionPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> PeriodStep:
    """Save a run of `restate_commissions` as the period's next version, with its inputs.

    Calculating takes long and is no part of the unit of work: read `find_closed_periods` in one, restate, and save in
    another. It is denied where a closed version that the run restates is no longer the closed one. A run that equals
    the latest version makes no new one.
    """
    period, run = restated.run.period, close_period(restated).run
    book, stored = _book(stores), _stored(stores, period, as_of)
    record = stored.value
    decision, record = _advanced(
        "calculate",
        record,
        PeriodFacts(period=period, run=restated),
        _outdated(period, book.value, restated.closed),
        policy,
        as_of,
        actor,
        roles,
    )
    if not decision.is_allowed:
        return _step(decision, stored.value)
    latest = stores.runs.find(_version_id(stores, period, record.latest)) if record.latest else None
    inputs = stores.inputs.find(_id(stores, period))
    is_known = (
        latest is not None
        and inputs is not None
        and (latest.value.run, latest.value.basis, inputs.value) == (run, restated.closed, restated.inputs)
    )
    if not is_known:
        record = attrs.evolve(record, latest=record.latest + 1)
        version = CalculatedVersion(version=record.latest, run=run, basis=restated.closed, calculated_at=as_of)
        stores.runs.put(_version_id(stores, period, record.latest), version, 0)
        stores.inputs.put(_id(stores, period), restated.inputs, 0 if inputs is None else inputs.version)
    if not is_known or stored.value.state != record.state:
        stores.periods.put(_id(stores, period), record, stored.version)
    return _step(decision, record)


def close_version(
    period: Period,
    version: int,
    *,
    key: str,
    stores: PeriodStores,
    policy: CommissionPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> PeriodStep:
    """Close a period with the version that somebody has looked at, which must be the latest.

    Whatever is sent again with the same key gets the first answer, and nothing more happens. A denial leaves nothing
    behind, so that the same key may be tried again. Raises `IdempotencyConflict` where the key came with another
    command.
    """
    asked = PeriodCommand(key=key, command="close", period=period, version=version, actor=actor)

    def act(stored: Versioned[PeriodRecord], book: Versioned[CommissionBook]) -> tuple[PeriodStep, CommissionBook]:
        found = stores.runs.find(_version_id(stores, period, stored.value.latest)) if stored.value.latest else None
        run = None if found is None else found.value
        closed = [each.period for each in book.value.closed]
        others = [*_other_version(period, version, stored.value.latest)]
        if run is not None:
            others += _outdated(period, book.value, run.basis)
        facts = PeriodFacts(period=period, run=run, closed=closed)
        decision, record = _advanced("close", stored.value, facts, others, policy, as_of, actor, roles)
        if decision.is_allowed:
            stores.periods.put(_id(stores, period), record, stored.version)
        last = PeriodVersion(period=period, version=version)
        return _step(decision, record), attrs.evolve(book.value, closed=[*book.value.closed, last])

    return _once(asked, stores, as_of, act)


def pay_version(
    period: Period,
    version: int,
    *,
    key: str,
    stores: PeriodStores,
    policy: CommissionPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> PeriodStep:
    """Pay a closed period: for every statement that hands something over, one order in the journal of payments.

    As with `close_version`, the same key has one effect, and so has the period whatever the keys, since what is paid
    stays so. Who carries out the payments reads the journal, where each order has an id that stays the same.
    """
    asked = PeriodCommand(key=key, command="pay", period=period, version=version, actor=actor)

    def act(stored: Versioned[PeriodRecord], book: Versioned[CommissionBook]) -> tuple[PeriodStep, CommissionBook]:
        others = _other_version(period, version, stored.value.latest)
        facts = PeriodFacts(period=period)
        decision, record = _advanced("pay", stored.value, facts, others, policy, as_of, actor, roles)
        if decision.is_allowed:
            stores.periods.put(_id(stores, period), record, stored.version)
            calculated = find_calculation(period, version, stores=stores)
            stores.payments.append(_id(stores, period), _orders(stores, calculated), expected_length=0)
        return _step(decision, record), book.value

    return _once(asked, stores, as_of, act)


def reopen_period(
    period: Period,
    *,
    key: str,
    stores: PeriodStores,
    policy: CommissionPolicy,
    as_of: datetime,
    reason: str | None = None,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> PeriodStep:
    """Open a closed period again, where `policy.closing` lets it; its versions stay. The key works as above."""
    asked = PeriodCommand(key=key, command="revise", period=period, actor=actor, reason=reason)

    def act(stored: Versioned[PeriodRecord], book: Versioned[CommissionBook]) -> tuple[PeriodStep, CommissionBook]:
        closed = [each.period for each in book.value.closed]
        facts = PeriodFacts(period=period, closed_at=stored.value.closed_at, closed=closed)
        decision, record = _advanced("revise", stored.value, facts, (), policy, as_of, actor, roles, reason)
        if decision.is_allowed:
            stores.periods.put(_id(stores, period), record, stored.version)
        left = [each for each in book.value.closed if each.period != period]
        return _step(decision, record), attrs.evolve(book.value, closed=left)

    return _once(asked, stores, as_of, act)


def _once(
    asked: PeriodCommand,
    stores: PeriodStores,
    as_of: datetime,
    act: Callable[[Versioned[PeriodRecord], Versioned[CommissionBook]], tuple[PeriodStep, CommissionBook]],
) -> PeriodStep:
    """What an act gives the first time its key comes, ever after; every act changes the book, so that they queue.

    Raises `StaleVersion` where another has changed the period between two looks, so that a denial too is of one moment.
    """
    stored, book = _stored(stores, asked.period, as_of), _book(stores)
    found = _stored(stores, asked.period, as_of).version
    if found != stored.version:
        raise StaleVersion("commission period", _id(stores, asked.period), stored.version, found)
    for done in book.value.done:
        if done.asked.key == asked.key:
            if done.asked != asked:
                raise IdempotencyConflict(asked.key, done.asked, asked)
            return done.step
    step, changed = act(stored, book)
    if step.decision.is_allowed:
        commands = [*changed.done, DoneCommand(asked=asked, step=step)]
        stores.books.put(stores.book, attrs.evolve(changed, done=commands), book.version)
    return step


def _advanced(
    command: str,
    record: PeriodRecord,
    facts: PeriodFacts,
    others: Iterable[Reason],
    policy: CommissionPolicy,
    as_of: datetime,
    actor: str | None,
    roles: Collection[str],
    reason: str | None = None,
) -> tuple[Decision, PeriodRecord]:
    """The decision, with what speaks against a command besides, and the record after it where it is allowed."""
    decision, events = decide_command(
        build_period_workflow(policy.closing),
        record.case,
        command,
        as_of=as_of,
        facts=facts,
        policy=policy,
        actor=actor,
        roles=roles,
        reason=reason,
    )
    against = tuple(others)
    if against:
        return Decision(outcome=Outcome.DENY, reasons=(*decision.reasons, *against)), record
    for event in events:
        record = attrs.evolve(record, case=evolve_case(record.case, event))
    return decision, record


def _other_version(period: Period, version: int, latest: int) -> Iterator[Reason]:
    if version != latest:
        yield codes.OTHER_VERSION(period=period.label, version=version, latest=latest, path="version")


def _outdated(period: Period, book: CommissionBook, basis: Collection[PeriodVersion]) -> Iterator[Reason]:
    """What a run restates, but in a version that is no longer the closed one."""
    missing = tuple(each.period for each in basis if each not in book.closed)
    if missing:
        yield codes.RESTATES_OTHER_VERSION(period=period.label, outdated=missing, path="run.restated")


def _orders(stores: PeriodStores, calculated: CalculatedVersion) -> Iterator[PaymentOrder]:
    for statement in calculated.run.statements:
        if statement.payable:
            yield PaymentOrder(
                id=f"{_id(stores, statement.period)}/{statement.payee}/{statement.currency}",
                period=statement.period,
                version=calculated.version,
                payee=statement.payee,
                amount=statement.payable,
            )


def _book(stores: PeriodStores) -> Versioned[CommissionBook]:
    return stores.books.find(stores.book) or Versioned(value=CommissionBook(), version=0)


def _stored(stores: PeriodStores, period: Period, as_of: datetime) -> Versioned[PeriodRecord]:
    """A period's record, or one that has just been opened."""
    found = stores.periods.find(_id(stores, period))
    if found is not None:
        return found
    case = start_case(build_period_workflow(), as_of=as_of)
    return Versioned(value=PeriodRecord(period=period, case=case), version=0)


def _step(decision: Decision, record: PeriodRecord) -> PeriodStep:
    return PeriodStep(decision=decision, period=record.period, state=record.state, version=record.latest)


def _id(stores: PeriodStores, period: Period) -> str:
    return f"{stores.book}/{period.label}"


def _version_id(stores: PeriodStores, period: Period, version: int) -> str:
    return f"{_id(stores, period)}/{version}"
