"""Quotas with their ramps; a ramp that changes no quota of the period is a fault, since somebody wanted it to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from salesrules.core import Fault, Period
from salesrules.quotas import Quota, QuotaPolicy, apply_ramps, check_ramps
from salesrules.rulebook import Rulebook

__all__ = ["check_ramps_of", "ramp_quotas"]

#: What is wrong, and what to do, by the code of the finding.
_WORDS = {
    "quotas.ramp_share_unused": (
        "{holder} has a quota of their own in {period} ({measure}), which stays as it is",
        'leave the holder out of the ramp, or set base = "own"',
    ),
    "quotas.ramp_without_quota": (
        "{holder} has no quota to take the share of {period} of ({measure})",
        "give the quota, or leave the holder out of the ramp",
    ),
}


def ramp_quotas(quotas: Sequence[Quota], rulebook: Rulebook) -> tuple[Quota, ...]:
    """The quotas with every ramp of the rulebook; without, where working days count and nobody says which they are.

    That is a fault of its own, which commissions find. Raises as `apply_ramps` does.
    """
    policy, working_time = rulebook.policy(QuotaPolicy), rulebook.working_time
    if policy.counts_working_days and working_time is None:
        return tuple(quotas)
    return apply_ramps(quotas, policy, rulebook.calendar, working_time=working_time)


def check_ramps_of(quotas: Sequence[Quota], rulebook: Rulebook, period: Period) -> Iterator[Fault]:
    """A fault for each share of a ramp that changes no quota in a month of the period.

    Months that are over were checked when they were paid, and those to come may still get their quotas.
    """
    policy, calendar = rulebook.policy(QuotaPolicy), rulebook.calendar
    section = next(name for name, found in rulebook.sections.items() if found is policy)
    for reason in check_ramps(quotas, policy, calendar, period.end - timedelta(days=1)).reasons:
        words = _WORDS.get(reason.code)  # none where the policy itself decides nothing, which is another's fault
        if words is None or not calendar.period(reason.parameters["period"]).span.overlaps(period.span):
            continue
        problem, remedy = words
        yield Fault(
            code=reason.code,
            path=f"{section}.{reason.path}",
            problem=problem.format(**reason.parameters),
            remedy=remedy,
            value=reason.parameters["ramp"],
        )
