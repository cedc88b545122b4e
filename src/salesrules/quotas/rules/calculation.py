"""What a holder has to sell over a span: the sum of their quota lines, prorated by days where policy allows it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from salesrules.core import DateRange, Fault, FiscalCalendar, InvalidDocument, InvalidValue, Period
from salesrules.quotas.model import HeldQuota, Measure, Quota, QuotaPiece
from salesrules.quotas.policy import Proration, QuotaPolicy
from salesrules.quotas.rules.coverage import (
    CountsWorkingDays,
    cut_lines,
    end_of,
    find_gaps,
    find_next_month,
    lines_by_series,
    months_of,
)

__all__ = ["calculate_quota", "calculate_quotas"]


def calculate_quota(
    holder: str,
    span: DateRange,
    quotas: Iterable[Quota],
    policy: QuotaPolicy,
    calendar: FiscalCalendar,
    *,
    measure: str = Measure.AMOUNT,
    working_time: CountsWorkingDays | None = None,
) -> HeldQuota:
    """What one holder has to sell over a closed span, in the unit of their lines; see `calculate_quotas`."""
    held = calculate_quotas([holder], span, quotas, policy, calendar, measure=measure, working_time=working_time)
    return held[holder]


def calculate_quotas(
    holders: Iterable[str],
    span: DateRange,
    quotas: Iterable[Quota],
    policy: QuotaPolicy,
    calendar: FiscalCalendar,
    *,
    measure: str = Measure.AMOUNT,
    working_time: CountsWorkingDays | None = None,
) -> Mapping[str, HeldQuota]:
    """What each holder has to sell over a closed span, by holder; lines may be given in any order.

    Where the span covers a line only in part, `policy.proration` says whether its days' share counts (cut so that
    the parts of a line always sum to it) or the span is refused. The days are calendar days, or the working days of
    `working_time`, as `policy.day_count` says. Market shares are averaged by calendar days instead.

    Raises `InvalidDocument` with every fault of every holder at once: months without a line or with a line for some
    of their days only (with the remedy), lines that overlap, lines in two units, and parts that policy refuses.
    Raises `InvalidValue` for an open span, and where working days are to be counted and `working_time` is missing.

    >>> from datetime import date
    >>> from salesrules.core import PolicyLife, Rounding
    >>> policy = QuotaPolicy(
    ...     life=PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1))),
    ...     rounding=Rounding(digits=2, mode="half_up"),
    ... )
    >>> may = DateRange(date(2020, 5, 1), date(2020, 6, 1))
    >>> line = Quota(id="q1", holder="ana", span=may, amount="900", unit="USD")
    >>> calculate_quotas(["ana"], may, [line], policy, FiscalCalendar())["ana"].amount
    Decimal('900')
    """
    if span.end is None:
        raise InvalidValue("span.end", None, "a quota is asked for a closed span; give the day after its last")
    series = lines_by_series(quotas)
    faults: list[Fault] = []
    held: dict[str, HeldQuota] = {}
    for holder in holders:
        lines = series.get((holder, measure), [])
        pieces = cut_lines(lines, span, policy, working_time)
        found = [
            *_contradictions(holder, pieces),
            *_refused_parts(holder, pieces, policy),
            *_missing_days(holder, span, lines, calendar),
        ]
        faults += found
        if not found:
            unit = pieces[0].quota.unit
            held[holder] = HeldQuota(holder=holder, span=span, measure=measure, unit=unit, pieces=pieces)
    if faults:
        raise InvalidDocument(tuple(faults))
    return held


def _path(holder: str) -> str:
    return f"quotas[{holder}]"


def _contradictions(holder: str, pieces: Sequence[QuotaPiece]) -> list[Fault]:
    faults = []
    units = sorted({piece.quota.unit for piece in pieces})
    if len(units) > 1:
        faults.append(
            Fault(
                code="quotas.mixed_units",
                path=_path(holder),
                problem="the lines of one span are in several units",
                remedy="state them in one unit, or ask for a span in which there is only one",
                value=", ".join(units),
            )
        )
    faults += [
        Fault(
            code="quotas.overlapping_lines",
            path=_path(holder),
            problem=f"quota lines {earlier.quota.id} and {later.quota.id} both cover {later.span.start}",
            remedy="end one of them before the other starts",
            value=f"{earlier.quota.span}, {later.quota.span}",
        )
        for earlier, later in _overlaps(pieces)
    ]
    return faults


def _overlaps(pieces: Sequence[QuotaPiece]) -> Iterable[tuple[QuotaPiece, QuotaPiece]]:
    """Each piece that starts before an earlier one has ended, with the earlier one that reaches furthest."""
    if not pieces:
        return
    furthest = pieces[0]
    for piece in pieces[1:]:
        if piece.span.start < end_of(furthest.span):
            yield furthest, piece
        if end_of(piece.span) > end_of(furthest.span):
            furthest = piece


def _refused_parts(holder: str, pieces: Sequence[QuotaPiece], policy: QuotaPolicy) -> list[Fault]:
    if policy.proration is not Proration.REFUSE:
        return []
    return [
        Fault(
            code="quotas.partial_line",
            path=_path(holder),
            problem=f"the span covers {piece.through - piece.before} of the {piece.days} days of line {piece.quota.id}",
            remedy='ask for whole lines, or set quotas.proration = "prorate_by_days"',
            value=str(piece.quota.span),
        )
        for piece in pieces
        if not piece.is_whole
    ]


def _missing_days(holder: str, span: DateRange, lines: Sequence[Quota], calendar: FiscalCalendar) -> list[Fault]:
    gaps = find_gaps(span, lines)
    if not gaps:
        return []
    empty: list[Period] = []
    shown: list[str] = []
    for month in months_of(span, calendar):
        if not any(gap.overlaps(month.span) for gap in gaps):
            continue
        if any(line.span.overlaps(month.span) for line in lines):
            parts = [part for part in (gap.intersection(month.span) for gap in gaps) if part is not None]
            shown.append(f"{month.label} (in part: {', '.join(map(str, parts))})")
        else:
            empty.append(month)
            shown.append(month.label)
    remedy = "add a target line for the days that are missing" + _ramp_entries(holder, empty, lines, calendar)
    return [
        Fault(
            code="quotas.missing",
            path=_path(holder),
            problem=f"{holder} has no quota for the whole of {span}; missing: {', '.join(shown)}",
            remedy=remedy,
        )
    ]


def _ramp_entries(holder: str, months: Sequence[Period], lines: Sequence[Quota], calendar: FiscalCalendar) -> str:
    """The entries of the rulebook that would fill whole missing months before one that has a quota."""
    runs: list[list[Period]] = []
    for month in months:
        if runs and runs[-1][-1].span.end == month.span.start:
            runs[-1].append(month)
        else:
            runs.append([month])
    entries = [
        "\n".join(
            (
                "[[quotas.ramps]]",
                f"id = {_toml_string(f'{holder}-{run[0].start}')}",
                f"holders = [{_toml_string(holder)}]",
                f"starts = {run[0].start}",
                "shares = [" + ", ".join(['"50%"'] * len(run)) + "]",
                'base = "next"',
            )
        )
        for run in runs
        if find_next_month(end_of(run[-1].span), lines, calendar)
    ]
    return ", or a ramp entry to the rulebook:\n" + "\n".join(entries) if entries else ""


def _toml_string(text: str) -> str:
    """A basic string of TOML: what JSON escapes is escaped alike, and DEL besides."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
