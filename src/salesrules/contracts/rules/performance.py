"""How obligations stand: done, partial, overdue, in breach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract, Obligation, ObligationStanding, Performance, Standing
from salesrules.contracts.policy import ContractPolicy, LateRule
from salesrules.core import (
    Decision,
    Fault,
    InvalidDocument,
    Money,
    PolicyReference,
    Reason,
    Side,
    combine_decisions,
    days_after,
    decide,
    decide_in_force,
    demand,
    exact_sum,
    nearest_names,
)

__all__ = ["calculate_standings", "check_performance"]


def calculate_standings(
    contract: Contract, performances: Iterable[Performance], policy: ContractPolicy, as_of: date
) -> tuple[ObligationStanding, ...]:
    """Each obligation of a contract as it stands at the end of a day, in the document's order.

    What was performed later is left out. An obligation is late from the day after its due day; within the days of grace
    it is open or partial still, beyond them overdue, and in breach beyond `breach_days`. Done late is done.

    Raises `InvalidDocument` with every performance of an unknown obligation or in another measure, `InvalidValue` where
    the policy has no rule for what is late.
    """
    rule = demand(policy.late, "contracts.late")
    given = list(performances)
    faults = tuple(_misfits(contract, given))
    if faults:
        raise InvalidDocument(faults)
    known = [one for one in given if one.day <= as_of]
    return tuple(
        _standing(obligation, [one for one in known if one.obligation == obligation.id], rule, as_of)
        for obligation in contract.obligations
    )


def check_performance(
    contract: Contract,
    performances: Iterable[Performance],
    policy: ContractPolicy,
    as_of: date,
    *,
    path: str = "contract",
) -> Decision:
    """Whether a contract is performed as it should be: partial is said, overdue warns, a breach denies.

    `changes_at` is the first day on which an open obligation becomes overdue. Raises as `calculate_standings` does.
    """
    standings = calculate_standings(contract, performances, policy, as_of)
    return decide_in_force(
        policy.life, as_of, "ContractPolicy", [_judged(standings, demand(policy.late, "contracts.late"), path)]
    )


def _judged(standings: Sequence[ObligationStanding], rule: LateRule, path: str) -> Decision:
    parts = [decide(_findings(standings, path))]
    coming = [
        days_after(one.obligation.due, rule.grace_days + 1)
        for one in standings
        if one.standing in (Standing.OPEN, Standing.PARTIAL)
    ]
    if coming:
        parts.append(Decision(outcome="allow", changes_at=min(coming)))
    return combine_decisions(parts)


def _findings(standings: Sequence[ObligationStanding], path: str) -> Iterator[Reason]:
    where = PolicyReference("LateRule", "", "")
    for index, one in enumerate(standings):
        obligation, place = one.obligation, f"{path}.obligations[{index}]"
        if one.standing in (Standing.OVERDUE, Standing.BREACHED):
            code = codes.OBLIGATION_OVERDUE if one.standing is Standing.OVERDUE else codes.OBLIGATION_BREACHED
            yield code(
                obligation=obligation.id,
                due=obligation.due,
                missing=one.missing,
                days_late=one.days_late,
                path=f"{place}.due",
                policy=where,
            )
        elif one.standing is Standing.PARTIAL:
            yield codes.OBLIGATION_PARTIAL(
                obligation=obligation.id, done=one.done, missing=one.missing, due=obligation.due, path=place
            )
        elif _number(one.missing) < 0:
            owed = obligation.amount if obligation.amount is not None else obligation.quantity
            yield codes.PERFORMANCE_EXCEEDS(obligation=obligation.id, done=one.done, owed=owed, path=place)


def _standing(obligation: Obligation, done: list[Performance], rule: LateRule, as_of: date) -> ObligationStanding:
    owed = _number(_owed(obligation))
    running, fulfilled_on = Decimal(0), None
    for one in sorted(done, key=lambda one: one.day):
        running = exact_sum([running, _number(_done(one))])
        fulfilled_on = (fulfilled_on or one.day) if running >= owed else None
    if fulfilled_on is not None:
        late = max((fulfilled_on - obligation.due).days, 0)
        standing = Standing.FULFILLED
    else:
        late = max((as_of - obligation.due).days, 0)
        standing = _lateness(late, rule, is_partial=running > 0)
    return ObligationStanding(
        obligation=obligation,
        standing=standing,
        done=_like(obligation, running),
        missing=_like(obligation, exact_sum([owed, running.copy_negate()])),
        days_late=late,
        fulfilled_on=fulfilled_on,
    )


def _lateness(late: int, rule: LateRule, *, is_partial: bool) -> Standing:
    if late > rule.breach_days or (late and late == rule.breach_days and rule.side is Side.LOWER):
        return Standing.BREACHED
    if late > rule.grace_days:
        return Standing.OVERDUE
    return Standing.PARTIAL if is_partial else Standing.OPEN


def _owed(obligation: Obligation) -> Money | Decimal:
    owed = obligation.amount if obligation.amount is not None else obligation.quantity
    assert owed is not None  # for the type checker: an obligation has one of them
    return owed


def _done(performance: Performance) -> Money | Decimal:
    done = performance.amount if performance.amount is not None else performance.quantity
    assert done is not None  # for the type checker: as above
    return done


def _like(obligation: Obligation, number: Decimal) -> Money | Decimal:
    return number if obligation.amount is None else obligation.amount.with_amount(number)


def _number(value: Money | Decimal) -> Decimal:
    return value.amount if isinstance(value, Money) else value


def _misfits(contract: Contract, performances: list[Performance]) -> Iterator[Fault]:
    known = {obligation.id: obligation for obligation in contract.obligations}
    for index, one in enumerate(performances):
        obligation = known.get(one.obligation)
        if obligation is None:
            near = nearest_names(one.obligation, known, 1)
            yield Fault(
                code="contracts.unknown_obligation",
                path=f"performances[{index}].obligation",
                problem=f"{contract.reference} has no such obligation",
                remedy=f"did you mean {near[0]!r}?" if near else "name one of the contract's",
                value=one.obligation,
            )
        elif _measure(_owed(obligation)) != _measure(_done(one)):
            yield Fault(
                code="contracts.other_measure",
                path=f"performances[{index}]",
                problem=f"the obligation {obligation.id} is counted in {_measure(_owed(obligation))}",
                remedy="give it in the same measure",
                value=_measure(_done(one)),
            )


def _measure(value: Money | Decimal) -> str:
    return value.currency if isinstance(value, Money) else "pieces"
