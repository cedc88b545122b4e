"""Attainment and pace: how much of a quota was reached, and whether fast enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from salesrules.core import DateRange, Decision, InvalidValue, PolicyReference, Reason, to_decimal
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import Attainment, HeldQuota, Measure, Pace, PacePart, QuotaPiece
from salesrules.quotas.policy import PaceBasis, PacePolicy, PaceStatus, QuotaPolicy
from salesrules.quotas.rules.coverage import CountsWorkingDays, count_days, end_of
from salesrules.quotas.rules.life import decide_by, demand

__all__ = ["calculate_attainment", "calculate_pace", "check_pace", "find_lag"]


def calculate_attainment(quota: HeldQuota, achieved: Decimal | Fraction) -> Attainment:
    """How much of a quota was reached; `achieved` is in the quota's unit and may be negative (returns).

    A quota of zero counts as reached in full. Raises `InvalidValue` for a float or a number that is not finite.

    >>> from datetime import date
    >>> from salesrules.core import Rounding
    >>> from salesrules.quotas.model import Quota
    >>> year = DateRange(date(2020, 1, 1), date(2021, 1, 1))
    >>> line = Quota(id="q1", holder="ana", span=year, amount=50, unit="count", measure="quantity")
    >>> piece = QuotaPiece(
    ...     quota=line, span=year, before=0, through=366, days=366, rounding=Rounding(digits=0, mode="half_up")
    ... )
    >>> quota = HeldQuota(holder="ana", span=year, measure="quantity", unit="count", pieces=[piece])
    >>> attainment = calculate_attainment(quota, Decimal(10))
    >>> attainment.ratio, attainment.variance
    (Fraction(1, 5), Fraction(-40, 1))
    """
    return Attainment(quota=quota, achieved=_exact(achieved))


def calculate_pace(
    quota: HeldQuota,
    achieved: Decimal | Fraction,
    policy: QuotaPolicy,
    as_of: date,
    working_time: CountsWorkingDays | None = None,
) -> Pace:
    """How fast a quota is being reached at the end of `as_of`, a day that counts as gone.

    Expected by then is the quota's elapsed share, or that of each of its lines, counted in calendar or working days
    as policy says; a line without a working day is expected once it is over. Of a market share all is expected from
    the first day on.
    Raises `InvalidValue` where the policy sets no pace, or counts working days and `working_time` is missing or has
    none in the span.
    """
    rule = demand(policy.pace, "pace")
    elapsed, days = _count(quota.span, as_of, rule, working_time)
    if not days:
        raise InvalidValue("span", str(quota.span), "it has no working day; ask for a span that has one")
    parts: list[PacePart]
    if quota.measure == Measure.MARKET_SHARE:
        parts = [PacePart(piece=None, amount=quota.amount, elapsed=int(elapsed > 0), days=1)]
    elif rule.expected_by is PaceBasis.EVEN:
        parts = [PacePart(piece=None, amount=quota.amount, elapsed=elapsed, days=days)]
    else:
        parts = [_part(piece, as_of, rule, working_time) for piece in quota.pieces]
    return Pace(quota=quota, achieved=_exact(achieved), as_of=as_of, elapsed=elapsed, days=days, parts=parts)


def check_pace(pace: Pace, policy: QuotaPolicy) -> Decision:
    """Warns where a pace is behind by `policy.pace.status`; the table's sides own its bounds.

    The reason names what was achieved, what was expected, their ratio and the threshold. Before the first day is over
    the decision only says so; where nothing is expected, nothing is behind. Raises `InvalidValue` where the policy
    sets no pace.
    """
    return decide_by(policy, pace.as_of, find_lag(pace, demand(policy.pace, "pace")))


def find_lag(pace: Pace, rule: PacePolicy) -> Iterator[Reason]:
    """The reason why a pace warns, or that it has not started; nothing where it is fine."""
    quota = pace.quota
    if not pace.elapsed:
        yield codes.PACE_NOT_STARTED(holder=quota.holder, start=quota.span.start, path="quota.span")
        return
    if pace.ratio is None:
        return
    index = rule.status.index_at(pace.ratio)
    if rule.status.bands[index].value is PaceStatus.BEHIND:
        yield codes.BELOW_PACE(
            holder=quota.holder,
            achieved=pace.achieved,
            expected=pace.expected,
            unit=quota.unit,
            ratio=pace.ratio,
            threshold=rule.status.limits(index)[1],
            path="achieved",
            policy=PolicyReference("PacePolicy", rule.id, f"status.bands[{index}]"),
        )


def _exact(achieved: Decimal | Fraction) -> Decimal | Fraction:
    return achieved if isinstance(achieved, Fraction) else to_decimal(achieved, "achieved")


def _part(piece: QuotaPiece, as_of: date, rule: PacePolicy, working_time: CountsWorkingDays | None) -> PacePart:
    elapsed, days = _count(piece.span, as_of, rule, working_time)
    if not days:
        elapsed, days = int(as_of >= end_of(piece.span) - timedelta(days=1)), 1
    return PacePart(piece=piece, amount=piece.amount, elapsed=elapsed, days=days)


def _count(span: DateRange, as_of: date, rule: PacePolicy, working_time: CountsWorkingDays | None) -> tuple[int, int]:
    """The days of a closed span that are gone at the end of `as_of`, and all its days."""
    gone = min(as_of + timedelta(days=1), end_of(span))
    elapsed = count_days(span.start, gone, rule.day_count, working_time)
    return elapsed, count_days(span.start, end_of(span), rule.day_count, working_time)
