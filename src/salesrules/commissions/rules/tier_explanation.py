"""Explanations of what a line earned: tier by tier, amount by amount, or step by step of a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.commissions.model import FormulaUse, MultipleOf, StatementLine, TierShare
from salesrules.commissions.rules.formula import OF_QUOTA, derive_formula
from salesrules.commissions.rules.pool_explanation import derive_credit_part
from salesrules.core import EXACT, Derivation, Exact, Operation, minus, narrowed, times

__all__ = ["derive_earned", "derive_pieces"]

_LABEL = "commissions.label."
_ZERO = Decimal(0)


def _derive(
    label: str,
    value: Exact,
    unit: str = "",
    operation: Operation = Operation.GIVEN,
    terms: Sequence[Derivation] = (),
    **parameters: Any,
) -> Derivation:
    return Derivation(
        label=_LABEL + label, value=value, unit=unit, operation=operation, terms=terms, parameters=parameters
    )


def derive_earned(line: StatementLine) -> Derivation:
    """How what a line earned came about: from its pieces, or from the formula after it and before it."""
    currency = line.amount.currency
    if line.formula is not None:
        use = line.formula
        after = _formula(use, _with_line(line, use), "formula_after", currency)
        before = _formula(use, _running(use.before), "formula_before", currency)
        return _derive("earned", line.earned, currency, Operation.DIFFERENCE, [after, before])
    pieces = derive_pieces(line)
    return _derive("earned", line.earned, currency, Operation.SUM if pieces else Operation.GIVEN, pieces)


def derive_pieces(line: StatementLine) -> list[Derivation]:
    """How what each piece of a line earned came about."""
    return [_piece(line, piece) for piece in line.pieces]


def _formula(use: FormulaUse, values: Mapping[str, Exact | Derivation], label: str, currency: str) -> Derivation:
    """What the formula came to; nothing where nothing was measured."""
    if not values:
        return _derive("nothing", _ZERO, currency)
    step = derive_formula(use.formula, values)
    return _derive(label, step.value, currency, Operation.SUM, [step], formula=use.formula)


def _running(values: Mapping[str, Exact]) -> dict[str, Exact | Derivation]:
    """The values of names, those of measures as what they had come to."""
    return {
        name: value if name in OF_QUOTA else _derive("formula_running", value, name=name)
        for name, value in values.items()
    }


def _with_line(line: StatementLine, use: FormulaUse) -> dict[str, Exact | Derivation]:
    """The values after the line, each measure as what it was before and what the line adds."""
    found = _running(use.after)
    for name in found.keys() - OF_QUOTA:
        value, before = use.after[name], use.before.get(name, _ZERO)
        terms = [
            _derive("formula_running", before, name=name),
            _derive("formula_credited", minus(value, before), name=name, transaction=line.credit.transaction.id),
        ]
        found[name] = _derive("formula_measure", value, "", Operation.SUM, terms, name=name)
    return found


def _piece(line: StatementLine, piece: TierShare) -> Derivation:
    number, currency = piece.tier + 1, line.amount.currency
    if piece.is_amount:
        return _amount(line, piece)
    measure = _overlap(line, piece)
    names = {"tier": number} | ({"column": piece.column} if piece.column else {})
    label = "column_tier" if piece.column else "tier"
    return _derive(label, piece.earned, currency, Operation.PRODUCT, [measure, _rate(line, piece)], **names)


def _amount(line: StatementLine, piece: TierShare) -> Derivation:
    """A tier's amount, paid or (below zero) taken back; a multiple of a target where the table says so."""
    number, currency = piece.tier + 1, line.amount.currency
    if line.base is None:
        return _derive("tier_amount", piece.earned, currency, tier=number)
    terms = _multiplied(line, piece.earned, number)
    return _derive("tier_amount", piece.earned, currency, Operation.PRODUCT, terms, tier=number)


def _rate(line: StatementLine, piece: TierShare) -> Derivation:
    """The rate of a piece: as the table gives it, between its bounds' rates, or a multiple of a rate or a target."""
    number = piece.tier + 1
    if piece.rates is not None:  # multiplied already, where the table's values are multiples
        return _between(line, piece)
    if line.base is None:
        return _derive("rate", piece.rate, "rate", tier=number)
    return _derive("rate", piece.rate, "rate", Operation.PRODUCT, _multiplied(line, piece.rate, number), tier=number)


def _between(line: StatementLine, piece: TierShare) -> Derivation:
    """A rate that lies between the bounds' rates, by how far the measure has come from the one bound to the other."""
    number = piece.tier + 1
    assert piece.rates is not None  # for the type checkers: only asked of such a piece
    assert piece.lower is not None
    assert piece.upper is not None
    low, high = piece.rates
    at = line.after if not piece.measure else max(piece.measure, minus(_ZERO, piece.measure))
    reached, width = minus(at, piece.lower), minus(piece.upper, piece.lower)
    ends = [_derive("rate_at_end", high, "rate", tier=number), _derive("rate_at_start", low, "rate", tier=number)]
    rise = _derive("rate_rise", minus(high, low), "rate", Operation.DIFFERENCE, ends)
    point = _derive("tier_reached", at, line.unit, tier=number)
    starts = [_bound(line, "tier_from", piece.lower, number) for _ in range(2)]
    spans = [
        _derive("tier_filled", reached, line.unit, Operation.DIFFERENCE, [point, starts[0]], tier=number),
        _derive(
            "tier_width",
            width,
            line.unit,
            Operation.DIFFERENCE,
            [_bound(line, "tier_to", piece.upper, number), starts[1]],
            tier=number,
        ),
    ]
    part = _derive("tier_part", narrowed(Fraction(reached) / Fraction(width)), "rate", Operation.QUOTIENT, spans)
    grown = _derive("rate_grown", times(minus(high, low), part.value), "rate", Operation.PRODUCT, [rise, part])
    start = _derive("rate_at_start", low, "rate", tier=number)
    return _derive("rate_between", piece.rate, "rate", Operation.SUM, [start, grown], tier=number)


def _multiplied(line: StatementLine, value: Exact, number: int) -> list[Derivation]:
    """The base that a multiple is of, and the multiple."""
    base = line.base
    assert base is not None  # for the type checkers: only asked of tables of multiples
    currency = line.amount.currency
    if base.of is MultipleOf.BASE_RATE:
        first = _derive("base_rate", base.value, "rate")
    else:
        first = _derive("target_incentive", base.value, currency)
        if base.of is MultipleOf.TARGET_TIMES_ATTAINMENT:
            quota = line.quota or Decimal(1)
            terms = [first, _derive("quota", quota, line.unit)]
            first = _derive("target_per_unit", _ratio(base.value, quota), "", Operation.QUOTIENT, terms)
    return [first, _derive("multiple", _ratio(value, first.value), "rate", tier=number)]


def _ratio(value: Exact, divisor: Exact) -> Exact:
    return narrowed(Fraction(value) / Fraction(divisor)) if divisor else _ZERO


def _overlap(line: StatementLine, piece: TierShare) -> Derivation:
    """The measure in a tier: from where the running measure or the tier starts to where the first of them ends."""
    number, unit = piece.tier + 1, line.unit
    before = _derive("measure_before", line.before, unit)
    after = _derive("measure_after", line.after, unit, Operation.SUM, [before, _credit(line)])
    if piece.column and piece.whole:
        given = piece.measure if piece.opening is None else piece.opening
        column = _derive("column_measure", given, unit, column=piece.column)
        if piece.opening is None:
            return column
        return _derive("tier_measure", piece.measure, unit, Operation.SUM, [column, _credit(line)], tier=number)
    if piece.whole and piece.measure == line.after:
        reached = _up_to(line, piece, _from(line, piece, after))
        return _derive("tier_measure", piece.measure, unit, Operation.SUM, [reached], tier=number)
    if piece.whole:  # the tier that is left: all that was in it is taken back
        reached = _up_to(line, piece, _from(line, piece, before))
        terms = [_derive("nothing", Decimal(0), unit), reached]
    elif line.before <= line.after:
        terms = [_up_to(line, piece, after), _from(line, piece, before)]
    else:
        terms = [_from(line, piece, after), _up_to(line, piece, before)]
    return _derive("tier_measure", piece.measure, unit, Operation.DIFFERENCE, terms, tier=number)


def _from(line: StatementLine, piece: TierShare, point: Derivation) -> Derivation:
    """A point of the running measure, or the tier's start where the tier starts later."""
    if piece.lower is None:
        return point
    number, reached = piece.tier + 1, max(piece.lower, point.value)
    start = _bound(line, "tier_from", piece.lower, number)
    return _derive("tier_reached", reached, line.unit, Operation.MAXIMUM, [point, start], tier=number)


def _up_to(line: StatementLine, piece: TierShare, point: Derivation) -> Derivation:
    """A point of the running measure, or the tier's end where the tier ends earlier."""
    if piece.upper is None or point.value <= piece.upper:
        return point
    number = piece.tier + 1
    end = _bound(line, "tier_to", piece.upper, number)
    return _derive("tier_reached", piece.upper, line.unit, Operation.MINIMUM, [point, end], tier=number)


def _bound(line: StatementLine, label: str, bound: Exact, number: int) -> Derivation:
    """A tier's bound: as the table gives it, or a share of the quota."""
    if line.quota is None:
        return _derive(label, bound, line.unit, tier=number)
    share = _ratio(bound, line.quota)
    terms = [_derive("quota", line.quota, line.unit), _derive("tier_share", share, "rate")]
    return _derive(label, bound, line.unit, Operation.PRODUCT, terms, tier=number)


def _credit(line: StatementLine) -> Derivation:
    """The credited measure: what is counted of the transaction, times the share, in the plan's currency."""
    credit = line.credit
    transaction = credit.transaction
    share, exchange = credit.share.value, line.exchange_rate
    counted = EXACT.divide(line.measured, EXACT.multiply(share, exchange)) if line.measured else Decimal(0)
    unit = transaction.amount.currency if line.unit else ""
    whole = counted if credit.part is None else _whole_of(line, counted)
    names: dict[str, Any] = {"transaction": transaction.id, "day": credit.day}
    given = _derive("transaction", whole, unit, **names)
    if unit and transaction.cost is not None and whole != transaction.amount.amount:
        parts = [
            _derive("transaction", transaction.amount.amount, unit, **names),
            _derive("cost", transaction.cost.amount, unit, transaction=transaction.id),
        ]
        given = _derive("margin", whole, unit, Operation.DIFFERENCE, parts, **names)
    if credit.part is not None:
        given = derive_credit_part(credit.part, given, transaction.id)
    terms = [given, _derive("share", share, "rate", rule=credit.rule)]
    if unit != line.unit:
        terms.append(_derive("exchange_rate", exchange))
    return _derive("credited", line.measured, line.unit, Operation.PRODUCT, terms, role=credit.role)


def _whole_of(line: StatementLine, counted: Decimal) -> Decimal:
    """The measure of the whole transaction, of which a part payment counted a part."""
    t, part = line.credit.transaction, line.credit.part
    assert part is not None  # for the type checker: only asked of a part
    if line.unit:
        margin = EXACT.subtract(t.amount.amount, t.cost.amount) if t.cost is not None else t.amount.amount
        measures = [t.amount.amount, margin]
    else:
        measures = [t.quantity, Decimal(1), Decimal(-1), Decimal(0)]
    return next(measure for measure in measures if part.of(measure) == counted)
