"""Ramps for new hires: the first months count only in part."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from salesrules.core import (
    DateRange,
    Decision,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    Period,
    PeriodKind,
    PolicyReference,
    Rate,
    Reason,
    ReasonCode,
)
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import Measure, Quota, QuotaOrigin, QuotaPiece
from salesrules.quotas.policy import Proration, QuotaPolicy, Ramp, RampBase
from salesrules.quotas.rules.coverage import (
    CountsWorkingDays,
    cut_line,
    cut_lines,
    end_of,
    find_next_month,
    lines_by_series,
)
from salesrules.quotas.rules.life import decide_by

__all__ = ["apply_ramps", "check_ramps"]


def apply_ramps(
    quotas: Iterable[Quota],
    policy: QuotaPolicy,
    calendar: FiscalCalendar,
    *,
    working_time: CountsWorkingDays | None = None,
) -> tuple[Quota, ...]:
    """The quota lines with every ramp of the policy applied, in the order of holder, measure and days.

    `base = "own"` multiplies the lines of the ramp's months (a longer line is cut at the month's edges, by the days
    that `policy.day_count` counts);
    `base = "next"` adds a line to each month that has none, a share of the holder's next month that is wholly
    covered before any ramp. A month of the ramp without anything to take a share of stays as it is; asking for its
    quota then raises. `check_ramps` warns of such shares.

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
                ramped = [*ramped, *_filled(ramp, month, share, lines, policy, calendar, working_time)]
            else:
                faults += _uncut(lines, month, policy)
                parts = (_multiplied(line, ramp, month, share, policy, working_time) for line in ramped)
                ramped = [*itertools.chain.from_iterable(parts)]
        made += sorted(ramped, key=lambda quota: quota.span.start)
    if faults:
        raise InvalidDocument(tuple(faults))
    return tuple(made)


def check_ramps(quotas: Iterable[Quota], policy: QuotaPolicy, calendar: FiscalCalendar, as_of: date) -> Decision:
    """Warns of every share of a ramp that changes no quota, by holder, month and measure; give the lines before ramps.

    With `base = "own"` a month without a line has nothing to take a share of; with `base = "next"` a month with a line
    of its own keeps that, and one before no later quota has nothing to take a share of.
    """
    return decide_by(policy, as_of, _idle_shares(lines_by_series(quotas), policy, calendar))


def _idle_shares(
    series: Mapping[tuple[str, str], Sequence[Quota]], policy: QuotaPolicy, calendar: FiscalCalendar
) -> Iterator[Reason]:
    for place, ramp in enumerate(policy.ramps):
        for holder in ramp.holders:
            own = {measure: lines for (other, measure), lines in series.items() if other == holder}
            for _, month, _share in _ramp_months(holder, [ramp], calendar):
                for measure, lines in sorted((own or {Measure.AMOUNT.value: []}).items()):
                    code = _idleness(ramp, month, lines, calendar)
                    if code is not None:
                        yield code(
                            ramp=ramp.id,
                            holder=holder,
                            period=month.label,
                            measure=measure,
                            path=f"ramps[{place}].shares",
                            policy=PolicyReference("Ramp", ramp.id, "shares"),
                        )


def _idleness(ramp: Ramp, month: Period, lines: Sequence[Quota], calendar: FiscalCalendar) -> ReasonCode | None:
    has_line = any(line.span.overlaps(month.span) for line in lines)
    if ramp.base is RampBase.OWN:
        return None if has_line else codes.RAMP_WITHOUT_QUOTA
    if has_line:
        return codes.RAMP_SHARE_UNUSED
    return None if find_next_month(end_of(month.span), lines, calendar) else codes.RAMP_WITHOUT_QUOTA


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
    ramp: Ramp,
    month: Period,
    share: Rate,
    lines: Sequence[Quota],
    policy: QuotaPolicy,
    calendar: FiscalCalendar,
    working_time: CountsWorkingDays | None,
) -> Iterator[Quota]:
    if any(line.span.overlaps(month.span) for line in lines):
        return
    known = find_next_month(end_of(month.span), lines, calendar)
    if known is None:
        return
    base = cut_lines(lines, known.span, policy, working_time)
    yield _ramped(f"{ramp.id}:{lines[0].holder}:{month.label}", month.span, ramp, share, base, policy)


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


def _multiplied(
    line: Quota,
    ramp: Ramp,
    month: Period,
    share: Rate,
    policy: QuotaPolicy,
    working_time: CountsWorkingDays | None,
) -> Iterator[Quota]:
    """The line with the month's share; what lies outside the month is kept as lines of its own."""
    inside = cut_line(line, month.span, policy, working_time)
    if inside is None:
        yield line
        return
    if inside.span == line.span:
        yield _ramped(line.id, line.span, ramp, share, [inside], policy)
        return
    for span in _around(line.span, inside.span):
        piece = cut_line(line, span, policy, working_time)
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
