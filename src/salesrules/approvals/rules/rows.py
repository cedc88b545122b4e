"""Which row of a matrix applies, and which requests add up before its band is chosen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import ApprovalRequest, ChosenRow
from salesrules.approvals.policy import (
    AmountCondition,
    ApprovalMatrix,
    ApprovalRow,
    ApprovalRule,
    Condition,
    MeasureCondition,
    UnitCondition,
    WhenMissing,
    WordCondition,
)
from salesrules.core import ExchangeRates, MissingDay, Money, PolicyReference, Reason, exact_sum, plus
from salesrules.org import Hierarchy

__all__ = ["Combined", "choose_row", "combine_requests", "comparable", "convert_amount"]


class Combined(NamedTuple):
    """The requests that add up, the one asked about first; the keys that it lacks for that; the others' ids."""

    requests: tuple[ApprovalRequest, ...]
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def combine_requests(request: ApprovalRequest, related: Iterable[ApprovalRequest], rule: ApprovalRule) -> Combined:
    """The requests whose amounts count together with one: of the rule's acts, with the same values of `combine_by`.

    Texts are compared without regard to case, width and blanks. A request given twice counts once, and the one asked
    about is never its own neighbour.

    Source: https://m.wenke99.com/p-9310054.html (same counterparty, same subject, same day: summed before the tier).
    """
    names = rule.combine_by
    others = tuple(related)
    if not names:
        return Combined((request,))
    if not others:
        return Combined((request,), tuple([name for name in names if not _says(request, name)]))
    key = [comparable(request.value(name)) for name in names]
    missing = tuple(name for name, value in zip(names, key, strict=True) if value is None)
    if missing:
        return Combined((request,), missing)
    acts = rule.acts or (request.act,)
    found = {
        other.id: other
        for other in others
        if other.id != request.id and other.act in acts and [comparable(other.value(name)) for name in names] == key
    }
    return Combined((request, *found.values()), (), tuple(found))


def _says(request: ApprovalRequest, name: str) -> bool:
    """Whether a request says anything of that name; of a day or an amount, that it is there says it."""
    value = request.value(name)
    return bool(value.strip() if type(value) is str else str(value or "").strip())


def comparable(value: object) -> object:
    """A value as requests are compared by it: a text without regard to case, width and blanks, `None` for none."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", value).casefold().split()) or None
    return value


def convert_amount(requests: Sequence[ApprovalRequest], currency: str, rates: ExchangeRates | None) -> Decimal | str:
    """The sum of requests in a currency, each at the rate of its own day; or the currency that has no rate there.

    Requests without an amount add nothing.
    """
    if len(requests) == 1 and (only := requests[0].amount) is not None and only.currency == currency:
        return only.amount
    parts: list[Decimal] = []
    for request in requests:
        money = request.amount
        if money is None:
            continue
        converted = _converted(money, currency, request, rates)
        if converted is None:
            return money.currency
        parts.append(converted)
    return exact_sum(parts)


def _converted(money: Money, currency: str, request: ApprovalRequest, rates: ExchangeRates | None) -> Decimal | None:
    if money.currency == currency:
        return money.amount
    if rates is None:
        return None
    try:
        return rates.convert(money, currency, request.day).amount
    except MissingDay:
        return None


def choose_row(
    matrix: ApprovalMatrix,
    combined: Combined,
    units: Hierarchy,
    rates: ExchangeRates | None,
) -> tuple[ChosenRow | None, tuple[Reason, ...]]:
    """The first row of a matrix whose conditions hold, with its band; or no row, and the faults if that is one.

    A value that a condition needs and the request lacks stops the search there, since any later row would be a guess.
    """
    request = combined.requests[0]
    said = [request.value(name) for name in matrix.words]
    is_said = None not in said
    for row in matrix.candidates(said):
        conditions = row.beside_words if is_said else row.when
        if not conditions:
            return _band(matrix, row, combined, rates)
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
            return _band(matrix, row, combined, rates)
    if not matrix.is_required:
        return None, ()
    where = PolicyReference("ApprovalMatrix", matrix.id, "rows")
    return None, (codes.NO_ROW(matrix=matrix.id, act=request.act, policy=where),)


def _band(
    matrix: ApprovalMatrix, row: ApprovalRow, combined: Combined, rates: ExchangeRates | None
) -> tuple[ChosenRow | None, tuple[Reason, ...]]:
    if row.amounts is None:
        known = matrix.choices.get((row.id, -1))
        if known is None:
            known = matrix.choices[row.id, -1] = ChosenRow(matrix=matrix.id, row=row.id, steps=row.steps or ())
        return known, ()
    if combined.requests[0].amount is None:
        return None, (codes.AMOUNT_MISSING(matrix=matrix.id, path="amount", policy=_bands_of(matrix, row)),)
    amount = convert_amount(combined.requests, str(matrix.currency), rates)
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
            amount = None if money is None else _converted(money, str(matrix.currency), request, rates)
            return unsaid if amount is None else condition.contains(amount)
        case _:
            unit = request.unit
            if unit is None or unit not in units:
                return unsaid
            within = any(other in units and units.is_within(unit, other) for other in condition.units)
            return within is not condition.negated


def _name(condition: Condition) -> str:
    return "unit" if isinstance(condition, UnitCondition) else condition.name
