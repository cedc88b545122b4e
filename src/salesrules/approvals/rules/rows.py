"""Which row of a matrix applies, and which of its bands."""

from __future__ import annotations

from decimal import Decimal

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import ApprovalRequest, ChosenRow
from salesrules.approvals.policy import (
    AmountCondition,
    ApprovalMatrix,
    ApprovalRow,
    Condition,
    MeasureCondition,
    UnitCondition,
    WhenMissing,
    WordCondition,
)
from salesrules.approvals.rules.combining import convert_amount, convert_money
from salesrules.core import ExchangeRates, PolicyReference, Reason, plus
from salesrules.org import Hierarchy

__all__ = ["choose_row"]


def choose_row(
    matrix: ApprovalMatrix,
    requests: tuple[ApprovalRequest, ...],
    units: Hierarchy,
    rates: ExchangeRates | None,
) -> tuple[ChosenRow | None, tuple[Reason, ...]]:
    """The first row of a matrix whose conditions hold for a request, with the band of all that add up with it.

    Or no row, and the faults if that is one. `requests` has the request itself first.

    A value that a condition needs and the request lacks stops the search there, since any later row would be a guess.
    """
    request = requests[0]
    said = matrix.read_words(request)
    is_said = None not in said
    for row in matrix.candidates(said):
        conditions = row.beside_words if is_said else row.when
        if not conditions:
            return _band(matrix, row, requests, rates)
        missing: list[str] = []
        for condition in conditions:
            holds = _holds(condition, request, matrix, units, rates)
            if holds is False:
                break
            if holds is None:
                missing.append(_name(condition))
        else:
            where = PolicyReference("ApprovalRow", f"{matrix.id}/{row.id}", "when")
            if missing:
                return None, tuple(
                    codes.VALUE_MISSING(matrix=matrix.id, row=row.id, name=name, path=name, policy=where)
                    for name in missing
                )
            return _band(matrix, row, requests, rates)
    if not matrix.is_required:
        return None, ()
    where = PolicyReference("ApprovalMatrix", matrix.id, "rows")
    return None, (codes.NO_ROW(matrix=matrix.id, act=request.act, policy=where),)


def _band(
    matrix: ApprovalMatrix, row: ApprovalRow, requests: tuple[ApprovalRequest, ...], rates: ExchangeRates | None
) -> tuple[ChosenRow | None, tuple[Reason, ...]]:
    if row.amounts is None:
        known = matrix.choices.get((row.id, -1))
        if known is None:
            known = matrix.choices[row.id, -1] = ChosenRow(matrix=matrix.id, row=row.id, steps=row.steps or ())
        return known, ()
    money = requests[0].amount
    if money is None:
        return None, (codes.AMOUNT_MISSING(matrix=matrix.id, path="amount", policy=_bands_of(matrix, row)),)
    if len(requests) == 1 and money.currency == matrix.currency:
        amount: Decimal | str = money.amount
    else:
        amount = convert_amount(requests, str(matrix.currency), rates)
    if isinstance(amount, str):
        where = _bands_of(matrix, row)
        wrong = codes.OTHER_CURRENCY(
            matrix=matrix.id, currency=matrix.currency, given=amount, path="amount", policy=where
        )
        return None, (wrong,)
    index = row.amounts.index_at(amount)
    known = matrix.choices.get((row.id, index))
    if known is None:
        start, end = row.amounts.limits(index)
        steps = row.amounts.bands[index].value
        # A decimal, so that whoever takes an amount from it need not ask what it is.
        close = plus(Decimal(0), Decimal(end)) if isinstance(end, int | Decimal) else end
        known = ChosenRow(matrix=matrix.id, row=row.id, steps=steps, start=start, end=close)  # type: ignore[arg-type]  # a rulebook's bounds are decimals
        matrix.choices[row.id, index] = known
    return known, ()


def _bands_of(matrix: ApprovalMatrix, row: ApprovalRow) -> PolicyReference:
    return PolicyReference("ApprovalRow", f"{matrix.id}/{row.id}", "amounts")


def _holds(
    condition: Condition,
    request: ApprovalRequest,
    matrix: ApprovalMatrix,
    units: Hierarchy,
    rates: ExchangeRates | None,
) -> bool | None:
    """Whether a condition holds for a request; `None` where the request does not say and must."""
    unsaid = False if condition.missing is WhenMissing.NO_MATCH else None
    match condition:
        case WordCondition():
            word = request.value(condition.name)
            return unsaid if word is None else (word in condition.values) is not condition.negated
        case MeasureCondition():
            measure = request.measures.get(condition.name)
            return unsaid if measure is None else condition.contains(measure)
        case AmountCondition():
            money = request.amounts.get(condition.name)
            amount = None if money is None else convert_money(money, str(matrix.currency), request, rates)
            return unsaid if amount is None else condition.contains(amount)
        case _:
            unit = request.unit
            if unit is None or unit not in units:
                return unsaid
            within = any(other in units and units.is_within(unit, other) for other in condition.units)
            return within is not condition.negated


def _name(condition: Condition) -> str:
    return "unit" if isinstance(condition, UnitCondition) else condition.name
