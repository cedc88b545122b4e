"""Ramps for new hires: the first months count only in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from salesrules.core import DateRange, Fault, FiscalCalendar, InvalidDocument, Period, PeriodKind, Rate
from salesrules.quotas.model import Measure, Quota, QuotaOrigin, QuotaPiece
from salesrules.quotas.policy import Proration, QuotaPolicy, Ramp, RampBase
from salesrules.quotas.rules.coverage import cut_line, end_of, find_next_month, lines_by_series

__all__ = ["apply_ramps"]


def apply_ramps(quotas: Iterable[Quota], policy: QuotaPolicy, calendar: FiscalCalendar) -> tuple[Quota, ...]:
    """The quota lines with every ramp of the policy applied, in the order of holder, measure and days.

    `base = "own"` multiplies the lines of the ramp's months (a longer line is cut at the month's edges, by days);
    `base = "next"` adds a line to each month that has none, a share of the holder's next month that is wholly
    covered before any ramp. A month of the ramp without anything to take a share of stays as it is; asking for its
    quota then raises.

    Raises `InvalidDocument` where two ramps meet in one month of a holder, and where a line would have to be cut
    while `policy.proration` refuses it.
    """
    series = lines_by_series(quotas)
    faults: list[Fault] = []
    made: list[Quota] = []
    for (holder, _measure), lines in sorted(series.items()):
        months = list(_ramp_months(holder, policy.ramps, calendar))
        faults += _clashes(holder, months)
        ramped = lines
        for ramp, month, share in months:
            if ramp.base is RampBase.NEXT:
                ramped = [*ramped, *_filled(ramp, month, share, lines, policy, calendar)]
            else:
                faults += _uncut(lines, month, policy)
                ramped = [part for line in ramped for part in _multiplied(line, ramp, month, share, policy)]
        made += sorted(ramped, key=lambda quota: quota.span.start)
    if faults:
        raise InvalidDocument(tuple(faults))
    return tuple(made)


def _ramp_months(holder: str, ramps: Iterable[Ramp], calendar: FiscalCalendar) -> Iterator[tuple[Ramp, Period, Rate]]:
    for ramp in ramps:
        if holder not in ramp.holders:
            continue
        month = calendar.at(PeriodKind.MONTH, ramp.starts)
        for index, share in enumerate(ramp.shares):
            month = calendar.next(month) if index else month
            yield ramp, month, share


def _clashes(holder: str, months: Sequence[tuple[Ramp, Period, Rate]]) -> list[Fault]:
    owner: dict[str, str] = {}
    faults: list[Fault] = []
    for ramp, month, _share in months:
        other = owner.setdefault(month.label, ramp.id)
        if other != ramp.id:
            faults.append(
                Fault(
                    code="quotas.ramps_overlap",
                    path=f"quotas.ramps[{ramp.id}]",
                    problem=f"{month.label} of {holder} is also in the ramp {other}",
                    remedy="keep each month of a holder in one ramp",
                    value=month.label,
                )
            )
    return faults


def _filled(
    ramp: Ramp, month: Period, share: Rate, lines: Sequence[Quota], policy: QuotaPolicy, calendar: FiscalCalendar
) -> Iterator[Quota]:
    if any(line.span.overlaps(month.span) for line in lines):
        return
    known = find_next_month(end_of(month.span), lines, calendar)
    if known is None:
        return
    base = [piece for piece in (cut_line(line, known.span, policy) for line in lines) if piece is not None]
    holder = lines[0].holder
    yield _ramped(f"{ramp.id}:{holder}:{month.label}", month.span, ramp, share, base, policy)


def _uncut(lines: Sequence[Quota], month: Period, policy: QuotaPolicy) -> list[Fault]:
    if policy.proration is not Proration.REFUSE:
        return []
    return [
        Fault(
            code="quotas.partial_line",
            path=f"quotas[{line.holder}]",
            problem=f"a ramp takes a share of {month.label}, which is only a part of the line {line.id}",
            remedy='give monthly lines, or set quotas.proration = "prorate_by_days"',
            value=str(line.span),
        )
        for line in lines
        if line.span.overlaps(month.span)
        and not month.span.encloses(line.span)
        and line.measure != Measure.MARKET_SHARE
    ]


def _multiplied(line: Quota, ramp: Ramp, month: Period, share: Rate, policy: QuotaPolicy) -> Iterator[Quota]:
    """The line with the month's share; what lies outside the month is kept as lines of its own."""
    inside = cut_line(line, month.span, policy)
    if inside is None:
        yield line
        return
    if inside.span == line.span:
        yield _ramped(line.id, line.span, ramp, share, [inside], policy)
        return
    for span in _around(line.span, inside.span):
        piece = cut_line(line, span, policy)
        assert piece is not None  # for the type checker: the span is a part of the line
        id = f"{line.id}@{span.start}"
        yield _ramped(id, span, ramp, share, [piece], policy) if span == inside.span else piece.to_quota(id)


def _around(whole: DateRange, inside: DateRange) -> Iterator[DateRange]:
    if whole.start < inside.start:
        yield DateRange(whole.start, inside.start)
    yield inside
    if end_of(inside) < end_of(whole):
        yield DateRange(end_of(inside), whole.end)


def _ramped(
    id: str, span: DateRange, ramp: Ramp, share: Rate, base: Sequence[QuotaPiece], policy: QuotaPolicy
) -> Quota:
    first = base[0].quota
    origin = QuotaOrigin(ramp=ramp.id, share=share, base=base, rounding=policy.rounding_of(first.unit))
    return Quota(
        id=id,
        holder=first.holder,
        span=span,
        amount=origin.amount,
        unit=first.unit,
        measure=first.measure,
        origin=origin,
    )
