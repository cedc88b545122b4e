"""The route of a request: the rows that apply, their steps, and the people behind each as of an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, Inexact

import attrs

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import (
    ApprovalRequest,
    ApprovalStep,
    AuthorityApprover,
    ChosenRow,
    Directory,
    Route,
    RoutedStep,
    route_of,
)
from salesrules.approvals.policy import ApprovalMatrix, ApprovalPolicy, ApprovalRule, SameReviewer
from salesrules.approvals.rules.asking import begin_asking, check_day
from salesrules.approvals.rules.combining import combine_requests, convert_amount, find_unsaid
from salesrules.approvals.rules.rows import choose_row
from salesrules.approvals.rules.seats import seat_step
from salesrules.core import (
    ALLOW,
    EXACT,
    Decision,
    ExchangeRates,
    Money,
    Outcome,
    PolicyReference,
    PrecisionExceeded,
    Reason,
    RequiredApproval,
    decision_of,
)
from salesrules.org import Hierarchy

__all__ = ["route"]

#: A member that is looked up through its class takes as long as a call.
_REFERRED = Outcome.REFER
_subtract = EXACT.subtract
_NO_UNITS = Hierarchy.from_parents({})


def route(
    request: ApprovalRequest,
    policy: ApprovalPolicy,
    directory: Directory | None,
    *,
    as_of: datetime,
    related: Iterable[ApprovalRequest] = (),
    rates: ExchangeRates | None = None,
) -> Route:
    """Who must say yes to a request, in which order, and why.

    `related` are other requests that stand (not rejected, withdrawn or expired); those that belong together by the
    rule's `combine_by` are added up before the band is chosen. `rates` convert amounts of other currencies, each at
    the rate of its request's day. The decision allows where no step is needed, refers to the people of the steps, and
    denies with every fault where the request fits no row, does not say what the matrix asks, or nobody may decide it.
    Without a `directory` the steps are found and nobody behind them; the decision then refers to the steps' ids.

    Raises `InvalidValue` where the directory's structure is not that of the day of `as_of`, and `UnknownName` where a
    row names a step that the policy lacks (such a rulebook does not load).
    """
    day = as_of.date() if directory is None else check_day(directory, as_of)
    life, rule, matrices = policy.find_handling(request.act, day)
    if life is not ALLOW and not life.is_allowed:
        return Route(request=request.id, decision=life, rows=(), steps=(), as_of=day)
    faults: list[Reason] = []
    if rule is None:
        faults.append(codes.ACT_WITHOUT_RULE(act=request.act, day=day, path="act", policy=_section("rules")))
    if not matrices:
        faults.append(codes.ACT_WITHOUT_MATRIX(act=request.act, day=day, path="act", policy=_section("matrices")))
    if directory is not None and not directory.structure.knows_person(request.requester):
        faults.append(codes.REQUESTER_UNKNOWN(person=request.requester, path="requester"))
    if faults or rule is None:
        return _denied(request, faults, day)
    requests: tuple[ApprovalRequest, ...] = (request,)
    if related:
        requests, missing = combine_requests(request, related, rule)
    else:
        missing = find_unsaid(request, rule)
    for name in missing:
        where = PolicyReference("ApprovalRule", rule.id, "combine_by")
        faults.append(codes.KEY_MISSING(name=name, path=name, policy=where))
    units = _NO_UNITS if directory is None else directory.structure.units
    rows: list[ChosenRow] = []
    ends: list[tuple[str | None, Decimal]] = []
    for matrix in matrices:
        row, found = choose_row(matrix, requests, units, rates)
        if row is None:
            faults += found
            continue
        rows.append(row)
        if row.end is not None:
            ends.append((matrix.currency, row.end))
    if faults:
        return _denied(request, faults, day)
    chosen, amount = tuple(rows), _amount(requests, matrices, rates)
    way = _find_way(request, chosen, policy, rule, directory, amount, as_of)
    said = life.reasons
    combined = tuple(other.id for other in requests[1:]) if len(requests) > 1 else ()
    if combined:
        added = codes.AMOUNTS_COMBINED(amount=amount, own=request.amount, requests=combined, path="amount")
        said = (*said, added)
    if way.faults:
        decision = Decision(outcome=Outcome.DENY, reasons=(*way.faults, *said, *way.trace))
    else:
        decision = decision_of(
            _REFERRED if way.steps else life.outcome,
            (*said, *way.trace) if said else way.trace,
            way.until,
            _headroom(amount, ends),
            way.approvals,
        )
    return route_of(request.id, decision, chosen, way.steps, amount, combined, day)


@attrs.frozen(kw_only=True)
class _Way:
    """What follows from the rows: the steps with people, what led there, what stands against it, whom it refers to."""

    steps: tuple[RoutedStep, ...]
    trace: tuple[Reason, ...]
    faults: tuple[Reason, ...]
    approvals: tuple[RequiredApproval, ...]
    until: datetime | None


def _find_way(
    request: ApprovalRequest,
    rows: tuple[ChosenRow, ...],
    policy: ApprovalPolicy,
    rule: ApprovalRule,
    directory: Directory | None,
    amount: Money | None,
    as_of: datetime,
) -> _Way:
    """The way of the rows; what the amount and the hour cannot change in it is found once for a requester and day."""
    if directory is None or directory.delegations:
        return _make_way(request, rows, policy, rule, directory, amount, as_of)
    # One row and band is one value as long as its policy lives, and what is remembered is for that very policy.
    place = id(rows[0]) if len(rows) == 1 else tuple(map(id, rows))
    key = (request.requester, request.act, request.unit, request.interested, place)
    known: _Way | None = directory.recall(key, policy)
    if known is None:
        known = _make_way(request, rows, policy, rule, directory, amount, as_of)
        if all(_is_settled(policy, row) for row in rows):
            directory.remember(key, policy, known)
    return known


def _make_way(
    request: ApprovalRequest,
    rows: tuple[ChosenRow, ...],
    policy: ApprovalPolicy,
    rule: ApprovalRule,
    directory: Directory | None,
    amount: Money | None,
    as_of: datetime,
) -> _Way:
    wanted = [policy.step(id) for id in dict.fromkeys(id for row in rows for id in row.steps)]
    if directory is None:
        steps = tuple(RoutedStep(step=step, seats=(), needed=0) for step in wanted)
    else:
        steps = _seat_all(wanted, request, rule, directory, amount, as_of)
    people = dict.fromkeys(name for one in steps for name in ([seat.person for seat in one.seats] or [one.step.id]))
    return _Way(
        steps=steps,
        trace=(*map(_row_chosen, rows), *(said for one in steps for said in one.trace)),
        faults=tuple(fault for one in steps for fault in one.faults),
        approvals=tuple(RequiredApproval(approver=person, act=request.act) for person in people),
        until=min(
            (one.until for one in steps if one.until is not None),
            key=lambda end: end.astimezone(UTC),
            default=None,
        ),
    )


def _is_settled(policy: ApprovalPolicy, row: ChosenRow) -> bool:
    """Whether no step of a row asks for the authority that an amount takes."""
    return not any(isinstance(one, AuthorityApprover) for id in row.steps for one in policy.step(id).approvers)


def _row_chosen(row: ChosenRow) -> Reason:
    where = PolicyReference("ApprovalRow", f"{row.matrix}/{row.row}", "steps")
    return codes.ROW_CHOSEN(matrix=row.matrix, row=row.row, steps=row.steps, policy=where)


def _seat_all(
    wanted: list[ApprovalStep],
    request: ApprovalRequest,
    rule: ApprovalRule,
    directory: Directory,
    amount: Money | None,
    as_of: datetime,
) -> tuple[RoutedStep, ...]:
    asking = begin_asking(request, rule, directory, amount, as_of)
    reviewed: set[str] = set()
    steps: list[RoutedStep] = []
    for step in wanted:
        steps.append(seat_step(step, asking, reviewed=reviewed))
        if rule.same_reviewer is SameReviewer.DISTINCT:
            reviewed.update(seat.person for seat in steps[-1].seats)
    return tuple(steps)


def _amount(
    requests: tuple[ApprovalRequest, ...], matrices: tuple[ApprovalMatrix, ...], rates: ExchangeRates | None
) -> Money | None:
    """What chose the bands: the sum in the first matrix's currency, else in the request's own."""
    own = requests[0].amount
    if own is None:
        return None
    currency = own.currency
    for matrix in matrices:
        if matrix.currency is not None:
            currency = matrix.currency
            break
    if len(requests) == 1 and currency == own.currency:
        return own
    amount = convert_amount(requests, currency, rates)
    return own if isinstance(amount, str) else Money(amount, currency)


def _headroom(amount: Money | None, ends: list[tuple[str | None, Decimal]]) -> Money | None:
    """What could be added to an amount before the nearest band in its currency ends; `None` where all are open."""
    if amount is None:
        return None
    nearest: Decimal | None = None
    for currency, end in ends:
        if currency == amount.currency and (nearest is None or end < nearest):
            nearest = end
    if nearest is None:
        return None
    try:
        return amount.with_amount(_subtract(nearest, amount.amount))
    except Inexact:
        raise PrecisionExceeded("the headroom", EXACT.prec) from None


def _denied(request: ApprovalRequest, faults: list[Reason], day: date) -> Route:
    return Route(
        request=request.id, decision=Decision(outcome=Outcome.DENY, reasons=faults), rows=(), steps=(), as_of=day
    )


def _section(field: str) -> PolicyReference:
    return PolicyReference("ApprovalPolicy", "", field)
